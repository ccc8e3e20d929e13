import type { CanFrame } from '#protocol/index.ts'
import type { DecodedFrame, DecodeFailure } from '#protocol/messages/index.ts'

/** A good frame as the bus's tap shows it. */
export interface TappedFrame {
  readonly frame: CanFrame
  readonly end_ns: number
  /** Node that sent it, by its name on the bus; empty when no sender holds it to be good. */
  readonly sender: string
  /** Which half of a cut bus, 0 = front. */
  readonly half: number
}

/** A frame for the checkers; valid during the call. */
export interface SeenFrame extends TappedFrame {
  /** Undefined when it cannot be decoded; `failure` then says why. */
  readonly decoded: DecodedFrame | undefined
  readonly failure: DecodeFailure | undefined
}

/** A conductor that feeds hubs. */
export interface Feeder {
  /** Cable, `drop.FL`. */
  readonly name: string
  /** What it carries for ever, A. */
  readonly ampacity_A: number
  /** What leases may allow for ever, and in a peak. */
  readonly run_A: number
  readonly peak_A: number
  /** Share of each hub's current that flows in it, 0–1. Hubs that are not listed have none. */
  readonly shares: Readonly<Record<string, number>>
}

/** What a judge may know of the car beside its trace: names and ratings. */
export interface Facts {
  /** Hubs front to rear, as the spine reaches them; their place is the `position` of a `spineCut`. */
  readonly spine: readonly string[]
  readonly feeders: readonly Feeder[]
}

export const MS_ns = 1_000_000
export const SECOND_ns = 1_000_000_000
/** A command with the sender and sequence of one seen this recently is its repetition. */
export const REPEATED_ns = 3 * SECOND_ns

/** Which command a status answers. */
export interface Echo { readonly echoSender: number, readonly echoSequence: number }
