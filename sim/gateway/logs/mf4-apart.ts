import type { FrameFault, LogFrame } from './log-frame.ts'
import type { Range } from './log-io.ts'
import { viewOf } from './mf4-file.ts'
import type { DataStream } from './mf4-stream.ts'

/** In front of bytes that are not in their frame's record: how many they are. */
export const LENGTH_BYTES = 4
const MOST_KEPT = 4096

/** Bytes of a stream that are taken from the front while more come behind. */
export class StreamWindow {
  bytes: Uint8Array = new Uint8Array(0)
  view = viewOf(this.bytes)
  from = 0
  private readonly stream: DataStream

  constructor(stream: DataStream) {
    this.stream = stream
  }

  get length(): number {
    return this.bytes.length - this.from
  }

  get fault(): FrameFault | undefined {
    return this.stream.fault
  }

  /** Answers whether there was more. */
  * more(): Generator<Range, boolean, Uint8Array> {
    const piece = yield* this.stream.piece()
    if (piece === undefined) return false
    const rest = this.bytes.subarray(this.from)
    this.bytes = new Uint8Array(rest.length + piece.length)
    this.bytes.set(rest)
    this.bytes.set(piece, rest.length)
    this.view = viewOf(this.bytes)
    this.from = 0
    return true
  }
}

/** Fills in a frame's bytes; those that are not there are 0. */
export function fillData(frame: LogFrame, bytes: Uint8Array, at: number, there: number): void {
  for (let i = 0; i < frame.length; i++) frame.data[i] = i < there ? bytes[at + i]! : 0
}

/** The bytes of a sorted group's frames: a stream of its own, in the order of the frames. */
export class StreamedData {
  private readonly window: StreamWindow
  /** Bytes in front of the window. */
  private passed = 0

  constructor(stream: DataStream) {
    this.window = new StreamWindow(stream)
  }

  /** `more`: they have not been read yet; `gone`: they lie behind. */
  take(offset: number, frame: LogFrame): 'taken' | 'more' | 'gone' {
    const { window } = this
    if (offset < this.passed) return 'gone'
    const skipped = Math.min(offset - this.passed, window.length)
    window.from += skipped
    this.passed += skipped
    if (this.passed < offset || window.length < LENGTH_BYTES) return 'more'
    const length = window.view.getUint32(window.from, true)
    const kept = Math.min(length, frame.data.length)
    if (window.length < LENGTH_BYTES + kept) return 'more'
    fillData(frame, window.bytes, window.from + LENGTH_BYTES, kept)
    return 'taken'
  }

  more(): Generator<Range, boolean, Uint8Array> {
    return this.window.more()
  }
}

/** The bytes of an unsorted group's frames: records of their own, before or behind the frames they belong to. */
export class RecordedData {
  private readonly places = new Map<number, Uint8Array>()
  private end = 0

  /** The next record of them. The oldest that no frame has asked for is forgotten. */
  add(bytes: Uint8Array): void {
    this.places.set(this.end, bytes.slice(0, 64))
    this.end += LENGTH_BYTES + bytes.length
    if (this.places.size > MOST_KEPT) this.places.delete(this.places.keys().next().value!)
  }

  take(offset: number, frame: LogFrame): 'taken' | 'more' | 'gone' {
    const bytes = this.places.get(offset)
    if (bytes === undefined) return offset < this.end ? 'gone' : 'more'
    this.places.delete(offset)
    fillData(frame, bytes, 0, bytes.length)
    return 'taken'
  }
}
