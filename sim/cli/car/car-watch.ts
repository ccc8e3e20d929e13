import { copyFrame } from '#protocol/index.ts'
import type { LoadMeter } from '#sim/bus/index.ts'
import type { CarSnapshot } from '#sim/car/index.ts'
import { currentFaults, MonitorModel } from '#sim/diag/index.ts'
import { createLinkFrame } from '#sim/gateway/index.ts'
import { eventText } from '#sim/trace/index.ts'
import type { CarState, CarStatus } from './car-screen.ts'
import type { LiveCar } from './live-car.ts'

/** Load and speed are means over this time. */
const WINDOW_ms = 1000
const MOST_EVENTS = 20

/** Follows a running car for its display. */
export class CarWatch {
  private readonly live: LiveCar
  private readonly model: MonitorModel
  /** Its own: a meter tells the load since its last reading. */
  private readonly meter: LoadMeter
  private readonly events: string[] = []
  private window = { at_ms: performance.now(), now_ns: 0, frames: 0 }
  private load = 0
  private rate = 0
  private speed = 0

  constructor(live: LiveCar) {
    this.live = live
    const { car } = live
    this.model = new MonitorModel(car.bus.bitrate, car.bus.dataBitrate)
    this.meter = car.bus.loadMeter()
    const seen = createLinkFrame()
    car.tapFrames(({ frame, end_ns }) => {
      copyFrame(frame, seen)
      seen.timestamp_ns = end_ns
      this.model.receive(seen)
    })
    car.trace.subscribe(event => this.note(`${(event.t_ns / 1e9).toFixed(2)} s ${eventText(event)}`))
  }

  /** The car now. */
  read(): CarState {
    const snapshot = this.live.car.snapshot()
    return { snapshot, status: this.status(snapshot) }
  }

  private note(text: string): void {
    this.events.push(text)
    if (this.events.length > MOST_EVENTS) this.events.shift()
  }

  private status(snapshot: CarSnapshot): CarStatus {
    this.measure(snapshot)
    this.model.advance(this.live.car.now_ns)
    const { lags, slipped_ms } = this.live.pacer
    return {
      lags,
      slipped_ms,
      load: this.load,
      frames_per_s: this.rate,
      speed: this.speed,
      links: this.live.links.map((link) => {
        const clients = link.clients.length
        return `${link.addresses.join(', ') || link.uri}  ${link.state}${clients === 0 ? '' : `, ${clients} connected`}${link.problem === '' ? '' : ` (${link.problem})`}`
      }),
      linkChanges: this.live.linkWatch.take(),
      faults: [...hubFaults(snapshot), ...currentFaults(this.model)],
      events: this.events,
    }
  }

  private measure(snapshot: CarSnapshot): void {
    const { at_ms, now_ns, frames } = this.window
    const passed_ms = performance.now() - at_ms
    const virtual_ns = this.live.car.now_ns - now_ns
    if (virtual_ns <= 0 || (passed_ms < WINDOW_ms && now_ns > 0)) return
    this.load = this.meter.read()
    this.rate = (snapshot.bus.frames - frames) / (virtual_ns / 1e9)
    this.speed = virtual_ns / 1e6 / passed_ms
    this.window = { at_ms: performance.now(), now_ns: this.live.car.now_ns, frames: snapshot.bus.frames }
  }
}

function hubFaults(snapshot: CarSnapshot): string[] {
  return Object.entries(snapshot.hubs).flatMap(([name, hub]) => [
    ...(hub.state === 'operating' || hub.state === 'booting' || hub.state === 'claiming' ? [] : [`${name}: ${hub.state}`]),
    ...(hub.canState === 'errorActive' ? [] : [`${name}: ${hub.canState}, TEC ${hub.tec}, REC ${hub.rec}`]),
    ...(hub.exceptions === 0 ? [] : [`${name}: ${hub.exceptions} exceptions in its firmware`]),
    ...(hub.overflows === 0 ? [] : [`${name}: ${hub.overflows} frames lost in its controller`]),
  ])
}
