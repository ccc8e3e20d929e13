import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LOCATION, MANAGER_STATE, PortStatusCodec } from '#protocol/index.ts'
import { linePlan, ManagerBench, runs } from '../../testing/index.ts'
import { POWER_RULES } from '../rules.ts'
import { STANDBY_MANAGER } from './entries.ts'
import { Excess } from './excess.ts'

const { DASH, FL, FR, TRUNK } = LOCATION
/** The manager looks every 500 ms. */
const LOOKS_ms = POWER_RULES.excessReported_ms + 700
/** What was too much is forgotten after so long without anything. */
const FORGOTTEN_ms = 5100

function reporting(location: number, currents_A: number[]): ManagerBench {
  const bench = new ManagerBench().pass(500)
  bench.drawn_A.set(location, currents_A)
  return bench
}

describe('a hub that draws more than was granted to it', () => {
  it('is named, once', () => {
    const bench = reporting(FL, [9, 9])
    bench.pass(POWER_RULES.excessReported_ms - 200)
    expect(bench.logged).toEqual([])
    bench.pass(900)
    expect(bench.logged).toEqual([`hub at location ${FL} draws 18.0 A, 0.0 A are granted to it`])
    bench.pass(2 * LOOKS_ms)
    expect([bench.logged.length, bench.manager.counters.accused]).toEqual([1, 1])
  })

  it('is named again when it had kept to its leases meanwhile', () => {
    const bench = reporting(FR, [0, 5]).pass(LOOKS_ms)
    bench.drawn_A.delete(FR)
    bench.pass(FORGOTTEN_ms)
    bench.drawn_A.set(FR, [5, 0])
    bench.pass(LOOKS_ms)
    expect(bench.manager.counters.accused).toBe(2)
  })

  it('is nobody who has leases for it', () => {
    const bench = new ManagerBench().pass(500)
    bench.ask(TRUNK, 0, 6, 6, 2, 1)
    bench.drawn_A.set(TRUNK, [6, 0.4])
    for (let i = 2; i < 10; i++) {
      bench.pass(1000)
      bench.ask(TRUNK, 0, 6, 6, 2, i)
    }
    expect(bench.logged).toEqual([])
  })

  it('is not looked for while hubs keep to static shares', () => {
    const bench = new ManagerBench(true)
    bench.hubs.delete(DASH)
    bench.hubs.delete(FR)
    bench.drawn_A.set(FL, [7, 0])
    bench.pass(5000)
    expect(bench.manager.state).toBe(MANAGER_STATE.staticShares)
    bench.pass(2 * LOOKS_ms)
    expect(bench.logged).toEqual([])
  })

  it('is not one that is missed: what it said last is old', () => {
    const bench = reporting(TRUNK, [9, 0]).pass(1000)
    bench.hubs.delete(TRUNK)
    bench.pass(2 * LOOKS_ms)
    expect([bench.manager.state, bench.logged]).toEqual([MANAGER_STATE.active, []])
  })

  it('is the manager\'s own, too: what its ports report, it tells itself', () => {
    const bench = new ManagerBench().pass(500)
    bench.manager.ownReported({ ...PortStatusCodec.create(), port: 0, current_A: 9 })
    bench.pass(LOOKS_ms)
    expect(bench.logged).toEqual([`hub at location ${DASH} draws 9.0 A, 0.0 A are granted to it`])
  })

  it('is the one that manages, as the standby says', () => {
    const bench = new ManagerBench(true)
    bench.other = MANAGER_STATE.active
    bench.hubs.set(DASH, [2, 0])
    bench.drawn_A.set(DASH, [3, 8])
    bench.drawn_A.set(FL, [8, 0])
    bench.pass(LOOKS_ms)
    expect(bench.manager.state).toBe(MANAGER_STATE.none)
    expect(bench.logged).toEqual([`hub at location ${DASH} draws 11.0 A, 2.0 A are granted to it`])
  })

  it('is not one that manages and keeps to what it says that it holds, or asks for a peak', () => {
    const bench = new ManagerBench(true)
    bench.other = MANAGER_STATE.active
    bench.hubs.set(DASH, [9, 0])
    bench.drawn_A.set(DASH, [9, 0])
    bench.pass(LOOKS_ms)
    bench.drawn_A.set(DASH, [20, 0])
    for (let i = 0; i < 5; i++) {
      bench.ask(DASH, 0, 9, 20)
      bench.pass(1000)
    }
    expect(bench.logged).toEqual([])
  })

  it('is nobody of a car that the plan does not know: no dash, no hub of its own', () => {
    const bench = new ManagerBench(true)
    const plan = linePlan({
      hubs: 2, ports: 2, locations: [FL, FR], spine_A: 40, drop_A: 20, share_A: 8, idle_A: 1, segment_Ohm: 0.001, drop_Ohm: 0.01,
    })
    const manager = STANDBY_MANAGER.create(bench.host(), plan)
    manager.start()
    manager.ownReported({ ...PortStatusCodec.create(), port: 0, current_A: 9 })
    bench.pass(500)
    expect([manager.state, bench.logged]).toEqual([MANAGER_STATE.none, []])
  })

  it('is told from what it may draw by margin and time; ports that are none, and what is not available, count nothing', () => {
    const excess = new Excess(PLAN)
    excess.reported(1, 0, MOST_A - 1)
    excess.reported(1, 1, 1)
    excess.reported(1, 2, 50)
    expect([excess.sum_A(0), excess.sum_A(1)]).toEqual([0, MOST_A])
    expect(firstNamed_ms(excess, 0, 30_000, () => undefined)).toBe(Infinity)
    excess.reported(1, 1, 1.1)
    expect(firstNamed_ms(excess, 30_100, 40_000, () => undefined) - 30_100).toBe(POWER_RULES.excessReported_ms)
    excess.reported(1, 0, NaN)
    expect(excess.sum_A(1)).toBe(1.1)
  })

  it('is looked at afresh after a gap in which nobody looked', () => {
    const excess = new Excess(PLAN)
    excess.reported(1, 0, 3 * MOST_A)
    for (let now_ms = 0; now_ms < 60_000; now_ms += 1001) expect(excess.look(1, GRANTED_mA, now_ms)).toBe(false)
  })
})

/** A hub with 4 A granted, 1 A of its own. */
const PLAN = linePlan({
  hubs: 2, ports: 2, locations: [FL, FR], spine_A: 40, drop_A: 20, share_A: 8, idle_A: 1, segment_Ohm: 0.001, drop_Ohm: 0.01,
})
const GRANTED_mA = 4000
const MOST_A = (4 + 1) * (1 + POWER_RULES.excessFraction) + POWER_RULES.excess_A
const TICK_ms = 100
const between = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })

/** When the second hub is named; Infinity: it is not. */
function firstNamed_ms(
  excess: Excess, from_ms: number, to_ms: number, report: (now_ms: number) => void, granted_mA = (_now_ms: number): number => GRANTED_mA,
): number {
  for (let now_ms = from_ms; now_ms <= to_ms; now_ms += TICK_ms) {
    report(now_ms)
    if (excess.look(1, granted_mA(now_ms), now_ms)) return now_ms
  }
  return Infinity
}

describe('reports of pulses', () => {
  const periods_ms = fc.integer({ min: 20, max: 6000 })

  it('name a hub whose mean is too high, about as soon as one of that mean that does not pulse; whatever period and duty', () => {
    const pulses = fc.record({ period_ms: periods_ms, duty: between(0.3, 0.95), times: between(1.3, 4) })
    fc.assert(fc.property(pulses, fc.integer({ min: 0, max: 999 }), ({ period_ms, duty, times }, phase_ms) => {
      const excess = new Excess(PLAN)
      const high_A = MOST_A * times / duty
      const named_ms = firstNamed_ms(excess, 0, 60_000, (now_ms) => {
        // As a hub reports that takes means: of a port that draws too much the mean of the last second.
        if ((now_ms + 100 * Math.round(phase_ms / 100)) % 1000 !== 0) return
        excess.reported(1, 0, mean(high_A, period_ms, duty, now_ms - 1000, now_ms))
      })
      expect(named_ms).toBeLessThan(2000 + POWER_RULES.excessReported_ms / Math.min(1, duty + 0.1) + 2 * period_ms)
    }), { seed: 1796161150, numRuns: runs(300) })
  })

  it('that are single readings do so, too, in proportion to how many are too high', () => {
    fc.assert(fc.property(between(0.3, 1), fc.infiniteStream(between(0, 1)), (duty, dice) => {
      const excess = new Excess(PLAN)
      const named_ms = firstNamed_ms(excess, 0, 120_000, (now_ms) => {
        if (now_ms % 1000 === 0) excess.reported(1, 0, dice.next().value! < duty ? MOST_A * 2 / duty : 0)
      })
      expect(named_ms).toBeLessThan(120_000)
    }), { seed: 1796161150, numRuns: runs(100) })
  })

  it('name nobody who keeps to leases that come, go and begin with a peak, however old they are within a second', () => {
    const lease = fc.record({ run_A: between(0, 12), more_A: between(0, 12), for_ms: fc.integer({ min: 1, max: 50 }) })
    const drive = fc.array(lease, { minLength: 1, maxLength: 40 })
    fc.assert(fc.property(drive, between(0.98, 1.02), fc.integer({ min: 1, max: 10 }), (leases, gain, often) => {
      const excess = new Excess(PLAN)
      const ends = leases.reduce<number[]>((all, { for_ms }) => [...all, (all.at(-1) ?? 0) + for_ms * TICK_ms], [])
      const at = (now_ms: number): { granted_A: number, drawn_A: number } => {
        const i = ends.findIndex(end_ms => now_ms < end_ms)
        if (i < 0) return { granted_A: 0, drawn_A: 0 }
        const since_ms = now_ms - (ends[i - 1] ?? 0)
        const { run_A, more_A } = leases[i]!
        return {
          granted_A: run_A + (since_ms < POWER_RULES.peakReserved_ms ? more_A : 0),
          drawn_A: run_A + (since_ms < POWER_RULES.peak_ms ? more_A : 0),
        }
      }
      const report = (now_ms: number): void => {
        if (now_ms % (often * TICK_ms) === 0) excess.reported(1, 0, (at(now_ms).drawn_A + 1.25) * gain + 0.1)
      }
      expect(firstNamed_ms(excess, 0, ends.at(-1)! + 10_000, report, now_ms => at(now_ms).granted_A * 1000)).toBe(Infinity)
    }), { seed: 1796161150, numRuns: runs(300) })
  })

  it('count a peak that is asked for as allowed', () => {
    const excess = new Excess(PLAN)
    excess.look(1, GRANTED_mA, 0)
    excess.reported(1, 0, 12)
    expect(firstNamed_ms(excess, 100, 20_000, now_ms => excess.allow(1, 8000, now_ms))).toBe(Infinity)
  })
})

/** Mean of pulses from t = 0 on. */
function mean(high_A: number, period_ms: number, duty: number, from_ms: number, to_ms: number): number {
  const on_ms = duty * period_ms
  const until = (t_ms: number): number => t_ms <= 0 ? 0 : Math.floor(t_ms / period_ms) * on_ms + Math.min(t_ms % period_ms, on_ms)
  return high_A * (until(to_ms) - until(from_ms)) / (to_ms - from_ms)
}
