import { inRange } from './range.ts'

/**
 * Copper by gauge. Resistance at 20 °C: the maxima of ISO 6722-1 for automotive cable. Ampacity: permissible continuous
 * current of PVC cable at 30 °C ambient as the Bosch Automotive Handbook tabulates it (conductor 70 °C); 0.5 and
 * 0.75 mm² continue the row after DIN VDE 0298-4.
 */
const GAUGES: readonly { gauge_mm2: number, resistance_Ohm_m: number, ampacity30_A: number }[] = [
  { gauge_mm2: 0.5, resistance_Ohm_m: 0.0371, ampacity30_A: 11 },
  { gauge_mm2: 0.75, resistance_Ohm_m: 0.0247, ampacity30_A: 15 },
  { gauge_mm2: 1, resistance_Ohm_m: 0.0185, ampacity30_A: 19 },
  { gauge_mm2: 1.5, resistance_Ohm_m: 0.0127, ampacity30_A: 24 },
  { gauge_mm2: 2.5, resistance_Ohm_m: 0.0076, ampacity30_A: 32 },
  { gauge_mm2: 4, resistance_Ohm_m: 0.00471, ampacity30_A: 42 },
  { gauge_mm2: 6, resistance_Ohm_m: 0.00314, ampacity30_A: 54 },
  { gauge_mm2: 10, resistance_Ohm_m: 0.00182, ampacity30_A: 73 },
  { gauge_mm2: 16, resistance_Ohm_m: 0.00116, ampacity30_A: 98 },
  { gauge_mm2: 25, resistance_Ohm_m: 0.000743, ampacity30_A: 129 },
  { gauge_mm2: 35, resistance_Ohm_m: 0.000527, ampacity30_A: 158 },
]

/** The gauges a cable may have, mm². */
export const GAUGES_MM2: readonly number[] = GAUGES.map(gauge => gauge.gauge_mm2)

/** Conductor temperature that `ampacity30_A` stands for, and the ambient, °C. */
const TABLE_CONDUCTOR_C = 70
const TABLE_AMBIENT_C = 30

/**
 * Most that an insulation bears for its life, °C: temperature classes of ISO 6722-1 and ISO 19642. B is the thin-walled PVC of the
 * cabin (FLRY-B), which LV 112-1 tests at 105 °C for 3,000 h; C is cross-linked polyethylene, D what starter cables have.
 */
export const INSULATION_C = { A: 85, B: 105, C: 125, D: 150 } as const
export type InsulationName = keyof typeof INSULATION_C

/** Change of copper's resistance, per K from 20 °C on (IEC 60228). */
export const COPPER_PER_K = 0.00393

/** Heat that one metre of 1 mm² copper holds: 8,960 kg/m³ at 385 J/(kg K). Its insulation's is left out: it warms sooner than it does. */
const HEAT_J_K_m_mm2 = 8960e-6 * 385

function find(gauge_mm2: number): (typeof GAUGES)[number] {
  for (const gauge of GAUGES) if (gauge.gauge_mm2 === gauge_mm2) return gauge
  throw new RangeError(`gauge ${gauge_mm2} mm² is not one of ${GAUGES_MM2.join(', ')}`)
}

/** Resistance of one conductor, Ω. Throws RangeError on an unknown gauge. */
export function wireResistance_Ohm(gauge_mm2: number, length_m: number, conductor_C = 20): number {
  return find(gauge_mm2).resistance_Ohm_m * length_m * copperFactor(conductor_C)
}

/** How much more copper resists at a temperature than at 20 °C. */
export function copperFactor(conductor_C: number): number {
  return 1 + COPPER_PER_K * (conductor_C - 20)
}

/**
 * Heat that a metre of conductor sheds for each kelvin above its ambient, W/(K m): what the table's current makes at the table's
 * temperatures. Throws RangeError on an unknown gauge.
 */
export function cooling_W_K_m(gauge_mm2: number): number {
  const { ampacity30_A } = find(gauge_mm2)
  return ampacity30_A * ampacity30_A * wireResistance_Ohm(gauge_mm2, 1, TABLE_CONDUCTOR_C) / (TABLE_CONDUCTOR_C - TABLE_AMBIENT_C)
}

/** Heat that a metre of conductor takes for each kelvin, J/(K m). */
export function heat_J_K_m(gauge_mm2: number): number {
  return HEAT_J_K_m_mm2 * gauge_mm2
}

/**
 * What a conductor carries for ever, A: the current whose heat, in copper as warm as the insulation bears, is what it then sheds.
 * `I = I30 √((limit − ambient) / 40 K · R(70 °C) / R(limit))`, I30 being the table's. At 70 °C and 50 °C this is the handbook's second
 * column (16 mm²: 69.3 A, there 69.6 A). 0 where the ambient is as hot as the limit. Throws RangeError on an unknown gauge, and on
 * temperatures that are not in −60…200 °C.
 */
export function ampacity_A(gauge_mm2: number, ambient_C: number, limit_C: number = INSULATION_C.B): number {
  inRange('ambient', ambient_C, -60, 200, '°C')
  inRange('limit of the insulation', limit_C, -60, 200, '°C')
  const margin_K = limit_C - ambient_C
  if (margin_K <= 0) return 0
  const warmer = copperFactor(TABLE_CONDUCTOR_C) / copperFactor(limit_C)
  return find(gauge_mm2).ampacity30_A * Math.sqrt(margin_K / (TABLE_CONDUCTOR_C - TABLE_AMBIENT_C) * warmer)
}

/**
 * How warm a conductor becomes that carries a current for ever, °C: where its heat, at its own temperature, is what it sheds.
 * Infinity: it never settles. Throws RangeError on an unknown gauge.
 */
export function settled_C(gauge_mm2: number, ambient_C: number, current_A: number): number {
  const rise_K = current_A * current_A * wireResistance_Ohm(gauge_mm2, 1) / cooling_W_K_m(gauge_mm2)
  const slope = 1 - rise_K * COPPER_PER_K
  return slope <= 0 ? Infinity : (ambient_C + rise_K * (1 - 20 * COPPER_PER_K)) / slope
}
