import { GRANT_RESULT, type PowerGrantValues } from '#protocol/index.ts'
import type { HubCounters, Job, Schedule } from '../../runtime/index.ts'
import type { FeedCeiling, ManagerInCharge, PowerRequests, StaticShare } from '../hub/index.ts'
import { POWER_RULES, PRIORITY } from '../rules.ts'
import { LEASE_STATES } from './lease-states.ts'
import type { LeaseEvent, LeaseState } from './lease-states.ts'

/** First pause before a request is repeated that nobody answered; it doubles up to `repeat_ms`. */
const FIRST_REPEAT_ms = 50
/** Pause after a refusal: what was asked for can never be granted. */
export const REFUSED_ms = 5000
/** Steps per ampere, and the largest current, of a request. */
const STEPS_PER_A = 5
const MOST_A = 50.6
const LONGEST_ms = 25_300
const SEQUENCE_MASK = 0x0f
/** Less is no grant. */
const LEAST_A = 1 / STEPS_PER_A
/** Waiting ports of a hub, and of different hubs, ask one after the other when current is to be had again. */
const PORT_STEP_ms = 15
const LOCATION_STEP_ms = 40

/** Up to a current that a request can carry. */
export function stepsUp(current_A: number): number {
  return Math.min(Math.ceil(current_A * STEPS_PER_A - 1e-6) / STEPS_PER_A, MOST_A)
}

/** What a lease uses of its hub. */
export interface LeaseHub {
  readonly location: number
  readonly firstSequence: number
  readonly requests: PowerRequests
  readonly inCharge: ManagerInCharge
  readonly share: StaticShare
  readonly ceiling: FeedCeiling
}

/**
 * A port's lease, from the wish to the end. It is counted from sending the request, so that the port lets go before the
 * manager gives the current to another.
 */
export class Lease {
  state: LeaseState
  /** What it wishes can never be granted. */
  refused: boolean
  private readonly hub: LeaseHub
  private readonly index: number
  private readonly schedule: Schedule
  private readonly counters: HubCounters
  private readonly changed: () => void
  private readonly job: Job

  /** What the driver wishes; 0: nothing. */
  private wishRun_A: number
  private wishPeak_A: number
  private duration_ms: number
  private priority: number
  private shareable: boolean

  private sequence: number
  private sent_ms: number
  /** When it asks next; Infinity: not at all. */
  private ask_ms: number
  private pause_ms: number
  /** The peak to ask for: that of the wish until it was granted, none in a renewal. */
  private askPeak_A: number
  /** The manager is to hear that the lease is given back. */
  private givesBack: boolean

  /** What it draws; 0: its idle current. */
  private run_A: number
  private peak_A: number
  /** Infinity without a peak, and while it draws its idle current. */
  private peakEnd_ms: number
  private end_ms: number
  /** Taken from the hub's static share. */
  private shared_A: number

  /** `changed`: what may be drawn is another, or whether the wish is refused. */
  constructor(hub: LeaseHub, index: number, schedule: Schedule, counters: HubCounters, changed: () => void) {
    this.state = 'idle'
    this.refused = false
    this.hub = hub
    this.index = index
    this.schedule = schedule
    this.counters = counters
    this.changed = changed
    this.job = schedule.loner(`port ${index} lease`, () => this.elapsed())
    this.wishRun_A = 0
    this.wishPeak_A = 0
    this.duration_ms = 0
    this.priority = PRIORITY.idle
    // Stryker disable next-line BooleanLiteral: the first wish is another one anyway
    this.shareable = false
    this.sequence = hub.firstSequence
    this.sent_ms = 0
    this.ask_ms = Infinity
    this.pause_ms = FIRST_REPEAT_ms
    this.askPeak_A = 0
    this.givesBack = false
    this.run_A = 0
    this.peak_A = 0
    this.peakEnd_ms = Infinity
    this.end_ms = Infinity
    this.shared_A = 0
  }

  /** Asks for a lease; a lower wish takes effect at once, the same wish changes nothing. */
  want(run_A: number, peak_A: number, duration_ms: number, priority: number, shareable: boolean): void {
    const run = stepsUp(run_A)
    const peak = Math.max(stepsUp(peak_A), run)
    const mayShare = shareable || priority <= PRIORITY.access
    this.duration_ms = Math.min(duration_ms, LONGEST_ms)
    if (run === this.wishRun_A && peak === this.wishPeak_A && priority === this.priority && mayShare === this.shareable) return
    this.wishRun_A = run
    this.wishPeak_A = peak
    this.askPeak_A = peak
    this.priority = priority
    this.shareable = mayShare
    this.refused = false
    this.run_A = Math.min(this.run_A, run)
    this.peak_A = Math.min(this.peak_A, peak)
    this.pause_ms = FIRST_REPEAT_ms
    this.take('wish')
    if (this.isShed()) this.shed()
    else this.ask_ms = this.schedule.now()
    this.plan()
    this.changed()
  }

  /** Gives everything back. */
  release(): void {
    const owed = this.take('release')
    this.wishRun_A = 0
    this.refused = false
    this.ask_ms = Infinity
    this.letGo()
    if (owed) this.givesBack = true
    this.plan()
    this.changed()
  }

  /** More than the idle current may be drawn. */
  draws(): boolean {
    return LEASE_STATES[this.state].draws
  }

  /** What may be drawn covers the wish. */
  covers(): boolean {
    return this.draws() && this.run_A >= this.wishRun_A
  }

  /** What may be drawn for long, and now, A; 0: the idle current. */
  runLimit_A(): number {
    return this.run_A
  }

  limit_A(): number {
    return Math.max(this.run_A, this.peak_A)
  }

  /** The manager's answer. */
  answer(values: PowerGrantValues): void {
    if (values.result === GRANT_RESULT.revoked) this.revoked()
    else if (!LEASE_STATES[this.state].requested || values.sequence !== this.sequence) this.counters.grantsStale++
    else if (values.result === GRANT_RESULT.granted) this.granted(values)
    else {
      this.refused = values.result === GRANT_RESULT.refused
      this.ask_ms = this.schedule.now() + (this.refused ? REFUSED_ms : POWER_RULES.repeat_ms)
      this.changed()
    }
    this.plan()
  }

  /** Another shed level: what it switches off goes at once, what it allows again is asked for. */
  levelChanged(): void {
    if (this.isShed()) this.shed()
    else if (this.take('allow')) {
      this.ask_ms = this.schedule.now() + this.index * PORT_STEP_ms + this.hub.location * LOCATION_STEP_ms
    }
    this.plan()
  }

  private granted(values: PowerGrantValues): void {
    const now = this.schedule.now()
    const lease_ms = Math.min(values.lease_ms, POWER_RULES.lease_ms)
    const end_ms = this.sent_ms + lease_ms
    if (!(end_ms > now && values.run_A > 0)) {
      this.counters.grantsStale++
      return
    }
    const most_A = this.hub.ceiling.run_A(this)
    const granted_A = Math.min(values.run_A, this.wishRun_A)
    if (granted_A > most_A) this.counters.grantsCapped++
    if (most_A < LEAST_A) {
      this.revoked()
      return
    }
    this.counters.grantsTaken++
    this.giveShareBack()
    this.refused = false
    this.end_ms = end_ms
    this.run_A = Math.min(granted_A, most_A)
    if (values.peak_A > values.run_A) {
      this.peak_A = Math.min(values.peak_A, this.wishPeak_A, this.hub.ceiling.peak_A(this))
      this.peakEnd_ms = now + POWER_RULES.peak_ms
    }
    this.pause_ms = FIRST_REPEAT_ms
    if (this.run_A < this.wishRun_A) {
      this.take('part')
      this.ask_ms = now + POWER_RULES.repeat_ms
    } else {
      this.take('grant')
      this.askPeak_A = this.wishRun_A
      this.ask_ms = this.sent_ms + lease_ms / 2
    }
    this.changed()
  }

  private revoked(): void {
    if (!this.take('revoke')) {
      this.counters.grantsStale++
      return
    }
    this.ask_ms = this.schedule.now() + POWER_RULES.repeat_ms
    this.endEarly()
  }

  /** A grant for it that is still on its way is not taken: shedding overtakes grants. */
  private shed(): void {
    const owed = this.owes()
    if (!this.take('shed')) return
    this.ask_ms = Infinity
    if (owed) this.endEarly()
  }

  /** The manager took the lease away: the port lets go, says so, and goes on wishing. */
  private endEarly(): void {
    this.counters.leasesRevoked++
    this.letGo()
    this.givesBack = true
    this.changed()
  }

  /** What is said to the manager is said here, in a callback of its own: what wishes or lets go took long. */
  private elapsed(): void {
    const now = this.schedule.now()
    if (this.givesBack) {
      this.givesBack = false
      this.hub.requests.release(this.index, this.sequence)
    }
    if (now >= this.peakEnd_ms) {
      this.endPeak()
      this.changed()
    }
    if (now >= this.end_ms) this.expire(now)
    if (now >= this.ask_ms) this.ask()
    this.plan()
  }

  private expire(now: number): void {
    // The share ends when a manager is there again, and has had time to answer.
    if (this.state === 'shared' && this.hub.inCharge.isGone()) this.end_ms = now + POWER_RULES.lease_ms
    // A hand in the window comes first. What this takes of the static share is not there for others.
    else if (this.priority === PRIORITY.safety && this.take('orphan')) {
      this.shared_A = this.hub.share.take(0, this.run_A)
      this.end_ms = now + POWER_RULES.reversal_ms
    } else this.end()
  }

  private end(): void {
    this.take('expire')
    this.counters.leasesExpired++
    this.letGo()
    this.changed()
  }

  private ask(): void {
    const now = this.schedule.now()
    if (this.owes()) this.counters.powerRepeats++
    this.take('ask')
    this.sequence = (this.sequence + 1) & SEQUENCE_MASK
    this.sent_ms = now
    this.ask_ms = now + this.pause_ms
    this.pause_ms = Math.min(this.pause_ms * 2, POWER_RULES.repeat_ms)
    this.counters.powerRequests++
    this.hub.requests.request(this.index, this.sequence, this.wishRun_A, this.askPeak_A, this.duration_ms, this.priority)
    if (this.state === 'asking' && this.shareable && this.hub.inCharge.isGone()) this.useShare(now)
  }

  /** There is no manager: the hub's static safe share carries the wish, if there is enough of it. */
  private useShare(now: number): void {
    const share_A = this.hub.share.take(this.wishRun_A, Math.min(this.wishPeak_A, this.hub.ceiling.run_A(this)))
    if (share_A === 0) return
    this.take('share')
    this.shared_A = share_A
    this.run_A = share_A
    this.end_ms = now + POWER_RULES.lease_ms
    this.changed()
  }

  private letGo(): void {
    this.giveShareBack()
    this.endPeak()
    this.askPeak_A = this.wishPeak_A
    this.run_A = 0
    this.end_ms = Infinity
  }

  private endPeak(): void {
    this.peak_A = 0
    this.peakEnd_ms = Infinity
  }

  private giveShareBack(): void {
    this.hub.share.giveBack(this.shared_A)
    this.shared_A = 0
  }

  private isShed(): boolean {
    return this.priority > PRIORITY.idle - this.hub.inCharge.shedLevel
  }

  /** True for an event that means something in this state. */
  private take(event: LeaseEvent): boolean {
    const next = LEASE_STATES[this.state].next[event]
    if (next === undefined) return false
    this.state = next
    return true
  }

  /** The manager may have reserved current for it: it has to hear when nothing is needed any more. */
  private owes(): boolean {
    const row = LEASE_STATES[this.state]
    return row.requested || row.draws
  }

  private plan(): void {
    this.schedule.stop(this.job)
    const due_ms = this.givesBack ? this.schedule.now() : Math.min(this.ask_ms, this.end_ms, this.peakEnd_ms)
    this.schedule.notLater(this.job, due_ms)
  }
}
