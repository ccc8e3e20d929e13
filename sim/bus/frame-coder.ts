import {
  type CanFrame, CLASSIC_DATA_BYTES, CRC15_POLYNOMIAL, CRC17_POLYNOMIAL, CRC17_START, CRC21_POLYNOMIAL, CRC21_START, createFrame,
  FD_CRC17_BYTES, FD_DATA_BYTES, FD_LENGTHS, fdLengthCode,
} from '#protocol/index.ts'

const STUFF_RUN = 5
const FIXED_STUFF_SPACING = 4
const STUFF_COUNT_BITS = 4
const CRC15_BITS = 15
const CRC17_BITS = 17
const CRC21_BITS = 21
const UNKNOWN = 1000
const DOMINANT = 0
const RECESSIVE = 1

/** Place of the bit that tells the format: FDF, in classic frames the first reserved bit. The next is `res` or the second one. */
const BASE_FORMAT = 14
const EXTENDED_FORMAT = 33
/** Bits from there to the length code: FDF, res, BRS, ESI; classic frames with 11 bits have one reserved bit, others two. */
const FD_CONTROL = 4

/**
 * A frame bit by bit (ISO 11898-1:2015, 10.4 and 10.5): what comes next when one is sent, and what the bits seen so far
 * say. Stuff bits and CRC follow the bus in both roles, so a transmitter that loses goes on as a receiver.
 */
export class FrameCoder {
  /** What the bits said so far; complete when `tail` ≥ 0. */
  readonly frame: CanFrame = createFrame(FD_DATA_BYTES)
  /** Place of the coming bit, stuff bits not counted: 0 = start of frame. */
  pos = 0
  /**
   * Place in the tail, which is not stuffed: CRC delimiter 0, ACK slot 1, ACK delimiter 2, end of frame 3–9. −1 before it.
   * Who samples the tail counts it up.
   */
  tail = -1
  /** Place of the first bit of the CRC field, once the length is known. */
  crcStart = UNKNOWN
  private crcEnd = UNKNOWN
  /** What is sent as ESI: the sender is error-passive. */
  private passive = false
  private runBit = DOMINANT
  private runLength = 0
  /** In the CRC field of an FD frame: a fixed stuff bit comes. */
  private fixedNext = false
  private stuffBits = 0
  private crc = 0
  private crc17 = 0
  private crc21 = 0
  private received = 0
  private receivedCount = 0

  /** `passive`: who sends is error-passive. */
  begin(passive: boolean): void {
    const frame = this.frame
    this.pos = 0
    this.tail = -1
    this.crcStart = UNKNOWN
    this.crcEnd = UNKNOWN
    this.passive = passive
    this.runLength = 0
    this.fixedNext = false
    this.stuffBits = 0
    this.crc = 0
    this.crc17 = CRC17_START
    this.crc21 = CRC21_START
    this.received = 0
    this.receivedCount = 0
    frame.id = 0
    frame.length = 0
    frame.fd = false
    frame.brs = false
  }

  /** Whether the coming bit is a stuff bit. */
  get atStuffBit(): boolean {
    return this.tail < 0 && (this.inFdCrc ? this.fixedNext : this.runLength === STUFF_RUN)
  }

  /** Whether stuff bits have fixed places now. */
  get inFdCrc(): boolean {
    return this.pos >= this.crcStart && this.frame.fd
  }

  /** Whether the coming bit is at the data rate. */
  get fast(): boolean {
    return this.frame.brs && this.tail <= 0
  }

  /** Whether the coming bit tells the format: recessive for FD. */
  get atFormatBit(): boolean {
    return this.pos === (this.frame.extended ? EXTENDED_FORMAT : BASE_FORMAT)
  }

  /** Whether the coming bit is `res` of an FD frame, which is dominant. */
  get atReservedBit(): boolean {
    return this.frame.fd && this.pos === (this.frame.extended ? EXTENDED_FORMAT : BASE_FORMAT) + 1
  }

  /** In the tail: whether the CRC was right. */
  get crcGood(): boolean {
    if (!this.frame.fd) return this.received === this.crc
    return this.received === this.fdCrc && this.receivedCount === this.stuffCount
  }

  /** The bit the transmitter sends next. */
  nextBit(frame: CanFrame): number {
    if (this.tail >= 0) return RECESSIVE
    if (this.atStuffBit) return 1 - this.runBit
    const pos = this.pos
    if (pos >= this.crcStart) return this.nextCrcBit(pos - this.crcStart)
    if (pos === 0) return DOMINANT
    if (frame.extended) {
      if (pos <= 11) return (frame.id >>> (29 - pos)) & 1
      if (pos <= 13) return RECESSIVE
      if (pos <= 31) return (frame.id >>> (31 - pos)) & 1
      if (pos === 32) return frame.remote ? 1 : 0
      return this.nextContentBit(frame, pos - EXTENDED_FORMAT, 2)
    }
    if (pos <= 11) return (frame.id >>> (11 - pos)) & 1
    if (pos === 12) return frame.remote ? 1 : 0
    if (pos === 13) return DOMINANT
    return this.nextContentBit(frame, pos - BASE_FORMAT, 1)
  }

  /** From the bit that tells the format on; a classic frame has `reserved` bits there. */
  private nextContentBit(frame: CanFrame, index: number, reserved: number): number {
    if (frame.fd) {
      if (index === 0) return RECESSIVE
      if (index === 1) return DOMINANT
      if (index === 2) return frame.brs ? 1 : 0
      if (index === 3) return this.passive ? 1 : 0
      return contentBit(frame, fdLengthCode(frame.length), index - FD_CONTROL)
    }
    return index < reserved ? DOMINANT : contentBit(frame, frame.length, index - reserved)
  }

  private nextCrcBit(index: number): number {
    if (!this.frame.fd) return (this.crc >> (14 - index)) & 1
    if (index < STUFF_COUNT_BITS) return (this.stuffCount >> (3 - index)) & 1
    return (this.fdCrc >> (this.crcEnd - this.crcStart - 1 - index)) & 1
  }

  /** Takes in a stuff bit; `false` if it is none, but an equal bit. */
  unstuff(bit: number): boolean {
    if (bit === this.runBit) return false
    this.runBit = bit
    this.runLength = 1
    if (this.inFdCrc) {
      this.fixedNext = false
      return true
    }
    this.stuffBits++
    this.addToFdCrc(bit)
    if (this.pos === this.crcEnd) this.tail = 0
    return true
  }

  /** Takes in a bit that is no stuff bit, up to the end of the CRC. */
  take(bit: number): void {
    if (bit === this.runBit && this.runLength > 0) this.runLength++
    else {
      this.runBit = bit
      this.runLength = 1
    }
    this.parse(bit)
    this.pos++
    if (this.inFdCrc) {
      this.fixedNext = (this.pos - this.crcStart) % FIXED_STUFF_SPACING === 0 && this.pos < this.crcEnd
      if (this.pos === this.crcEnd) this.tail = 0
    } else if (this.pos === this.crcEnd && this.runLength < STUFF_RUN) this.tail = 0
  }

  private parse(bit: number): void {
    const pos = this.pos
    if (pos >= this.crcStart) return this.parseCrc(bit, pos - this.crcStart)
    this.crc = (this.crc << 1) ^ (((this.crc >> 14) ^ bit) === 1 ? CRC15_POLYNOMIAL : 0)
    this.crc &= 0x7fff
    this.addToFdCrc(bit)
    const frame = this.frame
    if (pos === 0) return
    if (pos <= 11) frame.id = (frame.id << 1) | bit
    else if (pos === 12) frame.remote = bit === 1
    else if (pos === 13) frame.extended = bit === 1
    else if (!frame.extended) this.parseControl(bit, pos - BASE_FORMAT, 1)
    else if (pos <= 31) frame.id = (frame.id << 1) | bit
    else if (pos === 32) frame.remote = bit === 1
    else this.parseControl(bit, pos - EXTENDED_FORMAT, 2)
  }

  private parseControl(bit: number, index: number, reserved: number): void {
    const frame = this.frame
    if (index === 0) {
      frame.fd = bit === 1
      if (frame.fd) frame.remote = false
    } else if (frame.fd) {
      if (index === 2) frame.brs = bit === 1
      if (index >= FD_CONTROL) this.parseContent(bit, index - FD_CONTROL)
    } else if (index >= reserved) this.parseContent(bit, index - reserved)
  }

  /** Length code and data; `index` counts from the first bit of the length code. */
  private parseContent(bit: number, index: number): void {
    const frame = this.frame
    if (index >= 4) {
      const at = (index - 4) >> 3
      frame.data[at] = (frame.data[at]! << 1) | bit
      return
    }
    frame.length = (frame.length << 1) | bit
    if (index < 3) return
    if (frame.fd) frame.length = FD_LENGTHS[frame.length]!
    else if (frame.length > CLASSIC_DATA_BYTES) frame.length = CLASSIC_DATA_BYTES
    this.crcStart = this.pos + 1 + (frame.remote ? 0 : 8 * frame.length)
    this.crcEnd = this.crcStart + (frame.fd ? STUFF_COUNT_BITS + (this.isLong ? CRC21_BITS : CRC17_BITS) : CRC15_BITS)
  }

  private parseCrc(bit: number, index: number): void {
    if (this.frame.fd && index < STUFF_COUNT_BITS) {
      this.receivedCount = (this.receivedCount << 1) | bit
      this.addToFdCrc(bit)
    } else this.received = (this.received << 1) | bit
  }

  /** Stuff bits up to the end of the data are part of the CRCs of FD frames, and the stuff count is. */
  private addToFdCrc(bit: number): void {
    this.crc17 = ((this.crc17 << 1) & 0x1ffff) ^ (((this.crc17 >> 16) ^ bit) === 1 ? CRC17_POLYNOMIAL : 0)
    this.crc21 = ((this.crc21 << 1) & 0x1fffff) ^ (((this.crc21 >> 20) ^ bit) === 1 ? CRC21_POLYNOMIAL : 0)
  }

  private get isLong(): boolean {
    return this.frame.length > FD_CRC17_BYTES
  }

  private get fdCrc(): number {
    return this.isLong ? this.crc21 : this.crc17
  }

  /** Stuff bits modulo 8 in Gray code, and a bit that makes the parity even. */
  private get stuffCount(): number {
    const count = this.stuffBits & 7
    const gray = count ^ (count >> 1)
    return (gray << 1) | ((gray ^ (gray >> 1) ^ (gray >> 2)) & 1)
  }
}

/** Bit `index` of length code and data. */
function contentBit(frame: CanFrame, code: number, index: number): number {
  if (index < 4) return (code >> (3 - index)) & 1
  return (frame.data[(index - 4) >> 3]! >> (7 - ((index - 4) & 7))) & 1
}
