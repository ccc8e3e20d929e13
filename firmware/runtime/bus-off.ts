import { CAN_STATE } from '#protocol/index.ts'
import type { CanPort, Hal } from '../hal.ts'
import type { HubCounters } from './counters.ts'
import type { Job, Schedule } from './schedule.ts'

/** Pause before the first attempt to leave bus-off; each further one waits twice as long, up to the longest. */
const FIRST_PAUSE_ms = 100
const LONGEST_PAUSE_ms = 3200
/** Random part of every pause, so that two hubs that disturb each other part. */
const SPREAD_ms = 50
/** A bus that held this long after a recovery is healthy again: the next pause is the first. */
const HEALTHY_ms = 10_000

/** Looks at a hub's controllers, and has them leave bus-off. */
export interface BusCheck {
  check(): void
}

/**
 * Leaves bus-off by itself, ever more slowly while the fault lasts, so that a hub with a broken transceiver disturbs
 * the others little.
 */
export class BusOffRecovery implements BusCheck {
  private readonly hal: Hal
  private readonly can: CanPort
  private readonly schedule: Schedule
  private readonly counters: HubCounters
  private readonly job: Job
  private pause_ms: number
  private recovered_ms: number

  constructor(hal: Hal, can: CanPort, schedule: Schedule, counters: HubCounters) {
    this.hal = hal
    this.can = can
    this.schedule = schedule
    this.counters = counters
    this.job = schedule.job('bus-off recovery', () => this.recover())
    this.pause_ms = FIRST_PAUSE_ms
    this.recovered_ms = -Infinity
  }

  /** Looks at the controller; starts to recover when it is bus-off. */
  check(): void {
    if (this.job.armed || this.can.state() !== CAN_STATE.busOff) return
    const now = this.schedule.now()
    if (now - this.recovered_ms > HEALTHY_ms) this.pause_ms = FIRST_PAUSE_ms
    this.counters.busOffs++
    this.schedule.startIn(this.job, this.pause_ms + this.hal.random() * SPREAD_ms)
    this.pause_ms = Math.min(2 * this.pause_ms, LONGEST_PAUSE_ms)
  }

  private recover(): void {
    if (this.can.state() !== CAN_STATE.busOff) return
    this.recovered_ms = this.schedule.now()
    this.counters.busRecoveries++
    this.can.recover()
  }
}
