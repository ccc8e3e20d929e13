import type { CanFrame } from '#protocol/frame.ts'
import type { DecodedFrame, DecodeFailure } from '#protocol/messages.ts'
import type { EventOf, Topic } from '../trace/index.ts'
import type { Surroundings } from './surroundings.ts'

/** Something that must not be: when, what, and how much. */
export interface Verdict {
  /** Name of the checker. */
  readonly checker: string
  readonly t_ns: number
  readonly what: string
  /** The numbers it rests on, units last in their names. */
  readonly numbers: Readonly<Record<string, number>>
}

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
  /** Share of each hub's current that flows in it, 0–1. Hubs that are not listed have none. */
  readonly shares: Readonly<Record<string, number>>
}

/** What a judge may know of the car beside its trace: names and ratings. */
export interface Facts {
  /** Hubs front to rear, as the spine reaches them; their place is the `position` of a `spineCut`. */
  readonly spine: readonly string[]
  readonly feeders: readonly Feeder[]
}

export type Accuse = (t_ns: number, what: string, numbers?: Readonly<Record<string, number>>) => void

/** One judge: one contract, deaf to everything but frames and the events of its topics. */
export interface Checker<T extends Topic = Topic> {
  frame?(seen: SeenFrame): void
  event?(event: EventOf<T>): void
  /** Some time has passed; called every 100 ms of bus time or less often, and at the end. */
  look?(now_ns: number): void
}

/** A checker as the registry lists it. */
export interface CheckerEntry<T extends Topic = Topic> {
  /** As verdicts and `expects` name it. */
  readonly name: string
  /** What must always hold. */
  readonly contract: string
  /** What it is told. */
  readonly needs: readonly T[]
  /** What its surroundings are told, of that which it asks them. */
  readonly asks: readonly Topic[]
  readonly create: (accuse: Accuse, around: Surroundings, facts: Facts) => Checker<T>
}

export const MS_ns = 1_000_000
export const SECOND_ns = 1_000_000_000
