import { WINDOW_LIMITS } from './parameters.ts'

/** Duty that gives the motor `motor_V`. */
export function slowDuty(motor_V: number, supply_V: number): number {
  return supply_V > motor_V ? motor_V / supply_V : 1
}

/** Share of the duty at the start of a motion. */
export function ramp(elapsed_ms: number): number {
  if (elapsed_ms >= WINDOW_LIMITS.ramp_ms) return 1
  return WINDOW_LIMITS.rampFrom + (1 - WINDOW_LIMITS.rampFrom) * elapsed_ms / WINDOW_LIMITS.ramp_ms
}

/**
 * Duty for the motor `elapsed_ms` after its start: full, but no more than a slow voltage near the end of a closing, the
 * lower end, or a goal; brought in over a ramp. Gaps are in mm, NaN = not known (then it is slow throughout).
 */
export function motorDuty(elapsed_ms: number, direction: number, gap_mm: number, goalGap_mm: number, supply_V: number): number {
  const slowGap_mm = direction < 0 ? WINDOW_LIMITS.slowClose_mm : WINDOW_LIMITS.slowOpen_mm
  const fast = gap_mm > slowGap_mm && !(goalGap_mm <= WINDOW_LIMITS.slowGoal_mm)
  const target = fast ? 1 : slowDuty(WINDOW_LIMITS.slow_V, supply_V)
  return target * ramp(elapsed_ms)
}
