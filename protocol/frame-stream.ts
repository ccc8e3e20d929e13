import type { CanFrame } from './frame.ts'
import { CRC15_POLYNOMIAL } from './frame-bits.ts'

/**
 * The bit stream of a classic CAN frame written out bit by bit, as ISO 11898-1:2015 10.4 describes it. Slow and plain:
 * for fault injection, for displays, and to check `frame-bits.ts` against.
 */

/** Field a bit belongs to. A stuff bit belongs to the field of the bit before it. */
export const BIT_FIELD = {
  startOfFrame: 0, identifier: 1, substituteRemote: 2, extension: 3, remote: 4, reserved: 5, length: 6, data: 7, crc: 8,
  crcDelimiter: 9, ackSlot: 10, ackDelimiter: 11, endOfFrame: 12,
} as const

export interface FrameBitStream {
  /** Start of frame to end of frame, stuff bits included: 0 dominant, 1 recessive; the ACK slot as its transmitter sends it, 1. */
  readonly bits: Uint8Array
  /** 1 where the bit is a stuff bit. */
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
  /** The CRC-15. */
  readonly crc: number
}

const LARGEST = 160

class BitWriter {
  readonly bits: Uint8Array
  readonly stuffed: Uint8Array
  readonly field: Uint8Array
  count: number
  crc: number
  private run: number
  private last: number

  constructor() {
    this.bits = new Uint8Array(LARGEST)
    this.stuffed = new Uint8Array(LARGEST)
    this.field = new Uint8Array(LARGEST)
    this.count = 0
    this.crc = 0
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

/** Every bit of a classic frame (`fd` false, length 0–8). */
export function frameBitStream(frame: CanFrame): FrameBitStream {
  const writer = new BitWriter()
  const remote = frame.remote ? 1 : 0
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
  const arbitrationEnd = writer.count
  if (frame.extended) writer.stuffedField(BIT_FIELD.reserved, 0, 2)
  else {
    writer.stuffedField(BIT_FIELD.extension, 0, 1)
    writer.stuffedField(BIT_FIELD.reserved, 0, 1)
  }
  writer.stuffedField(BIT_FIELD.length, frame.length, 4)
  if (!frame.remote) for (let i = 0; i < frame.length; i++) writer.stuffedField(BIT_FIELD.data, frame.data[i], 8)
  const crc = writer.crc
  writer.stuffedField(BIT_FIELD.crc, crc, 15)
  const crcDelimiter = writer.count
  writer.fixedField(BIT_FIELD.crcDelimiter, 1)
  writer.fixedField(BIT_FIELD.ackSlot, 1)
  writer.fixedField(BIT_FIELD.ackDelimiter, 1)
  writer.fixedField(BIT_FIELD.endOfFrame, 7)
  const total = writer.count
  return {
    bits: writer.bits.subarray(0, total), stuffed: writer.stuffed.subarray(0, total), field: writer.field.subarray(0, total),
    arbitrationEnd, crcDelimiter, ackSlot: crcDelimiter + 1, endOfFrame: crcDelimiter + 3, crc,
  }
}
