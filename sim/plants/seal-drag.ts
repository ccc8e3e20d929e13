import { WINDOW_REGULATOR } from './window-regulator.ts'

/**
 * Drag of one window's seals, new and at room temperature: the values of `closingSeal_N` and its like, from the stretch of the
 * door that the glass was in last, so that no table is searched while it slides.
 */
export class SealDrag {
  private from_m = 0.5
  private to_m = 0.5
  /** Where the stretch has `shape`, and how much that rises by the metre. */
  private at_m = 0.5
  private shape = 0.5
  private rise_per_m = 0.5

  /** Drag of a glass that slides at `opening_m`, `opening` or closing, N. */
  at_N(opening_m: number, opening: boolean): number {
    if (!(opening_m >= this.from_m && opening_m < this.to_m)) this.find(opening_m)
    const { topSeal_m, topSeal_N, sealOpening_N, sealClosing_N } = WINDOW_REGULATOR
    const shape = this.shape + this.rise_per_m * (opening_m - this.at_m)
    if (opening) return sealOpening_N * shape
    if (opening_m >= topSeal_m) return sealClosing_N * shape
    return sealClosing_N * shape + topSeal_N * (opening_m > 0 ? 1 - opening_m / topSeal_m : 1)
  }

  private find(opening_m: number): void {
    const { sealAt_m: at, sealAt: shape } = WINDOW_REGULATOR
    let i = 0
    while (i < at.length && !(opening_m < at[i]!)) i++
    this.from_m = i === 0 ? -Infinity : at[i - 1]!
    this.to_m = i === at.length ? Infinity : at[i]!
    const inside = i > 0 && i < at.length
    const low = i === 0 ? 0 : i - 1
    this.at_m = at[low]!
    this.shape = shape[low]!
    this.rise_per_m = inside ? (shape[i]! - shape[low]!) / (at[i]! - at[low]!) : 0
  }
}
