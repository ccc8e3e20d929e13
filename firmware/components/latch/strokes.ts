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
}

/** By `LATCH_ACTION`. A pawl or a lock needs 50–250 ms; pulling a door shut against its seal takes longer. */
export const STROKES: readonly Stroke[] = [
  { channel: LATCH_PLUG.pawl, duty: 1, input: LATCH_PLUG.ajar, level: true, limit_ms: 600 },
  { channel: LATCH_PLUG.pawl, duty: -1, input: LATCH_PLUG.ajar, level: false, limit_ms: 3000 },
  { channel: LATCH_PLUG.lock, duty: 1, input: LATCH_PLUG.locked, level: true, limit_ms: 400 },
  { channel: LATCH_PLUG.lock, duty: -1, input: LATCH_PLUG.locked, level: false, limit_ms: 400 },
]

/** Does this stroke begin by unlocking? */
export function needsUnlock(action: LatchAction, locked: boolean): boolean {
  return action === LATCH_ACTION.release && locked
}
