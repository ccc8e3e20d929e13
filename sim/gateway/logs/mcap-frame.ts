import { encodeStreamFrame, STREAM_FRAME_BYTES, StreamFrameReader, writeVarint } from '../spine/codec/index.ts'
import type { LinkFrame } from '../link.ts'
import { type BusNumbers, tooManyBuses } from './bus-names.ts'
import type { Direction, FrameFault, LogDetails, LogFrame } from './log-frame.ts'

/** `LoggedFrame` of `spine.proto`: a StreamFrame, and behind it what logs tell beside. */

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
  private readonly text = new TextDecoder()
  /** The name that was read last as it was written, and what came of it: nearly always it is that of the next frame, too. */
  private readonly nameBytes = new Uint8Array(LONGEST_NAME)
  private nameLength = -1
  private nameBus = -1
  private name = ''
  private bus = -1

  constructor(buses: BusNumbers) {
    this.buses = buses
  }

  /** Reads all but the time into `frame`; answers why it is none. Never throws. */
  read(bytes: Uint8Array, start: number, end: number, frame: LogFrame): FrameFault | undefined {
    const { stream } = this
    const fault = stream.read(bytes, start, end, frame)
    if (fault !== undefined) return { cause: fault, reason: `a message is no frame: ${fault}` }
    if (frame.error && (frame.fd || frame.remote)) return { cause: 'flags', reason: 'an error frame is neither CAN FD nor remote' }
    if (frame.error) frame.extended = false
    frame.brs &&= frame.fd
    frame.esi = frame.fd && stream.esi
    const code = stream.lengthCode
    const isFullClassic = !frame.fd && !frame.error && frame.length === CLASSIC_BYTES
    frame.lengthCode = isFullClassic && code >= FIRST_CODE && code <= LAST_CODE ? code : 0
    frame.direction = DIRECTIONS[stream.direction] ?? ''
    const { nameAt, nameLength } = stream
    if (!this.isSameName(bytes, nameAt, nameLength, frame.bus)) this.takeName(bytes, nameAt, nameLength, frame.bus)
    frame.name = this.name
    frame.bus = this.bus
    return this.bus < 0 ? tooManyBuses(this.name) : undefined
  }

  private isSameName(bytes: Uint8Array, at: number, length: number, bus: number): boolean {
    if (length !== this.nameLength || bus !== this.nameBus) return false
    for (let i = 0; i < length; i++) if (bytes[at + i] !== this.nameBytes[i]) return false
    return true
  }

  private takeName(bytes: Uint8Array, at: number, length: number, bus: number): void {
    const written = bytes.subarray(at, at + length)
    this.nameLength = -1
    if (length <= LONGEST_NAME) {
      this.nameBytes.set(written)
      this.nameLength = length
    }
    this.nameBus = bus
    this.name = this.text.decode(written).slice(0, LONGEST_NAME).replace(/[^\0-\xff]/g, '?') || `spine${bus}`
    this.bus = this.buses.of(this.name, bus)
  }
}
