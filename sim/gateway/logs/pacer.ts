/**
 * When the frames of a recording are due on the clock of now: the first at once, the others at their distance divided by
 * the speed. A time that goes back, as in joined logs, starts anew from there.
 */
export class ReplayPacer {
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
    const due_ms = this.start_ms + (timestamp_ns - this.firstLog_ns) / 1e6 / this.speed
    return Math.max(0, due_ms - now_ms)
  }
}
