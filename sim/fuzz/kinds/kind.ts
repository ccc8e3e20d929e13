import type { Prng } from '../../kernel/index.ts'
import type { CarNames, NameList, Stage } from '../stage.ts'

/** What and how much, as a kind reads it. */
export type Params = Readonly<Record<string, number | string>>

/** What a kind draws for one event. */
interface Drawn {
  readonly for_ms: number
  readonly with: Params
}

/** A kind of event: how it is drawn and how it is done. */
export interface FuzzKind {
  readonly summary: string
  /** How often, in a run that has it, unless the options say otherwise. */
  readonly perMinute: number
  /** It belongs to the car as it was built: before the hubs boot. */
  readonly early?: true
  /** What it picks from: it does not happen to a car that has none of that. */
  readonly needs?: readonly NameList[]
  readonly draw: (dice: Prng, names: CarNames) => Drawn
  /** `false`: it makes no sense now (the plug is out already), nothing was done, and it has no end. */
  readonly begin: (stage: Stage, params: Params) => boolean
  /** After `for_ms`. */
  readonly end?: (stage: Stage, params: Params) => void
}

/** A table of kinds, by name. */
export function kinds<Name extends string>(table: Readonly<Record<Name, FuzzKind>>): Readonly<Record<Name, FuzzKind>> {
  return table
}

/** Parameters of a script by name, with their types. Throws RangeError for one that is missing or wrong. */
export function text(params: Params, name: string): string {
  const value = params[name]
  if (typeof value === 'string') return value
  throw new RangeError(`parameter ${name} is ${JSON.stringify(value)}, not a text`)
}

export function figure(params: Params, name: string): number {
  const value = params[name]
  if (typeof value === 'number') return value
  throw new RangeError(`parameter ${name} is ${JSON.stringify(value)}, not a number`)
}
