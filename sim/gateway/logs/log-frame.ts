import type { LinkFrame } from '../link.ts'
import { createLinkFrame } from '../link-frame.ts'

/** Longest piece a writer makes of a frame, bytes, unless it packs many of them together. */
export const LONGEST_PIECE = 2048

/** Which way a frame went, seen from whoever wrote the log; empty where a log does not tell. */
export type Direction = '' | 'received' | 'sent'

/** What logs tell of a frame that links do not carry. */
export interface LogDetails {
  direction: Direction
  /** The interface's name, a character a byte (Latin-1); empty where a log only numbers them. */
  name: string
  /** 9–15: the length code on the bus of a classic frame of 8 bytes. Otherwise 0: the length is the code. */
  lengthCode: number
  /** The error state indicator of a CAN FD frame. */
  esi: boolean
}

/** A frame as a log tells it. */
export interface LogFrame extends LinkFrame, LogDetails {}

export const NO_DETAILS: Readonly<LogDetails> = { direction: '', name: '', lengthCode: 0, esi: false }

/** Why something in a log is no frame: its cause, one of a few to be counted by, and the reason for people. */
export interface FrameFault {
  readonly cause: string
  readonly reason: string
}

/** Told once in a log however often it comes: the log is right, only we do not know such frames. */
export const CAN_XL: FrameFault = { cause: 'can-xl', reason: 'CAN XL frames are not supported' }

/** The cause of what is missing where a log ends in the middle. */
export const TRUNCATED = 'truncated'

/** An empty extended data frame. */
export function createLogFrame(): LogFrame {
  return { ...createLinkFrame(), ...NO_DETAILS }
}

/** Makes it an empty standard data frame of which nothing else is known. */
export function clearLogFrame(frame: LogFrame): void {
  frame.id = 0
  frame.length = 0
  frame.extended = frame.remote = frame.error = frame.fd = frame.brs = false
  frame.direction = frame.name = ''
  frame.lengthCode = 0
  frame.esi = false
}

/** SocketCAN's class bits for "a node found a protocol violation" and "bus error": what logs tell that only name an error. */
const ERROR_CLASS = 0x88
const ERROR_BYTES = 8

/** Makes it an error frame of which nothing else is known. */
export function makeErrorFrame(frame: LogFrame): void {
  const { bus, timestamp_ns } = frame
  clearLogFrame(frame)
  Object.assign(frame, { bus, timestamp_ns, error: true, id: ERROR_CLASS, length: ERROR_BYTES })
  frame.data.fill(0, 0, ERROR_BYTES)
}

/** The end of what 32 bits of seconds since 1970 tell, in February 2106: logs hold no later times. */
const END_OF_TIME_ns = 2 ** 32 * 1e9

/** Why no log can hold this time, ns since 1970; undefined: every log can. */
export function timeFault(timestamp_ns: number): FrameFault | undefined {
  if (timestamp_ns >= 0 && timestamp_ns < END_OF_TIME_ns) return undefined
  return { cause: 'time', reason: `a time of ${timestamp_ns / 1e9} s is not between the years 1970 and 2106` }
}

/**
 * The time in whole nanoseconds as a log should show it. A number has nanoseconds for 104 days; of today's times it has
 * microseconds, and what is below them is rounding.
 */
export function shownTime(timestamp_ns: number): { seconds: number, nanos: number } {
  const exact = timestamp_ns <= Number.MAX_SAFE_INTEGER
  const seconds = Math.floor(timestamp_ns / 1e9)
  const nanos = exact ? timestamp_ns - seconds * 1e9 : Math.round((timestamp_ns - seconds * 1e9) / 1000) * 1000
  const whole = Math.round(nanos)
  return whole < 1e9 ? { seconds, nanos: whole } : { seconds: seconds + 1, nanos: 0 }
}

const WORD = 0x1_0000_0000

/** Seconds and nanoseconds as one number of nanoseconds in two words: a JavaScript number would round today's times. */
export function nanosecondWords(seconds: number, nanos: number): { high: number, low: number } {
  const upper = Math.floor(seconds / 0x1_0000) * 1e9
  // In two parts that a number holds exactly, the upper one counted in 65536 ns.
  const lower = seconds % 0x1_0000 * 1e9 + nanos + upper % 0x1_0000 * 0x1_0000
  return { high: Math.floor(upper / 0x1_0000) + Math.floor(lower / WORD), low: lower % WORD }
}

/** Times of a virtual car begin at 0, those of a clock decades later: a log that begins below this is one of the first. */
export const VIRTUAL_BELOW_ns = 365 * 86_400e9

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
