import { describe, expect, it } from 'vitest'
import {
  caseCount, casesOf, closings, describeCase, FAIR, FULL_PLAN, LIMIT_N, MEDIAN_N, PinchRig, pinchSvg, PinchSweep,
  PUNCTUAL, quantile, QUICK_PLAN, Summary, type SweepPlan,
} from '#sim/pinch/index.ts'
import { Prng } from '#sim/kernel/index.ts'
import { normal, Road } from '#sim/plants/index.ts'

/** Half of the quick plan: what is left out is in `npx spine pinch --quick`. */
const PLAN: SweepPlan = { ...QUICK_PLAN, moments: QUICK_PLAN.moments.slice(1), learned: ['at the factory'] }

describe('a rod in the closing window', () => {
  const sweep = new PinchSweep(1)
  const summary = new Summary()
  for (const one of casesOf(PLAN)) summary.add(sweep.run(one))

  it(`is never pressed with ${LIMIT_N} N, and the window opens again`, () => {
    expect(summary.results.length).toBe(caseCount(PLAN))
    expect(summary.failures.map(failure => `${failure.peak_N.toFixed(1)} N: ${describeCase(failure.case)}`)).toEqual([])
    expect(summary.met).toBe(true)
  })

  it(`is pressed with less than ${MEDIAN_N} N in the median`, () => {
    expect(summary.total().median_N).toBeLessThan(MEDIAN_N)
    for (const rod of summary.rods()) expect(rod.median_N, `${rod.stiffness_N_mm} N/mm`).toBeLessThan(MEDIAN_N + 5)
  })

  it('is pressed less than trips, or reversed from: nothing else', () => {
    for (const result of summary.results) if (!result.reversed) expect(result.peak_N, describeCase(result.case)).toBeLessThan(90)
  })

  it('is not reversed from before it is met, on seals that wore out at once since the factory either', () => {
    const unmet = summary.results.filter(result => result.reversed && result.peak_N === 0)
    expect(unmet.map(result => describeCase(result.case))).toEqual([])
    expect(summary.total().early).toBe(0)
    expect(summary.rods().map(rod => rod.reversed + rod.early).reduce((sum, count) => sum + count))
      .toBe(summary.results.filter(result => result.reversed).length)
  })

  it('gives the same numbers for the same seed, others for another', () => {
    const [one] = casesOf(PLAN)
    expect(new PinchSweep(1).run(one!)).toEqual(summary.results[0])
    expect(new PinchSweep(2).run(one!).peak_N).not.toBe(summary.results[0]!.peak_N)
  })

  it('is drawn as a plot', () => {
    const svg = pinchSvg(summary.results, 'a < b & c')
    expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/)
    expect(svg).toContain('a &lt; b &amp; c')
    expect(svg).toContain('limit 100 N')
    expect(svg.match(/<circle/g)!.length).toBeGreaterThan(50)
  })
})

describe('a closing that meets nothing', () => {
  it('takes at most 8 s at 13.5 V and 23 °C, with worn seals too, 12 s at 9 V and −30 °C', () => {
    const sweep = new PinchSweep(1)
    for (const learned of ['at the factory', 'here'] as const) {
      expect(sweep.closing_ms(FAIR, learned)).toBeLessThan(8000)
      expect(sweep.closing_ms({ ...FAIR, age: 1 }, learned)).toBeLessThan(8000)
      expect(sweep.closing_ms({ ...FAIR, supply_V: 9, temperature_C: -30 }, learned)).toBeLessThan(12_000)
    }
  })

  it('goes through, whatever the supply, the weather, the age and the road', () => {
    expect([...closings(120, 1)].filter(result => result.end !== 'closed')).toEqual([])
  }, 120_000)

  it('goes through at the ends of what a window is built for', () => {
    const sweep = new PinchSweep(1)
    for (const supply_V of [9, 16]) {
      for (const temperature_C of [-30, 80]) {
        for (const age of [0, 1]) {
          const conditions = { supply_V, temperature_C, age, road_m_s2: 0 }
          expect(sweep.closing_ms(conditions, 'at the factory'), JSON.stringify(conditions)).toBeLessThan(12_000)
        }
      }
    }
  }, 60_000)
})

describe('a window whose friction is not learned', () => {
  it('closes, learns, and closes again, no slower than one that was taught', () => {
    const rig = new PinchRig(new Prng(1, 'new'), 0.45)
    expect(rig.friction).toBeUndefined()
    rig.order('autoUp')
    const first_ms = rig.rest(20_000)
    expect(rig.status).toMatchObject({ pinch: 0, fault: 0, position_pct: 0 })
    expect(rig.friction).toBeDefined()
    rig.order('autoDown')
    rig.rest(20_000)
    rig.order('autoUp')
    expect(rig.rest(20_000)).toBeLessThan(8000)
    expect(first_ms).toBeLessThan(8000)
  })

  it('does not learn from a closing that met a hand', () => {
    const rig = new PinchRig(new Prng(1, 'hand'), 0.45)
    rig.plant.hold(0.1, 5)
    rig.order('autoUp')
    rig.rest(30_000)
    expect(rig.status.pinch).toBe(1)
    expect(rig.friction).toBeUndefined()
  })
})

describe('the rig', () => {
  it('gives up on a motion that does not end', () => {
    const rig = new PinchRig(new Prng(1, 'slow'), 0.45)
    rig.order('autoUp')
    expect(rig.rest(50)).toBeNaN()
    expect(rig.reversing).toBe(false)
  })

  it('shakes as much as it is told', () => {
    const road = new Road(new Prng(3, 'road'), 2)
    let square = 0
    const count = 200_000
    for (let i = 0; i < count; i++) square += road.next(0.001) ** 2 / count
    expect(Math.sqrt(square)).toBeGreaterThan(1.6)
    expect(Math.sqrt(square)).toBeLessThan(2.4)
    expect(new Road(new Prng(3, 'road'), 0).next(0.001)).toBe(0)
    const dice = new Prng(4, 'normal')
    let sum = 0
    for (let i = 0; i < 10_000; i++) sum += normal(dice) / 10_000
    expect(Math.abs(sum)).toBeLessThan(0.05)
  })

  it('lets a smooth road and punctual ticks be', () => {
    const rig = new PinchRig(new Prng(1, 'fair'), 0.2)
    rig.set(FAIR, PUNCTUAL)
    expect(rig.order('goto', 101)).toBe(false)
    expect(rig.plant.verticalAcceleration_m_s2).toBe(0)
  })
})

describe('the plans', () => {
  it('hold the rods, openings, supplies, temperatures and seals of the law', () => {
    const { rods } = FULL_PLAN
    expect(rods.map(rod => [rod.stiffness_N_mm, rod.openings_mm[0], rod.openings_mm[rod.openings_mm.length - 1]]))
      .toEqual([[5, 4, 200], [10, 4, 200], [20, 25, 200], [65, 4, 25]])
    expect([FULL_PLAN.supplies_V[0], FULL_PLAN.supplies_V[3]]).toEqual([9, 16])
    expect([FULL_PLAN.temperatures_C[0], FULL_PLAN.temperatures_C[4]]).toEqual([-30, 80])
    expect(caseCount(FULL_PLAN)).toBe([...casesOf(FULL_PLAN)].length)
  })

  it('have quantiles', () => {
    expect(quantile([], 0.5)).toBeNaN()
    expect([0, 0.5, 1].map(share => quantile([1, 2, 3, 4], share))).toEqual([1, 3, 4])
  })
})
