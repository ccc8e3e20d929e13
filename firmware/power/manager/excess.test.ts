import { describe, expect, it } from 'vitest'
import { LOCATION, MANAGER_STATE } from '#protocol/index.ts'
import { linePlan, ManagerBench } from '../../testing/index.ts'
import { POWER_RULES } from '../rules.ts'
import { Excess } from './excess.ts'

const { DASH, FL, FR, TRUNK } = LOCATION
/** The manager looks every 100 ms. */
const LOOKS_ms = POWER_RULES.excessReported_ms + 300

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
    bench.pass(500)
    expect(bench.logged).toEqual([`hub at location ${FL} draws 18.0 A, 0.0 A are granted to it`])
    bench.pass(2 * LOOKS_ms)
    expect([bench.logged.length, bench.manager.counters.accused]).toEqual([1, 1])
  })

  it('is named again when it had kept to its leases meanwhile', () => {
    const bench = reporting(FR, [0, 5]).pass(LOOKS_ms)
    bench.drawn_A.delete(FR)
    bench.pass(300)
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

  it('is told from what it may draw by margin and time; ports that are none, and what is not available, count nothing', () => {
    const plan = linePlan({
      hubs: 2, ports: 2, locations: [FL, FR], spine_A: 40, drop_A: 20, share_A: 8, idle_A: 1, segment_Ohm: 0.001, drop_Ohm: 0.01,
    })
    const excess = new Excess(plan)
    const most_A = (4 + 1) * (1 + POWER_RULES.excessFraction) + POWER_RULES.excess_A
    const finds = (now_ms: number, missed = 0): number => excess.find(0, new Float64Array([0, 4000]), new Uint8Array([0, missed]), now_ms)
    excess.reported(1, 0, most_A - 1)
    excess.reported(1, 1, 1)
    excess.reported(1, 2, 50)
    expect([excess.sum_A(0), excess.sum_A(1)]).toEqual([0, most_A])
    expect([0, 10_000].map(now_ms => finds(now_ms))).toEqual([-1, -1])
    excess.reported(1, 1, 1.1)
    const due_ms = 20_000 + POWER_RULES.excessReported_ms
    expect([20_000, due_ms - 1].map(now_ms => finds(now_ms))).toEqual([-1, -1])
    expect([finds(due_ms, 1), finds(due_ms), finds(due_ms)]).toEqual([-1, 1, -1])
    excess.reported(1, 0, NaN)
    expect(excess.sum_A(1)).toBe(1.1)
  })
})
