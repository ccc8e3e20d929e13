import type { Kernel } from '../kernel/index.ts'
import type { Mac } from './mac.ts'
import type { BusCounters, ErrorsByType } from './statistics.ts'
import type { FrameTap, Listeners, TappedFrame } from './taps.ts'
import type { TxSlot } from './tx-queue.ts'

/** A node as the bus and its faults see it: `CanController`. */
export interface BusNode {
  readonly name: string
  readonly mac: Mac
  readonly counters: { lostByFault: number, readonly errors: ErrorsByType }
  readonly lossRate: number
  readonly tec: number
  readonly rec: number
}

/** Faults as the bits of a bus meet them: `BusFaults`. */
export interface MediumFaults {
  readonly stuckDominant: boolean
  /** Picked bits that have not struck yet. */
  readonly pickedBits: number
  /** Grounds of nodes are so far apart that not all of them understand each other. */
  readonly groundsApart: boolean
  /** Whether a node understands a dominant bit of another; throws the dice. */
  hears(node: BusNode, sender: BusNode): boolean
  /** Whether nobody sees bit `bit` wrong. */
  quietBit(bit: number): boolean
  /** Whether bit errors strike right after bit `bit`. */
  flipsSoon(bit: number): boolean
  /** 1 if the node sees bit `bit` wrong. */
  flip(node: BusNode, bit: number): number
  /** Throws the dice for a frame at a node's receive buffers. */
  loses(node: BusNode): boolean
}

/** The bus as its nodes and the pieces of it know it: `CanBus`. */
export interface Medium {
  readonly kernel: Kernel
  readonly name: string
  readonly index: number
  /** CAN FD frames can be on it. */
  readonly fd: boolean
  readonly bit_ns: number
  readonly dataBit_ns: number
  readonly counters: BusCounters
  readonly faults: MediumFaults
  readonly taps: Listeners<FrameTap>
  readonly tapped: TappedFrame
  /** Controllers in sleep mode. */
  sleepers: number
  /** Takes a node off the bus for good. */
  remove(node: BusNode): void
  /** Sees to it that the end of a bit at `end_ns` is an event. */
  armBit(end_ns: number): void
  /** Whether the end of a bit at `time_ns` is over; within one instant bits end after whatever came before. */
  isPast(time_ns: number): boolean
  /** Whether the end of a bit at `time_ns` is still to come. */
  bitEndsAt(time_ns: number): boolean
  /** Counts an error frame, by the error of the node that began it. */
  countErrorFrame(node: BusNode, type: number, transmitter: boolean, time_ns: number): void
  reportError(node: BusNode, type: number, transmitter: boolean, time_ns: number): void
}

/** The piece of bus that a node is on, as the node knows it: `Segment`. */
export interface Piece {
  /** Whether the present bit has begun before now. Bitwise only. */
  readonly midBit: boolean
  /** A frame is pending at `node`. */
  wake(node: BusNode): void
  /** A frame that was planned ahead of its start may lose to what comes in until then: decides again at the start. */
  reconsider(): void
  /** The transmit buffer that this node has on the wire now. */
  slotOnWire(node: BusNode): TxSlot | undefined
  /** Something is about to happen that the fast path cannot know: goes on bit by bit. Call it before the change. */
  disturb(): void
}
