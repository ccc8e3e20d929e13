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
 * Duty for a motor that is not closing under guard, `elapsed_ms` after its start, brought in over a ramp. Closing at an
 * unknown place is slow throughout; opening is fast but near the lower end or a goal. Gaps in mm, NaN = not known.
 */
export function motorDuty(elapsed_ms: number, direction: number, gap_mm: number, goalGap_mm: number, supply_V: number): number {
  const fast = gap_mm > WINDOW_LIMITS.slowOpen_mm && !(goalGap_mm <= WINDOW_LIMITS.slowGoal_mm)
  const motor_V = direction < 0 ? WINDOW_LIMITS.unknown_V : fast ? Infinity : WINDOW_LIMITS.slow_V
  return slowDuty(motor_V, supply_V) * ramp(elapsed_ms)
}
