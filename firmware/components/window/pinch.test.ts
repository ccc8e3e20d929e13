import { describe, expect, it } from 'vitest'
import { CurrentPinchDetector, PINCH_LIMITS } from './pinch.ts'
import type { ClosingState } from './pinch.ts'

const RUN_A = 8

/** One closing from 400 mm at 100 mm/s in ticks of 10 ms. Returns the gap at which it was taken for a pinch, or NaN. */
function close(detector: CurrentPinchDetector, motor_A: (gap_mm: number) => number, until_mm = 0): number {
  const state: ClosingState = { elapsed_ms: 0, stalled_ms: 0, gap_mm: 400, motor_A: 0, duty: 1 }
  detector.begin()
  for (; state.gap_mm > until_mm; state.gap_mm -= 1) {
    state.elapsed_ms += 10
    state.motor_A = motor_A(state.gap_mm)
    if (detector.update(state)) return state.gap_mm
  }
  detector.finish()
  return NaN
}

describe('force from current', () => {
  const obstacle = (at_mm: number, stiffness_N_mm: number, friction_A: number) => (gap_mm: number): number =>
    friction_A + Math.max(0, at_mm - gap_mm) * stiffness_N_mm / PINCH_LIMITS.forcePerAmpere_N

  it('trips once friction is learned at the trip force plus noise, in two ticks', () => {
    const detector = new CurrentPinchDetector(RUN_A)
    for (let i = 0; i < 3; i++) expect(close(detector, () => 7)).toBeNaN()
    const met_mm = close(detector, obstacle(200, 10, 7))
    const force_N = (200 - met_mm) * 10
    expect(force_N).toBeGreaterThan(PINCH_LIMITS.trip_N)
    expect(force_N).toBeLessThanOrEqual(PINCH_LIMITS.trip_N + PINCH_LIMITS.noise_A * PINCH_LIMITS.forcePerAmpere_N + 20)
  })

  it('follows friction that grows with age, and one that differs along the travel', () => {
    const detector = new CurrentPinchDetector(RUN_A)
    for (let friction_A = 6; friction_A < 14; friction_A += 0.25) {
      expect(close(detector, gap_mm => friction_A + (gap_mm < 60 ? 1 : 0))).toBeNaN()
    }
  })

  it('does not learn from a closing that met something', () => {
    const detector = new CurrentPinchDetector(RUN_A)
    close(detector, () => 7)
    for (let i = 0; i < 20; i++) expect(close(detector, obstacle(200, 20, 7))).toBeGreaterThan(190)
  })

  it('one tick of noise is nothing, nor is the start', () => {
    const detector = new CurrentPinchDetector(RUN_A)
    expect(close(detector, gap_mm => (gap_mm === 200 ? 30 : 7))).toBeNaN()
    expect(close(detector, gap_mm => (gap_mm > 380 ? 25 : 7))).toBeNaN()
  })

  it('a glass that stands is held, but not in its seal', () => {
    const detector = new CurrentPinchDetector(RUN_A)
    const state: ClosingState = { elapsed_ms: 1000, stalled_ms: 90, gap_mm: 50, motor_A: 5, duty: 0.7 }
    detector.begin()
    expect(detector.update(state)).toBe(true)
    state.gap_mm = 3
    expect(detector.update(state)).toBe(false)
    state.gap_mm = NaN
    expect(detector.update(state)).toBe(false)
  })
})
