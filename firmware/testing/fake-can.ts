import type { CanState } from '#protocol/index.ts'
import type { CanPort, FilterBank } from '../hal.ts'
import type { FakeClock } from './fake-clock.ts'

/** A frame as a test reads it. */
export interface FakeFrame {
  readonly at_ms: number
  readonly id: number
  readonly data: Uint8Array
}

interface Buffered {
  readonly id: number
  readonly data: Uint8Array
}

const BUFFERS = 3

/**
 * A controller that sends what it is given after `frame_ms`, lowest identifier first, and records it. Tests deliver
 * frames to it, hold the bus (`hold`), make the next send fail, or put it into bus-off.
 */
export class FakeCan implements CanPort {
  /** Every frame that was acknowledged. */
  readonly sent: FakeFrame[]
  /** Duration of a frame on the bus. */
  frame_ms: number
  /** While true nothing gets through. */
  hold: boolean
  /** So many calls of `send` are refused. */
  failNext: number
  /** Its error counters. */
  sendErrors = 0
  receiveErrors = 0
  errorState: CanState
  recoveries: number
  aborts: number
  banks: FilterBank[]
  /** The other controllers of the bus. */
  peers: FakeCan[]
  private readonly clock: FakeClock
  private buffers: Buffered[]
  private busy: boolean
  private receiveHandler: (id: number, data: Uint8Array, length: number) => void
  private sentHandler: (id: number) => void
  private edge: (() => void) | undefined

  constructor(clock: FakeClock) {
    this.clock = clock
    this.sent = []
    this.frame_ms = 0.3
    this.hold = false
    this.failNext = 0
    this.errorState = 0
    this.recoveries = 0
    this.aborts = 0
    this.banks = []
    this.peers = []
    this.buffers = []
    this.busy = false
    this.receiveHandler = () => undefined
    this.sentHandler = () => undefined
    this.edge = undefined
  }

  send(id: number, data: Uint8Array, length: number): boolean {
    if (this.failNext > 0) {
      this.failNext--
      return false
    }
    if (this.buffers.length === BUFFERS) return false
    this.buffers.push({ id, data: data.slice(0, length) })
    this.kick()
    return true
  }

  abort(id: number): boolean {
    const index = this.buffers.findIndex(buffered => buffered.id === id)
    if (index < 0) return false
    this.aborts++
    this.buffers.splice(index, 1)
    this.clock.after(0, () => this.sentHandler(id))
    return true
  }

  filter(first: FilterBank, second: FilterBank): void {
    this.banks = [first, second]
  }

  onReceive(handler: (id: number, data: Uint8Array, length: number) => void): void {
    this.receiveHandler = handler
  }

  onSent(handler: (id: number) => void): void {
    this.sentHandler = handler
  }

  tec(): number {
    return this.errorState === 2 ? 256 : this.sendErrors
  }

  rec(): number {
    return this.receiveErrors
  }

  state(): CanState {
    return this.errorState
  }

  overflows(): number {
    return 0
  }

  recover(): void {
    this.recoveries++
  }

  /** True when a filter lets the identifier in. */
  accepts(id: number): boolean {
    return this.banks.some(bank => bank.filters.some(filter => (id & bank.mask) === (filter & bank.mask)))
  }

  /** A frame from the bus; `false`: the filters kept it out. */
  deliver(id: number, data: ArrayLike<number>): boolean {
    if (this.edge !== undefined) {
      this.edge()
      return false
    }
    if (!this.accepts(id)) return false
    this.receiveHandler(id, Uint8Array.from(data), data.length)
    return true
  }

  /** Sleep mode: nothing waits, nothing is received, the first frame wakes. */
  sleep(edge: () => void): void {
    this.buffers = []
    this.edge = edge
  }

  wake(): void {
    this.edge = undefined
  }

  /** The bus is free again after `hold`, or an error state that ended. */
  kick(): void {
    if (this.busy || this.hold || this.errorState === 2 || this.buffers.length === 0) return
    this.busy = true
    this.clock.after(this.frame_ms, () => this.complete())
  }

  private complete(): void {
    this.busy = false
    const index = this.buffers.reduce((best, buffered, i) => best < 0 || buffered.id < this.buffers[best]!.id ? i : best, -1)
    if (index < 0 || this.hold || this.errorState === 2) return
    const [frame] = this.buffers.splice(index, 1)
    this.sent.push({ at_ms: this.clock.now_ms, id: frame!.id, data: frame!.data })
    for (const peer of this.peers) peer.deliver(frame!.id, frame!.data)
    this.sentHandler(frame!.id)
    this.kick()
  }
}
