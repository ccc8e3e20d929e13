import { emf_Vs, windingResistance_ohm, WINDOW_MOTOR } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'

/** Knots of the profile: close together near the top, where the upper seal takes hold, then wider. */
const FINE = 11
const FINE_mm = 3
const COARSE = 20
const COARSE_mm = (WINDOW_PARAMETERS.travel_mm - (FINE - 1) * FINE_mm) / COARSE
export const FRICTION_KNOTS = FINE + COARSE

/** Resolution and range of the stored image, A; 0 = not learned. */
const STORED_A = 0.1
const VERSION = 1
export const FRICTION_BYTES = 1 + FRICTION_KNOTS
/** The upper seal as the kind of window has it: it adds so much at the top, from this gap on. */
const TOP_SEAL_A = 1.6
const TOP_SEAL_mm = 12
/** Share of a new closing in what is learned. */
const LEARN_SHARE = 0.3

/** Where `gap_mm` lies: knot number with fraction. */
function knotOf(gap_mm: number): number {
  return Math.max(0, Math.min(FRICTION_KNOTS - 1, gap_mm / FINE_mm, FINE - 1 + (gap_mm - (FINE - 1) * FINE_mm) / COARSE_mm))
}

/** Number of the first knot that is not below `gap_mm`; the last one for what lies above it. */
export function frictionKnotAbove(gap_mm: number): number {
  return Math.ceil(knotOf(gap_mm))
}

/** Opening at which a knot lies, mm: for those who fill a profile. */
export function frictionKnot_mm(index: number): number {
  return index < FINE ? index * FINE_mm : (FINE - 1) * FINE_mm + (index - FINE + 1) * COARSE_mm
}

/** NVM image of the currents at all knots, A; 0 = not learned. */
export function frictionImage(current_A: Float32Array): Uint8Array {
  const bytes = new Uint8Array(FRICTION_BYTES)
  bytes[0] = VERSION
  // Stryker disable next-line EqualityOperator: a typed array ignores what is written beyond its end.
  for (let i = 0; i < FRICTION_KNOTS; i++) bytes[i + 1] = Math.max(0, Math.min(255, Math.round(current_A[i]! / STORED_A)))
  return bytes
}

/**
 * The current that closing takes at each part of the travel, learned from closings that met nothing; in between it is
 * interpolated. Until a part is learned the nominal current stands for it, with a common upper seal.
 */
export class FrictionProfile {
  /** Something was learned since the image was made. */
  changed: boolean
  private readonly nominal_A: number
  private readonly learned_A: Float32Array
  private readonly sum_A: Float32Array
  private readonly weight: Float32Array

  constructor(nominal_A: number) {
    this.changed = false
    this.nominal_A = nominal_A
    this.learned_A = new Float32Array(FRICTION_KNOTS)
    this.sum_A = new Float32Array(FRICTION_KNOTS)
    this.weight = new Float32Array(FRICTION_KNOTS)
  }

  /** Every part of the travel from `gap_mm` to the top is learned. */
  known(gap_mm: number): boolean {
    const last = frictionKnotAbove(gap_mm)
    for (let i = 0; i <= last; i++) if (!(this.learned_A[i]! > 0)) return false
    return true
  }

  /** Current that closing at `gap_mm` took so far, A. */
  usual_A(gap_mm: number): number {
    const knot = knotOf(gap_mm)
    const low = Math.floor(knot)
    const low_A = this.knot(low)
    return low_A + (this.knot(low + 1) - low_A) * (knot - low)
  }

  /** A closing begins: forgets what the last one, unfinished, saw. */
  begin(): void {
    this.sum_A.fill(0)
    this.weight.fill(0)
  }

  /** The closing takes `load_A` at `gap_mm`. */
  see(gap_mm: number, load_A: number): void {
    const knot = knotOf(gap_mm)
    const low = Math.floor(knot)
    const share = knot - low
    this.add(low, load_A, 1 - share)
    this.add(low + 1, load_A, share)
  }

  /** The closing reached the top without an obstacle: what it saw is learned. */
  finish(): void {
    // Stryker disable next-line EqualityOperator: beyond the last knot there is no weight.
    for (let i = 0; i < FRICTION_KNOTS; i++) {
      if (!(this.weight[i]! > 0)) continue
      const seen_A = this.sum_A[i]! / this.weight[i]!
      const learned_A = this.learned_A[i]!
      this.changed = true
      this.learned_A[i] = learned_A > 0 ? learned_A + (seen_A - learned_A) * LEARN_SHARE : seen_A
    }
  }

  /** Image for the NVM. */
  encode(): Uint8Array {
    return frictionImage(this.learned_A)
  }

  /** Takes a stored image. `false`: it is none of this version, and nothing was changed. */
  decode(bytes: Uint8Array | undefined): boolean {
    if (bytes === undefined || bytes.length !== FRICTION_BYTES || bytes[0] !== VERSION) return false
    // Stryker disable next-line EqualityOperator: a typed array ignores what is written beyond its end.
    for (let i = 0; i < FRICTION_KNOTS; i++) this.learned_A[i] = bytes[i + 1]! * STORED_A
    return true
  }

  private knot(index: number): number {
    const learned_A = this.learned_A[index]!
    if (learned_A > 0) return learned_A
    return this.nominal_A + TOP_SEAL_A * Math.max(0, 1 - frictionKnot_mm(index) / TOP_SEAL_mm)
  }

  private add(index: number, load_A: number, weight: number): void {
    this.sum_A[index] = this.sum_A[index]! + load_A * weight
    this.weight[index] = this.weight[index]! + weight
  }
}

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
  winding_A: number
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
    const winding_A = reading.winding_A
    const step_V = reading.motor_V - this.lastMotor_V
    const load_A = winding_A + (winding_A - this.lastMotor_A - step_V / this.resistance_ohm) * this.gain(dt_s)
    // Held at the limit, it may be a load or a voltage that rose; the next reading tells.
    if (winding_A < LEAST_CURRENT_A || (reading.limited && load_A > winding_A)) this.load_A = winding_A
    else this.load_A = reading.risen ? Math.min(this.load_A, load_A) : load_A
    this.lastMotor_A = winding_A
    this.lastMotor_V = reading.motor_V
    if (steady && !reading.limited && winding_A > RESISTANCE_CURRENT_A) this.follow(reading, dt_s)
  }

  /** 1 / (e^x − 1) with x = Δt/τ, by the series of e^x. */
  private gain(dt_s: number): number {
    const tau_s = WINDOW_MOTOR.inertia_As2 * this.resistance_ohm / this.emf_Vs
    const x = dt_s / tau_s
    return 1 / (x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4))))
  }

  private follow(reading: LoadReading, dt_s: number): void {
    const seen_ohm = (reading.motor_V - this.emf_Vs * reading.speed_pulses_s) / reading.winding_A
    const warmth = this.warmth + (seen_ohm / this.expected_ohm - this.warmth) * Math.min(1, dt_s / RESISTANCE_FOLLOWS_s)
    this.warmth = Math.max(RESISTANCE_LEAST, Math.min(RESISTANCE_MOST, warmth))
    this.resistance_ohm = this.expected_ohm * this.warmth
  }
}
