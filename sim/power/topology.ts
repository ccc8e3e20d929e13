import { type Data, list, namesOf, number, object, oneOf, oneOfNumbers, optional, text, whole } from '../schema/index.ts'
import { FUSE_KINDS } from './fuse-kinds.ts'
import { PLACE_NAMES } from './places.ts'
import { GAUGES_MM2, type InsulationName } from './wire.ts'

export const DEFAULT_CONNECTORS = 2
export const DEFAULT_CONTACT_MOHM = 3
export const DEFAULT_DIODE_MOHM = 5

const gauge = oneOfNumbers(GAUGES_MM2, 'mm²')
const ambient = number(-40, 149, '°C')

const fuseFields = object({
  rating_A: number(1, 500, 'A'),
  /** Its curve: a blade fuse (the default) or a bolted one, `FUSE_KINDS`. */
  kind: optional(oneOf(namesOf(FUSE_KINDS))),
  /** Melting integral, A²s; default: that of its kind, of a blade fuse rating² × 1 s. */
  i2t_A2s: optional(number(0.1, 1e7, 'A²s')),
  /** Cold resistance; default 100 mV at the rating. */
  resistance_mOhm: optional(number(0, 1000, 'mΩ')),
})

const diodeFields = object({
  /** Of its transistor while it conducts; default 5 mΩ. */
  resistance_mOhm: optional(number(0.1, 1000, 'mΩ')),
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
  /** An ideal diode in its supply conductor, in the hub it leads to: nothing flows back from there. */
  diode: optional(diodeFields),
  /** Where it lies; default: `placeOf`. */
  place: optional(oneOf(PLACE_NAMES)),
  /** The hottest ambient there, which its ampacity stands for, °C; default: the place's, or the topology's. */
  ambient_C: optional(ambient),
  /** Temperature class of its insulation, `INSULATION_C`; default: what is laid at its place. */
  insulation: optional(oneOf(['A', 'B', 'C', 'D'] as const satisfies readonly InsulationName[])),
})

/** Fields of a copper, each by itself; `copperSchema` in `validate.ts` checks what they have to do with each other. */
export const copperFields = object({
  /**
   * A line has no loop; a ring has exactly one, and says so, because a cut then no longer separates. `dual`: two lines from the
   * battery, with a drop from each to every hub, and an ideal diode in each drop.
   */
  layout: oneOf(['line', 'ring', 'dual']),
  /** Name of the node where battery, alternator and engine consumers are. Its return is 0 V, the reference. */
  battery: text,
  taps: list(text),
  hubs: list(text),
  cables: list(cableFields),
  /** Hottest ambient of all cables that name neither their own nor their place, °C; default: by place, `PLACES`. */
  ambient_C: optional(ambient),
})

/**
 * The copper of a car as plain data: nodes (one battery, taps on the spine, hubs) and cables between them. Every cable has
 * a supply and a return conductor. A car description may carry it as JSON; `parseCopper` in `validate.ts` checks it.
 */
export type CopperTopology = Data<typeof copperFields>

/** A segment (between taps) or a drop (to a hub). */
export type Cable = Data<typeof cableFields>

/** In the supply conductor. */
export type FuseSpec = Data<typeof fuseFields>
