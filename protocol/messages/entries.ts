import {
  CATALOGUE, LOCATION, LOCATION_NAMES, type CatalogueRow, type FieldRow, type LocationName, type MessageName, type MessageRow, type RowOf,
  type ValuesOf,
} from '../catalogue/index.ts'
import type { Codec } from '../codec.ts'
import { check } from '../e2e.ts'
import type { CanFrame } from '../frame.ts'
import { CLASS_BYTE, dataId, dataIdOf, isBroadcastKind } from '../id.ts'
import { CODECS } from '../messages.generated.ts'
import { MessageError, unknown } from './errors.ts'

/** A message's content by field name, for code that serves all messages. */
export type NamedValues = ValuesOf<MessageRow>

/** A row of the catalogue with its codec. */
export interface MessageEntry<Row extends MessageRow = MessageRow> {
  readonly row: Row
  readonly codec: Codec<ValuesOf<Row>>
}

/** Codecs by the names of their messages; a name that is missing, or a codec of another row, is a compile error. */
type CodecsOf<Row extends MessageRow> = { readonly [Each in Row as Each['name']]: Codec<ValuesOf<Each>> }

/** Why a frame is no message. */
export type Unreadable =
  /** 11-bit identifier, remote, or CAN FD: not of this protocol. */
  | 'foreignFormat'
  /** 29-bit, but not in the form of the catalogue. */
  | 'unknownId'
  /** A known message at a location that does not have it, or of an unknown kind or class. */
  | 'unknownMessage'
  /** Fewer bytes than the message has. */
  | 'tooShort'
  | 'badCrc'

const NONE: readonly MessageEntry[] = []

/** Rows with their codecs, and which of them a frame is. */
export class MessageTable {
  /** In the order of the rows. */
  readonly entries: readonly MessageEntry[]
  private readonly byDataId: MessageEntry[][] = []

  constructor(rows: readonly MessageRow[], codecs: Readonly<Record<string, Codec<NamedValues> | undefined>>) {
    this.entries = rows.map((row) => {
      const codec = codecs[row.name]
      if (codec === undefined) throw new Error(`no codec for ${row.name}: run npm run generate`)
      return { row, codec }
    })
    for (const entry of this.entries) {
      const { page, kind, locations } = entry.row
      for (const location of locations) (this.byDataId[dataId(page, kind, LOCATION[location])] ??= []).push(entry)
    }
  }

  /** The messages that a frame with this identifier can be: of kind 14 one for each class at the location. */
  ofId(id: number): readonly MessageEntry[] {
    return isBroadcastKind(id) ? this.byDataId[dataIdOf(id)] ?? NONE : NONE
  }

  /** The message of a frame that is whole and right, or what is wrong with it. Never throws. */
  recognise(frame: CanFrame): MessageEntry | Unreadable {
    if (!frame.extended || frame.remote || frame.fd) return 'foreignFormat'
    if (!isBroadcastKind(frame.id)) return 'unknownId'
    const entry = ofClass(this.ofId(frame.id), frame)
    if (entry === undefined) return 'unknownMessage'
    if (frame.length < entry.codec.length) return 'tooShort'
    return check(frame.data, frame.length, dataIdOf(frame.id)) ? entry : 'badCrc'
  }
}

/** The one of its class; without a byte for the class the first, which it is too short for. */
function ofClass(entries: readonly MessageEntry[], frame: CanFrame): MessageEntry | undefined {
  const first = entries[0]
  if (first?.row.class === undefined || frame.length <= CLASS_BYTE) return first
  for (const entry of entries) if (entry.row.class === frame.data[CLASS_BYTE]) return entry
  return undefined
}

/** The messages of the car. */
export const TABLE = new MessageTable(CATALOGUE, CODECS satisfies CodecsOf<CatalogueRow>)
/** Every message, by kind and page. */
export const ENTRIES: readonly MessageEntry[] = TABLE.entries

/** Message by its name, upper or lower case. Throws MessageError with the nearest name. */
export function entryNamed<Name extends MessageName>(name: Name): MessageEntry<RowOf<Name>>
export function entryNamed(name: string): MessageEntry
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
