import { CLASSIC_DATA_BYTES } from './frame.ts'
import {
  FLOW, type Flow, ISOTP, ISOTP_PCI, type IsoTpOutcome, type IsoTpPut, LARGEST_SHORT, MOST_WAITS, newCounts, pad,
  RETRY_ms, SMALLEST_LONG, TIMEOUT_A_ms,
} from './isotp.ts'

/** N_Cr: from flow control or a consecutive frame until the next. */
const TIMEOUT_CR_ms = 1000
/** N_Br: how long a receiver that is not ready lets pass between two "wait". */
const WAIT_PERIOD_ms = 500

/**
 * Puts one message at a time together. To read along with a log, give it a `put` that takes everything, a block size of
 * 0, and call `sent` behind each `receive`.
 */
export class IsoTpReceiver {
  /** Messages by `ISOTP`, and frames that were ignored. */
  readonly counts: Uint32Array
  /** The last whole message: valid until the next frame. */
  readonly buffer: Uint8Array
  size: number
  due_ms: number
  /** While true, senders of longer messages are asked to wait; `release` ends it. */
  held: boolean
  private readonly put: IsoTpPut
  private readonly frame: Uint8Array
  /** Length of the message under way; 0: none. */
  private expected: number
  private sequence: number
  /** Consecutive frames until we have to say that more may come. */
  private block: number
  private waits: number
  /** Flow control that has not been handed over yet. */
  private owed: Flow | -1
  private flying: boolean
  private refused_ms: number

  /** `blockSize` 0–255 (0: no further flow control), `separation`: a code of STmin; both as we tell them to senders. */
  constructor(put: IsoTpPut, capacity: number, blockSize: number, separation: number) {
    this.counts = newCounts()
    this.buffer = new Uint8Array(capacity)
    this.size = 0
    this.due_ms = Infinity
    this.held = false
    this.put = put
    this.frame = new Uint8Array(CLASSIC_DATA_BYTES)
    this.frame[1] = blockSize
    this.frame[2] = separation
    pad(this.frame, 3)
    this.expected = 0
    this.sequence = 0
    this.block = 0
    this.waits = 0
    this.owed = -1
    this.flying = false
    this.refused_ms = Infinity
  }

  /** A longer message is under way. */
  busy(): boolean {
    return this.expected > 0
  }

  /** A single, first or consecutive frame. `true`: `buffer` has a whole message of `size` bytes. */
  receive(data: Uint8Array, length: number, now_ms: number): boolean {
    const kind = length > 0 ? data[0]! >> 4 : -1
    if (kind === ISOTP_PCI.single) return this.single(data, length)
    if (kind === ISOTP_PCI.consecutive) return this.consecutive(data, length, now_ms)
    if (kind === ISOTP_PCI.first && length === CLASSIC_DATA_BYTES) this.first(data, now_ms)
    else this.count(ISOTP.malformed)
    return false
  }

  /** The flow control was sent. */
  sent(now_ms: number): void {
    if (!this.flying) return
    this.flying = false
    if (this.owed !== -1) return
    this.due_ms = this.expected === 0 ? Infinity : now_ms + (this.waits > 0 ? WAIT_PERIOD_ms : TIMEOUT_CR_ms)
  }

  /** Time has come to `due_ms`. */
  tick(now_ms: number): void {
    if (now_ms < this.due_ms) return
    if (this.owed !== -1) this.say(this.owed, now_ms)
    else if (this.flying) this.end(ISOTP.timeoutA)
    else if (this.waits > 0) this.ask(now_ms)
    else this.end(ISOTP.timeoutCr)
  }

  /** There is room again for whom we asked to wait. */
  release(now_ms: number): void {
    this.held = false
    if (this.waits > 0 && !this.flying && this.owed === -1) this.ask(now_ms)
  }

  /** Forgets what is under way. */
  reset(): void {
    this.expected = 0
    this.waits = 0
    this.owed = -1
    this.flying = false
    this.due_ms = Infinity
  }

  private single(data: Uint8Array, length: number): boolean {
    const size = data[0]!
    if (size === 0 || size >= length) {
      this.count(ISOTP.malformed)
      return false
    }
    if (this.expected > 0) this.end(ISOTP.unexpected)
    return this.take(data, 1, size, 0, size)
  }

  private first(data: Uint8Array, now_ms: number): void {
    let head = 2
    let size = (data[0]! & 0x0f) << 8 | data[1]!
    if (size === 0) {
      head = 6
      for (let i = 2; i < head; i++) size = size * 0x100 + data[i]!
    }
    if (size < SMALLEST_LONG || (head === 6 && size <= LARGEST_SHORT)) {
      this.count(ISOTP.malformed)
      return
    }
    if (this.expected > 0) this.end(ISOTP.unexpected)
    if (size > this.buffer.length) {
      this.count(ISOTP.overflow)
      this.say(FLOW.overflow, now_ms)
      return
    }
    this.expected = size
    this.sequence = 1
    this.waits = 0
    this.take(data, head, CLASSIC_DATA_BYTES - head, 0, size)
    this.ask(now_ms)
  }

  private consecutive(data: Uint8Array, length: number, now_ms: number): boolean {
    if (this.expected === 0 || this.waits > 0 || this.owed !== -1) {
      this.count(ISOTP.unexpected)
      return false
    }
    const left = this.expected - this.size
    const size = left < CLASSIC_DATA_BYTES - 1 ? left : CLASSIC_DATA_BYTES - 1
    if (size >= length) {
      this.count(ISOTP.malformed)
      return false
    }
    if ((data[0]! & 0x0f) !== this.sequence) {
      this.end(ISOTP.wrongSequence)
      return false
    }
    this.sequence = this.sequence + 1 & 0x0f
    this.flying = false
    if (this.take(data, 1, size, this.size, this.expected)) return true
    this.block--
    if (this.block === 0) this.ask(now_ms)
    else this.due_ms = now_ms + TIMEOUT_CR_ms
    return false
  }

  /** Copies a piece of a message of `size` bytes; true when it is the last one. */
  private take(data: Uint8Array, from: number, count: number, offset: number, size: number): boolean {
    for (let i = 0; i < count; i++) this.buffer[offset + i] = data[from + i]!
    this.size = offset + count
    if (this.size < size) return false
    this.reset()
    this.count(ISOTP.ok)
    return true
  }

  /** Asks for the next block, or for patience. */
  private ask(now_ms: number): void {
    if (!this.held) {
      this.waits = 0
      this.block = this.frame[1]! === 0 ? Infinity : this.frame[1]!
      this.say(FLOW.clear, now_ms)
    } else if (this.waits === MOST_WAITS) this.end(ISOTP.waitOverrun)
    else {
      this.waits++
      this.say(FLOW.wait, now_ms)
    }
  }

  private say(status: Flow, now_ms: number): void {
    this.frame[0] = ISOTP_PCI.flow << 4 | status
    if (this.put(this.frame)) {
      this.owed = -1
      this.refused_ms = Infinity
      this.flying = true
      this.due_ms = now_ms + TIMEOUT_A_ms
      return
    }
    this.owed = status
    if (this.refused_ms > now_ms) this.refused_ms = now_ms
    this.due_ms = now_ms + RETRY_ms
    if (now_ms - this.refused_ms >= TIMEOUT_A_ms) this.end(ISOTP.timeoutA)
  }

  private end(outcome: IsoTpOutcome): void {
    this.reset()
    this.refused_ms = Infinity
    this.count(outcome)
  }

  private count(outcome: IsoTpOutcome): void {
    this.counts[outcome] = this.counts[outcome]! + 1
  }
}
