import type { COMPONENT_CLASS } from '#protocol/index.ts'
import type { SignalName } from '../trace/index.ts'

/** A component class by name. */
export type PlantClass = keyof typeof COMPONENT_CLASS

/** What each class shows of itself in numbers and flags: its signals. */
export const OBSERVED = {
  none: [],
  window: ['position_pct', 'velocity_mm_s', 'contactForce_N', 'peakContactForce_N'],
  mirror: ['tiltX_deg', 'tiltY_deg', 'folded_pct', 'heating', 'warmth_pct'],
  latch: ['ajar', 'locked', 'pawl_pct'],
  lamp: ['light0_pct', 'light1_pct', 'light2_pct', 'light3_pct', 'light4_pct', 'light5_pct', 'light6_pct', 'light7_pct'],
  amplifier: ['source', 'volume', 'muted', 'playing', 'frequency_MHz'],
  switchPack: [],
  vehicle: ['speed_kmh'],
  seatFan: ['output_pct'],
} as const satisfies Readonly<Record<PlantClass, readonly SignalName[]>>

/** What it shows in words. */
type LabelName = 'lid' | 'station' | 'pressed' | 'ignition' | 'gear' | `fault${number}`

/** What is seen of a component from outside, by name; units last in the names. */
export type Observation = { [Name in SignalName]?: number | boolean } & { [Name in LabelName]?: string }

/** All that a class shows. */
export type ObservationOf<Class extends PlantClass> = Observation & { [Name in typeof OBSERVED[Class][number]]: number | boolean }
