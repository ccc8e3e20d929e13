import type { PowerPlan } from '../power/index.ts'

/** A line of hubs at locations 1…n, each behind one more segment, each with its drop. */
export interface LineOptions {
  readonly hubs?: number
  readonly ports?: number
  /** Of every segment, and of every drop. */
  readonly spine_A?: number
  readonly drop_A?: number
  /** What they bear while peaks are drawn; by default no more. */
  readonly spinePeak_A?: number
  readonly dropPeak_A?: number
  readonly segment_Ohm?: number
  readonly drop_Ohm?: number
  readonly idle_A?: number
  readonly share_A?: number
  /** Location codes, battery first; 1…n by default. */
  readonly locations?: readonly number[]
}

/** The plan of a car whose spine is a line. */
export function linePlan(options: LineOptions = {}): PowerPlan {
  const { hubs = 3, ports = 3, spine_A = 40, drop_A = 25, segment_Ohm = 0.002, drop_Ohm = 0.03, idle_A = 0.2, share_A } = options
  const { spinePeak_A = spine_A, dropPeak_A = drop_A } = options
  const indices = Array.from({ length: hubs }, (_, i) => i)
  return {
    feeders_A: [...indices.map(() => spine_A), ...indices.map(() => drop_A)],
    peaks_A: [...indices.map(() => spinePeak_A), ...indices.map(() => dropPeak_A)],
    source_V: 12, source_Ohm: 0.015, least_V: 9,
    hubs: indices.map(hub => ({
      location: options.locations?.[hub] ?? hub + 1,
      ports,
      path: [...indices.slice(0, hub + 1), hubs + hub],
      fraction: [...indices.slice(0, hub + 1), hubs + hub].map(() => 1),
      idle_A,
      drop: { run_A: drop_A, peak_A: dropPeak_A, ampacity_A: dropPeak_A, ambient_C: 80, insulation_C: 105, idle_A },
      share_A: share_A ?? Math.min(spine_A / hubs, drop_A),
      transfer_Ohm: indices.map(other => segment_Ohm * (1 + Math.min(hub, other)) + (other === hub ? drop_Ohm : 0)),
    })),
  }
}
