import type { AssumptionName, Assumptions, Range } from './assumptions.ts'

/** How much of what is unknown about a saving comes from one assumption. */
interface Influence {
  readonly name: AssumptionName
  /** The assumption's unit, and its ends. */
  readonly low: number
  readonly high: number
  /** What is saved with it at its low and at its high end, all others as they are. */
  readonly savedAtLow: Range
  readonly savedAtHigh: Range
  /** By how much the range of what is saved narrows when this one is known, the worse of the two ends: 0–1. */
  readonly share: number
}

/** What a row of the comparison rests on most. */
export interface Sensitivity {
  readonly what: string
  readonly unit: string
  readonly digits: number
  /** The most first; none below a hundredth. */
  readonly influences: readonly Influence[]
}

interface Row {
  readonly what: string
  readonly unit: string
  readonly digits: number
  readonly saved: Range
  readonly from: readonly AssumptionName[]
}

const LEAST_SHARE = 0.01

/** Pins each assumption at either end, one at a time, and looks what is left of the range of each saving. */
export function sensitivityOf(
  rows: readonly Row[], a: Assumptions, rowsWith: (other: Assumptions) => readonly Row[],
): Sensitivity[] {
  const names = [...new Set(rows.flatMap(row => row.from))].filter(name => a[name].low !== a[name].high)
  const pinned = new Map(names.map(name => [name, [a[name].low, a[name].high].map(value =>
    rowsWith({ ...a, [name]: { ...a[name], low: value, high: value } })) as [readonly Row[], readonly Row[]]]))
  return rows.map(({ what, unit, digits, saved, from }, i) => {
    const width = saved.high - saved.low
    const influences = names.filter(name => from.includes(name)).map((name): Influence => {
      const [atLow, atHigh] = pinned.get(name)!.map(other => other[i]!.saved) as [Range, Range]
      const left = Math.max(atLow.high - atLow.low, atHigh.high - atHigh.low)
      return {
        name, low: a[name].low, high: a[name].high, savedAtLow: atLow, savedAtHigh: atHigh,
        share: width > 0 ? Math.max(0, 1 - left / width) : 0,
      }
    })
    return { what, unit, digits, influences: influences.filter(one => one.share >= LEAST_SHARE).sort((x, y) => y.share - x.share) }
  })
}
