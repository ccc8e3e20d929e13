import { PinchGuard } from './guard.ts'
import type { ClosingReading } from './guard.ts'
import type { WindowInputs } from './inputs.ts'
import { frictionKnot_mm, frictionKnotAbove } from './load.ts'
import { climateFactor, emf_Vs, windingResistance_ohm } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'

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
const LIMITED_ms = 200
/** What a closing may take more than is known of friction, as friction varies from day to day. */
const SPARE = 1.15

/** What is measured at a tick. */
type Measured = Pick<WindowInputs, 'now_ms' | 'port_A' | 'limit_A' | 'supply_V'>

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
  readonly reading: ClosingReading
  /** Where the driver wants the eFuse to hold, at the port, A; Infinity: as granted. */
  bound_A: number
  private lastLimited_ms: number
  private motor_V: number
  private trim_V: number
  private dt_s: number
  private supply_V: number

  constructor(nominal_A: number) {
    this.guard = new PinchGuard(nominal_A)
    // Stryker disable ObjectLiteral,BooleanLiteral: the fields are written before they count; here they give the object its shape.
    this.reading = {
      now_ms: 0, elapsed_ms: 0, stalled_ms: 0, gap_mm: 0, speed_mm_s: 0, speed_pulses_s: 0, winding_A: 0, motor_V: 0,
      limited: false, risen: false,
    }
    // Stryker restore ObjectLiteral,BooleanLiteral
    this.bound_A = Infinity
    this.lastLimited_ms = -Infinity
    this.motor_V = 0
    this.trim_V = 0
    this.dt_s = 0
    this.supply_V = Infinity
  }

  begin(now_ms: number, gap_mm: number, temperature_C: number, driving: boolean): void {
    this.guard.begin(now_ms, gap_mm, temperature_C, driving)
    this.reading.now_ms = now_ms
    this.lastLimited_ms = -Infinity
    this.motor_V = FIRST_SHARE * this.guard.friction_A * this.guard.load.resistance_ohm
    this.trim_V = 0
    this.dt_s = 0
    this.supply_V = Infinity
  }

  /**
   * Takes one tick: what was measured, and the `duty` (0–1) since the last one; the rest of `reading` was filled in. True:
   * something is in the way.
   */
  update(measured: Measured, duty: number): boolean {
    const reading = this.reading
    const now_ms = measured.now_ms
    const port_A = measured.port_A
    const supply_V = measured.supply_V
    this.dt_s = 0
    if (now_ms - reading.now_ms < LEAST_ms) return false
    this.dt_s = (now_ms - reading.now_ms) / 1000
    reading.now_ms = now_ms
    reading.limited = port_A >= measured.limit_A * LIMITING
    if (reading.limited) this.lastLimited_ms = now_ms
    reading.winding_A = duty > 0 ? port_A / duty : 0
    reading.motor_V = duty * supply_V
    reading.risen = supply_V - this.supply_V > RISEN_V
    this.supply_V = supply_V
    return this.guard.update(reading)
  }

  /** The eFuse held the current until just now: a trip was noticed a little later. */
  wasLimited(now_ms: number): boolean {
    return now_ms - this.lastLimited_ms <= LIMITED_ms
  }

  /** Duty for the next tick, 0–1; sets the bound that goes with it. */
  duty(supply_V: number, nearGoal: boolean): number {
    const guard = this.guard
    const target_mm_s = this.target_mm_s(nearGoal)
    const reading = this.reading
    const pulses_mm = WINDOW_PARAMETERS.pulses_mm
    if (reading.elapsed_ms >= TRIM_FROM_ms && guard.excess_N < TRIM_EXCESS_N && this.motor_V < supply_V) {
      const short_V = (target_mm_s - reading.speed_mm_s) * pulses_mm * guard.load.emf_Vs
      this.trim_V = Math.max(-TRIM_V, Math.min(TRIM_V, this.trim_V + short_V * Math.min(1, this.dt_s / TRIM_s)))
    }
    const wanted_V = target_mm_s * pulses_mm * guard.load.emf_Vs + guard.friction_A * guard.load.resistance_ohm + this.trim_V
    const rise_V = RISE_V_s * this.dt_s
    const fall_V = FALL_V_s * this.dt_s
    const change_V = wanted_V - this.motor_V
    this.motor_V = Math.min(supply_V, this.motor_V + Math.max(-fall_V, Math.min(rise_V, change_V)))
    const duty = supply_V > 0 ? Math.max(0, this.motor_V / supply_V) : 0
    this.bound_A = duty * guard.windingBound_A()
    return duty
  }

  /**
   * The most that a closing from `gap_mm` (NaN: anywhere) will take at the port, A, by what is known of friction and at the speeds it is to
   * have: the bridge turns a share of the supply into the motor's voltage, and draws the same share of its current. Where a
   * hand may be, that includes the current that shows one: a lower limit would hide it.
   */
  forecast_A(gap_mm: number, temperature_C: number, supply_V: number): number {
    const resistance_ohm = windingResistance_ohm(temperature_C)
    const pulse_V = WINDOW_PARAMETERS.pulses_mm * emf_Vs(temperature_C)
    const climate = climateFactor(temperature_C)
    let forecast_A = 0
    const last = frictionKnotAbove(isNaN(gap_mm) ? Infinity : gap_mm)
    for (let i = 0; i <= last; i++) {
      const knot_mm = frictionKnot_mm(i)
      const usual_A = this.guard.profile.usual_A(knot_mm) * climate
      const motor_V = speedAt(knot_mm) * pulse_V + usual_A * SPARE * resistance_ohm
      const most_A = this.guard.windingNeeds_A(knot_mm, usual_A, usual_A * SPARE)
      forecast_A = Math.max(forecast_A, most_A * Math.min(1, motor_V / supply_V))
    }
    return forecast_A
  }

  /** The same for here and now, with friction as it is found to be, at a `duty` of 0–1. */
  neededNow_A(duty: number): number {
    const guard = this.guard
    const friction_A = guard.friction_A
    return guard.windingNeeds_A(guard.glass_mm, friction_A, friction_A * SPARE) * duty
  }

  private target_mm_s(nearGoal: boolean): number {
    const careful = !this.guard.far() && (!this.guard.learned || this.reading.elapsed_ms < CAREFUL_ms)
    return Math.min(speedAt(this.guard.glass_mm), careful ? CAREFUL_mm_s : Infinity, nearGoal ? GOAL_mm_s : Infinity)
  }
}
