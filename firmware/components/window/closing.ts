import { LAW, PinchGuard } from './guard.ts'
import type { ClosingReading } from './guard.ts'
import type { WindowInputs } from './inputs.ts'
import { frictionKnot_mm, frictionKnotAbove } from './load.ts'
import { climateFactor } from './motor.ts'
import type { WindowMotor } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'

/** Up to here the glass goes as slowly as where a hand may be. */
const HAND_mm = 210
/**
 * Speed of the glass by gap, mm/s: what the reversal takes to answer has to cost little force, least on the stiffest. It nowhere falls
 * as the gap grows (`forecast_A`).
 */
const SPEED_AT_mm = [0, 30, 60, HAND_mm, 240]
const SPEED_mm_s = [24, 24, 47, 51, 118]
/** After a back-off, until friction is known and the glass steadily driven by it: what was put in meanwhile may be met already. */
const SOFT_mm_s = 20
const SOFT_mm = WINDOW_PARAMETERS.backOff_mm + 6
/** An opening tells the rotor's inertia from here on: by then it turns, and the cable is slack. And until it has its speed. */
const GATHERS_ms = 60
const GATHERED_ms = 400
/** Where a hand may be, a rough road hides it for longer: the glass is slower there. At most so fast, and less by so much a m/s². */
const ROAD_mm_s = 54
const ROAD_mm = 10
/** From a little above, so that its speed is steady where the guard begins to look closely. */
const SLOW_BELOW_mm = 215
/** So does a processor that looks less often than every 10 ms: by this share a second, measured over so many ticks, down to so much. */
const TICK_s = WINDOW_PARAMETERS.tick_ms / 1000
const SLOWER_per_s = 20
const SLOWEST = 0.7
const TICKS = 8
/** Near the goal of a goto. */
const GOAL_mm_s = 45

/** The voltage at the start, and how fast it may grow and shrink: shrinking faster, the motor would feed back, its load unseen. */
const FIRST_V = 2.5
const RISE_V_s = 30
const FALL_V_s = 25
const LEAST_DUTY = 0.05
/** A glass that stands is given more and more, up to so much, until it goes: static friction, a weak motor. */
const STANDS_ms = 80
const CREEPS = 0.5
const PUSH_V_s = 6
const PUSH_V = 8
const PUSH_FORGOTTEN_V_s = 1.5
/** One that goes faster than it is to, is given less. */
const HURRIES = 1.25
const HOLD_BACK_V_s = 8
const HOLD_BACK_V = 0.8
/** The door is slammed: what then shakes glass and motor is no load, and the motor is off until this long after. */
const SLAM_m_s2 = 12
const SLAM_ms = 150
/** From this share of the limit on the eFuse is at work; the port's measuring may be off by as much. */
const LIMITING = 0.95
/** A hub looks for tripped eFuses every 100 ms. */
const LIMITED_ms = 200
/** What a closing may take more than is known of friction, as friction varies from day to day. */
const SPARE = 1.15
/** From above the first one where a hand may be: from here on a closing needs the current that shows one. */
const FIRST_GUARDED_KNOT = frictionKnotAbove(LAW.guarded_mm) - 1

/** What is measured at a tick. */
type Measured = Pick<WindowInputs, 'taken_ms' | 'port_A' | 'plug_V' | 'limit_A' | 'acceleration_m_s2'>

/** The piece of the curve on which `gap_mm` lies, from a known one on. */
function pieceFrom(piece: number, gap_mm: number): number {
  let i = piece
  // Stryker disable next-line EqualityOperator: where two pieces meet, both have the same speed.
  while (i < SPEED_AT_mm.length - 1 && gap_mm > SPEED_AT_mm[i]!) i++
  return i
}

function speedOn(piece: number, gap_mm: number): number {
  const low_mm = SPEED_AT_mm[piece - 1]!
  const low_mm_s = SPEED_mm_s[piece - 1]!
  const share = Math.max(0, Math.min(1, (gap_mm - low_mm) / (SPEED_AT_mm[piece]! - low_mm)))
  return low_mm_s + (SPEED_mm_s[piece]! - low_mm_s) * share
}

/** A closing under guard: says how fast, at which current the eFuse holds, and whether something is in the way. */
export class Closing {
  readonly guard: PinchGuard
  readonly reading: ClosingReading
  /** Where the driver wants the eFuse to hold, at the port, A; Infinity: as granted. */
  bound_A: number
  /** The door was slammed just now: nothing is driven or judged. */
  slammed: boolean
  private readonly motor: WindowMotor
  private taken_ms: number
  private began_ms: number
  private tick_s: number
  private slam_ms: number
  private lastLimited_ms: number
  private softTo_mm: number
  private motor_V: number
  private push_V: number

  constructor(motor: WindowMotor, nominal_A: number) {
    this.guard = new PinchGuard(motor, nominal_A)
    // Stryker disable ObjectLiteral: the fields are written before they count; here they give the object its shape.
    this.reading = { dt_s: 0, elapsed_ms: 0, stalled_ms: 0, gap_mm: 0, winding_A: 0, motor_V: 0, acceleration_m_s2: 0, pulses_s: 0 }
    // Stryker restore ObjectLiteral
    this.bound_A = Infinity
    this.slammed = false
    this.motor = motor
    this.taken_ms = 0
    this.began_ms = 0
    this.tick_s = TICK_s
    this.slam_ms = -Infinity
    this.lastLimited_ms = -Infinity
    this.softTo_mm = Infinity
    this.motor_V = 0
    this.push_V = 0
  }

  /** `backed`: it was opened a little before, to see clean friction; `learns`: on the learning run. */
  begin(now_ms: number, gap_mm: number, temperature_C: number, backed: boolean, learns: boolean): void {
    this.guard.begin(gap_mm, temperature_C, learns)
    this.taken_ms = now_ms
    this.reading.dt_s = 0
    this.slammed = false
    this.lastLimited_ms = -Infinity
    this.softTo_mm = backed ? gap_mm - SOFT_mm : Infinity
    this.motor_V = FIRST_V
    this.push_V = 0
  }

  /**
   * Takes one tick: what was measured, and the `duty` (0–1) meanwhile; the rest of `reading` was filled in. True: something
   * is in the way.
   */
  update(measured: Measured, duty: number): boolean {
    const reading = this.reading
    const now_ms = measured.taken_ms
    if (!this.take(measured, duty)) return false
    if (measured.port_A > 0 && measured.port_A >= measured.limit_A * LIMITING) this.lastLimited_ms = now_ms
    if (Math.abs(reading.acceleration_m_s2) > SLAM_m_s2) this.slam_ms = now_ms
    this.slammed = now_ms - this.slam_ms < SLAM_ms
    if (this.slammed || duty <= 0) {
      this.guard.load.rest()
      return false
    }
    const guard = this.guard
    const found = guard.found
    const friction_A = guard.friction_A
    const met = guard.update(reading)
    // What it goes by is enough: the friction that was found is in that already.
    if (guard.found && !found) {
      this.push_V = Math.max(-HOLD_BACK_V, this.push_V - Math.max(0, guard.friction_A - friction_A) * guard.load.resistance_ohm)
    }
    return met
  }

  /** An opening before it begins, a back-off or another: the motor gathers speed, and nothing can be met. */
  beginOpening(now_ms: number, temperature_C: number): void {
    this.taken_ms = now_ms
    this.began_ms = now_ms
    this.guard.load.gathered()
    this.guard.load.begin(temperature_C)
  }

  opening(measured: Measured, duty: number): void {
    const elapsed_ms = measured.taken_ms - this.began_ms
    if (elapsed_ms > GATHERED_ms || !this.take(measured, duty)) return
    const load = this.guard.load
    load.feel(this.reading.acceleration_m_s2, this.reading.dt_s)
    if (Math.abs(this.reading.acceleration_m_s2) > SLAM_m_s2) load.shaken = true
    if (elapsed_ms > GATHERS_ms) load.gather(this.reading, this.reading.dt_s)
  }

  /** Takes what was measured since the last time; `false`: nothing. */
  private take(measured: Measured, duty: number): boolean {
    const reading = this.reading
    reading.dt_s = (measured.taken_ms - this.taken_ms) / 1000
    if (!(reading.dt_s > 0)) return false
    this.taken_ms = measured.taken_ms
    this.tick_s = this.tick_s + (reading.dt_s - this.tick_s) / TICKS
    const seen = measured.acceleration_m_s2
    reading.acceleration_m_s2 = isNaN(seen) ? 0 : seen
    reading.winding_A = duty > 0 ? measured.port_A / duty : 0
    reading.motor_V = duty * measured.plug_V
    return true
  }

  /** The eFuse held the current until just now: a trip was noticed a little later. */
  wasLimited(now_ms: number): boolean {
    return now_ms - this.lastLimited_ms <= LIMITED_ms
  }

  /** Duty for the next tick, 0–1, of a plug at `plug_V`; sets the bound that goes with it. */
  duty(plug_V: number, nearGoal: boolean): number {
    const guard = this.guard
    const dt_s = this.reading.dt_s
    if (this.slammed) {
      this.motor_V = FIRST_V
      return 0
    }
    const pulses_s = this.target_mm_s(nearGoal) * WINDOW_PARAMETERS.pulses_mm
    const stands = guard.found ? this.reading.stalled_ms > STANDS_ms : this.reading.pulses_s < pulses_s * CREEPS
    if (stands) this.push_V = Math.min(PUSH_V, this.push_V + PUSH_V_s * dt_s)
    else if (this.reading.pulses_s > pulses_s * HURRIES) this.push_V = Math.max(-HOLD_BACK_V, this.push_V - HOLD_BACK_V_s * dt_s)
    else if (guard.found) this.push_V = this.push_V - Math.max(-1, Math.min(1, this.push_V)) * PUSH_FORGOTTEN_V_s * dt_s
    const wanted_V = pulses_s * guard.load.emf_Vs + guard.friction_A * guard.load.resistance_ohm + this.push_V
    // Until friction is found, a glass that goes as fast as it is to is given no more.
    const most_V = guard.found || this.reading.pulses_s < pulses_s ? RISE_V_s * dt_s : 0
    const change_V = Math.max(-FALL_V_s * dt_s, Math.min(most_V, wanted_V - this.motor_V))
    this.motor_V = Math.min(plug_V, this.motor_V + change_V)
    const duty = plug_V > 0 ? Math.max(LEAST_DUTY, this.motor_V / plug_V) : 0
    this.bound_A = Math.max(0, duty * guard.windingBound_A())
    return duty
  }

  /**
   * The most that a closing from `gap_mm` (NaN: anywhere) will take at the port, A, by what is known of friction and at the speeds it is to
   * have: the bridge turns a share of the supply into the motor's voltage, and draws the same share of its current. Where a
   * hand may be, that includes the current that shows one: a lower limit would hide it.
   */
  forecast_A(gap_mm: number, temperature_C: number, supply_V: number): number {
    const resistance_ohm = this.motor.resistance_ohm(temperature_C)
    const pulse_V = WINDOW_PARAMETERS.pulses_mm * this.motor.emf_Vs(temperature_C)
    const climate = climateFactor(temperature_C)
    const guard = this.guard
    const profile = guard.profile
    let forecast_A = 0
    let heaviest_A = 0
    let i = frictionKnotAbove(isNaN(gap_mm) ? Infinity : gap_mm)
    let last: number = FIRST_GUARDED_KNOT + 1
    while (last >= 0) {
      // The glass is no faster here than above: what is no heavier either takes no more.
      i = profile.heavier(i, last, heaviest_A)
      if (i < last) {
        last = last > 0 ? 0 : -1
        heaviest_A = 0
        continue
      }
      const learned_A = profile.knot_A(i)
      heaviest_A = learned_A
      const knot_mm = frictionKnot_mm(i)
      const usual_A = learned_A * climate
      const motor_V = speedOn(pieceFrom(1, knot_mm), knot_mm) * pulse_V + usual_A * SPARE * resistance_ohm
      const most_A = guard.windingNeeds_A(knot_mm, usual_A, usual_A * SPARE)
      // Stryker disable next-line EqualityOperator: a share of one is all.
      const port_A = motor_V < supply_V ? most_A * (motor_V / supply_V) : most_A
      // Stryker disable next-line EqualityOperator: of two that are the same either is the most.
      if (port_A > forecast_A) forecast_A = port_A
      i--
    }
    return forecast_A
  }

  /** The same for here and now, with friction as it is found to be, or as the load is until then, at a `duty` of 0–1. */
  neededNow_A(duty: number): number {
    const guard = this.guard
    const friction_A = guard.found ? guard.friction_A : Math.max(guard.friction_A, guard.load.load_A)
    return guard.windingNeeds_A(guard.glass_mm, friction_A, friction_A * SPARE) * duty
  }

  private target_mm_s(nearGoal: boolean): number {
    const guard = this.guard
    const soft = this.reading.gap_mm > this.softTo_mm
    // On its learning run friction and rotor are not known yet: it gathers no speed that hides them.
    const place_mm = guard.learns ? Math.min(HAND_mm, guard.glass_mm) : guard.glass_mm
    let target_mm_s = speedOn(pieceFrom(1, place_mm), place_mm)
    if (guard.glass_mm <= SLOW_BELOW_mm || guard.learns) {
      const share = Math.max(SLOWEST, Math.min(1, 1 - SLOWER_per_s * (this.tick_s - TICK_s)))
      target_mm_s = share * Math.min(target_mm_s, ROAD_mm_s - ROAD_mm * guard.load.rough_m_s2)
    }
    return Math.min(target_mm_s, soft ? SOFT_mm_s : Infinity, nearGoal ? GOAL_mm_s : Infinity)
  }
}
