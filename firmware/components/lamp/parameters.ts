import { PRIORITY } from '../../power/index.ts'

/** Times of the lamp driver, and its priorities. */
export const LAMP_PARAMETERS = {
  /** Step of a fade. */
  fadeTick_ms: 20,
  /** How often the current of a lit lamp that does not fade is looked at, and when something looks wrong. */
  watch_ms: 250,
  lookAgain_ms: 12,
  /** The lease a lamp asks for. */
  lease_ms: 10000,
  /** Exterior lamps are not shed with comfort. */
  exteriorPriority: PRIORITY.access,
  interiorPriority: PRIORITY.comfort,
} as const

/** Descriptors state currents at 13.5 V; a filament's grows with the root of the voltage: 16 V makes it 10 % more. */
export const SUPPLY_MARGIN = 1.12

/** Limits of the bulb monitor. */
export const LAMP_SENSE = {
  /** Below this level the current says nothing. */
  leastLevel: 0.1,
  /** Share of the expected current below which the bulb is gone. */
  open: 0.3,
  /** Multiple of the nominal current above which it is shorted, once the cold filament's inrush is over. */
  short: 3,
  /** The sense ends at 10 A: a warm channel that reaches this is shorted, whatever it is rated. */
  top_A: 9.8,
  /** A fault must last this long. */
  confirm_ms: 10,
  /** A cold filament draws up to ten times its current; it is warm after this long. */
  inrush_ms: 150,
} as const
