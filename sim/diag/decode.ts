import type { Codec } from '#protocol/codec.ts'
import { LOCATION_NAMES, MESSAGES } from '#protocol/catalogue/index.ts'
import type { LocationName, MessageRow } from '#protocol/catalogue/row.ts'
import type { CanFrame } from '#protocol/frame.ts'
import { kindOf, locationOf, pageOf, sourceOf } from '#protocol/id.ts'
import * as generated from '#protocol/messages.generated.ts'

type AnyCodec = Codec<Record<string, number>>

/** A frame read by the catalogue. `values` belong to the decoder and are valid until the next frame of that row. */
export interface DecodedMessage {
  readonly row: MessageRow
  readonly location: LocationName
  readonly source: number
  readonly values: Readonly<Record<string, number>>
}

/** Why a frame with an identifier of the catalogue's form is no message. */
export type DecodeFailure = 'unknownMessage' | 'wrongLength'

interface Entry { readonly row: MessageRow, readonly codec: AnyCodec, readonly values: Record<string, number> }

const entries = new Map<number, Entry>()
for (const codec of Object.values(generated) as unknown as AnyCodec[]) {
  const row = MESSAGES.find(candidate => candidate.name === codec.name)
  if (row !== undefined) entries.set(codec.page << 4 | codec.kind, { row, codec, values: codec.create() })
}

/** The codec of a row. */
export function codecOf(row: MessageRow): AnyCodec {
  return entries.get(row.page << 4 | row.kind)!.codec
}

/**
 * Reads a frame whose identifier is of the catalogue's form (`isBroadcastKind`). Never throws. The end-to-end header is
 * not looked at.
 */
export function decodeMessage(frame: CanFrame): DecodedMessage | DecodeFailure {
  const entry = entries.get(pageOf(frame.id) << 4 | kindOf(frame.id))
  const location = LOCATION_NAMES[locationOf(frame.id)]
  if (entry === undefined || location === undefined || !entry.row.locations.includes(location)) return 'unknownMessage'
  if (frame.length !== entry.codec.length) return 'wrongLength'
  entry.codec.decode(frame.data, entry.values)
  return { row: entry.row, location, source: sourceOf(frame.id), values: entry.values }
}
