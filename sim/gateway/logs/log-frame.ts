import type { LinkFrame } from '../link.ts'
import { createLinkFrame } from '../link-frame.ts'

/** Longest piece a writer makes, bytes. */
export const LONGEST_PIECE = 1024

/** Which way a frame went, seen from whoever wrote the log; empty where a log does not tell. */
export type Direction = '' | 'received' | 'sent'

/** A frame as a log tells it. */
export interface LogFrame extends LinkFrame {
  direction: Direction
}

/** An empty extended data frame. */
export function createLogFrame(): LogFrame {
  return Object.assign(createLinkFrame(), { direction: '' as Direction })
}

/** Data lengths by length code; classic frames end at 8. */
const LENGTH_OF_DLC: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64]

/** The data length of a length code 0–15 (ISO 11898-1:2015, table 5). */
export function fdLengthOf(code: number): number {
  return LENGTH_OF_DLC[code]!
}

/** The length code of an FD data length; −1 when there is none. */
export function fdCodeOf(length: number): number {
  return LENGTH_OF_DLC.indexOf(length)
}
