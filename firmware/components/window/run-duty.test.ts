import { describe, expect, it } from 'vitest'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { motorDuty, ramp, slowDuty } from './run.ts'

const { ramp_ms, rampFrom, slow_V, slowOpen_mm, slowGoal_mm } = WINDOW_PARAMETERS
const TWICE_SLOW_V = 2 * slow_V

describe('the duty of an opening', () => {
  it('gives the motor its voltage, as far as the supply does', () => {
    expect([slowDuty(6, 12), slowDuty(6, 6), slowDuty(6, 5), slowDuty(6, 0), slowDuty(Infinity, 12)]).toEqual([0.5, 1, 1, 1, 1])
  })

  it('is brought in over a ramp', () => {
    expect(ramp(0)).toBe(rampFrom)
    expect(ramp(ramp_ms / 2)).toBeCloseTo((1 + rampFrom) / 2, 12)
    expect(ramp(ramp_ms - 1)).toBeLessThan(1)
    expect([ramp(ramp_ms), ramp(ramp_ms + 1)]).toEqual([1, 1])
    expect(motorDuty(0, 300, NaN, TWICE_SLOW_V)).toBe(rampFrom)
  })

  it('is full far from the lower end and from a goal, and slow near them or where the place is not known', () => {
    const duty = (gap_mm: number, goalGap_mm: number): number => motorDuty(ramp_ms, gap_mm, goalGap_mm, TWICE_SLOW_V)
    expect(duty(slowOpen_mm + 0.1, NaN)).toBe(1)
    expect(duty(slowOpen_mm, NaN)).toBe(0.5)
    expect(duty(NaN, NaN)).toBe(0.5)
    expect(duty(300, slowGoal_mm + 0.1)).toBe(1)
    expect(duty(300, slowGoal_mm)).toBe(0.5)
    expect(duty(300, -1)).toBe(0.5)
  })
})
