import { PORT_STATE } from '#protocol/catalogue/enums.ts'
import type { PortPower } from '../components/component.ts'
import type { Port } from '../hal.ts'
import type { HubCounters } from './counters.ts'
import type { Job, Schedule } from './schedule.ts'

/** What a component may draw without a grant: its idle current with this margin. */
const IDLE_FACTOR = 1.25
const IDLE_MARGIN_A = 0.2
/** How often a port is looked at, with a grant and without. */
const WATCH_ms = 100
const IDLE_WATCH_ms = 1000
/** Pause before a tripped feed is switched on again, if the driver still wants current and if not. */
export const WISH_RETRY_ms = 1000
export const IDLE_RETRY_ms = 5000
/** Share of the limit from which on the eFuse counts as limiting. */
const LIMITING = 0.98

/** Who is told about a feed. */
export interface FeedOwner {
  /** The grant came or went. */
  grantChanged(granted: boolean): void
  /** The `PORT_STATE` is another; `granted`: more than the idle current is allowed. */
  feedChanged(state: number, granted: boolean): void
}

/**
 * The feed of one port. Every wish is granted at once, up to its peak: the hub's own feed carries it. Nothing outside
 * this file knows that no one else was asked.
 */
export class PortFeed implements PortPower {
  private readonly port: Port
  private readonly schedule: Schedule
  private readonly counters: HubCounters
  private readonly owner: FeedOwner
  private readonly watchJob: Job
  private idle_A: number
  private limit_A: number
  private bound_A: number
  private run_A: number
  private peak_A: number
  private wished: boolean
  private hasGrant: boolean
  private fed: boolean
  private trip: boolean
  private trip_ms: number
  private told: number

  constructor(port: Port, index: number, schedule: Schedule, counters: HubCounters, owner: FeedOwner) {
    this.port = port
    this.schedule = schedule
    this.counters = counters
    this.owner = owner
    this.watchJob = schedule.job(`port ${index} feed`, () => this.watch())
    this.idle_A = 0
    this.limit_A = 0
    this.bound_A = Infinity
    this.run_A = 0
    this.peak_A = 0
    this.wished = false
    this.hasGrant = false
    this.fed = false
    this.trip = false
    this.trip_ms = 0
    this.told = PORT_STATE.off
  }

  /** Feeds a known component with its idle current. */
  plug(idle_A: number): void {
    this.idle_A = idle_A * IDLE_FACTOR + IDLE_MARGIN_A
    this.fed = true
    this.told = PORT_STATE.on
    this.switchOn()
    this.schedule.startIn(this.watchJob, IDLE_WATCH_ms)
  }

  /** Off; a grant ends without a word to the driver, which is gone. */
  unplug(): void {
    this.fed = false
    this.trip = false
    this.wished = false
    this.hasGrant = false
    this.bound_A = Infinity
    this.told = PORT_STATE.off
    this.schedule.stop(this.watchJob)
    this.port.power(false)
  }

  want(run_A: number, peak_A: number, _duration_ms: number, _priority: number): void {
    if (!this.fed) return
    this.wished = true
    this.run_A = run_A
    this.peak_A = peak_A
    if (!this.trip || this.schedule.now() - this.trip_ms >= WISH_RETRY_ms) this.grant()
    else this.schedule.notLater(this.watchJob, this.trip_ms + WISH_RETRY_ms)
  }

  granted(): boolean {
    return this.hasGrant
  }

  bound(current_A: number): void {
    if (!this.hasGrant || current_A === this.bound_A) return
    this.bound_A = current_A
    this.apply()
  }

  release(): void {
    this.wished = false
    if (!this.hasGrant) return
    this.hasGrant = false
    this.bound_A = Infinity
    this.limitTo(this.idle_A)
    this.owner.grantChanged(false)
  }

  /** Current granted, A; 0 = idle current only. */
  granted_A(): number {
    return this.hasGrant ? this.run_A : 0
  }

  /** `PORT_STATE` of a port with a component: off, on, limiting or tripped. */
  state(): number {
    if (this.trip) return PORT_STATE.tripped
    if (!this.fed) return PORT_STATE.off
    return this.port.current_A() >= (this.bound_A < this.limit_A ? this.bound_A : this.limit_A) * LIMITING ? PORT_STATE.limiting : PORT_STATE.on
  }

  private grant(): void {
    const before = this.hasGrant
    if (this.trip) this.switchOn()
    this.hasGrant = true
    this.limitTo(this.peak_A > this.idle_A ? this.peak_A : this.idle_A)
    this.schedule.notLater(this.watchJob, this.schedule.now() + WATCH_ms)
    if (!before) this.owner.grantChanged(true)
  }

  private switchOn(): void {
    if (this.trip) this.port.power(false)
    this.trip = false
    this.limitTo(this.idle_A)
    this.port.power(true)
  }

  private limitTo(current_A: number): void {
    this.limit_A = current_A
    this.apply()
  }

  private apply(): void {
    this.port.limit(this.bound_A < this.limit_A ? this.bound_A : this.limit_A)
  }

  private watch(): void {
    if (this.trip) this.retry()
    else if (this.port.tripped()) this.latched()
    this.schedule.notLater(this.watchJob, this.schedule.now() + (this.hasGrant ? WATCH_ms : IDLE_WATCH_ms))
    const state = this.state()
    if (state === this.told) return
    this.told = state
    this.owner.feedChanged(state, this.hasGrant)
  }

  private retry(): void {
    const waited_ms = this.schedule.now() - this.trip_ms
    if (this.wished && waited_ms >= WISH_RETRY_ms) this.grant()
    else if (waited_ms >= IDLE_RETRY_ms) this.switchOn()
  }

  private latched(): void {
    this.trip = true
    this.trip_ms = this.schedule.now()
    this.counters.trips++
    this.wished = false
    this.bound_A = Infinity
    if (!this.hasGrant) return
    this.hasGrant = false
    this.owner.grantChanged(false)
  }
}
