import { drop } from './counters.ts'
import type { DirectionCounters } from './link.ts'
import type { ByteSink } from './outbox.ts'

/**
 * Two buffers in front of a byte stream, one being filled while the other is being written; nothing is allocated per
 * frame. Whoever fills it decides how much may wait. It counts the frames that nobody else confirms: delivered when the
 * stream has taken them, dropped if it never does.
 */
export class BatchWriter {
  /** The buffer being filled; valid until the next flush. */
  bytes: Uint8Array
  private spare: Uint8Array
  private used = 0
  private writing = false
  private scheduled = false
  private ended = false
  /** Frames the stream has not taken yet. */
  private frames = 0
  private readonly sink: ByteSink
  private readonly counters: DirectionCounters
  private readonly onWritten: () => void
  private readonly onError: (error: Error) => void
  private readonly flushNow = (): void => this.flush()
  private readonly written = (error?: Error | null): void => this.done(error)

  /** `onWritten` is called after each batch that the stream took. */
  constructor(sink: ByteSink, size: number, counters: DirectionCounters, onWritten: () => void, onError: (error: Error) => void) {
    this.sink = sink
    this.counters = counters
    this.bytes = new Uint8Array(size)
    this.spare = new Uint8Array(size)
    this.onWritten = onWritten
    this.onError = onError
  }

  /** Where the next bytes go. */
  get end(): number {
    return this.used
  }

  /** Whether the stream still holds on to the last batch. */
  get busy(): boolean {
    return this.writing
  }

  hasRoom(size: number): boolean {
    return !this.ended && this.used + size <= this.bytes.length
  }

  /** What was put from `end` on now ends at `end`, with so many frames to count. */
  commit(end: number, frames = 0): void {
    this.used = end
    this.frames += frames
    if (this.writing || this.scheduled) return
    this.scheduled = true
    queueMicrotask(this.flushNow)
  }

  /** Appends bytes; `false`: no room. */
  push(bytes: Uint8Array): boolean {
    if (!this.hasRoom(bytes.length)) return false
    this.bytes.set(bytes, this.used)
    this.commit(this.used + bytes.length)
    return true
  }

  /** Takes nothing more; callbacks stay away. */
  close(): void {
    this.ended = true
    drop(this.counters, 'device', this.settled())
  }

  private flush(): void {
    this.scheduled = false
    if (this.ended || this.writing || this.used === 0) return
    const batch = this.bytes
    const length = this.used
    this.bytes = this.spare
    this.spare = batch
    this.used = 0
    this.writing = true
    this.sink.write(batch.subarray(0, length), this.written)
  }

  private done(error?: Error | null): void {
    this.writing = false
    if (this.ended) return
    if (error) {
      this.ended = true
      this.onError(error)
      return
    }
    this.counters.delivered += this.settled()
    this.onWritten()
    if (this.used > 0) this.flush()
  }

  /** The frames wait no more; how many there were. */
  private settled(): number {
    const { frames } = this
    this.frames = 0
    this.counters.queued -= frames
    return frames
  }
}
