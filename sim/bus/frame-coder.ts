import { CRC15_POLYNOMIAL } from '#protocol/frame-bits.ts'
import { CLASSIC_DATA_BYTES, createFrame, type CanFrame } from '#protocol/frame.ts'

const STUFF_RUN = 5
const CRC_BITS = 15
const UNKNOWN = 1000
const DOMINANT = 0
const RECESSIVE = 1

/**
 * A classic frame bit by bit (ISO 11898-1:2015, 10.4 and 10.5): what comes next when one is sent, and what the bits seen
 * so far say. Stuff bits and CRC follow the bus in both roles, so a transmitter that loses goes on as a receiver.
 */
export class FrameCoder {
  /** What the bits said so far; complete when `tail` ≥ 0. */
  readonly frame: CanFrame = createFrame(CLASSIC_DATA_BYTES)
  /** Place of the coming bit, stuff bits not counted: 0 = start of frame. */
  pos = 0
  /**
   * Place in the tail, which is not stuffed: CRC delimiter 0, ACK slot 1, ACK delimiter 2, end of frame 3–9. −1 before it.
   * Who samples the tail counts it up.
   */
  tail = -1
  /** Place of the first CRC bit, once the length is known. */
  crcStart = UNKNOWN
  private runBit = DOMINANT
  private runLength = 0
  private crc = 0
  private receivedCrc = 0

  begin(): void {
    this.pos = 0
    this.tail = -1
    this.crcStart = UNKNOWN
    this.runLength = 0
    this.crc = 0
    this.receivedCrc = 0
    this.frame.id = 0
    this.frame.length = 0
  }

  /** Whether the coming bit is a stuff bit. */
  get atStuffBit(): boolean {
    return this.tail < 0 && this.runLength === STUFF_RUN
  }

  /** In the tail: whether the CRC was right. */
  get crcGood(): boolean {
    return this.receivedCrc === this.crc
  }

  /** The bit the transmitter sends next. */
  nextBit(frame: CanFrame): number {
    if (this.tail >= 0) return RECESSIVE
    if (this.runLength === STUFF_RUN) return 1 - this.runBit
    const pos = this.pos
    if (pos >= this.crcStart) return (this.crc >> (14 - pos + this.crcStart)) & 1
    if (pos === 0) return DOMINANT
    if (frame.extended) {
      if (pos <= 11) return (frame.id >>> (29 - pos)) & 1
      if (pos <= 13) return RECESSIVE
      if (pos <= 31) return (frame.id >>> (31 - pos)) & 1
      if (pos === 32) return frame.remote ? 1 : 0
      if (pos <= 34) return DOMINANT
      if (pos <= 38) return (frame.length >> (38 - pos)) & 1
      return dataBit(frame, pos - 39)
    }
    if (pos <= 11) return (frame.id >>> (11 - pos)) & 1
    if (pos === 12) return frame.remote ? 1 : 0
    if (pos <= 14) return DOMINANT
    if (pos <= 18) return (frame.length >> (18 - pos)) & 1
    return dataBit(frame, pos - 19)
  }

  /** Takes in a stuff bit; `false` if it is none, but a sixth equal bit. */
  unstuff(bit: number): boolean {
    if (bit === this.runBit) return false
    this.runBit = bit
    this.runLength = 1
    if (this.pos === this.crcStart + CRC_BITS) this.tail = 0
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
    if (this.pos === this.crcStart + CRC_BITS && this.runLength < STUFF_RUN) this.tail = 0
  }

  private parse(bit: number): void {
    const pos = this.pos
    if (pos >= this.crcStart) {
      this.receivedCrc = (this.receivedCrc << 1) | bit
      return
    }
    this.crc = (this.crc << 1) ^ (((this.crc >> 14) ^ bit) === 1 ? CRC15_POLYNOMIAL : 0)
    this.crc &= 0x7fff
    const frame = this.frame
    if (pos === 0) return
    if (pos <= 11) frame.id = (frame.id << 1) | bit
    else if (pos === 12) frame.remote = bit === 1
    else if (pos === 13) frame.extended = bit === 1
    else if (!frame.extended) {
      if (pos >= 15) this.parseContent(bit, pos - 15)
    } else if (pos <= 31) frame.id = (frame.id << 1) | bit
    else if (pos === 32) frame.remote = bit === 1
    else if (pos >= 35) this.parseContent(bit, pos - 35)
  }

  /** Length code and data; `index` counts from the first bit of the length code. */
  private parseContent(bit: number, index: number): void {
    const frame = this.frame
    if (index < 4) {
      frame.length = (frame.length << 1) | bit
      if (index < 3) return
      if (frame.length > CLASSIC_DATA_BYTES) frame.length = CLASSIC_DATA_BYTES
      this.crcStart = this.pos + 1 + (frame.remote ? 0 : 8 * frame.length)
      return
    }
    const at = (index - 4) >> 3
    frame.data[at] = (frame.data[at] << 1) | bit
  }
}

function dataBit(frame: CanFrame, index: number): number {
  return (frame.data[index >> 3] >> (7 - (index & 7))) & 1
}
