/** How long the shortest delay is looked for before the offset follows a device whose clock runs slow, ns. */
const DRIFT_WINDOW_ns = 30e9

/**
 * Turns the time stamps of a device, which count ticks and wrap, into times of our clock. The device's zero is taken
 * from the frame that arrived with the least delay; wraps are told apart by when a frame arrives, so any pause is
 * fine; a device that runs slow or fast is followed.
 */
export class StampClock {
  private wrap_ns: number
  private readonly tick_ns: number
  private offset_ns = NaN
  private leastDelay_ns = Infinity
  private windowStart_ns = 0

  /** Stamps run from 0 to `wrap` − 1 in ticks of `tick_ns`. */
  constructor(wrap: number, tick_ns: number) {
    this.tick_ns = tick_ns
    this.wrap_ns = wrap * tick_ns
  }

  /** Some devices wrap elsewhere than their manual says; takes effect from the next stamp on. */
  setWrap(wrap: number): void {
    if (this.wrap_ns === wrap * this.tick_ns) return
    this.wrap_ns = wrap * this.tick_ns
    this.offset_ns = NaN
  }

  /** When the frame with this stamp, which arrives now, was on the bus: never later than now. */
  time_ns(stamp: number, now_ns: number): number {
    const since_ns = stamp * this.tick_ns
    if (Number.isNaN(this.offset_ns)) {
      this.offset_ns = now_ns - since_ns
      this.restart(now_ns)
      return now_ns
    }
    const wraps = Math.round((now_ns - this.offset_ns - since_ns) / this.wrap_ns)
    const delay_ns = now_ns - (this.offset_ns + since_ns + wraps * this.wrap_ns)
    if (delay_ns < 0) {
      this.offset_ns += delay_ns
      this.restart(now_ns)
      return now_ns
    }
    if (delay_ns < this.leastDelay_ns) this.leastDelay_ns = delay_ns
    if (now_ns - this.windowStart_ns > DRIFT_WINDOW_ns) {
      this.offset_ns += this.leastDelay_ns
      this.restart(now_ns)
    }
    return now_ns - delay_ns
  }

  private restart(now_ns: number): void {
    this.leastDelay_ns = Infinity
    this.windowStart_ns = now_ns
  }
}
