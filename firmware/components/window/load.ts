import { WINDOW_MOTOR, emf_Vs, windingResistance_ohm } from './motor.ts'

/** How fast the estimate of the winding's resistance follows, s, and how far from the expected one it may be. */
const RESISTANCE_FOLLOWS_s = 0.5
const RESISTANCE_LEAST = 0.75
const RESISTANCE_MOST = 1.5
/** A smaller current says nothing of the resistance. */
const RESISTANCE_CURRENT_A = 2
/** Below this the bridge may be feeding back, which the port does not see. */
export const LEAST_CURRENT_A = 0.05

/** What is measured of a driven motor at a tick. */
export interface LoadReading {
  /** In the winding, now. */
  motor_A: number
  /** At the motor since the last reading: duty × supply. */
  motor_V: number
  /** Of the rotor, smoothed. */
  speed_pulses_s: number
  /** The eFuse holds the current: the voltage is not known. */
  limited: boolean
  /** The supply rose since the last reading: the current has not yet answered to that. */
  risen: boolean
}

/**
 * The load on a motor, as the current that would carry it at a steady speed. The current itself follows a change of load
 * with the rotor's time constant τ = J R / k², about 20 ms; between two readings with a constant load it runs
 * exponentially from what the last voltage step left towards the load, so
 * load = i + (i − i₀) / (e^(Δt/τ) − 1), with i₀ = the current just after the last voltage step. A supply that rises in
 * between looks like a load for one reading: such a reading raises no load.
 */
export class LoadObserver {
  /** A. */
  load_A: number
  /** Estimate of the winding with brushes. */
  resistance_ohm: number
  /** V per pulse/s. */
  emf_Vs: number
  private expected_ohm: number
  private warmth: number
  private lastMotor_A: number
  private lastMotor_V: number

  constructor() {
    this.load_A = 0
    this.resistance_ohm = windingResistance_ohm(WINDOW_MOTOR.reference_C)
    this.emf_Vs = WINDOW_MOTOR.emf_Vs
    this.expected_ohm = this.resistance_ohm
    this.warmth = 1
    this.lastMotor_A = 0
    this.lastMotor_V = 0
  }

  /** A motion begins from rest, with the door at `temperature_C`. */
  begin(temperature_C: number): void {
    this.expected_ohm = windingResistance_ohm(temperature_C)
    this.resistance_ohm = this.expected_ohm * this.warmth
    this.emf_Vs = emf_Vs(temperature_C)
    this.load_A = 0
    this.lastMotor_A = 0
    this.lastMotor_V = 0
  }

  /** `dt_s`: since the last reading, > 0. `steady`: the speed is a steady one and may be compared with the voltage. */
  update(reading: LoadReading, dt_s: number, steady: boolean): void {
    const motor_A = reading.motor_A
    const step_V = reading.motor_V - this.lastMotor_V
    const load_A = motor_A + (motor_A - this.lastMotor_A - step_V / this.resistance_ohm) * this.gain(dt_s)
    // Held at the limit, it may be a load or a voltage that rose; the next reading tells.
    if (motor_A < LEAST_CURRENT_A || (reading.limited && load_A > motor_A)) this.load_A = motor_A
    else this.load_A = reading.risen ? Math.min(this.load_A, load_A) : load_A
    this.lastMotor_A = motor_A
    this.lastMotor_V = reading.motor_V
    if (steady && !reading.limited && motor_A > RESISTANCE_CURRENT_A) this.follow(reading, dt_s)
  }

  /** 1 / (e^x − 1) with x = Δt/τ, by the series of e^x. */
  private gain(dt_s: number): number {
    const tau_s = WINDOW_MOTOR.inertia_As2 * this.resistance_ohm / this.emf_Vs
    const x = dt_s / tau_s
    return 1 / (x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4))))
  }

  private follow(reading: LoadReading, dt_s: number): void {
    const seen_ohm = (reading.motor_V - this.emf_Vs * reading.speed_pulses_s) / reading.motor_A
    const warmth = this.warmth + (seen_ohm / this.expected_ohm - this.warmth) * Math.min(1, dt_s / RESISTANCE_FOLLOWS_s)
    this.warmth = Math.max(RESISTANCE_LEAST, Math.min(RESISTANCE_MOST, warmth))
    this.resistance_ohm = this.expected_ohm * this.warmth
  }
}
