import {
  IGNITION, type Ignition, LOCATION, type ManagerState, PortStatusCodec, type PowerGrantValues, PowerRequestCodec,
  type PowerShedValues,
} from '#protocol/index.ts'
import { FIRST_MANAGER, type ManagerHost, type PowerManager, STANDBY_MANAGER } from '../power/manager/index.ts'
import { createCounters, Schedule } from '../runtime/index.ts'
import { FakeHal } from './fake-hal.ts'
import { linePlan } from './power-plans.ts'

const { DASH, FL, FR, TRUNK } = LOCATION
/** Of each hub. */
export const PORTS = 2

/** A manager whose hub, and all other hubs, are played by the test. */
export class ManagerBench {
  readonly location: number
  readonly hal: FakeHal
  readonly schedule: Schedule
  readonly manager: PowerManager
  /** The answers it sent. */
  readonly answers: { location: number, values: PowerGrantValues, at_ms: number }[] = []
  readonly sheds: PowerShedValues[] = []
  readonly states: number[] = []
  /** What it said of itself and of the shedding, in its order. */
  readonly said: string[] = []
  /** What it told people. */
  readonly logged: string[] = []
  /** What the ports of a hub report that they draw, A; 0 without. */
  readonly drawn_A = new Map<number, number[]>()
  up = true
  ignitionNow: Ignition = IGNITION.on
  ownLeases_A = [0, 0]
  /** What the manager before had shed. */
  readonly inCharge = { shedLevel: 0 }
  /** Hubs that report every 100 ms, with what their ports hold. */
  hubs = new Map<number, number[]>([[FL, [0, 0]], [FR, [0, 0]]])
  /** The other manager speaks. */
  other: ManagerState | undefined

  constructor(standby = false) {
    this.location = standby ? TRUNK : DASH
    this.hubs.set(standby ? DASH : TRUNK, [0, 0])
    this.hal = new FakeHal(this.location, PORTS)
    this.schedule = new Schedule(this.hal, createCounters())
    const plan = linePlan({
      hubs: 4, ports: PORTS, locations: [DASH, FL, FR, TRUNK], spine_A: 40, drop_A: 20, share_A: 8, idle_A: 0.5,
      segment_Ohm: 0.001, drop_Ohm: 0.01,
    })
    const entry = standby ? STANDBY_MANAGER : FIRST_MANAGER
    this.manager = entry.create(this.host(), plan)
    this.manager.onChange = (state) => {
      this.states.push(state)
      this.said.push(`state ${state} level ${this.manager.shedLevel()}`)
    }
    this.manager.start()
  }

  host(): ManagerHost {
    return {
      location: this.location,
      schedule: this.schedule,
      operating: () => this.up,
      supply_V: () => this.hal.volts,
      ignition: () => this.ignitionNow,
      log: text => this.logged.push(text),
      power: {
        inCharge: this.inCharge,
        sendGrant: (location, values) => this.answers.push({ location, values: { ...values }, at_ms: this.hal.now() }),
        sendShed: (values) => {
          this.sheds.push({ ...values })
          this.said.push(`shed ${values.level}`)
        },
        runLimit_A: (port) => {
          if (!(port >= 0 && port < PORTS)) throw new RangeError(`port ${port} of ${PORTS}`)
          return this.ownLeases_A[port]!
        },
      },
    }
  }

  /** Hubs report every 100 ms. */
  pass(duration_ms: number): this {
    for (let t = 0; t < duration_ms; t += 100) {
      for (const [location, ports] of this.hubs) {
        this.manager.heard(location)
        const drawn_A = this.drawn_A.get(location) ?? []
        ports.forEach((granted_A, port) =>
          this.manager.portReported({ ...PortStatusCodec.create(), port, granted_A, current_A: drawn_A[port] ?? 0 }, location))
      }
      if (this.other !== undefined) this.manager.managerHeard(this.other)
      this.hal.clock.advance(100)
    }
    return this
  }

  /** A request; the result of its answer if that came at once. */
  ask(location: number, port: number, run_A: number, peak_A = run_A, priority = 2, sequence = 1): number | undefined {
    this.manager.requested({ ...PowerRequestCodec.create(), port, sequence, run_A, peak_A, priority }, location)
    const before = this.answers.length
    this.hal.clock.advance(1)
    return this.answers.slice(before).filter(answer => answer.location === location && answer.values.port === port).at(-1)?.values.result
  }
}
