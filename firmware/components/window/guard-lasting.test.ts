import { describe, expect, it } from 'vitest'
import { GuardSteps } from '../../testing/index.ts'
import { LAW } from './guard.ts'

const { stiff_mm, lasting_N, lasts_s, winds_pulses_s, end_mm } = LAW
/** Pulses a second of a drum that closes by a millimetre a tick. */
const PULSES_s_mm = 211.24

/** A closing whose friction is found, and whose glass has come to a gap. */
function closedTo(glass_mm: number): GuardSteps {
  const steps = new GuardSteps(glass_mm + 30).pass(400)
  while (!steps.guard.found || steps.guard.glass_mm > glass_mm) steps.tick(0)
  return steps
}

describe('a load that lasts', () => {
  it('is a hand from 20 N on where it may be stiff, though it never trips at once', () => {
    const steps = closedTo(stiff_mm - 5)
    const told_ms = steps.told_ms(25, 500)
    expect(told_ms).toBeGreaterThan(500 * lasts_s)
    expect(told_ms).toBeLessThan(3000 * lasts_s)
    expect(steps.guard.excess_N).toBeLessThan(LAW.trip_N - 2)
    expect(steps.guard['lasting_N']).toBeGreaterThan(lasting_N)
    expect(closedTo(stiff_mm - 5).told_ms(lasting_N - 3, 500, 0.12)).toBeNaN()
  })

  it('is none further open', () => {
    const told_mm = (glass_mm: number): number => {
      const steps = closedTo(glass_mm)
      return steps.told_ms(25, 1000) > 0 ? steps.guard.glass_mm : NaN
    }
    for (const glass_mm of [stiff_mm + 4, stiff_mm + 10]) expect(told_mm(glass_mm), `from ${glass_mm} mm`).toBeLessThan(stiff_mm)
    expect(closedTo(stiff_mm + 60).told_ms(25, 1000)).toBeNaN()
  })

  it('is none of a drum that turns slower than 20 pulses a second: its motor is too weak', () => {
    const way_mm = winds_pulses_s / PULSES_s_mm
    expect(closedTo(stiff_mm - 5).told_ms(23, 500, way_mm - 0.002)).toBeNaN()
    expect(closedTo(stiff_mm - 5).told_ms(23, 500, way_mm + 0.002)).toBeGreaterThan(0)
  })

  it('is counted from friction on, and once that is found', () => {
    const steps = new GuardSteps(25).pass(100, 20)
    expect([steps.guard.found, steps.guard['lasting_N']]).toEqual([false, 0])
    const light = closedTo(stiff_mm - 5).pass(100, -60)
    expect(light.guard['lasting_N']).toBe(0)
    light.guard.begin(20, 23, false)
    const after = closedTo(stiff_mm - 5).pass(30, 25)
    expect(after.guard['lasting_N']).toBeGreaterThan(5)
    after.guard.begin(20, 23, false)
    expect(after.guard['lasting_N']).toBe(0)
  })

  it('follows by its time, whatever the ticks are', () => {
    const after60ms_N = (dt_s: number): number => {
      const steps = closedTo(stiff_mm - 5)
      steps.dt_s = dt_s
      for (let time_s = 0; time_s < 0.0599; time_s += dt_s) steps.tick(18)
      return steps.guard['lasting_N']
    }
    expect(Math.abs(after60ms_N(0.01) - after60ms_N(0.02))).toBeLessThan(1.5)
  })

  it('holds the glass up where its end would be: that is told as before until it is let go', () => {
    const steps = closedTo(end_mm + 2)
    while (steps.guard.glass_mm > end_mm - 0.3) expect(steps.tick(24, 0.09)).toBe(false)
    expect(steps.guard['lasting_N']).toBeGreaterThan(lasting_N)
    expect(steps.guard.atEnd()).toBe(false)
    steps.pass(100, 0, 0.09)
    expect(steps.guard.atEnd()).toBe(true)
  })
})
