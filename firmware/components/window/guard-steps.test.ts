import { describe, expect, it } from 'vitest'
import { GuardSteps as Steps, LIGHT_A, STEPS_FRICTION_A as FRICTION_A } from '../../testing/index.ts'
import { GUARD_PARAMETERS } from './guard.ts'
import { windingResistance_ohm, WINDOW_MOTOR } from './motor.ts'

const N_A = WINDOW_MOTOR.force_N_A

describe('a force that grows', () => {
  it('is looked at 8 ms ahead at a tick of 10 ms, and trips before it has grown', () => {
    expect(new Steps(150).pass(600).trips([30, 44, 46])).toBe(true)
    expect(new Steps(150).pass(600).trips([30, 39, 42])).toBe(false)
    // Without a slope it is what it is.
    expect(new Steps(150).pass(600).trips([15, 25, 32, 37, 40, 42, 43, 44, 44, 44])).toBe(false)
  })

  it('is looked at 16 ms ahead at 20 ms, and 20 ms at most', () => {
    expect(new Steps(150).pass(600).trips([20, 42, 47], 20)).toBe(true)
    expect(new Steps(150).pass(600).trips([20, 42, 45], 40)).toBe(false)
    expect(new Steps(150).pass(600).trips([20, 44, 50], 40)).toBe(true)
  })

  it('is not looked at ahead in the first moments, nor on a rough road', () => {
    expect(new Steps(150).pass(300).trips([40, 60, 62])).toBe(false)
    expect(new Steps(150, true).pass(600).trips([38, 52, 53])).toBe(false)
    expect(new Steps(150, true).pass(600).trips([38, 58, 60])).toBe(true)
  })
})

describe('a force that lessens', () => {
  it('counts as it is, not as what it will be', () => {
    // What the start leaves of its transients is over 50 N for two readings.
    expect(new Steps(150, false, LIGHT_A).pass(340, 60).trips([51, 50.5])).toBe(true)
    expect(new Steps(150, false, LIGHT_A).pass(340, 60).trips([49, 48])).toBe(false)
  })
})

describe('the friction of today', () => {
  it('is not followed before the glass moves, and fast from then to half a second', () => {
    const slack_A = new Steps(150).pass(340, -40).guard.friction_A
    expect(slack_A).toBeCloseTo(FRICTION_A, 9)
    const first = new Steps(150).pass(500, 15)
    expect(first.guard.friction_A).toBeGreaterThan(FRICTION_A + 10 / N_A)
  })

  it('is followed fast far open, at any time, and slowly near', () => {
    const far = new Steps(440).pass(1000).pass(400, 40)
    expect(far.guard.friction_A).toBeGreaterThan(FRICTION_A + 36 / N_A)
    const near = new Steps(150).pass(1000).pass(400, 14)
    expect(near.guard.friction_A).toBeLessThan(FRICTION_A + 5 / N_A)
    expect(near.guard.friction_A).toBeGreaterThan(FRICTION_A + 2 / N_A)
  })

  it('is not followed up by a glass that creeps near, but down, and far open', () => {
    const creeping = GUARD_PARAMETERS.creeping_mm_s - 1
    const before = new Steps(150).pass(1000)
    expect(before.pass(400, 30, creeping).guard.friction_A).toBeCloseTo(FRICTION_A, 9)
    expect(before.pass(400, 30, creeping + 2).guard.friction_A).toBeGreaterThan(FRICTION_A + 2 / N_A)
    const easier = new Steps(150).pass(1000).pass(400, -14, creeping)
    expect(easier.guard.friction_A).toBeLessThan(FRICTION_A - 2 / N_A)
    const far = new Steps(440).pass(1000).pass(400, 40, creeping)
    expect(far.guard.friction_A).toBeGreaterThan(FRICTION_A + 36 / N_A)
  })
})

describe('a road', () => {
  const smooth_N = GUARD_PARAMETERS.trip_N + GUARD_PARAMETERS.margin_N

  it('is one of a moving car only, and shows only once the glass moves', () => {
    const standing = new Steps(150).pass(600)
    standing.tick(-60)
    expect(standing.beyond_N).toBeCloseTo(smooth_N, 6)
    const start = new Steps(150, true).pass(340, -60).pass(30)
    expect(start.beyond_N).toBeLessThan(smooth_N + 10)
    const driving = new Steps(150, true).pass(600)
    driving.tick(-60)
    expect(driving.beyond_N).toBeCloseTo(smooth_N + GUARD_PARAMETERS.roadMost_N, 6)
  })

  it('is forgotten over seconds, and counts far open too', () => {
    const far = new Steps(440, true).pass(1000)
    const farSmooth_N = GUARD_PARAMETERS.tripFar_N + GUARD_PARAMETERS.margin_N
    // 20 N at first, by a third of a time constant less, of which 10 N are nothing.
    const road_N = GUARD_PARAMETERS.roadFirst_N * Math.exp(-1 / GUARD_PARAMETERS.roadForgets_s) - GUARD_PARAMETERS.roadFrom_N
    expect(Math.abs(far.beyond_N - farSmooth_N - road_N)).toBeLessThan(0.1)
    expect(new Steps(150, true).pass(3000).beyond_N).toBeCloseTo(smooth_N, 6)
  })
})

describe('the resistance of the winding', () => {
  const cold_ohm = windingResistance_ohm(23)

  /** A closing under a force, with a winding warmer than the guard believes: what it believes then. */
  function believed_ohm(force_N: number, duration_ms: number): number {
    const steps = new Steps(150)
    steps.winding_ohm = 1.3 * cold_ohm
    return steps.pass(duration_ms, force_N).guard.load.resistance_ohm
  }

  it('is followed while the glass runs freely', () => {
    expect(believed_ohm(0, 700)).toBeGreaterThan(1.14 * cold_ohm)
  })

  it('is not followed while the motor starts: its speed is not yet a steady one', () => {
    expect(believed_ohm(0, 340)).toBe(cold_ohm)
  })

  it('is not followed while the glass is pressed: a hand that slows the motor does not become resistance', () => {
    expect(believed_ohm(45, 700)).toBe(cold_ohm)
  })
})
