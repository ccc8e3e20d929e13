import type { LinkFrame } from '../link.ts'

/**
 * Frames of the socketcand protocol, both ways: `< frame 123 23.424242 1A220344 >` to the client, `< send 123 2 1a 2 >` from it. An
 * identifier with eight digits is a 29-bit one. There are no remote and no FD frames. Source: socketcand,
 * doc/protocol.md and state_raw.c.
 */

/** Longest frame: its separator, head, identifier, seconds of a century, microseconds, data with spaces, end. */
export const SOCKETCAND_FRAME_BYTES = 72

const ENCODER = new TextEncoder()
const DIGITS = ENCODER.encode('0123456789ABCDEF')
const HEAD = ENCODER.encode('\n< frame ')
const SEND = ENCODER.encode('< send ')
const TAIL = ENCODER.encode(' >')
const SPACE = 0x20
const DOT = 0x2e

/**
 * Writes the frame from `at` on and answers where it ends. It begins with a line end: a client that throws away one
 * character too many between two reads, as python-can 4.1 does, then loses that and not the next frame. Its time counts from
 * `epoch_ns`. `spaced`: bytes are set apart, as in BCM mode.
 */
export function encodeSocketcandFrame(frame: LinkFrame, epoch_ns: number, bytes: Uint8Array, at: number, spaced: boolean): number {
  bytes.set(HEAD, at)
  at += HEAD.length
  at = writeHex(frame.id, frame.extended ? 8 : 3, bytes, at)
  bytes[at++] = SPACE
  const time_us = Math.floor((epoch_ns + frame.timestamp_ns) / 1000)
  const seconds = Math.floor(time_us / 1e6)
  at = writeDecimal(seconds, 1, bytes, at)
  bytes[at++] = DOT
  at = writeDecimal(time_us - seconds * 1e6, 6, bytes, at)
  bytes[at++] = SPACE
  for (let i = 0; i < frame.length; i++) {
    const byte = frame.data[i]!
    bytes[at++] = DIGITS[byte >> 4]!
    bytes[at++] = DIGITS[byte & 15]!
    if (spaced) bytes[at++] = SPACE
  }
  bytes.set(TAIL, at)
  return at + TAIL.length
}

/** Writes the command that sends the frame from `at` on and answers where it ends. Eight digits make an identifier a 29-bit one. */
export function encodeSend(frame: LinkFrame, bytes: Uint8Array, at: number): number {
  bytes.set(SEND, at)
  at = writeHex(frame.id, frame.extended ? 8 : 3, bytes, at + SEND.length)
  bytes[at++] = SPACE
  bytes[at++] = DIGITS[frame.length]!
  for (let i = 0; i < frame.length; i++) {
    bytes[at++] = SPACE
    at = writeHex(frame.data[i]!, 2, bytes, at)
  }
  bytes.set(TAIL, at)
  return at + TAIL.length
}

/**
 * Reads what the daemon tells: `frame`, identifier, Unix time, and data in one word or in several; or `error`, the class of an
 * error, Unix time. `false`: it is none.
 */
export function readFrameText(words: readonly string[], frame: LinkFrame): boolean {
  const id = readNumber(words[1], 16, 0x1fff_ffff)
  const time = /^(\d{1,12})\.(\d{6})$/.exec(words[2] ?? '')
  const data = words.slice(3).join('')
  if (id === undefined || time === null || !/^([0-9a-fA-F]{2}){0,8}$/.test(data)) return false
  frame.id = id
  frame.extended = words[1]!.length === 8
  if (words[0] === 'frame' && !frame.extended && id > 0x7ff) return false
  frame.timestamp_ns = Number(time[1]) * 1e9 + Number(time[2]) * 1000
  frame.length = data.length / 2
  for (let i = 0; i < frame.length; i++) frame.data[i] = parseInt(data.slice(2 * i, 2 * i + 2), 16)
  frame.remote = false
  frame.fd = false
  frame.brs = false
  frame.bus = 0
  frame.error = words[0] === 'error'
  return true
}

/**
 * Reads identifier, length and data (`words` from `from` on) into `frame`. `false`: they are none. Numbers of more digits
 * than they have bits are taken for sign-extended ones: SavvyCAN sends those, and marks 29-bit identifiers in bit 31.
 */
export function readFrameWords(words: readonly string[], from: number, frame: LinkFrame): boolean {
  if (!readIdentifier(words[from], frame)) return false
  const length = readNumber(words[from + 1], 10, 8)
  if (length === undefined || words.length - from - 2 !== length) return false
  for (let i = 0; i < length; i++) {
    const byte = readSigned(words[from + 2 + i], 2)
    if (byte === undefined) return false
    frame.data[i] = byte
  }
  frame.length = length
  frame.remote = false
  frame.fd = false
  frame.brs = false
  frame.error = false
  return true
}

/** Reads an identifier into `frame`: 29 bits when it has eight digits, bit 31, or does not fit into 11. */
export function readIdentifier(word: string | undefined, frame: LinkFrame): boolean {
  const id = readSigned(word, 8)
  if (word === undefined || id === undefined) return false
  const bits = id >= 0x8000_0000 ? id - 0x8000_0000 : id
  if (bits > 0x1fff_ffff) return false
  frame.id = bits
  frame.extended = word.length >= 8 || bits > 0x7ff
  return true
}

/** A whole number in this base, at most `most`; undefined when it is none. */
export function readNumber(word: string | undefined, base: 10 | 16, most: number): number | undefined {
  if (word === undefined || !(base === 10 ? /^\d{1,12}$/ : /^[0-9a-fA-F]{1,8}$/).test(word)) return undefined
  const value = parseInt(word, base)
  return value <= most ? value : undefined
}

function readSigned(word: string | undefined, digits: number): number | undefined {
  if (word === undefined || word.length > 16) return undefined
  const surplus = Math.max(0, word.length - digits)
  if (!/^[fF]*$/.test(word.slice(0, surplus))) return undefined
  return readNumber(word.slice(surplus), 16, 0xffff_ffff)
}

function writeHex(value: number, digits: number, bytes: Uint8Array, at: number): number {
  for (let shift = 4 * (digits - 1); shift >= 0; shift -= 4) bytes[at++] = DIGITS[value >>> shift & 15]!
  return at
}

function writeDecimal(value: number, digits: number, bytes: Uint8Array, at: number): number {
  let size = 1
  for (let power = 10; value >= power; power *= 10) size++
  const end = at + Math.max(size, digits)
  for (let i = end - 1; i >= at; i--) {
    bytes[i] = DIGITS[value % 10]!
    value = Math.floor(value / 10)
  }
  return end
}
