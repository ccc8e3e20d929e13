import {
  GRANT_RESULT, IGNITION, MANAGER_STATE, type ManagerState, type PortState, type PowerGrantValues, PowerReleaseCodec,
  type PowerReleaseValues, PowerRequestCodec, type PowerRequestValues, VehicleStateCodec,
} from '#protocol/index.ts'
import { createCounters, type HubCounters, Schedule, Transmitter } from '../runtime/index.ts'
import type { DropLimits } from '../power/index.ts'
import { HubPower } from '../power/hub/index.ts'
import { IDLE_FACTOR, IDLE_MARGIN_A, PortFeed } from '../power/port/index.ts'
import { FakeHal } from './fake-hal.ts'
import { sentBy } from './messages.ts'

export const DASH = 0x85
export const TRUNK = 0x86
/** What a port may draw without a grant. */
export const IDLE_A: number = 0.1 * IDLE_FACTOR + IDLE_MARGIN_A
export const SHARE_A = 11

/** Two ports of a hub at FL, and a manager played by the test. */
export class LeaseBench {
  readonly hal = new FakeHal(1, 2)
  readonly counters: HubCounters = createCounters()
  readonly schedule: Schedule
  readonly power: HubPower
  /** What the drivers were told: `0 granted`. */
  readonly told: string[] = []
  /** `PORT_STATE` of the first port, as it was told. */
  readonly states: { state: PortState, granted: boolean }[] = []
  /** Whether the first port draws more than it was granted, as it was told. */
  readonly overdrawn: boolean[] = []
  readonly feed: PortFeed
  readonly other: PortFeed
  /** A manager says every 100 ms that it is there. */
  managed = true

  /** `heard`: the manager in the dash was heard once; `drop`: what the hub's feed carries, by default it does not know. */
  constructor(heard = true, drop?: DropLimits) {
    const schedule = new Schedule(this.hal, this.counters)
    this.schedule = schedule
    const transmit = new Transmitter(this.hal.bus, schedule, this.counters, 0x81, 16)
    transmit.open()
    this.power = new HubPower(this.hal, { share_A: SHARE_A, drop }, 3, schedule, transmit, this.counters)
    const feeds = this.hal.sockets.map((socket, index) => new PortFeed(socket, index, schedule, this.counters, {
      grantChanged: granted => this.told.push(`${index} ${granted ? 'granted' : 'gone'}`),
      refusalChanged: refused => this.told.push(`${index} ${refused ? 'refused' : 'no longer refused'}`),
      feedChanged: (state, granted) => index === 0 && this.states.push({ state, granted }),
      overdrawnChanged: overdrawn => this.overdrawn.push(overdrawn),
    }, this.power))
    const care = schedule.job('self care', () => {
      schedule.startIn(care, 1000)
      for (const feed of feeds) feed.look()
    })
    schedule.startIn(care, 1000)
    for (const feed of feeds) feed.plug(0.1)
    this.feed = feeds[0]!
    this.other = feeds[1]!
    if (heard) this.state()
  }

  /** A VehicleState arrives; the result: it counts for the vehicle. */
  state(source = DASH, shedLevel = 0, manager: ManagerState = MANAGER_STATE.active): boolean {
    this.schedule.now()
    return this.power.inCharge.heardVehicle({ ...VehicleStateCodec.create(), ignition: IGNITION.on, manager, shedLevel }, source)
  }

  /** 0: what is due now. */
  pass(duration_ms: number): void {
    if (duration_ms === 0) this.hal.clock.advance(0)
    for (let left_ms = duration_ms; left_ms > 0;) {
      const phase_ms = this.hal.clock.now_ms % 100
      if (this.managed && phase_ms === 0) this.state(DASH, this.power.inCharge.shedLevel)
      const step_ms = Math.min(100 - phase_ms, left_ms)
      this.hal.clock.advance(step_ms)
      left_ms -= step_ms
    }
  }

  requests(): PowerRequestValues[] {
    return sentBy(this.hal, PowerRequestCodec)
  }

  last(): PowerRequestValues {
    return this.requests().at(-1)!
  }

  /** When requests were sent, ms after `from_ms`. */
  requestTimes(from_ms: number): number[] {
    return this.hal.bus.sent.filter(frame => (frame.id >>> 12 & 0xf) === PowerRequestCodec.kind)
      .map(frame => Math.round(frame.at_ms - from_ms)).filter(at_ms => at_ms >= 0)
  }

  releases(): PowerReleaseValues[] {
    return sentBy(this.hal, PowerReleaseCodec)
  }

  /** Answers the last request: grants it, unless the values say otherwise. */
  answer(values: Partial<PowerGrantValues> = {}, source = DASH): void {
    const { port, sequence, run_A, peak_A } = this.last()
    this.power.heardGrant({ port, sequence, run_A, peak_A, lease_ms: 2000, result: GRANT_RESULT.granted, ...values }, source)
  }

  /** Asks and is granted all of it at once. */
  grant(run_A: number, peak_A: number = run_A, priority = 2, shareable = false): void {
    this.feed.want(run_A, peak_A, 10_000, priority, shareable)
    this.pass(1)
    this.answer()
  }

  /** Of the eFuse. */
  limit(port = 0): number {
    return this.hal.sockets[port]!.limit_A
  }
}
