import type { Kernel, Timer } from '../kernel/index.ts'
import type { Trace } from '../trace/index.ts'
import { CanController, type ControllerOptions } from './controller.ts'
import type { BusFaultOptions } from './fault-options.ts'
import { BusFaults } from './faults.ts'
import type { BusNode, Medium } from './medium.ts'
import { Segment } from './segment.ts'
import { createBusCounters, ERROR_NAMES, LoadMeter, type BusCounters } from './statistics.ts'
import { createBusError, createTappedFrame, Listeners, type ErrorTap, type FrameTap, type TappedFrame } from './taps.ts'

export interface BusOptions {
  /** As logs name it; `spine0` by default. */
  name?: string
  /** Which spine, 0 = A: the `bus` of every frame on it. */
  index?: number
  /** Bits per second, 125,000–1,000,000, a bit a whole number of ns; 500,000 by default. */
  bitrate?: number
  /**
   * Makes it a CAN FD bus: bits per second in the data phase of frames that switch, a multiple of `bitrate` up to
   * 8,000,000, a bit a whole number of ns.
   */
  dataBitrate?: number
  faults?: BusFaultOptions
  /** Told of faults that begin, change and end. */
  trace?: Trace
}

const LOWEST_BITRATE = 125_000
const HIGHEST_BITRATE = 1_000_000
const HIGHEST_DATA_BITRATE = 8_000_000
const SECOND_NS = 1_000_000_000

/**
 * A CAN bus, 2.0B or FD, with exact timing in virtual time: arbitration, acknowledge, error signalling, fault confinement.
 * All bits lie on one grid that begins at time 0, which each data phase shifts; a frame queued on an idle bus starts with
 * the next bit of it.
 */
export class CanBus implements Medium {
  readonly kernel: Kernel
  readonly name: string
  readonly index: number
  readonly bitrate: number
  /** Of the inside of FD frames with bit rate switch, bit/s; `bitrate` on a classic bus. */
  readonly dataBitrate: number
  /** Length of a bit. */
  readonly bit_ns: number
  /** FD frames can be on it. */
  readonly fd: boolean
  /** Length of a bit in the data phase; without FD that of any bit. */
  readonly dataBit_ns: number
  readonly counters: BusCounters = createBusCounters()
  readonly faults: BusFaults
  /** @internal Controllers in sleep mode. */
  sleepers = 0
  /** @internal */
  readonly taps = new Listeners<FrameTap>()
  /** @internal */
  readonly tapped: TappedFrame = createTappedFrame()
  private readonly errorTaps = new Listeners<ErrorTap>()
  private readonly errorFrameTaps = new Listeners<ErrorTap>()
  private readonly error = createBusError()
  private nodes: readonly CanController[] = []
  private segments: readonly Segment[] = []
  private readonly bitTimer: Timer
  private inBit = false
  /** When bits ended last. */
  private bitEnded_ns = -1
  private regroupDue = false
  private pastBusy_ns = 0
  private pastElapsed_ns = 0
  private regrouped_ns: number
  private halves = 1

  constructor(kernel: Kernel, options: BusOptions = {}) {
    this.kernel = kernel
    this.index = options.index ?? 0
    this.name = options.name ?? `spine${this.index}`
    this.bitrate = options.bitrate ?? 500_000
    this.bit_ns = SECOND_NS / this.bitrate
    if (!(this.bitrate >= LOWEST_BITRATE && this.bitrate <= HIGHEST_BITRATE) || !Number.isInteger(this.bit_ns)) {
      throw new RangeError(`bitrate ${this.bitrate} bit/s is not in ${LOWEST_BITRATE}…${HIGHEST_BITRATE} with bits of a whole number of ns`)
    }
    this.fd = options.dataBitrate !== undefined
    const dataBitrate = options.dataBitrate ?? this.bitrate
    this.dataBitrate = dataBitrate
    this.dataBit_ns = SECOND_NS / dataBitrate
    if (!(dataBitrate <= HIGHEST_DATA_BITRATE) || !Number.isInteger(this.dataBit_ns) || dataBitrate % this.bitrate !== 0) {
      throw new RangeError(`dataBitrate ${dataBitrate} bit/s is no multiple of ${this.bitrate} bit/s up to ${HIGHEST_DATA_BITRATE} with bits of a whole number of ns`)
    }
    this.regrouped_ns = kernel.now_ns
    this.bitTimer = kernel.timer(`${this.name} bit`, () => this.endOfBit())
    this.faults = new BusFaults(this, options.trace)
    if (options.faults !== undefined) this.faults.set(options.faults)
  }

  /** Adds a node. It takes part after 11 recessive bits. Error when the name is taken. */
  attach(name: string, options: ControllerOptions = {}): CanController {
    if (this.find(name) !== undefined) throw new Error(`${this.name} has a node ${name} already`)
    const last = this.nodes.at(-1)
    const position = options.position ?? (last === undefined ? 0 : Math.floor(last.position) + 1)
    const node = new CanController(this, name, position, options)
    this.segments = [...this.segments, new Segment(this, [node], 0, false)]
    let at = this.nodes.length
    while (at > 0 && this.nodes[at - 1]!.position > position) at--
    this.nodes = [...this.nodes.slice(0, at), node, ...this.nodes.slice(at)]
    this.regroup()
    this.faults.welcome(node)
    if (options.online ?? true) node.online = true
    return node
  }

  /** Nodes, front to rear. */
  get controllers(): readonly CanController[] {
    return this.nodes
  }

  find(name: string): CanController | undefined {
    return this.nodes.find(node => node.name === name)
  }

  /** Calls `tap` with each good frame when it ends, in time order. Returns what ends the subscription. */
  tap(tap: FrameTap): () => void {
    return this.taps.add(tap)
  }

  /** Calls `tap` with each error that a node finds. Returns what ends the subscription. */
  tapErrors(tap: ErrorTap): () => void {
    return this.errorTaps.add(tap)
  }

  /** Calls `tap` with each error frame, once: with the error of the node that began it. Returns what ends the subscription. */
  tapErrorFrames(tap: ErrorTap): () => void {
    return this.errorFrameTaps.add(tap)
  }

  /** A new measurement of the bus load, from now on. */
  loadMeter(): LoadMeter {
    return new LoadMeter(this)
  }

  /** Time the bus was busy: frames, error frames and the intermissions after them. Of a cut bus the sum of its halves. */
  get busy_ns(): number {
    let busy_ns = this.pastBusy_ns
    for (const segment of this.segments) if (segment.counted) busy_ns += segment.busy_ns
    return busy_ns
  }

  /** Time there was, of a cut bus for each half. */
  get elapsed_ns(): number {
    return this.pastElapsed_ns + (this.kernel.now_ns - this.regrouped_ns) * this.halves
  }

  /** @internal Called by `CanController.detach`. */
  remove(node: BusNode): void {
    this.nodes = this.nodes.filter(other => other !== node)
    this.regroup()
  }

  /** @internal Nodes, cuts or drops changed: builds the segments anew. */
  regroup(): void {
    if (this.inBit) {
      this.regroupDue = true
      return
    }
    this.regroupDue = false
    const old = this.segments
    let counted_ns = 0
    for (const segment of old) segment.disturb()
    for (const segment of old) {
      const busy_ns = segment.dissolve()
      if (!segment.counted) continue
      this.pastBusy_ns += busy_ns
      counted_ns = Math.max(counted_ns, segment.counted_ns)
    }
    this.pastElapsed_ns = this.elapsed_ns
    this.regrouped_ns = this.kernel.now_ns
    const before = new Map(old.flatMap(segment => segment.nodes.map(node => [node, segment] as const)))
    this.segments = this.split()
    // Where no node is, there is no bus: it adds nothing to the time there was.
    this.halves = Math.max(1, this.segments.filter(segment => segment.counted && segment.nodes.length > 0).length)
    for (const segment of this.segments) {
      // Whose bit goes on: that of the spine rather than that of a stub that joins it.
      const former = segment.nodes.map(node => before.get(node)!)
      segment.adopt(counted_ns, former.find(each => each.counted) ?? former.at(0))
    }
  }

  private split(): Segment[] {
    const segments: Segment[] = []
    const present = this.nodes.filter(node => !this.faults.isDropped(node))
    let from = -Infinity
    let half = 0
    for (const cut of [...this.faults.cuts, Infinity]) {
      segments.push(new Segment(this, present.filter(node => node.position > from && node.position <= cut), half++, true))
      from = cut
    }
    for (const node of this.nodes) if (this.faults.isDropped(node)) segments.push(new Segment(this, [node], 0, false))
    return segments
  }

  /** @internal Makes all segments bitwise, before a fault changes. Returns the number of the next bit that such a change can reach. */
  disturbAll(): number {
    for (const segment of this.segments) segment.disturb()
    const boundary = Math.ceil(this.kernel.now_ns / this.bit_ns)
    return this.isPast(boundary * this.bit_ns) ? boundary : boundary - 1
  }

  /** @internal Sees to it that the end of a bit at `end_ns` is an event. */
  armBit(end_ns: number): void {
    if (!this.bitTimer.armed || this.bitTimer.at_ns > end_ns) this.bitTimer.startAt(end_ns)
  }

  /** @internal Whether the end of a bit at `time_ns` is over; within one instant bits end after whatever came before. */
  isPast(time_ns: number): boolean {
    const now_ns = this.kernel.now_ns
    return time_ns < now_ns || (time_ns === now_ns && (this.inBit || this.bitEnded_ns === now_ns))
  }

  /** @internal Whether the end of a bit at `time_ns` is still to come. */
  bitEndsAt(time_ns: number): boolean {
    return this.bitTimer.armed && this.bitTimer.at_ns === time_ns
  }

  private endOfBit(): void {
    const end_ns = this.bitTimer.at_ns
    const segments = this.segments
    this.inBit = true
    this.bitEnded_ns = end_ns
    for (let i = 0; i < segments.length; i++) if (segments[i]!.bitEndsAt(end_ns)) segments[i]!.step()
    this.inBit = false
    this.faults.pass(Math.floor(end_ns / this.bit_ns - 0.5))
    for (let i = 0; i < segments.length; i++) if (segments[i]!.bitwise) this.armBit(segments[i]!.bitEnd_ns)
    if (this.regroupDue) this.regroup()
  }

  /** @internal */
  countErrorFrame(node: BusNode, type: number, transmitter: boolean, time_ns: number): void {
    this.counters.errorFrames++
    this.counters.errors[ERROR_NAMES[type]!]++
    this.tell(this.errorFrameTaps.items, node, type, transmitter, time_ns)
  }

  /** @internal */
  reportError(node: BusNode, type: number, transmitter: boolean, time_ns: number): void {
    node.counters.errors[ERROR_NAMES[type]!]++
    this.tell(this.errorTaps.items, node, type, transmitter, time_ns)
  }

  private tell(taps: readonly ErrorTap[], node: BusNode, type: number, transmitter: boolean, time_ns: number): void {
    if (taps.length === 0) return
    const error = this.error
    error.time_ns = time_ns
    error.type = ERROR_NAMES[type]!
    error.node = node.name
    error.transmitter = transmitter
    error.tec = node.tec
    error.rec = node.rec
    for (let i = 0; i < taps.length; i++) taps[i]!(error)
  }
}
