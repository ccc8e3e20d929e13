import type { LinkFrame } from '../link.ts'
import {
  BASE_HEAD_BYTES, EXTENDED, FD, FILE_HEAD_BYTES, FILE_MAGIC, HEAD_BYTES, MESSAGE, OBJECT, OBJECT_MAGIC, PACKING, TIME,
} from './blf.ts'
import type { LogWriter } from './log-io.ts'
import { fdCodeOf, type LogDetails, nanosecondWords, shownTime } from './log-frame.ts'
import { deflate } from './zlib.ts'

/** Of a container, unpacked. What is in it reaches the log when it is full, or at the end. */
const CONTAINER_BYTES = 32_768
const CONTAINER_HEAD_BYTES = 16
const LONGEST_OBJECT = 128
/** What CANoe takes: who wrote it (unknown), and the version of the format. */
const VERSION = [5, 0, 0, 0, 2, 6, 8, 1] as const
const WORD = 0x1_0000_0000
const NOTHING = new Uint8Array(0)

/**
 * Writes containers packed with zlib; times in nanoseconds since the second in which the log begins. What came before that
 * second cannot be told. Sizes and the number of frames are only known at the end: `finalHead` holds them.
 */
export class BlfWriter implements LogWriter {
  private readonly bytes = new Uint8Array(CONTAINER_BYTES + LONGEST_OBJECT)
  private readonly view = new DataView(this.bytes.buffer)
  private used = 0
  private begun = false
  private start_s = 0
  private last_ns = 0
  private frames = 0
  private written = FILE_HEAD_BYTES
  private unpacked = FILE_HEAD_BYTES

  frame(frame: LinkFrame, details: Readonly<LogDetails>): Uint8Array | undefined {
    const { seconds, nanos } = shownTime(frame.timestamp_ns)
    const first = !this.begun
    if (first) this.start_s = seconds
    if (seconds < this.start_s) return undefined
    this.begun = true
    this.last_ns = Math.max(this.last_ns, frame.timestamp_ns)
    this.object(frame, details, nanosecondWords(seconds - this.start_s, nanos))
    this.frames++
    const container = this.used < CONTAINER_BYTES ? NOTHING : this.container()
    return first ? joined(this.finalHead(), container) : container
  }

  end(): Uint8Array {
    const container = this.used > 0 ? this.container() : NOTHING
    return this.begun ? container : this.finalHead()
  }

  /** The beginning of the file, as far as is known now. */
  finalHead(): Uint8Array {
    const view = new DataView(new ArrayBuffer(FILE_HEAD_BYTES))
    view.setUint32(0, FILE_MAGIC, true)
    view.setUint32(4, FILE_HEAD_BYTES, true)
    VERSION.forEach((part, n) => view.setUint8(8 + n, part))
    setLong(view, 16, this.written)
    setLong(view, 24, this.unpacked)
    view.setUint32(32, this.frames, true)
    setSystemTime(view, 40, this.start_s * 1000)
    setSystemTime(view, 56, Math.floor(this.last_ns / 1e6))
    return new Uint8Array(view.buffer)
  }

  private object(frame: LinkFrame, details: Readonly<LogDetails>, { high, low }: { high: number, low: number }): void {
    const { view, used } = this
    const type = frame.error ? OBJECT.errorExt : frame.fd ? OBJECT.fdMessage : OBJECT.message
    const size = HEAD_BYTES + (frame.error ? 32 : frame.fd ? 84 : 16)
    this.bytes.fill(0, used, used + size)
    putBaseHead(view, used, HEAD_BYTES, size, type)
    view.setUint32(used + 16, TIME.nanoseconds, true)
    view.setUint32(used + 24, low, true)
    view.setUint32(used + 28, high, true)
    const at = used + HEAD_BYTES
    view.setUint16(at, frame.bus + 1, true)
    if (!frame.error) this.contents(frame, details, at)
    this.used += size
  }

  private contents(frame: LinkFrame, details: Readonly<LogDetails>, at: number): void {
    const { view } = this
    view.setUint8(at + 2, (details.direction === 'sent' ? MESSAGE.sent : 0) | (frame.remote ? MESSAGE.remote : 0))
    view.setUint8(at + 3, frame.fd ? fdCodeOf(frame.length) : Math.max(frame.length, details.lengthCode))
    view.setUint32(at + 4, frame.id + (frame.extended ? EXTENDED : 0), true)
    if (frame.fd) {
      view.setUint8(at + 13, FD.fd | (frame.brs ? FD.brs : 0) | (details.esi ? FD.esi : 0))
      view.setUint8(at + 14, frame.length)
    }
    const data = at + (frame.fd ? 20 : 8)
    for (let i = 0; i < (frame.remote ? 0 : frame.length); i++) this.bytes[data + i] = frame.data[i]!
  }

  private container(): Uint8Array {
    const packed = deflate(this.bytes.subarray(0, this.used))
    const size = BASE_HEAD_BYTES + CONTAINER_HEAD_BYTES + packed.length
    // So many bytes follow an object in a file, whatever they are for.
    const piece = new Uint8Array(size + size % 4)
    const view = new DataView(piece.buffer)
    putBaseHead(view, 0, BASE_HEAD_BYTES, size, OBJECT.container)
    view.setUint16(BASE_HEAD_BYTES, PACKING.zlib, true)
    view.setUint32(BASE_HEAD_BYTES + 8, this.used, true)
    piece.set(packed, BASE_HEAD_BYTES + CONTAINER_HEAD_BYTES)
    this.written += piece.length
    this.unpacked += BASE_HEAD_BYTES + CONTAINER_HEAD_BYTES + this.used
    this.used = 0
    return piece
  }
}

function putBaseHead(view: DataView, at: number, head: number, size: number, type: number): void {
  view.setUint32(at, OBJECT_MAGIC, true)
  view.setUint16(at + 4, head, true)
  view.setUint16(at + 6, 1, true)
  view.setUint32(at + 8, size, true)
  view.setUint32(at + 12, type, true)
}

function setLong(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % WORD, true)
  view.setUint32(at + 4, Math.floor(value / WORD), true)
}

/** Windows' SYSTEMTIME, in UTC. */
function setSystemTime(view: DataView, at: number, time_ms: number): void {
  const date = new Date(time_ms)
  const parts = [
    date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDay(), date.getUTCDate(),
    date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds(),
  ]
  parts.forEach((part, n) => view.setUint16(at + 2 * n, part, true))
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
