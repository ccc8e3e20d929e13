import type { LinkFrame } from '../link.ts'
import type { LogWriter } from './format.ts'
import { type Direction, LONGEST_PIECE } from './log-frame.ts'
import {
  BLOCK, BYTE_ORDER_MAGIC, CAN_FLAGS, CAN_HEADER_BYTES, CAN_WORD, LINKTYPE_CAN_SOCKETCAN, NANOSECONDS, OPTION, PACKET_DIRECTION,
} from './pcapng.ts'

const WORD = 0x1_0000_0000
const USER_APPLICATION = 'spine'

/**
 * Writes a pcapng file, little-endian, times in nanoseconds: a section, an interface `spine0`, `spine1`… in front of the
 * first frame of each bus, an enhanced packet block a frame. Nothing is allocated per frame but the view of the piece.
 */
export class PcapngWriter implements LogWriter {
  private readonly bytes = new Uint8Array(LONGEST_PIECE)
  private readonly view = new DataView(this.bytes.buffer)
  private used = 0
  private begun = false
  private interfaces = 0
  /** Interface of each bus, counted from 1; 0 = none yet. */
  private readonly interfaceOfBus = new Uint16Array(256)

  frame(frame: LinkFrame, direction: Direction): Uint8Array {
    this.used = 0
    this.section()
    if (this.interfaceOfBus[frame.bus] === 0) this.interface(frame.bus)
    this.packet(frame, direction)
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

  private interface(bus: number): void {
    this.interfaceOfBus[bus] = ++this.interfaces
    const start = this.open(BLOCK.interface)
    this.short(LINKTYPE_CAN_SOCKETCAN)
    this.short(0)
    this.word(0)
    this.option(OPTION.interfaceName, `spine${bus}`)
    this.option(OPTION.timeResolution, String.fromCharCode(NANOSECONDS))
    this.close(start)
  }

  private packet(frame: LinkFrame, direction: Direction): void {
    const start = this.open(BLOCK.enhancedPacket)
    const time_ns = Math.max(0, frame.timestamp_ns)
    const high = Math.floor(time_ns / WORD)
    this.word(this.interfaceOfBus[frame.bus]! - 1)
    this.word(high)
    this.word(time_ns - high * WORD)
    const bytes = CAN_HEADER_BYTES + (frame.remote ? 0 : frame.length)
    this.word(bytes)
    this.word(bytes)
    this.canFrame(frame)
    this.short(OPTION.packetFlags)
    this.short(4)
    this.word(direction === '' ? PACKET_DIRECTION.unknown : PACKET_DIRECTION[direction])
    this.close(start)
  }

  private canFrame(frame: LinkFrame): void {
    const kind = (frame.extended ? CAN_WORD.extended : 0) + (frame.remote ? CAN_WORD.remote : 0) + (frame.error ? CAN_WORD.error : 0)
    this.view.setUint32(this.used, frame.id + kind, false)
    this.used += 4
    this.bytes[this.used++] = frame.length
    this.bytes[this.used++] = frame.fd ? CAN_FLAGS.fd | (frame.brs ? CAN_FLAGS.brs : 0) : 0
    this.short(0)
    const length = frame.remote ? 0 : frame.length
    for (let i = 0; i < length; i++) this.bytes[this.used++] = frame.data[i]!
    this.pad()
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
    for (let i = 0; i < text.length; i++) this.bytes[this.used++] = text.charCodeAt(i)
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
