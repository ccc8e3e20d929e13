import {
  LOCATION, LOCATION_NAMES, type GivenOf, type GivenValues, type MessageOf, type MessageRow, type RowOf, type Target,
} from '../catalogue/index.ts'
import { buildName, claimId, NAME_BYTES, REQUEST_BYTES, requestId, writeRequest, type NameParts } from '../claim.ts'
import { dataIdOf, GLOBAL_ADDRESS, messageId, messagePgn, PGN_ADDRESS_CLAIMED, TOOL_ADDRESSES } from '../id.ts'
import { protect } from '../e2e.ts'
import { CLASSIC_DATA_BYTES, createFrame, type CanFrame } from '../frame.ts'
import { J1939_NAMES } from './decode.ts'
import { entryNamed, fieldNamed, locationFor, locationNamed, type MessageEntry } from './entries.ts'
import { MessageError } from './errors.ts'
import { parseValue } from './text.ts'

export interface EncodeOptions {
  /** Source address; default the first tool address. */
  source?: number
  /** E2E counter, 0–14; default 0. A sender counts up for each frame of one message and location. */
  counter?: number
}

/**
 * A protected frame of a message of the catalogue: `encodeMessage('WindowCommand@FL', { action: 'up' })`. Fields left out
 * are neutral: physical ones "not available", an enum its `none` or first code, counts and flags 0. Throws RangeError for a
 * value out of range.
 */
export function encodeMessage<To extends Target>(target: To, values: GivenOf<To>, options: EncodeOptions = {}): CanFrame {
  const { entry, location } = parseTarget(target)
  return encodeEntry<MessageRow>(entry, location, values, options)
}

/**
 * The same for a message that was looked up already. Of a row that only the run knows (`parseTarget` of a text) `values` are
 * numbers, booleans and texts: names of codes in upper or lower case, `yes` and `no`, numbers with units.
 */
export function encodeEntry<Row extends MessageRow>(
  entry: MessageEntry<Row>, location: Row['locations'][number], values: GivenValues<Row>, options: EncodeOptions = {},
): CanFrame {
  const { codec, row }: MessageEntry = entry
  const record = codec.create()
  const named: GivenValues = values
  for (const [name, given] of Object.entries(named)) {
    if (given === undefined) continue
    const [field, fieldRow] = fieldNamed(entry, name)
    record[field] = parseValue(`${row.name}.${field}`, fieldRow, given)
  }
  const source = options.source ?? TOOL_ADDRESSES[0]!
  const counter = options.counter ?? 0
  if (!Number.isInteger(source) || source < 0 || source > 0xff) throw new RangeError(`source address ${source} is outside 0…255`)
  if (!Number.isInteger(counter) || counter < 0 || counter > 14) throw new RangeError(`E2E counter ${counter} is outside 0…14`)
  const frame = createFrame(CLASSIC_DATA_BYTES)
  frame.id = messageId(codec.priority, codec.page, codec.kind, LOCATION[location], source)
  frame.length = codec.length
  codec.encode(record, frame.data)
  protect(frame.data, codec.length, dataIdOf(frame.id), counter)
  return frame
}

/** A message and one of its locations. */
export interface Addressed<Row extends MessageRow = MessageRow> {
  readonly entry: MessageEntry<Row>
  readonly location: Row['locations'][number]
}

/** `WindowCommand@FL` taken apart; the location may be left out when the message has but one. Throws MessageError. */
export function parseTarget<To extends Target>(target: To): Addressed<RowOf<MessageOf<To>>>
export function parseTarget(text: string): Addressed
export function parseTarget(text: string): Addressed {
  const [name, location, ...rest] = text.split('@')
  if (name === undefined || name === '' || rest.length > 0 || location === '') {
    throw new MessageError(`"${text}" is not MESSAGE@LOCATION, for example WindowCommand@FL`)
  }
  const entry = entryNamed(name)
  return { entry, location: locationFor(entry, location) }
}

/** `['action=up', 'position=50%']` as values. Throws MessageError. */
export function parseAssignments(texts: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at < 1) throw new MessageError(`"${text}" is not FIELD=VALUE, for example action=up`)
    const name = text.slice(0, at)
    if (name in values) throw new MessageError(`field "${name}" is given twice`)
    values[name] = text.slice(at + 1)
  }
  return values
}

/** Parameter group number of a message at a location, or of `AddressClaimed`; a number stays as it is. Throws MessageError. */
export function pgnNamed(text: string): number {
  if (/^(0x[0-9a-f]+|\d+)$/i.test(text)) return Number(text)
  if (text.toLowerCase() === J1939_NAMES.claim.toLowerCase()) return PGN_ADDRESS_CLAIMED
  const { entry, location } = parseTarget(text)
  return messagePgn(entry.row.page, entry.row.kind, LOCATION[location])
}

/** A J1939 request for a parameter group, to one address or to all. */
export function encodeRequest(pgn: number, destination: number = GLOBAL_ADDRESS, source: number = TOOL_ADDRESSES[0]!): CanFrame {
  if (!Number.isInteger(pgn) || pgn < 0 || pgn > 0x3ffff) throw new RangeError(`PGN ${pgn} is outside 0…0x3FFFF`)
  const frame = createFrame(CLASSIC_DATA_BYTES)
  frame.id = requestId(destination, source)
  frame.length = REQUEST_BYTES
  writeRequest(frame.data, pgn)
  return frame
}

/** An address claim; from the null address (0xFE) it says "cannot claim". */
export function encodeClaim(source: number, name: NameParts): CanFrame {
  const frame = createFrame(CLASSIC_DATA_BYTES)
  frame.id = claimId(source)
  frame.length = NAME_BYTES
  frame.data.set(buildName(name))
  return frame
}

/** Address of a hub by its location name, of a tool by `tool` or `tool2`, or a number. Throws MessageError. */
export function addressNamed(text: string): number {
  const lower = text.toLowerCase()
  if (lower === 'all') return GLOBAL_ADDRESS
  if (lower === 'tool') return TOOL_ADDRESSES[0]!
  if (lower === 'tool2') return TOOL_ADDRESSES[1]!
  if (/^(0x[0-9a-f]+|\d+)$/.test(lower)) {
    const address = Number(lower)
    if (address <= 0xff) return address
    throw new RangeError(`address ${text} is outside 0…0xFF`)
  }
  return 0x80 | LOCATION_NAMES.indexOf(locationNamed(text))
}
