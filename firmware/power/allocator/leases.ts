import type { PowerPlan } from '../plan.ts'
import type { Account } from './account.ts'
import { copperLimitsOf } from './copper-limits.ts'
import { CopperLoad } from './copper-load.ts'
import { evictionRank, Ranking } from './ranking.ts'
import { POWER_RULES, PRIORITY } from '../rules.ts'

/** The leases that are held, and what they take of the copper. */
export class Leases {
  /** All that is reserved. */
  readonly load: CopperLoad
  /** What of it will still be when everyone whose lease was revoked has let go. */
  readonly staying: CopperLoad
  /** By `evictionRank`. */
  readonly held: Ranking
  /** Counts what may make a wish grantable. */
  changes: number
  /** By hub: what is reserved for its ports now. */
  readonly reservedOf_mA: Float64Array
  private readonly hubs: number
  /** By hub. */
  private readonly lostRun_mA: Float64Array
  private readonly lost_mA: Float64Array
  private readonly share_mA: Float64Array
  /** The rows of the copper: those before `trimmed` bear what is reserved; those before `first` need not. */
  private readonly rows: number
  private first: number
  private trimmed: number

  /** `accounts`: of all ports. */
  constructor(plan: PowerPlan, accounts: readonly Account[]) {
    const copper = copperLimitsOf(plan)
    this.load = new CopperLoad(copper)
    this.staying = new CopperLoad(copper)
    this.held = new Ranking(accounts)
    this.changes = 0
    this.hubs = plan.hubs.length
    this.reservedOf_mA = new Float64Array(this.hubs)
    this.lostRun_mA = new Float64Array(this.hubs)
    this.lost_mA = new Float64Array(this.hubs)
    this.share_mA = copper.limits.slice(0, this.hubs)
    this.rows = copper.limits.length
    this.first = this.hubs
    this.trimmed = this.rows
  }

  /** From now on hubs may use their static shares only, or whatever the copper carries. */
  restrict(staticOnly: boolean): void {
    this.first = staticOnly ? 0 : this.hubs
    this.trimmed = this.first
    this.load.restrict(staticOnly)
    this.staying.restrict(staticOnly)
    this.changes++
  }

  /** A hub's drop carries so much less than the plan says, for ever and in a peak, because it is hot: that counts as drawn. */
  lose(hub: number, run_mA: number, now_mA: number): void {
    const moreRun_mA = run_mA - this.lostRun_mA[hub]!
    const more_mA = now_mA - this.lost_mA[hub]!
    if (moreRun_mA === 0 && more_mA === 0) return
    this.changes++
    this.load.take(hub, moreRun_mA, more_mA)
    this.staying.take(hub, moreRun_mA, more_mA)
    this.lostRun_mA[hub] = run_mA
    this.lost_mA[hub] = now_mA
  }

  /** What counts for a hub now goes on to count, and its static share at least, which it takes when it hears no manager. */
  holdBack(hub: number): void {
    const share_mA = this.share_mA[hub]!
    this.setLeast(hub, Math.max(this.load.countedRunOf_mA(hub), share_mA), Math.max(this.load.countedOf_mA(hub), share_mA))
  }

  /** A hub counts for its static share at least, and for no more than that of what was held back. */
  holdShare(hub: number): void {
    this.setLeast(hub, this.share_mA[hub]!, this.share_mA[hub]!)
    this.changes++
  }

  /** A hub counts for what is reserved there, and for nothing else. */
  believe(hub: number): void {
    this.setLeast(hub, 0, 0)
    this.changes++
  }

  private setLeast(hub: number, run_mA: number, now_mA: number): void {
    this.load.holdBack(hub, run_mA, now_mA)
    this.staying.holdBack(hub, run_mA, now_mA)
    this.trimmed = this.first
  }

  /** What a port may draw as a peak, with what it has. */
  availablePeak_mA(account: Account): number {
    return this.load.peakRoom_mA(account.hub) + account.reserved_mA
  }

  /** What it may draw for long; `peak_mA`: as a peak. */
  available_mA(account: Account, peak_mA: number): number {
    return Math.min(peak_mA, this.load.lastingRoom_mA(account.hub) + account.reservedRun_mA)
  }

  /**
   * Writes a lease from now on and reserves its current: the peak while it may be drawn, if it is above the run current.
   * A peak that is still being drawn stays reserved.
   */
  hold(account: Account, now_ms: number, priority: number, run_mA: number, peak_mA: number): void {
    const stillPeak_mA = account.held && account.peakEnd_ms > now_ms ? account.reserved_mA : 0
    this.rank(account, now_ms, priority)
    account.run_mA = run_mA
    account.peak_mA = Math.max(peak_mA, run_mA)
    account.heldSequence = account.sequence
    account.end_ms = now_ms + POWER_RULES.lease_ms + POWER_RULES.guard_ms
    account.freed = false
    if (peak_mA > run_mA) account.peakEnd_ms = now_ms + POWER_RULES.peakReserved_ms
    this.reserve(account, run_mA, Math.max(account.peak_mA, stillPeak_mA))
  }

  /** Holds a lease that another manager gave. */
  adopt(account: Account, now_ms: number): void {
    this.hold(account, now_ms, PRIORITY.access, account.reported_mA, 0)
    account.adopted = true
    account.reported_mA = 0
  }

  /** The port may not draw its peak any more. */
  endPeak(account: Account): void {
    this.reserve(account, account.run_mA, account.run_mA)
  }

  /** The port draws nothing any more. */
  drop(account: Account): void {
    this.reserve(account, 0, 0)
    this.held.remove(account)
    account.held = false
    account.revoking = false
    account.adopted = false
    account.run_mA = 0
    account.peakEnd_ms = 0
  }

  /** Takes a lease away: it is not renewed, and gone for those who look for room. */
  revoke(account: Account): void {
    if (!account.revoking) this.staying.take(account.hub, -account.reservedRun_mA, -account.reserved_mA)
    account.revoking = true
  }

  /** Gives back a lease that was taken away. */
  keep(account: Account): void {
    if (account.revoking) this.staying.take(account.hub, account.reservedRun_mA, account.reserved_mA)
    account.revoking = false
  }

  /**
   * A lease to take back because more is reserved than the hub's static share or the copper bears, the least important first; never
   * that of safety. Undefined: there is none.
   */
  surplus(): Account | undefined {
    for (; this.trimmed < this.rows; this.trimmed++) {
      const account = this.staying.isShort(this.trimmed) ? this.leastIn(this.trimmed) : undefined
      if (account !== undefined) return account
    }
    return undefined
  }

  /** There may be a surplus. */
  strained(): boolean {
    return this.trimmed < this.rows
  }

  private leastIn(row: number): Account | undefined {
    let place = this.held.first
    while (place !== undefined && (place.account.revoking || !this.staying.concerns(row, place.account.hub))) place = place.after
    return place === undefined || place.account.priority === PRIORITY.safety ? undefined : place.account
  }

  private rank(account: Account, now_ms: number, priority: number): void {
    if (account.held && account.priority === priority) return
    if (account.held) this.held.remove(account)
    else account.began_ms = now_ms
    account.held = true
    account.priority = priority
    this.held.insert(account, evictionRank(priority, account.began_ms))
  }

  private reserve(account: Account, run_mA: number, now_mA: number): void {
    const moreRun_mA = run_mA - account.reservedRun_mA
    const more_mA = now_mA - account.reserved_mA
    if (moreRun_mA === 0 && more_mA === 0) return
    if (moreRun_mA < 0 || more_mA < 0) this.changes++
    this.load.take(account.hub, moreRun_mA, more_mA)
    if (!account.revoking) this.staying.take(account.hub, moreRun_mA, more_mA)
    this.reservedOf_mA[account.hub]! += more_mA
    account.reservedRun_mA = run_mA
    account.reserved_mA = now_mA
  }
}
