import { WINDOW_PARAMETERS } from './parameters.ts'

/** Whether the processor looks after the glass as often as the force on a hand was judged with. */
export class Punctuality {
  /** It does: a window may close by itself. */
  kept: boolean
  /** The longest gap between two ticks of one motion, ms. */
  longest_ms: number
  private readonly able: boolean
  private looked_ms: number
  private inTime: number

  /** `guaranteed_ms`: the longest gap that the board promises (`Hal.gap_ms`). */
  constructor(guaranteed_ms: number) {
    this.able = guaranteed_ms <= WINDOW_PARAMETERS.gapMost_ms
    this.kept = this.able
    this.longest_ms = 0
    this.looked_ms = NaN
    this.inTime = 0
  }

  /** No motion: the time until the next tick is no gap. */
  rest(): void {
    this.looked_ms = NaN
  }

  /** A tick. `true`: it comes too late after the one before. */
  look(now_ms: number): boolean {
    const gap_ms = now_ms - this.looked_ms
    this.looked_ms = now_ms
    // Stryker disable next-line EqualityOperator: of two that are as long either is the longest.
    if (gap_ms > this.longest_ms) this.longest_ms = gap_ms
    if (gap_ms > WINDOW_PARAMETERS.gapMost_ms) {
      this.kept = false
      this.inTime = 0
      return true
    }
    this.inTime++
    if (this.able && this.inTime >= WINDOW_PARAMETERS.provenTicks) this.kept = true
    return false
  }
}
