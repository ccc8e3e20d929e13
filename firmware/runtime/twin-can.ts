import { CAN_STATE, type CanState } from '#protocol/index.ts'
import type { CanPort, FilterBank } from '../hal.ts'
import type { Feeds } from './feeds.ts'
import type { Job, Schedule } from './schedule.ts'
import { SecondCopies } from './second-copies.ts'

/** Transmit buffers of one controller. */
const BUFFERS = 3
const DATA_BYTES = 8
/** A spine that has not sent a frame for so long after the other has is down; what it holds is taken back then. */
export const LATE_ms = 20
/** Error counter from which on a controller warns (ISO 11898-1). */
const WARNING = 96
/** Pause before a copy that is on the wire just now is taken back. */
const RETRY_ms = 5

/** `frame` of a copy: its buffer is free, or its frame has left by the other spine. */
const FREE = -2
const STRAY = -1
/** Why a copy is taken back: not at all, because its sender does not want it sent, because its spine is late with it. */
const RECALL = { none: 0, unwanted: 1, late: 2 } as const

/** One spine of two, as far as sending is concerned. */
export class Side {
  readonly port: CanPort
  /** It sends: frames count as sent only when it has them sent too. */
  up: boolean
  /** How often it went down. */
  downs: number
  /** By transmit buffer: identifier, frame it is a copy of, since when, whether it is being taken back. */
  readonly ids: Int32Array
  readonly frames: Int8Array
  readonly since_ms: Float64Array
  readonly recalls: Uint8Array

  constructor(port: CanPort) {
    this.port = port
    this.up = true
    this.downs = 0
    this.ids = new Int32Array(BUFFERS)
    this.frames = new Int8Array(BUFFERS)
    this.since_ms = new Float64Array(BUFFERS)
    this.recalls = new Uint8Array(BUFFERS)
    this.frames.fill(FREE)
  }

  /** Its copy of a frame; −1: it has none. */
  copyOf(frame: number): number {
    for (let i = 0; i < BUFFERS; i++) if (this.frames[i] === frame) return i
    return -1
  }

  /** A buffer with this identifier; −1: none. */
  holding(id: number): number {
    for (let i = 0; i < BUFFERS; i++) if (this.frames[i] !== FREE && this.ids[i] === id) return i
    return -1
  }
}

/**
 * Two controllers, on spine A and on spine B, as one. A frame goes out on both; it counts as sent when each spine that is up has
 * sent it, and a spine that is `LATE_ms` behind the other is down: it is not waited for, but offered every frame, so that
 * the first that it sends brings it up again. Of the two copies that arrive one is handed on. Controllers err, leave the bus and
 * return each by itself.
 */
export class TwinCan implements CanPort {
  /** A spine went down. */
  onDown: () => void
  readonly sides: readonly Side[]
  readonly copies: SecondCopies
  readonly feeds: Feeds
  private readonly schedule: Schedule
  private readonly job: Job
  /** By frame under way: whether it is one, what it is, the spines that sent it (bits), when the first did. */
  private readonly used: Uint8Array
  private readonly ids: Int32Array
  private readonly lengths: Uint8Array
  private readonly data: readonly Uint8Array[]
  private readonly sentBy: Uint8Array
  private readonly first_ms: Float64Array
  private sentHandler: (id: number) => void

  constructor(ports: readonly CanPort[], schedule: Schedule, feeds: Feeds) {
    this.feeds = feeds
    this.onDown = () => undefined
    this.sides = [new Side(ports[0]!), new Side(ports[1]!)]
    this.copies = new SecondCopies()
    this.schedule = schedule
    this.job = schedule.job('late spine', () => this.look())
    this.used = new Uint8Array(BUFFERS)
    this.ids = new Int32Array(BUFFERS)
    this.lengths = new Uint8Array(BUFFERS)
    this.data = [new Uint8Array(DATA_BYTES), new Uint8Array(DATA_BYTES), new Uint8Array(DATA_BYTES)]
    this.sentBy = new Uint8Array(BUFFERS)
    this.first_ms = new Float64Array(BUFFERS)
    this.sentHandler = () => undefined
    ports[0]!.onSent(id => this.sent(0, id))
    ports[1]!.onSent(id => this.sent(1, id))
  }

  send(id: number, data: Uint8Array, length: number): boolean {
    const frame = this.used.indexOf(0)
    if (frame < 0) return false
    this.ids[frame] = id
    this.lengths[frame] = length
    const copy = this.data[frame]!
    for (let i = 0; i < length; i++) copy[i] = data[i]!
    this.sentBy[frame] = 0
    this.used[frame] = 1
    const now = this.schedule.now()
    const first = this.offer(0, frame, now)
    const second = this.offer(1, frame, now)
    if (!first && !second) this.used[frame] = 0
    return first || second
  }

  /** `false`, too, for a frame that one spine has sent already. */
  abort(id: number): boolean {
    const frame = this.frameOf(id)
    if (frame < 0 || this.sentBy[frame] !== 0) return false
    let gone = false
    let sending = false
    for (const side of this.sides) {
      const place = side.copyOf(frame)
      if (place < 0) continue
      if (side.recalls[place] !== RECALL.none || side.port.abort(id)) {
        side.recalls[place] = RECALL.unwanted
        gone = true
      } else if (side.up) sending = true
    }
    // On the wire of a spine that is up: it stays, and goes into the other controller again. That of one that is down is not waited for.
    for (const side of this.sides) {
      const place = side.copyOf(frame)
      if (place < 0) continue
      if (sending && side.recalls[place] === RECALL.unwanted) side.recalls[place] = RECALL.late
      else if (gone && side.recalls[place] === RECALL.none) side.frames[place] = STRAY
    }
    return gone && !sending
  }

  filter(first: FilterBank, second: FilterBank): void {
    for (const side of this.sides) side.port.filter(first, second)
  }

  onReceive(handler: (id: number, data: Uint8Array, length: number) => void): void {
    const copies = this.copies
    const schedule = this.schedule
    this.sides[0]!.port.onReceive((id, data, length) => {
      if (!copies.take(0, id, data, length, schedule.now())) handler(id, data, length)
    })
    this.sides[1]!.port.onReceive((id, data, length) => {
      if (!copies.take(1, id, data, length, schedule.now())) handler(id, data, length)
    })
  }

  onSent(handler: (id: number) => void): void {
    this.sentHandler = handler
  }

  /** Of the worse controller. */
  tec(): number {
    return Math.max(this.sides[0]!.port.tec(), this.sides[1]!.port.tec())
  }

  /** Of the worse controller. */
  rec(): number {
    return Math.max(this.sides[0]!.port.rec(), this.sides[1]!.port.rec())
  }

  /** Of the better controller: what the hub can do. */
  state(): CanState {
    const first = this.sides[0]!.port.state()
    const second = this.sides[1]!.port.state()
    return first < second ? first : second
  }

  overflows(): number {
    return this.sides[0]!.port.overflows() + this.sides[1]!.port.overflows()
  }

  recover(): void {
    for (const side of this.sides) side.port.recover()
  }

  /** True while this hub cannot send on a spine (0 or 1), or hears hubs on the other only. */
  faulty(spine: number): boolean {
    return !this.sides[spine]!.up || this.copies.unheard[spine] !== 0
  }

  /**
   * The board sleeps, and its controllers forget what they were given. Returns the spine that is not to wake it (a bit, 0: both are), as
   * one that does not carry, or errs, would wake the car again and again, for nothing: the other one does.
   */
  rest(): number {
    for (const side of this.sides) side.frames.fill(FREE)
    this.used.fill(0)
    this.schedule.stop(this.job)
    this.copies.forget()
    const ails = this.ails(0)
    return ails === this.ails(1) ? 0 : ails ? 1 : 2
  }

  private ails(spine: number): boolean {
    const port = this.sides[spine]!.port
    return this.faulty(spine) || port.state() !== CAN_STATE.errorActive || port.tec() >= WARNING || port.rec() >= WARNING
  }

  /** Puts a frame into a controller, unless it has no room, or another frame of this identifier: it would not keep their order. */
  private offer(spine: number, frame: number, now: number): boolean {
    const side = this.sides[spine]!
    const id = this.ids[frame]!
    const place = side.frames.indexOf(FREE)
    if (place < 0 || side.holding(id) >= 0 || !side.port.send(id, this.data[frame]!, this.lengths[frame]!)) return false
    side.ids[place] = id
    side.frames[place] = frame
    side.since_ms[place] = now
    side.recalls[place] = RECALL.none
    if (!side.up) this.schedule.notLater(this.job, now + LATE_ms)
    return true
  }

  /** A controller has a free buffer: the frame was sent on this spine, or taken back. */
  private sent(spine: number, id: number): void {
    const side = this.sides[spine]!
    const place = side.holding(id)
    if (place < 0) return
    const now = this.schedule.now()
    const frame = side.frames[place]!
    const recall = side.recalls[place]!
    side.frames[place] = FREE
    if (recall === RECALL.none) side.up = true
    if (frame >= 0) {
      if (recall === RECALL.none) {
        if (this.sentBy[frame] === 0) this.first_ms[frame] = now
        this.sentBy[frame] = this.sentBy[frame]! | 1 << spine
      }
      if (recall === RECALL.unwanted) this.finish(frame)
      else if (this.sentBy[frame] !== 0) this.settle(frame)
    }
    this.offerMore(spine, now)
  }

  /** What no spine has sent, and this one had no room for. */
  private offerMore(spine: number, now: number): void {
    for (let frame = 0; frame < BUFFERS; frame++) {
      if (this.used[frame] === 1 && this.sentBy[frame] === 0 && this.sides[spine]!.copyOf(frame) < 0) this.offer(spine, frame, now)
    }
  }

  /** A frame is done when no spine that is up still has it to send. */
  private settle(frame: number): void {
    for (const side of this.sides) {
      if (side.up && side.copyOf(frame) >= 0) {
        this.schedule.notLater(this.job, this.first_ms[frame]! + LATE_ms)
        return
      }
    }
    this.finish(frame)
  }

  private finish(frame: number): void {
    for (const side of this.sides) {
      const place = side.copyOf(frame)
      if (place >= 0) side.frames[place] = STRAY
    }
    this.used[frame] = 0
    this.sentHandler(this.ids[frame]!)
  }

  /** Looks for spines that are late. */
  private look(): void {
    const now = this.schedule.now()
    let went = false
    for (const side of this.sides) went = this.lookAt(side, now) || went
    for (let frame = 0; frame < BUFFERS; frame++) {
      if (this.used[frame] === 1 && this.sentBy[frame] !== 0) this.settle(frame)
    }
    if (went) this.onDown()
  }

  /** Takes back what a spine is late with. True: it went down. */
  private lookAt(side: Side, now: number): boolean {
    let late = false
    for (let i = 0; i < BUFFERS; i++) {
      const frame = side.frames[i]!
      if (frame === FREE || side.recalls[i] !== RECALL.none) continue
      const waits = frame >= 0 && side.up
      if (waits && this.sentBy[frame] === 0) continue
      const due_ms = (waits ? this.first_ms[frame]! : side.since_ms[i]!) + LATE_ms
      if (due_ms > now) this.schedule.notLater(this.job, due_ms)
      else {
        late = late || waits
        if (side.port.abort(side.ids[i]!)) side.recalls[i] = RECALL.late
        else this.schedule.notLater(this.job, now + RETRY_ms)
      }
    }
    if (!late) return false
    side.up = false
    side.downs++
    this.schedule.notLater(this.job, now + LATE_ms)
    return true
  }

  private frameOf(id: number): number {
    for (let frame = 0; frame < BUFFERS; frame++) if (this.used[frame] === 1 && this.ids[frame] === id) return frame
    return -1
  }
}
