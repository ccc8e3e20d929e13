import { LATCH_ACTION, LATCH_PLUG, type LatchAction } from '#protocol/index.ts'

/** One movement of a latch's motors: drive a channel until an input says that the goal is reached. */
export interface Stroke {
  readonly channel: number
  readonly duty: number
  /** The input that ends it, and its level at the goal. */
  readonly input: number
  readonly level: boolean
  /** Longest run of the motor. */
  readonly limit_ms: number
  /** What is pulled shut may be shut upon fingers: the motor is renewed at each tick, and the board ends it when there are none. */
  readonly watched: boolean
}

/** By `LATCH_ACTION`. A pawl or a lock needs 50–250 ms; pulling a door shut against its seal takes longer. */
export const STROKES: readonly Stroke[] = [
  { channel: LATCH_PLUG.pawl, duty: 1, input: LATCH_PLUG.ajar, level: true, limit_ms: 600, watched: false },
  { channel: LATCH_PLUG.pawl, duty: -1, input: LATCH_PLUG.ajar, level: false, limit_ms: 3000, watched: true },
  { channel: LATCH_PLUG.lock, duty: 1, input: LATCH_PLUG.locked, level: true, limit_ms: 400, watched: false },
  { channel: LATCH_PLUG.lock, duty: -1, input: LATCH_PLUG.locked, level: false, limit_ms: 400, watched: false },
]

/** Does this stroke begin by unlocking? */
export function needsUnlock(action: LatchAction, locked: boolean): boolean {
  return action === LATCH_ACTION.release && locked
}
