import { GRANT_RESULT } from '#protocol/catalogue/enums.ts'
import type { PowerPlan } from './capability.ts'
import { CopperLoad } from './copper-load.ts'
import { createContract } from './contract.ts'
import type { Contract } from './contract.ts'
import { POWER_RULES, PRIORITY } from './rules.ts'

const NO_ANSWER = -1
const MILLI = 1000

/** Higher priority first, then who has waited longer. */
function isBefore(one: Contract, other: Contract): boolean {
  if (one.wishPriority !== other.wishPriority) return one.wishPriority < other.wishPriority
  return one.since_ms < other.since_ms
}

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
 * drawn) is within its ampacity, and no hub is predicted below the plan's least voltage. A lease that was revoked stays
 * reserved until its port let go or its time is over, so that a lost message costs time and nothing else.
 */
export class Allocator {
  /** Requests that no port of this car can mean: no current, or more than its cable carries. */
  absurd: number
  /** While true, only safety gets anything new; leases are renewed. */
  frozen: boolean
  private readonly load: CopperLoad
  private readonly contracts: Contract[]
  /** The contracts that there is anything to look after: the first `count` here, so that most ports cost nothing. */
  private readonly live: Contract[]
  private count: number
  /** Index in `contracts` of the first port of each hub, and one more. */
  private readonly first: Uint16Array
  /** By hub: what could be granted if nobody else had anything, mA. */
  private readonly most_mA: Float64Array
  private level: number
  /** Changes with everything that may make a wish grantable: a wish is tried once in a round. */
  private round: number
  private round_ms: number

  constructor(plan: PowerPlan) {
    this.absurd = 0
    this.frozen = false
    this.load = new CopperLoad(plan)
    this.contracts = []
    this.live = []
    this.count = 0
    this.first = new Uint16Array(plan.hubs.length + 1)
    this.most_mA = new Float64Array(plan.hubs.length)
    this.level = 0
    this.round = 0
    this.round_ms = 0
    for (let hub = 0; hub < plan.hubs.length; hub++) {
      for (let port = 0; port < plan.hubs[hub].ports; port++) this.contracts.push(createContract(hub, port))
      this.first[hub + 1] = this.contracts.length
      this.most_mA[hub] = this.load.room_mA(hub)
    }
    for (const contract of this.contracts) this.live.push(contract)
  }

  /**
   * A port asks for a lease, for more, for less, or for the renewal of what it has (then with a peak no higher than the
   * run current). `false`: there is no such port. The answer comes from `next`.
   */
  request(now_ms: number, hub: number, port: number, sequence: number, run_A: number, peak_A: number, priority: number): boolean {
    const contract = this.find(hub, port)
    if (contract === undefined) {
      this.absurd++
      return false
    }
    this.expire(now_ms)
    this.enlist(contract)
    contract.sequence = sequence
    contract.heard_ms = now_ms
    contract.answer = NO_ANSWER
    const most_mA = this.most_mA[hub]
    let run_mA = Math.round(run_A * MILLI)
    if (run_mA > most_mA && priority === PRIORITY.safety && run_A < Infinity) {
      this.absurd++
      run_mA = stepped(most_mA)
    }
    if (!(run_mA > 0 && run_mA <= most_mA)) {
      this.absurd++
      contract.waiting = false
      contract.answer = GRANT_RESULT.refused
      return true
    }
    const peak_mA = Math.round(peak_A * MILLI)
    this.wish(contract, now_ms, run_mA, peak_mA > run_mA ? Math.min(peak_mA, stepped(most_mA)) : run_mA, priority)
    return true
  }

  /** A port gave back what it has; `sequence`: of its last request. */
  release(hub: number, port: number, sequence: number): void {
    const contract = this.find(hub, port)
    if (contract === undefined) return
    // A request that was sent after the release may have overtaken it.
    if (notOlder(sequence, contract.sequence)) {
      contract.waiting = false
      contract.answer = NO_ANSWER
    }
    if (contract.held && (contract.adopted || notOlder(sequence, contract.heldSequence))) this.drop(contract)
  }

  /** Ends what is over: peaks, leases, wishes of ports that fell silent. */
  expire(now_ms: number): void {
    for (let i = this.count - 1; i >= 0; i--) {
      const contract = this.live[i]
      if (contract.held && contract.end_ms <= now_ms) this.drop(contract)
      else if (contract.reserved_mA > contract.run_mA && contract.peakEnd_ms <= now_ms) this.reserve(contract, contract.run_mA)
      if (contract.waiting && now_ms - contract.heard_ms > POWER_RULES.wish_ms) contract.waiting = false
      if (!contract.held && !contract.waiting && contract.answer === NO_ANSWER) this.retire(i)
    }
  }

  /** Priorities above 3 − `level` get nothing any more, and what they have ends; a lower level lets them ask again. */
  shed(level: number): void {
    this.round++
    this.level = level
    for (let i = 0; i < this.count; i++) {
      const contract = this.live[i]
      if (contract.held && !this.allowed(contract.priority)) contract.revoking = true
    }
  }

  /** Grants from now on within the hubs' static shares only, and takes back what is above; or as the copper carries. */
  restrict(staticOnly: boolean): void {
    this.round++
    this.load.restrict(staticOnly)
    if (!staticOnly) return
    for (let hub = 0; hub + 1 < this.first.length; hub++) this.trim(hub)
  }

  /** A lease that another manager gave, as its hub reports it: from now on it is ours. */
  adopt(now_ms: number, hub: number, port: number, run_A: number): void {
    const contract = this.find(hub, port)
    if (contract === undefined || contract.held || !(run_A > 0 && run_A < Infinity)) return
    this.enlist(contract)
    contract.priority = PRIORITY.access
    contract.adopted = true
    this.hold(contract, now_ms, Math.round(run_A * MILLI), 0)
  }

  /** The next answer to send: result, sequence, currents. Undefined: nothing for now. Call until then, with one `now_ms`. */
  next(now_ms: number): Contract | undefined {
    if (now_ms !== this.round_ms) this.round++
    this.round_ms = now_ms
    this.expire(now_ms)
    const answer = this.nextAnswer()
    if (answer !== undefined) return answer
    let contract = this.mostUrgent()
    while (contract !== undefined) {
      contract.tried = this.round
      if (!this.harmsElders(contract, now_ms) && this.decide(contract, now_ms)) return this.answered(contract, GRANT_RESULT.granted)
      contract = this.mostUrgent()
    }
    return this.nextAnswer() ?? this.nextDeferred()
  }

  /** True while there is anything to look after. */
  busy(): boolean {
    return this.count > 0
  }

  /** The contract of a port; undefined: there is no such port. */
  find(hub: number, port: number): Contract | undefined {
    if (!(hub >= 0 && hub + 1 < this.first.length && port >= 0)) return undefined
    const index = this.first[hub] + port
    return index < this.first[hub + 1] ? this.contracts[index] : undefined
  }

  /** Into the first `count` of `live`, which holds every contract once. */
  private enlist(contract: Contract): void {
    let place = 0
    while (this.live[place] !== contract) place++
    if (place >= this.count) this.swap(place, this.count++)
  }

  private retire(place: number): void {
    this.swap(place, --this.count)
  }

  private swap(one: number, other: number): void {
    const contract = this.live[one]
    this.live[one] = this.live[other]
    this.live[other] = contract
  }

  private allowed(priority: number): boolean {
    return priority <= PRIORITY.idle - this.level
  }

  private wish(contract: Contract, now_ms: number, run_mA: number, peak_mA: number, priority: number): void {
    const safety = priority === PRIORITY.safety
    if (contract.held && safety) contract.revoking = false
    if (contract.held && (contract.revoking || !this.allowed(priority))) {
      // It has not heard that it was revoked: it is told again.
      contract.revoking = true
      contract.waiting = false
      contract.answer = GRANT_RESULT.revoked
      return
    }
    if (!contract.waiting || contract.wishPriority !== priority) contract.since_ms = now_ms
    contract.waiting = true
    contract.asked = true
    contract.tried = -1
    contract.wishRun_mA = run_mA
    contract.wishPeak_mA = peak_mA
    contract.wishPriority = priority
    if (contract.held) this.renew(contract, now_ms)
  }

  /** Who has a lease keeps it, in part if it asks for more than there is; the rest it waits for. */
  private renew(contract: Contract, now_ms: number): void {
    const run_mA = Math.min(contract.wishRun_mA, contract.run_mA)
    const available_mA = this.load.room_mA(contract.hub) + contract.reserved_mA
    const enough = contract.wishRun_mA <= contract.run_mA
    const peak_mA = enough ? Math.max(Math.min(contract.wishPeak_mA, stepped(available_mA)), run_mA) : run_mA
    contract.priority = contract.wishPriority
    this.hold(contract, now_ms, run_mA, peak_mA)
    if (enough) contract.waiting = false
    contract.asked = false
    contract.answer = GRANT_RESULT.granted
  }

  private nextAnswer(): Contract | undefined {
    for (let i = 0; i < this.count; i++) {
      const contract = this.live[i]
      if (contract.answer !== NO_ANSWER) return this.answered(contract, contract.answer)
    }
    return undefined
  }

  private nextDeferred(): Contract | undefined {
    for (let i = 0; i < this.count; i++) {
      const contract = this.live[i]
      if (contract.waiting && contract.asked) return this.answered(contract, GRANT_RESULT.deferred)
    }
    return undefined
  }

  private answered(contract: Contract, result: number): Contract {
    contract.answer = NO_ANSWER
    contract.asked = false
    contract.result = result
    return contract
  }

  /** The first in the order of priority and age that was not tried in this round. */
  private mostUrgent(): Contract | undefined {
    let best: Contract | undefined = undefined
    for (let i = 0; i < this.count; i++) {
      const contract = this.live[i]
      if (!contract.waiting || contract.tried === this.round || !this.allowed(contract.wishPriority)) continue
      if (this.frozen && contract.wishPriority !== PRIORITY.safety) continue
      if (best === undefined || isBefore(contract, best)) best = contract
    }
    return best
  }

  /** True when this would take what somebody before it has been waiting for too long. */
  private harmsElders(contract: Contract, now_ms: number): boolean {
    let harms = false
    for (let i = 0; i < this.count && !harms; i++) {
      const elder = this.live[i]
      if (!elder.waiting || elder.tried !== this.round || elder === contract) continue
      if (now_ms - elder.since_ms < POWER_RULES.aged_ms || !isBefore(elder, contract)) continue
      const before_mA = this.load.room_mA(elder.hub) + elder.reserved_mA
      this.load.take(contract.hub, contract.wishRun_mA)
      const after_mA = this.load.room_mA(elder.hub) + elder.reserved_mA
      this.load.take(contract.hub, -contract.wishRun_mA)
      harms = after_mA < before_mA && after_mA < elder.wishRun_mA
    }
    return harms
  }

  /** Grants the wish if there is room for it; else sees to it that there will be. */
  private decide(contract: Contract, now_ms: number): boolean {
    const available_mA = this.load.room_mA(contract.hub) + contract.reserved_mA
    const waited_ms = now_ms - contract.since_ms
    const safety = contract.wishPriority === PRIORITY.safety
    const run_mA = contract.wishRun_mA
    if (available_mA >= run_mA) {
      const whole = available_mA >= contract.wishPeak_mA
      const most = available_mA >= POWER_RULES.peakShare * contract.wishPeak_mA
      if (!most && !safety && !contract.held && waited_ms < POWER_RULES.stagger_ms) return false
      contract.waiting = false
      this.begin(contract, now_ms, run_mA, whole ? contract.wishPeak_mA : Math.max(stepped(available_mA), run_mA))
      return true
    }
    if (waited_ms >= (safety ? 0 : POWER_RULES.patience_ms)) this.makeRoom(contract, now_ms)
    // Safety begins with what there is.
    if (!safety || available_mA < POWER_RULES.safetyShare * run_mA || stepped(available_mA) <= contract.run_mA) return false
    this.begin(contract, now_ms, stepped(available_mA), 0)
    return true
  }

  private begin(contract: Contract, now_ms: number, run_mA: number, peak_mA: number): void {
    if (!contract.held) contract.began_ms = now_ms
    contract.priority = contract.wishPriority
    this.hold(contract, now_ms, run_mA, peak_mA)
  }

  /** Writes the lease and reserves its current; a peak that is still being drawn stays reserved. */
  private hold(contract: Contract, now_ms: number, run_mA: number, peak_mA: number): void {
    const stillPeak_mA = contract.held && contract.peakEnd_ms > now_ms ? contract.reserved_mA : 0
    contract.held = true
    contract.run_mA = run_mA
    contract.peak_mA = peak_mA > run_mA ? peak_mA : run_mA
    contract.heldSequence = contract.sequence
    contract.end_ms = now_ms + POWER_RULES.lease_ms + POWER_RULES.guard_ms
    if (peak_mA > run_mA) contract.peakEnd_ms = now_ms + POWER_RULES.peakReserved_ms
    this.reserve(contract, Math.max(contract.peak_mA, stillPeak_mA))
  }

  private drop(contract: Contract): void {
    this.round++
    this.reserve(contract, 0)
    contract.held = false
    contract.revoking = false
    contract.adopted = false
    contract.run_mA = 0
    contract.peakEnd_ms = 0
  }

  private reserve(contract: Contract, current_mA: number): void {
    this.load.take(contract.hub, current_mA - contract.reserved_mA)
    contract.reserved_mA = current_mA
  }

  /**
   * Revokes leases of less important ports, and of equals that have had theirs for long, until the wish will fit: the
   * least important first, the oldest first, and none that would not help.
   */
  private makeRoom(contract: Contract, now_ms: number): void {
    const needed_mA = contract.wishRun_mA - contract.reserved_mA
    for (let i = 0; i < this.count; i++) {
      // What is on its way out already counts as gone.
      if (this.live[i].held && this.live[i].revoking) this.load.take(this.live[i].hub, -this.live[i].reserved_mA)
    }
    let victim: Contract | undefined = undefined
    let enough = this.load.room_mA(contract.hub) >= needed_mA
    while (!enough && (victim = this.leastImportant(contract, now_ms)) !== undefined) {
      victim.chosen = true
      this.load.take(victim.hub, -victim.reserved_mA)
      enough = this.load.room_mA(contract.hub) >= needed_mA
    }
    for (let i = 0; i < this.count; i++) {
      const other = this.live[i]
      if (other.chosen) this.spare(other, contract, enough, needed_mA)
    }
    for (let i = 0; i < this.count; i++) {
      const other = this.live[i]
      if (other.held && other.revoking) this.load.take(other.hub, other.reserved_mA)
    }
  }

  /** Puts a chosen one back if the wish fits with it or will not fit at all; else it is revoked. */
  private spare(chosen: Contract, contract: Contract, enough: boolean, needed_mA: number): void {
    chosen.chosen = false
    this.load.take(chosen.hub, chosen.reserved_mA)
    if (!enough || this.load.room_mA(contract.hub) >= needed_mA) return
    this.load.take(chosen.hub, -chosen.reserved_mA)
    this.revoke(chosen)
  }

  private leastImportant(contract: Contract, now_ms: number): Contract | undefined {
    const long = now_ms - contract.since_ms >= POWER_RULES.rotate_ms
    let worst: Contract | undefined = undefined
    for (let i = 0; i < this.count; i++) {
      const other = this.live[i]
      if (!other.held || other.revoking || other.chosen || other === contract) continue
      const equal = other.priority === contract.wishPriority && other.priority !== PRIORITY.safety
      const turn = equal && long && now_ms - other.began_ms >= POWER_RULES.rotate_ms
      if (other.priority <= contract.wishPriority && !turn) continue
      if (worst === undefined || other.priority > worst.priority) worst = other
      else if (other.priority === worst.priority && other.began_ms < worst.began_ms) worst = other
    }
    return worst
  }

  private revoke(contract: Contract): void {
    contract.revoking = true
    contract.waiting = false
    contract.answer = GRANT_RESULT.revoked
  }

  /** Revokes leases of one hub until the rest is within its static share. */
  private trim(hub: number): void {
    let left_mA = this.load.reserved_mA(hub)
    for (let i = 0; i < this.count; i++) {
      if (this.live[i].hub === hub && this.live[i].revoking) left_mA -= this.live[i].reserved_mA
    }
    for (let priority = PRIORITY.idle as number; priority >= 0; priority--) {
      for (let i = 0; i < this.count && left_mA > this.load.share_mA(hub); i++) {
        const contract = this.live[i]
        if (contract.hub !== hub || !contract.held || contract.revoking || contract.priority !== priority) continue
        left_mA -= contract.reserved_mA
        this.revoke(contract)
      }
    }
  }
}
