/** Ratings of blade fuses, A: ISO 8820-3, types C and E. */
export const BLADE_A = [2, 3, 5, 7.5, 10, 15, 20, 25, 30, 40] as const
/** Ratings of bolted fuses, A: ISO 8820-5, as makers of MIDI and MEGA fuses list them. */
export const BOLTED_A = [30, 40, 50, 60, 70, 80, 100, 125, 150, 175, 200, 225, 250, 300] as const

/** Of one metre of 1 mm², g. */
export const COPPER_g_m_mm2 = 8.96

/**
 * Single cores with insulation, g/m: as makers' sheets of FLRY-B, and of FLR2X from 10 mm² on, round them; within 5 % of each other.
 */
const CABLE_g_m: readonly (readonly [gauge_mm2: number, mass_g_m: number])[] = [
  [0.35, 4.6], [0.5, 6.6], [0.75, 9.1], [1, 11.6], [1.5, 16.6], [2.5, 26.5], [4, 41], [6, 61], [10, 108], [16, 167], [25, 262], [35, 358],
]

/** Throws RangeError for a gauge that has no row. */
export function cable_g_m(gauge_mm2: number): number {
  const row = CABLE_g_m.find(([gauge]) => gauge === gauge_mm2)
  if (row === undefined) throw new RangeError(`gauge ${gauge_mm2} mm² is not one of ${CABLE_g_m.map(([gauge]) => gauge).join(', ')}`)
  return row[1]
}

/** Of the CAN pair, mm². */
export const DATA_mm2 = 0.5

/** Colours of wires by IEC 60757. */
export const COLOURS = {
  RD: { name: 'red', hex: '#c8102e' },
  BK: { name: 'black', hex: '#1a1a1a' },
  YE: { name: 'yellow', hex: '#d9a900' },
  GN: { name: 'green', hex: '#1f8a3b' },
  BN: { name: 'brown', hex: '#7a4a1e' },
  WH: { name: 'white', hex: '#8c8c8c' },
  BU: { name: 'blue', hex: '#1f5fbf' },
} as const
export type ColourCode = keyof typeof COLOURS

/**
 * What the wires of a cable are: terminals 30 and 31 by DIN 72552 with red and black, the pair yellow and green as SAE J1939-11 has it.
 */
export const WIRES = {
  supply: { terminal: '30', colour: 'RD' },
  return: { terminal: '31', colour: 'BK' },
  canHigh: { terminal: 'CAN H', colour: 'YE' },
  canLow: { terminal: 'CAN L', colour: 'GN' },
} as const satisfies Readonly<Record<string, { terminal: string, colour: ColourCode }>>
export type WireKind = keyof typeof WIRES

/**
 * What copper in cross-linked insulation or PVC bears of a short, A√s/mm²: from 105 °C to 160 °C, by the adiabatic equation of
 * IEC 60364-5-54, 226 √ln(1 + 55 / (234.5 + 105)).
 */
const SHORT_A_s_mm2 = 88

/** Let-through that a conductor bears, A²s. */
export function bears_A2s(gauge_mm2: number): number {
  return SHORT_A_s_mm2 * SHORT_A_s_mm2 * gauge_mm2 * gauge_mm2
}

/** A short at the far end must be this multiple of the fuse's rating: then it opens within half a second (blade) or five (bolted). */
export const CLEARS = 3.5

/** Of two bolted fuses in a row the first must have this multiple of the second's rating, as makers advise: then it outlasts a short. */
export const SELECTIVE = 1.6

/** Capacitors of a hub's board, F: what its plug draws when it is put in. */
const BOARD_F = 470e-6
/** Let-through of a board's capacitors charging through a loop, A²s: C V² / 2R. */
export function inrush_A2s(voltage_V: number, loop_Ohm: number): number {
  return BOARD_F * voltage_V * voltage_V / (2 * loop_Ohm)
}
