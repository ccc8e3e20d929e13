/** Payload types of ISO 13400-2:2019, table 17. */
export const DOIP = {
  headerNack: 0x0000, identify: 0x0001, identifyByEid: 0x0002, identifyByVin: 0x0003, vehicle: 0x0004,
  activate: 0x0005, activation: 0x0006, aliveRequest: 0x0007, alive: 0x0008,
  entityRequest: 0x4001, entity: 0x4002, powerRequest: 0x4003, power: 0x4004,
  message: 0x8001, ack: 0x8002, nack: 0x8003,
} as const

/** Why a header is refused (table 19). After the first and the last the connection ends. */
export const HEADER_NACK = { pattern: 0, type: 1, tooLarge: 2, memory: 3, length: 4 } as const
/** What becomes of a routing activation (table 49). */
export const ACTIVATION = { unknownSource: 0, allTaken: 1, otherSource: 2, sourceInUse: 3, unsupported: 6, active: 0x10 } as const
/** Why a diagnostic message is not passed on (table 26). */
export const MESSAGE_NACK = { source: 2, target: 3, tooLarge: 4, memory: 5, unreachable: 6, transport: 8 } as const

const HEADER_BYTES = 8
/** 2012 and 2019 differ in nothing that is used here; 0xFF asks any version for its identification. */
const VERSIONS: readonly number[] = [2, 3, 0xff]
/** Longest payload: two addresses and the longest message of classic ISO-TP. */
export const LONGEST_PAYLOAD = 4 + 4095

type Allowed = readonly number[] | { readonly least: number }

/** Payload bytes by type: exactly one of these, or at least so many. */
const LENGTHS: ReadonlyMap<number, Allowed> = new Map<number, Allowed>([
  [DOIP.identify, [0]], [DOIP.identifyByEid, [6]], [DOIP.identifyByVin, [17]], [DOIP.activate, [7, 11]],
  [DOIP.aliveRequest, [0]], [DOIP.alive, [2]], [DOIP.entityRequest, [0]], [DOIP.powerRequest, [0]], [DOIP.message, { least: 5 }],
])

/** One message of a tester. The payload is a view, valid during the call. */
export interface DoipMessage { readonly version: number, readonly type: number, readonly payload: Uint8Array }

/** What a reader makes of a stream. */
export interface DoipSink {
  onMessage(message: DoipMessage): void
  /** A header that is refused with this code of `HEADER_NACK`. */
  onRefused(code: number): void
}

/** Cuts a stream of bytes, in pieces of any length, into messages. Holds no more than one of them; never throws. */
export class DoipReader {
  /** Nothing more is read: where messages begin is not known any more. */
  lost = false
  private readonly sink: DoipSink
  private readonly buffer = new Uint8Array(HEADER_BYTES + LONGEST_PAYLOAD)
  private used = 0
  /** Bytes of a refused payload still to be passed over. */
  private skip = 0

  constructor(sink: DoipSink) {
    this.sink = sink
  }

  push(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length && !this.lost) {
      if (this.skip > 0) {
        const passed = Math.min(this.skip, bytes.length - at)
        this.skip -= passed
        at += passed
        continue
      }
      const want = this.used < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + lengthIn(this.buffer)
      const taken = Math.min(want - this.used, bytes.length - at)
      this.buffer.set(bytes.subarray(at, at + taken), this.used)
      this.used += taken
      at += taken
      if (this.used === HEADER_BYTES && !this.mayPass()) continue
      if (this.used >= HEADER_BYTES && this.used === HEADER_BYTES + lengthIn(this.buffer)) this.whole()
    }
  }

  /** Whether the payload behind a header is to be taken. */
  private mayPass(): boolean {
    const code = refusal(this.buffer)
    if (code === undefined) return true
    this.used = 0
    this.lost = code === HEADER_NACK.pattern || code === HEADER_NACK.length
    this.skip = lengthIn(this.buffer)
    this.sink.onRefused(code)
    return false
  }

  private whole(): void {
    const { buffer, used } = this
    this.used = 0
    this.sink.onMessage({ version: buffer[0]!, type: typeIn(buffer), payload: buffer.subarray(HEADER_BYTES, used) })
  }
}

/** A datagram holds one whole message; undefined, or a code of `HEADER_NACK`: it holds none. */
export function readDatagram(bytes: Uint8Array): DoipMessage | number | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const code = refusal(bytes)
  if (code !== undefined) return code
  if (bytes.length !== HEADER_BYTES + lengthIn(bytes)) return HEADER_NACK.length
  return { version: bytes[0]!, type: typeIn(bytes), payload: bytes.subarray(HEADER_BYTES) }
}

/** One message as bytes. */
export function doipMessage(version: number, type: number, ...payload: (number | Uint8Array | readonly number[])[]): Uint8Array {
  const body = payload.flatMap(part => typeof part === 'number' ? [part] : [...part])
  const head = new DataView(new ArrayBuffer(HEADER_BYTES + body.length))
  head.setUint8(0, version)
  head.setUint8(1, version ^ 0xff)
  head.setUint16(2, type)
  head.setUint32(4, body.length)
  const bytes = new Uint8Array(head.buffer)
  bytes.set(body, HEADER_BYTES)
  return bytes
}

/** Two bytes, the high one first. */
export function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 0x100 + bytes[at + 1]!
}

export function wordBytes(value: number): readonly number[] {
  return [value >> 8, value & 0xff]
}

function typeIn(bytes: Uint8Array): number {
  return word(bytes, 2)
}

function lengthIn(bytes: Uint8Array): number {
  return word(bytes, 4) * 0x1_0000 + word(bytes, 6)
}

function refusal(bytes: Uint8Array): number | undefined {
  if (bytes[1] !== (bytes[0]! ^ 0xff) || !VERSIONS.includes(bytes[0]!)) return HEADER_NACK.pattern
  const allowed = LENGTHS.get(typeIn(bytes))
  if (allowed === undefined) return HEADER_NACK.type
  const length = lengthIn(bytes)
  if (length > LONGEST_PAYLOAD) return HEADER_NACK.tooLarge
  const fits = 'least' in allowed ? length >= allowed.least : allowed.includes(length)
  return fits ? undefined : HEADER_NACK.length
}
