import { CLASSIC_DATA_BYTES } from './frame.ts'
import {
  FLOW, ISOTP, ISOTP_PCI, type IsoTpOutcome, type IsoTpPut, LARGEST_SHORT, MOST_WAITS, newCounts, pad, RETRY_ms,
  separation_ms, SMALLEST_LONG, TIMEOUT_A_ms,
} from './isotp.ts'

/** N_Bs: from a first frame, or the last of a block, until flow control. */
const TIMEOUT_BS_ms = 1000

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
