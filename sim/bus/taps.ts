import { type CanFrame, CLASSIC_DATA_BYTES, createFrame } from '#protocol/index.ts'
import type { ErrorName } from './statistics.ts'

/** A frame as an ideal observer sees it. The object and its frame are reused: copy what is kept. */
export interface TappedFrame {
  frame: CanFrame
  /** Begin of the start of frame bit. */
  start_ns: number
  /** End of the last bit of end of frame: when receivers get it. */
  end_ns: number
  /** Bits in between. */
  bits: number
  /** Node that sent it. */
  sender: string
  /** Which half of a cut bus, 0 = front. */
  half: number
}

export type FrameTap = (tapped: TappedFrame) => void

/** An error that a node found. The object is reused. */
export interface BusError {
  /** End of the bit in which it was found. */
  time_ns: number
  type: ErrorName
  node: string
  transmitter: boolean
  /** The node's counters after it. */
  tec: number
  rec: number
}

export type ErrorTap = (error: BusError) => void

export function createTappedFrame(): TappedFrame {
  return { frame: createFrame(CLASSIC_DATA_BYTES), start_ns: 0, end_ns: 0, bits: 0, sender: '', half: 0 }
}

export function createBusError(): BusError {
  return { time_ns: 0, type: 'bit', node: '', transmitter: false, tec: 0, rec: 0 }
}

/** Listeners that may come and go while they are being called: who walks `items` walks a list that never changes. */
export class Listeners<T> {
  items: readonly T[] = []

  /** Returns what removes the listener again. */
  add(listener: T): () => void {
    this.items = [...this.items, listener]
    return () => {
      const at = this.items.indexOf(listener)
      if (at >= 0) this.items = [...this.items.slice(0, at), ...this.items.slice(at + 1)]
    }
  }
}
