import type { Contract } from './contract.ts'
import type { Leases } from './leases.ts'
import { Ranking, wishRank } from './ranking.ts'
import { POWER_RULES } from './rules.ts'

const NEVER = -1

/** Who waits for current, in the order in which it is given. */
export class Wishes {
  private readonly leases: Leases
  private readonly waiting: Ranking

  constructor(leases: Leases, contracts: readonly Contract[]) {
    this.leases = leases
    this.waiting = new Ranking(contracts)
  }

  any(): boolean {
    return this.waiting.count > 0
  }

  /** Another wish of a port, or the same again: then it keeps its place. It is to be tried. */
  make(contract: Contract, now_ms: number, run_mA: number, peak_mA: number, priority: number): void {
    if (!contract.waiting || contract.wishPriority !== priority) {
      this.withdraw(contract)
      contract.waiting = true
      contract.since_ms = now_ms
      contract.retry_ms = now_ms + POWER_RULES.patience_ms
      contract.wishPriority = priority
      this.waiting.insert(contract, wishRank(priority, now_ms))
    }
    contract.wishRun_mA = run_mA
    contract.wishPeak_mA = peak_mA
    contract.asked = true
    contract.tried = NEVER
  }

  withdraw(contract: Contract): void {
    if (contract.waiting) this.waiting.remove(contract)
    contract.waiting = false
  }

  /** It is to be tried again. */
  retry(contract: Contract): void {
    contract.retry_ms = Infinity
    contract.tried = NEVER
  }

  /** The first that was not tried since something changed. */
  untried(): Contract | undefined {
    for (let i = 0; i < this.waiting.count; i++) {
      if (this.waiting.contracts[i].tried !== this.leases.changes) return this.waiting.contracts[i]
    }
    return undefined
  }

  /**
   * True when a wish would take what somebody before it has been waiting for too long. The eldest of each priority is
   * protected so; the others are when it is their turn.
   */
  harmsElder(contract: Contract, now_ms: number): boolean {
    const takes_mA = contract.wishRun_mA - contract.reserved_mA
    let priority = NEVER
    for (let i = 0; this.waiting.contracts[i] !== contract; i++) {
      const elder = this.waiting.contracts[i]
      if (elder.wishPriority === priority) continue
      priority = elder.wishPriority
      if (now_ms - elder.since_ms >= POWER_RULES.aged_ms && this.harms(contract, takes_mA, elder)) return true
    }
    return false
  }

  private harms(contract: Contract, takes_mA: number, elder: Contract): boolean {
    const after_mA = this.leases.load.roomBeside_mA(elder.hub, contract.hub, takes_mA)
    return after_mA + elder.reserved_mA < elder.wishRun_mA && after_mA < this.leases.load.room_mA(elder.hub)
  }
}
