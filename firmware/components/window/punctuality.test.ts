import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { Punctuality } from './punctuality.ts'

const { gapMost_ms, provenTicks } = WINDOW_PARAMETERS

/** Ticks with these gaps between them. */
function looked(punctuality: Punctuality, gaps_ms: readonly number[], from_ms = 0): number {
  let now_ms = from_ms
  for (const gap_ms of gaps_ms) {
    now_ms += gap_ms
    punctuality.look(now_ms)
  }
  return now_ms
}

describe('the gaps between ticks', () => {
  it('a board that promises no more than was judged is trusted until it is late', () => {
    const punctuality = new Punctuality(gapMost_ms)
    expect(punctuality.kept).toBe(true)
    looked(punctuality, [5, 10, gapMost_ms])
    expect([punctuality.kept, punctuality.longest_ms]).toEqual([true, gapMost_ms])
    expect(punctuality.look(200)).toBe(true)
    expect(punctuality.kept).toBe(false)
  })

  it.each([Infinity, NaN, gapMost_ms + 1])('one that promises %s ms is never', (guaranteed_ms) => {
    const punctuality = new Punctuality(guaranteed_ms)
    looked(punctuality, Array.from({ length: 2 * provenTicks }, () => 10))
    expect(punctuality.kept).toBe(false)
  })

  it('what lies between two motions is no gap', () => {
    const punctuality = new Punctuality(20)
    looked(punctuality, [10, 10])
    punctuality.rest()
    expect(punctuality.look(60_000)).toBe(false)
    expect(punctuality.kept).toBe(true)
  })

  it('after a late tick is proved again by the 300th that comes in time, not before', () => {
    const punctuality = new Punctuality(20)
    const late_ms = looked(punctuality, [10, gapMost_ms + 1])
    const almost_ms = looked(punctuality, Array.from({ length: provenTicks - 1 }, () => 10), late_ms)
    expect([provenTicks, punctuality.kept]).toEqual([300, false])
    looked(punctuality, [gapMost_ms], almost_ms)
    expect(punctuality.kept).toBe(true)
  })

  it('is kept exactly when no gap of the last ticks was longer than judged', () => {
    const gap = fc.oneof(
      { weight: 40, arbitrary: fc.integer({ min: 1, max: gapMost_ms }) },
      { weight: 1, arbitrary: fc.integer({ min: gapMost_ms + 1, max: 500 }) },
    )
    fc.assert(fc.property(fc.array(gap, { minLength: 1, maxLength: 3 * provenTicks, size: 'max' }), (gaps_ms) => {
      const punctuality = new Punctuality(20)
      // The first tick of a motion has none before it.
      punctuality.look(0)
      looked(punctuality, gaps_ms)
      const late = gaps_ms.findLastIndex(gap_ms => gap_ms > gapMost_ms)
      expect(punctuality.kept).toBe(late < 0 || gaps_ms.length - 1 - late >= provenTicks)
      expect(punctuality.longest_ms).toBe(Math.max(...gaps_ms))
    }))
  })
})
