import type { Account } from './account.ts'
import type { Leases } from './leases.ts'
import { evictionRank } from './ranking.ts'
import { POWER_RULES, PRIORITY } from '../rules.ts'

/** Finds those whose current a wish needs. */
export class RoomMaker {
  private readonly leases: Leases
  /** By hub: what could be taken back there, for long and of what is drawn at present, mA. */
  private readonly backRun_mA: Float64Array
  private readonly back_mA: Float64Array

  constructor(leases: Leases, hubs: number) {
    this.leases = leases
    this.backRun_mA = new Float64Array(hubs)
    this.back_mA = new Float64Array(hubs)
  }

  /** What a wish lacks even when all whose leases were revoked have let go, as a row of the copper; −1: nothing. */
  shortRow(account: Account): number {
    return this.leases.staying.shortRow(account.hub, account.wishRun_mA - account.reservedRun_mA, account.wishRun_mA - account.reserved_mA)
  }

  /**
   * True when a wish would fit if all leases went that may: those of less important ports, and of equals that have had
   * theirs for long when the wish has waited as long.
   */
  possible(account: Account, now_ms: number): boolean {
    const last = this.lastRank(account, now_ms)
    this.backRun_mA.fill(0)
    this.back_mA.fill(0)
    for (let place = this.leases.held.first; place !== undefined && place.rank <= last; place = place.after) {
      const other = place.account
      if (other.revoking || other === account) continue
      this.backRun_mA[other.hub]! += other.reservedRun_mA
      this.back_mA[other.hub]! += other.reserved_mA
    }
    const moreRun_mA = account.wishRun_mA - account.reservedRun_mA
    return this.leases.staying.fitsWithout(account.hub, moreRun_mA, account.wishRun_mA - account.reserved_mA, this.backRun_mA, this.back_mA)
  }

  /**
   * The next lease to take away for what a wish lacks in a row; undefined: all would not be enough. Of those that are
   * enough, taken in their order, the last is needed in any case: it goes, and then the rest is looked at anew.
   */
  victim(account: Account, row: number, now_ms: number): Account | undefined {
    const staying = this.leases.staying
    const last = this.lastRank(account, now_ms)
    let lack = staying.lack(row, account.hub, account.wishRun_mA - account.reservedRun_mA, account.wishRun_mA - account.reserved_mA)
    for (let place = this.leases.held.first; place !== undefined && place.rank <= last; place = place.after) {
      const other = place.account
      if (!other.revoking && other !== account) lack -= staying.takes(row, other.hub, other.reservedRun_mA, other.reserved_mA)
      if (lack <= 0) return other
    }
    return undefined
  }

  /** The eviction rank of the last lease that may go for a wish. */
  private lastRank(account: Account, now_ms: number): number {
    const turn = account.wishPriority !== PRIORITY.safety && now_ms - account.since_ms >= POWER_RULES.rotate_ms
    return evictionRank(account.wishPriority, turn ? now_ms - POWER_RULES.rotate_ms : -1)
  }
}
