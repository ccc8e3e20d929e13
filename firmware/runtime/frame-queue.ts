import { CLASSIC_DATA_BYTES } from '#protocol/index.ts'

/** `key` of frames that never take another's place. */
export const NO_KEY = -1

/** One frame of this hub, from its making until it has left the controller. */
export interface TxFrame {
  id: number
  length: number
  data: Uint8Array
  queued_ms: number
  expires_ms: number
  /** When the controller got it. */
  handed_ms: number
  key: number
  /** Waits for the frame before to the same hub. */
  spaced: boolean
  /** It was in the controller, or refused by it: its E2E header is written. */
  sealed: boolean
  /** Being taken out of the controller: to wait again, or for good. */
  yielding: boolean
  expired: boolean
  next: TxFrame | undefined
}

function emptyFrame(next: TxFrame | undefined): TxFrame {
  return {
    id: 0, length: 0, data: new Uint8Array(CLASSIC_DATA_BYTES), queued_ms: 0, expires_ms: 0, handed_ms: 0, key: NO_KEY, spaced: false,
    sealed: false, yielding: false, expired: false, next: next,
  }
}

/** A fixed number of frames: those that wait, in the order in which they win arbitration, and those that are free. */
export class FrameQueue {
  /** The frame that goes first. */
  head: TxFrame | undefined
  /** A frame to fill; it stays free until it is linked out. */
  free: TxFrame | undefined

  constructor(capacity: number) {
    this.head = undefined
    this.free = undefined
    for (let i = 0; i < capacity; i++) this.free = emptyFrame(this.free)
  }

  release(frame: TxFrame): void {
    frame.sealed = false
    frame.yielding = false
    frame.expired = false
    frame.next = this.free
    this.free = frame
  }

  /** Behind those that win against it or are of the same identifier; one taken back from the controller before these. */
  insert(frame: TxFrame): void {
    let before: TxFrame | undefined = undefined
    let after = this.head
    while (after !== undefined && (after.id < frame.id || (after.id === frame.id && !frame.sealed))) {
      before = after
      after = after.next
    }
    frame.next = after
    if (before === undefined) this.head = frame
    else before.next = frame
  }

  /** Unlinks the frame behind `before` (the head for none) and returns it. */
  takeAfter(before: TxFrame | undefined): TxFrame {
    const frame = (before === undefined ? this.head : before.next) as TxFrame
    if (before === undefined) this.head = frame.next
    else before.next = frame.next
    return frame
  }

  /** Frees the frame of this identifier and key that waits and was not sealed. `false`: there was none. */
  supersede(id: number, key: number): boolean {
    let before: TxFrame | undefined = undefined
    for (let frame = this.head; frame !== undefined && frame.id <= id; frame = frame.next) {
      if (frame.id === id && frame.key === key && !frame.sealed) {
        this.release(this.takeAfter(before))
        return true
      }
      before = frame
    }
    return false
  }

  /**
   * Frees the last of the frames that are less urgent than `id`, of those that were not sealed, as the number of one that was would be
   * missing; `sealedToo`: of those that were, too, if there is no other. `false`: there was none.
   */
  dropLast(id: number, sealedToo: boolean): boolean {
    let before: TxFrame | undefined = undefined
    let found: TxFrame | undefined = undefined
    let foundBefore: TxFrame | undefined = undefined
    for (let frame = this.head; frame !== undefined; frame = frame.next) {
      if (frame.id > id && (!frame.sealed || (sealedToo && (found === undefined || found.sealed)))) {
        found = frame
        foundBefore = before
      }
      before = frame
    }
    if (found === undefined) return false
    this.release(this.takeAfter(foundBefore))
    return true
  }

  holds(id: number): boolean {
    for (let frame = this.head; frame !== undefined; frame = frame.next) {
      if (frame.id === id) return true
    }
    return false
  }

  /** Frames that wait. */
  count(): number {
    let count = 0
    for (let frame = this.head; frame !== undefined; frame = frame.next) count++
    return count
  }
}
