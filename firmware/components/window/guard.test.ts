import { describe, expect, it } from 'vitest'
import { GuardSteps, STEPS_FRICTION_A } from '../../testing/index.ts'
import { LAW } from './guard.ts'

const { trip_N, tripFar_N, found_mm, mayBeHand_N } = LAW

/** A closing whose friction is found, `scale` times the learned one. */
function closing(from_mm: number, scale = 1): GuardSteps {
  const steps = new GuardSteps(from_mm)
  steps.scale = scale
  return steps.pass(400)
}

describe('friction of today', () => {
  it.each([0.6, 1, 1.7])('is found in the first millimetres: %s times the learned one', (scale) => {
    const steps = new GuardSteps(150)
    steps.scale = scale
    steps.pass(240)
    expect(steps.guard.found).toBe(false)
    steps.pass(160)
    expect(150 - steps.reading.gap_mm).toBeGreaterThan(found_mm)
    expect(steps.guard.found).toBe(true)
    expect(steps.guard.friction_A / (STEPS_FRICTION_A * scale)).toBeCloseTo(1, 1)
    expect(Math.abs(steps.guard.excess_N)).toBeLessThan(5)
  })

  it('until then only a gross load is an obstacle', () => {
    const steps = new GuardSteps(150)
    expect(steps.told_ms(200, 100)).toBeNaN()
    expect(steps.told_ms(500, 100)).toBeLessThanOrEqual(60)
  })

  it('that falls is followed within a second', () => {
    const steps = closing(200)
    steps.scale = 0.8
    expect(Math.abs(steps.pass(1000).guard.excess_N)).toBeLessThan(5)
  })

  it('that falls is followed down to 0.4 times the learned one', () => {
    const steps = closing(400, 0.5)
    steps.scale = 0
    steps.pass(3000, 0, 0.1)
    expect(steps.guard.scale).toBe(LAW.scaleLeast)
  })

  it('that rises is followed slowly, and not beyond what may be a hand', () => {
    const steps = closing(200)
    steps.pass(500, 10)
    expect(steps.guard.excess_N).toBeLessThan(6)
    const held = closing(200).pass(1000, mayBeHand_N + 6)
    expect(held.guard.excess_N).toBeGreaterThan(mayBeHand_N)
  })

  it('is no load of a glass that stands', () => {
    const steps = closing(200)
    const { scale } = steps.guard
    steps.pass(300, -60, 0)
    expect(steps.guard.scale).toBe(scale)
  })
})

describe('a hand', () => {
  it('is told within 70 ms above the trip, and not below it', () => {
    expect(closing(150).told_ms(trip_N + 20, 200)).toBeLessThanOrEqual(70)
    expect(closing(150).told_ms(trip_N - 12, 200)).toBeNaN()
  })

  it('takes more far open', () => {
    expect(closing(255).told_ms(tripFar_N - 12, 100)).toBeNaN()
    expect(closing(255).told_ms(tripFar_N + 20, 200)).toBeLessThanOrEqual(80)
  })

  it('takes more on a rough road, and most of that at the top', () => {
    const trip = (from_mm: number, rough_m_s2: number): number => {
      const { guard } = new GuardSteps(from_mm)
      guard.load.rough_m_s2 = rough_m_s2
      return (guard.windingBound_A() - new GuardSteps(from_mm).guard.windingBound_A()) * guard.load.force_N_A
    }
    expect([trip(150, 2), trip(255, 2), trip(8, 2)].map(Math.round)).toEqual([12, 12, 15])
  })

  it('that stops the glass with less may be one: it does not trip', () => {
    const holds = (force_N: number): boolean => {
      const steps = closing(150)
      expect(steps.told_ms(force_N, 700, 0)).toBeNaN()
      return steps.guard.mayHold()
    }
    expect([holds(mayBeHand_N + 1), holds(mayBeHand_N - 8)]).toEqual([true, false])
  })
})

describe('the end', () => {
  it('once reached is not left again, tells nothing, and is pressed into', () => {
    const steps = closing(25)
    while (!steps.guard.atEnd()) expect(steps.tick(0)).toBe(false)
    expect(steps.guard.pressed()).toBe(false)
    for (let i = 0; i < 10; i++) expect(steps.tick(200, -0.1)).toBe(false)
    expect([steps.guard.atEnd(), steps.guard.pressed()]).toEqual([true, true])
    steps.guard.finish()
    expect(steps.guard.profile.changed).toBe(true)
  })
})

describe('the limit of the eFuse', () => {
  it('lies above friction with the tolerance of the eFuse, by trip and margin; at the end by more', () => {
    const { guard, motor } = closing(150)
    const beyond_N = (guard.windingBound_A() - LAW.eFuse * guard.friction_A) * motor.force_N_A
    expect(beyond_N).toBeCloseTo(trip_N + LAW.margin_N, 6)
    expect(guard.windingNeeds_A(100, 8, 9)).toBeCloseTo(LAW.eFuse * 8 + beyond_N / motor.force_N_A, 6)
    expect(guard.windingNeeds_A(300, 8, 9)).toBe(9)
    const steps = closing(25)
    while (!steps.guard.atEnd()) steps.tick(0)
    const atEnd_N = (steps.guard.windingBound_A() - LAW.eFuse * steps.guard.friction_A) * motor.force_N_A
    expect(atEnd_N).toBeCloseTo(LAW.tripTop_N + LAW.endMargin_N, 6)
  })
})
