import { type CanFrame, CLASSIC_DATA_BYTES, copyFrame, createFrame } from '#protocol/index.ts'
import { arbitrationKey } from './arbitration.ts'

/** One transmit buffer. */
export class TxSlot {
  readonly frame: CanFrame
  /** Stays pending however often it is sent. */
  readonly repeats: boolean
  key = 0
  next: TxSlot | undefined = undefined
  previous: TxSlot | undefined = undefined

  constructor(repeats: boolean, bytes: number) {
    this.repeats = repeats
    this.frame = createFrame(bytes)
  }
}

/**
 * Transmit buffers in the order in which they will compete: by arbitration value, equal ones by age. What an MCP2515
 * does when its driver sets the TXP bits that way, and what an adapter with a priority queue does.
 */
export class TxQueue {
  readonly capacity: number
  /** The frame to send next; undefined when there is none. */
  first: TxSlot | undefined = undefined
  length = 0
  private head: TxSlot | undefined = undefined
  private tail: TxSlot | undefined = undefined
  private free: TxSlot | undefined = undefined
  private babble: TxSlot | undefined = undefined

  /** `bytes`: longest data of a frame. */
  constructor(capacity: number, bytes: number) {
    this.capacity = capacity
    for (let i = 0; i < capacity; i++) this.release(new TxSlot(false, bytes))
  }

  /** Copies the frame in; `false` when no buffer is free. */
  push(frame: CanFrame, bus: number): boolean {
    const slot = this.free
    if (slot === undefined) return false
    this.free = slot.next
    copyFrame(frame, slot.frame)
    slot.frame.bus = bus
    slot.key = arbitrationKey(frame)
    this.length++
    let before = this.tail
    while (before !== undefined && before.key > slot.key) before = before.previous
    slot.previous = before
    if (before === undefined) {
      slot.next = this.head
      this.head = slot
    } else {
      slot.next = before.next
      before.next = slot
    }
    if (slot.next === undefined) this.tail = slot
    else slot.next.previous = slot
    this.choose()
    return true
  }

  /** Takes a sent slot out of the order. Its frame stays readable until `release`. */
  take(slot: TxSlot): void {
    if (slot.repeats) return
    if (slot.previous === undefined) this.head = slot.next
    else slot.previous.next = slot.next
    if (slot.next === undefined) this.tail = slot.previous
    else slot.next.previous = slot.previous
    this.length--
    this.choose()
  }

  /** Makes the buffer free for a new frame. */
  release(slot: TxSlot): void {
    if (slot.repeats) return
    slot.previous = undefined
    slot.next = this.free
    this.free = slot
  }

  /** The oldest waiting slot with this identifier, other than `busy`. */
  find(id: number, extended: boolean, busy: TxSlot | undefined): TxSlot | undefined {
    for (let slot = this.head; slot !== undefined; slot = slot.next) {
      if (slot !== busy && slot.frame.id === id && slot.frame.extended === extended) return slot
    }
    return undefined
  }

  /** Empties all buffers; returns how many frames were lost. A babbling frame stays. */
  clear(): number {
    const lost = this.length
    while (this.head !== undefined) {
      const slot = this.head
      this.take(slot)
      this.release(slot)
    }
    return lost
  }

  /** A frame that is always pending, as of a node gone mad; undefined ends it. */
  setBabble(frame: CanFrame | undefined): void {
    this.babble = undefined
    if (frame !== undefined) {
      this.babble = new TxSlot(true, CLASSIC_DATA_BYTES)
      copyFrame(frame, this.babble.frame)
      this.babble.key = arbitrationKey(frame)
    }
    this.choose()
  }

  private choose(): void {
    const babble = this.babble
    const head = this.head
    this.first = babble === undefined || (head !== undefined && head.key < babble.key) ? head : babble
  }
}
