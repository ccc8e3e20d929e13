import type { Encoder } from '#protocol/index.ts'
import { checksum, dataIdOf, E2E_COUNTER_MAX, isBroadcastKind, locationOf, messageId, PF_BROADCAST, startOf } from '#protocol/index.ts'
import type { AnyEncoder } from '../message.ts'
import type { CanPort } from '../hal.ts'
import type { HubCounters } from './counters.ts'
import { FrameQueue, NO_KEY } from './frame-queue.ts'
import type { TxFrame } from './frame-queue.ts'
import type { Job, Schedule } from './schedule.ts'

/** Transmit buffers of the controller. */
const HARDWARE_BUFFERS = 3
/**
 * Least time between two frames of this hub to one other hub, or to all: a board that runs an interpreter handles one in up to
 * 10 ms, and its controller has two receive buffers. Urgent rows (safety and power 0, power answers and latches 1) do not wait and
 * make nobody wait; they are bounded by what causes them, one answer for a request, at least 1 ms apart, one latch command
 * for each 100 ms. So one of each fits into both buffers, and what is lost when all coincide is repeated.
 */
export const SPACING_ms = 10
/** The last priority that is not spaced. */
const URGENT_PRIORITY = 1
/** Identifiers of frames that are urgent are below. */
const SPACED_ID = (URGENT_PRIORITY + 1) << 26
/** A frame that has been in the controller for this long: the bus deserves a look. */
const STUCK_ms = 50
/** Pause before the controller is asked again for what it just refused. */
const RETRY_ms = 5

const DATA_IDS = 512
const LOCATIONS = 16
/** The keys of one row: port, channel. Classes of kind 14 share identifiers: a frame of one never takes the place of another's. */
const KEY_BITS = 8

/** Tags what leaves the queue. */
export interface Sealer {
  /** Before its E2E header is written: puts a tag behind it where it has room; returns the length of the frame. */
  seal(id: number, data: Uint8Array, length: number): number
  /** After that. */
  sealed(id: number, data: Uint8Array, length: number): void
  /** Frames were handed to the controller: sends what is to follow them. */
  follow(): void
}

/**
 * What stands between the hub's messages and the controller's three buffers: a bounded queue in the order of
 * arbitration. It writes the E2E header when a frame leaves it, so one that a full queue drops leaves no gap: what was sealed and taken
 * back from the controller stays, but for urgent ones that have no other room. It never has two frames of one identifier in the
 * controller, which does not keep their order; it takes back what grew too old, and that number is missing.
 */
export class Transmitter {
  /** Called when a frame has been stuck in the controller. */
  onStuck: () => void
  /** Called when a frame that is no catalogue message has been sent. */
  onPeerSent: (id: number) => void
  /** Called when a catalogue message has been sent: how long after it was queued. */
  onSent: ((id: number, response_ms: number) => void) | undefined
  /** In a car with keys. */
  sealer: Sealer | undefined
  private readonly can: CanPort
  private readonly schedule: Schedule
  private readonly counters: HubCounters
  private readonly source: number
  private readonly e2e: Uint8Array
  private readonly clear_ms: Float64Array
  /** What the controller has, `flying` of them in front. */
  private readonly flight: (TxFrame | undefined)[]
  private readonly pumpJob: Job
  private readonly expiryJob: Job
  private readonly queue: FrameQueue
  /** The controller has a free buffer. */
  private readonly sent: (id: number) => void
  private flying: number
  private opened: boolean

  /** `room`: how many frames may wait or be in the controller. */
  constructor(can: CanPort, schedule: Schedule, counters: HubCounters, source: number, room: number) {
    this.onStuck = () => undefined
    this.onPeerSent = () => undefined
    this.onSent = undefined
    this.sealer = undefined
    this.can = can
    this.schedule = schedule
    this.counters = counters
    this.source = source
    this.e2e = new Uint8Array(DATA_IDS)
    this.clear_ms = new Float64Array(LOCATIONS)
    this.flight = [undefined, undefined, undefined]
    this.pumpJob = schedule.job('transmit', () => this.pump(schedule.now_ms))
    this.expiryJob = schedule.job('transmit expiry', () => this.expire())
    this.flying = 0
    this.queue = new FrameQueue(room)
    this.opened = false
    const flight = this.flight
    const queue = this.queue
    this.sent = (id) => {
      let place = 0
      while (place < this.flying && flight[place]!.id !== id) place++
      if (place === this.flying) return
      const frame = flight[place]!
      this.flying--
      flight[place] = flight[this.flying]
      flight[this.flying] = undefined
      if (frame.yielding || frame.expired) this.recalled(frame)
      else {
        if (frame.spaced) this.clear_ms[locationOf(id)] = schedule.now() + SPACING_ms
        counters.txSent++
        queue.release(frame)
        if (frame.expires_ms === Infinity) this.onPeerSent(id)
        else if (this.onSent !== undefined) this.onSent(id, schedule.now() - frame.queued_ms)
      }
      if (queue.head !== undefined) this.pump(schedule.now())
    }
    can.onSent(this.sent)
  }

  /** Catalogue messages may be sent: the address is claimed. */
  open(): void {
    this.opened = true
  }

  /** Only claims may be sent; drops what waits. */
  close(): void {
    this.opened = false
    while (this.queue.head !== undefined) {
      this.counters.txDiscarded++
      this.queue.release(this.queue.takeAfter(undefined))
    }
    for (let i = 0; i < HARDWARE_BUFFERS; i++) {
      const frame = this.flight[i]
      if (frame !== undefined && isBroadcastKind(frame.id)) this.recall(frame, true)
    }
  }

  /** The board goes to sleep, and its controller forgets what it was given: nothing waits and nothing may be sent. */
  rest(): void {
    this.close()
    for (let i = 0; i < HARDWARE_BUFFERS; i++) {
      const frame = this.flight[i]
      if (frame === undefined) continue
      this.counters.txDiscarded++
      this.flight[i] = undefined
      if (frame.spaced) this.clear_ms[locationOf(frame.id)] = 0
      this.queue.release(frame)
    }
    this.flying = 0
  }

  /**
   * Queues one message; `location` is the sender's for page 0, the receiver's for page 1. A frame of the same
   * identifier and `key` that still waits gets the new content. `false`: dropped, and counted.
   * @throws RangeError from the codec for values out of range.
   */
  send<Values extends object>(codec: Encoder<Values>, location: number, values: Values, key: number): boolean {
    const frame = this.reserve(codec, location, key)
    if (frame === undefined) return false
    codec.encode(values, frame.data)
    this.enqueue(frame, codec.lifetime_ms)
    return true
  }

  /** The same of what happened at `since_ms` and waited elsewhere: its age counts from then. */
  sendLate<Values extends object>(codec: Encoder<Values>, location: number, values: Values, key: number, since_ms: number): boolean {
    const frame = this.reserve(codec, location, key)
    if (frame === undefined) return false
    codec.encode(values, frame.data)
    frame.queued_ms = since_ms
    this.enqueue(frame, codec.lifetime_ms)
    return true
  }

  /** The same with bytes that are already encoded (2…length−1). */
  sendEncoded(codec: AnyEncoder, location: number, data: Uint8Array, key: number): boolean {
    const frame = this.reserve(codec, location, key)
    if (frame === undefined) return false
    for (let i = 2; i < codec.length; i++) frame.data[i] = data[i]!
    this.enqueue(frame, codec.lifetime_ms)
    return true
  }

  /** Queues a frame that is no catalogue message, also while closed. It does not expire. */
  sendPeer(id: number, data: Uint8Array, length: number): boolean {
    if (this.holds(id)) return true
    const now = this.schedule.now()
    this.makeRoom(id, NO_KEY, now)
    const frame = this.queue.free
    if (frame === undefined) return false
    frame.id = id
    frame.length = length
    frame.key = NO_KEY
    frame.spaced = false
    frame.queued_ms = now
    for (let i = 0; i < length; i++) frame.data[i] = data[i]!
    this.enqueue(frame, Infinity)
    return true
  }

  /** True while a frame with this identifier waits or is in the controller. */
  holds(id: number): boolean {
    return this.inFlight(id) || this.queue.holds(id)
  }

  /** True while a message to this location waits or is in the controller. */
  waits(codec: AnyEncoder, location: number): boolean {
    return this.holds(messageId(codec.priority, codec.page, codec.kind, location, this.source))
  }

  /** Frames that wait or are in the controller. */
  waiting(): number {
    return this.flying + this.queue.count()
  }

  /** A free frame for a message (it stays free until `enqueue`). */
  private reserve(codec: AnyEncoder, location: number, key: number): TxFrame | undefined {
    if (!this.opened) {
      this.counters.txClosed++
      return undefined
    }
    const now = this.schedule.now()
    const priority = codec.priority
    const id = (priority << 26) | (codec.page << 24) | (PF_BROADCAST << 16) | (codec.kind << 12) | (location << 8) | this.source
    const ownKey = codec.class === undefined || key === NO_KEY ? key : codec.class << KEY_BITS | key
    const queue = this.queue
    if (this.flying > 0 || queue.head !== undefined) this.makeRoom(id, ownKey, now)
    const frame = queue.free
    if (frame === undefined) return undefined
    frame.id = id
    frame.length = codec.length
    frame.key = ownKey
    frame.spaced = priority > URGENT_PRIORITY && codec.page === 1
    frame.queued_ms = now
    return frame
  }

  /** Looks after what is under way before one more comes: to the controller, for one that it replaces, for a free frame. */
  private makeRoom(id: number, key: number, now: number): void {
    const queue = this.queue
    if (this.flying > 0) this.watchController(now)
    if (key !== NO_KEY && queue.supersede(id, key)) this.counters.txSuperseded++
    if (queue.free === undefined) {
      this.counters.txOverflow++
      // What is urgent is worth a number that is missing.
      if (!queue.dropLast(id, id < SPACED_ID)) this.counters.txQueued++
    }
  }

  private enqueue(frame: TxFrame, lifetime_ms: number): void {
    const queue = this.queue
    const now = this.schedule.now_ms
    const expires_ms = frame.queued_ms + lifetime_ms
    frame.expires_ms = expires_ms
    queue.free = frame.next
    this.counters.txQueued++
    const expiry = this.expiryJob
    if (expires_ms < Infinity && (!expiry.armed || expiry.due_ms > expires_ms)) this.schedule.startAt(expiry, expires_ms)
    if (queue.head !== undefined) {
      queue.insert(frame)
      this.pump(now)
    } else if (this.flying > 0 || frame.spaced || !this.hand(frame, now)) {
      frame.next = undefined
      queue.head = frame
      this.pump(now)
    } else if (this.sealer !== undefined) this.sealer.follow()
  }

  /** Hands frames to the controller as long as it has room and a frame may go. */
  private pump(now: number): void {
    const queue = this.queue
    let retry_ms = Infinity
    let before: TxFrame | undefined = undefined
    let frame = queue.head
    while (frame !== undefined) {
      const clear_ms = frame.spaced ? this.clear_ms[locationOf(frame.id)]! : 0
      if (clear_ms > now || (this.flying > 0 && this.inFlight(frame.id))) {
        if (clear_ms > now && clear_ms < retry_ms) retry_ms = clear_ms
        if (clear_ms === Infinity) this.passSlower(frame.id)
        before = frame
        frame = frame.next
        continue
      }
      if (this.flying === HARDWARE_BUFFERS) {
        this.yieldTo(frame)
        break
      }
      if (!this.hand(frame, now)) {
        retry_ms = now + RETRY_ms
        break
      }
      const after: TxFrame | undefined = frame.next
      if (before === undefined) queue.head = after
      else before.next = after
      frame = after
    }
    if (retry_ms < Infinity) this.schedule.notLater(this.pumpJob, retry_ms)
    if (this.sealer !== undefined) this.sealer.follow()
  }

  private hand(frame: TxFrame, now: number): boolean {
    const id = frame.id
    const data = frame.data
    // What does not expire is no catalogue message.
    if (!frame.sealed && frame.expires_ms < Infinity) {
      const dataId = dataIdOf(id)
      const counter = this.e2e[dataId]!
      const sealer = this.sealer
      if (sealer !== undefined) frame.length = sealer.seal(id, data, frame.length)
      // `protect`, written out: it is what every frame costs, and a call of it more than what it does.
      data[1] = counter
      data[0] = checksum(data, frame.length, startOf(dataId))
      this.e2e[dataId] = counter >= E2E_COUNTER_MAX ? 0 : counter + 1
      if (sealer !== undefined) sealer.sealed(id, data, frame.length)
    }
    if (!this.can.send(id, data, frame.length)) {
      frame.sealed = true
      return false
    }
    frame.handed_ms = now
    this.flight[this.flying] = frame
    this.flying++
    if (frame.spaced) this.clear_ms[locationOf(id)] = Infinity
    return true
  }

  /** The controller's buffers are full: takes the least urgent frame back, if this one is more urgent. */
  private yieldTo(frame: TxFrame): void {
    let least: TxFrame | undefined = undefined
    for (let i = 0; i < HARDWARE_BUFFERS; i++) {
      const candidate = this.flight[i]
      if (candidate === undefined) continue
      if (candidate.yielding || candidate.expired) return
      if (least === undefined || candidate.id > least.id) least = candidate
    }
    if (least !== undefined && least.id > frame.id) this.recall(least, false)
  }

  /** Takes back a less urgent spaced frame to the same hub, which would hold this one up for as long as the bus is busy. */
  private passSlower(id: number): void {
    for (let i = 0; i < HARDWARE_BUFFERS; i++) {
      const flying = this.flight[i]
      if (flying === undefined || flying.id <= id || !flying.spaced || locationOf(flying.id) !== locationOf(id)) continue
      if (!flying.yielding && !flying.expired) this.recall(flying, false)
    }
  }

  /** Takes a frame out of the controller; `sent` reports it as it reports an acknowledged one. */
  private recall(frame: TxFrame, forGood: boolean): boolean {
    if (!frame.yielding && !frame.expired && !this.can.abort(frame.id)) return false
    if (forGood) frame.expired = true
    else frame.yielding = true
    return true
  }

  /** A frame was taken back from the controller: for good, or to wait again. */
  private recalled(frame: TxFrame): void {
    if (frame.spaced) this.clear_ms[locationOf(frame.id)] = 0
    if (frame.expired) {
      this.countGone()
      this.queue.release(frame)
    } else {
      frame.yielding = false
      frame.sealed = true
      this.counters.txYielded++
      this.queue.insert(frame)
    }
  }

  private countGone(): void {
    if (this.opened) this.counters.txExpired++
    else this.counters.txDiscarded++
  }

  /** Drops what is too old, waiting or in the controller. */
  private expire(): void {
    const now = this.schedule.now_ms
    let next_ms = Infinity
    let before: TxFrame | undefined = undefined
    let frame = this.queue.head
    while (frame !== undefined) {
      const after: TxFrame | undefined = frame.next
      if (frame.expires_ms <= now) {
        this.counters.txExpired++
        this.queue.release(this.queue.takeAfter(before))
      } else {
        if (frame.expires_ms < next_ms) next_ms = frame.expires_ms
        before = frame
      }
      frame = after
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

  private watchController(now: number): void {
    const oldest_ms = now - STUCK_ms
    for (let i = 0; i < HARDWARE_BUFFERS; i++) {
      const frame = this.flight[i]
      if (frame !== undefined && frame.handed_ms < oldest_ms) {
        this.onStuck()
        return
      }
    }
  }

  private inFlight(id: number): boolean {
    let place = this.flying - 1
    while (place >= 0 && this.flight[place]!.id !== id) place--
    return place >= 0
  }
}
