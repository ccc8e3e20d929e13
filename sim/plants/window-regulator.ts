import type { GearMotorParameters } from './gear-motor.ts'

/**
 * Cable window regulator of a front door, at 23 °C, new seals. Positions are openings: 0 = closed, down is positive.
 * Values are those of a common part; where one is a choice, the reason is named. No value was chosen by what it does to
 * the force on an obstacle; where a range is common, the end that is harder on the firmware was taken.
 */
export const WINDOW_REGULATOR = {
  motor: {
    /**
     * Measured end-stop currents are 15 A at 12 V and 20 A at 14 V, 0.7–0.8 Ω, of which the wires and contacts of a
     * common door (5 m of 2.5 mm², two switches, two connectors) are 0.15–0.2 Ω: they are not here, as the port is in
     * the door. It stalls at 25 A on 14 V (20–30 A are common) and at the gear with 12 N m on 12 V. So it also meets
     * what sizes such motors: at 9 V and 80 °C it presses worn seals home.
     */
    resistance_ohm: 0.55,
    /** Closes 450 mm in 3–4 s at 13.5 V with 8–9 A, as makers state 3–5 s and 8–10 A. */
    emf_Vs: 0.02,
    /** Rotor of a 12 V window motor, 1–3·10⁻⁵; through gear and drum it weighs 132 kg at the glass. */
    inertia_kgm2: 1.2e-5,
    /** No-load current of 2.5 A. */
    friction_Nm: 0.05,
    /** Drum of 22 mm radius behind a 73:1 worm. */
    travelPerRad: 0.022 / 73,
    /** Worm of 5° lead angle and 6.5° friction angle (steel on lubricated plastic): tan(11.5°)/tan(5°). */
    raise: 2.33,
    /** The same worm, lowered: tan(1.5°)/tan(5°); above 0, so it locks itself. */
    lower: 0.3,
  } satisfies GearMotorParameters,
  /** Of the 0.55 Ω, brushes and bridge; the rest is copper, whose resistance grows by 0.39 % a kelvin. */
  brushes_ohm: 0.15,
  copper_per_K: 0.0039,
  /** Ferrite magnets lose 0.2 % of their flux a kelvin. */
  magnet_per_K: -0.002,
  /**
   * Half of the friction is dry (brushes); low-temperature grease in the other half drags twice as much at −30 °C, and half
   * as much at 80 °C.
   */
  greaseCold_per_K: 0.0095,
  greaseWarm_per_K: 0.0044,
  /** 30 g of copper and the 60 g of iron around it; they give their heat to the housing with a time constant of a minute. */
  windingHeat_J_K: 40,
  windingCooling_s: 60,
  /**
   * Between drum and glass: half a metre of 1.5 mm steel strand (160 N/mm), conduit and its seats (300), and the rubber
   * damper in the worm wheel, which the glass's weight has pressed together (300). A softer damper would be kinder.
   */
  couplingStiffness_N_m: 77e3,
  /** Rubber and strand: an eighth of the critical damping of the glass on it. */
  coupling_Ns_m: 155,
  /** Glass of 4 kg and lifting rail of 1 kg. */
  mass_kg: 5,
  /** Standard gravity. */
  gravity_m_s2: 9.81,
  /** Glass travel of a front door. */
  travel_m: 0.45,
  /** Run channels: a lip seal drags more against its lip (closing) than along it. */
  sealClosing_N: 115,
  sealOpening_N: 70,
  /** Breaking away takes this much more than sliding. */
  sealStatic: 1.15,
  /** The upper seal takes hold over the last 12 mm. */
  topSeal_N: 60,
  topSeal_m: 0.012,
  /** Seals harden in the cold and press harder: 1.4 times at −30 °C; warm ones are a little easier. */
  sealCold_per_K: 0.0075,
  sealWarm_per_K: 0.002,
  /** Aged seals, their flock worn off, drag up to this much more. */
  sealAged: 0.35,
  /** Drag along the travel of a curved door with its pillar, by opening: multiples of the mean. */
  sealAt_m: [0, 0.06, 0.14, 0.22, 0.3, 0.38, 0.45],
  sealAt: [1.06, 0.97, 1.05, 0.99, 0.95, 1.03, 0.96],
  /** Frame and compressed seal at the top, rubber buffer at the bottom: about 1.5 mm at the stall force. */
  stopStiffness_N_m: 3e5,
  /** Two Hall sensors on a two-pole ring magnet: four edges a revolution. */
  pulsesPerRevolution: 4,
  /** Hall sensors. */
  idle_A: 0.005,
  /** The stiffest contact (377 N/mm on 5 kg) rings at 44 Hz; 0.25 ms follows it closely. */
  substeps: 4,
  /** Room temperature, to which the values above belong. */
  reference_C: 23,
} as const

/** One window of many: its hardware within its tolerances, and its seals as they are today. Multiples of the nominal values. */
export interface WindowUnit {
  /** Torque constant, which is also the back-EMF constant. */
  readonly torque: number
  /** Resistance of the motor, brushes included. */
  readonly winding: number
  /** Rotor torque that lifting takes: the losses in the worm. */
  readonly worm: number
  /** Stiffness between drum and glass. */
  readonly cable: number
  readonly inertia: number
  /** Drag of the seals beside age and temperature: wet, dusty, iced. */
  readonly drag: number
}

export const NOMINAL_UNIT: WindowUnit = { torque: 1, winding: 1, worm: 1, cable: 1, inertia: 1, drag: 1 }

/** Travel of the glass per Hall pulse, m. */
export const WINDOW_PULSE_m = WINDOW_REGULATOR.motor.travelPerRad * 2 * Math.PI / WINDOW_REGULATOR.pulsesPerRevolution

/** Hall pulses from closed to open, as the descriptor states it. */
export const WINDOW_TRAVEL_pulses = Math.round(WINDOW_REGULATOR.travel_m / WINDOW_PULSE_m)

/** Drag of the seals by opening, as a multiple of their mean. */
function sealShape(opening_m: number): number {
  const at = WINDOW_REGULATOR.sealAt_m
  const shape = WINDOW_REGULATOR.sealAt
  if (opening_m <= at[0]) return shape[0]
  for (let i = 1; i < at.length; i++) {
    if (opening_m < at[i]!) return shape[i - 1]! + (shape[i]! - shape[i - 1]!) * (opening_m - at[i - 1]!) / (at[i]! - at[i - 1]!)
  }
  return shape[shape.length - 1]!
}

/** Drag of a closing glass's seals at `opening_m`, new, at room temperature, N. */
export function closingSeal_N(opening_m: number): number {
  const w = WINDOW_REGULATOR
  const top = opening_m >= w.topSeal_m ? 0 : opening_m > 0 ? 1 - opening_m / w.topSeal_m : 1
  return w.sealClosing_N * sealShape(opening_m) + w.topSeal_N * top
}

/** Current in the motor that closes the glass steadily at `opening_m`, at room temperature, A; `age` of the seals 0…1. */
export function closingCurrent_A(opening_m: number, unit: WindowUnit = NOMINAL_UNIT, age = 0): number {
  const w = WINDOW_REGULATOR
  const load_N = w.mass_kg * w.gravity_m_s2 + closingSeal_N(opening_m) * unit.drag * (1 + w.sealAged * age)
  return (w.motor.friction_Nm + load_N * w.motor.travelPerRad * w.motor.raise * unit.worm) / (w.motor.emf_Vs * unit.torque)
}
