import type { Account } from './account.ts'
import { PRIORITY } from '../rules.ts'

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

/** One of a `Ranking`. */
export interface Place {
  readonly account: Account
  rank: number
  before: Place | undefined
  after: Place | undefined
}

/** Accounts in the order of their ranks, the lowest first; of equals, who came first. */
export class Ranking {
  first: Place | undefined
  private last: Place | undefined
  /** By `Account.index`. */
  private readonly places: Place[]

  /** `accounts`: who may be in it, each once at most. */
  constructor(accounts: readonly Account[]) {
    this.first = undefined
    this.last = undefined
    this.places = []
    for (const account of accounts) this.places.push({ account: account, rank: 0, before: undefined, after: undefined })
  }

  /** Takes in one that is not in it. */
  insert(account: Account, rank: number): void {
    const place = this.places[account.index]!
    let before = this.last
    while (before !== undefined && before.rank > rank) before = before.before
    const after = before === undefined ? this.first : before.after
    place.rank = rank
    place.before = before
    place.after = after
    if (before === undefined) this.first = place
    else before.after = place
    if (after === undefined) this.last = place
    else after.before = place
  }

  /** Takes out one that is in it; returns who came after it. */
  remove(account: Account): Place | undefined {
    const place = this.places[account.index]!
    if (place.before === undefined) this.first = place.after
    else place.before.after = place.after
    if (place.after === undefined) this.last = place.before
    else place.after.before = place.before
    return place.after
  }
}
