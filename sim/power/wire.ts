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

/** Conductor temperature the ampacities stand for, °C. */
const CONDUCTOR_LIMIT_C = 70

/** Change of copper's resistance, per K from 20 °C on (IEC 60228). */
const COPPER_PER_K = 0.00393

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
 * What a conductor carries for ever, A. The heat it sheds rises with its distance from the ambient, its own heat with the
 * current squared, hence the root; at 50 °C this gives the handbook's second column (16 mm²: 69.3 A, there 69.6 A).
 * 0 at `CONDUCTOR_LIMIT_C` and above. Throws RangeError on an unknown gauge.
 */
export function ampacity_A(gauge_mm2: number, ambient_C: number): number {
  const margin_K = CONDUCTOR_LIMIT_C - ambient_C
  return margin_K <= 0 ? 0 : find(gauge_mm2).ampacity30_A * Math.sqrt(margin_K / 40)
}
