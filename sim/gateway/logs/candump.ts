import type { LinkFrame } from '../link.ts'
import type { LogWriter } from './format.ts'
import type { Direction, LogFrame } from './log-frame.ts'

/**
 * The log format of can-utils (`candump -L`, canplayer):
 * `(0000000012.345678) spine0 0CFF8185#0011223344556677`, `#R4` for a remote frame, `##1…` for CAN FD, an identifier with
 * the flag 0x20000000 for an error frame. Times have microseconds. Source: can-utils lib.c, parse_canframe().
 */

/** Lines longer than this are none (the longest, an FD frame, has about 170 characters). */
export const MAX_CANDUMP_LINE = 512

const FD_BRS = 1
const FD_LENGTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64]
const LINE = /^\((\d{1,10})\.(\d{1,9})\) +(\S{1,32}) +([0-9A-Fa-f]+)#(\S*)(?: +([RT]))?\s*$/

/**
 * Reads one line into `frame`. Answers undefined when it was a frame; when not, why. Its bus is the number its interface
 * name ends in.
 */
export function parseCandumpLine(line: string, frame: LinkFrame & Partial<Pick<LogFrame, 'direction'>>): string | undefined {
  const match = LINE.exec(line)
  if (!match) return explainShape(line)
  const [, seconds, fraction, channel, idText, body, way] = match
  frame.direction = way === 'T' ? 'sent' : way === 'R' ? 'received' : ''
  frame.timestamp_ns = Number(seconds) * 1e9 + Number(fraction!.padEnd(9, '0'))
  const bus = Number(/\d{1,3}$/.exec(channel!)?.[0] ?? 0)
  if (bus > 255) return `interface ${channel}: its number is above 255`
  frame.bus = bus
  return readId(idText!, frame) ?? readBody(body!, frame)
}

function explainShape(line: string): string {
  if (line.length > MAX_CANDUMP_LINE) return 'the line is too long'
  if (!/^\(\d+\.\d+\)/.test(line)) return 'it does not start with a time such as (0000000012.345678)'
  if (!line.includes('#')) return 'there is no # between identifier and data'
  return 'it is not of the form (time) interface identifier#data'
}

function readId(text: string, frame: LinkFrame): string | undefined {
  if (text.length !== 3 && text.length !== 8) return `identifier ${text}: it has ${text.length} digits, not 3 or 8`
  const word = parseInt(text, 16)
  frame.error = text.length === 8 && word >= 0x2000_0000 && word < 0x4000_0000
  frame.extended = text.length === 8 && !frame.error
  frame.id = frame.error ? word - 0x2000_0000 : word
  if (text.length === 3 ? word > 0x7ff : word >= 0x4000_0000) return `identifier ${text} is out of range`
  return undefined
}

function readBody(body: string, frame: LinkFrame): string | undefined {
  frame.remote = false
  frame.fd = false
  frame.brs = false
  if (body.startsWith('#')) return readFdBody(body, frame)
  if (body[0] === 'R' || body[0] === 'r') {
    if (!/^.[0-8]?$/.test(body)) return `remote frame "#${body}": a length of 0 to 8 may follow R, nothing else`
    frame.remote = true
    frame.length = Number(body[1] ?? 0)
    return undefined
  }
  // A raw length code of 9 to 15 behind "_" means 8 bytes.
  const raw = /^(.{16})_[9A-Fa-f]$/.exec(body)
  return readData(raw ? raw[1]! : body, 8, frame)
}

function readFdBody(body: string, frame: LinkFrame): string | undefined {
  if (body.startsWith('##')) return 'CAN XL frames are not supported'
  const flags = parseInt(body[1]!, 16)
  if (!/^#[0-9A-Fa-f]/.test(body)) return 'a hex digit of FD flags must follow ##'
  frame.fd = true
  frame.brs = (flags & FD_BRS) !== 0
  const fault = readData(body.slice(2), 64, frame)
  if (fault === undefined && !FD_LENGTHS.includes(frame.length)) return `CAN FD has no length of ${frame.length} bytes`
  return fault
}

function readData(hex: string, most: number, frame: LinkFrame): string | undefined {
  if (hex.length % 2 !== 0) return `the data has an odd number of digits (${hex.length})`
  const length = hex.length / 2
  if (length > most) return `the data has ${length} bytes, more than ${most}`
  if (!/^[0-9A-Fa-f]*$/.test(hex)) return 'the data is not all hex digits'
  for (let i = 0; i < length; i++) frame.data[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  frame.length = length
  return undefined
}

/** Writes one line a frame. */
export function candumpWriter(): LogWriter {
  return { frame: formatCandumpLine, end: () => '' }
}

/**
 * The frame as one line, with its newline; which way it went as `candump -x` tells it. The interface is `spine` with the
 * number of the bus.
 */
export function formatCandumpLine(frame: LinkFrame, direction: Direction = ''): string {
  const time_us = Math.round(frame.timestamp_ns / 1000)
  const seconds = Math.floor(time_us / 1e6)
  const micros = time_us - seconds * 1e6
  const id = frame.error ? frame.id + 0x2000_0000 : frame.id
  const digits = frame.extended || frame.error ? 8 : 3
  const head = `(${String(seconds).padStart(10, '0')}.${String(micros).padStart(6, '0')}) spine${frame.bus} `
  return `${head}${id.toString(16).toUpperCase().padStart(digits, '0')}#${formatBody(frame)}${WAY[direction]}\n`
}

function formatBody(frame: LinkFrame): string {
  if (frame.remote) return frame.length > 0 ? `R${frame.length}` : 'R'
  let text = frame.fd ? (frame.brs ? '#1' : '#0') : ''
  for (let i = 0; i < frame.length; i++) text += HEX_BYTE[frame.data[i]!]
  return text
}

const WAY: Readonly<Record<Direction, string>> = { '': '', received: ' R', sent: ' T' }
const HEX_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'))
