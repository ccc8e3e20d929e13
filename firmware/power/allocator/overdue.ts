import { dueOf } from './account.ts'
import type { Account } from './account.ts'

/** Batch size per call of `find`. */
const STRIDE = 10

/** Finds the accounts that something has to be done about, and costs nothing until there is one. */
export class Overdue {
  private readonly accounts: readonly Account[]
  /** No account before `place` is due before this. */
  due_ms: number
  private place: number

  constructor(accounts: readonly Account[]) {
    this.accounts = accounts
    this.due_ms = Infinity
    this.place = accounts.length
  }

  /** A account was changed. */
  watch(account: Account): void {
    this.due_ms = Math.min(this.due_ms, dueOf(account))
  }

  /** True: there may be one; look for it. */
  any(now_ms: number): boolean {
    if (now_ms >= this.due_ms) {
      this.due_ms = Infinity
      this.place = 0
    }
    return this.place < this.accounts.length
  }

  /** One that is due; undefined: none was found this time. */
  find(now_ms: number): Account | undefined {
    const end = Math.min(this.place + STRIDE, this.accounts.length)
    for (; this.place < end; this.place++) {
      const due_ms = dueOf(this.accounts[this.place]!)
      if (due_ms <= now_ms) return this.accounts[this.place]
      this.due_ms = Math.min(this.due_ms, due_ms)
    }
    return undefined
  }
}
