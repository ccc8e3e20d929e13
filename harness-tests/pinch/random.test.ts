import { describe, expect, it } from 'vitest'
import {
  byLaw, drawCase, Hunt, LIMIT_N, nominalCase, objectOf, pressCase, RandomTally, runRandom, SITUATION_NAMES, situationOf, traceCase,
  traceSvg, upperBound,
} from '#sim/pinch/index.ts'

const COUNT = 48

describe('what is said of cases drawn at random', () => {
  const outcomes = Array.from({ length: COUNT }, (_, number) => runRandom(7, number, 'none', true))
  const tallyOf = (some: typeof outcomes): RandomTally => {
    const tally = new RandomTally(7)
    for (const outcome of some) tally.add(outcome)
    return tally
  }
  const report = tallyOf(outcomes).report()

  it('is the same in whatever order they came', () => {
    expect(tallyOf([...outcomes].reverse()).report()).toEqual(report)
  })

  it('counts rods of the law apart from other objects', () => {
    const lawful = outcomes.filter(({ number }) => byLaw(objectOf(drawCase(7, number)).kind))
    expect(report.law.cases).toBe(lawful.length)
    expect(report.objects.map(({ cases }) => cases).reduce((sum, cases) => sum + cases)).toBe(COUNT)
    expect(report.law.most_N).toBe(Math.max(...lawful.map(({ press }) => press.peak_N)))
    expect(report.law.atLimit).toBe(lawful.filter(({ press }) => press.peak_N >= LIMIT_N).length)
    expect(report.paused.cases).toBeLessThan(report.law.cases)
  })

  it('names the failures, hardest first, by numbers that give them again', () => {
    expect(report.failures.length).toBe(report.law.atLimit)
    expect(report.failures.length).toBeGreaterThan(5)
    expect(report.failures[0]).toEqual(report.worst[0])
    for (const { number, peak_N } of report.failures.slice(0, 3)) expect(pressCase(drawCase(7, number), 'none').peak_N).toBe(peak_N)
    expect(report.failures.map(({ peak_N }) => peak_N)).toEqual(report.failures.map(({ peak_N }) => peak_N).sort((a, b) => b - a))
  })

  it('says which parameters the hardest share, but of what does not happen', () => {
    expect(report.shared.length).toBe(6)
    for (const { difference } of report.shared) expect(Math.abs(difference)).toBeLessThanOrEqual(Math.abs(report.shared[0]!.difference))
    expect(report.shared.map(({ parameter }) => parameter)).not.toContain('noise')
  })

  it('closes in four situations by turns, and counts what reversed over nothing', () => {
    expect(report.closings.map(({ situation, closings }) => [situation, closings])).toEqual(SITUATION_NAMES.map(name => [name, COUNT / 4]))
    const reversed = outcomes.filter(({ closing }) => closing!.end === 'reversed').map(({ number }) => number)
    expect(report.falseReversals).toEqual(reversed)
    expect(situationOf(6)).toBe('road of 2 m/s²')
    for (const { median_ms, most_ms } of report.closings) expect(median_ms).toBeLessThanOrEqual(most_ms)
  })

  it('is little of nothing', () => {
    expect(tallyOf([]).report()).toMatchObject({ law: { cases: 0, most_N: NaN }, closings: [], failures: [], worst: [], shared: [] })
  })
})

describe('the upper bound of a share, 95 % sure', () => {
  it.each([
    [0, 100_000, 2.9957e-5], [0, 100, 0.029513], [1, 100, 0.046557], [10, 100, 0.163720], [5, 5, 1], [500, 1000, 0.526526],
    [3000, 100_000, 0.030905],
  ])('%d of %d: %f', (found, of, bound) => {
    expect(upperBound(found, of) / bound).toBeCloseTo(1, 3)
  })

  it('is nothing of nothing', () => {
    expect(upperBound(0, 0)).toBeNaN()
  })
})

describe('the hunt', () => {
  it('finds a harder press than as many draws do, the same for the same seed, and one that is replayed', () => {
    const tries = 120
    const best = ['first', 'again'].map(() => {
      const hunt = new Hunt(3, 0, 'none')
      while (hunt.tried < tries) hunt.next()
      return hunt.best!
    })
    expect(best[0]).toEqual(best[1])
    const drawn_N = Array.from({ length: tries }, (_, i) => pressCase({ ...drawCase(3, i), course: 0 }, 'none').peak_N)
    expect(best[0]!.peak_N).toBeGreaterThan(Math.max(...drawn_N))
    expect(pressCase(nominalCase(best[0]!.values), 'none').peak_N).toBe(best[0]!.peak_N)
  })
})

describe('one case over time', () => {
  it('shows the force, up to what the judge says, and is drawn', () => {
    const values = drawCase(7, 11)
    const { result, moments } = traceCase(values, 'firmware', false)
    expect(result).toEqual(pressCase(values))
    const most_N = Math.max(...moments.map(({ force_N }) => force_N))
    expect(most_N).toBeGreaterThan(0.9 * result.peak_N)
    expect(most_N).toBeLessThanOrEqual(result.peak_N + 1)
    expect(moments[0]!.gap_mm).toBeGreaterThan(moments.at(-1)!.gap_mm - 200)
    expect(traceSvg(moments, 'a < b & c')).toMatch(/^<svg [^]*a &lt; b &amp; c[^]*<polyline[^]*<\/svg>\n$/)
    expect(traceCase(values, 'firmware', true).result.peak_N).toBe(0)
  })
})
