import { PORT_STATE, type PortState } from '#protocol/index.ts'
import type { PortPower } from '../../components/index.ts'
import type { Port } from '../../hal.ts'
import type { HubCounters, Job, Schedule } from '../../runtime/index.ts'
import type { HubPower } from '../hub/index.ts'
import { POWER_RULES } from '../rules.ts'
import { Lease } from './lease.ts'

/** What a component may draw without a grant: its idle current with this margin. */
export const IDLE_FACTOR = 1.25
export const IDLE_MARGIN_A = 0.2
/** How often a port is looked at that draws more than its idle current; its hub looks at the others once a second. */
const WATCH_ms = 100
/** When a port is looked at for the first time: what is plugged in fills its capacitors. */
const FIRST_WATCH_ms = 1000
/** Pause before a tripped feed is switched on again: at the next look if the driver wants current, later if not. */
export const WISH_RETRY_ms = 1000
const IDLE_RETRY_ms = 5000
/** Share of the limit from which on the eFuse counts as limiting. */
const LIMITING = 0.98
/** Readings of which the mean tells what a single one only suspects: sensors have noise, and idle limits are small. */
const READINGS = 8
/** Less than any sensor tells apart, and more than the mean of readings is off by its rounding, A. */
const SAME_A = 1e-6
/** What a sensor may show while nothing flows; more is a load that is still running down, A. */
const MOST_ZERO_A = 0.3
/** A load that was just switched off is still running down: what is drawn so soon after a grant's end is drawn from before. */
const RUN_DOWN_ms = 20
/** Nobody else takes the means of a port whose last are older than this: the driver of a running motor does each few milliseconds. */
const MEANS_ms = 50
/** Looks in a row at which the eFuse limits what was granted before that is told: an end stop or an inrush is over by then. */
const OVERDRAWN_LOOKS = 3

/**
 * - `off`: nothing is plugged in;
 * - `idle`: what is plugged in may draw its idle current;
 * - `drawing`: it may draw what is leased;
 * - `tripped`: the eFuse latched off, and is switched on again after a pause.
 */
export type FeedState = 'off' | 'idle' | 'drawing' | 'tripped'

/** Who is told about a feed. */
export interface FeedOwner {
  /** The grant came or went. */
  grantChanged(granted: boolean): void
  /** The manager refuses what the driver wants, or does so no longer. */
  refusalChanged(refused: boolean): void
  /** The state is another; `granted`: more than the idle current is allowed. */
  feedChanged(state: PortState, granted: boolean): void
  /** The component draws all that it was granted and would draw more, as its descriptor promised less; or it does so no longer. */
  overdrawnChanged(overdrawn: boolean): void
}

/**
 * The feed of one port: switches it, sets its limit to what is allowed, and brings it back after a trip. Its current is
 * leased from the power manager; without one (`power` undefined: a hub on a bench) every wish is granted at once.
 */
export class PortFeed implements PortPower {
  private readonly port: Port
  private readonly schedule: Schedule
  private readonly counters: HubCounters
  private readonly owner: FeedOwner
  private readonly lease: Lease | undefined
  private readonly watchJob: Job
  /** What its sensor shows of nothing. */
  private zero_A: number
  private idle_A: number
  private allowed_A: number
  private bound_A: number
  /** What the driver wants; 0: nothing. */
  private run_A: number
  private peak_A: number
  private duration_ms: number
  private priority: number
  private shareable: boolean
  private feed: FeedState
  /** What it may draw covers the wish: the driver was told so. */
  private covered: boolean
  private trip_ms: number
  /** When the last grant ended. */
  private ended_ms: number
  private told: PortState
  /** Looks in a row at which it drew all of its grant. */
  private limitedLooks: number
  private overdrawn: boolean
  /** Until when what flowed has been looked at, and until when means were taken; what flowed between, A·ms; NaN: its board takes none. */
  private looked_ms: number
  private taken_ms: number
  private drawn_Ams: number
  /** The most that its lease allowed since the last look, A. */
  private most_A: number
  /** What it drew at the last look, if that was more than it may; else 0. */
  private over_A: number
  /** Since when it has drawn more on average than it may, whatever the eFuse was set to, and how much more, A·ms; Infinity: it has not. */
  private excess_ms: number
  private excess_Ams: number
  private toldRefused: boolean

  constructor(port: Port, index: number, schedule: Schedule, counters: HubCounters, owner: FeedOwner, power: HubPower | undefined) {
    this.port = port
    this.schedule = schedule
    this.counters = counters
    this.owner = owner
    this.lease = power === undefined ? undefined : new Lease(power, index, schedule, counters, () => this.leaseChanged())
    if (power !== undefined && this.lease !== undefined) power.join(this.lease)
    this.watchJob = schedule.job(`port ${index} feed`, () => this.watch())
    this.zero_A = 0
    this.idle_A = 0
    this.allowed_A = 0
    this.bound_A = Infinity
    this.run_A = 0
    this.peak_A = 0
    this.duration_ms = 0
    this.priority = 0
    // Stryker disable next-line BooleanLiteral: a wish says it anew before anybody reads it
    this.shareable = false
    this.feed = 'off'
    this.covered = false
    this.trip_ms = 0
    this.ended_ms = -Infinity
    this.told = PORT_STATE.off
    this.limitedLooks = 0
    this.overdrawn = false
    this.looked_ms = 0
    this.taken_ms = 0
    this.drawn_Ams = 0
    this.most_A = 0
    this.over_A = 0
    this.excess_ms = Infinity
    this.excess_Ams = 0
    this.toldRefused = false
  }

  /** Feeds a known component with its idle current. */
  plug(idle_A: number): void {
    this.idle_A = idle_A * IDLE_FACTOR + IDLE_MARGIN_A
    this.told = PORT_STATE.on
    const zero_A = this.mean_A()
    this.zero_A = zero_A < MOST_ZERO_A ? zero_A : 0
    this.takeMeans()
    this.beginLook(this.taken_ms)
    this.switchOn()
    this.schedule.startIn(this.watchJob, FIRST_WATCH_ms)
  }

  /** Off; a grant ends without a word to the driver, which is gone. */
  unplug(): void {
    this.feed = 'off'
    this.covered = false
    this.bound_A = Infinity
    this.limitedLooks = 0
    this.overdrawn = false
    this.over_A = 0
    this.forgive()
    this.toldRefused = false
    if (this.lease !== undefined) this.lease.release()
    this.schedule.stop(this.watchJob)
    this.port.power(false)
  }

  want(run_A: number, peak_A: number, duration_ms: number, priority: number, shareable?: boolean): void {
    if (this.feed === 'off') return
    this.run_A = run_A
    this.peak_A = peak_A
    this.duration_ms = duration_ms
    this.priority = priority
    this.shareable = shareable === true
    if (this.feed === 'tripped') this.schedule.notLater(this.watchJob, this.trip_ms + WISH_RETRY_ms)
    else this.ask()
  }

  granted(): boolean {
    return this.covered
  }

  bound(current_A: number): void {
    if (this.feed !== 'drawing' || current_A === this.bound_A) return
    this.bound_A = current_A
    this.apply()
  }

  limit_A(): number {
    // Stryker disable next-line EqualityOperator: of two equal limits either is the limit
    return this.bound_A < this.allowed_A ? this.bound_A : this.allowed_A
  }

  takeMeans(): number {
    const port = this.port
    const now = this.schedule.now_ms
    port.takeMeans()
    const mean_A = port.mean_A()
    this.drawn_Ams = this.drawn_Ams + mean_A * (now - this.taken_ms)
    this.taken_ms = now
    return mean_A
  }

  /** What it draws; of a port that draws too much as much as it did on average until the last look, if that is more. */
  reported_A(): number {
    const now_A = this.port.current_A()
    return now_A > this.over_A ? now_A : this.over_A
  }

  release(): void {
    this.run_A = 0
    if (this.lease === undefined) this.end()
    else this.lease.release()
  }

  /** Current granted, A; 0 = idle current only. */
  granted_A(): number {
    if (this.lease !== undefined) return this.lease.runLimit_A()
    return this.covered ? this.run_A : 0
  }

  /** Of a port with a component: off, on, limiting or tripped. */
  state(): PortState {
    if (this.feed === 'tripped') return PORT_STATE.tripped
    if (this.feed === 'off') return PORT_STATE.off
    if (this.schedule.now_ms - this.ended_ms < RUN_DOWN_ms) return PORT_STATE.on
    return this.drawsOver(this.limit_A() * LIMITING - SAME_A) ? PORT_STATE.limiting : PORT_STATE.on
  }

  private drawsOver(current_A: number): boolean {
    const shown_A = current_A + this.zero_A
    return this.port.current_A() > shown_A && this.mean_A() > shown_A
  }

  private mean_A(): number {
    const port = this.port
    const half_A = port.current_A() + port.current_A() + port.current_A() + port.current_A()
    return (half_A + port.current_A() + port.current_A() + port.current_A() + port.current_A()) / READINGS
  }

  private ask(): void {
    if (this.lease === undefined) this.draw(this.peak_A, true)
    else this.lease.want(this.run_A, this.peak_A, this.duration_ms, this.priority, this.shareable)
  }

  /** What the manager allows has changed: called by the lease. */
  private leaseChanged(): void {
    const lease = this.lease!
    this.tellRefusal(lease.refused)
    if (lease.draws()) this.draw(lease.limit_A(), lease.covers())
    else this.end()
  }

  /** `whole`: that is what the driver wants; else it keeps what it has until there is more. */
  private draw(limit_A: number, whole: boolean): void {
    const before = this.covered
    this.feed = 'drawing'
    if (limit_A > this.most_A) this.most_A = limit_A
    this.covered = whole
    this.limitTo(Math.max(limit_A, this.idle_A))
    this.schedule.notLater(this.watchJob, this.schedule.now() + WATCH_ms)
    if (whole && !before) this.owner.grantChanged(true)
  }

  /** Back to the idle current. */
  private end(): void {
    if (this.feed !== 'drawing') return
    this.feed = 'idle'
    this.endGrant()
  }

  private endGrant(): void {
    this.covered = false
    this.ended_ms = this.schedule.now()
    this.bound_A = Infinity
    this.limitTo(this.idle_A)
    this.owner.grantChanged(false)
  }

  /** Off before: that clears a trip. */
  private switchOn(): void {
    this.port.power(false)
    this.feed = 'idle'
    this.limitTo(this.idle_A)
    this.port.power(true)
  }

  private limitTo(current_A: number): void {
    this.allowed_A = current_A
    this.apply()
  }

  private apply(): void {
    this.port.limit(this.limit_A())
  }

  private tellRefusal(refused: boolean): void {
    if (refused === this.toldRefused) return
    this.toldRefused = refused
    this.owner.refusalChanged(refused)
  }

  /** Comes once a second: looks at what nobody looks at more closely. */
  look(): void {
    if (this.feed === 'idle' && !this.watchJob.armed) this.watch()
  }

  private watch(): void {
    this.weigh()
    if (this.feed === 'tripped') this.retry()
    else if (this.port.tripped()) this.latched()
    else this.police()
    if (this.feed === 'tripped') this.schedule.notLater(this.watchJob, this.schedule.now_ms + WISH_RETRY_ms)
    else if (this.feed === 'drawing' || this.excess_ms < Infinity) this.schedule.notLater(this.watchJob, this.schedule.now_ms + WATCH_ms)
    const state = this.state()
    if (this.covered) this.compare(state)
    if (state === this.told) return
    this.told = state
    this.owner.feedChanged(state, this.feed === 'drawing')
  }

  /** What is drawn with what was granted. A driver's own bound is no limit of the component. */
  private compare(state: PortState): void {
    this.limitedLooks = state === PORT_STATE.limiting && this.allowed_A <= this.bound_A ? this.limitedLooks + 1 : 0
    const kept = state === PORT_STATE.on && this.drawsOver(this.idle_A + SAME_A)
    if (this.overdrawn ? !kept : this.limitedLooks < OVERDRAWN_LOOKS) return
    this.overdrawn = !this.overdrawn
    this.owner.overdrawnChanged(this.overdrawn)
  }

  /**
   * What flowed since the last look, with what was allowed meanwhile: pulses count by their mean. A board without means shows what
   * flows at the looks.
   */
  private weigh(): void {
    const now = this.schedule.now_ms
    if (now - this.taken_ms >= MEANS_ms) this.takeMeans()
    const most_A = this.most_A > this.idle_A ? this.most_A : this.idle_A
    const may_A = most_A * (1 + POWER_RULES.excessFraction) + POWER_RULES.excess_A + this.zero_A + SAME_A
    const since_ms = this.looked_ms
    const passed_ms = this.taken_ms - since_ms
    const measured = this.drawn_Ams >= 0
    const drawn_A = measured ? this.drawn_Ams / passed_ms : this.drawsOver(may_A - this.zero_A) ? this.mean_A() : this.port.current_A()
    this.beginLook(this.taken_ms)
    // Nothing passed, or means that came and went.
    if (!(passed_ms > 0)) return
    this.over_A = drawn_A > may_A ? drawn_A : 0
    this.excess_Ams = this.excess_Ams + (drawn_A - may_A) * passed_ms
    if (this.excess_Ams <= 0) this.forgive()
    else if (this.excess_ms === Infinity) this.excess_ms = measured ? since_ms : this.taken_ms
  }

  private beginLook(now_ms: number): void {
    this.looked_ms = now_ms
    this.drawn_Ams = 0
    this.most_A = this.leased_A()
  }

  private forgive(): void {
    this.excess_ms = Infinity
    this.excess_Ams = 0
  }

  /** The second line behind the eFuse: what draws more on average than its lease allows is cut. */
  private police(): void {
    if (this.over_A === 0 || this.schedule.now_ms - this.excess_ms < POWER_RULES.excess_ms) return
    this.counters.portsCut++
    this.forgive()
    this.port.power(false)
    this.latched()
  }

  /** What the lease itself says, whatever came of it. */
  private leased_A(): number {
    if (this.lease !== undefined) return this.lease.limit_A()
    return this.feed === 'drawing' ? this.peak_A : 0
  }

  private retry(): void {
    const wished = this.run_A > 0
    if (!wished && this.schedule.now() - this.trip_ms < IDLE_RETRY_ms) return
    this.switchOn()
    if (wished) this.ask()
  }

  private latched(): void {
    const drew = this.feed === 'drawing'
    this.feed = 'tripped'
    this.trip_ms = this.schedule.now()
    this.counters.trips++
    this.release()
    if (drew) this.endGrant()
  }
}
