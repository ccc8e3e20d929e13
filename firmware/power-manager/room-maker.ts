import type { Contract } from './contract.ts'
import type { Leases } from './leases.ts'
import { evictionRank } from './ranking.ts'
import { POWER_RULES, PRIORITY } from './rules.ts'

/** Finds those whose current a wish needs. */
export class RoomMaker {
  private readonly leases: Leases
  /** By hub: what could be taken back there, mA. */
  private readonly back_mA: Float64Array

  constructor(leases: Leases, hubs: number) {
    this.leases = leases
    this.back_mA = new Float64Array(hubs)
  }

  /**
   * The next lease to take away so that a wish will fit; undefined: no more are needed, or all of them would not help.
   * Leases of less important ports may go, and of equals that have had theirs for long when the wish has waited as long.
   * Of those that suffice, taken in their order, the last is needed in any case: it goes, and the rest is looked at anew.
   */
  victim(contract: Contract, now_ms: number): Contract | undefined {
    const staying = this.leases.staying
    const needed_mA = contract.wishRun_mA - contract.reserved_mA
    const row = staying.shortRow(contract.hub, needed_mA)
    if (row < 0) return undefined
    const last = this.lastRank(contract, now_ms)
    let lack = staying.lack(row, contract.hub, needed_mA)
    let victim: Contract | undefined = undefined
    for (let hub = 0; hub < this.back_mA.length; hub++) this.back_mA[hub] = 0
    for (let place = this.leases.held.first; place !== undefined && place.rank <= last; place = place.after) {
      const other = place.contract
      if (other.revoking || other === contract) continue
      this.back_mA[other.hub] += other.reserved_mA
      const helps = staying.weightOf(row, other.hub) * other.reserved_mA
      if (helps > 0 && lack > 0) {
        lack -= helps
        victim = other
      }
    }
    return lack <= 0 && staying.fitsWithout(contract.hub, needed_mA, this.back_mA) ? victim : undefined
  }

  /** The eviction rank of the last lease that may go for a wish. */
  private lastRank(contract: Contract, now_ms: number): number {
    const turn = contract.wishPriority !== PRIORITY.safety && now_ms - contract.since_ms >= POWER_RULES.rotate_ms
    return evictionRank(contract.wishPriority, turn ? now_ms - POWER_RULES.rotate_ms : -1)
  }
}
