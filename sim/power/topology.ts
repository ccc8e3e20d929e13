import { type Data, list, number, object, oneOf, oneOfNumbers, optional, text, whole } from '../schema/index.ts'
import { GAUGES_MM2 } from './wire.ts'

/** Ambient that ampacities stand for when the topology names none: a cabin in the sun, °C. */
export const AMBIENT_C = 50
export const DEFAULT_CONNECTORS = 2
export const DEFAULT_CONTACT_MOHM = 3

const gauge = oneOfNumbers(GAUGES_MM2, 'mm²')
const ambient = number(-40, 69, '°C')

const fuseFields = object({
  rating_A: number(1, 500, 'A'),
  /** Melting integral, A²s; default rating² × 1 s. */
  i2t_A2s: optional(number(0.1, 1e7, 'A²s')),
  /** Cold resistance; default 100 mV at the rating. */
  resistance_mOhm: optional(number(0, 1000, 'mΩ')),
})

const cableFields = object({
  name: text,
  /** End towards the battery; the fuse, if any, sits here. */
  from: text,
  to: text,
  length_m: number(0.01, 50, 'm'),
  /** One of `GAUGES_MM2`. */
  gauge_mm2: gauge,
  /** Of the return conductor; default as the supply conductor. */
  returnGauge_mm2: optional(gauge),
  /** Plug connections along it, each with one contact a conductor; default 2. */
  connectors: optional(whole(0, 8)),
  /** Of one good contact, default 3 mΩ (good: 2–5 mΩ for small contacts, below 1 mΩ for bolted ones). */
  contact_mOhm: optional(number(0, 1000, 'mΩ')),
  fuse: optional(fuseFields),
  /** Where this cable differs from the topology's ambient, °C. */
  ambient_C: optional(ambient),
})

/** Fields of a copper, each by itself; `copperSchema` in `validate.ts` checks what they have to do with each other. */
export const copperFields = object({
  /** A line has no loop; a ring has exactly one, and says so, because a cut then no longer separates. */
  layout: oneOf(['line', 'ring']),
  /** Name of the node where battery, alternator and engine consumers are. Its return is 0 V, the reference. */
  battery: text,
  taps: list(text),
  hubs: list(text),
  cables: list(cableFields),
  /** Around the cables, for ampacity, °C; default `AMBIENT_C`. */
  ambient_C: optional(ambient),
})

/**
 * The copper of a car as plain data: nodes (one battery, taps on the spine, hubs) and cables between them. Every cable has
 * a supply and a return conductor. A car description may carry it as JSON; `parseCopper` in `validate.ts` checks it.
 */
export type CopperTopology = Data<typeof copperFields>

/** A segment (between taps) or a drop (to a hub). */
export type Cable = Data<typeof cableFields>

/** In the supply conductor. Defaults describe a blade fuse, see `fuse.ts`. */
export type FuseSpec = Data<typeof fuseFields>
