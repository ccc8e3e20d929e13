/** How much two clocks may differ in speed. */
const DRIFT = 200e-6

/**
 * Tells how old something is that another machine stamped with its own clock. The least delay seen so far is taken for
 * none, and forgotten as slowly as two clocks may drift apart: so an age is never told too high, and too low by no more
 * than the least time under way.
 */
export class AgeClock {
  private offset_ms = NaN
  private known_ms = 0

  /** The far clock shows 0 now. */
  start(now_ms: number): void {
    this.offset_ms = now_ms
    this.known_ms = now_ms
  }

  /** Age of what arrives now with this stamp, ms; 0 as long as the far clock is not known. */
  age_ms(stamp_ms: number, now_ms: number): number {
    if (Number.isNaN(this.offset_ms)) this.start(now_ms - stamp_ms)
    const drifted_ms = this.offset_ms + (now_ms - this.known_ms) * DRIFT
    this.offset_ms = Math.min(drifted_ms, now_ms - stamp_ms)
    this.known_ms = now_ms
    return now_ms - stamp_ms - this.offset_ms
  }
}
