import * as z from 'zod/mini'
import { type Data, type FieldsData, number, oneOf, optional, text } from '../schema/index.ts'

/** Of which of a cable's two conductors; both unless it says otherwise. */
const conductor = optional(oneOf(['supply', 'return', 'both']))

/** From the cable's end towards the battery, where a cut is by default; names and lengths are checked against the car. */
const spot_m = number(0, 50, 'm')
const resistance_Ohm = number(0.001, 100, 'Ω')

/** What may go wrong with the copper: the fields of each kind of fault. */
export const COPPER_FAULTS = {
  cut: { kind: z.literal('cut'), cable: text, conductor, at_m: optional(spot_m) },
  corrosion: { kind: z.literal('corrosion'), cable: text, conductor, extra_Ohm: number(0, 100, 'Ω') },
  fuse: { kind: z.literal('fuse'), cable: text },
  short: { kind: z.literal('short'), hub: text, resistance_Ohm },
  /** The ideal diode at the end of a drop lets nothing through, or lets it back too. */
  diode: { kind: z.literal('diode'), cable: text, state: oneOf(['open', 'shorted']) },
  /** The conductors of a cable touch along it, crushed or chafed. */
  cableShort: { kind: z.literal('cableShort'), cable: text, at_m: spot_m, resistance_Ohm },
}

type Kind = keyof typeof COPPER_FAULTS
export type SupplyFault = { [Each in Kind]: FieldsData<(typeof COPPER_FAULTS)[Each]> }[Kind]
export type DiodeFault = 'open' | 'shorted'
export type ConductorName = Data<typeof conductor> & string
/** One of the two of a cable. */
export type OneConductor = Exclude<ConductorName, 'both'>
