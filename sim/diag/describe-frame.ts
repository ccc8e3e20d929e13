import { type CanFrame, dataIdOf, E2E_OUTCOME, E2eReceiver, sourceOf } from '#protocol/index.ts'
import { type DecodeFailure, type DecodedMessage, type DecodedPeer, FrameDecoder, J1939_NAMES, addressText, hubTypeText } from '#protocol/messages/index.ts'
import type { LinkFrame } from '../gateway/index.ts'
import { fieldsJson, fieldsText } from './fields.ts'

/** What the end-to-end header says, by `E2E_OUTCOME`. */
const E2E_TEXT = ['ok', 'ok, some lost', 'repeated', 'wrong sequence', 'wrong CRC', 'two senders', 'in sequence, sender not valid'] as const

/** One frame in words. */
export interface FrameDescription {
  /** `WindowStatus@FL`, `AddressClaimed`, `Request`; empty when it is none of ours. */
  readonly title: string
  /** Who sent it: `DASH`, `tool`; empty where the identifier does not say. */
  readonly sender: string
  /** Its fields, or its bytes. */
  readonly text: string
  /** What is wrong with it; empty when nothing is. */
  readonly problem: string
  /** The same for programs. */
  readonly json: Readonly<Record<string, unknown>>
}

const FAILURE_TEXT: Readonly<Record<DecodeFailure, string>> = {
  foreignFormat: '', unknownId: '', unknownMessage: 'no message of the catalogue', tooShort: 'too short for its message',
  badCrc: 'E2E wrong CRC',
}

/** Describes frames in their order: it follows the counters of every sender. */
export class FrameDescriber {
  private readonly decoder = new FrameDecoder()
  private readonly e2e = new E2eReceiver(1024)
  private readonly more: (decoded: DecodedMessage) => object

  /** `more`: what else is told to programs of each of our messages. */
  constructor(more: (decoded: DecodedMessage) => object = () => ({})) {
    this.more = more
  }

  describe(frame: LinkFrame): FrameDescription {
    if (frame.error) return bare('error frame', '', `class ${identifierText(frame.id, true)} ${hex(frame)}`, '')
    if (frame.remote) return bare('remote frame', '', `asks for ${frame.length} bytes`, '')
    const sender = frame.extended ? addressText(sourceOf(frame.id)) : ''
    const decoded = this.decoder.decode(frame)
    if (decoded === undefined) return bare('', sender, hex(frame), FAILURE_TEXT[this.decoder.failure ?? 'unknownId'])
    return decoded.row === undefined ? peer(decoded, sender) : this.message(frame, decoded, sender)
  }

  private message(frame: LinkFrame, decoded: DecodedMessage, sender: string): FrameDescription {
    const { row } = decoded
    const outcome = this.e2e.receive(dataIdOf(frame.id), decoded.source, frame.data, frame.length, frame.timestamp_ns / 1e6)
    return {
      title: `${row.name}@${decoded.location}`,
      sender,
      text: fieldsText(row, decoded.values),
      problem: outcome === E2E_OUTCOME.ok ? '' : `E2E ${E2E_TEXT[outcome]}`,
      json: {
        message: row.name, location: decoded.location, source: decoded.source, sender,
        e2e: { outcome: E2E_TEXT[outcome], counter: decoded.counter }, fields: fieldsJson(row, decoded.values),
        ...this.more(decoded),
      },
    }
  }
}

function bare(title: string, sender: string, text: string, problem: string): FrameDescription {
  return { title, sender, text, problem, json: { ...(title === '' ? {} : { message: title }), ...(sender === '' ? {} : { sender }) } }
}

/** J1939 management: claims and requests. */
function peer(decoded: DecodedPeer, sender: string): FrameDescription {
  const { name, source } = decoded
  const json = { message: name, source, sender, fields: decoded.values }
  if (decoded.name === J1939_NAMES.request) {
    const { pgn, destination } = decoded.values
    return { title: name, sender, text: `pgn=0x${pgn.toString(16).toUpperCase()} to ${addressText(destination)}`, problem: '', json }
  }
  const { values } = decoded
  const text = `${hubTypeText(values.function)} instance=${values.functionInstance} identity=${values.identity}`
  return { title: name, sender, text, problem: name === J1939_NAMES.cannotClaim ? 'address conflict' : '', json }
}

/** A 29-bit identifier as eight hexadecimal digits, an 11-bit one as three. */
export function identifierText(id: number, extended: boolean): string {
  return id.toString(16).toUpperCase().padStart(extended ? 8 : 3, '0')
}

function hex(frame: CanFrame): string {
  return bytesText(frame.data, frame.length)
}

/** `01 AB`. */
export function bytesText(bytes: Uint8Array, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += `${i === 0 ? '' : ' '}${HEX_BYTES[bytes[i]!]}`
  return text
}

const HEX_BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'))
