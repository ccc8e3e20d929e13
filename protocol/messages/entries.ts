import { LOCATION_NAMES, MESSAGES, type FieldRow, type LocationName, type MessageRow } from '../catalogue/index.ts'
import type { Codec } from '../codec.ts'
import { isBroadcastKind, kindOf, locationOf, pageOf } from '../id.ts'
import * as generated from '../messages.generated.ts'
import { MessageError, unknown } from './errors.ts'

/** A message's content by field name: what every generated `…Values` looks like to code that serves all messages. */
export type NamedValues = Record<string, number>

/** A row of the catalogue with its codec. */
export interface MessageEntry {
  readonly row: MessageRow
  readonly codec: Codec<NamedValues>
}

const codecs = Object.values(generated) as unknown as Codec<NamedValues>[]

/** Every message, by kind and page. */
export const ENTRIES: readonly MessageEntry[] = MESSAGES.map((row) => {
  const codec = codecs.find(candidate => candidate.name === row.name)
  if (codec === undefined) throw new Error(`no codec for ${row.name}: run npm run generate`)
  return { row, codec }
})

const byKind: (MessageEntry | undefined)[][] = [[], []]
for (const entry of ENTRIES) byKind[entry.row.page]![entry.row.kind] = entry

/** Message of an identifier; undefined when its form, kind or location is not in the catalogue. */
export function entryOfId(id: number): MessageEntry | undefined {
  if (!isBroadcastKind(id)) return undefined
  const entry = byKind[pageOf(id)]![kindOf(id)]
  const location = LOCATION_NAMES[locationOf(id)]
  return entry !== undefined && location !== undefined && entry.row.locations.includes(location) ? entry : undefined
}

/** Message by its name, upper or lower case. Throws MessageError with the nearest name. */
export function entryNamed(name: string): MessageEntry {
  const wanted = name.toLowerCase()
  for (const entry of ENTRIES) if (entry.row.name.toLowerCase() === wanted) return entry
  throw unknown('message', name, ENTRIES.map(entry => entry.row.name))
}

/** Location by its name, upper or lower case. Throws MessageError. */
export function locationNamed(name: string): LocationName {
  const found = LOCATION_NAMES.find(location => location === name.toUpperCase())
  if (found === undefined) throw unknown('location', name, LOCATION_NAMES)
  return found
}

/** Location of a message; may be left out when the message has but one. Throws MessageError. */
export function locationFor(entry: MessageEntry, name: string | undefined): LocationName {
  const { row } = entry
  if (name === undefined) {
    if (row.locations.length === 1) return row.locations[0]!
    throw new MessageError(`${row.name} needs a location: ${row.name}@${row.locations.join(', @')}`)
  }
  const location = locationNamed(name)
  if (row.locations.includes(location)) return location
  throw new MessageError(`${row.name} has no location ${location} (it has ${row.locations.join(', ')})`)
}

/** Field by its name, with or without the unit: `position_pct` or `position`. Throws MessageError. */
export function fieldNamed(entry: MessageEntry, name: string): [string, FieldRow] {
  const { row } = entry
  const wanted = name.toLowerCase()
  for (const [key, field] of Object.entries(row.fields)) {
    const lower = key.toLowerCase()
    if (lower === wanted || (field.unit !== undefined && lower.slice(0, lower.lastIndexOf('_')) === wanted)) return [key, field]
  }
  throw unknown(`field of ${row.name}`, name, Object.keys(row.fields))
}
