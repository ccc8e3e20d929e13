import { attachNode, type BusPort as NodePort, type Car, type CarFaults, type CarOptions, createCar, putErrorFrame, SEDAN } from '#sim/car/index.ts'
import { attachLink, type Attachment, createLinkFrame, type Link, openLink } from '#sim/gateway/index.ts'
import { isSpineListen } from '#sim/gateway/spine/index.ts'
import { type Host, Pacer } from '#sim/kernel/index.ts'
import { copyFrame } from '#protocol/index.ts'
import { Controls } from '#sim/live/index.ts'
import { closed } from '../lib/streams.ts'
import { knownSwitch, type ScriptedPress } from './press-script.ts'
import { FreshPort } from './fresh-port.ts'
import { LinkWatch } from './link-watch.ts'
import { chooseSpine } from './choose-spine.ts'

/** Real time, and the turns of the program's loop. */
const PROCESS_HOST: Host = {
  now_ms: () => performance.now(),
  after: (delay_ms, fire) => {
    if (delay_ms > 0) {
      const timer = setTimeout(fire, delay_ms)
      return () => clearTimeout(timer)
    }
    const turn = setImmediate(fire)
    return () => clearImmediate(turn)
  },
}

/** How often watched signals are sent to pages. */
const SAMPLES_ms = 33

/** Least time between two reports of lag. */
const LAG_REPORT_ms = 10_000

interface LiveCarOptions extends CarOptions {
  readonly speed: number | 'max'
  readonly faults?: CarFaults
  readonly report: (line: string) => void
}

/** A car that runs in this process: paced, with links to its bus, scripted presses and a recording. */
export class LiveCar {
  readonly car: Car
  readonly pacer: Pacer
  readonly links: Link[] = []
  readonly linkWatch: LinkWatch
  readonly controls: Controls
  private readonly nodes: { readonly node: NodePort, readonly attachment: Attachment }[] = []
  private readonly ports: FreshPort[] = []
  private readonly report: (line: string) => void
  private recorder: Link | undefined
  private nextLagReport_ms = 0
  private samples: NodeJS.Timeout | undefined

  /** Throws RangeError and TopologyError for options that make no sense. */
  constructor(options: LiveCarOptions) {
    const { speed, report, ...car } = options
    this.car = createCar(car)
    this.report = report
    this.linkWatch = new LinkWatch(() => PROCESS_HOST.now_ms(), () => this.car.now_ns / 1e9, report)
    this.pacer = new Pacer(this.car.kernel, PROCESS_HOST, {
      speed, onLag: lag_ms => this.lagged(lag_ms),
    })
    this.controls = new Controls(this.car, car.topology ?? SEDAN, {
      wake: action => this.pacer.wake(action), speed: speed === 'max' ? Infinity : speed,
    }, car.faults)
  }

  /** Joins a link to the bus, as one node more; with `actuate` commands get onto a real one. Rejects with one clear line. */
  async listen(uri: string, actuate = false): Promise<void> {
    const { bus, buses, topology } = this.car
    const chosen = chooseSpine(uri, buses.length)
    const link = await openLink(chosen.uri, {
      bitrate: bus.bitrate, ...(bus.fd && { dataBitrate: bus.dataBitrate }), now_ns: () => this.car.now_ns, name: topology.name,
      actuate, buses: 1,
      report: this.report,
    })
    this.join(link, chosen.bus)
  }

  /** Serves the page of this car, at `port` or, where that is in use, at any. */
  async servePage(port: number): Promise<void> {
    const { createPageLink } = await import('#sim/web/index.ts')
    const { bus, topology } = this.car
    const options = { bitrate: bus.bitrate, now_ns: () => this.car.now_ns, name: topology.name, report: this.report }
    let page = createPageLink({ ...options, port })
    await page.open().catch(() => {
      page = createPageLink({ ...options, port: 0 })
      return page.open()
    })
    this.join(page)
    this.samples = setInterval(() => {
      const series = this.controls.feed.take(performance.now())
      if (series.length > 0) page.tell({ samples: { series } })
    }, SAMPLES_ms)
  }

  /** `only`: to one spine of two. */
  private join(link: Link, only?: number): void {
    const { uri } = link
    const node = attachNode(this.car, { name: `link ${this.links.length}`, bus: only })
    this.links.push(link)
    this.linkWatch.follow(link)
    const port = new FreshPort(node, this.car.kernel, (expired) => {
      if (expired === 1) this.report(`${uri}: a command waited for the bus longer than its lifetime and was taken back; more are only counted`)
    })
    this.ports.push(port)
    const attachment = attachLink(link, {
      send: (frame) => {
        let taken = false
        this.pacer.wake(() => { taken = port.send(frame) })
        return taken
      },
      onFrame: handler => node.onFrame(handler),
      setOnline: online => this.pacer.wake(() => {
        if (!online) port.clear()
        node.setOnline(online)
      }),
    })
    this.nodes.push({ node, attachment })
    if (isSpineListen(link)) link.onControl(request => this.controls.answer(request))
  }

  /** Commands that links brought and that the bus could not carry within their lifetime. */
  get expired(): number {
    return this.ports.reduce((sum, port) => sum + port.expired, 0)
  }

  /**
   * Records every good frame of each bus with the virtual time of its end, and every error frame with that of its begin.
   * The run ends with the recording, see its `problem`.
   */
  async record(uri: string): Promise<Link> {
    const recorder = await openLink(uri, { bitrate: this.car.bus.bitrate })
    const seen = createLinkFrame()
    for (const bus of this.car.buses) {
      bus.tap(({ frame, end_ns }) => {
        copyFrame(frame, seen)
        seen.error = false
        seen.timestamp_ns = end_ns
        recorder.send(seen)
      })
      bus.tapErrorFrames((error) => {
        putErrorFrame(error, seen)
        seen.bus = bus.index
        seen.timestamp_ns = error.time_ns
        recorder.send(seen)
      })
    }
    this.recorder = recorder
    // A disk that is full: what goes on would be in no log.
    closed(recorder).subscribe(() => this.pacer.stop())
    return recorder
  }

  /** Arms a press. Throws a usage error for a switch that the car has not. */
  script(press: ScriptedPress): void {
    const name = knownSwitch(press.switch, this.car.switches)
    this.car.kernel.after(Math.round(press.at_ms * 1e6), `press ${name}`, () => void this.controls.thumbs.press(name, press.hold_ms))
  }

  /** Gives the hubs power and runs until `duration_ms` of virtual time have passed, or until `stop` is aborted. */
  async run(duration_ms: number, stop: AbortSignal): Promise<void> {
    this.car.boot()
    const halt = (): void => this.pacer.stop()
    stop.addEventListener('abort', halt)
    try {
      if (!stop.aborted) await this.pacer.start(duration_ms === Infinity ? Infinity : this.car.now_ns + Math.round(duration_ms * 1e6))
    } finally {
      stop.removeEventListener('abort', halt)
    }
  }

  /** Lets go of everything. */
  async close(): Promise<void> {
    this.pacer.stop()
    clearInterval(this.samples)
    this.linkWatch.end()
    for (const { attachment, node } of this.nodes) {
      attachment.detach()
      node.detach()
    }
    await Promise.all(this.links.map(link => link.close()))
    await this.recorder?.close()
  }

  /** A machine that is busy lags again and again: told at most once in a while, with the sum. */
  private lagged(lag_ms: number): void {
    const now_ms = performance.now()
    if (now_ms < this.nextLagReport_ms) return
    this.nextLagReport_ms = now_ms + LAG_REPORT_ms
    const { lags, slipped_ms } = this.pacer
    this.report(`this machine lagged by ${Math.round(lag_ms)} ms, the car's time slipped${lags > 1 ? ` (${lags} times, ${Math.round(slipped_ms)} ms in all)` : ''}`)
  }
}
