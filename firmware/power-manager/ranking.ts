import type { Contract } from './contract.ts'
import { PRIORITY } from './rules.ts'

/** Longer than any hub is up, ms: ranks by priority, and among equals by time. */
const AGE_ms = 1e12

/** In the order in which leases are taken away: the least important first, of equals the oldest. */
export function evictionRank(priority: number, began_ms: number): number {
  return (PRIORITY.idle - priority) * AGE_ms + began_ms
}

/** In the order in which wishes are granted: the most important first, of equals who has waited longest. */
export function wishRank(priority: number, since_ms: number): number {
  return priority * AGE_ms + since_ms
}

/** Contracts in the order of their ranks, the lowest first; of equals, who came first. */
export class Ranking {
  count: number
  /** The first `count` of each. */
  readonly contracts: Contract[]
  readonly ranks: Float64Array

  /** `all`: who may be in it, each once at most. */
  constructor(all: readonly Contract[]) {
    this.count = 0
    this.contracts = []
    for (const contract of all) this.contracts.push(contract)
    this.ranks = new Float64Array(all.length)
  }

  /** Takes in one that is not in it. */
  insert(contract: Contract, rank: number): void {
    let place = this.count++
    while (place > 0 && this.ranks[place - 1] > rank) {
      this.contracts[place] = this.contracts[place - 1]
      this.ranks[place] = this.ranks[place - 1]
      place--
    }
    this.contracts[place] = contract
    this.ranks[place] = rank
  }

  /** Takes out one that is in it. */
  remove(contract: Contract): void {
    this.count--
    for (let place = this.contracts.indexOf(contract); place < this.count; place++) {
      this.contracts[place] = this.contracts[place + 1]
      this.ranks[place] = this.ranks[place + 1]
    }
  }
}
