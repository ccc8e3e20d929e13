import { type CanFrame, type CanState, CLASSIC_DATA_BYTES, FD_DATA_BYTES, FD_LENGTHS, fdLengthCode } from '#protocol/index.ts'
import { FD_MODE, Mac, PHASE } from './mac.ts'
import type { BusNode, Medium, Piece } from './medium.ts'
import { ReceiveBuffers, type FilterBank } from './receive-buffers.ts'
import type { ErrorsByType } from './statistics.ts'
import { TxQueue, type TxSlot } from './tx-queue.ts'

/**
 * `mcp2515`: three transmit buffers, two receive buffers behind filters, as on a hub. `adapter`: a bounded transmit queue
 * and every received frame handed over at once, as a link needs it.
 */
export type ControllerProfile = 'mcp2515' | 'adapter'

export interface ControllerOptions {
  /** `mcp2515` unless told otherwise. */
  profile?: ControllerProfile
  /** Place along the spine; by default one behind the last node. */
  position?: number
  /** Powered and connected from the start (the default). */
  online?: boolean
  /** Hears everything, acknowledges nothing, never drives the bus. */
  listenOnly?: boolean
  /** Transmit queue of an `adapter`, frames; 256 by default. */
  queue?: number
  /** What it makes of FD frames; by default `active` for an `adapter` on a CAN FD bus, otherwise `none`. */
  fd?: FdAbility
}

/**
 * `active`: sends and receives FD frames. `tolerant`: waits for their end, as newer classic controllers do. `none`: takes
 * them for an error and destroys them, as an MCP2515 does.
 */
export type FdAbility = keyof typeof FD_MODE

/** Why `send` said no. */
interface Refusals {
  /** All transmit buffers in use. */
  full: number
  /** A CAN FD frame on a classic bus, or at a node that has none. */
  fd: number
  offline: number
  listenOnly: number
}

export interface ControllerCounters {
  /** Frames sent and acknowledged. */
  sent: number
  /** Good frames seen, before filters. */
  received: number
  /** Frames taken out by `abort`, or lost in the transmit buffers by going offline or by a reset. */
  aborted: number
  /** Received frames that a fault made disappear. */
  lostByFault: number
  readonly refused: Refusals
  /** Errors this node found, by type. */
  readonly errors: ErrorsByType
}

const MCP2515_TX_BUFFERS = 3
const ADAPTER_QUEUE = 256
const MAX_QUEUE = 65_536

/** One node's CAN controller. Made by `CanBus.attach`. */
export class CanController implements BusNode {
  readonly name: string
  readonly bus: Medium
  readonly profile: ControllerProfile
  readonly position: number
  readonly counters: ControllerCounters = {
    sent: 0, received: 0, aborted: 0, lostByFault: 0,
    refused: { full: 0, fd: 0, offline: 0, listenOnly: 0 },
    errors: { bit: 0, stuff: 0, form: 0, crc: 0, ack: 0 },
  }

  /** @internal */
  readonly mac: Mac
  /** @internal */
  readonly tx: TxQueue
  /** @internal The piece of bus it is on. */
  segment!: Piece
  /** @internal The buffer whose frame is just being handed out. */
  sending: TxSlot | undefined = undefined
  /** @internal In sleep mode. */
  asleep = false
  /** @internal Chance that a good frame never reaches the receive buffers. */
  lossRate = 0
  private readonly rx: ReceiveBuffers | undefined
  private reportedState = 0
  private receive: ((frame: CanFrame) => void) | undefined = undefined
  private sent: ((id: number, extended: boolean) => void) | undefined = undefined
  private edge: ((time_ns: number) => void) | undefined = undefined
  private stateChanged: ((state: CanState) => void) | undefined = undefined

  /** @internal */
  constructor(bus: Medium, name: string, position: number, options: ControllerOptions) {
    this.bus = bus
    this.name = name
    this.position = position
    this.profile = options.profile ?? 'mcp2515'
    const queue = this.profile === 'mcp2515' ? MCP2515_TX_BUFFERS : options.queue ?? ADAPTER_QUEUE
    if (!Number.isInteger(queue) || queue < 1 || queue > MAX_QUEUE) throw new RangeError(`queue of ${queue} frames is not in 1…${MAX_QUEUE}`)
    const fd = options.fd ?? (bus.fd && this.profile === 'adapter' ? 'active' : 'none')
    if (fd === 'active' && this.profile === 'mcp2515') throw new RangeError(`${name}: an mcp2515 is a classic controller; its fd can be none or tolerant`)
    if (fd === 'active' && !bus.fd) throw new RangeError(`${name}: fd active needs a bus with a dataBitrate`)
    this.tx = new TxQueue(queue, fd === 'active' ? FD_DATA_BYTES : CLASSIC_DATA_BYTES)
    this.rx = this.profile === 'mcp2515' ? new ReceiveBuffers() : undefined
    this.mac = new Mac(this.tx)
    this.mac.listenOnly = options.listenOnly ?? false
    this.mac.fdMode = FD_MODE[fd]
  }

  /**
   * Copies a frame into a transmit buffer. `false`: not taken, counted in `counters.refused`. A node that is bus-off or
   * alone takes frames and keeps them. RangeError for an identifier or length that no frame of its format has.
   */
  send(frame: CanFrame): boolean {
    const refused = this.counters.refused
    if (frame.fd && this.mac.fdMode !== FD_MODE.active) {
      refused.fd++
      return false
    }
    checkFrame(frame)
    if (this.mac.phase === PHASE.off) {
      refused.offline++
      return false
    }
    if (this.mac.listenOnly) {
      refused.listenOnly++
      return false
    }
    if (!this.tx.push(frame, this.bus.index)) {
      refused.full++
      return false
    }
    this.segment.wake(this)
    return true
  }

  /** Takes back the oldest frame with this identifier that is not on the wire now. `true` if there was one. */
  abort(id: number, extended = true): boolean {
    this.segment.reconsider()
    const slot = this.tx.find(id, extended, this.segment.slotOnWire(this))
    if (slot === undefined) return false
    if (slot === this.mac.slot) this.mac.slot = undefined
    this.tx.take(slot)
    this.tx.release(slot)
    this.counters.aborted++
    return true
  }

  /**
   * Sets the masks and filters of an `mcp2515`, which is possible in configuration mode only: resets the controller.
   * RangeError for too many filters or an identifier beyond 29 bits.
   */
  filter(first: FilterBank, second: FilterBank): void {
    if (this.rx === undefined) throw new Error(`${this.name}: an adapter has no acceptance filters`)
    const online = this.online
    this.reset()
    this.rx.configure(first, second)
    if (online) this.online = true
  }

  /** As after power-on, offline: buffers empty, error counters zero, no filters. Handlers stay. */
  reset(): void {
    this.online = false
    this.rx?.reset()
  }

  /**
   * A good frame arrived. On an `mcp2515` it is in a receive buffer and stays there until `read`: the call is the
   * interrupt, the frame is for looking at. On an `adapter` the call is the only chance to see it.
   */
  onReceive(handler: (frame: CanFrame) => void): void {
    this.receive = handler
  }

  /** A frame was sent and acknowledged, and its buffer is free. */
  onSent(handler: (id: number, extended: boolean) => void): void {
    this.sent = handler
  }

  /** The error state (`CAN_STATE`) changed. */
  onState(handler: (state: CanState) => void): void {
    this.stateChanged = handler
  }

  /** Moves the older of the frames in the two receive buffers into `into`; `false` when both are empty. */
  read(into: CanFrame): boolean {
    return this.rx !== undefined && this.rx.read(into)
  }

  /** Frames waiting in the receive buffers, 0–2. */
  get pendingReceive(): number {
    return this.rx === undefined ? 0 : this.rx.pending
  }

  /** Frames waiting to be sent. */
  get pendingSend(): number {
    return this.tx.length
  }

  /** Frames lost because the receive buffers were full, since the last reset. */
  get overflows(): number {
    return this.rx === undefined ? 0 : this.rx.overflows
  }

  /** Transmit error counter, 0–255. */
  get tec(): number {
    const tec = this.mac.errors.tec
    return tec > 255 ? 255 : tec
  }

  /** Receive error counter, 0–255. */
  get rec(): number {
    return this.mac.errors.rec
  }

  /** `CAN_STATE`. */
  get state(): CanState {
    return this.mac.errors.state
  }

  /** In bus-off: begins to count 128 × 11 recessive bits, after which it takes part again with counters at zero. */
  recover(): void {
    if (this.mac.phase !== PHASE.busOff || this.mac.recovering) return
    this.segment.disturb()
    this.mac.recover(this.segment.midBit)
  }

  get online(): boolean {
    return this.mac.phase !== PHASE.off
  }

  /** Offline it is not there at all: no acknowledge, buffers and error counters empty. Online it first waits for 11 recessive bits. */
  set online(on: boolean) {
    this.leaveSleep()
    if (on === this.online) return
    this.segment.disturb()
    if (on) this.mac.connect(this.segment.midBit)
    else {
      this.mac.disconnect()
      this.mac.errors.reset()
      this.counters.aborted += this.tx.clear()
      this.rx?.clear()
    }
    this.noticeState()
  }

  /**
   * Sleep mode of an `mcp2515` (data sheet DS20001801, section 10.3): it neither receives nor acknowledges nor sends; what
   * waited to be sent is dropped. The first dominant level on its piece of bus calls `edge`, once, with the time of it,
   * which may be some bits ahead; it stays asleep until it is set `online`.
   */
  sleep(edge: (time_ns: number) => void): void {
    this.online = false
    this.asleep = true
    this.edge = edge
    this.bus.sleepers++
  }

  get listenOnly(): boolean {
    return this.mac.listenOnly
  }

  set listenOnly(on: boolean) {
    if (on === this.mac.listenOnly) return
    this.segment.disturb()
    this.mac.listenOnly = on
    if (this.online) this.mac.connect(this.segment.midBit)
  }

  /** Takes the node off the bus for good. */
  detach(): void {
    this.online = false
    this.bus.remove(this)
  }

  /** @internal The bus became dominant at `time_ns`. */
  rouse(time_ns: number): void {
    const edge = this.edge
    this.edge = undefined
    if (edge !== undefined) edge(time_ns)
  }

  private leaveSleep(): void {
    if (!this.asleep) return
    this.asleep = false
    this.edge = undefined
    this.bus.sleepers--
  }

  /** @internal A good frame for this node. */
  deliver(frame: CanFrame): void {
    if (this.lossRate > 0 && this.bus.faults.loses(this)) return
    this.counters.received++
    if (this.rx !== undefined && !this.rx.store(frame)) return
    if (this.receive !== undefined) this.receive(frame)
  }

  /** @internal Frees the buffer of a frame that was sent and handed out. */
  finishSending(slot: TxSlot): void {
    this.counters.sent++
    this.tx.release(slot)
    if (!slot.repeats && this.sent !== undefined) this.sent(slot.frame.id, slot.frame.extended)
  }

  /** @internal Tells about a state that changed since the last call. */
  noticeState(): void {
    const state = this.mac.errors.state
    if (state === this.reportedState) return
    this.reportedState = state
    if (this.stateChanged !== undefined) this.stateChanged(state)
  }
}

/** RangeError for an identifier or length that no frame of its format has. */
export function checkFrame(frame: CanFrame): void {
  const highest = frame.extended ? 0x1fff_ffff : 0x7ff
  const id = frame.id
  if ((id >>> 0) !== id || id > highest) throw new RangeError(`identifier ${id} is not a whole number in 0…0x${highest.toString(16)}`)
  const length = frame.length
  if (frame.fd) {
    if ((length >>> 0) !== length || length > FD_DATA_BYTES || FD_LENGTHS[fdLengthCode(length)] !== length) {
      throw new RangeError(`length ${length} is no length of an FD frame in bytes (${FD_LENGTHS.join(', ')})`)
    }
    return
  }
  if ((length >>> 0) !== length || length > CLASSIC_DATA_BYTES) {
    throw new RangeError(`length ${length} is not a whole number of bytes in 0…${CLASSIC_DATA_BYTES}`)
  }
}
