import * as z from 'zod/mini'
import { byName, list, type Made, not, number, object, oneOf, read, whole, withDefault } from '../schema/index.ts'
import { KIND_NAMES } from './kinds.ts'
import { carSchema } from './chosen-car.ts'

/** Longest run and latest event, ms: 24 hours and a night. */
const LONGEST_ms = 100_000_000
const time_ms = number(0, LONGEST_ms, 'ms')

/** One thing done to the car. */
const eventSchema = object({
  /** Since power-on. */
  at_ms: time_ms,
  kind: oneOf(KIND_NAMES),
  /** How long it lasts; 0: it has no end. */
  for_ms: withDefault(time_ms, 0),
  /** What and how much, as the kind reads it. */
  with: withDefault(byName(z.union([z.number(), z.string()], not('a number or a text'))), {}),
})

/** What is done to a car in one run, as plain data: it can be printed, kept, shortened and replayed. */
export const scriptSchema = object({
  ...carSchema,
  /** Of the car: bounces of switches, bit errors, delays. */
  seed: whole(0, 0xffff_ffff),
  for_ms: time_ms,
  /** By time. */
  events: list(eventSchema),
})

export type Script = Made<typeof scriptSchema>
export type FuzzEvent = Made<typeof eventSchema>

/** A script whose fields have not been checked. Throws a DataError that names everything that is wrong. */
export function readScript(data: unknown): Script {
  const script = read(scriptSchema, data, 'script')
  return { ...script, events: script.events.sort((a, b) => a.at_ms - b.at_ms) }
}

/** One line an event, as people read it. */
export function describeEvent({ at_ms, kind, for_ms, with: params }: FuzzEvent): string {
  const figures = Object.entries(params).map(([name, value]) => `${name}=${value}`)
  const lasting = for_ms > 0 ? ` for ${for_ms} ms` : ''
  return `${(at_ms / 1000).toFixed(3).padStart(8)} s  ${kind.padEnd(9)} ${figures.join(' ')}${lasting}`.trimEnd()
}
