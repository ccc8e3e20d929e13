/**
 * The drive of a window regulator behind its motor, a 73:1 worm and a 22 mm drum, and what temperature does to the motor. Speeds are
 * in Hall pulses (a quarter turn of the rotor) per second. Nominal values at 23 °C.
 */
export const WINDOW_DRIVE = {
  pulses_rad: 0.6366198,
  /** Way of the glass, and what its weight is worth at the rotor: the worm's loss in it. */
  travel_m_rad: 3.0137e-4,
  raise: 2.33,
  magnet_per_K: -0.002,
  brushes_ohm: 0.15,
  copper_per_K: 0.0039,
  /** Of the rotor: the middle of what such motors have, 1–3·10⁻⁵, as it counts. */
  inertia_kgm2: 1.7e-5,
  /** Torque that it takes to turn without a load. */
  free_Nm: 0.05,
  /** Glass and its lifting rail. */
  mass_kg: 5,
  /** The cable gives this much. */
  cable_mm_N: 0.013,
  reference_C: 23,
  /** What cold (seals, grease) and heat (magnets) add to the current of a closing. */
  cold_per_K: 0.0042,
  hot_per_K: 0.001,
} as const

/** A common motor, for one that does not say what it is. */
const COMMON_TORQUE_Nm_A = 0.02
const COMMON_WINDING_ohm = 0.55
/** The law of the force holds with constants known as closely as this. */
const TOLERANCE_MOST_pct = 10

/** What a descriptor says of a motor; 0: it does not say. */
export interface MotorConstants {
  torque_Nm_A: number
  torqueTolerance_pct: number
  /** With brushes, at 23 °C. */
  winding_ohm: number
  windingTolerance_pct: number
}

/** The motor as its driver knows it. */
export class WindowMotor {
  /** Its constants are known, and closely enough to tell a hand by them. */
  readonly rated: boolean
  /** What one ampere pushes at the glass at 23 °C. */
  readonly force_N_A: number
  /** What it takes to turn without a load. */
  readonly free_A: number
  /** Current that accelerates the rotor, A per pulse/s². */
  readonly inertia_As2: number
  private readonly pulse_Vs: number
  private readonly copper_ohm: number

  constructor(constants: MotorConstants) {
    this.rated = constants.torque_Nm_A > 0 && constants.winding_ohm > WINDOW_DRIVE.brushes_ohm
      && constants.torqueTolerance_pct <= TOLERANCE_MOST_pct && constants.windingTolerance_pct <= TOLERANCE_MOST_pct
    const torque_Nm_A = this.rated ? constants.torque_Nm_A : COMMON_TORQUE_Nm_A
    this.force_N_A = torque_Nm_A / (WINDOW_DRIVE.travel_m_rad * WINDOW_DRIVE.raise)
    this.free_A = WINDOW_DRIVE.free_Nm / torque_Nm_A
    this.inertia_As2 = WINDOW_DRIVE.inertia_kgm2 / WINDOW_DRIVE.pulses_rad / torque_Nm_A
    this.pulse_Vs = torque_Nm_A / WINDOW_DRIVE.pulses_rad
    this.copper_ohm = (this.rated ? constants.winding_ohm : COMMON_WINDING_ohm) - WINDOW_DRIVE.brushes_ohm
  }

  /** Winding and brushes of a motor that rested at `temperature_C`. */
  resistance_ohm(temperature_C: number): number {
    return WINDOW_DRIVE.brushes_ohm + this.copper_ohm * (1 + WINDOW_DRIVE.copper_per_K * (temperature_C - WINDOW_DRIVE.reference_C))
  }

  /** Back-EMF, V per pulse/s, with magnets at `temperature_C`. */
  emf_Vs(temperature_C: number): number {
    return this.pulse_Vs * this.magnets(temperature_C)
  }

  /** Strength of the magnets, as a multiple of that at 23 °C. */
  magnets(temperature_C: number): number {
    return 1 + WINDOW_DRIVE.magnet_per_K * (temperature_C - WINDOW_DRIVE.reference_C)
  }

  /** How far the cable gives under a load of `load_A`, mm: the glass lags behind the drum by as much. */
  stretch_mm(load_A: number): number {
    return Math.max(0, load_A - this.free_A) * this.force_N_A * WINDOW_DRIVE.cable_mm_N
  }
}

/** Friction at `temperature_C`, as a multiple of that at 23 °C. */
export function climateFactor(temperature_C: number): number {
  const colder_K = WINDOW_DRIVE.reference_C - temperature_C
  return 1 + Math.max(WINDOW_DRIVE.cold_per_K * colder_K, -WINDOW_DRIVE.hot_per_K * colder_K)
}

/**
 * Heat of a motor's winding, as the integral of its current squared with one cooling time constant. The cooling is the
 * implicit Euler step 1/(1 + t/τ), which never cools faster than the exponential, for any t.
 */
export class MotorHeat {
  /** Too warm to begin anything; until it has cooled to the restart level. */
  tooWarm: boolean
  /** So warm that what runs must end. Well above `tooWarm`, so that what was begun can be finished. */
  tooHot: boolean
  private readonly hot_A2s: number
  private readonly warm_A2s: number
  private readonly restart_A2s: number
  private readonly cooling_ms: number
  private heat_A2s: number
  private updated_ms: number

  /** `hot_A2s`: too hot; `warm` and `restart`: shares of it, 0–1; `cooling_s`: the time constant. */
  constructor(hot_A2s: number, warm: number, restart: number, cooling_s: number) {
    this.tooWarm = false
    this.tooHot = false
    this.hot_A2s = hot_A2s
    this.warm_A2s = hot_A2s * warm
    this.restart_A2s = hot_A2s * restart
    this.cooling_ms = cooling_s * 1000
    this.heat_A2s = 0
    this.updated_ms = 0
  }

  /** Accounts for the time since the last call, with `current_A` in the winding. */
  update(now_ms: number, current_A: number): void {
    if (now_ms === this.updated_ms) return
    const elapsed_ms = Math.max(0, now_ms - this.updated_ms)
    this.updated_ms = now_ms
    this.heat_A2s = (this.heat_A2s + current_A * current_A * elapsed_ms / 1000) / (1 + elapsed_ms / this.cooling_ms)
    this.tooHot = this.heat_A2s >= this.hot_A2s
    if (this.heat_A2s >= this.warm_A2s) this.tooWarm = true
    else if (this.heat_A2s <= this.restart_A2s) this.tooWarm = false
  }
}
