import { drop } from './counters.ts'
import type { DirectionCounters } from './link.ts'

/** Where an outbox writes: a socket, a serial port. `done` is called once, when the bytes were taken or never will be. */
export interface ByteSink {
  write(bytes: Uint8Array, done: (error?: Error | null) => void): unknown
}

/**
 * A bounded queue of encoded frames in front of a byte stream: two buffers, one being filled while the other is being
 * written. Nothing is allocated per frame, memory never grows, and a stream that does not move costs its reader frames,
 * never us time. Frames count as delivered when the stream took their bytes.
 */
export class Outbox {
  /** The buffer being filled; valid until the next flush. */
  bytes: Uint8Array
  private spare: Uint8Array
  private used = 0
  private frames = 0
  private framesInFlight = 0
  private writing = false
  private scheduled = false
  private closed = false
  private readonly sink: ByteSink
  private readonly counters: DirectionCounters
  private readonly maxFrames: number
  private readonly flushNow = (): void => this.flush()
  private readonly onWritten = (error?: Error | null): void => this.written(error)
  private idle: (() => void)[] = []

  /** Start, end and deadline (ms) of each frame in the buffer being filled that must not get old. */
  private readonly perishable: number[] = []
  private readonly replyRoom: number
  private flushCount = 0

  /**
   * Room for `maxFrames` frames of up to `frameBytes` bytes, and as much again while a write is under way. `replyRoom`
   * bytes are kept free of frames, so that a full queue still answers commands.
   */
  constructor(sink: ByteSink, counters: DirectionCounters, maxFrames: number, frameBytes: number, replyRoom = 4096) {
    this.sink = sink
    this.counters = counters
    this.maxFrames = maxFrames
    this.replyRoom = replyRoom
    this.bytes = new Uint8Array(maxFrames * frameBytes + replyRoom)
    this.spare = new Uint8Array(this.bytes.length)
  }

  /** Bytes in the buffer being filled; its end is where the next frame goes. */
  get end(): number {
    return this.used
  }

  /** Counts flushes: as long as it stays, `bytes` is the same and only grows. */
  get flushes(): number {
    return this.flushCount
  }

  /** Whether a frame of at most `size` bytes fits. */
  hasRoom(size: number): boolean {
    return !this.closed && this.frames + this.framesInFlight < this.maxFrames && this.used + size + this.replyRoom <= this.bytes.length
  }

  /**
   * What was encoded from `end` on now ends at `end` and holds `frames` more frames; a frame with a lifetime is dropped when
   * the stream does not move before it is over. What the stream was given cannot be taken back.
   */
  commit(end: number, frames: number, lifetime_ms = Infinity): void {
    if (lifetime_ms < Infinity) this.perishable.push(this.used, end, performance.now() + lifetime_ms)
    this.used = end
    this.frames += frames
    this.counters.queued += frames
    if (!this.writing && !this.scheduled) {
      this.scheduled = true
      queueMicrotask(this.flushNow)
    }
  }

  /** Queues bytes that are no frame (a reply), in order with the frames. `false`: no room, not queued. */
  push(bytes: Uint8Array): boolean {
    if (this.closed || this.used + bytes.length > this.bytes.length) return false
    this.bytes.set(bytes, this.used)
    this.commit(this.used + bytes.length, 0)
    return true
  }

  /** Resolves when nothing is queued or being written, or the outbox was closed. */
  drained(): Promise<void> {
    if (this.closed || (this.used === 0 && !this.writing)) return Promise.resolve()
    return new Promise(resolve => this.idle.push(resolve))
  }

  /** Counts what is still queued as dropped and takes nothing more. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.settle('closed')
    this.release()
  }

  private flush(): void {
    this.scheduled = false
    if (this.closed || this.writing) return
    if (this.perishable.length > 0) this.expire()
    if (this.used === 0) return
    const batch = this.bytes
    const length = this.used
    this.bytes = this.spare
    this.spare = batch
    this.framesInFlight = this.frames
    this.used = 0
    this.frames = 0
    this.writing = true
    this.flushCount++
    this.sink.write(batch.subarray(0, length), this.onWritten)
  }

  /** Takes out what is too old, last first so that the places of the others stay. */
  private expire(): void {
    const { perishable } = this
    const now_ms = performance.now()
    for (let at = perishable.length - 3; at >= 0; at -= 3) {
      if (perishable[at + 2]! >= now_ms) continue
      const [start, end] = [perishable[at], perishable[at + 1]]
      this.bytes.copyWithin(start!, end!, this.used)
      this.used -= end! - start!
      this.frames--
      this.counters.queued--
      drop(this.counters, 'expired')
    }
    perishable.length = 0
  }

  private written(error?: Error | null): void {
    this.writing = false
    if (this.closed) return
    if (error) {
      this.closed = true
      this.settle('device')
      this.release()
      return
    }
    this.counters.queued -= this.framesInFlight
    this.counters.delivered += this.framesInFlight
    this.framesInFlight = 0
    if (this.used > 0) this.flush()
    if (!this.writing) this.release()
  }

  private settle(reason: 'closed' | 'device'): void {
    const lost = this.frames + this.framesInFlight
    this.counters.queued -= lost
    drop(this.counters, reason, lost)
    this.frames = 0
    this.framesInFlight = 0
  }

  private release(): void {
    const waiting = this.idle
    this.idle = []
    for (const resolve of waiting) resolve()
  }
}
