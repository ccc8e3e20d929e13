import { drop } from '../counters.ts'
import type { DirectionCounters } from '../link.ts'

/** What we wait for an answer to. */
export const FRAME = 1
export const POLL = 2
export type Asked = typeof FRAME | typeof POLL

/**
 * What was written to an adapter and not answered yet, oldest first. An adapter answers in order, so whatever is older
 * than what an answer fits was lost on the way; an answer that never comes is found by its age. Counts frames out of
 * `queued`.
 */
export class Confirmations {
  private readonly kinds: Uint8Array
  private readonly times_ms: Float64Array
  private readonly counters: DirectionCounters
  private first = 0
  private used = 0
  private framesWaiting = 0

  constructor(counters: DirectionCounters, capacity: number) {
    this.counters = counters
    this.kinds = new Uint8Array(capacity)
    this.times_ms = new Float64Array(capacity)
  }

  /** Frames that are not answered. */
  get frames(): number {
    return this.framesWaiting
  }

  get full(): boolean {
    return this.used === this.kinds.length
  }

  expect(kind: Asked, now_ms: number): void {
    const at = (this.first + this.used) % this.kinds.length
    this.kinds[at] = kind
    this.times_ms[at] = now_ms
    this.used++
    if (kind === FRAME) this.framesWaiting++
  }

  /** The oldest question of this kind was answered with yes; older ones of other kinds never will be. `false`: there was none. */
  confirm(kind: Asked): boolean {
    if (kind === FRAME && this.framesWaiting === 0) return false
    while (this.used > 0) {
      const oldest = this.take()
      if (oldest === kind) {
        if (kind === FRAME) this.settle(true, 'unconfirmed')
        return true
      }
      if (oldest === FRAME) this.settle(false, 'unconfirmed')
    }
    return false
  }

  /** The oldest question was answered, with yes or no, in a way that does not say what it was. Answers its kind. */
  confirmOldest(yes: boolean): Asked | undefined {
    if (this.used === 0) return undefined
    const kind = this.take()
    if (kind === FRAME) this.settle(yes, 'device')
    return kind
  }

  /** Gives up on what is older than `age_ms`. Answers how many questions that were. */
  giveUp(now_ms: number, age_ms: number): number {
    let given = 0
    while (this.used > 0 && now_ms - this.times_ms[this.first]! > age_ms) {
      if (this.take() === FRAME) this.settle(false, 'unconfirmed')
      given++
    }
    return given
  }

  /** Gives up on everything. */
  clear(): void {
    while (this.used > 0) {
      if (this.take() === FRAME) this.settle(false, 'unconfirmed')
    }
  }

  private take(): Asked {
    const kind = this.kinds[this.first] as Asked
    this.first = (this.first + 1) % this.kinds.length
    this.used--
    if (kind === FRAME) this.framesWaiting--
    return kind
  }

  private settle(delivered: boolean, reason: 'unconfirmed' | 'device'): void {
    this.counters.queued--
    if (delivered) this.counters.delivered++
    else drop(this.counters, reason)
  }
}
