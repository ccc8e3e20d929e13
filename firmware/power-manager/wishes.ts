import type { Contract } from './contract.ts'
import type { Leases } from './leases.ts'
import { Ranking, wishRank } from './ranking.ts'
import { POWER_RULES, PRIORITY } from './rules.ts'

const NEVER = -1

/** Who waits for current, in the order in which it is given. */
export class Wishes {
  private readonly leases: Leases
  private readonly waiting: Ranking
  /** By priority. */
  private readonly eldest: (Contract | undefined)[]

  constructor(leases: Leases, contracts: readonly Contract[]) {
    this.leases = leases
    this.waiting = new Ranking(contracts)
    this.eldest = []
    for (let priority = PRIORITY.safety as number; priority <= PRIORITY.idle; priority++) this.eldest.push(undefined)
  }

  any(): boolean {
    return this.waiting.first !== undefined
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
      this.eldest[priority] = this.eldest[priority] ?? contract
    }
    contract.wishRun_mA = run_mA
    contract.wishPeak_mA = peak_mA
    contract.asked = true
    contract.tried = NEVER
  }

  withdraw(contract: Contract): void {
    if (!contract.waiting) return
    const priority = contract.wishPriority
    const next = this.waiting.remove(contract)
    if (this.eldest[priority] === contract) {
      this.eldest[priority] = next !== undefined && next.contract.wishPriority === priority ? next.contract : undefined
    }
    contract.waiting = false
  }

  /** It is to be tried again. */
  retry(contract: Contract): void {
    contract.retry_ms = Infinity
    contract.tried = NEVER
  }

  /** The first that was not tried since something changed. */
  untried(): Contract | undefined {
    let place = this.waiting.first
    while (place !== undefined && place.contract.tried === this.leases.changes) place = place.after
    return place === undefined ? undefined : place.contract
  }

  /**
   * True when a wish would take what somebody before it has been waiting for too long. The eldest of each priority is
   * protected so; the others are when it is their turn.
   */
  harmsElder(contract: Contract, now_ms: number): boolean {
    for (let priority = 0; priority <= contract.wishPriority; priority++) {
      const elder = this.eldest[priority]
      if (elder === undefined || elder === contract || now_ms - elder.since_ms < POWER_RULES.aged_ms) continue
      if (this.competes(contract, elder)) return true
    }
    return false
  }

  private competes(contract: Contract, elder: Contract): boolean {
    const takes_mA = contract.wishRun_mA - contract.reserved_mA
    return this.leases.load.competes(contract.hub, takes_mA, elder.hub, elder.wishRun_mA - elder.reserved_mA)
  }
}
