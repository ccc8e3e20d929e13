import { HUB_TYPE } from '#protocol/catalogue/locations.ts'
import { NAME_BYTES, REQUEST_BYTES, readName, requestedPgn } from '#protocol/claim.ts'
import { E2E_OUTCOME, E2eReceiver, counterOf } from '#protocol/e2e.ts'
import type { CanFrame } from '#protocol/frame.ts'
import { PGN_ADDRESS_CLAIMED, PGN_REQUEST, dataIdOf, destinationOf, isBroadcastKind, pgnOf, sourceOf } from '#protocol/id.ts'
import type { LinkFrame } from '../gateway/link.ts'
import { type DecodedMessage, decodeMessage } from './decode.ts'
import { formatFields, jsonFields } from './message-text.ts'
import { identifierText, nodeName } from './names.ts'

/** What the end-to-end header says, by `E2E_OUTCOME`. */
export const E2E_TEXT = ['ok', 'ok, some lost', 'repeated', 'wrong sequence', 'wrong CRC'] as const

/** One frame in words. */
export interface FrameDescription {
  /** `WindowStatus@FL`, `address claim`, `request`, or empty when it is none of ours. */
  readonly title: string
  /** Who sent it: `DASH`, `tool 0xF9`; empty where the identifier does not say. */
  readonly sender: string
  /** Its fields. */
  readonly text: string
  /** What is wrong with it; empty when nothing is. */
  readonly problem: string
  /** The same for programs. */
  readonly json: Readonly<Record<string, unknown>>
}

/** Describes frames in their order: it follows the counters of every sender. */
export class FrameDescriber {
  private readonly e2e = new E2eReceiver(1024)

  describe(frame: LinkFrame): FrameDescription {
    if (frame.error) return plain('error frame', '', `class ${identifierText(frame.id, true)} ${hex(frame)}`, {})
    if (frame.remote) return plain('remote frame', '', `asks for ${frame.length} bytes`, {})
    if (!frame.extended) return plain('', '', hex(frame), {})
    const sender = nodeName(sourceOf(frame.id))
    if (isBroadcastKind(frame.id)) {
      const decoded = decodeMessage(frame)
      if (typeof decoded !== 'string') return this.message(frame, decoded, sender)
      const problem = decoded === 'wrongLength' ? `${frame.length} bytes are not its length` : 'no message of the catalogue'
      return { ...plain('', sender, hex(frame), { source: sourceOf(frame.id) }), problem }
    }
    return peer(frame, sender)
  }

  private message(frame: LinkFrame, decoded: DecodedMessage, sender: string): FrameDescription {
    const outcome = this.e2e.receive(dataIdOf(frame.id), sourceOf(frame.id), frame.data, frame.length, frame.timestamp_ns / 1e6)
    return {
      title: `${decoded.row.name}@${decoded.location}`,
      sender,
      text: formatFields(decoded.row, decoded.values),
      problem: outcome === E2E_OUTCOME.ok ? '' : `E2E ${E2E_TEXT[outcome]}`,
      json: {
        message: decoded.row.name, location: decoded.location, source: decoded.source, sender,
        e2e: { outcome: E2E_TEXT[outcome], counter: counterOf(frame.data) },
        fields: jsonFields(decoded.row, decoded.values),
      },
    }
  }
}

function plain(title: string, sender: string, text: string, json: Record<string, unknown>): FrameDescription {
  return { title, sender, text, problem: '', json: title === '' ? json : { message: title, ...json } }
}

/** J1939 management: claims and requests. */
function peer(frame: LinkFrame, sender: string): FrameDescription {
  const source = sourceOf(frame.id)
  const pgn = pgnOf(frame.id)
  if (pgn === PGN_ADDRESS_CLAIMED && frame.length === NAME_BYTES) {
    const name = readName(frame.data)
    const type = Object.entries(HUB_TYPE).find(([, code]) => code === name.function)?.[0] ?? `function ${name.function}`
    return plain('address claim', sender, `${type} instance=${name.functionInstance} identity=${name.identity}`, { source, sender, name })
  }
  if (pgn === PGN_REQUEST && frame.length >= REQUEST_BYTES) {
    const requested = requestedPgn(frame.data, frame.length)
    const to = nodeName(destinationOf(frame.id))
    return plain('request', sender, `pgn=0x${requested.toString(16).toUpperCase()} to ${to}`, { source, sender, requestedPgn: requested, to })
  }
  return plain('', sender, hex(frame), { source, sender })
}

function hex(frame: CanFrame): string {
  return Buffer.from(frame.data.buffer, frame.data.byteOffset, frame.length).toString('hex').toUpperCase().replace(/(..)(?=.)/g, '$1 ')
}
