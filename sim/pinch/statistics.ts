/** How sure a bound is to hold. */
const MISS = 0.05
const BISECTIONS = 60

/**
 * What a share may be at most, 95 % sure, when `found` of `of` were found (Clopper and Pearson, one-sided; near enough 3/of for
 * none). NaN of nothing.
 */
export function upperBound(found: number, of: number): number {
  if (of === 0) return NaN
  let low = found / of
  let high = 1
  for (let i = 0; i < BISECTIONS && found < of; i++) {
    const middle = (low + high) / 2
    if (chanceOfAtMost(found, of, middle) > MISS) low = middle
    else high = middle
  }
  return high
}

/** Of a binomial distribution: its terms relative to the one at `found`, so that nothing underflows. */
function chanceOfAtMost(found: number, of: number, share: number): number {
  const odds = share / (1 - share)
  let below = 1
  let term = 1
  for (let k = found; k > 0 && term > below * 1e-16; k--) {
    term *= k / ((of - k + 1) * odds)
    below += term
  }
  let above = 0
  term = 1
  for (let k = found; k < of && term > above * 1e-16; k++) {
    term *= (of - k) / (k + 1) * odds
    above += term
    if (above > 1e3 * below) return 0
  }
  return below / (below + above)
}

/** By how many standard deviations of all the mean of some differs from the mean of all. */
export function standardisedDifference(some: readonly number[], all: readonly number[]): number {
  const mean = meanOf(all)
  const variance = meanOf(all.map(value => (value - mean) * (value - mean)))
  return variance > 0 ? (meanOf(some) - mean) / Math.sqrt(variance) : 0
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
