import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GRANT_RESULT } from '#protocol/index.ts'
import { LeaseBench } from '../../testing/index.ts'
import { type DropLimits, dropPeak_A, dropRun_A } from '../plan.ts'
import { type CountedPort, FeedCeiling } from './feed-ceiling.ts'

/** A rear door's: 2.5 mm² behind a fuse of 20 A. */
const DROP: DropLimits = { run_A: 15, peak_A: 20, ampacity_A: 24, ambient_C: 80, insulation_C: 105, idle_A: 0.4 }

const port = (run_A: number, limit_A: number): CountedPort => ({ runLimit_A: () => run_A, limit_A: () => limit_A })

describe('what a drop carries', () => {
  it('is what the plan says up to the ambient it is laid for, and less above, down to nothing', () => {
    for (const ambient_C of [-40, 23, 80, NaN]) expect([dropRun_A(DROP, ambient_C), dropPeak_A(DROP, ambient_C)]).toEqual([15, 20])
    expect([dropRun_A(DROP, 90), dropPeak_A(DROP, 90)]).toEqual([15, expect.closeTo(24 * Math.sqrt(15 / 25), 9)])
    expect(dropRun_A(DROP, 100)).toBeCloseTo(24 * Math.sqrt(5 / 25), 9)
    expect([dropRun_A(DROP, 105), dropPeak_A(DROP, 130)]).toEqual([0, 0])
  })

  it('never rises with the temperature', () => {
    const kelvins = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })
    fc.assert(fc.property(kelvins(-60, 200), kelvins(0, 100), (ambient_C, more_K) => {
      expect(dropRun_A(DROP, ambient_C + more_K)).toBeLessThanOrEqual(dropRun_A(DROP, ambient_C))
      expect(dropPeak_A(DROP, ambient_C)).toBeGreaterThanOrEqual(dropRun_A(DROP, ambient_C))
    }), { seed: 4 })
  })
})

describe('the ceiling of a feed', () => {
  it('is for each port what the drop carries less what the others hold, for long and as a peak', () => {
    const ports = [port(9, 20), port(4, 4), port(0, 0)]
    const ceiling = new FeedCeiling(DROP, () => 23, ports)
    expect([ceiling.run_A(ports[2]!), ceiling.peak_A(ports[2]!)]).toEqual([expect.closeTo(1.6, 5), expect.closeTo(-4.4, 5)])
    expect([ceiling.run_A(ports[0]!), ceiling.peak_A(ports[0]!)]).toEqual([expect.closeTo(10.6, 5), expect.closeTo(15.6, 5)])
  })

  it('is none where the drop is not known', () => {
    const ceiling = new FeedCeiling(undefined, () => 23, [])
    expect([ceiling.run_A(port(0, 0)), ceiling.peak_A(port(0, 0))]).toEqual([Infinity, Infinity])
  })
})

describe('a hub whose manager grants more than its drop carries', () => {
  /** The limits of both eFuses after the manager granted both ports all they asked for. */
  function granted(first_A: number, second_A: number, temperature_C = 23): LeaseBench {
    const bench = new LeaseBench(true, DROP)
    bench.hal.warmth_C = temperature_C
    bench.grant(first_A)
    bench.other.want(second_A, second_A, 10_000, 2, false)
    bench.pass(1)
    bench.answer()
    bench.pass(1)
    return bench
  }

  it('takes a part of the grant, counts that, and asks on for the rest', () => {
    const bench = granted(9, 9)
    expect([bench.limit(0), bench.limit(1)]).toEqual([9, expect.closeTo(5.6, 5)])
    expect(bench.counters.grantsCapped).toBe(1)
    expect(bench.other.granted()).toBe(false)
    const asked = bench.requests().length
    bench.pass(600)
    expect(bench.requests().length).toBeGreaterThan(asked)
  })

  it('gives a grant back of which it can take nothing', () => {
    const bench = granted(14.6, 5)
    expect(bench.releases().map(release => release.port)).toEqual([1])
    expect(bench.limit(1)).toBeLessThan(1)
    expect(bench.other.granted_A()).toBe(0)
  })

  it('lets a peak up to what the fuse bears for a moment', () => {
    const bench = new LeaseBench(true, DROP)
    bench.grant(9, 40)
    expect(bench.limit(0)).toBeCloseTo(19.6, 5)
    bench.pass(500)
    expect(bench.limit(0)).toBe(9)
  })

  it('takes less when it is hotter than the drop is laid for, of a renewal too', () => {
    expect(granted(9, 9, 100).limit(1)).toBeCloseTo(24 * Math.sqrt(5 / 25) - 0.4 - 9, 5)
    const bench = granted(9, 5)
    bench.hal.warmth_C = 102
    bench.pass(1000)
    const before = bench.requests().length
    bench.answer()
    expect(before).toBeGreaterThan(2)
    expect(bench.limit(0) + bench.limit(1)).toBeLessThan(14)
  })

  it('never lets its ports together take more than that, whatever is granted to them', () => {
    const step = fc.record({
      second: fc.boolean(), run_A: fc.double({ min: 0.2, max: 40, noNaN: true }), peak_A: fc.double({ min: 0.2, max: 50, noNaN: true }),
      wait_ms: fc.integer({ min: 0, max: 700 }), release: fc.boolean(), temperature_C: fc.double({ min: -40, max: 104, noNaN: true }),
    })
    fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
      const bench = new LeaseBench(true, DROP)
      for (const { second, run_A, peak_A, wait_ms, release, temperature_C } of steps) {
        bench.hal.warmth_C = Math.max(bench.hal.warmth_C, temperature_C)
        const feed = second ? bench.other : bench.feed
        if (release) feed.release()
        else {
          feed.want(run_A, peak_A, 10_000, 2, false)
          bench.pass(1)
          if (bench.last().port === (second ? 1 : 0)) bench.answer({ result: GRANT_RESULT.granted })
        }
        bench.pass(wait_ms)
        expect(bench.feed.granted_A() + bench.other.granted_A()).toBeLessThanOrEqual(DROP.run_A - DROP.idle_A + 1e-3)
      }
    }), { numRuns: 100, seed: 8 })
  })
})
