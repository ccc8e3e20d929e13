import { PORT_STATE } from '#protocol/catalogue/enums.ts'
import type { PortPower } from '../components/component.ts'
import type { Port } from '../hal.ts'
import type { HubCounters } from './counters.ts'
import type { Job, Schedule } from './schedule.ts'

/** What a component may draw without a grant: its idle current with this margin. */
const IDLE_FACTOR = 1.25
const IDLE_MARGIN_A = 0.2
/** How often a port is looked at for a trip, with a grant and without. */
const WATCH_ms = 100
const IDLE_WATCH_ms = 1000
/** Pause before a tripped feed without a grant is switched on again. */
const RETRY_ms = 5000
/** Share of the limit from which on the eFuse counts as limiting. */
const LIMITING = 0.98

/**
 * The feed of one port. Every wish is granted at once, up to its peak: the hub's own feed carries it. Nothing outside
 * this file knows that no one else was asked.
 */
export class PortFeed implements PortPower {
  private readonly port: Port
  private readonly schedule: Schedule
  private readonly counters: HubCounters
  private readonly changed: (granted: boolean) => void
  private readonly tripped: (latched: boolean) => void
  private readonly watchJob: Job
  private idle_A: number
  private limit_A: number
  private grant_A: number
  private hasGrant: boolean
  private fed: boolean
  private trip: boolean
  private trip_ms: number

  /** `changed`: the grant came or went; `tripped`: the eFuse latched off, or was switched on again. */
  constructor(port: Port, index: number, schedule: Schedule, counters: HubCounters,
    changed: (granted: boolean) => void, tripped: (latched: boolean) => void) {
    this.port = port
    this.schedule = schedule
    this.counters = counters
    this.changed = changed
    this.tripped = tripped
    this.watchJob = schedule.job(`port ${index} feed`, () => this.watch())
    this.idle_A = 0
    this.limit_A = 0
    this.grant_A = 0
    this.hasGrant = false
    this.fed = false
    this.trip = false
    this.trip_ms = 0
  }

  /** Feeds a known component with its idle current. */
  plug(idle_A: number): void {
    this.idle_A = idle_A * IDLE_FACTOR + IDLE_MARGIN_A
    this.feed()
  }

  /** Off; a grant ends without a word to the driver, which is gone. */
  unplug(): void {
    this.fed = false
    this.trip = false
    this.drop()
    this.schedule.stop(this.watchJob)
    this.port.power(false)
  }

  want(run_A: number, peak_A: number, _duration_ms: number, _priority: number): void {
    if (!this.fed) return
    const before = this.hasGrant
    this.hasGrant = true
    this.grant_A = run_A
    if (this.trip) this.feed()
    this.limitTo(peak_A > this.idle_A ? peak_A : this.idle_A)
    this.schedule.notLater(this.watchJob, this.schedule.now() + WATCH_ms)
    if (!before) this.changed(true)
  }

  granted(): boolean {
    return this.hasGrant
  }

  release(): void {
    if (!this.hasGrant) return
    this.drop()
    this.limitTo(this.idle_A)
    this.changed(false)
  }

  /** Current granted, A; 0 = idle current only. */
  granted_A(): number {
    return this.grant_A
  }

  /** `PORT_STATE` of a port with a component: off, on, limiting or tripped. */
  state(): number {
    if (this.trip) return PORT_STATE.tripped
    if (!this.fed) return PORT_STATE.off
    return this.port.current_A() >= this.limit_A * LIMITING ? PORT_STATE.limiting : PORT_STATE.on
  }

  private feed(): void {
    if (this.trip) {
      this.trip = false
      this.port.power(false)
      this.tripped(false)
    }
    this.fed = true
    this.limitTo(this.idle_A)
    this.port.power(true)
    this.schedule.notLater(this.watchJob, this.schedule.now() + IDLE_WATCH_ms)
  }

  private drop(): void {
    this.hasGrant = false
    this.grant_A = 0
  }

  private limitTo(current_A: number): void {
    this.limit_A = current_A
    this.port.limit(current_A)
  }

  private watch(): void {
    if (!this.fed) return
    if (!this.trip && this.port.tripped()) this.latched()
    else if (this.trip && this.schedule.now() - this.trip_ms >= RETRY_ms) this.feed()
    this.schedule.startIn(this.watchJob, this.hasGrant ? WATCH_ms : IDLE_WATCH_ms)
  }

  private latched(): void {
    this.trip = true
    this.trip_ms = this.schedule.now()
    this.counters.trips++
    const hadGrant = this.hasGrant
    this.drop()
    if (hadGrant) this.changed(false)
    this.tripped(true)
  }
}
