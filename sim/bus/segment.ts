import { type CanFrame, dataPhaseBits, fdFrameBits, frameBits, INTERFRAME_BITS, nominalBits } from '#protocol/index.ts'
import type { Timer } from '../kernel/index.ts'
import { BitClock } from './bit-clock.ts'
import type { CanController } from './controller.ts'
import { FD_MODE, PHASE } from './mac.ts'
import { levelAt } from './common-mode.ts'
import type { BusNode, Medium, Piece } from './medium.ts'
import { Observer } from './observer.ts'
import type { TxSlot } from './tx-queue.ts'

const IDLE = 0
/** A frame whose outcome is settled is on the wire; one event ends it. */
const FRAME = 1
/** The error frame of a node that nobody acknowledged because nobody is there; one event ends it. */
const ERROR_FRAME = 2
/** Every bit is an event. */
const BITWISE = 3

/** ACK delimiter and end of frame: what an unacknowledged frame lacks. */
const AFTER_ACK_BITS = 8
const ERROR_FRAME_BITS = 14
const SUSPEND_BITS = 8
const NOBODY = 0x7fff_ffff

/**
 * A connected piece of bus: the whole spine, or one side of a cut, or the stub of a dropped node.
 *
 * Frames that nothing disturbs are computed as a whole: at the start of frame the winner and the exact length are known,
 * and one event ends it. Anything else (a fault, a node that comes or goes, two equal identifiers) makes the segment
 * bitwise: it catches up on the bits of the present frame and goes on bit by bit through each node's `Mac`, until all is quiet.
 */
export class Segment implements Piece {
  readonly nodes: readonly CanController[]
  /** Stubs are no part of the bus's statistics. */
  readonly counted: boolean
  private readonly bus: Medium
  private readonly bit_ns: number
  private readonly observer: Observer
  private readonly startTimer: Timer
  private readonly endTimer: Timer
  private mode = IDLE
  /** Begin of the present frame. */
  private start_ns = 0
  /** End of the present frame. */
  private end_ns = 0
  private bits = 0
  private winner: CanController | undefined = undefined
  private slot: TxSlot | undefined = undefined
  private alone = false
  private activeFlag = false
  /** End of the intermission: from here on frames may start. */
  private free_ns: number
  private readonly clock: BitClock
  /** Bitwise, but nothing changes as long as the bus is held dominant. */
  private stalled = false
  private busy = 0
  private busyUntil_ns: number
  /** By node: the bit it drives, while their grounds are apart. */
  private readonly drove: Uint8Array

  constructor(bus: Medium, nodes: readonly CanController[], half: number, counted: boolean) {
    this.bus = bus
    this.nodes = nodes
    this.counted = counted
    this.bit_ns = bus.bit_ns
    this.drove = new Uint8Array(nodes.length)
    this.observer = new Observer(bus, nodes, half, counted)
    this.clock = new BitClock(bus, nodes)
    this.free_ns = bus.kernel.now_ns - bus.kernel.now_ns % bus.bit_ns
    this.busyUntil_ns = bus.kernel.now_ns
    this.startTimer = bus.kernel.timer(`${bus.name} start of frame`, () => this.startOfFrame(this.startTimer.at_ns, false))
    this.endTimer = bus.kernel.timer(`${bus.name} end of frame`, () => this.end())
    for (const node of nodes) node.segment = this
  }

  /** Whether the end of each bit is an event for it. */
  get bitwise(): boolean {
    return this.mode === BITWISE && !this.stalled
  }

  /** End of the present bit. */
  get bitEnd_ns(): number {
    return this.clock.end_ns
  }

  /** Whether a bit ends for it now. */
  bitEndsAt(end_ns: number): boolean {
    return this.bitwise && this.clock.end_ns === end_ns
  }

  /** Whether the present bit has begun before now. Bitwise only. */
  get midBit(): boolean {
    return this.clock.begin_ns < this.bus.kernel.now_ns
  }

  /** Time with frames, error frames and intermissions, up to now. */
  get busy_ns(): number {
    const now_ns = this.bus.kernel.now_ns
    if ((this.mode === FRAME && now_ns >= this.start_ns) || this.mode === ERROR_FRAME) return this.busy + now_ns - this.start_ns
    if (this.stalled) return this.busy + now_ns - this.busyUntil_ns
    if (this.mode === BITWISE && this.isBusy()) return this.busy + Math.max(0, now_ns - Math.max(this.clock.begin_ns, this.busyUntil_ns))
    return this.busyUntil_ns > now_ns ? this.busy - this.busyUntil_ns + now_ns : this.busy
  }

  /** The transmit buffer that this node has on the wire now. */
  slotOnWire(node: BusNode): TxSlot | undefined {
    if (this.mode === FRAME) return node === this.winner ? this.slot : undefined
    return this.mode === BITWISE ? node.mac.slot : undefined
  }

  /** A frame that was planned ahead of its start may lose to what comes in until then: decides again at the start. */
  reconsider(): void {
    if (this.mode !== FRAME || this.bus.kernel.now_ns >= this.start_ns) return
    this.mode = IDLE
    this.winner = undefined
    this.slot = undefined
    this.endTimer.stop()
    this.startTimer.startAt(this.start_ns)
  }

  /** A frame is pending at `node`. */
  wake(node: BusNode): void {
    if (this.mode === FRAME) this.reconsider()
    if (this.mode !== IDLE || node.mac.phase !== PHASE.idle) return
    let start_ns = this.free_ns
    const now_ns = this.bus.kernel.now_ns
    if (start_ns < now_ns) {
      const over = (now_ns - start_ns) % this.bit_ns
      start_ns = over === 0 ? now_ns : now_ns + this.bit_ns - over
    }
    if (!this.startTimer.armed || start_ns < this.startTimer.at_ns) this.startTimer.startAt(start_ns)
  }

  /** Decides who sends at `start_ns`; `ahead` when that is still to come, but nothing is due before. */
  private startOfFrame(start_ns: number, ahead: boolean): void {
    const nodes = this.nodes
    let winner: CanController | undefined
    let best = NOBODY
    let tied = false
    let listeners = 0
    let acknowledgers = 0
    let later_ns = Infinity
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]!
      const mac = node.mac
      mac.slot = undefined
      if (mac.phase !== PHASE.idle) continue
      listeners++
      if (mac.listenOnly) continue
      acknowledgers++
      const slot = mac.tx.first
      if (slot === undefined) continue
      if (mac.ready_ns > start_ns) {
        if (mac.ready_ns < later_ns) later_ns = mac.ready_ns
        continue
      }
      mac.slot = slot
      if (slot.key < best || winner === undefined) {
        best = slot.key
        winner = node
        tied = false
      } else if (slot.key === best) tied = true
    }
    if (winner === undefined) {
      if (later_ns !== Infinity) this.startTimer.startAt(later_ns)
      return
    }
    if (winner.mac.slot!.frame.fd) acknowledgers = this.fdAcknowledgers()
    if (tied || (acknowledgers < 2 && listeners > 1) || this.bus.faults.pickedBits > 0 || this.bus.faults.groundsApart) {
      if (ahead) this.startTimer.startAt(start_ns)
      else this.startBitwise(start_ns)
    } else this.plan(winner, start_ns, acknowledgers < 2)
  }

  /** A start of frame whose outcome only the bits can tell. */
  private startBitwise(now_ns: number): void {
    if (this.bus.bitEndsAt(now_ns)) {
      this.startTimer.startAt(now_ns)
      return
    }
    this.mode = BITWISE
    for (const node of this.nodes) {
      const mac = node.mac
      mac.resume(INTERFRAME_BITS, mac.ready_ns > now_ns ? (mac.ready_ns - now_ns) / this.bit_ns : 0)
      mac.drive()
    }
    this.clock.next(now_ns)
    this.bus.armBit(this.clock.end_ns)
  }

  private plan(winner: CanController, start_ns: number, alone: boolean): void {
    const slot = winner.mac.slot!
    if (this.bus.sleepers > 0) this.rouse(start_ns)
    this.mode = FRAME
    this.winner = winner
    this.slot = slot
    this.alone = alone
    this.start_ns = start_ns
    const length_ns = slot.frame.fd ? this.measureFd(slot.frame, winner) : this.measure(slot.frame)
    this.end_ns = start_ns + (alone ? length_ns - AFTER_ACK_BITS * this.bit_ns : length_ns)
    this.endTimer.startAt(this.end_ns)
  }

  /** How long a frame is; its bits are noted. */
  private measure(frame: CanFrame): number {
    this.bits = frameBits(frame)
    return this.bits * this.bit_ns
  }

  private measureFd(frame: CanFrame, sender: CanController): number {
    const packed = fdFrameBits(frame, sender.mac.errors.passive)
    const fast = dataPhaseBits(packed)
    const nominal = nominalBits(packed)
    this.bits = nominal + fast
    return nominal * this.bit_ns + fast * this.bus.dataBit_ns
  }

  /** How many nodes can acknowledge an FD frame; 0 also when one of them takes it for an error. */
  private fdAcknowledgers(): number {
    let found = 0
    for (const { mac } of this.nodes) {
      if (mac.phase !== PHASE.idle) continue
      if (mac.fdMode === FD_MODE.none) return 0
      if (mac.fdMode === FD_MODE.active && !mac.listenOnly) found++
    }
    return found
  }

  private end(): void {
    if (this.mode === FRAME && this.alone) this.failAlone()
    else this.endOfFrame()
  }

  private endOfFrame(): void {
    const winner = this.winner!
    const slot = this.slot
    const end_ns = this.end_ns
    this.mode = IDLE
    this.winner = undefined
    this.slot = undefined
    this.free_ns = end_ns + INTERFRAME_BITS * this.bit_ns
    this.busy += this.free_ns - this.start_ns
    this.busyUntil_ns = this.free_ns
    const errors = winner.mac.errors
    if (slot !== undefined && errors.tec > 0) {
      errors.transmitted()
      winner.noticeState()
    }
    if (errors.passive) winner.mac.ready_ns = this.free_ns + SUSPEND_BITS * this.bit_ns
    if (slot !== undefined) this.succeed(winner, slot, end_ns)
    if (this.mode !== IDLE || this.startTimer.armed) return
    if (this.bus.kernel.next_ns > this.free_ns) this.startOfFrame(this.free_ns, true)
    else if (this.anyPending()) this.startTimer.startAt(this.free_ns)
  }

  private succeed(winner: CanController, slot: TxSlot, end_ns: number): void {
    const nodes = this.nodes
    const frame = slot.frame
    const fd = frame.fd
    winner.tx.take(slot)
    this.observer.publish(frame, this.start_ns, end_ns, this.bits, winner.name)
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]!
      const mac = node.mac
      if (mac.phase < PHASE.idle || node === winner || (fd && mac.fdMode !== FD_MODE.active)) continue
      if (mac.errors.rec > 0 && !mac.listenOnly) {
        mac.errors.received()
        node.noticeState()
      }
      node.deliver(frame)
    }
    winner.finishSending(slot)
  }

  /** Nobody acknowledged. An error-passive node stays as it is (ISO 11898-1:2015, 12.1.4.2 c, exception 1). */
  private failAlone(): void {
    const winner = this.winner!
    const errors = winner.mac.errors
    const time_ns = this.end_ns
    this.mode = ERROR_FRAME
    this.slot = undefined
    this.end_ns = time_ns + ERROR_FRAME_BITS * this.bit_ns
    this.endTimer.startAt(this.end_ns)
    this.activeFlag = !errors.passive
    if (this.activeFlag) errors.transmitError()
    this.observer.lonely(winner, time_ns)
    winner.noticeState()
  }

  private anyPending(): boolean {
    const nodes = this.nodes
    for (let i = 0; i < nodes.length; i++) {
      const mac = nodes[i]!.mac
      if (mac.phase === PHASE.idle && mac.tx.first !== undefined && !mac.listenOnly) return true
    }
    return false
  }

  /** Something is about to happen that the fast path cannot know: goes on bit by bit. Call it before the change. */
  disturb(): void {
    if (this.mode === BITWISE) {
      if (this.stalled) this.unstall()
      return
    }
    this.startTimer.stop()
    while ((this.mode === FRAME || this.mode === ERROR_FRAME) && this.bus.isPast(this.end_ns)) this.end()
    this.endTimer.stop()
    if (this.mode === ERROR_FRAME) return this.goOnWithErrorFrame()
    if (this.mode === FRAME && this.bus.isPast(this.start_ns)) return this.catchUp()
    this.clock.find(this.free_ns)
    const begin_ns = this.clock.begin_ns
    this.startTimer.stop()
    this.mode = BITWISE
    this.winner = undefined
    this.slot = undefined
    if (this.busyUntil_ns > begin_ns) {
      this.busy -= this.busyUntil_ns - begin_ns
      this.busyUntil_ns = begin_ns
    }
    const intermission = INTERFRAME_BITS - (this.free_ns - begin_ns) / this.bit_ns
    for (const node of this.nodes) {
      const mac = node.mac
      const from_ns = Math.max(begin_ns, this.free_ns)
      mac.resume(intermission, mac.ready_ns > from_ns ? (mac.ready_ns - from_ns) / this.bit_ns : 0)
      mac.out = 1
    }
  }

  private goOnWithErrorFrame(): void {
    const flag_ns = this.end_ns - ERROR_FRAME_BITS * this.bit_ns
    this.clock.find(flag_ns)
    const from_ns = Math.max(this.clock.begin_ns, flag_ns)
    this.mode = BITWISE
    this.observer.signalling = true
    this.busy += from_ns - this.start_ns
    this.busyUntil_ns = from_ns
    this.winner!.mac.resumeErrorFrame(this.activeFlag, (from_ns - flag_ns) / this.bit_ns)
    this.winner = undefined
  }

  /** Lives through the bits of the planned frame that are over. */
  private catchUp(): void {
    const { clock, bus } = this
    this.mode = BITWISE
    this.winner = undefined
    this.slot = undefined
    for (const node of this.nodes) {
      const slot = node.mac.slot
      node.mac.out = 1
      if (slot !== undefined) node.mac.start(slot)
    }
    clock.next(this.start_ns)
    while (bus.isPast(clock.end_ns)) {
      this.sampleBit()
      this.observer.report(clock.end_ns)
      for (const node of this.nodes) node.mac.drive()
      clock.next(clock.end_ns)
    }
    bus.armBit(clock.end_ns)
  }

  /** Ends the present bit and begins the next, unless no further bits need to be events. */
  step(): void {
    const end_ns = this.clock.end_ns
    this.sampleBit()
    this.observer.report(end_ns)
    const faults = this.bus.faults
    if (this.isQuiet() && !faults.stuckDominant && !faults.flipsSoon(Math.floor(end_ns / this.bit_ns - 0.5))) return this.leave(end_ns)
    const nodes = this.nodes
    for (let i = 0; i < nodes.length; i++) nodes[i]!.mac.drive()
    this.clock.next(end_ns)
    if (faults.stuckDominant && this.isStuck()) this.stalled = true
  }

  private sampleBit(): void {
    const { nodes, clock } = this
    const faults = this.bus.faults
    let level = faults.stuckDominant ? 0 : 1
    for (let i = 0; i < nodes.length; i++) level &= nodes[i]!.mac.out
    if (faults.groundsApart) for (let i = 0; i < nodes.length; i++) this.drove[i] = nodes[i]!.mac.out
    if (this.isBusy()) this.countBusy()
    if (level === 0 && this.bus.sleepers > 0) this.rouse(clock.begin_ns)
    const bit = clock.number
    const quiet = faults.quietBit(bit)
    const { ticks, fast } = clock
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]!
      const heard = faults.groundsApart && level === 0 ? levelAt(node, nodes, this.drove, faults) : level
      const seen = quiet ? heard : heard ^ faults.flip(node, bit)
      if (ticks === 1) node.mac.sample(seen)
      else node.mac.sampleMixed(seen, fast, ticks)
    }
  }

  /** A dominant edge: wakes the controllers in sleep mode. */
  private rouse(time_ns: number): void {
    for (const node of this.nodes) if (node.asleep) node.rouse(time_ns)
  }

  /** Whether the present bit is part of a frame, of what follows one, or dominant. */
  private isBusy(): boolean {
    if (this.bus.faults.stuckDominant) return true
    const nodes = this.nodes
    for (let i = 0; i < nodes.length; i++) {
      const mac = nodes[i]!.mac
      if (mac.phase >= PHASE.frame || mac.phase === PHASE.intermission || mac.out === 0) return true
    }
    return false
  }

  private countBusy(): void {
    const { begin_ns, end_ns } = this.clock
    if (end_ns <= this.busyUntil_ns) return
    this.busy += end_ns - Math.max(begin_ns, this.busyUntil_ns)
    this.busyUntil_ns = end_ns
  }

  private isQuiet(): boolean {
    const nodes = this.nodes
    for (let i = 0; i < nodes.length; i++) if (!nodes[i]!.mac.quiet) return false
    return true
  }

  /** Back to whole frames, from `begin_ns` on. */
  private leave(begin_ns: number): void {
    this.mode = IDLE
    this.free_ns = begin_ns
    for (const node of this.nodes) {
      const mac = node.mac
      mac.ready_ns = begin_ns + mac.suspension * this.bit_ns
      if (mac.phase === PHASE.suspended) mac.phase = PHASE.idle
    }
    if (this.anyPending()) this.startTimer.startAt(begin_ns)
  }

  /** On a bus that is dominant for good, whether no node's state changes any more. */
  private isStuck(): boolean {
    const nodes = this.nodes
    for (let i = 0; i < nodes.length; i++) if (!nodes[i]!.mac.stuck) return false
    return true
  }

  private unstall(): void {
    this.stalled = false
    this.clock.find(this.clock.begin_ns)
    const begin_ns = this.clock.begin_ns
    if (begin_ns <= this.busyUntil_ns) return
    this.busy += begin_ns - this.busyUntil_ns
    this.busyUntil_ns = begin_ns
  }

  /** Ends its part: the nodes go on in other segments, bit by bit. Returns its busy time. Call `disturb` first. */
  dissolve(): number {
    this.startTimer.stop()
    this.endTimer.stop()
    return this.busy
  }

  /** Takes over nodes in the middle of what they do; `former` is the segment whose bit goes on. */
  adopt(busyUntil_ns: number, former: Segment | undefined): void {
    this.busyUntil_ns = busyUntil_ns
    this.mode = BITWISE
    if (former === undefined) this.clock.find(0)
    else this.clock.follow(former.clock)
  }

  /** Up to when `busy_ns` has been counted. */
  get counted_ns(): number {
    return this.busyUntil_ns
  }
}
