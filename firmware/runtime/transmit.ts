import { CLASSIC_DATA_BYTES } from '#protocol/frame.ts'
import { nextCounter, protect } from '#protocol/e2e.ts'
import { dataIdOf, isBroadcastKind, locationOf, messageId, pageOf } from '#protocol/id.ts'
import type { AnyCodec, Values } from '../components/component.ts'
import type { CanPort, Hal } from '../hal.ts'
import type { HubCounters } from './counters.ts'
import type { Job, Schedule } from './schedule.ts'

/** Frames that wait or are in the controller. */
export const QUEUE_FRAMES = 16
/** Transmit buffers of the controller. */
export const HARDWARE_BUFFERS = 3
/** Least time between two frames of this hub to one other hub, which has two receive buffers. */
export const SPACING_ms = 10
/** A frame that has been in the controller for this long: the bus deserves a look. */
const STUCK_ms = 50
/** Pause before the controller is asked again for what it just refused. */
const RETRY_ms = 5
/** `key` of frames that never take another's place. */
export const NO_KEY = -1

const DATA_IDS = 512
const LOCATIONS = 16
const PRIORITY_SHIFT = 26

interface Slot {
  id: number
  length: number
  data: Uint8Array
  expires_ms: number
  handed_ms: number
  key: number
  /** The E2E header is written. */
  sealed: boolean
  /** Being taken out of the controller: to wait again, or for good. */
  yielding: boolean
  expired: boolean
  next: Slot | undefined
}

function emptySlot(next: Slot | undefined): Slot {
  return {
    id: 0, length: 0, data: new Uint8Array(CLASSIC_DATA_BYTES), expires_ms: 0, handed_ms: 0, key: NO_KEY, sealed: false,
    yielding: false, expired: false, next: next,
  }
}

/**
 * What stands between the hub's messages and the controller's three buffers: a bounded queue in the order of
 * arbitration. It writes the E2E header when a frame leaves it, so a dropped frame leaves no gap; it never has two
 * frames of one identifier in the controller, which does not keep their order; it takes back what grew too old.
 */
export class Transmitter {
  /** Called when a frame has been stuck in the controller. */
  onStuck: () => void
  /** Called when a frame that is no catalogue message has been sent. */
  onPeerSent: (id: number) => void
  private readonly can: CanPort
  private readonly schedule: Schedule
  private readonly counters: HubCounters
  private readonly source: number
  private readonly e2e: Uint8Array
  private readonly clear_ms: Float64Array
  private readonly flight: (Slot | undefined)[]
  private readonly pumpJob: Job
  private readonly expiryJob: Job
  private flying: number
  private head: Slot | undefined
  private free: Slot | undefined
  private opened: boolean

  constructor(hal: Hal, schedule: Schedule, counters: HubCounters, source: number) {
    this.onStuck = () => undefined
    this.onPeerSent = () => undefined
    this.can = hal.can[0]
    this.schedule = schedule
    this.counters = counters
    this.source = source
    this.e2e = new Uint8Array(DATA_IDS)
    this.clear_ms = new Float64Array(LOCATIONS)
    this.flight = [undefined, undefined, undefined]
    this.pumpJob = schedule.job('transmit', () => this.pump())
    this.expiryJob = schedule.job('transmit expiry', () => this.expire())
    this.flying = 0
    this.head = undefined
    this.free = undefined
    this.opened = false
    for (let i = 0; i < QUEUE_FRAMES; i++) this.free = emptySlot(this.free)
    this.can.onSent(id => this.sent(id))
  }

  /** Catalogue messages may be sent: the address is claimed. */
  open(): void {
    this.opened = true
  }

  /** Only claims may be sent; drops what waits. */
  close(): void {
    this.opened = false
    while (this.head !== undefined) {
      this.counters.txDiscarded++
      this.release(this.takeHead(this.head))
    }
    for (let i = 0; i < HARDWARE_BUFFERS; i++) {
      const slot = this.flight[i]
      if (slot !== undefined && isBroadcastKind(slot.id)) this.recall(slot, true)
    }
  }

  /**
   * Queues one message; `location` is the sender's for page 0, the receiver's for page 1. A frame of the same
   * identifier and `key` that still waits gets the new content. `false`: dropped, and counted.
   * @throws RangeError from the codec for values out of range.
   */
  send(codec: AnyCodec, location: number, values: Values, key: number): boolean {
    const slot = this.reserve(codec, location, key)
    if (slot === undefined) return false
    codec.encode(values, slot.data)
    return this.enqueue(slot, codec.lifetime_ms)
  }

  /** The same with bytes that are already encoded (2…length−1). */
  sendEncoded(codec: AnyCodec, location: number, data: Uint8Array, key: number): boolean {
    const slot = this.reserve(codec, location, key)
    if (slot === undefined) return false
    for (let i = 2; i < codec.length; i++) slot.data[i] = data[i]
    return this.enqueue(slot, codec.lifetime_ms)
  }

  /** Queues a frame that is no catalogue message, also while closed. It does not expire. */
  sendPeer(id: number, data: Uint8Array, length: number): boolean {
    if (this.holds(id)) return true
    const slot = this.prepare(id, length, NO_KEY)
    if (slot === undefined) return false
    for (let i = 0; i < length; i++) slot.data[i] = data[i]
    return this.enqueue(slot, Infinity)
  }

  /** True while a frame with this identifier waits or is in the controller. */
  holds(id: number): boolean {
    if (this.inFlight(id)) return true
    for (let slot = this.head; slot !== undefined; slot = slot.next) {
      if (slot.id === id) return true
    }
    return false
  }

  /** Frames that wait or are in the controller. */
  waiting(): number {
    let count = this.flying
    for (let slot = this.head; slot !== undefined; slot = slot.next) count++
    return count
  }

  private reserve(codec: AnyCodec, location: number, key: number): Slot | undefined {
    if (!this.opened) {
      this.counters.txClosed++
      return undefined
    }
    return this.prepare(messageId(codec.priority, codec.page, codec.kind, location, this.source), codec.length, key)
  }

  /** The first free slot (it stays free until `enqueue`), after making room if need be. */
  private prepare(id: number, length: number, key: number): Slot | undefined {
    this.watchController()
    if (key !== NO_KEY) this.supersede(id, key)
    if (this.free === undefined && !this.makeRoom(id)) {
      this.counters.txQueued++
      this.counters.txOverflow++
      return undefined
    }
    const slot = this.free
    if (slot === undefined) return undefined
    slot.id = id
    slot.length = length
    slot.key = key
    slot.sealed = false
    slot.yielding = false
    slot.expired = false
    return slot
  }

  private enqueue(slot: Slot, lifetime_ms: number): boolean {
    this.free = slot.next
    this.counters.txQueued++
    slot.expires_ms = this.schedule.now() + lifetime_ms
    this.insert(slot)
    this.schedule.notLater(this.expiryJob, slot.expires_ms)
    this.pump()
    return true
  }

  /** Into the queue behind those that win against it or are of the same identifier; one taken back goes before these. */
  private insert(slot: Slot): void {
    let before: Slot | undefined = undefined
    let after = this.head
    while (after !== undefined && (after.id < slot.id || (after.id === slot.id && !slot.sealed))) {
      before = after
      after = after.next
    }
    slot.next = after
    if (before === undefined) this.head = slot
    else before.next = slot
  }

  private supersede(id: number, key: number): void {
    let before: Slot | undefined = undefined
    for (let slot = this.head; slot !== undefined && slot.id <= id; slot = slot.next) {
      if (slot.id === id && slot.key === key && !slot.sealed) {
        this.counters.txSuperseded++
        this.release(this.takeNext(before))
        return
      }
      before = slot
    }
  }

  /** Drops the last of the queue if it is less urgent than `id`. */
  private makeRoom(id: number): boolean {
    let before: Slot | undefined = undefined
    let last = this.head
    while (last !== undefined && last.next !== undefined) {
      before = last
      last = last.next
    }
    if (last === undefined || last.id <= id) return false
    this.counters.txOverflow++
    this.release(this.takeNext(before))
    return true
  }

  /** Hands frames to the controller as long as it has room and a frame may go. */
  private pump(): void {
    const now = this.schedule.now()
    let retry_ms = Infinity
    let before: Slot | undefined = undefined
    let slot = this.head
    while (slot !== undefined && this.flying < HARDWARE_BUFFERS) {
      const clear_ms = this.clearTime(slot.id)
      if (clear_ms > now || this.inFlight(slot.id)) {
        if (clear_ms > now && clear_ms < retry_ms) retry_ms = clear_ms
        before = slot
        slot = slot.next
        continue
      }
      if (!this.hand(slot, now)) {
        retry_ms = now + RETRY_ms
        break
      }
      this.takeNext(before)
      slot = before === undefined ? this.head : before.next
    }
    if (slot !== undefined && this.flying === HARDWARE_BUFFERS) this.yieldTo(slot)
    this.schedule.notLater(this.pumpJob, retry_ms)
  }

  private hand(slot: Slot, now: number): boolean {
    if (!slot.sealed && isBroadcastKind(slot.id)) {
      const dataId = dataIdOf(slot.id)
      protect(slot.data, slot.length, dataId, this.e2e[dataId])
      this.e2e[dataId] = nextCounter(this.e2e[dataId])
    }
    slot.sealed = true
    if (!this.can.send(slot.id, slot.data, slot.length)) return false
    slot.handed_ms = now
    this.flight[this.placeOf(undefined)] = slot
    this.flying++
    this.space(slot.id, Infinity)
    return true
  }

  /** The controller's buffers are full of less urgent frames: takes the least urgent back. */
  private yieldTo(slot: Slot): void {
    let least: Slot | undefined = undefined
    for (let i = 0; i < HARDWARE_BUFFERS; i++) {
      const candidate = this.flight[i]
      if (candidate === undefined) continue
      if (candidate.yielding || candidate.expired) return
      if (least === undefined || candidate.id > least.id) least = candidate
    }
    if (least !== undefined && least.id >>> PRIORITY_SHIFT > slot.id >>> PRIORITY_SHIFT) this.recall(least, false)
  }

  /** Takes a frame out of the controller; `sent` reports it as it reports an acknowledged one. */
  private recall(slot: Slot, forGood: boolean): boolean {
    if (!slot.yielding && !slot.expired && !this.can.abort(slot.id)) return false
    if (forGood) slot.expired = true
    else slot.yielding = true
    return true
  }

  /** The controller has a free buffer. */
  private sent(id: number): void {
    const place = this.placeOf(id)
    const slot = place < 0 ? undefined : this.flight[place]
    if (slot === undefined) return
    this.flight[place] = undefined
    this.flying--
    this.space(id, this.schedule.now() + SPACING_ms)
    if (slot.yielding && !slot.expired) {
      slot.yielding = false
      this.counters.txYielded++
      this.insert(slot)
    } else {
      const peer = !slot.expired && !isBroadcastKind(id)
      if (slot.expired) this.countGone()
      else this.counters.txSent++
      this.release(slot)
      if (peer) this.onPeerSent(id)
    }
    if (this.head !== undefined) this.pump()
  }

  private countGone(): void {
    if (this.opened) this.counters.txExpired++
    else this.counters.txDiscarded++
  }

  /** Drops what is too old, waiting or in the controller. */
  private expire(): void {
    const now = this.schedule.now()
    let next_ms = Infinity
    let before: Slot | undefined = undefined
    let slot = this.head
    while (slot !== undefined) {
      const after: Slot | undefined = slot.next
      if (slot.expires_ms <= now) {
        this.counters.txExpired++
        this.release(this.takeNext(before))
      } else {
        if (slot.expires_ms < next_ms) next_ms = slot.expires_ms
        before = slot
      }
      slot = after
    }
    for (let i = 0; i < HARDWARE_BUFFERS; i++) {
      const flying = this.flight[i]
      if (flying === undefined || flying.expired) continue
      if (flying.expires_ms > now) {
        if (flying.expires_ms < next_ms) next_ms = flying.expires_ms
      } else if (!this.recall(flying, true)) {
        next_ms = now + RETRY_ms
      }
    }
    this.schedule.notLater(this.expiryJob, next_ms)
  }

  private watchController(): void {
    const oldest_ms = this.schedule.now() - STUCK_ms
    for (let i = 0; i < HARDWARE_BUFFERS; i++) {
      const slot = this.flight[i]
      if (slot !== undefined && slot.handed_ms < oldest_ms) {
        this.onStuck()
        return
      }
    }
  }

  private space(id: number, clear_ms: number): void {
    if (isBroadcastKind(id) && pageOf(id) === 1) this.clear_ms[locationOf(id)] = clear_ms
  }

  private clearTime(id: number): number {
    return isBroadcastKind(id) && pageOf(id) === 1 ? this.clear_ms[locationOf(id)] : 0
  }

  private inFlight(id: number): boolean {
    return this.flying > 0 && this.placeOf(id) >= 0
  }

  /** Index in `flight` of the frame with this identifier, or of a free place; −1 = none. */
  private placeOf(id: number | undefined): number {
    for (let i = 0; i < HARDWARE_BUFFERS; i++) {
      const slot = this.flight[i]
      if (slot === undefined ? id === undefined : slot.id === id) return i
    }
    return -1
  }

  private takeHead(slot: Slot): Slot {
    this.head = slot.next
    return slot
  }

  /** Unlinks the slot behind `before` (the head for none). */
  private takeNext(before: Slot | undefined): Slot {
    const slot = (before === undefined ? this.head : before.next) as Slot
    if (before === undefined) this.head = slot.next
    else before.next = slot.next
    return slot
  }

  private release(slot: Slot): void {
    slot.next = this.free
    this.free = slot
  }
}
