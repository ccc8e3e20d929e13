import { CLASSIC_DATA_BYTES, createFrame } from '#protocol/index.ts'
import { lifetime_ms } from './actuation.ts'
import { drop } from './counters.ts'
import type { DirectionCounters, DropReason, LinkFrame } from './link.ts'
import { copyLinkFrame } from './link-frame.ts'

/**
 * A bounded queue of frames in front of a link that may stall: first in, first out, and a command that waited
 * longer than its lifetime is never sent. Frames are copied into slots that are made once.
 */
export class FrameRing {
  private readonly slots: LinkFrame[] = []
  private readonly deadlines_ms: Float64Array
  private readonly counters: DirectionCounters
  private readonly capacity: number
  private readonly dataBytes: number
  private first = 0
  private used = 0

  /** `counters.queued` counts frames from `push` on until whoever took them settles them, and is what `capacity` bounds. */
  constructor(counters: DirectionCounters, capacity: number, dataBytes = CLASSIC_DATA_BYTES) {
    this.dataBytes = dataBytes
    this.counters = counters
    this.capacity = capacity
    this.deadlines_ms = new Float64Array(capacity)
  }

  get length(): number {
    return this.used
  }

  /** Copies the frame, counted as `in` before. `false`: full, counted. */
  push(frame: LinkFrame, now_ms: number): boolean {
    if (this.counters.queued >= this.capacity) this.expire(now_ms)
    if (this.counters.queued >= this.capacity) {
      drop(this.counters, 'queue-full')
      return false
    }
    const at = (this.first + this.used) % this.capacity
    if (at === this.slots.length) this.slots.push(createSlot(this.dataBytes))
    copyLinkFrame(frame, this.slots[at]!)
    this.deadlines_ms[at] = now_ms + lifetime_ms(frame)
    this.used++
    this.counters.queued++
    return true
  }

  /** The oldest frame that is still good, lent until the next `push`; it stays counted as queued. */
  take(now_ms: number): LinkFrame | undefined {
    this.expire(now_ms)
    if (this.used === 0) return undefined
    const frame = this.slots[this.first]
    this.advance()
    return frame
  }

  /** Drops what is at the front and too old. */
  expire(now_ms: number): void {
    while (this.used > 0 && this.deadlines_ms[this.first]! < now_ms) {
      this.advance()
      this.counters.queued--
      drop(this.counters, 'expired')
    }
  }

  /** Drops everything. */
  clear(reason: DropReason): void {
    this.counters.queued -= this.used
    drop(this.counters, reason, this.used)
    this.first = 0
    this.used = 0
  }

  private advance(): void {
    this.first = (this.first + 1) % this.capacity
    this.used--
  }
}

function createSlot(dataBytes: number): LinkFrame {
  return Object.assign(createFrame(dataBytes), { timestamp_ns: 0, origin: '', error: false })
}
