import type { Account, Allocator } from '../power/allocator/index.ts'

/** Lets an allocator do all that there is to do at a time, and hands each of its answers to `take`. */
export function answersOf(allocator: Allocator, now_ms: number, take: (answer: Account) => void): void {
  do {
    const answer = allocator.next(now_ms)
    if (answer !== undefined) take(answer)
  } while (allocator.unfinished)
}
