import { frictionKnotAbove, frictionKnot_mm } from './friction.ts'
import { emf_Vs, frictionAt, windingResistance_ohm } from './motor.ts'
import { PinchGuard } from './pinch.ts'
import type { ClosingState } from './pinch.ts'

/** Speed of the glass by gap, mm/s: what the reversal takes to answer has to cost little force, least on the stiffest. */
const SPEED_AT_mm = [0, 30, 60, 215, 268]
const SPEED_mm_s = [25, 25, 53, 59, 110]
/** Where a hand may be: not faster than this while friction is not learned, or at the start, when the hand may be there already. */
const CAREFUL_mm_s = 42
const CAREFUL_ms = 450
/** Near the goal of a goto. */
const GOAL_mm_s = 45

/** How fast the motor's voltage may grow and shrink: shrinking faster, the motor would feed back, and its load be unseen. */
const RISE_V_s = 30
const FALL_V_s = 25
/** At the start, a share of what overcomes friction. */
const FIRST_SHARE = 0.6
/** The speed is corrected by up to this, with this time constant, but never against what may be a hand. */
const TRIM_V = 2
const TRIM_s = 0.4
const TRIM_FROM_ms = 250
const TRIM_EXCESS_N = 12
/** Readings closer together than this say little: one of the two is skipped. */
const LEAST_ms = 4
/** A supply that rises by more than this between two ticks was switched. */
const RISEN_V = 0.2
/** Below this share of the limit the eFuse is not at work; the port's measuring may be off by as much. */
const LIMITING = 0.95
/** A hub looks for tripped eFuses every 100 ms. */
const HELD_BACK_ms = 200
/** Hall pulses a millimetre of a common window, while the own speed does not say. */
const PULSES_mm = 2.11
/** What a closing may take more than is known of friction, as friction varies from day to day. */
const SPARE = 1.15

/** What is measured at a tick: at the port, A, and the supply. */
export interface ClosingInputs { now_ms: number, current_A: number, limit_A: number, supply_V: number }

function speedAt(gap_mm: number): number {
  let speed_mm_s = SPEED_mm_s[0]!
  for (let i = 1; i < SPEED_AT_mm.length; i++) {
    const low_mm = SPEED_AT_mm[i - 1]!
    const share = Math.max(0, Math.min(1, (gap_mm - low_mm) / (SPEED_AT_mm[i]! - low_mm)))
    speed_mm_s = speed_mm_s + (SPEED_mm_s[i]! - SPEED_mm_s[i - 1]!) * share
  }
  return speed_mm_s
}

/** A closing under guard: says how fast, at which current the eFuse holds, and whether something is in the way. */
export class Closing {
  readonly guard: PinchGuard
  readonly state: ClosingState
  /** At the port, A; Infinity: none. */
  bound_A: number
  private limited_ms: number
  private motor_V: number
  private trim_V: number
  private dt_s: number
  private supply_V: number

  constructor(nominal_A: number) {
    this.guard = new PinchGuard(nominal_A)
    // Stryker disable ObjectLiteral,BooleanLiteral: the fields are written before they count; here they give the object its shape.
    this.state = {
      now_ms: 0, elapsed_ms: 0, stalled_ms: 0, gap_mm: 0, speed_mm_s: 0, speed_pulses_s: 0, motor_A: 0, motor_V: 0,
      limited: false, risen: false,
    }
    // Stryker restore ObjectLiteral,BooleanLiteral
    this.bound_A = Infinity
    this.limited_ms = -Infinity
    this.motor_V = 0
    this.trim_V = 0
    this.dt_s = 0
    this.supply_V = Infinity
  }

  begin(now_ms: number, gap_mm: number, temperature_C: number, driving: boolean): void {
    this.guard.begin(now_ms, gap_mm, temperature_C, driving)
    this.state.now_ms = now_ms
    this.limited_ms = -Infinity
    this.motor_V = FIRST_SHARE * this.guard.friction_A() * this.guard.load.resistance_ohm
    this.trim_V = 0
    this.dt_s = 0
    this.supply_V = Infinity
  }

  /**
   * Takes one tick: what was measured, and the `duty` (0–1) since the last one; the rest of `state` was filled in. True:
   * something is in the way.
   */
  update(measured: ClosingInputs, duty: number): boolean {
    const state = this.state
    const now_ms = measured.now_ms
    const current_A = measured.current_A
    const supply_V = measured.supply_V
    this.dt_s = 0
    if (now_ms - state.now_ms < LEAST_ms) return false
    this.dt_s = (now_ms - state.now_ms) / 1000
    state.now_ms = now_ms
    state.limited = current_A >= measured.limit_A * LIMITING
    if (state.limited) this.limited_ms = now_ms
    state.motor_A = duty > 0 ? current_A / duty : 0
    state.motor_V = duty * supply_V
    state.risen = supply_V - this.supply_V > RISEN_V
    this.supply_V = supply_V
    return this.guard.update(state)
  }

  /** The eFuse held the current until just now: a trip was noticed a little later. */
  heldBack(now_ms: number): boolean {
    return now_ms - this.limited_ms <= HELD_BACK_ms
  }

  /** Duty for the next tick, 0–1; sets the bound that goes with it. */
  duty(supply_V: number, nearGoal: boolean): number {
    const guard = this.guard
    const target_mm_s = this.target_mm_s(nearGoal)
    const state = this.state
    const pulses_mm = state.speed_mm_s > 0 ? state.speed_pulses_s / state.speed_mm_s : PULSES_mm
    if (state.elapsed_ms >= TRIM_FROM_ms && guard.excess_N < TRIM_EXCESS_N && this.motor_V < supply_V) {
      const short_V = (target_mm_s - state.speed_mm_s) * pulses_mm * guard.load.emf_Vs
      this.trim_V = Math.max(-TRIM_V, Math.min(TRIM_V, this.trim_V + short_V * Math.min(1, this.dt_s / TRIM_s)))
    }
    const wanted_V = target_mm_s * pulses_mm * guard.load.emf_Vs + guard.friction_A() * guard.load.resistance_ohm + this.trim_V
    const rise_V = RISE_V_s * this.dt_s
    const fall_V = FALL_V_s * this.dt_s
    const change_V = wanted_V - this.motor_V
    this.motor_V = Math.min(supply_V, this.motor_V + Math.max(-fall_V, Math.min(rise_V, change_V)))
    const duty = supply_V > 0 ? Math.max(0, this.motor_V / supply_V) : 0
    this.bound_A = duty * guard.limit_A()
    return duty
  }

  /**
   * The most that a closing from `gap_mm` (NaN: anywhere) will take at the port, A, by what is known of friction and at the speeds it is to
   * have: the bridge turns a share of the supply into the motor's voltage, and draws the same share of its current. Where a
   * hand may be, that includes the current that shows one: a lower limit would hide it.
   */
  forecast_A(gap_mm: number, temperature_C: number, supply_V: number): number {
    const resistance_ohm = windingResistance_ohm(temperature_C)
    const pulse_V = PULSES_mm * emf_Vs(temperature_C)
    const climate = frictionAt(temperature_C)
    let forecast_A = 0
    const last = frictionKnotAbove(isNaN(gap_mm) ? Infinity : gap_mm)
    for (let i = 0; i <= last; i++) {
      const knot_mm = frictionKnot_mm(i)
      const usual_A = this.guard.friction.usual_A(knot_mm) * climate
      const motor_V = speedAt(knot_mm) * pulse_V + usual_A * SPARE * resistance_ohm
      const most_A = this.guard.needs_A(knot_mm, usual_A, usual_A * SPARE)
      forecast_A = Math.max(forecast_A, most_A * Math.min(1, motor_V / supply_V))
    }
    return forecast_A
  }

  /** The same for here and now, with friction as it is found to be, at a `duty` of 0–1. */
  found_A(duty: number): number {
    const guard = this.guard
    const friction_A = guard.friction_A()
    return guard.needs_A(guard.glass_mm, friction_A, friction_A * SPARE) * duty
  }

  private target_mm_s(nearGoal: boolean): number {
    const careful = !this.guard.far() && (!this.guard.known() || this.state.elapsed_ms < CAREFUL_ms)
    return Math.min(speedAt(this.guard.glass_mm), careful ? CAREFUL_mm_s : Infinity, nearGoal ? GOAL_mm_s : Infinity)
  }
}
