import { GRANT_RESULT } from '#protocol/catalogue/enums.ts'
import type { PowerGrantValues } from '#protocol/messages.generated.ts'
import { POWER_RULES, PRIORITY } from '../power-manager/rules.ts'
import type { HubCounters } from './counters.ts'
import type { HubPower } from './hub-power.ts'
import type { Job, Schedule } from './schedule.ts'

/** First pause before a request is repeated that nobody answered; it doubles up to `repeat_ms`. */
export const FIRST_REPEAT_ms = 50
/** Pause after a refusal: what was asked for can never be granted. */
export const REFUSED_ms = 5000
/** So long a reversal goes on after its lease is over and no manager answers: the way back to the open end. */
export const ORPHAN_REVERSAL_ms = 6000
/** Steps per ampere, and the largest current, of a request. */
const STEPS_PER_A = 5
const MOST_A = 50.6
const LONGEST_ms = 25_300
const SEQUENCE_MASK = 0x0f
/** Waiting ports of a hub, and of different hubs, ask one after the other when current is to be had again. */
const PORT_STEP_ms = 15
const LOCATION_STEP_ms = 40

/** Up to a current that a request can carry. */
export function stepsUp(current_A: number): number {
  const up_A = Math.ceil(current_A * STEPS_PER_A - 1e-6) / STEPS_PER_A
  return up_A < MOST_A ? up_A : MOST_A
}

/**
 * One port's contract with the power manager: what it asked for, what it was granted, until when. It counts its lease from
 * sending the request, so that it lets go before the manager gives the current to another.
 */
export class Lease {
  /** What it wishes can never be granted. */
  refused: boolean
  private readonly power: HubPower
  private readonly index: number
  private readonly schedule: Schedule
  private readonly counters: HubCounters
  private readonly changed: () => void
  private readonly job: Job

  private wished: boolean
  private wishRun_A: number
  private wishPeak_A: number
  private duration_ms: number
  private priority: number
  private shareable: boolean
  /** The peak of this wish has not been granted yet. */
  private fresh: boolean

  private sequence: number
  private sent_ms: number
  private awaiting: boolean
  private ask_ms: number
  private pause_ms: number

  private held: boolean
  private run_A: number
  private peak_A: number
  private peakEnd_ms: number
  private end_ms: number
  /** Taken from the hub's static share, not granted. */
  private shared_A: number
  /** A reversal that outlives its lease. */
  private orphan: boolean

  /** `changed`: what may be drawn is another. */
  constructor(power: HubPower, index: number, schedule: Schedule, counters: HubCounters, changed: () => void) {
    this.refused = false
    this.power = power
    this.index = index
    this.schedule = schedule
    this.counters = counters
    this.changed = changed
    this.job = schedule.job(`port ${index} lease`, () => this.elapsed())
    this.wished = false
    this.wishRun_A = 0
    this.wishPeak_A = 0
    this.duration_ms = 0
    this.priority = PRIORITY.idle
    this.shareable = false
    this.fresh = false
    this.sequence = power.firstSequence
    this.sent_ms = 0
    this.awaiting = false
    this.ask_ms = Infinity
    this.pause_ms = FIRST_REPEAT_ms
    this.held = false
    this.run_A = 0
    this.peak_A = 0
    this.peakEnd_ms = 0
    this.end_ms = 0
    this.shared_A = 0
    this.orphan = false
    power.join(this)
  }

  /** Asks for a lease; a lower wish takes effect at once. */
  want(run_A: number, peak_A: number, duration_ms: number, priority: number, shareable: boolean): void {
    const run = stepsUp(run_A)
    const peak = peak_A > run ? stepsUp(peak_A) : run
    const mayShare = shareable || priority <= PRIORITY.access
    const same = this.wished && run === this.wishRun_A && peak === this.wishPeak_A && priority === this.priority
      && mayShare === this.shareable
    this.shareable = mayShare
    this.duration_ms = duration_ms < LONGEST_ms ? duration_ms : LONGEST_ms
    if (same && (this.awaiting || this.covers())) return
    this.wished = true
    this.wishRun_A = run
    this.wishPeak_A = peak
    this.priority = priority
    this.fresh = true
    this.refused = false
    if (this.held && this.run_A > run) this.run_A = run
    this.pause_ms = FIRST_REPEAT_ms
    this.ask()
    this.plan()
    this.changed()
  }

  /** Gives everything back. */
  release(): void {
    const owed = this.wished || this.held
    this.wished = false
    this.awaiting = false
    this.refused = false
    this.ask_ms = Infinity
    this.letGo()
    if (owed) this.power.release(this.index, this.sequence)
    this.plan()
  }

  /** The lease covers the wish. */
  covers(): boolean {
    return this.wished && this.held && this.run_A >= this.wishRun_A
  }

  isHeld(): boolean {
    return this.held
  }

  /** What may be drawn for long, and now; 0 without a lease. */
  runLimit_A(): number {
    return this.held ? this.run_A : 0
  }

  limit_A(): number {
    if (!this.held) return 0
    return this.schedule.now() < this.peakEnd_ms && this.peak_A > this.run_A ? this.peak_A : this.run_A
  }

  /** The manager's answer. */
  answer(values: PowerGrantValues): void {
    if (values.result === GRANT_RESULT.revoked) this.revoked()
    else if (!this.wished || !this.awaiting || values.sequence !== this.sequence) this.counters.grantsStale++
    else if (values.result === GRANT_RESULT.granted) this.granted(values)
    else {
      this.refused = values.result === GRANT_RESULT.refused
      this.ask_ms = this.schedule.now() + (this.refused ? REFUSED_ms : POWER_RULES.repeat_ms)
      if (this.refused) this.changed()
    }
    this.plan()
  }

  /** Another shed level: what it switches off goes at once, what it allows again is asked for. */
  levelChanged(): void {
    if (this.isShed()) {
      if (this.held) this.endEarly()
      this.ask_ms = Infinity
    } else if (this.wished && this.ask_ms === Infinity) {
      this.ask_ms = this.schedule.now() + this.index * PORT_STEP_ms + this.power.location * LOCATION_STEP_ms
    }
    this.plan()
  }

  private granted(values: PowerGrantValues): void {
    const now = this.schedule.now()
    const lease_ms = values.lease_ms < POWER_RULES.lease_ms ? values.lease_ms : POWER_RULES.lease_ms
    const end_ms = this.sent_ms + lease_ms
    if (!(end_ms > now && values.run_A > 0)) {
      this.counters.grantsStale++
      return
    }
    this.giveShareBack()
    this.counters.grantsTaken++
    this.held = true
    this.orphan = false
    this.refused = false
    this.end_ms = end_ms
    this.run_A = values.run_A < this.wishRun_A ? values.run_A : this.wishRun_A
    if (values.peak_A > values.run_A) {
      this.peak_A = values.peak_A < this.wishPeak_A ? values.peak_A : this.wishPeak_A
      this.peakEnd_ms = now + POWER_RULES.peak_ms
    }
    const enough = this.covers()
    if (enough) {
      this.fresh = false
      this.awaiting = false
    }
    this.pause_ms = FIRST_REPEAT_ms
    this.ask_ms = enough ? this.sent_ms + lease_ms / 2 : now + POWER_RULES.repeat_ms
    this.changed()
  }

  private revoked(): void {
    if (!this.held && !this.awaiting) {
      this.counters.grantsStale++
      return
    }
    this.ask_ms = this.schedule.now() + POWER_RULES.repeat_ms
    if (this.held) this.endEarly()
    else this.power.release(this.index, this.sequence)
  }

  /** The manager took the lease away: the port lets go, says so, and goes on wishing. */
  private endEarly(): void {
    this.counters.leasesRevoked++
    this.letGo()
    this.fresh = true
    this.power.release(this.index, this.sequence)
    this.changed()
  }

  private elapsed(): void {
    const now = this.schedule.now()
    const peakOver = this.held && this.peakEnd_ms > 0 && now >= this.peakEnd_ms
    if (peakOver) this.peakEnd_ms = 0
    if (this.held && now >= this.end_ms) this.expire(now)
    else if (peakOver) this.changed()
    if (this.wished && now >= this.ask_ms) this.ask()
    this.plan()
  }

  private expire(now: number): void {
    if (this.shared_A > 0) {
      this.endShare(now)
      return
    }
    if (this.priority === PRIORITY.safety && this.wished && !this.orphan) {
      // Whoever is in the window comes first.
      this.orphan = true
      this.end_ms = now + ORPHAN_REVERSAL_ms
      return
    }
    this.counters.leasesExpired++
    this.letGo()
    this.fresh = true
    this.changed()
  }

  /** The share ends when a manager is there again, and has had time to answer. */
  private endShare(now: number): void {
    if (this.power.orphaned()) this.end_ms = now + POWER_RULES.lease_ms
    else {
      this.letGo()
      this.changed()
    }
  }

  private ask(): void {
    if (this.isShed()) {
      this.ask_ms = Infinity
      return
    }
    const now = this.schedule.now()
    const renewal = this.held && !this.fresh
    if (this.awaiting || this.held) this.counters.powerRepeats++
    this.sequence = (this.sequence + 1) & SEQUENCE_MASK
    this.sent_ms = now
    this.awaiting = true
    this.ask_ms = now + this.pause_ms
    this.pause_ms = this.pause_ms * 2 < POWER_RULES.repeat_ms ? this.pause_ms * 2 : POWER_RULES.repeat_ms
    this.counters.powerRequests++
    const peak_A = renewal ? this.wishRun_A : this.wishPeak_A
    this.power.request(this.index, this.sequence, this.wishRun_A, peak_A, this.duration_ms, this.priority)
    if (!this.held && this.shareable && this.power.orphaned()) this.useShare(now)
  }

  /** No manager far and wide: the hub's static safe share carries it, if nothing else does. */
  private useShare(now: number): void {
    const share_A = this.power.takeShare(this.wishRun_A, this.wishPeak_A)
    if (share_A === 0) return
    this.shared_A = share_A
    this.held = true
    this.run_A = share_A
    this.peakEnd_ms = 0
    this.end_ms = now + POWER_RULES.lease_ms
    this.changed()
  }

  private letGo(): void {
    this.giveShareBack()
    this.held = false
    this.orphan = false
    this.run_A = 0
    this.peakEnd_ms = 0
  }

  private giveShareBack(): void {
    if (this.shared_A > 0) this.power.giveShare(this.shared_A)
    this.shared_A = 0
  }

  private isShed(): boolean {
    return this.priority > PRIORITY.idle - this.power.shedLevel
  }

  private plan(): void {
    let due_ms = this.wished ? this.ask_ms : Infinity
    if (this.held && this.end_ms < due_ms) due_ms = this.end_ms
    if (this.held && this.peakEnd_ms > 0 && this.peakEnd_ms < due_ms) due_ms = this.peakEnd_ms
    if (due_ms === Infinity) this.schedule.stop(this.job)
    else if (!this.job.armed || this.job.due_ms !== due_ms) this.schedule.startAt(this.job, due_ms)
  }
}
