import type { CanFrame } from './frame.ts'

/**
 * Exact length on the wire of a classic CAN frame (ISO 11898-1:2015, 10.4 and 10.5): start of frame to end of frame with
 * the stuff bits its content makes, without the interframe space. Bytes go through two tables: one carries the CRC-15,
 * one the run of equal bits, so a frame costs a few lookups a byte.
 */

/** Intermission after every frame. */
export const INTERFRAME_BITS = 3
/** CRC delimiter, ACK slot, ACK delimiter, end of frame: never stuffed. */
export const TAIL_BITS = 10
/** Polynomial x¹⁵+x¹⁴+x¹⁰+x⁸+x⁷+x⁴+x³+1. */
export const CRC15_POLYNOMIAL = 0x4599

const BASE_STUFFED_BITS = 34
const EXTENDED_STUFFED_BITS = 54

/** A run of equal bits as a number: bit value × 4 + length − 1. A fifth equal bit adds a stuff bit, which begins a run of its own. */
const AFTER_START_OF_FRAME = 0

function stuffTable(width: number): Uint8Array {
  const size = 1 << width
  const table = new Uint8Array(8 * size)
  for (let state = 0; state < 8; state++) {
    for (let bits = 0; bits < size; bits++) {
      let value = state >> 2
      let run = (state & 3) + 1
      let stuffed = 0
      for (let i = width - 1; i >= 0; i--) {
        const bit = (bits >> i) & 1
        run = bit === value ? run + 1 : 1
        value = bit
        if (run === 5) {
          stuffed++
          value = 1 - bit
          run = 1
        }
      }
      table[state * size + bits] = (stuffed << 3) | (value * 4 + run - 1)
    }
  }
  return table
}

function crcTable(): Uint16Array {
  const table = new Uint16Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 7
    for (let i = 0; i < 8; i++) crc = (crc & 0x4000) !== 0 ? ((crc << 1) ^ CRC15_POLYNOMIAL) & 0x7fff : (crc << 1) & 0x7fff
    table[byte] = crc
  }
  return table
}

/** Stuff bits and next state by state and the next 8, 7, 6, 2 bits: stuff bits << 3 | state. */
const STUFF8: Uint8Array = stuffTable(8)
const STUFF7: Uint8Array = stuffTable(7)
const STUFF6: Uint8Array = stuffTable(6)
const STUFF2: Uint8Array = stuffTable(2)
const CRC15: Uint16Array = crcTable()

/**
 * Bits from start of frame to end of frame. Allocates nothing. Classic frames only (`fd` false, length 0–8); the caller
 * checks.
 */
export function frameBits(frame: CanFrame): number {
  const id = frame.id
  const length = frame.length
  const remote = frame.remote ? 1 : 0
  let crc = 0
  let entry = 0
  let stuffed = 0
  let word = 0
  let bits = BASE_STUFFED_BITS + TAIL_BITS
  if (frame.extended) {
    // After the first 6 identifier bits come exactly 32: 5 of the identifier, SRR, IDE, 18 of the identifier, RTR, r1, r0, DLC.
    const first = (id >>> 23) & 0x3f
    crc = CRC15[first]
    entry = STUFF6[AFTER_START_OF_FRAME * 64 + first]
    stuffed = entry >> 3
    word = (((id >>> 18) & 0x1f) << 27) | 0x06000000 | ((id & 0x3ffff) << 7) | (remote << 6) | length
    let byte = word >>> 24
    crc = ((crc << 8) & 0x7fff) ^ CRC15[((crc >> 7) ^ byte) & 0xff]
    entry = STUFF8[((entry & 7) << 8) | byte]
    stuffed += entry >> 3
    byte = (word >>> 16) & 0xff
    crc = ((crc << 8) & 0x7fff) ^ CRC15[((crc >> 7) ^ byte) & 0xff]
    entry = STUFF8[((entry & 7) << 8) | byte]
    stuffed += entry >> 3
    bits = EXTENDED_STUFFED_BITS + TAIL_BITS
  } else {
    // After the first 2 identifier bits come exactly 16: 9 of the identifier, RTR, IDE, r0, DLC.
    const first = (id >>> 9) & 3
    crc = CRC15[first]
    entry = STUFF2[AFTER_START_OF_FRAME * 4 + first]
    word = ((id & 0x1ff) << 7) | (remote << 6) | length
  }
  const upper = (word >>> 8) & 0xff
  crc = ((crc << 8) & 0x7fff) ^ CRC15[((crc >> 7) ^ upper) & 0xff]
  entry = STUFF8[((entry & 7) << 8) | upper]
  stuffed += entry >> 3
  const lower = word & 0xff
  crc = ((crc << 8) & 0x7fff) ^ CRC15[((crc >> 7) ^ lower) & 0xff]
  entry = STUFF8[((entry & 7) << 8) | lower]
  stuffed += entry >> 3
  if (remote === 0) {
    const data = frame.data
    bits += 8 * length
    for (let i = 0; i < length; i++) {
      const byte = data[i]
      crc = ((crc << 8) & 0x7fff) ^ CRC15[((crc >> 7) ^ byte) & 0xff]
      entry = STUFF8[((entry & 7) << 8) | byte]
      stuffed += entry >> 3
    }
  }
  entry = STUFF8[((entry & 7) << 8) | (crc >> 7)]
  stuffed += entry >> 3
  stuffed += STUFF7[((entry & 7) << 7) | (crc & 0x7f)] >> 3
  return bits + stuffed
}

/** Most bits a frame of this kind can have, whatever its content: a stuff bit after the first five bits and after every four more. */
export function worstFrameBits(extended: boolean, bytes: number): number {
  const stuffable = (extended ? EXTENDED_STUFFED_BITS : BASE_STUFFED_BITS) + 8 * bytes
  return stuffable + Math.floor((stuffable - 1) / 4) + TAIL_BITS
}

/** Fewest bits: no stuff bit at all. */
export function leastFrameBits(extended: boolean, bytes: number): number {
  return (extended ? EXTENDED_STUFFED_BITS : BASE_STUFFED_BITS) + 8 * bytes + TAIL_BITS
}
