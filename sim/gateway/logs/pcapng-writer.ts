import type { LinkFrame } from '../link.ts'
import { BusNames } from './bus-names.ts'
import { putLatin1 } from './bytes.ts'
import type { LogWriter } from './log-io.ts'
import { type LogDetails, LONGEST_PIECE, nanosecondWords, shownTime } from './log-frame.ts'
import { BLOCK, BYTE_ORDER_MAGIC, NANOSECONDS, OPTION, PACKET_DIRECTION } from './pcapng.ts'
import { LINK_TYPE, putCanFrame, recordBytes } from './socketcan-record.ts'

const USER_APPLICATION = 'spine'

/**
 * Writes a pcapng file, little-endian, times in nanoseconds: a section, an interface with its name (`spine0`,
 * `spine1`… where it has none) in front of the first frame of each bus, an enhanced packet block a frame.
 */
export class PcapngWriter implements LogWriter {
  private readonly bytes = new Uint8Array(LONGEST_PIECE)
  private readonly view = new DataView(this.bytes.buffer)
  private used = 0
  private begun = false
  private interfaces = 0
  private readonly names = new BusNames()
  /** Interface of each bus, counted from 1; 0 = none yet. */
  private readonly interfaceOfBus = new Uint16Array(256)

  frame(frame: LinkFrame, details: Readonly<LogDetails>): Uint8Array {
    this.used = 0
    this.section()
    if (this.interfaceOfBus[frame.bus] === 0) this.interface(frame.bus, details.name)
    this.packet(frame, details)
    return this.bytes.subarray(0, this.used)
  }

  end(): Uint8Array {
    this.used = 0
    this.section()
    return this.bytes.subarray(0, this.used)
  }

  private section(): void {
    if (this.begun) return
    this.begun = true
    const start = this.open(BLOCK.section)
    this.word(BYTE_ORDER_MAGIC)
    this.short(1)
    this.short(0)
    // The section's length is not known ahead.
    this.word(0xffff_ffff)
    this.word(0xffff_ffff)
    this.option(OPTION.userApplication, USER_APPLICATION)
    this.close(start)
  }

  private interface(bus: number, name: string): void {
    this.interfaceOfBus[bus] = ++this.interfaces
    const start = this.open(BLOCK.interface)
    this.short(LINK_TYPE.can)
    this.short(0)
    this.word(0)
    this.option(OPTION.interfaceName, this.names.of(bus, name))
    this.option(OPTION.timeResolution, String.fromCharCode(NANOSECONDS))
    this.close(start)
  }

  private packet(frame: LinkFrame, details: Readonly<LogDetails>): void {
    const start = this.open(BLOCK.enhancedPacket)
    const { seconds, nanos } = shownTime(frame.timestamp_ns)
    const { high, low } = nanosecondWords(seconds, nanos)
    this.word(this.interfaceOfBus[frame.bus]! - 1)
    this.word(high)
    this.word(low)
    const bytes = recordBytes(frame)
    this.word(bytes)
    this.word(bytes)
    putCanFrame(frame, details, this.view, this.used, false)
    this.used += bytes
    this.pad()
    this.short(OPTION.packetFlags)
    this.short(4)
    this.word(details.direction === '' ? PACKET_DIRECTION.unknown : PACKET_DIRECTION[details.direction])
    this.close(start)
  }

  private open(type: number): number {
    const start = this.used
    this.word(type)
    this.word(0)
    return start
  }

  /** Ends the options and the block, and writes its length at both ends. */
  private close(start: number): void {
    this.word(OPTION.end)
    const length = this.used + 4 - start
    this.view.setUint32(start + 4, length, true)
    this.word(length)
  }

  private option(code: number, text: string): void {
    this.short(code)
    this.short(text.length)
    this.used = putLatin1(text, this.bytes, this.used)
    this.pad()
  }

  private pad(): void {
    while (this.used % 4 !== 0) this.bytes[this.used++] = 0
  }

  private word(value: number): void {
    this.view.setUint32(this.used, value, true)
    this.used += 4
  }

  private short(value: number): void {
    this.view.setUint16(this.used, value, true)
    this.used += 2
  }
}
