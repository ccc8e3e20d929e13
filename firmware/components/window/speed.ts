import { WINDOW_LIMITS } from './parameters.ts'

/** Duty that gives the motor `motor_V`. */
export function slowDuty(motor_V: number, supply_V: number): number {
  return Math.min(1, motor_V / supply_V)
}

/** Share of the duty at the start of a motion. */
export function ramp(elapsed_ms: number): number {
  return Math.min(1, WINDOW_LIMITS.rampFrom + (1 - WINDOW_LIMITS.rampFrom) * elapsed_ms / WINDOW_LIMITS.ramp_ms)
}

/**
 * Duty for a motor that opens, `elapsed_ms` after its start, brought in over a ramp: fast but near the lower end or a goal.
 * Gaps in mm, NaN = not known.
 */
export function motorDuty(elapsed_ms: number, gap_mm: number, goalGap_mm: number, supply_V: number): number {
  const fast = gap_mm > WINDOW_LIMITS.slowOpen_mm && !(goalGap_mm <= WINDOW_LIMITS.slowGoal_mm)
  return slowDuty(fast ? Infinity : WINDOW_LIMITS.slow_V, supply_V) * ramp(elapsed_ms)
}
