import { NO_ANSWER } from './contract.ts'
import type { Contract } from './contract.ts'
import { Ranking } from './ranking.ts'

/** What the ports have to be told, the most urgent first. Each port has one answer at most: the newest. */
export class Answers {
  private readonly waiting: Ranking

  /** `contracts`: of all ports. */
  constructor(contracts: readonly Contract[]) {
    this.waiting = new Ranking(contracts)
  }

  any(): boolean {
    return this.waiting.first !== undefined
  }

  /** Remembers an answer: `GRANT_RESULT`, and how urgent it is (`PRIORITY`). */
  put(contract: Contract, result: number, priority: number): void {
    this.drop(contract)
    contract.answer = result
    this.waiting.insert(contract, priority)
  }

  /** The question is another, or none any more. */
  drop(contract: Contract): void {
    if (contract.answer !== NO_ANSWER) this.waiting.remove(contract)
    contract.answer = NO_ANSWER
  }

  /** Takes out the most urgent answer that is as urgent as that; undefined: there is none. */
  take(priority: number): Contract | undefined {
    const first = this.waiting.first
    return first === undefined || first.rank > priority ? undefined : this.give(first.contract, first.contract.answer)
  }

  /** The answer for now, in place of any that waited. */
  give(contract: Contract, result: number): Contract {
    this.drop(contract)
    contract.asked = false
    contract.result = result
    return contract
  }
}
