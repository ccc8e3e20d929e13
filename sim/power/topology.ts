/**
 * The copper of a car as plain data: nodes (one battery, taps on the spine, hubs) and cables between them. Every cable has
 * a supply and a return conductor. A car description may carry it as JSON; `parseCopper` in `validate.ts` checks it.
 */
export interface CopperTopology {
  /** A line has no loop; a ring has exactly one, and says so, because a cut then no longer separates. */
  readonly layout: 'line' | 'ring'
  /** Name of the node where battery, alternator and engine consumers are. Its return is 0 V, the reference. */
  readonly battery: string
  readonly taps: readonly string[]
  readonly hubs: readonly string[]
  readonly cables: readonly Cable[]
  /** Around the cables, for ampacity, °C; default `AMBIENT_C`. */
  readonly ambient_C?: number
}

/** A segment (between taps) or a drop (to a hub). */
export interface Cable {
  readonly name: string
  /** End towards the battery; the fuse, if any, sits here. */
  readonly from: string
  readonly to: string
  /** 0.01–50 m. */
  readonly length_m: number
  /** One of `GAUGES_MM2`. */
  readonly gauge_mm2: number
  /** Of the return conductor; default as the supply conductor. */
  readonly returnGauge_mm2?: number
  /** Plug connections along it, each with one contact a conductor: 0–8, default 2. */
  readonly connectors?: number
  /** Of one good contact, default 3 mΩ (good: 2–5 mΩ for small contacts, below 1 mΩ for bolted ones). */
  readonly contact_mOhm?: number
  readonly fuse?: FuseSpec
  /** Where this cable differs from the topology's ambient, °C. */
  readonly ambient_C?: number
}

/** In the supply conductor. Defaults describe a blade fuse, see `fuse.ts`. */
export interface FuseSpec {
  /** 1–500 A. */
  readonly rating_A: number
  /** Melting integral, A²s; default rating² × 1 s. */
  readonly i2t_A2s?: number
  /** Cold resistance; default 100 mV at the rating. */
  readonly resistance_mOhm?: number
}

/** Ambient that ampacities stand for when the topology names none: a cabin in the sun, °C. */
export const AMBIENT_C = 50
export const DEFAULT_CONNECTORS = 2
export const DEFAULT_CONTACT_MOHM = 3
