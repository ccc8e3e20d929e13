/** A replay that is later than this lets time slip: what is late must not come in a burst, ms. */
const SLIP_ms = 100

/**
 * When the frames of a recording are due on the clock of now: the first at once, the others at their distance divided by
 * the speed. A time that goes back, as in joined logs, starts anew from there; so does one that is far too late.
 */
export class ReplayPacer {
  /** How far the replay has fallen behind its log in all, ms. */
  slipped_ms = 0
  private readonly speed: number
  private firstLog_ns = 0
  private lastLog_ns = Infinity
  private start_ms = 0

  /** `speed` is a factor of real time; Infinity makes everything due at once. */
  constructor(speed: number) {
    this.speed = speed
  }

  /** How long to wait, ms; 0 = due. */
  wait_ms(timestamp_ns: number, now_ms: number): number {
    if (this.speed === Infinity) return 0
    if (timestamp_ns < this.lastLog_ns) {
      this.firstLog_ns = timestamp_ns
      this.start_ms = now_ms
    }
    this.lastLog_ns = timestamp_ns
    const wait_ms = this.start_ms + (timestamp_ns - this.firstLog_ns) / 1e6 / this.speed - now_ms
    if (wait_ms < -SLIP_ms) {
      this.start_ms -= wait_ms
      this.slipped_ms -= wait_ms
    }
    return Math.max(0, wait_ms)
  }
}
