import { LOCATION_NAMES, type LocationName, type MessageName, type MessageRow, type MessageValues } from '../catalogue/index.ts'
import { NAME_BYTES, readName, requestedPgn, type NameParts } from '../claim.ts'
import { counterOf } from '../e2e.ts'
import type { CanFrame } from '../frame.ts'
import {
  destinationOf, locationOf, locationOfAddress, NULL_ADDRESS, PGN_ADDRESS_CLAIMED, PGN_REQUEST, pgnOf, priorityOf, sourceOf,
} from '../id.ts'
import { ENTRIES, TABLE, type MessageEntry, type NamedValues, type Unreadable } from './entries.ts'

/** Names of the J1939 frames beside the catalogue. */
export const J1939_NAMES = { claim: 'AddressClaimed', cannotClaim: 'CannotClaimAddress', request: 'Request' } as const

/** What is known of every frame. */
interface FrameHead {
  /** Location in the identifier; of a J1939 frame the sending hub's location. `ALL` when it has none. */
  location: LocationName
  priority: number
  /** Source address. */
  source: number
  /** E2E counter 0–15; −1 where there is none. */
  counter: number
}

/** A message of any row, understood. */
export interface DecodedRow<Name extends string = string, Values = NamedValues> extends FrameHead {
  name: Name
  row: MessageRow
  values: Values
}

/** A J1939 frame beside the catalogue: a claim with the parts of its NAME, or a request. */
export type DecodedPeer = FrameHead & { row: undefined } & (
  | { name: typeof J1939_NAMES.claim | typeof J1939_NAMES.cannotClaim, values: { [Part in keyof NameParts]: number } }
  | { name: typeof J1939_NAMES.request, values: { pgn: number, destination: number } }
)

/** A message of the catalogue: a union, discriminated by `name`. */
export type DecodedMessage<Name extends MessageName = MessageName> = { [Each in Name]: DecodedRow<Each, MessageValues<Each>> }[Name]

/** One frame, understood. Its `name` decides the type of `values`; code that serves all takes `values` as `NamedValues`. */
export type DecodedFrame = DecodedMessage | DecodedPeer

/** Frames by what became of them. */
export type DecodeCounts = Record<'decoded' | DecodeFailure, number>
export type DecodeFailure = Unreadable

/**
 * Decodes any frames and counts what it cannot decode, by cause. Never throws. The record it returns is its own: it is
 * valid until the next call for the same message; `copyDecoded` keeps one.
 */
export class FrameDecoder {
  readonly counts: DecodeCounts = { decoded: 0, foreignFormat: 0, unknownId: 0, unknownMessage: 0, tooShort: 0, badCrc: 0 }
  /** Why the last call returned undefined. */
  failure: DecodeFailure | undefined = undefined
  private readonly records = new Map<MessageEntry, DecodedRow>()

  constructor() {
    for (const entry of ENTRIES) {
      const { row, codec } = entry
      const head = { location: 'ALL', priority: 0, source: 0, counter: -1 } as const
      this.records.set(entry, { ...head, name: row.name, row, values: codec.create() })
    }
  }

  decode(frame: CanFrame): DecodedFrame | undefined {
    const entry = TABLE.recognise(frame)
    if (entry === 'unknownId') return this.decodeJ1939(frame)
    if (typeof entry === 'string') return this.failed(entry)
    const record = this.records.get(entry)!
    entry.codec.decode(frame.data, record.values)
    record.counter = counterOf(frame.data)
    record.location = LOCATION_NAMES[locationOf(frame.id)]!
    record.priority = priorityOf(frame.id)
    record.source = sourceOf(frame.id)
    this.succeeded()
    // The values are of the row of that name: its codec made them.
    return record as DecodedMessage
  }

  private decodeJ1939(frame: CanFrame): DecodedPeer | undefined {
    const pgn = pgnOf(frame.id)
    const source = sourceOf(frame.id)
    const location = LOCATION_NAMES[locationOfAddress(source)]!
    const head = { location, priority: priorityOf(frame.id), source, counter: -1, row: undefined }
    if (pgn === PGN_ADDRESS_CLAIMED) {
      if (frame.length < NAME_BYTES) return this.failed('tooShort')
      this.succeeded()
      return { ...head, name: source === NULL_ADDRESS ? J1939_NAMES.cannotClaim : J1939_NAMES.claim, values: readName(frame.data) }
    }
    if (pgn !== PGN_REQUEST) return this.failed('unknownId')
    const requested = requestedPgn(frame.data, frame.length)
    if (requested < 0) return this.failed('tooShort')
    this.succeeded()
    return { ...head, name: J1939_NAMES.request, values: { pgn: requested, destination: destinationOf(frame.id) } }
  }

  private succeeded(): void {
    this.failure = undefined
    this.counts.decoded++
  }

  private failed(cause: DecodeFailure): undefined {
    this.failure = cause
    this.counts[cause]++
    return undefined
  }
}

/** A record of one's own. */
export function copyDecoded<Frame extends DecodedRow | DecodedPeer>(record: Frame): Frame {
  return { ...record, values: { ...record.values } }
}

/** Decodes one frame into a fresh record; undefined when it cannot be decoded. For many frames keep a `FrameDecoder`. */
export function decodeFrame(frame: CanFrame): DecodedFrame | undefined {
  return new FrameDecoder().decode(frame)
}
