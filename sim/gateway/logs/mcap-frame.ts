import { decodeMessage, encodeStreamFrame, type MessageSchema, STREAM_FRAME_BYTES, StreamFrameReader, writeVarint } from '../spine/codec/index.ts'
import type { LinkFrame } from '../link.ts'
import { type BusNumbers, tooManyBuses } from './bus-names.ts'
import type { Direction, FrameFault, LogDetails, LogFrame } from './log-frame.ts'

/** `LoggedFrame` of `spine.proto`: a StreamFrame, and behind it what logs tell beside. */

const DETAILS = {
  direction: [12, 'uint'], interface: [13, 'text'], length_code: [14, 'uint'], esi: [15, 'bool'],
} as const satisfies MessageSchema
const DIRECTIONS: readonly Direction[] = ['', 'received', 'sent']
const KEY = { direction: 12 * 8, interface: 13 * 8 + 2, lengthCode: 14 * 8, esi: 15 * 8 } as const
/** The field's key and the length in an Envelope stand in front of a StreamFrame. */
const ENVELOPE_BYTES = 2
const LONGEST_NAME = 64
const LONGEST_DETAILS = 16 + 2 * LONGEST_NAME
const FIRST_CODE = 9
const LAST_CODE = 15
const CLASSIC_BYTES = 8

/** Encodes frames; its memory is reused. */
export class LoggedFrameEncoder {
  private readonly bytes = new Uint8Array(STREAM_FRAME_BYTES + LONGEST_DETAILS)
  private readonly text = new TextEncoder()

  /** `name`: of the interface, at most 64 characters of Latin-1. The bytes are valid until the next call. */
  encode(frame: LinkFrame, { direction, lengthCode, esi }: Readonly<LogDetails>, name: string): Uint8Array {
    const { bytes } = this
    let end = encodeStreamFrame(frame, bytes, 0, 0)
    if (direction !== '') end = put(KEY.direction, DIRECTIONS.indexOf(direction), bytes, end)
    const lengthAt = writeVarint(KEY.interface, bytes, end)
    const { written } = this.text.encodeInto(name, bytes.subarray(lengthAt + ENVELOPE_BYTES))
    // Two bytes, whether one would do or not, so that the text need not be moved.
    bytes[lengthAt] = written & 0x7f | 0x80
    bytes[lengthAt + 1] = written >>> 7
    end = lengthAt + 2 + written
    if (lengthCode > 0) end = put(KEY.lengthCode, lengthCode, bytes, end)
    if (esi) end = put(KEY.esi, 1, bytes, end)
    return bytes.subarray(ENVELOPE_BYTES, end)
  }
}

function put(key: number, value: number, bytes: Uint8Array, at: number): number {
  return writeVarint(value, bytes, writeVarint(key, bytes, at))
}

/** Reads frames that may be of any bytes. */
export class LoggedFrameDecoder {
  private readonly stream = new StreamFrameReader()
  private readonly buses: BusNumbers

  constructor(buses: BusNumbers) {
    this.buses = buses
  }

  /** Reads all but the time into `frame`; answers why it is none. Never throws. */
  read(bytes: Uint8Array, start: number, end: number, frame: LogFrame): FrameFault | undefined {
    const fault = this.stream.read(bytes, start, end, frame)
    if (fault !== undefined) return { cause: fault, reason: `a message is no frame: ${fault}` }
    const details = decodeMessage(DETAILS, bytes, start, end)
    if (details === undefined) return { cause: 'bad-varint', reason: 'a message is no frame: its details cannot be read' }
    if (frame.error && (frame.fd || frame.remote)) return { cause: 'flags', reason: 'an error frame is neither CAN FD nor remote' }
    if (frame.error) frame.extended = false
    frame.brs &&= frame.fd
    frame.esi = frame.fd && details.esi === true
    const code = Number(details.length_code)
    frame.lengthCode = !frame.fd && !frame.error && frame.length === CLASSIC_BYTES && code >= FIRST_CODE && code <= LAST_CODE ? code : 0
    frame.direction = DIRECTIONS[Number(details.direction)] ?? ''
    frame.name = String(details.interface).slice(0, LONGEST_NAME).replace(/[^\0-\xff]/g, '?') || `spine${frame.bus}`
    frame.bus = this.buses.of(frame.name, frame.bus)
    return frame.bus < 0 ? tooManyBuses(frame.name) : undefined
  }
}
