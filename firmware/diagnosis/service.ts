import { type CodeOf, type Nrc, SESSION, type Session } from '#protocol/index.ts'
import type { FaultMemory } from './fault-memory.ts'
import type { FaultWatch } from './fault-watch.ts'
import type { DiagnosedHub } from './hub.ts'
import type { Update } from '../update/index.ts'

export const ANY_SESSION: number = 1 << SESSION.default | 1 << SESSION.programming | 1 << SESSION.extended
export const NOT_DEFAULT: number = 1 << SESSION.programming | 1 << SESSION.extended
export const EXTENDED: number = 1 << SESSION.extended
export const PROGRAMMING: number = 1 << SESSION.programming

/** Who may use a service: anybody; in a hub with keys only who has unlocked it; only who has unlocked it. */
export const LOCK = { open: 0, keyed: 1, always: 2 } as const
export type Lock = CodeOf<typeof LOCK>

/** Returned by a step of a longer work: there is more to do. */
export const MORE = -1
/** One step of a work that does not fit into P2: `MORE`, or how it ended. */
export type Step = () => Nrc | typeof MORE

/** What a service works with: its hub, and the answer that it writes. */
export interface Conversation {
  readonly hub: DiagnosedHub
  readonly faults: FaultMemory
  readonly watch: FaultWatch
  /** Undefined where the board has no room for two images. */
  readonly update: Update | undefined
  session: Session
  unlocked: boolean
  /** Who asks may not use what is locked so. */
  locks(lock: Lock): boolean
  /** Appends to the positive response. */
  put(value: number, bytes: number): void
  putBytes(bytes: Uint8Array): void
  /** Bytes that still fit. */
  room(): number
  enter(session: Session): void
  /** No messages of the catalogue from this hub, until told otherwise or the session ends. */
  silence(silent: boolean): void
  /** Once the answer is sent. */
  afterwards(act: () => void): void
  /** The request is answered when `step` is through; it is called again and again, and the tester is told to wait. */
  pend(step: Step): typeof MORE
}

/** A sub-function of a service, where it may be used. */
export interface SubFunction {
  readonly code: number
  /** Bits `1 << SESSION.…`. */
  readonly sessions: number
  readonly locked: Lock
}

/** One service of ISO 14229-1, with all that decides whether a request reaches it. */
export interface Service {
  readonly id: number
  readonly sessions: number
  /** Whether it needs SecurityAccess. */
  readonly locked: Lock
  /** Least and greatest length of a request, bytes. */
  readonly shortest: number
  readonly longest: number
  /** Undefined: it has none. */
  readonly subFunctions: readonly SubFunction[] | undefined
  run(conversation: Conversation, request: Uint8Array, length: number): Nrc | typeof MORE
}
