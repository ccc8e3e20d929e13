import { LOCATION_NAMES, type LocationName, type MessageRow } from '../catalogue/index.ts'
import { NAME_BYTES, readName, requestedPgn } from '../claim.ts'
import { check, counterOf } from '../e2e.ts'
import type { CanFrame } from '../frame.ts'
import {
  dataIdOf, destinationOf, isBroadcastKind, locationOf, locationOfAddress, NULL_ADDRESS, PGN_ADDRESS_CLAIMED, PGN_REQUEST,
  pgnOf, priorityOf, sourceOf,
} from '../id.ts'
import { ENTRIES, entryOfId, type MessageEntry, type NamedValues } from './entries.ts'

/** Names of the J1939 frames beside the catalogue. */
export const J1939_NAMES = { claim: 'AddressClaimed', cannotClaim: 'CannotClaimAddress', request: 'Request' } as const

/** One frame, understood. */
export interface DecodedFrame {
  /** Message name of the catalogue, or one of `J1939_NAMES`. */
  name: string
  /** Location in the identifier; of a J1939 frame the sending hub's location. `ALL` when it has none. */
  location: LocationName
  priority: number
  /** Source address. */
  source: number
  /** E2E counter 0–15; −1 where there is none. */
  counter: number
  /** Undefined for J1939 frames. */
  row: MessageRow | undefined
  /** Fields; of a claim the parts of the NAME, of a request `pgn` and `destination`. */
  values: NamedValues
}

/** Frames by what became of them. */
export interface DecodeCounts {
  decoded: number
  /** 11-bit identifier, remote, or CAN FD: not of this protocol. */
  foreignFormat: number
  /** 29-bit, but neither in the catalogue nor a claim or request. */
  unknownId: number
  /** A known message at a location that does not have it, or of an unknown kind. */
  unknownMessage: number
  /** Fewer bytes than the message has. */
  tooShort: number
  badCrc: number
}

export type DecodeFailure = Exclude<keyof DecodeCounts, 'decoded'>

/**
 * Decodes any frames and counts what it cannot decode, by cause. Never throws. The record it returns is its own: it is
 * valid until the next call for the same message; `copyDecoded` keeps one.
 */
export class FrameDecoder {
  readonly counts: DecodeCounts = { decoded: 0, foreignFormat: 0, unknownId: 0, unknownMessage: 0, tooShort: 0, badCrc: 0 }
  /** Why the last call returned undefined. */
  failure: DecodeFailure | undefined = undefined
  private readonly records = new Map<MessageEntry, DecodedFrame>()

  constructor() {
    for (const entry of ENTRIES) this.records.set(entry, emptyRecord(entry.row.name, entry.row, entry.codec.create()))
  }

  decode(frame: CanFrame): DecodedFrame | undefined {
    if (!frame.extended || frame.remote || frame.fd) return this.failed('foreignFormat')
    if (!isBroadcastKind(frame.id)) return this.decodeJ1939(frame)
    const entry = entryOfId(frame.id)
    if (entry === undefined) return this.failed('unknownMessage')
    if (frame.length < entry.codec.length) return this.failed('tooShort')
    if (!check(frame.data, frame.length, dataIdOf(frame.id))) return this.failed('badCrc')
    const record = this.records.get(entry)!
    entry.codec.decode(frame.data, record.values)
    record.counter = counterOf(frame.data)
    record.location = LOCATION_NAMES[locationOf(frame.id)]!
    return this.decoded(record, frame)
  }

  private decodeJ1939(frame: CanFrame): DecodedFrame | undefined {
    const pgn = pgnOf(frame.id)
    const source = sourceOf(frame.id)
    if (pgn === PGN_ADDRESS_CLAIMED) {
      if (frame.length < NAME_BYTES) return this.failed('tooShort')
      const name = source === NULL_ADDRESS ? J1939_NAMES.cannotClaim : J1939_NAMES.claim
      return this.decoded(emptyRecord(name, undefined, { ...readName(frame.data) }), frame)
    }
    if (pgn !== PGN_REQUEST) return this.failed('unknownId')
    const requested = requestedPgn(frame.data, frame.length)
    if (requested < 0) return this.failed('tooShort')
    return this.decoded(emptyRecord(J1939_NAMES.request, undefined, { pgn: requested, destination: destinationOf(frame.id) }), frame)
  }

  private decoded(record: DecodedFrame, frame: CanFrame): DecodedFrame {
    record.priority = priorityOf(frame.id)
    record.source = sourceOf(frame.id)
    if (record.row === undefined) record.location = LOCATION_NAMES[locationOfAddress(record.source)]!
    this.failure = undefined
    this.counts.decoded++
    return record
  }

  private failed(cause: DecodeFailure): undefined {
    this.failure = cause
    this.counts[cause]++
    return undefined
  }
}

function emptyRecord(name: string, row: MessageRow | undefined, values: NamedValues): DecodedFrame {
  return { name, location: 'ALL', priority: 0, source: 0, counter: -1, row, values }
}

/** A record of one's own. */
export function copyDecoded(record: DecodedFrame): DecodedFrame {
  return { ...record, values: { ...record.values } }
}

/** Decodes one frame into a fresh record; undefined when it cannot be decoded. For many frames keep a `FrameDecoder`. */
export function decodeFrame(frame: CanFrame): DecodedFrame | undefined {
  return new FrameDecoder().decode(frame)
}
