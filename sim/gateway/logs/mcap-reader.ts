import { crc32 } from '@foxglove/crc'
import { BusNumbers } from './bus-names.ts'
import { createLogFrame, timeFault, TRUNCATED } from './log-frame.ts'
import type { LogReader, LogSink } from './log-io.ts'
import { PROTOBUF } from './mcap.ts'
import { LoggedFrameDecoder } from './mcap-frame.ts'
import { LOGGED_FRAME, schemaName } from './mcap-schema.ts'
import { unpack, unpackPart } from './unpack.ts'

/** The first bytes of a file, and the kinds of record that are looked at: the package would come whole for them. */
const MAGIC = Uint8Array.of(0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a)
const OPCODE = { footer: 2, schema: 3, channel: 4, message: 5, chunk: 6 } as const
const RECORD_HEAD_BYTES = 9
const MESSAGE_HEAD_BYTES = 22
/** Where in a message its time is. */
const TIME_AT = 6
const CHUNK_HEAD_BYTES = 40
const LONGEST_CHUNK = 1 << 24
const FIRST_BYTES = 1 << 16
const WORD = 0x1_0000_0000
const MOST_CHANNELS = 1 << 16
const FRAME_SCHEMA = schemaName(LOGGED_FRAME)
/** The longest of each kind of record that is kept; all others are skipped. Other writers' chunks have 1 to 4 MiB. */
const KEPT_BYTES: Readonly<Partial<Record<number, number>>> = {
  [OPCODE.schema]: 1 << 20, [OPCODE.channel]: 1 << 20, [OPCODE.message]: 1 << 16, [OPCODE.chunk]: LONGEST_CHUNK,
}
const TEXT = new TextDecoder('latin1')

/**
 * Reads the frames of recordings that have messages `spine.LoggedFrame`, in the order of the file; other messages are
 * skipped. Memory is bounded: one chunk.
 */
export class McapReader implements LogReader {
  private readonly sink: LogSink
  private readonly frame = createLogFrame()
  private readonly decoder = new LoggedFrameDecoder(new BusNumbers())
  private readonly frameSchemas = new Set<number>()
  /** By channel: 1 where its messages are frames. */
  private readonly isFrame = new Uint8Array(MOST_CHANNELS)
  private hasFrames = false
  private held = new Uint8Array(FIRST_BYTES)
  private used = 0
  private needed = MAGIC.length
  private toSkip = 0
  private state: 'magic' | 'head' | 'body' | 'ended' | 'refused' = 'magic'
  private records = 0
  private bytes = 0
  private packed = { chunks: 0, how: '', missing: '' }

  constructor(sink: LogSink) {
    this.sink = sink
  }

  push(chunk: Uint8Array): void {
    this.bytes += chunk.length
    for (let at = 0; at < chunk.length && this.state !== 'refused' && (this.state !== 'ended' || this.toSkip > 0);) {
      const skipped = Math.min(this.toSkip, chunk.length - at)
      this.toSkip -= skipped
      at += skipped
      if (this.state === 'ended') return
      const taken = Math.min(this.needed - this.used, chunk.length - at)
      this.keep(chunk, at, taken)
      at += taken
      while (this.used === this.needed && this.toSkip === 0) if (!this.step()) break
    }
  }

  end(): void {
    const { state, packed, bytes } = this
    if (bytes === 0 || state === 'refused') return
    if (state === 'magic') return void this.refuse()
    if (state === 'body' && this.held[0] === OPCODE.chunk) {
      this.records++
      this.cutChunk(new DataView(this.held.buffer, RECORD_HEAD_BYTES, this.used - RECORD_HEAD_BYTES))
    }
    if (packed.chunks > 0 && (this.hasFrames || state !== 'ended')) {
      this.tell('packing', `${packed.chunks} chunks are packed (${packed.how}), which is not supported${packed.missing}: mcap decompress unpacks them`)
    }
    if (state !== 'ended') this.tell(TRUNCATED, 'the file ends before its footer: its last frames may be missing')
    else if (this.toSkip > 0) this.tell(TRUNCATED, 'the file ends in the middle of its footer')
    else if (!this.hasFrames) {
      this.tell('no-frames', `it has no messages ${FRAME_SCHEMA}: of MCAP files only those with CAN frames as spine writes them are read`)
    }
  }

  /** Only as much as has come is kept room for, whatever a length says. */
  private keep(chunk: Uint8Array, at: number, length: number): void {
    const end = this.used + length
    if (end > this.held.length) {
      const longer = new Uint8Array(Math.max(end, 2 * this.held.length))
      longer.set(this.held.subarray(0, this.used))
      this.held = longer
    }
    this.held.set(chunk.subarray(at, at + length), this.used)
    this.used = end
  }

  /** What was needed is there. Answers whether to go on. */
  private step(): boolean {
    if (this.state === 'magic') {
      if (!MAGIC.every((byte, n) => this.held[n] === byte)) return this.refuse()
      this.next()
      return false
    }
    if (this.state === 'body') {
      this.record(this.held, 0, this.used)
      this.next()
      return false
    }
    return this.head()
  }

  private next(): void {
    this.state = 'head'
    this.used = 0
    this.needed = RECORD_HEAD_BYTES
  }

  private head(): boolean {
    const opcode: number = this.held[0]!
    const length = wordsAt(new DataView(this.held.buffer), 1)
    const most = KEPT_BYTES[opcode] ?? 0
    if (length <= most) {
      this.state = 'body'
      this.needed = RECORD_HEAD_BYTES + length
      return true
    }
    this.records++
    if (most > 0) this.tell('too-long', `a record of ${length} bytes is skipped`)
    this.next()
    this.toSkip = length
    if (opcode === OPCODE.footer) {
      this.state = 'ended'
      this.toSkip += MAGIC.length
    }
    return false
  }

  private refuse(): false {
    this.state = 'refused'
    this.tell('no-mcap', 'it does not begin with the magic bytes of an MCAP file')
    return false
  }

  /** A whole record with its head. */
  private record(bytes: Uint8Array, start: number, end: number): void {
    this.records++
    const opcode: number = bytes[start]!
    const body = start + RECORD_HEAD_BYTES
    if (opcode === OPCODE.message) return this.message(bytes, body, end)
    const view = new DataView(bytes.buffer, bytes.byteOffset + body, end - body)
    switch (opcode) {
      case OPCODE.schema: return this.schema(view)
      case OPCODE.channel: return this.channel(view)
      case OPCODE.chunk: return this.chunk(view)
    }
  }

  private schema(view: DataView): void {
    const name = textAt(view, 2)
    const encoding = name && textAt(view, name.end)
    if (encoding === undefined) return this.tell('short-record', 'a schema ends before its end')
    const isFrame = name?.text === FRAME_SCHEMA && encoding.text === PROTOBUF
    this.frameSchemas[isFrame ? 'add' : 'delete'](view.getUint16(0, true))
  }

  private channel(view: DataView): void {
    const topic = textAt(view, 4)
    const encoding = topic && textAt(view, topic.end)
    if (encoding === undefined) return this.tell('short-record', 'a channel ends before its end')
    const isFrame = this.frameSchemas.has(view.getUint16(2, true)) && encoding.text === PROTOBUF
    this.isFrame[view.getUint16(0, true)] = isFrame ? 1 : 0
    this.hasFrames ||= isFrame
  }

  private message(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < MESSAGE_HEAD_BYTES) return this.tell('short-record', `a message of ${end - start} bytes`)
    if (this.isFrame[bytes[start]! | bytes[start + 1]! << 8] === 0) return
    const { frame } = this
    const time_ns = longAt(bytes, start + TIME_AT)
    const fault = this.decoder.read(bytes, start + MESSAGE_HEAD_BYTES, end, frame) ?? timeFault(time_ns)
    if (fault !== undefined) return this.tell(fault.cause, fault.reason)
    frame.timestamp_ns = time_ns
    this.sink.onFrame(frame)
  }

  private chunk(view: DataView): void {
    const head = chunkHead(view)
    if (head === undefined || head.start + head.packedSize > view.byteLength) return this.tell('short-record', 'a chunk ends before its end')
    const { size, start, packedSize, how } = head
    if (size > LONGEST_CHUNK) return this.tell('too-long', `a chunk of ${size} bytes is skipped`)
    const unpacked = unpack(how, new Uint8Array(view.buffer, view.byteOffset + start, packedSize), size)
    if (unpacked === undefined) return this.tell('unpacking', 'a chunk is skipped: what it holds cannot be unpacked')
    if ('missing' in unpacked) {
      this.packed.chunks++
      this.packed.how ||= how.slice(0, 8)
      this.packed.missing ||= unpacked.missing
      return
    }
    const { bytes } = unpacked
    const checksum = view.getUint32(24, true)
    if (checksum !== 0 && crc32(bytes) !== checksum) return this.tell('checksum', 'a chunk is skipped: its checksum is wrong')
    if (!this.all(bytes)) this.tell('short-record', 'a record ends behind its chunk')
  }

  /** The whole records that are in what is there of the last chunk; its checksum would be that of all of it. */
  private cutChunk(view: DataView): void {
    const head = chunkHead(view)
    if (head === undefined || head.size > LONGEST_CHUNK) return
    this.all(unpackPart(head.how, new Uint8Array(view.buffer, view.byteOffset + head.start, view.byteLength - head.start), head.size))
  }

  /** The records of a chunk; whether the last ends with it. */
  private all(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length;) {
      const body = at + RECORD_HEAD_BYTES
      const end = body <= bytes.length ? body + longAt(bytes, at + 1) : Infinity
      if (end > bytes.length) return false
      if (bytes[at] !== OPCODE.chunk) this.record(bytes, at, end)
      at = end
    }
    return true
  }

  private tell(cause: string, reason: string): void {
    this.sink.onBadLine({ line: Math.max(1, this.records), cause, reason, text: '' })
  }
}

/** A 64-bit number, rounded where a JavaScript number has not so many digits. */
function wordsAt(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * WORD + view.getUint32(at, true)
}

/** The same out of bytes: a DataView for each record would be most of the work. */
function longAt(bytes: Uint8Array, at: number): number {
  const low = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24
  const high = bytes[at + 4]! | bytes[at + 5]! << 8 | bytes[at + 6]! << 16 | bytes[at + 7]! << 24
  return (high >>> 0) * WORD + (low >>> 0)
}

/** Where in a chunk its records are, and how they are packed; undefined: it ends before them. */
function chunkHead(view: DataView): { size: number, how: string, start: number, packedSize: number } | undefined {
  const compression = view.byteLength < CHUNK_HEAD_BYTES ? undefined : textAt(view, 28)
  if (compression === undefined || compression.end + 8 > view.byteLength) return undefined
  return { size: wordsAt(view, 16), how: compression.text, start: compression.end + 8, packedSize: wordsAt(view, compression.end) }
}

/** A text behind its length; undefined: it is longer than the record. */
function textAt(view: DataView, at: number): { text: string, end: number } | undefined {
  if (at + 4 > view.byteLength) return undefined
  const end = at + 4 + view.getUint32(at, true)
  if (end > view.byteLength) return undefined
  return { text: TEXT.decode(new Uint8Array(view.buffer, view.byteOffset + at + 4, end - at - 4)), end }
}
