import { COUNTER_STEPS, LAST_COUNTER } from '#protocol/index.ts'

/** Frames that arbitrate against each other may change places by so many. */
const LATE = 3
const SEEN = (1 << LATE + 1) - 1

/** The counters that senders used with one word of freshness: each counts once, and never one from before the last few. */
export class CounterWindow {
  private readonly last: Uint16Array
  /** Bit n: `last` − n was taken. */
  private readonly seen: Uint8Array

  constructor(senders: number) {
    this.last = new Uint16Array(senders)
    this.seen = new Uint8Array(senders)
    this.clear()
  }

  /** With a new word all begin at 1. */
  clear(): void {
    this.last.fill(0)
    this.seen.fill(SEEN)
  }

  /** The same for one sender. */
  restart(sender: number): void {
    this.last[sender] = 0
    this.seen[sender] = SEEN
  }

  /** Nothing up to this one counts any more. */
  skipTo(sender: number, counter: number): void {
    if (counter <= this.last[sender]!) return
    this.last[sender] = counter
    this.seen[sender] = SEEN
  }

  /** The whole counter of one of which the low bits are known; 0: there is none that may still be taken. */
  next(sender: number, low: number): number {
    const last = this.last[sender]!
    const step = (low - last) & COUNTER_STEPS - 1
    const late = COUNTER_STEPS - step
    if (late <= LATE) return (this.seen[sender]! >> late & 1) === 0 ? last - late : 0
    return step === 0 || last + step > LAST_COUNTER ? 0 : last + step
  }

  /** Takes what `next` gave. */
  take(sender: number, counter: number): void {
    const last = this.last[sender]!
    if (counter <= last) this.seen[sender]! |= 1 << last - counter
    else {
      this.seen[sender] = this.seen[sender]! << counter - last & SEEN | 1
      this.last[sender] = counter
    }
  }
}
