import type { CanFrame } from '#protocol/index.ts'
import { attachNode, type BusPort, type Car, type HubName } from '../car/index.ts'
import { type Clock, type HubTrouble, MonitorModel, NoAnswer, standingFaults, Technician, type Wire } from '../diag/index.ts'

/** What a car says about a fault. */
export interface Notice {
  /** `dtc`: a hub keeps a trouble code; `status`: a hub reports it on the bus; `silence`: it is only missed by who listens. */
  readonly how: 'dtc' | 'status' | 'silence'
  /** Who names it: a hub; of `silence` the hub that is missed. */
  readonly by: string
  /** What it says: `U1400-87 …`, `PortStatus@FL#0: fault eFuse`. */
  readonly text: string
}

/** Virtual time between two looks at what the technician waits for, ms. */
const STEP_ms = 2
/** A tester that waits longer has met a mistake of the simulator. */
const LONGEST_ms = 60_000
/** How often standing faults are written down, ms. */
const EVERY_ms = 150

/**
 * A tester's tool at each end of the spine: it only hears, and leaves the bus as it was, until it asks. What it hears at the front,
 * where the diagnostic socket of the dashboard is, is what the car says.
 */
export class Listener {
  readonly model: MonitorModel
  private readonly car: Car
  private readonly ports: readonly BusPort[]
  private readonly said = new Map<string, Notice>()
  private look_ms = EVERY_ms

  constructor(car: Car) {
    this.car = car
    this.model = new MonitorModel(car.bus.bitrate)
    const hubs = car.topology.hubs.map(hub => hub.location)
    const place = Math.max(0, hubs.indexOf('DASH'))
    this.ports = [attachNode(car, { name: 'tester', position: place }), attachNode(car, { name: 'tester behind', position: hubs.length })]
    this.ports[0]!.onFrame(frame => this.model.receive(frame))
  }

  /** All that was said so far. */
  get notices(): readonly Notice[] {
    return [...this.said.values()]
  }

  /** When the manager was last heard, ms; −Infinity: never. */
  get managed_ms(): number {
    return (this.model.signals.get('VehicleState@ALL')?.at_ns ?? -Infinity) / 1e6
  }

  /** Some time has passed. */
  look(now_ms: number): void {
    if (now_ms < this.look_ms) return
    this.look_ms = now_ms + EVERY_ms
    this.model.advance(now_ms * 1e6)
    for (const { kind, source, location, text } of standingFaults(this.model)) {
      if (kind === 'silent') this.say({ how: 'silence', by: source, text: `${source} is silent` })
      else this.say({ how: 'status', by: location, text: `${source}: ${text}` })
    }
  }

  /** Asks every hub for its trouble codes, from the front, and those that do not answer from the rear; time passes meanwhile. */
  async readCodes(hubs: readonly HubName[]): Promise<void> {
    let left = [...hubs]
    for (const port of this.ports) {
      const technician = new Technician(this.wireOf(port), this.clock)
      port.setOnline(true)
      const silent: HubName[] = []
      for (const hub of left) {
        try {
          for (const trouble of await this.wait(technician.troubles(hub))) this.say({ how: 'dtc', by: hub, text: codeText(trouble) })
        } catch (error) {
          if (!(error instanceof NoAnswer)) throw error
          silent.push(hub)
        }
      }
      port.setOnline(false)
      left = silent
    }
  }

  private say(notice: Notice): void {
    this.said.set(`${notice.how} ${notice.by} ${notice.text}`, notice)
  }

  private wireOf(port: BusPort): Wire {
    return { send: (frame: CanFrame) => port.send(frame), onFrame: handler => port.onFrame(frame => handler(frame)) }
  }

  private get clock(): Clock {
    const { car } = this
    return {
      now_ms: () => car.now_ns / 1e6,
      after: (delay_ms, fire) => {
        const timer = car.kernel.timer('tester', fire)
        timer.startIn(Math.ceil(delay_ms * 1e6))
        return () => timer.stop()
      },
    }
  }

  /** Lets virtual time pass until `work` is done. */
  private async wait<Result>(work: Promise<Result>): Promise<Result> {
    let done = false
    const finished = work.finally(() => { done = true })
    finished.catch(() => undefined)
    for (let waited_ms = 0; !done; waited_ms += STEP_ms) {
      if (waited_ms > LONGEST_ms) throw new Error(`a tester waits longer than ${LONGEST_ms / 1000} s`)
      this.car.run(STEP_ms)
      for (let i = 0; i < 4; i++) await Promise.resolve()
    }
    return finished
  }
}

function codeText({ code, description }: HubTrouble): string {
  return description === undefined ? code : `${code} ${description.text}`
}
