import type { EventOf, Topic } from '../trace/index.ts'
import type { Facts, SeenFrame } from './seen.ts'
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
  /** It hears what every receiver rejects, too: late copies. */
  readonly hearsCopies?: true
  readonly create: (accuse: Accuse, around: Surroundings, facts: Facts) => Checker<T>
}
