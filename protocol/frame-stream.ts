import type { CanFrame } from './frame.ts'
import { CRC15_POLYNOMIAL, FD_CRC17_BYTES, fdLengthCode } from './frame-bits.ts'

/**
 * The bit stream of a CAN frame written out bit by bit, as ISO 11898-1:2015 10.4 describes it. Slow and plain: for fault
 * injection, for displays, and to check `frame-bits.ts` against.
 */

/** Polynomials without their highest power, and start values with a 1 in front (ISO 11898-1:2015, 10.4.2.6). */
export const CRC17_POLYNOMIAL = 0x1685b
export const CRC21_POLYNOMIAL = 0x102899
export const CRC17_START = 0x10000
export const CRC21_START = 0x100000

/** Field a bit belongs to. A stuff bit belongs to the field of the bit before it. */
export const BIT_FIELD = {
  startOfFrame: 0, identifier: 1, substituteRemote: 2, extension: 3, remote: 4, reserved: 5, length: 6, data: 7, crc: 8,
  crcDelimiter: 9, ackSlot: 10, ackDelimiter: 11, endOfFrame: 12,
  fdFormat: 13, bitRateSwitch: 14, errorState: 15, stuffCount: 16,
} as const

export interface FrameBitStream {
  /** Start of frame to end of frame, stuff bits included: 0 dominant, 1 recessive; the ACK slot as its transmitter sends it, 1. */
  readonly bits: Uint8Array
  /** 1 where the bit is a stuff bit, 2 where it is a fixed stuff bit. */
  readonly stuffed: Uint8Array
  /** `BIT_FIELD` of each bit. */
  readonly field: Uint8Array
  /** First bit after the arbitration field, i.e. after RTR (and its stuff bit). */
  readonly arbitrationEnd: number
  /** Position of the CRC delimiter, after the last stuff bit. */
  readonly crcDelimiter: number
  readonly ackSlot: number
  /** First of the seven bits of end of frame. */
  readonly endOfFrame: number
  /** The CRC-15, CRC-17 or CRC-21. */
  readonly crc: number
  /** Bits `dataPhaseStart` to `dataPhaseEnd` − 1 are at the data rate; none without bit rate switch. */
  readonly dataPhaseStart: number
  readonly dataPhaseEnd: number
}

const LARGEST = 800
const FIXED_STUFF_SPACING = 4

/** Remainder of a row of bits, the register beginning with `start`. */
function remainder(bits: readonly number[], width: number, polynomial: number, start: number): number {
  const mask = (1 << width) - 1
  let crc = start
  for (const bit of bits) {
    const feedback = bit ^ ((crc >>> (width - 1)) & 1)
    crc = (crc << 1) & mask
    if (feedback === 1) crc ^= polynomial
  }
  return crc
}

class BitWriter {
  readonly bits: Uint8Array
  readonly stuffed: Uint8Array
  readonly field: Uint8Array
  count: number
  crc: number
  /** Stuff bits that the content made. */
  dynamic: number
  private run: number
  private last: number

  constructor() {
    this.bits = new Uint8Array(LARGEST)
    this.stuffed = new Uint8Array(LARGEST)
    this.field = new Uint8Array(LARGEST)
    this.count = 0
    this.crc = 0
    this.dynamic = 0
    this.run = 0
    this.last = -1
  }

  /** Appends a field's `width` bits, most significant first, and the stuff bits they cause. */
  stuffedField(field: number, value: number, width: number): void {
    for (let i = width - 1; i >= 0; i--) {
      const bit = (value >>> i) & 1
      if (field !== BIT_FIELD.crc) this.addToCrc(bit)
      this.run = bit === this.last ? this.run + 1 : 1
      this.last = bit
      this.append(field, bit, 0)
      if (this.run < 5) continue
      this.last = 1 - bit
      this.run = 1
      this.append(field, this.last, 1)
      this.dynamic++
    }
  }

  /**
   * Appends the CRC field of an FD frame, stuff count and CRC: a fixed stuff bit in front and after each fourth bit. The
   * one in front replaces a stuff bit that the end of the data asks for.
   */
  fdCrcField(crcWidth: number, polynomial: number, start: number): void {
    if (this.stuffed[this.count - 1] === 1) {
      this.count--
      this.dynamic--
    }
    const inCrc: number[] = []
    for (let i = 0; i < this.count; i++) inCrc.push(this.bits[i]!)
    // Stuff bits modulo 8 in Gray code, and a bit that makes the parity even.
    const gray = (this.dynamic & 7) ^ ((this.dynamic & 7) >> 1)
    const parity = (gray ^ (gray >> 1) ^ (gray >> 2)) & 1
    const stuffCount = (gray << 1) | parity
    for (let i = 3; i >= 0; i--) inCrc.push((stuffCount >> i) & 1)
    this.crc = remainder(inCrc, crcWidth, polynomial, start)
    for (let i = 0; i < 4 + crcWidth; i++) {
      if (i % FIXED_STUFF_SPACING === 0) this.append(i < 4 ? BIT_FIELD.stuffCount : BIT_FIELD.crc, 1 - this.bits[this.count - 1]!, 2)
      if (i < 4) this.append(BIT_FIELD.stuffCount, (stuffCount >> (3 - i)) & 1, 0)
      else this.append(BIT_FIELD.crc, (this.crc >>> (crcWidth - 1 - i + 4)) & 1, 0)
    }
  }

  /** Appends `width` recessive bits of fixed form. */
  fixedField(field: number, width: number): void {
    for (let i = 0; i < width; i++) this.append(field, 1, 0)
  }

  private append(field: number, bit: number, stuffed: number): void {
    this.bits[this.count] = bit
    this.stuffed[this.count] = stuffed
    this.field[this.count] = field
    this.count++
  }

  private addToCrc(bit: number): void {
    const feedback = bit ^ (this.crc >> 14)
    this.crc = (this.crc << 1) & 0x7fff
    if (feedback === 1) this.crc ^= CRC15_POLYNOMIAL
  }
}

/** Appends what follows the CRC. `dataPhaseStart`: −1 = there is none. */
function finish(writer: BitWriter, arbitrationEnd: number, dataPhaseStart: number): FrameBitStream {
  const crcDelimiter = writer.count
  writer.fixedField(BIT_FIELD.crcDelimiter, 1)
  writer.fixedField(BIT_FIELD.ackSlot, 1)
  writer.fixedField(BIT_FIELD.ackDelimiter, 1)
  writer.fixedField(BIT_FIELD.endOfFrame, 7)
  const total = writer.count
  return {
    bits: writer.bits.subarray(0, total), stuffed: writer.stuffed.subarray(0, total), field: writer.field.subarray(0, total),
    arbitrationEnd, crcDelimiter, ackSlot: crcDelimiter + 1, endOfFrame: crcDelimiter + 3, crc: writer.crc,
    dataPhaseStart: dataPhaseStart < 0 ? crcDelimiter : dataPhaseStart,
    dataPhaseEnd: dataPhaseStart < 0 ? crcDelimiter : crcDelimiter + 1,
  }
}

/** Start of frame and arbitration field, of either format; `remote` is RTR, or RRS of an FD frame. Returns how many bits there are. */
function arbitration(writer: BitWriter, frame: CanFrame, remote: 0 | 1): number {
  writer.stuffedField(BIT_FIELD.startOfFrame, 0, 1)
  if (frame.extended) {
    writer.stuffedField(BIT_FIELD.identifier, frame.id >>> 18, 11)
    writer.stuffedField(BIT_FIELD.substituteRemote, 1, 1)
    writer.stuffedField(BIT_FIELD.extension, 1, 1)
    writer.stuffedField(BIT_FIELD.identifier, frame.id & 0x3ffff, 18)
    writer.stuffedField(BIT_FIELD.remote, remote, 1)
  } else {
    writer.stuffedField(BIT_FIELD.identifier, frame.id, 11)
    writer.stuffedField(BIT_FIELD.remote, remote, 1)
  }
  return writer.count
}

/** Every bit of an FD frame. `passive`: the sender is error-passive. */
export function fdBitStream(frame: CanFrame, passive: boolean): FrameBitStream {
  const writer = new BitWriter()
  const arbitrationEnd = arbitration(writer, frame, 0)
  if (!frame.extended) writer.stuffedField(BIT_FIELD.extension, 0, 1)
  writer.stuffedField(BIT_FIELD.fdFormat, 1, 1)
  writer.stuffedField(BIT_FIELD.reserved, 0, 1)
  writer.stuffedField(BIT_FIELD.bitRateSwitch, frame.brs ? 1 : 0, 1)
  const afterSwitch = writer.count - (writer.stuffed[writer.count - 1] === 1 ? 1 : 0)
  writer.stuffedField(BIT_FIELD.errorState, passive ? 1 : 0, 1)
  writer.stuffedField(BIT_FIELD.length, fdLengthCode(frame.length), 4)
  for (let i = 0; i < frame.length; i++) writer.stuffedField(BIT_FIELD.data, frame.data[i]!, 8)
  if (frame.length > FD_CRC17_BYTES) writer.fdCrcField(21, CRC21_POLYNOMIAL, CRC21_START)
  else writer.fdCrcField(17, CRC17_POLYNOMIAL, CRC17_START)
  return finish(writer, arbitrationEnd, frame.brs ? afterSwitch : -1)
}

function classicBitStream(frame: CanFrame): FrameBitStream {
  const writer = new BitWriter()
  const arbitrationEnd = arbitration(writer, frame, frame.remote ? 1 : 0)
  if (frame.extended) writer.stuffedField(BIT_FIELD.reserved, 0, 2)
  else {
    writer.stuffedField(BIT_FIELD.extension, 0, 1)
    writer.stuffedField(BIT_FIELD.reserved, 0, 1)
  }
  writer.stuffedField(BIT_FIELD.length, frame.length, 4)
  if (!frame.remote) for (let i = 0; i < frame.length; i++) writer.stuffedField(BIT_FIELD.data, frame.data[i]!, 8)
  writer.stuffedField(BIT_FIELD.crc, writer.crc, 15)
  return finish(writer, arbitrationEnd, -1)
}

/** Every bit of a frame of either format, its sender being error-active. The length is one the format has. */
export function frameBitStream(frame: CanFrame): FrameBitStream {
  return frame.fd ? fdBitStream(frame, false) : classicBitStream(frame)
}
