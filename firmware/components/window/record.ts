/** What a window driver keeps over a reset. */
export interface WindowRecord {
  /** Of the window it was learned on: another one starts unlearned. */
  serial: number
  /** Learned travel. */
  travel_pulses: number
  /** From the closed end, a little negative when closed under tension; NaN: not known, as while the glass moves. */
  position_pulses: number
}

const VERSION = 2
const BYTES = 9
const UNKNOWN = 0xffff
/** The closed glass stands under tension, below 0: the image counts from there. */
const BELOW_pulses = 256

function put16(bytes: Uint8Array, first: number, value: number): void {
  bytes[first] = value & 0xff
  bytes[first + 1] = (value >>> 8) & 0xff
}

function get16(bytes: Uint8Array, first: number): number {
  return bytes[first]! | (bytes[first + 1]! << 8)
}

/** NVM image of a record: version, serial (32 bits), travel, position (16 bits each, 0xFFFF =
 * not known). */
export function encodeWindowRecord(record: WindowRecord): Uint8Array {
  const bytes = new Uint8Array(BYTES)
  const position = record.position_pulses
  bytes[0] = VERSION
  put16(bytes, 1, record.serial)
  put16(bytes, 3, record.serial >>> 16)
  put16(bytes, 5, Math.round(record.travel_pulses))
  put16(bytes, 7, isNaN(position) ? UNKNOWN : Math.max(0, Math.min(UNKNOWN - 1, Math.round(position) + BELOW_pulses)))
  return bytes
}

/** Undefined when the bytes are not a record of this version. */
export function decodeWindowRecord(bytes: Uint8Array | undefined): WindowRecord | undefined {
  if (bytes === undefined || bytes.length !== BYTES || bytes[0] !== VERSION) return undefined
  const position = get16(bytes, 7)
  return {
    serial: (get16(bytes, 1) | (get16(bytes, 3) << 16)) >>> 0,
    travel_pulses: get16(bytes, 5),
    position_pulses: position === UNKNOWN ? NaN : position - BELOW_pulses,
  }
}
