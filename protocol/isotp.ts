import type { CodeOf } from './enums.ts'
import { CLASSIC_DATA_BYTES } from './frame.ts'

/**
 * ISO 15765-2:2016 on classic CAN, both sides, as state machines without a clock, a bus or memory of their own: time
 * comes with each call, frames go to `put`, and `due_ms` says when `tick` is wanted. They do not look at identifiers:
 * whoever owns them gives them the frames of one connection (normal addressing with 11 bits, normal fixed with 29).
 * Nothing that arrives throws or hangs: each side is bounded by its timers, and counts what went wrong by cause.
 */

/** What became of a message; each is a counter. `unexpected`: a frame that nobody waits for, or that breaks off a message. */
export const ISOTP = {
  ok: 0, timeoutA: 1, timeoutBs: 2, timeoutCr: 3, wrongSequence: 4, unexpected: 5, overflow: 6, waitOverrun: 7, invalidFlow: 8,
  malformed: 9,
} as const
export type IsoTpOutcome = CodeOf<typeof ISOTP>

/** Kind of a frame, the high nibble of its first byte. */
export const ISOTP_PCI = { single: 0, first: 1, consecutive: 2, flow: 3 } as const
export const FLOW = { clear: 0, wait: 1, overflow: 2 } as const
export type Flow = CodeOf<typeof FLOW>

/** N_As, N_Ar: from handing a frame to the controller until it was sent, ms. */
export const TIMEOUT_A_ms = 1000
/** N_WFTmax: "wait" in a row, said or heard. */
export const MOST_WAITS = 10
/** Pause after `put` took nothing. */
export const RETRY_ms = 1
const PADDING = 0xcc
export const LARGEST_SHORT = 0xfff
export const SMALLEST_LONG = 8

/** Hands a frame of 8 bytes to the bus; `false`: not now. Once it was sent, `sent` is to be called. */
export type IsoTpPut = (frame: Uint8Array) => boolean

/** Least time between consecutive frames that a flow control asks for, ms; reserved codes mean the longest. */
export function separation_ms(code: number): number {
  if (code <= 0x7f) return code
  return code >= 0xf1 && code <= 0xf9 ? (code - 0xf0) / 10 : 0x7f
}

/** One of each outcome. */
export function newCounts(): Uint32Array {
  return new Uint32Array(ISOTP.malformed + 1)
}

/** Fills a frame up from here. */
export function pad(frame: Uint8Array, from: number): void {
  for (let i = from; i < CLASSIC_DATA_BYTES; i++) frame[i] = PADDING
}
