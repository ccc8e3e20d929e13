/**
 * The motor of a window regulator as its driver knows it: a 12 V motor of the common kind behind a 73:1 worm and a 22 mm
 * drum. Speeds are in Hall pulses (a quarter turn of the rotor) per second. Nominal values at 23 °C.
 */
export const WINDOW_MOTOR = {
  /** Back-EMF, V per pulse/s. */
  emf_Vs: 0.0314,
  magnet_per_K: -0.002,
  brushes_ohm: 0.15,
  copper_ohm: 0.4,
  copper_per_K: 0.0039,
  /** Current that accelerates the rotor, A per pulse/s². */
  inertia_As2: 9.4e-4,
  /** What one ampere pushes at the glass. */
  force_N_A: 28.5,
  /** What it takes to turn without a load. */
  free_A: 2.5,
  /** The cable gives this much. */
  cable_mm_N: 0.013,
  reference_C: 23,
  /** What cold (seals, grease) and heat (magnets) add to the current of a closing. */
  cold_per_K: 0.0042,
  hot_per_K: 0.001,
} as const

/** Winding and brushes, Ω, of a motor that rested at `temperature_C`. */
export function windingResistance_ohm(temperature_C: number): number {
  const m = WINDOW_MOTOR
  return m.brushes_ohm + m.copper_ohm * (1 + m.copper_per_K * (temperature_C - m.reference_C))
}

/** Back-EMF constant with magnets at `temperature_C`, V per pulse/s. */
export function emf_Vs(temperature_C: number): number {
  const m = WINDOW_MOTOR
  return m.emf_Vs * (1 + m.magnet_per_K * (temperature_C - m.reference_C))
}

/** Friction at `temperature_C`, as a multiple of that at 23 °C. */
export function climateFactor(temperature_C: number): number {
  const m = WINDOW_MOTOR
  const colder_K = m.reference_C - temperature_C
  return 1 + Math.max(m.cold_per_K * colder_K, -m.hot_per_K * colder_K)
}

/** How far the cable gives under a load of `load_A`, mm: the glass lags behind the drum by as much. */
export function stretch_mm(load_A: number): number {
  const m = WINDOW_MOTOR
  return Math.max(0, load_A - m.free_A) * m.force_N_A * m.cable_mm_N
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
    const elapsed_ms = Math.max(0, now_ms - this.updated_ms)
    this.updated_ms = now_ms
    this.heat_A2s = (this.heat_A2s + current_A * current_A * elapsed_ms / 1000) / (1 + elapsed_ms / this.cooling_ms)
    this.tooHot = this.heat_A2s >= this.hot_A2s
    if (this.heat_A2s >= this.warm_A2s) this.tooWarm = true
    else if (this.heat_A2s <= this.restart_A2s) this.tooWarm = false
  }
}
