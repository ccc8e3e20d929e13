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
export function frictionAt(temperature_C: number): number {
  const m = WINDOW_MOTOR
  const colder_K = m.reference_C - temperature_C
  return 1 + Math.max(m.cold_per_K * colder_K, -m.hot_per_K * colder_K)
}

/** How far the cable gives under a load of `load_A`, mm: the glass lags behind the drum by as much. */
export function stretch_mm(load_A: number): number {
  const m = WINDOW_MOTOR
  return Math.max(0, load_A - m.free_A) * m.force_N_A * m.cable_mm_N
}
