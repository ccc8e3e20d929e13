import { dueOf } from './contract.ts'
import type { Contract } from './contract.ts'

/** So many are looked at in one go. */
const STRIDE = 10

/** Finds the contracts that something has to be done about, and costs nothing until there is one. */
export class Overdue {
  private readonly contracts: readonly Contract[]
  /** No contract before `place` is due before `due_ms`. */
  private due_ms: number
  private place: number

  constructor(contracts: readonly Contract[]) {
    this.contracts = contracts
    this.due_ms = Infinity
    this.place = contracts.length
  }

  /** A contract was changed. */
  watch(contract: Contract): void {
    this.due_ms = Math.min(this.due_ms, dueOf(contract))
  }

  /** True: there may be one; look for it. */
  any(now_ms: number): boolean {
    if (now_ms >= this.due_ms) {
      this.due_ms = Infinity
      this.place = 0
    }
    return this.place < this.contracts.length
  }

  /** One that is due; undefined: none was found this time. */
  find(now_ms: number): Contract | undefined {
    const end = Math.min(this.place + STRIDE, this.contracts.length)
    for (; this.place < end; this.place++) {
      const due_ms = dueOf(this.contracts[this.place]!)
      if (due_ms <= now_ms) return this.contracts[this.place]
      this.due_ms = Math.min(this.due_ms, due_ms)
    }
    return undefined
  }
}
