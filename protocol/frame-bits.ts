import type { CanFrame } from './frame.ts'

/**
 * Exact length on the wire of a CAN frame, classic or FD (ISO 11898-1:2015, 10.4 and 10.5): start of frame to end of frame
 * with the stuff bits its content makes, without the interframe space. Bytes go through two tables: one carries the CRC-15,
 * one the run of equal bits, so a frame costs a few lookups a byte. The CRC of an FD frame has a fixed length whatever its
 * value, so there the run alone matters.
 */

/** Intermission after every frame. */
export const INTERFRAME_BITS = 3
/** CRC delimiter, ACK slot, ACK delimiter, end of frame: never stuffed. */
const TAIL_BITS = 10
/** Polynomial x¹⁵+x¹⁴+x¹⁰+x⁸+x⁷+x⁴+x³+1. */
export const CRC15_POLYNOMIAL = 0x4599

const BASE_STUFFED_BITS = 34
const EXTENDED_STUFFED_BITS = 54

/** A run of equal bits as a number: bit value × 4 + length − 1. A fifth equal bit adds a stuff bit, which begins a run of its own. */
const AFTER_START_OF_FRAME = 0

/** `last`: the piece ends the data of an FD frame, and a fixed stuff bit takes the place of one that would follow it. */
function stuffTable(width: number, last: boolean): Uint8Array {
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
        if (run === 5 && !(last && i === 0)) {
          stuffed++
          value = 1 - bit
          run = 1
        }
      }
      table[state * size + bits] = (stuffed << 3) | ((value * 4 + run - 1) & 7)
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
const STUFF8: Uint8Array = stuffTable(8, false)
const STUFF7: Uint8Array = stuffTable(7, false)
const STUFF6: Uint8Array = stuffTable(6, false)
const STUFF2: Uint8Array = stuffTable(2, false)
const CRC15: Uint16Array = crcTable()
/** The same for the pieces of FD frames: 3 identifier bits, ESI and DLC, and the last piece before the CRC field. */
const STUFF3: Uint8Array = stuffTable(3, false)
const STUFF5: Uint8Array = stuffTable(5, false)
const STUFF5_LAST: Uint8Array = stuffTable(5, true)
const STUFF8_LAST: Uint8Array = stuffTable(8, true)

/** CRC delimiter is counted with the data phase; ACK slot, ACK delimiter and end of frame are not. */
const FD_NOMINAL_TAIL_BITS = 9
/** Stuff count and CRC-17 with their fixed stuff bits, and the CRC delimiter. */
const FD_CRC17_BITS = 4 + 17 + 6 + 1
/** The same with CRC-21. */
const FD_CRC21_BITS = 4 + 21 + 7 + 1
/** Longest data that CRC-17 protects, bytes. */
export const FD_CRC17_BYTES = 16
/** Length codes of more than 8 bytes, by length / 4. */
const FD_CODES: Uint8Array = new Uint8Array([0, 1, 8, 9, 10, 11, 12, 0, 13, 0, 0, 0, 14, 0, 0, 0, 15])
const PACK = 1024

/** The length code (DLC) of an FD data length 0–8, 12, 16, 20, 24, 32, 48, 64. */
export function fdLengthCode(length: number): number {
  return length <= 8 ? length : FD_CODES[length >> 2]!
}

/** After a piece that ends with bit `bit`: whether a stuff bit followed it, which then begins a run of the other value. */
function endsInStuff(entry: number, bit: number): boolean {
  return ((entry >> 2) & 1) !== bit
}

/**
 * Bits of an FD frame from start of frame to end of frame, packed: read them with `nominalBits` and `dataPhaseBits`. The
 * data phase begins in the BRS bit and ends in the CRC delimiter, each of which is partly as long as either kind; together
 * they last as long as one bit of each, so BRS is counted as nominal and the delimiter as data. `passive`: the sender is
 * error-passive, which it tells by ESI. Allocates nothing.
 */
export function fdFrameBits(frame: CanFrame, passive: boolean): number {
  const id = frame.id
  const length = frame.length
  const brs = frame.brs ? 1 : 0
  let entry = AFTER_START_OF_FRAME
  let stuffed = 0
  let word = 0
  let header = 17
  if (frame.extended) {
    // After the first 3 identifier bits come exactly 32: 8 of the identifier, SRR, IDE, 18 of the identifier, RRS, FDF, res, BRS.
    entry = STUFF3[AFTER_START_OF_FRAME * 8 + ((id >>> 26) & 7)]!
    stuffed = entry >> 3
    word = (((id >>> 18) & 0xff) << 24) | 0x00c00000 | ((id & 0x3ffff) << 4) | 4 | brs
    entry = STUFF8[((entry & 7) << 8) | (word >>> 24)]!
    stuffed += entry >> 3
    entry = STUFF8[((entry & 7) << 8) | ((word >>> 16) & 0xff)]!
    stuffed += entry >> 3
    header = 36
  } else {
    // 16 bits: 11 of the identifier, RRS, IDE, FDF, res, BRS.
    word = ((id & 0x7ff) << 5) | 4 | brs
  }
  entry = STUFF8[((entry & 7) << 8) | ((word >>> 8) & 0xff)]!
  stuffed += entry >> 3
  entry = STUFF8[((entry & 7) << 8) | (word & 0xff)]!
  stuffed += entry >> 3
  // A stuff bit behind BRS belongs to the data phase.
  const behindBrs = endsInStuff(entry, brs) ? 1 : 0
  const control = ((passive ? 1 : 0) << 4) | fdLengthCode(length)
  const before = stuffed - behindBrs
  entry = (length === 0 ? STUFF5_LAST : STUFF5)[((entry & 7) << 5) | control]!
  stuffed += entry >> 3
  const data = frame.data
  for (let i = 0; i < length; i++) {
    entry = (i === length - 1 ? STUFF8_LAST : STUFF8)[((entry & 7) << 8) | data[i]!]!
    stuffed += entry >> 3
  }
  const nominal = header + before + FD_NOMINAL_TAIL_BITS
  const fast = 5 + 8 * length + stuffed - before + (length > FD_CRC17_BYTES ? FD_CRC21_BITS : FD_CRC17_BITS)
  return brs === 1 ? nominal + fast * PACK : nominal + fast
}

/** Bits at the nominal rate of what `fdFrameBits` gave. */
export function nominalBits(packed: number): number {
  return packed % PACK
}

/** Bits at the data rate of what `fdFrameBits` gave; 0 without bit rate switch. */
export function dataPhaseBits(packed: number): number {
  return Math.floor(packed / PACK)
}

/**
 * Bits from start of frame to end of frame; of an FD frame those of both bit rates together, its sender being error-active.
 * Allocates nothing. The length is one the format has; the caller checks.
 */
export function frameBits(frame: CanFrame): number {
  if (frame.fd) {
    const packed = fdFrameBits(frame, false)
    return nominalBits(packed) + dataPhaseBits(packed)
  }
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
    crc = CRC15[first]!
    entry = STUFF6[AFTER_START_OF_FRAME * 64 + first]!
    stuffed = entry >> 3
    word = (((id >>> 18) & 0x1f) << 27) | 0x06000000 | ((id & 0x3ffff) << 7) | (remote << 6) | length
    let byte = word >>> 24
    crc = ((crc << 8) & 0x7fff) ^ CRC15[((crc >> 7) ^ byte) & 0xff]!
    entry = STUFF8[((entry & 7) << 8) | byte]!
    stuffed += entry >> 3
    byte = (word >>> 16) & 0xff
    crc = ((crc << 8) & 0x7fff) ^ CRC15[((crc >> 7) ^ byte) & 0xff]!
    entry = STUFF8[((entry & 7) << 8) | byte]!
    stuffed += entry >> 3
    bits = EXTENDED_STUFFED_BITS + TAIL_BITS
  } else {
    // After the first 2 identifier bits come exactly 16: 9 of the identifier, RTR, IDE, r0, DLC.
    const first = (id >>> 9) & 3
    crc = CRC15[first]!
    entry = STUFF2[AFTER_START_OF_FRAME * 4 + first]!
    word = ((id & 0x1ff) << 7) | (remote << 6) | length
  }
  const upper = (word >>> 8) & 0xff
  crc = ((crc << 8) & 0x7fff) ^ CRC15[((crc >> 7) ^ upper) & 0xff]!
  entry = STUFF8[((entry & 7) << 8) | upper]!
  stuffed += entry >> 3
  const lower = word & 0xff
  crc = ((crc << 8) & 0x7fff) ^ CRC15[((crc >> 7) ^ lower) & 0xff]!
  entry = STUFF8[((entry & 7) << 8) | lower]!
  stuffed += entry >> 3
  if (remote === 0) {
    const data = frame.data
    bits += 8 * length
    for (let i = 0; i < length; i++) {
      const byte = data[i]!
      crc = ((crc << 8) & 0x7fff) ^ CRC15[((crc >> 7) ^ byte) & 0xff]!
      entry = STUFF8[((entry & 7) << 8) | byte]!
      stuffed += entry >> 3
    }
  }
  entry = STUFF8[((entry & 7) << 8) | (crc >> 7)]!
  stuffed += entry >> 3
  stuffed += STUFF7[((entry & 7) << 7) | (crc & 0x7f)]! >> 3
  return bits + stuffed
}

/**
 * Time from start of frame to end of frame, in bits of the nominal rate; `ratio` is the nominal rate divided by the data
 * rate, at which an FD frame with bit rate switch sends its inside.
 */
export function frameBitTimes(frame: CanFrame, ratio: number): number {
  if (!frame.fd) return frameBits(frame)
  const packed = fdFrameBits(frame, false)
  return nominalBits(packed) + dataPhaseBits(packed) * ratio
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

/** Fewest bits of an FD frame, of both rates together: fixed stuff bits and no other. */
export function leastFdFrameBits(extended: boolean, bytes: number): number {
  return (extended ? 36 : 17) + 5 + 8 * bytes + (bytes > FD_CRC17_BYTES ? FD_CRC21_BITS : FD_CRC17_BITS) + FD_NOMINAL_TAIL_BITS
}

/** Data lengths of FD frames by length code. */
export const FD_LENGTHS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64]
