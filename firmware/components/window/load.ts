import { rounded } from '#protocol/index.ts'
import { get32, put32, recordOf } from '../record.ts'
import { WINDOW_DRIVE } from './motor.ts'
import type { WindowMotor } from './motor.ts'
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
const TOP_SEAL_A = 2
const TOP_SEAL_mm = 12
/** From this knot on it adds nothing. */
const UNSEALED_KNOT = TOP_SEAL_mm / FINE_mm
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
  for (let i = 0; i < FRICTION_KNOTS; i++) bytes[i + 1] = Math.max(0, Math.min(255, rounded(current_A[i]! / STORED_A)))
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

  /** Current that closing at `gap_mm` took so far, A. */
  usual_A(gap_mm: number): number {
    const knot = knotOf(gap_mm)
    const low = Math.floor(knot)
    const low_A = this.knot_A(low)
    return low_A + (this.knot_A(low + 1) - low_A) * (knot - low)
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
  decode(stored: Uint8Array | undefined): boolean {
    const bytes = recordOf(stored, FRICTION_BYTES, VERSION)
    if (bytes === undefined) return false
    // Stryker disable next-line EqualityOperator: a typed array ignores what is written beyond its end.
    for (let i = 0; i < FRICTION_KNOTS; i++) this.learned_A[i] = bytes[i + 1]! * STORED_A
    return true
  }

  /** The same at a knot; where nothing is learned, the nominal current with the seal. */
  knot_A(index: number): number {
    const learned_A = this.learned_A[index]!
    if (learned_A > 0) return learned_A
    return this.nominal_A + TOP_SEAL_A * Math.max(0, 1 - frictionKnot_mm(index) / TOP_SEAL_mm)
  }

  /** From `index` down to `last`: the first knot that takes more than `load_A`; `last` − 1: none. */
  heavier(index: number, last: number, load_A: number): number {
    const learned_A = this.learned_A
    const nominal = this.nominal_A > load_A
    let i = index
    while (i >= last) {
      const knot_A = learned_A[i]!
      if (knot_A > 0 ? knot_A > load_A : nominal || (i < UNSEALED_KNOT && this.knot_A(i) > load_A)) break
      i--
    }
    return i
  }

  private add(index: number, load_A: number, weight: number): void {
    this.sum_A[index] = this.sum_A[index]! + load_A * weight
    this.weight[index] = this.weight[index]! + weight
  }
}

const ROTOR_VERSION = 1
const ROTOR_BYTES = 6
const ROTOR_SHARE = 0.01

/** NVM image of a rotor's inertia, as a multiple of the usual one: version, serial of the window (32 bits), hundredths. */
export function rotorImage(serial: number, share: number): Uint8Array {
  const bytes = new Uint8Array(ROTOR_BYTES)
  bytes[0] = ROTOR_VERSION
  put32(bytes, 1, serial)
  bytes[5] = rounded(share / ROTOR_SHARE)
  return bytes
}

/** The inertia that is stored for the window with this serial; NaN: none. */
export function rotorOf(stored: Uint8Array | undefined, serial: number): number {
  const bytes = recordOf(stored, ROTOR_BYTES, ROTOR_VERSION)
  return bytes !== undefined && get32(bytes, 1) === serial ? bytes[5]! * ROTOR_SHARE : NaN
}

/** How fast the estimate of the winding's resistance follows, s, and how far from the expected one it may be. */
const RESISTANCE_FOLLOWS_s = 0.5
const RESISTANCE_LEAST = 0.75
const RESISTANCE_MOST = 1.5
/** A smaller current says nothing of the resistance. */
const RESISTANCE_CURRENT_A = 2
/** Time constant of the load's smoothing. */
const SMOOTHING_s = 0.02

/** How fast the measure of the road follows, and the mean that it is taken from. */
const ROUGHNESS_s = 0.5
const LEVEL_s = 1
/** A slam is no road. */
const ROUGHEST_m_s2 = 4
/** The rotor's inertia is at least and at most so many times the usual one. */
const INERTIA_LEAST = 0.6
const INERTIA_MOST = 1.9
/** What is known of it weighs as much as so many squares of speeds above the steady rise: a tenth of what a whole back-off shows. */
const INERTIA_PRIOR_pulses2_s2 = 200
/** A rotor that gathers speed may be so much heavier: after a dip of the supply that is no load. */
const INERTIA_DOUBT = 1.25

/** What is measured of a driven motor over an interval between two ticks. */
export interface LoadReading {
  /** Mean in the winding. */
  winding_A: number
  /** Mean at the motor: duty × voltage at the plug. */
  motor_V: number
  /** Mean vertical acceleration of the door, up positive; 0 where nothing measures it. */
  acceleration_m_s2: number
  /** Of the rotor by its pulses, smoothed over some ticks. */
  pulses_s: number
}

/**
 * A rotor that gathers speed under a steady load: the charge that it took is load × time + inertia × speed. Both by least squares, from
 * the first interval on that is seen.
 */
class SteadyStart {
  private time_s: number
  private charge_As: number
  private speed0_pulses_s: number
  private tt: number
  private tw: number
  private ww: number
  private qt: number
  private qw: number

  constructor() {
    this.time_s = 0
    this.charge_As = 0
    this.speed0_pulses_s = NaN
    this.tt = 0
    this.tw = 0
    this.ww = 0
    this.qt = 0
    this.qw = 0
  }

  see(current_A: number, speed_pulses_s: number, dt_s: number): void {
    // Up to the middle of the interval, whose mean the speed is.
    const half_s = dt_s / 2
    if (isNaN(this.speed0_pulses_s)) this.speed0_pulses_s = speed_pulses_s
    else {
      const t = this.time_s + half_s
      const q = this.charge_As + current_A * half_s
      const w = speed_pulses_s - this.speed0_pulses_s
      this.tt = this.tt + t * t
      this.tw = this.tw + t * w
      this.ww = this.ww + w * w
      this.qt = this.qt + q * t
      this.qw = this.qw + q * w
      this.time_s = t
      this.charge_As = q
    }
    this.time_s = this.time_s + half_s
    this.charge_As = this.charge_As + current_A * half_s
  }

  /** A per pulse/s², where `usual_As2` is what one would expect: the less was seen, the more that counts. */
  inertia_As2(usual_As2: number): number {
    if (!(this.tt > 0)) return usual_As2
    const ww = this.ww + INERTIA_PRIOR_pulses2_s2
    const qw = this.qw + INERTIA_PRIOR_pulses2_s2 * usual_As2
    return (qw * this.tt - this.qt * this.tw) / (this.tt * ww - this.tw * this.tw)
  }

  /** The load, A, on a rotor of this inertia; NaN: nothing was seen. */
  load_A(inertia_As2: number): number {
    return (this.qt - inertia_As2 * this.tw) / this.tt
  }
}

/**
 * The load on a motor, as the current that would carry it at a steady speed: its current without the part that accelerates
 * the rotor, and without what the road makes the glass weigh. Voltage and current tell the speed, and two speeds the acceleration,
 * from the middle of one interval to that of the next.
 */
export class LoadObserver {
  /** A, smoothed. */
  load_A: number
  /** The winding with brushes. */
  resistance_ohm: number
  /** V per pulse/s. */
  emf_Vs: number
  /** What one ampere pushes at the glass, with the magnets as they are. */
  force_N_A: number
  /** How rough the road is: mean size of the acceleration, m/s². */
  rough_m_s2: number
  /** A slam shook the glass while the motor gathered speed: that says nothing of the rotor. */
  shaken: boolean
  private readonly motor: WindowMotor
  /** Current that accelerates the rotor, A per pulse/s². */
  private inertia_As2: number
  private start: SteadyStart
  private level_m_s2: number
  private acceleration_m_s2: number
  private speed_pulses_s: number
  private interval_s: number
  private expected_ohm: number
  private warmth: number

  constructor(motor: WindowMotor) {
    this.motor = motor
    this.inertia_As2 = motor.inertia_As2
    this.start = new SteadyStart()
    this.rough_m_s2 = 0
    this.shaken = false
    this.level_m_s2 = NaN
    this.acceleration_m_s2 = 0
    this.load_A = 0
    this.resistance_ohm = motor.resistance_ohm(WINDOW_DRIVE.reference_C)
    this.emf_Vs = motor.emf_Vs(WINDOW_DRIVE.reference_C)
    this.force_N_A = motor.force_N_A
    this.speed_pulses_s = 0
    this.interval_s = 0
    this.expected_ohm = this.resistance_ohm
    this.warmth = 1
  }

  /** What the motor pulls with, N, its own friction among it. */
  pull_N(): number {
    return this.load_A * this.force_N_A
  }

  /** What was learned of the rotor's inertia, as a multiple of the usual one. */
  inertia(): number {
    return this.inertia_As2 / this.motor.inertia_As2
  }

  /** Begins with what was learned before; what no rotor has is cut to what one may have. */
  takeInertia(share: number): void {
    this.inertia_As2 = Math.max(INERTIA_LEAST, Math.min(INERTIA_MOST, share)) * this.motor.inertia_As2
  }

  /** A motion begins from rest, with the door at `temperature_C`. */
  begin(temperature_C: number): void {
    this.expected_ohm = this.motor.resistance_ohm(temperature_C)
    this.resistance_ohm = this.expected_ohm * this.warmth
    this.emf_Vs = this.motor.emf_Vs(temperature_C)
    this.force_N_A = this.motor.force_N_A * this.motor.magnets(temperature_C)
    this.load_A = 0
    this.rest()
    this.start = new SteadyStart()
    this.shaken = false
  }

  /** The motor is not driven for a while: its speed is not known after that. */
  rest(): void {
    this.interval_s = 0
  }

  /** Takes what an interval of `dt_s` > 0 measured. */
  update(reading: LoadReading, dt_s: number): void {
    const speed_pulses_s = (reading.motor_V - this.resistance_ohm * reading.winding_A) / this.emf_Vs
    const between_s = (this.interval_s + dt_s) / 2
    const acceleration_pulses_s2 = this.interval_s > 0 ? (speed_pulses_s - this.speed_pulses_s) / between_s : 0
    const road_A = WINDOW_DRIVE.mass_kg * (reading.acceleration_m_s2 + this.acceleration_m_s2) / 2 / this.force_N_A
    this.feel(reading.acceleration_m_s2, dt_s)
    // Stryker disable next-line EqualityOperator: where nothing accelerates, no doubt counts.
    const doubt = acceleration_pulses_s2 > 0 ? INERTIA_DOUBT : 1
    const load_A = reading.winding_A - this.inertia_As2 * doubt * acceleration_pulses_s2 - road_A
    this.load_A = this.load_A + (load_A - this.load_A) * dt_s / (dt_s + SMOOTHING_s)
    this.speed_pulses_s = speed_pulses_s
    this.interval_s = dt_s
  }

  /** Takes an interval of a motor that gathers speed under a steady load, to learn its inertia. */
  gather(reading: LoadReading, dt_s: number): void {
    // A glass that the road makes heavier helps more.
    const load_A = reading.winding_A + WINDOW_DRIVE.mass_kg * reading.acceleration_m_s2 / this.force_N_A
    this.start.see(load_A, (reading.motor_V - this.resistance_ohm * reading.winding_A) / this.emf_Vs, dt_s)
  }

  /** That is over: what was learned counts. Returns the load of that opening, A; NaN: none was seen. */
  gathered(): number {
    const usual_As2 = this.motor.inertia_As2
    const inertia_As2 = this.shaken ? this.inertia_As2 : this.start.inertia_As2(this.inertia_As2)
    this.inertia_As2 = Math.max(INERTIA_LEAST * usual_As2, Math.min(INERTIA_MOST * usual_As2, inertia_As2))
    return this.start.load_A(this.inertia_As2)
  }

  /** The door is shaken so. */
  feel(acceleration_m_s2: number, dt_s: number): void {
    if (isNaN(this.level_m_s2)) this.level_m_s2 = acceleration_m_s2
    this.level_m_s2 = this.level_m_s2 + (acceleration_m_s2 - this.level_m_s2) * dt_s / (dt_s + LEVEL_s)
    const shaken_m_s2 = Math.min(ROUGHEST_m_s2, Math.abs(acceleration_m_s2 - this.level_m_s2))
    this.rough_m_s2 = this.rough_m_s2 + (shaken_m_s2 - this.rough_m_s2) * dt_s / (dt_s + ROUGHNESS_s)
    this.acceleration_m_s2 = acceleration_m_s2
  }

  /**
   * What the rotor makes at least, pulses/s, of a mean voltage at the motor and the current in it, with a resistance `doubt` times that
   * believed; below 0: it may stand.
   */
  leastSpeed_pulses_s(motor_V: number, winding_A: number, doubt: number): number {
    return (motor_V - doubt * this.resistance_ohm * winding_A) / this.emf_Vs
  }

  /** At a steady speed the pulses tell what the winding is: what it says of the speed is to be what they say. */
  follow(reading: LoadReading, dt_s: number): void {
    if (reading.winding_A < RESISTANCE_CURRENT_A) return
    const seen_ohm = (reading.motor_V - this.emf_Vs * reading.pulses_s) / reading.winding_A
    const warmth = this.warmth + (seen_ohm / this.expected_ohm - this.warmth) * Math.min(1, dt_s / RESISTANCE_FOLLOWS_s)
    this.warmth = Math.max(RESISTANCE_LEAST, Math.min(RESISTANCE_MOST, warmth))
    this.resistance_ohm = this.expected_ohm * this.warmth
  }
}
