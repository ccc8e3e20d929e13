import type { LinkFrame } from '../link.ts'

/**
 * SLCAN (Lawicel ASCII) frames: `t` id length data, `T` with a 29-bit id, `r` and `R` without data; with time stamps on,
 * four more hex digits: milliseconds modulo one minute. Lines end with CR. Source: LAWICEL AB, "CAN232 Manual" 3.1.
 */

/** Longest frame line with its time stamp and CR: `T` 8 1 16 4 CR. */
export const SLCAN_FRAME_BYTES = 31

export const CR = 0x0d
export const BELL = 0x07

const LOWER_T = 0x74
const UPPER_T = 0x54
const LOWER_R = 0x72
const UPPER_R = 0x52

/** Value of each hex digit's character code; 255 = none. */
const HEX_VALUE = new Uint8Array(256).fill(255)
/** Upper case digit of each value. */
const HEX_DIGIT = new Uint8Array(16)
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16).toUpperCase()
  HEX_DIGIT[value] = digit.charCodeAt(0)
  HEX_VALUE[digit.charCodeAt(0)] = value
  HEX_VALUE[digit.toLowerCase().charCodeAt(0)] = value
}

/** SavvyCAN marks the 29-bit identifiers that it sends over a serial port in bit 31. */
const EXTENDED_BIT = 0x8000_0000

/** Whether the identifier of a frame line has bit 31, which SLCAN has not. */
export function hasExtendedBit(bytes: Uint8Array, start: number): boolean {
  return (bytes[start] === UPPER_T || bytes[start] === UPPER_R) && HEX_VALUE[bytes[start + 1]!]! >= 8
}

export type SlcanFault = 'truncated' | 'trailing' | 'not-hex' | 'id-range' | 'length-range'

/** Whether a line that starts with this character code is a frame. */
export function isFrameLetter(code: number): boolean {
  return code === LOWER_T || code === UPPER_T || code === LOWER_R || code === UPPER_R
}

/**
 * Reads the frame line `bytes[start, end)` (without CR) into `frame`. A time stamp behind the data is taken when it is
 * there: `timestamp_ns` becomes its value within the minute, otherwise −1. Bit 31 of a 29-bit identifier is ignored.
 * Answers undefined when it was a frame; when not, the cause, and `frame` means nothing. Never throws.
 */
export function decodeSlcanFrame(bytes: Uint8Array, start: number, end: number, frame: LinkFrame): SlcanFault | undefined {
  const letter = bytes[start]
  const extended = letter === UPPER_T || letter === UPPER_R
  const remote = letter === LOWER_R || letter === UPPER_R
  const idEnd = start + (extended ? 9 : 4)
  if (end <= idEnd) return 'truncated'
  const word = readHex(bytes, start + 1, idEnd)
  if (word < 0) return 'not-hex'
  const id = extended && word >= EXTENDED_BIT ? word - EXTENDED_BIT : word
  if (id > (extended ? 0x1fff_ffff : 0x7ff)) return 'id-range'
  const length = HEX_VALUE[bytes[idEnd]!]!
  if (length === 255) return 'not-hex'
  if (length > 8) return 'length-range'
  let at = idEnd + 1
  const dataEnd = remote ? at : at + 2 * length
  if (end < dataEnd) return 'truncated'
  const data = frame.data
  for (let i = 0; at < dataEnd; i++, at += 2) {
    const high = HEX_VALUE[bytes[at]!]!
    const low = HEX_VALUE[bytes[at + 1]!]!
    if (high === 255 || low === 255) return 'not-hex'
    data[i] = high << 4 | low
  }
  frame.timestamp_ns = -1
  if (end > dataEnd) {
    if (end - dataEnd !== 4) return 'trailing'
    const stamp_ms = readHex(bytes, dataEnd, end)
    if (stamp_ms < 0) return 'not-hex'
    frame.timestamp_ns = stamp_ms * 1e6
  }
  frame.id = id
  frame.extended = extended
  frame.remote = remote
  frame.fd = false
  frame.brs = false
  frame.bus = 0
  frame.length = length!
  frame.error = false
  return undefined
}

/**
 * Writes the frame as a line with CR to `bytes` from `at` on, where SLCAN_FRAME_BYTES must fit. Answers where it ends.
 * Classic data and remote frames only: FD and error frames have no place in this format.
 */
export function encodeSlcanFrame(frame: LinkFrame, bytes: Uint8Array, at: number, timestamp: boolean): number {
  const extended = frame.extended
  const remote = frame.remote
  bytes[at++] = extended ? (remote ? UPPER_R : UPPER_T) : (remote ? LOWER_R : LOWER_T)
  const id = frame.id
  if (extended) {
    bytes[at++] = HEX_DIGIT[id >>> 28]!
    bytes[at++] = HEX_DIGIT[id >>> 24 & 15]!
    bytes[at++] = HEX_DIGIT[id >>> 20 & 15]!
    bytes[at++] = HEX_DIGIT[id >>> 16 & 15]!
    bytes[at++] = HEX_DIGIT[id >>> 12 & 15]!
  }
  bytes[at++] = HEX_DIGIT[id >>> 8 & 15]!
  bytes[at++] = HEX_DIGIT[id >>> 4 & 15]!
  bytes[at++] = HEX_DIGIT[id & 15]!
  const length = frame.length
  bytes[at++] = HEX_DIGIT[length & 15]!
  if (!remote) {
    const data = frame.data
    for (let i = 0; i < length; i++) {
      const byte = data[i]!
      bytes[at++] = HEX_DIGIT[byte >> 4]!
      bytes[at++] = HEX_DIGIT[byte & 15]!
    }
  }
  if (timestamp) {
    const stamp_ms = Math.floor(frame.timestamp_ns / 1e6) % 60_000
    bytes[at++] = HEX_DIGIT[stamp_ms >> 12 & 15]!
    bytes[at++] = HEX_DIGIT[stamp_ms >> 8 & 15]!
    bytes[at++] = HEX_DIGIT[stamp_ms >> 4 & 15]!
    bytes[at++] = HEX_DIGIT[stamp_ms & 15]!
  }
  bytes[at++] = CR
  return at
}

/** Hex digits `bytes[start, end)` (at most 8) as an unsigned number; −1 when one is none. */
export function readHex(bytes: Uint8Array, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at++) {
    const digit = HEX_VALUE[bytes[at]!]!
    if (digit === 255) return -1
    value = value * 16 + digit
  }
  return value
}
