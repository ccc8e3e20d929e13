import { drop } from '../counters.ts'
import type { DirectionCounters, DropReason, LinkFrame } from '../link.ts'
import type { OutMessage, RawChannel, RawMessage } from './raw-channel.ts'

/** The side of a channel that sends. */
type Sender = Pick<RawChannel, 'send' | 'sendFD'>

/** The most frames handed to the kernel and not yet seen on the bus: fewer than the socket that sees them can hold. */
export const WINDOW_FRAMES = 128
/** First and longest pause before a refused frame is tried again when no confirmation comes first, ms. */
const RETRY_FIRST_ms = 1
const RETRY_LONGEST_ms = 32
/** How many sweeps without a confirmation make a full window let one more frame through, to see whether it gets there. */
const STUCK_SWEEPS = 8
/** How long the kernel may refuse without anything getting through before the frame is given up, ms. */
const REFUSED_LONGEST_ms = 1000

const EXTENDED = 1
const REMOTE = 2
const FD = 4
const BRS = 8
const DONE = 16

/**
 * A bounded queue of frames in front of a channel. Frames are handed to the kernel while fewer than a window of them wait
 * for their confirmation, which is the sight of the frame on a second channel: the length of the kernel's own queue means
 * nothing (ENOBUFS comes at 10 frames or never). A refusal shrinks the window to what the kernel held then; each window
 * of confirmed frames widens it by one. Order is kept; nothing is allocated per frame; time is the caller's, ms.
 */
export class TransmitWindow {
  private readonly counters: DirectionCounters
  private readonly capacity: number
  private readonly stride: number
  private readonly ids: Uint32Array
  private readonly flags: Uint8Array
  private readonly lengths: Uint8Array
  private readonly deadlines_ms: Float64Array
  private readonly data: Uint8Array
  /** Views of one buffer, by length: the package takes the length from the buffer. */
  private readonly buffers: readonly Buffer[]
  private readonly message: OutMessage
  private readonly now_ms: () => number
  private channel: Sender | undefined
  /** What the kernel takes is on the bus at once, and nothing shows it to us. */
  private immediate = false
  private taken = 0
  /** Positions since the start: [head, handed) is with the kernel, [handed, tail) waits. */
  private head = 0
  private handed = 0
  private tail = 0
  private inFlight = 0
  private window = WINDOW_FRAMES
  private confirmedInWindow = 0
  /** Frames before this position were overtaken by a confirmed one, or were with a controller that restarted. */
  private overtaken = 0
  private overdue = 0
  private sweepsWithoutProgress = 0
  private refusedSince_ms = NaN
  private pause_ms = RETRY_FIRST_ms
  private retry: NodeJS.Timeout | undefined

  constructor(counters: DirectionCounters, capacity: number, dataBytes: number, now_ms: () => number = () => performance.now()) {
    this.counters = counters
    this.capacity = capacity
    this.stride = dataBytes
    this.ids = new Uint32Array(capacity)
    this.flags = new Uint8Array(capacity)
    this.lengths = new Uint8Array(capacity)
    this.deadlines_ms = new Float64Array(capacity)
    this.data = new Uint8Array(capacity * dataBytes)
    const buffer = Buffer.alloc(dataBytes)
    this.buffers = Array.from({ length: dataBytes + 1 }, (_, length) => buffer.subarray(0, length))
    this.message = { id: 0, ext: false, rtr: false, fd_brs: false, data: buffer, ts_sec: 0, ts_usec: 0 }
    this.now_ms = now_ms
  }

  /** Frames that are with the kernel and were not seen on the bus yet. */
  get unconfirmed(): number {
    return this.inFlight
  }

  /** Frames of the present channel that were on the bus at once. */
  get unseen(): number {
    return this.taken
  }

  /** Starts to hand frames to a channel. `immediate`: there is no confirmation, nor need of one. */
  connect(channel: Sender, immediate = false): void {
    this.channel = channel
    this.immediate = immediate
    this.taken = 0
    this.window = WINDOW_FRAMES
    this.pump()
  }

  /** Lets go of the channel; everything queued is counted as dropped. */
  disconnect(reason: DropReason): void {
    this.channel = undefined
    clearTimeout(this.retry)
    this.retry = undefined
    this.refusedSince_ms = NaN
    for (let at = this.head; at < this.tail; at++) {
      if ((this.flags[at % this.capacity]! & DONE) === 0) this.settle(reason)
    }
    this.head = this.handed = this.overtaken = this.overdue = this.tail
    this.inFlight = 0
  }

  /** Drops what has not been handed to the kernel yet. */
  dropWaiting(reason: DropReason): void {
    for (let at = this.handed; at < this.tail; at++) this.settle(reason)
    this.tail = this.handed
  }

  /** Queues a frame that is to be on its way within `lifetime_ms`. `false`: full, not counted here. */
  push(frame: LinkFrame, lifetime_ms: number): boolean {
    if (this.tail - this.head >= this.capacity) return false
    const at = this.tail++ % this.capacity
    const length = frame.length
    this.ids[at] = frame.id
    this.flags[at] = (frame.extended ? EXTENDED : 0) | (frame.remote ? REMOTE : 0) | (frame.fd ? FD : 0) | (frame.brs ? BRS : 0)
    this.lengths[at] = length
    this.deadlines_ms[at] = lifetime_ms === Infinity ? Infinity : this.now_ms() + lifetime_ms
    const start = at * this.stride
    if (!frame.remote) for (let i = 0; i < length; i++) this.data[start + i] = frame.data[i]!
    this.counters.queued++
    if (this.retry === undefined) this.pump()
    return true
  }

  /**
   * A frame was seen on the bus. `true`: it is one of ours, and the first of its like that was not seen yet. A frame of
   * somebody else with the same identifier and data is taken for ours, and ours for theirs: the sums stay right.
   */
  confirm(seen: RawMessage): boolean {
    const wanted = (seen.ext ? EXTENDED : 0) | (seen.rtr ? REMOTE : 0)
    const id = seen.id
    for (let position = this.head; position < this.handed; position++) {
      const at = position % this.capacity
      if (this.ids[at] !== id || (this.flags[at]! & (EXTENDED | REMOTE | DONE)) !== wanted || !this.sameData(at, seen.data)) continue
      this.flags[at]! |= DONE
      this.inFlight--
      this.sweepsWithoutProgress = 0
      this.counters.queued--
      this.counters.delivered++
      if (position + 1 > this.overtaken) this.overtaken = position + 1
      this.advance()
      this.widen()
      return true
    }
    return false
  }

  /** What the controller held may be gone: unless it is seen soon, it is counted as unconfirmed. */
  suspectAll(): void {
    this.overtaken = this.handed
  }

  /**
   * Called now and then: gives up on frames that were overtaken before the last call. Nothing can overtake a full window,
   * so when all of it is stuck (the interface was down for a moment) a frame more shows whether the rest is lost.
   */
  sweep(): void {
    for (let position = this.head; position < this.overdue; position++) {
      const at = position % this.capacity
      if ((this.flags[at]! & DONE) !== 0) continue
      this.flags[at]! |= DONE
      this.inFlight--
      this.settle('unconfirmed')
    }
    this.overdue = this.overtaken
    this.advance()
    const stuck = this.inFlight >= this.window && ++this.sweepsWithoutProgress >= STUCK_SWEEPS
    if (stuck && this.inFlight < 2 * WINDOW_FRAMES) {
      this.sweepsWithoutProgress = 0
      this.window = this.inFlight + 1
    }
    if (this.retry === undefined) this.pump()
  }

  private widen(): void {
    this.refusedSince_ms = NaN
    this.pause_ms = RETRY_FIRST_ms
    if (++this.confirmedInWindow >= this.window) {
      this.confirmedInWindow = 0
      if (this.window !== WINDOW_FRAMES) this.window += this.window < WINDOW_FRAMES ? 1 : -1
    }
    // At once: so the reader, which goes on while there is something to read, meets this frame's confirmation too.
    if (this.handed < this.tail) this.pump()
  }

  private pump(): void {
    const channel = this.channel
    if (channel === undefined) return
    while (this.handed < this.tail && this.inFlight < this.window) {
      const at = this.handed % this.capacity
      const deadline_ms = this.deadlines_ms[at]!
      if (deadline_ms !== Infinity && deadline_ms < this.now_ms()) {
        this.skip(at, 'expired')
        continue
      }
      if (!this.hand(channel, at)) {
        this.refused(at)
        return
      }
      this.handed++
      if (this.immediate) this.passed(at)
      else this.inFlight++
    }
    if (this.retry !== undefined) {
      clearTimeout(this.retry)
      this.retry = undefined
    }
  }

  private hand(channel: Sender, at: number): boolean {
    const message = this.message
    const flags = this.flags[at]!
    const length = this.lengths[at]!
    const buffer = this.buffers[length]!
    const start = at * this.stride
    for (let i = 0; i < length; i++) buffer[i] = this.data[start + i]!
    message.id = this.ids[at]!
    message.ext = (flags & EXTENDED) !== 0
    message.rtr = (flags & REMOTE) !== 0
    message.fd_brs = (flags & BRS) !== 0
    message.data = buffer!
    return ((flags & FD) !== 0 ? channel.sendFD(message) : channel.send(message)) >= 0
  }

  /** The package hides why. Full queues empty themselves: the next confirmation, or a pause, brings the next try. */
  private refused(at: number): void {
    const now = this.now_ms()
    this.window = Math.max(1, this.inFlight)
    this.confirmedInWindow = 0
    if (Number.isNaN(this.refusedSince_ms)) this.refusedSince_ms = now
    if (now - this.refusedSince_ms >= REFUSED_LONGEST_ms) {
      this.refusedSince_ms = now
      this.skip(at, 'device')
    }
    clearTimeout(this.retry)
    this.retry = setTimeout(() => {
      this.retry = undefined
      this.pump()
    }, this.pause_ms)
    this.pause_ms = Math.min(2 * this.pause_ms, RETRY_LONGEST_ms)
  }

  private passed(at: number): void {
    this.flags[at]! |= DONE
    this.taken++
    this.counters.queued--
    this.counters.delivered++
    this.refusedSince_ms = NaN
    this.pause_ms = RETRY_FIRST_ms
    this.advance()
  }

  private skip(at: number, reason: DropReason): void {
    this.flags[at]! |= DONE
    this.handed++
    this.settle(reason)
    this.advance()
  }

  private advance(): void {
    while (this.head < this.handed && (this.flags[this.head % this.capacity]! & DONE) !== 0) this.head++
  }

  private settle(reason: DropReason): void {
    this.counters.queued--
    drop(this.counters, reason)
  }

  private sameData(at: number, data: Uint8Array): boolean {
    const length = this.lengths[at]
    if (data.length !== length) return false
    if ((this.flags[at]! & REMOTE) !== 0) return true
    const start = at * this.stride
    for (let i = 0; i < length; i++) {
      if (this.data[start + i] !== data[i]) return false
    }
    return true
  }
}
