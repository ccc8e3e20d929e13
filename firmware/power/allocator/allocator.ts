import { GRANT_RESULT, rounded } from '#protocol/index.ts'
import { Answers } from './answers.ts'
import { type DropLimits, dropPeak_A, dropRun_A, type PowerPlan } from '../plan.ts'
import { createAccount } from './account.ts'
import type { Account } from './account.ts'
import { Leases } from './leases.ts'
import { Overdue } from './overdue.ts'
import { RoomMaker } from './room-maker.ts'
import { POWER_RULES, PRIORITY } from '../rules.ts'
import { Wishes } from './wishes.ts'

const MILLI = 1000

/** Down to a current that a grant can carry. */
function stepped(current_mA: number): number {
  return Math.floor(current_mA / POWER_RULES.step_mA) * POWER_RULES.step_mA
}

/** True when a 4-bit sequence is `than` or one of the next seven. */
function notOlder(sequence: number, than: number): boolean {
  return ((sequence - than) & 0x0f) < 8
}

/**
 * Decides who may draw what, and when. Pure: time comes in as an argument (ms, never going back), answers come out of
 * `next`. For every feeder and at any time, what is reserved (the run current of every lease, the peak while it may be
 * drawn) is within its ampacity and the fuses before it, the run currents within what those bear for ever, and no hub is
 * predicted below the plan's least voltage. A lease that was revoked stays
 * reserved until its port let go or its time is over, so that a lost message costs time and nothing else.
 *
 * No call does more than a board can do in between: `next` puts one thing away, looks at one wish, or takes one lease back.
 */
export class Allocator {
  /** Requests that no port of this car can mean: no current, or more than its cable carries. */
  absurd: number
  /** After `next`: there is more to do at this time. */
  unfinished: boolean
  private readonly accounts: Account[]
  /** Index in `accounts` of the first port of each hub, and one more. */
  private readonly first: Uint16Array
  private readonly leases: Leases
  private readonly wishes: Wishes
  private readonly room: RoomMaker
  private readonly answers: Answers
  private readonly overdue: Overdue
  /** By hub: what could be granted for long, and as a peak, if nobody else had anything, mA. */
  private readonly most_mA: Float64Array
  private readonly mostPeak_mA: Float64Array
  private readonly drops: DropLimits[]
  /** By hub. */
  private readonly missed: Uint8Array
  private level: number
  private frozen: boolean

  constructor(plan: PowerPlan) {
    const hubs = plan.hubs.length
    this.absurd = 0
    this.unfinished = false
    this.accounts = []
    this.first = new Uint16Array(hubs + 1)
    for (let hub = 0; hub < hubs; hub++) {
      for (let port = 0; port < plan.hubs[hub]!.ports; port++) this.accounts.push(createAccount(this.accounts.length, hub, port))
      this.first[hub + 1] = this.accounts.length
    }
    this.leases = new Leases(plan, this.accounts)
    this.wishes = new Wishes(this.leases, this.accounts)
    this.room = new RoomMaker(this.leases, hubs)
    this.answers = new Answers(this.accounts)
    this.overdue = new Overdue(this.accounts)
    this.most_mA = new Float64Array(hubs)
    this.mostPeak_mA = new Float64Array(hubs)
    for (let hub = 0; hub < hubs; hub++) {
      this.most_mA[hub] = this.leases.load.room_mA(hub)
      this.mostPeak_mA[hub] = this.leases.load.peakRoom_mA(hub)
    }
    this.drops = []
    for (let hub = 0; hub < hubs; hub++) this.drops.push(plan.hubs[hub]!.drop)
    this.missed = new Uint8Array(hubs)
    this.level = 0
    this.frozen = false
  }

  /**
   * A port asks for a lease, for more, for less, or for the renewal of what it has (then with a peak no higher than the
   * run current). `false`: there is no such port. The answer comes from `next`.
   */
  request(now_ms: number, hub: number, port: number, sequence: number, run_A: number, peak_A: number, priority: number): boolean {
    const account = this.find(hub, port)
    if (account === undefined) {
      this.absurd++
      return false
    }
    this.putAway(account, now_ms)
    this.answers.drop(account)
    account.sequence = sequence
    account.heard_ms = now_ms
    const most_mA = this.most_mA[hub]!
    let run_mA = rounded(run_A * MILLI)
    if (run_mA > most_mA && priority === PRIORITY.safety && run_A < Infinity) {
      this.absurd++
      run_mA = stepped(most_mA)
    }
    if (!(run_mA > 0 && run_mA <= most_mA)) {
      this.absurd++
      this.wishes.withdraw(account)
      this.answers.put(account, GRANT_RESULT.refused, PRIORITY.idle)
      return true
    }
    const peak_mA = rounded(peak_A * MILLI)
    this.wish(account, now_ms, run_mA, peak_mA > run_mA ? Math.min(peak_mA, stepped(this.mostPeak_mA[hub]!)) : run_mA, priority)
    return true
  }

  /** A port gave back what it has; `sequence`: of its last request. */
  release(hub: number, port: number, sequence: number): void {
    const account = this.find(hub, port)
    if (account === undefined) return
    account.reported_mA = 0
    // A request that was sent after the release may have overtaken it.
    if (notOlder(sequence, account.sequence)) {
      this.wishes.withdraw(account)
      this.answers.drop(account)
    }
    if (account.held && (account.adopted || notOlder(sequence, account.heldSequence))) this.leases.drop(account)
  }

  /** Priorities above 3 − `level` get nothing any more, and what they have is not renewed; a lower level lets them ask again. */
  shed(level: number): void {
    this.level = level
    this.leases.changes++
  }

  /** While frozen, only safety gets anything new; leases are renewed. */
  freeze(frozen: boolean): void {
    if (this.frozen !== frozen) this.leases.changes++
    this.frozen = frozen
  }

  /** Grants from now on within the hubs' static shares only, and takes back what is above; or as the copper carries. */
  restrict(staticOnly: boolean): void {
    this.leases.restrict(staticOnly)
  }

  /** A port says what it holds, A. What it was granted and does not give back stays reserved until it says that it holds nothing. */
  reported(now_ms: number, hub: number, port: number, granted_A: number): void {
    const account = this.find(hub, port)
    if (account === undefined) return
    account.freed = !(granted_A > 0)
    if (!account.held || account.end_ms < Infinity) return
    if (account.freed) this.leases.drop(account)
    else this.adopt(now_ms, hub, port, granted_A)
  }

  /** A hub is not heard any more: what it has, and its static share at least, is taken until it is met again. */
  miss(hub: number): void {
    this.missed[hub] = 1
    this.leases.holdBack(hub)
    for (let i = this.first[hub]!; i < this.first[hub + 1]!; i++) {
      const account = this.accounts[i]!
      account.reported_mA = 0
      this.wishes.withdraw(account)
      this.answers.drop(account)
      if (account.held) this.leases.drop(account)
    }
  }

  /** Whatever a hub had that is missed, it has no more than its static share by now. */
  settle(hub: number): void {
    this.leases.holdShare(hub)
  }

  /** A hub that was missed is there again, and what it draws is known. */
  meet(hub: number): void {
    if (this.missed[hub] === 0) return
    this.missed[hub] = 0
    this.leases.believe(hub)
  }

  /** A hub reports how warm it is, °C: where it is hotter than its drop is laid for, less is granted to it from now on. */
  warm(hub: number, temperature_C: number): void {
    const drop = this.drops[hub]!
    const run_mA = Math.ceil((drop.run_A - dropRun_A(drop, temperature_C)) * MILLI)
    this.leases.lose(hub, run_mA, Math.ceil((drop.peak_A - dropPeak_A(drop, temperature_C)) * MILLI))
  }

  /** A lease that another manager gave, as its hub reports it: it is ours before anything else is decided. */
  adopt(now_ms: number, hub: number, port: number, run_A: number): void {
    const account = this.find(hub, port)
    if (account === undefined || !(run_A > 0 && run_A < Infinity)) return
    this.putAway(account, now_ms)
    const run_mA = rounded(run_A * MILLI)
    if (account.held && account.run_mA >= run_mA) return
    account.reported_mA = run_mA
    this.overdue.watch(account)
  }

  /**
   * Does the most urgent piece of work, and tells the answer that came of it: result, sequence, currents. Call it again, with
   * the same `now_ms` or a later one, while `unfinished`.
   */
  next(now_ms: number): Account | undefined {
    this.unfinished = true
    if (this.overdue.any(now_ms)) {
      const account = this.overdue.find(now_ms)
      if (account !== undefined) this.putAway(account, now_ms)
      return undefined
    }
    const urgent = this.answers.take(PRIORITY.safety)
    if (urgent !== undefined) return urgent
    const wish = this.wishes.untried()
    if (wish !== undefined && wish.wishPriority === PRIORITY.safety) return this.attempt(wish, now_ms)
    const answer = this.answers.take(PRIORITY.idle)
    if (answer !== undefined) return answer
    const surplus = this.leases.surplus()
    if (surplus !== undefined) this.revoke(surplus)
    else if (wish !== undefined) return this.attempt(wish, now_ms)
    else this.unfinished = false
    return undefined
  }

  /** There may be something to do at this time. */
  wants(now_ms: number): boolean {
    return this.overdue.any(now_ms) || this.answers.any() || this.wishes.untried() !== undefined || this.leases.strained()
  }

  /** While a wish waits: when there may be something to do next, as peaks and leases end; else Infinity, as nobody is in a hurry. */
  due_ms(): number {
    return this.wishes.any() ? this.overdue.due_ms : Infinity
  }

  /** By hub: what is reserved for its ports now, mA. */
  reserved_mA(): Float64Array {
    return this.leases.reservedOf_mA
  }

  /** True while there is anything to look after. */
  busy(): boolean {
    return this.leases.held.first !== undefined || this.answers.any() || this.wishes.any()
  }

  /** The account of a port; undefined: there is no such port. */
  find(hub: number, port: number): Account | undefined {
    if (!(hub >= 0 && hub + 1 < this.first.length && port >= 0)) return undefined
    const index = this.first[hub]! + port
    return index < this.first[hub + 1]! ? this.accounts[index] : undefined
  }

  private allowed(priority: number): boolean {
    return priority <= PRIORITY.idle - this.level
  }

  private wish(account: Account, now_ms: number, run_mA: number, peak_mA: number, priority: number): void {
    if (priority === PRIORITY.safety) this.leases.keep(account)
    if (account.held && (account.revoking || !this.allowed(priority))) {
      // It has not heard that it was revoked: it is told again.
      this.revoke(account)
      return
    }
    // Who has a lease keeps it, in part if it asks for more than there is; the rest it waits for.
    if (account.held && run_mA <= account.run_mA) {
      this.wishes.withdraw(account)
      this.renew(account, now_ms, run_mA, peak_mA, priority)
    } else {
      this.wishes.make(account, now_ms, run_mA, peak_mA, priority)
      if (account.held) this.renew(account, now_ms, account.run_mA, account.run_mA, priority)
    }
    this.overdue.watch(account)
  }

  private renew(account: Account, now_ms: number, run_mA: number, peak_mA: number, priority: number): void {
    // A peak is something new: whoever asks for one may have let go of what another manager is believed to have given.
    const mayPeak = peak_mA > run_mA && (!this.frozen || priority === PRIORITY.safety) && !this.wishes.urges(priority)
    const most_mA = mayPeak ? Math.min(peak_mA, stepped(this.leases.availablePeak_mA(account))) : run_mA
    this.leases.hold(account, now_ms, priority, run_mA, most_mA)
    this.answers.put(account, GRANT_RESULT.granted, priority)
    account.asked = false
  }

  /** Tries a wish that was not tried since something changed. */
  private attempt(account: Account, now_ms: number): Account | undefined {
    const priority = account.wishPriority
    account.tried = this.leases.changes
    if (this.allowed(priority) && (priority === PRIORITY.safety || !this.frozen) && this.decide(account, now_ms)) {
      this.overdue.watch(account)
      return this.answers.give(account, GRANT_RESULT.granted)
    }
    return account.asked ? this.answers.give(account, GRANT_RESULT.deferred) : undefined
  }

  /** Grants a wish, or to safety a part of it; false: it has to wait, and may have had somebody's lease revoked. */
  private decide(account: Account, now_ms: number): boolean {
    const safety = account.wishPriority === PRIORITY.safety
    const patient = safety || now_ms >= account.since_ms + POWER_RULES.patience_ms
    const peak_mA = this.leases.availablePeak_mA(account)
    const available_mA = this.leases.available_mA(account, peak_mA)
    const wished_mA = account.wishRun_mA
    if (available_mA >= wished_mA) {
      const fraction = account.wishPriority === PRIORITY.access ? POWER_RULES.accessPeakFraction : POWER_RULES.peakFraction
      if (!patient && !account.held && peak_mA < fraction * account.wishPeak_mA) return false
      return this.grant(account, now_ms, wished_mA, peak_mA)
    }
    const part_mA = stepped(available_mA)
    if (safety && available_mA >= POWER_RULES.safetyFraction * wished_mA && part_mA > account.run_mA) {
      return this.grant(account, now_ms, part_mA, part_mA)
    }
    if (patient) this.makeRoom(account, now_ms)
    return false
  }

  /** A part is granted too; then the wish waits for the rest, and is tried again at once. */
  private grant(account: Account, now_ms: number, run_mA: number, peak_mA: number): boolean {
    const runs = account.held && this.wishes.urges(account.wishPriority)
    const now_mA = runs ? run_mA : Math.max(run_mA, Math.min(account.wishPeak_mA, stepped(peak_mA)))
    if (this.wishes.harmsElder(account, now_ms, now_mA)) return false
    if (run_mA === account.wishRun_mA) this.wishes.withdraw(account)
    else this.wishes.retry(account)
    this.leases.hold(account, now_ms, account.wishPriority, run_mA, now_mA)
    return true
  }

  /** Sees whether a wish could be helped, and when it is tried next, takes one lease away after another. */
  private makeRoom(account: Account, now_ms: number): void {
    const row = this.room.shortRow(account)
    if (row < 0) return
    if (account.helpable !== this.leases.changes) {
      if (!this.room.possible(account, now_ms)) return
      account.helpable = this.leases.changes
    } else {
      const victim = this.room.victim(account, row, now_ms)
      if (victim === undefined) return
      this.revoke(victim)
    }
    this.wishes.retry(account)
  }

  private revoke(account: Account): void {
    this.leases.revoke(account)
    this.wishes.withdraw(account)
    this.answers.put(account, GRANT_RESULT.revoked, PRIORITY.safety)
  }

  /** Counts what was reported, ends what is over: peak, lease, the wish of a port that fell silent. */
  private putAway(account: Account, now_ms: number): void {
    if (account.reported_mA > 0) this.leases.adopt(account, now_ms)
    if (account.held && account.end_ms <= now_ms) {
      if (account.freed) this.leases.drop(account)
      else account.end_ms = Infinity
    }
    if (account.held && account.peakEnd_ms <= now_ms) this.leases.endPeak(account)
    if (account.waiting && account.heard_ms + POWER_RULES.wish_ms <= now_ms) this.wishes.withdraw(account)
    if (account.waiting && account.retry_ms <= now_ms) this.wishes.retry(account)
  }
}
