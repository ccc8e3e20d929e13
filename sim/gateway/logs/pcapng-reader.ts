import type { LogReader, LogSink } from './log-io.ts'
import { BLOCK, BYTE_ORDER_MAGIC } from './pcapng.ts'
import { readInterface, readPacket, type CaptureInterface } from './pcapng-packet.ts'
import { RecordReader } from './socketcan-record.ts'

/** Blocks of packets are far shorter; longer ones of other kinds are skipped without being kept. */
export const LONGEST_BLOCK = 65_536
const HEAD_BYTES = 12
const SHORTEST_BLOCK = 12
const MOST_INTERFACES = 4096

/**
 * Reads a pcapng file block by block, both byte orders, several sections. Blocks that are none of ours are skipped, bad
 * ones counted by their cause; where lengths make no sense it searches on for the next section. Memory is bounded.
 */
export class PcapngReader implements LogReader {
  private readonly sink: LogSink
  private readonly buffer = new Uint8Array(2 * LONGEST_BLOCK)
  private readonly view = new DataView(this.buffer.buffer)
  private readonly records = new RecordReader()
  private readonly interfaces: CaptureInterface[] = []
  private used = 0
  /** Bytes of a block nobody wants that are still to come. */
  private toSkip = 0
  private inSection = false
  private littleEndian = true
  /** Searching for a section: nothing before it can be understood. */
  private lost = false
  private blocks = 0

  constructor(sink: LogSink) {
    this.sink = sink
  }

  push(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length;) {
      if (this.toSkip > 0) {
        const skipped = Math.min(this.toSkip, chunk.length - from)
        this.toSkip -= skipped
        from += skipped
        continue
      }
      const taken = Math.min(chunk.length - from, this.buffer.length - this.used)
      this.buffer.set(chunk.subarray(from, from + taken), this.used)
      this.used += taken
      from += taken
      this.drain()
    }
  }

  end(): void {
    if (this.lost) return
    if (this.used > 0 || this.toSkip > 0) {
      this.blocks++
      this.bad('truncated', 'the file ends in the middle of a block')
    }
    this.used = 0
    this.toSkip = 0
  }

  /** Takes whole blocks out of the buffer. Afterwards there is always room for more. */
  private drain(): void {
    let at = 0
    while (this.used - at >= HEAD_BYTES) {
      if (this.lost) {
        const end = this.used - HEAD_BYTES + 1
        at = this.section(at, end)
        this.lost = at === end
        continue
      }
      const length = this.blockLength(at)
      if (length === 0) {
        // Not the same four bytes again.
        at++
        continue
      }
      if (length > LONGEST_BLOCK) {
        this.blocks++
        if (this.isPacket(at)) this.bad('block-length', `a packet of ${length} bytes is no CAN frame`)
        const there = this.used - at
        this.toSkip = Math.max(0, length - there)
        at += Math.min(length, there)
        continue
      }
      if (length > this.used - at) break
      if (this.block(at, length)) at += length
      else {
        // Its length may be what is wrong with it, and then swallows what it should not.
        const end = at + length - HEAD_BYTES + 1
        const section = this.section(at + 1, end)
        at = section < end ? section : at + length
      }
    }
    this.buffer.copyWithin(0, at, this.used)
    this.used -= at
  }

  /** The total length of the block there; 0 = it is none, and we are lost. */
  private blockLength(at: number): number {
    if (this.view.getUint32(at, true) === BLOCK.section) {
      const little = this.view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC
      if (!little && this.view.getUint32(at + 8, false) !== BYTE_ORDER_MAGIC) return this.lose('byte-order', 'a section without byte order magic')
      this.littleEndian = little
    } else if (!this.inSection) return this.lose('no-section', 'it does not begin with a section header: no pcapng file')
    const length = this.view.getUint32(at + 4, this.littleEndian)
    return length >= SHORTEST_BLOCK && length % 4 === 0 ? length : this.lose('block-length', `a block has no length of ${length} bytes`)
  }

  private isPacket(at: number): boolean {
    const type = this.view.getUint32(at, this.littleEndian)
    return type === BLOCK.enhancedPacket || type === BLOCK.simplePacket || type === BLOCK.obsoletePacket
  }

  /** `false`: it is no block from end to end. */
  private block(at: number, length: number): boolean {
    this.blocks++
    if (this.view.getUint32(at + length - 4, this.littleEndian) !== length) {
      this.bad('block-length', 'the lengths at both ends of a block differ')
      return false
    }
    const type = this.view.getUint32(at, this.littleEndian)
    const body = new DataView(this.buffer.buffer, at + 8, length - SHORTEST_BLOCK)
    if (type === BLOCK.section) {
      this.inSection = true
      this.interfaces.length = 0
    } else if (type === BLOCK.interface) this.addInterface(body)
    else if (this.isPacket(at)) {
      const fault = readPacket(type, body, this.littleEndian, this.interfaces, this.records)
      if (fault === undefined) this.sink.onFrame(this.records.frame)
      else this.bad(fault.cause, fault.reason)
    }
    return true
  }

  private addInterface(body: DataView): void {
    if (this.interfaces.length === MOST_INTERFACES) return this.bad('interface', `more than ${MOST_INTERFACES} interfaces`)
    const made = readInterface(body, this.littleEndian, this.interfaces.length, this.records.buses)
    this.interfaces.push(made)
    if (made.fault !== undefined) this.bad(made.fault.cause, made.fault.reason)
  }

  private lose(cause: string, reason: string): 0 {
    this.blocks++
    this.bad(cause, reason)
    this.lost = true
    this.inSection = false
    return 0
  }

  /** The next place before `end` where a section may begin; `end`: there is none. */
  private section(from: number, end: number): number {
    for (let at = from; at < end; at++) {
      if (this.buffer[at] !== 0x0a || this.view.getUint32(at, true) !== BLOCK.section) continue
      if (this.view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC || this.view.getUint32(at + 8, false) === BYTE_ORDER_MAGIC) return at
    }
    return end
  }

  private bad(cause: string, reason: string): void {
    this.sink.onBadLine({ line: this.blocks, reason, cause, text: '' })
  }
}
