import { INTERFRAME_BITS, leastFrameBits } from '#protocol/index.ts'

/** Arithmetic of serial links: which baud rate carries which frame rate. */

/** Start bit, eight data bits, stop bit. */
const UART_BITS_PER_BYTE = 10

/** Rates that UARTs and their drivers usually offer. A USB CDC port ignores its rate. */
export const UART_BAUDS = [115_200, 230_400, 460_800, 921_600, 1_000_000, 1_500_000, 2_000_000, 3_000_000] as const

export const ENCODINGS = ['slcan', 'slcan+timestamp', 'gvret'] as const
export type Encoding = typeof ENCODINGS[number]

/** Bytes on the serial line for one data frame. */
export function lineBytes(encoding: Encoding, extended: boolean, dataBytes: number): number {
  // GVRET: 0xF1, command, 4 bytes time, 4 bytes identifier, length, data, checksum.
  if (encoding === 'gvret') return 12 + dataBytes
  // SLCAN: type, identifier, length, data in hexadecimal, carriage return; a timestamp is four digits more.
  const slcan = 1 + (extended ? 8 : 3) + 1 + 2 * dataBytes + 1
  return encoding === 'slcan' ? slcan : slcan + 4
}

/** Baud rate that carries so many frames of so many bytes (a mean may be fractional). */
export function requiredBaud(encoding: Encoding, extended: boolean, dataBytes: number, frames_per_s: number): number {
  return frames_per_s * lineBytes(encoding, extended, dataBytes) * UART_BITS_PER_BYTE
}

/** Frames/s a baud rate carries. */
export function carriedFrames(encoding: Encoding, extended: boolean, dataBytes: number, baud: number): number {
  return baud / (lineBytes(encoding, extended, dataBytes) * UART_BITS_PER_BYTE)
}

/** Most frames/s of one length on a saturated bus: no stuff bits, back to back. */
export function saturatedRate(bitrate: number, extended: boolean, dataBytes: number): number {
  return bitrate / (leastFrameBits(extended, dataBytes) + INTERFRAME_BITS)
}
