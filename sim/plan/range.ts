import type { Range } from './assumptions.ts'

/** Arithmetic of ranges of numbers that are not negative: what the sum, the product … can be. */
export const exactly = (value: number): Range => ({ low: value, high: value })
export const plus = (...ranges: readonly Range[]): Range => ({
  low: ranges.reduce((sum, range) => sum + range.low, 0), high: ranges.reduce((sum, range) => sum + range.high, 0),
})
export const times = (...ranges: readonly Range[]): Range => ({
  low: ranges.reduce((product, range) => product * range.low, 1), high: ranges.reduce((product, range) => product * range.high, 1),
})
export const minus = (a: Range, b: Range): Range => ({ low: a.low - b.high, high: a.high - b.low })
export const scaled = (range: Range, factor: number): Range => ({ low: range.low * factor, high: range.high * factor })
