import type { LinkFrame } from '../link.ts'
import type { LogReader, LogSink, LogWriter } from './log-io.ts'
import { type FrameFault, type LogDetails, LONGEST_PIECE, shownTime, timeFault, VIRTUAL_BELOW_ns } from './log-frame.ts'
import { COOKED2_BYTES, LINK_TYPE, putCanFrame, putCooked2, recordBytes, RecordReader } from './socketcan-record.ts'

/**
 * The classic capture file of libpcap: a head of 24 bytes, then records with seconds, a fraction (µs or ns, told by the
 * magic number), captured and original length. Source: pcap-savefile(5).
 */

/** The first four bytes of a file, big-endian: byte order of its head, and what its fractions of seconds are. */
const MAGICS: ReadonlyMap<number, { readonly little: boolean, readonly fraction_ns: number }> = new Map([
  [0xa1b2_c3d4, { little: false, fraction_ns: 1000 }], [0xd4c3_b2a1, { little: true, fraction_ns: 1000 }],
  [0xa1b2_3c4d, { little: false, fraction_ns: 1 }], [0x4d3c_b2a1, { little: true, fraction_ns: 1 }],
])
const MAGIC_us = 0xa1b2_c3d4
const MAGIC_ns = 0xa1b2_3c4d
const VERSION = { major: 2, minor: 4 } as const
const HEAD_BYTES = 24
const RECORD_HEAD_BYTES = 16
/** What libpcap calls the largest possible snapshot; a longer record is a wrong length. */
const LONGEST_RECORD = 262_144
/** Of longer records the beginning is enough to see that they are no frames. */
const KEPT_BYTES = 4096

/** Whether a file that begins with these four bytes (big-endian) is one. */
export function isPcapMagic(word: number): boolean {
  return MAGICS.has(word)
}

/** Reads record by record, all four magic numbers. Memory is bounded. */
export class PcapReader implements LogReader {
  private readonly sink: LogSink
  private readonly records = new RecordReader()
  private readonly buffer = new Uint8Array(RECORD_HEAD_BYTES + KEPT_BYTES)
  private readonly view = new DataView(this.buffer.buffer)
  private used = 0
  private toSkip = 0
  private little = true
  private fraction_ns = 1
  private linkType = -1
  private begun = false
  /** No record's place is known any more: there is nothing to find it again by. */
  private lost = false
  private blocks = 0

  constructor(sink: LogSink) {
    this.sink = sink
  }

  push(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length && !this.lost;) {
      if (this.toSkip > 0) {
        const skipped = Math.min(this.toSkip, chunk.length - from)
        this.toSkip -= skipped
        from += skipped
        continue
      }
      const wanted = this.wanted()
      const taken = Math.min(chunk.length - from, wanted - this.used)
      this.buffer.set(chunk.subarray(from, from + taken), this.used)
      this.used += taken
      from += taken
      if (this.used === wanted && this.used === this.wanted()) this.take()
    }
  }

  end(): void {
    if (!this.lost && (this.used > 0 || this.toSkip > 0)) this.bad({ cause: 'truncated', reason: 'the file ends in the middle of a record' })
    this.used = this.toSkip = 0
  }

  /** Bytes of what is being gathered: the head, a record's head, or the record with its head. */
  private wanted(): number {
    if (!this.begun) return HEAD_BYTES
    if (this.used < RECORD_HEAD_BYTES) return RECORD_HEAD_BYTES
    const captured = this.view.getUint32(8, this.little)
    return captured > LONGEST_RECORD ? RECORD_HEAD_BYTES : RECORD_HEAD_BYTES + Math.min(captured, KEPT_BYTES)
  }

  private take(): void {
    this.used = 0
    if (!this.begun) return this.head()
    const captured = this.view.getUint32(8, this.little)
    if (captured > LONGEST_RECORD) {
      this.lost = true
      return this.bad({ cause: 'block-length', reason: `a record has no length of ${captured} bytes; what follows cannot be read` })
    }
    this.toSkip = captured - Math.min(captured, KEPT_BYTES)
    const { frame } = this.records
    frame.timestamp_ns = this.view.getUint32(0, this.little) * 1e9 + this.view.getUint32(4, this.little) * this.fraction_ns
    const kept = Math.min(captured, KEPT_BYTES)
    const fault = this.records.read(this.linkType, this.view, RECORD_HEAD_BYTES, kept, this.little) ?? timeFault(frame.timestamp_ns)
    if (fault !== undefined) return this.bad(fault)
    this.blocks++
    this.sink.onFrame(frame)
  }

  private head(): void {
    const magic = MAGICS.get(this.view.getUint32(0, false))
    if (magic === undefined) {
      this.lost = true
      return this.bad({ cause: 'no-capture', reason: 'it begins with no magic number of a pcap or pcapng file' })
    }
    this.begun = true
    this.little = magic.little
    this.fraction_ns = magic.fraction_ns
    // The upper bits tell of checksums at the ends of packets.
    this.linkType = this.view.getUint32(20, this.little) & 0xffff
    this.records.frame.bus = Math.max(0, this.linkType === LINK_TYPE.cooked2 ? 0 : this.records.buses.of(0))
  }

  private bad({ cause, reason }: FrameFault): void {
    this.blocks++
    this.sink.onBadLine({ line: this.blocks, reason, cause, text: '' })
  }
}

/**
 * Writes a capture of all interfaces (link type 276), as `tcpdump -i any` does, since only that tells buses and directions
 * apart: bus 0 is interface 1. Little-endian, in µs; in ns what begins at 0.
 */
export class PcapWriter implements LogWriter {
  private readonly bytes = new Uint8Array(LONGEST_PIECE)
  private readonly view = new DataView(this.bytes.buffer)
  private fraction_ns = 0

  frame(frame: LinkFrame, details: Readonly<LogDetails>): Uint8Array {
    const at = this.fraction_ns === 0 ? this.head(frame.timestamp_ns < VIRTUAL_BELOW_ns) : 0
    const { seconds, nanos } = shownTime(frame.timestamp_ns)
    const parts = Math.round(nanos / this.fraction_ns)
    const carry = parts * this.fraction_ns >= 1e9
    const length = COOKED2_BYTES + recordBytes(frame)
    this.view.setUint32(at, carry ? seconds + 1 : seconds, true)
    this.view.setUint32(at + 4, carry ? 0 : parts, true)
    this.view.setUint32(at + 8, length, true)
    this.view.setUint32(at + 12, length, true)
    putCooked2(frame, details.direction === 'sent', frame.bus + 1, this.view, at + RECORD_HEAD_BYTES)
    putCanFrame(frame, details, this.view, at + RECORD_HEAD_BYTES + COOKED2_BYTES, true)
    return this.bytes.subarray(0, at + RECORD_HEAD_BYTES + length)
  }

  end(): Uint8Array {
    return this.bytes.subarray(0, this.fraction_ns === 0 ? this.head(true) : 0)
  }

  private head(nanoseconds: boolean): number {
    this.fraction_ns = nanoseconds ? 1 : 1000
    this.view.setUint32(0, nanoseconds ? MAGIC_ns : MAGIC_us, true)
    this.view.setUint16(4, VERSION.major, true)
    this.view.setUint16(6, VERSION.minor, true)
    this.view.setUint32(8, 0, true)
    this.view.setUint32(12, 0, true)
    this.view.setUint32(16, LONGEST_RECORD, true)
    this.view.setUint32(20, LINK_TYPE.cooked2, true)
    return HEAD_BYTES
  }
}
