import type { CodeOf } from './enums.ts'
import { CLASSIC_DATA_BYTES } from './frame.ts'

/**
 * ISO 15765-2:2016 on classic CAN, both sides, as state machines without a clock, a bus or memory of their own: time
 * comes with each call, frames go to `put`, and `due_ms` says when `tick` is wanted. They do not look at identifiers:
 * whoever owns them gives them the frames of one connection (normal addressing with 11 bits, normal fixed with 29).
 * Nothing that arrives throws or hangs: each side is bounded by its timers, and counts what went wrong by cause.
 */

/** What became of a message; each is a counter. `unexpected`: a frame that nobody waits for, or that breaks off a message. */
export const ISOTP = {
  ok: 0, timeoutA: 1, timeoutBs: 2, timeoutCr: 3, wrongSequence: 4, unexpected: 5, overflow: 6, waitOverrun: 7, invalidFlow: 8,
  malformed: 9,
} as const
export type IsoTpOutcome = CodeOf<typeof ISOTP>

/** Kind of a frame, the high nibble of its first byte. */
export const ISOTP_PCI = { single: 0, first: 1, consecutive: 2, flow: 3 } as const
const FLOW = { clear: 0, wait: 1, overflow: 2 } as const
type Flow = CodeOf<typeof FLOW>

/** N_As, N_Ar: from handing a frame to the controller until it was sent, ms. */
const TIMEOUT_A_ms = 1000
/** N_Bs: from a first frame, or the last of a block, until flow control. */
const TIMEOUT_BS_ms = 1000
/** N_Cr: from flow control or a consecutive frame until the next. */
const TIMEOUT_CR_ms = 1000
/** N_Br: how long a receiver that is not ready lets pass between two "wait". */
const WAIT_PERIOD_ms = 500
/** N_WFTmax: "wait" in a row, said or heard. */
const MOST_WAITS = 10
/** Pause after `put` took nothing. */
const RETRY_ms = 1
const PADDING = 0xcc
const LARGEST_SHORT = 0xfff
const SMALLEST_LONG = 8

/** Hands a frame of 8 bytes to the bus; `false`: not now. Once it was sent, `sent` is to be called. */
export type IsoTpPut = (frame: Uint8Array) => boolean

/** Least time between consecutive frames that a flow control asks for, ms; reserved codes mean the longest. */
export function separation_ms(code: number): number {
  if (code <= 0x7f) return code
  return code >= 0xf1 && code <= 0xf9 ? (code - 0xf0) / 10 : 0x7f
}

function newCounts(): Uint32Array {
  return new Uint32Array(ISOTP.malformed + 1)
}

function pad(frame: Uint8Array, from: number): void {
  for (let i = from; i < CLASSIC_DATA_BYTES; i++) frame[i] = PADDING
}

/** Sends one message at a time. */
export class IsoTpSender {
  /** Messages by `ISOTP`, and flow control that nobody waited for. */
  readonly counts: Uint32Array
  /** When `tick` is wanted; Infinity: never. */
  due_ms: number
  /** The message was sent, or was given up. */
  onDone: (outcome: IsoTpOutcome) => void
  private readonly put: IsoTpPut
  private readonly frame: Uint8Array
  private data: Uint8Array
  private size: number
  /** Bytes that were handed over; beyond `size` there is nothing under way. */
  private offset: number
  private sequence: number
  /** Consecutive frames until the next flow control. */
  private block: number
  private separation_ms: number
  private waits: number
  private flying: boolean
  private awaitsFlow: boolean
  /** Since when the controller takes nothing. */
  private refused_ms: number

  constructor(put: IsoTpPut) {
    this.counts = newCounts()
    this.due_ms = Infinity
    this.onDone = () => undefined
    this.put = put
    this.frame = new Uint8Array(CLASSIC_DATA_BYTES)
    this.data = this.frame
    this.size = 0
    this.offset = 0
    this.sequence = 0
    this.block = 0
    this.separation_ms = 0
    this.waits = 0
    this.flying = false
    this.awaitsFlow = false
    this.refused_ms = Infinity
  }

  busy(): boolean {
    return this.size > 0
  }

  /** Begins with `data[0]` … `data[length - 1]`, which stay as they are until `onDone`. Breaks off the message before. */
  send(data: Uint8Array, length: number, now_ms: number): void {
    this.data = data
    this.size = length
    this.offset = 0
    this.awaitsFlow = false
    this.separation_ms = 0
    this.flying = false
    this.refused_ms = Infinity
    this.pump(now_ms)
  }

  /** The frame was sent. */
  sent(now_ms: number): void {
    if (!this.flying) return
    this.flying = false
    if (this.offset >= this.size) this.finish(ISOTP.ok)
    else if (this.awaitsFlow) this.due_ms = now_ms + TIMEOUT_BS_ms
    else if (this.separation_ms > 0) this.due_ms = now_ms + this.separation_ms
    else this.pump(now_ms)
  }

  /** A flow control of the receiver. */
  receive(data: Uint8Array, length: number, now_ms: number): void {
    if (length < 3) {
      this.count(ISOTP.malformed)
      return
    }
    if (!this.awaitsFlow) {
      this.count(ISOTP.unexpected)
      return
    }
    // The answer may overtake the word that the frame was sent.
    this.flying = false
    const status = data[0]! & 0x0f
    if (status === FLOW.clear) {
      this.awaitsFlow = false
      this.waits = 0
      this.block = data[1] === 0 ? Infinity : data[1]!
      this.separation_ms = separation_ms(data[2]!)
      this.pump(now_ms)
    } else if (status === FLOW.wait && this.waits < MOST_WAITS) {
      this.waits++
      this.due_ms = now_ms + TIMEOUT_BS_ms
    } else this.finish(status === FLOW.wait ? ISOTP.waitOverrun : status === FLOW.overflow ? ISOTP.overflow : ISOTP.invalidFlow)
  }

  /** Time has come to `due_ms`. */
  tick(now_ms: number): void {
    if (now_ms < this.due_ms) return
    if (this.flying) this.finish(ISOTP.timeoutA)
    else if (this.awaitsFlow) this.finish(ISOTP.timeoutBs)
    else this.pump(now_ms)
  }

  private pump(now_ms: number): void {
    const taken = this.fill()
    if (!this.put(this.frame)) {
      if (this.refused_ms > now_ms) this.refused_ms = now_ms
      if (now_ms - this.refused_ms >= TIMEOUT_A_ms) this.finish(ISOTP.timeoutA)
      else this.due_ms = now_ms + RETRY_ms
      return
    }
    this.refused_ms = Infinity
    if (this.offset === 0) {
      this.sequence = 0
      this.waits = 0
      this.awaitsFlow = taken < this.size
    } else {
      this.block--
      this.awaitsFlow = this.block === 0 && this.offset + taken < this.size
    }
    this.sequence = this.sequence + 1 & 0x0f
    this.offset += taken
    this.flying = true
    this.due_ms = now_ms + TIMEOUT_A_ms
  }

  /** Writes the next frame; returns how many bytes of the message it has. */
  private fill(): number {
    const frame = this.frame
    const size = this.size
    let head = 1
    if (this.offset > 0) frame[0] = ISOTP_PCI.consecutive << 4 | this.sequence
    else if (size < SMALLEST_LONG) frame[0] = size
    else if (size <= LARGEST_SHORT) {
      frame[0] = ISOTP_PCI.first << 4 | size >> 8
      frame[1] = size & 0xff
      head = 2
    } else {
      frame[0] = ISOTP_PCI.first << 4
      frame[1] = 0
      for (let i = 0; i < 4; i++) frame[2 + i] = size >>> 24 - 8 * i & 0xff
      head = 6
    }
    const left = size - this.offset
    const taken = left < CLASSIC_DATA_BYTES - head ? left : CLASSIC_DATA_BYTES - head
    for (let i = 0; i < taken; i++) frame[head + i] = this.data[this.offset + i]!
    pad(frame, head + taken)
    return taken
  }

  private finish(outcome: IsoTpOutcome): void {
    this.size = 0
    this.flying = false
    this.awaitsFlow = false
    this.due_ms = Infinity
    this.count(outcome)
    this.onDone(outcome)
  }

  private count(outcome: IsoTpOutcome): void {
    this.counts[outcome] = this.counts[outcome]! + 1
  }
}

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
