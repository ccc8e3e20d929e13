interface FakeTimer {
  readonly handle: number
  readonly at_ms: number
  readonly fire: () => void
}

/** Time that stands still until a test moves it. Timers of one instant fire in the order in which they were armed. */
export class FakeClock {
  now_ms: number
  private timers: FakeTimer[]
  private handles: number

  constructor() {
    this.now_ms = 0
    this.timers = []
    this.handles = 0
  }

  after(delay_ms: number, fire: () => void): number {
    if (!(delay_ms >= 0 && delay_ms < Infinity)) throw new RangeError(`timer in ${delay_ms} ms`)
    this.handles++
    this.timers.push({ handle: this.handles, at_ms: this.now_ms + delay_ms, fire })
    return this.handles
  }

  cancel(handle: number): void {
    this.timers = this.timers.filter(timer => timer.handle !== handle)
  }

  /** Fires all that is due within `duration_ms`. */
  advance(duration_ms: number): void {
    const end_ms = this.now_ms + duration_ms
    for (let fired = 0; ; fired++) {
      if (fired > 200_000) throw new Error(`timers fire without end at ${this.now_ms} ms`)
      const next = this.timers.reduce<FakeTimer | undefined>(
        (soonest, timer) => soonest === undefined || timer.at_ms < soonest.at_ms ? timer : soonest, undefined)
      if (next === undefined || next.at_ms > end_ms) break
      this.cancel(next.handle)
      if (next.at_ms > this.now_ms) this.now_ms = next.at_ms
      next.fire()
    }
    this.now_ms = end_ms
  }

  /** Lets time pass without firing anything: a processor that stands still. */
  stall(duration_ms: number): void {
    this.now_ms += duration_ms
  }
}
