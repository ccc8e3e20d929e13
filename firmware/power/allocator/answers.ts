import type { GrantResult } from '#protocol/index.ts'
import { NO_ANSWER } from './account.ts'
import type { Account } from './account.ts'
import { Ranking } from './ranking.ts'

/** What the ports have to be told, the most urgent first. Each port has one answer at most: the newest. */
export class Answers {
  private readonly waiting: Ranking

  /** `accounts`: of all ports. */
  constructor(accounts: readonly Account[]) {
    this.waiting = new Ranking(accounts)
  }

  any(): boolean {
    return this.waiting.first !== undefined
  }

  /** Remembers an answer: `GRANT_RESULT`, and how urgent it is (`PRIORITY`). */
  put(account: Account, result: GrantResult, priority: number): void {
    this.drop(account)
    account.answer = result
    this.waiting.insert(account, priority)
  }

  /** The question is another, or none any more. */
  drop(account: Account): void {
    if (account.answer !== NO_ANSWER) this.waiting.remove(account)
    account.answer = NO_ANSWER
  }

  /** Takes out the most urgent answer that is as urgent as that; undefined: there is none. */
  take(priority: number): Account | undefined {
    const first = this.waiting.first
    return first === undefined || first.rank > priority ? undefined : this.give(first.account, first.account.answer as GrantResult)
  }

  /** The answer for now, in place of any that waited. */
  give(account: Account, result: GrantResult): Account {
    this.drop(account)
    account.asked = false
    account.result = result
    return account
  }
}
