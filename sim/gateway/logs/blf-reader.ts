import { BASE_HEAD_BYTES, FILE_HEAD_BYTES, FILE_MAGIC, OBJECT, OBJECT_MAGIC, PACKING } from './blf.ts'
import { isFrameObject, readFrameObject, type LogStart } from './blf-object.ts'
import type { LogReader, LogSink } from './log-io.ts'
import { createLogFrame, TRUNCATED } from './log-frame.ts'
import { inflate, inflatePart } from './zlib.ts'

/** Vector's own containers hold 128 KiB; longer ones than this are skipped without being kept. */
const LONGEST_CONTAINER = 1 << 22
const CONTAINER_HEAD_BYTES = 32
/** Frames are far shorter; longer objects are skipped. */
const LONGEST_OBJECT = 1024
const FIRST_BYTES = 1 << 14
/** Objects begin at most this many bytes behind the end of the one before. */
const MOST_PADDING = 8

/** Reads object by object, packed or not. Objects that are no frames are skipped. Memory is bounded. */
export class BlfReader implements LogReader {
  private readonly sink: LogSink
  private readonly outer: ObjectStream
  private readonly inner: ObjectStream
  private readonly frame = createLogFrame()
  private start: LogStart = { seconds: 0, nanos: 0 }
  private head: Uint8Array | undefined = new Uint8Array(FILE_HEAD_BYTES)
  private used = 0
  private lost = false
  private blocks = 0

  constructor(sink: LogSink) {
    this.sink = sink
    const onLost = (): void => this.bad('no-object', 'no object begins where one should; the next is searched')
    const object = (view: DataView, at: number, size: number, type: number): void => this.object(view, at, size, type)
    this.inner = new ObjectStream(type => isFrameObject(type) ? LONGEST_OBJECT : 0, object, onLost)
    const longest = (type: number): number => type === OBJECT.container ? LONGEST_CONTAINER : isFrameObject(type) ? LONGEST_OBJECT : 0
    this.outer = new ObjectStream(longest, object, onLost)
  }

  push(chunk: Uint8Array): void {
    let from = 0
    if (this.head !== undefined && !this.lost) {
      from = Math.min(chunk.length, FILE_HEAD_BYTES - this.used)
      this.head.set(chunk.subarray(0, from), this.used)
      this.used += from
      if (this.used === FILE_HEAD_BYTES) this.readHead(new DataView(this.head.buffer))
    }
    if (this.head === undefined && from < chunk.length) this.outer.push(chunk.subarray(from))
  }

  end(): void {
    const view = this.outer.rest()
    if (view !== undefined && view.getUint32(12, true) === OBJECT.container) this.cutContainer(view)
    const { head, used, lost } = this
    if (head !== undefined && (used === 0 || lost)) return
    if (head !== undefined && new DataView(head.buffer).getUint32(0, true) !== FILE_MAGIC) return this.refuse()
    const cut = head !== undefined || this.outer.unfinished || this.inner.unfinished
    if (cut) this.bad(TRUNCATED, 'the file ends in the middle of an object')
  }

  private readHead(view: DataView): void {
    const bytes = view.getUint32(4, true)
    if (view.getUint32(0, true) !== FILE_MAGIC || bytes < 72) return this.refuse()
    this.head = undefined
    const part = (n: number): number => view.getUint16(40 + 2 * n, true)
    const time_ms = Date.UTC(part(0), part(1) - 1, part(3), part(4), part(5), part(6), part(7))
    // A log without a date, or of a virtual time, begins at 0.
    if (part(0) >= 1970 && time_ms > 0) this.start = { seconds: Math.floor(time_ms / 1000), nanos: time_ms % 1000 * 1e6 }
    if (bytes < FILE_HEAD_BYTES) this.outer.push(new Uint8Array(view.buffer, bytes))
    else this.outer.skip(bytes - FILE_HEAD_BYTES)
  }

  private refuse(): void {
    this.lost = true
    this.bad('no-blf', 'it does not begin with the head of a BLF file')
  }

  private object(view: DataView, at: number, size: number, type: number): void {
    this.blocks++
    if (type === OBJECT.container) return this.container(view, at, size)
    const fault = readFrameObject(view, at, size, this.start, this.frame)
    if (fault === undefined) this.sink.onFrame(this.frame)
    else this.tell(fault.cause, fault.reason)
  }

  private container(view: DataView, at: number, size: number): void {
    if (size < CONTAINER_HEAD_BYTES) return this.tell('short-object', `a container has ${size} bytes`)
    const packing = view.getUint16(at + BASE_HEAD_BYTES, true)
    const unpacked = view.getUint32(at + BASE_HEAD_BYTES + 8, true)
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at + CONTAINER_HEAD_BYTES, size - CONTAINER_HEAD_BYTES)
    if (packing === PACKING.none) return this.inner.push(bytes)
    if (packing !== PACKING.zlib) return this.tell('packing', `a container is packed in a way ${packing} that is not known`)
    const plain = unpacked <= LONGEST_CONTAINER ? inflate(bytes, unpacked) : undefined
    if (plain !== undefined) return this.inner.push(plain)
    this.tell('packing', 'a container cannot be unpacked')
    this.inner.forget()
  }

  /** What is there of the last container. */
  private cutContainer(view: DataView): void {
    if (view.byteLength < CONTAINER_HEAD_BYTES) return
    const packing = view.getUint16(BASE_HEAD_BYTES, true)
    const bytes = new Uint8Array(view.buffer, view.byteOffset + CONTAINER_HEAD_BYTES, view.byteLength - CONTAINER_HEAD_BYTES)
    const most = Math.min(LONGEST_CONTAINER, view.getUint32(BASE_HEAD_BYTES + 8, true))
    if (packing === PACKING.none) this.inner.push(bytes)
    else if (packing === PACKING.zlib) this.inner.push(inflatePart(bytes, most))
  }

  private bad(cause: string, reason: string): void {
    this.blocks++
    this.tell(cause, reason)
  }

  private tell(cause: string, reason: string): void {
    this.sink.onBadLine({ line: this.blocks, reason, cause, text: '' })
  }
}

/** Finds whole objects in a stream of bytes; keeps those up to a length that their type tells, and skips others. */
class ObjectStream {
  private readonly longest: (type: number) => number
  private readonly take: (view: DataView, at: number, size: number, type: number) => void
  private readonly onLost: () => void
  private buffer = new Uint8Array(FIRST_BYTES)
  private used = 0
  private toSkip = 0
  private lost = false
  /** Bytes since the last object. */
  private passed = 0

  constructor(
    longest: (type: number) => number, take: (view: DataView, at: number, size: number, type: number) => void, onLost: () => void,
  ) {
    this.longest = longest
    this.take = take
    this.onLost = onLost
  }

  get unfinished(): boolean {
    return this.toSkip > 0 || (!this.lost && this.buffer.subarray(0, this.used).some(byte => byte !== 0))
  }

  /** The beginning of an object that did not end; undefined: there is none, or it is skipped. */
  rest(): DataView | undefined {
    const view = new DataView(this.buffer.buffer, 0, this.used)
    return this.used >= BASE_HEAD_BYTES && view.getUint32(0, true) === OBJECT_MAGIC ? view : undefined
  }

  skip(bytes: number): void {
    this.toSkip += bytes
  }

  /** What comes next does not go on where this ended. */
  forget(): void {
    this.used = this.toSkip = this.passed = 0
    this.lost = true
  }

  push(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length;) {
      const skipped = Math.min(this.toSkip, chunk.length - from)
      this.toSkip -= skipped
      from += skipped
      const taken = Math.min(chunk.length - from, this.buffer.length - this.used)
      this.buffer.set(chunk.subarray(from, from + taken), this.used)
      this.used += taken
      from += taken
      this.drain()
    }
  }

  private drain(): void {
    const view = new DataView(this.buffer.buffer)
    let at = 0
    for (;;) {
      const found = this.find(view, at)
      if (found < 0) {
        const rest = Math.max(at, this.used - 3)
        this.passed += rest - at
        at = rest
        break
      }
      at = found
      if (this.used - at < BASE_HEAD_BYTES) break
      const size = view.getUint32(at + 8, true)
      const type = view.getUint32(at + 12, true)
      if (size < BASE_HEAD_BYTES) {
        // Not the same four bytes again.
        this.passed = 1
        at++
        continue
      }
      if (size > this.longest(type)) {
        const there = Math.min(size, this.used - at)
        this.toSkip = size - there
        at += there
        if (this.toSkip > 0) break
        continue
      }
      if (size > this.used - at) {
        this.makeRoom(size)
        break
      }
      this.take(view, at, size, type)
      at += size
    }
    this.buffer.copyWithin(0, at, this.used)
    this.used -= at
  }

  /** Where the next object begins; −1: not in what is there. */
  private find(view: DataView, from: number): number {
    for (let at = from; at + 4 <= this.used; at++) {
      if (this.buffer[at] === 0x4c && view.getUint32(at, true) === OBJECT_MAGIC) {
        this.lost = false
        this.passed = 0
        return at
      }
      if (this.passed + at - from >= MOST_PADDING && !this.lost) {
        this.lost = true
        this.onLost()
      }
    }
    return -1
  }

  private makeRoom(size: number): void {
    if (size <= this.buffer.length) return
    const longer = new Uint8Array(size)
    longer.set(this.buffer.subarray(0, this.used))
    this.buffer = longer
  }
}
