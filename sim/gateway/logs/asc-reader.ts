import { parseAscDate } from './asc-date.ts'
import { fdCodeOf, fdLengthOf, type LogFrame } from './log-frame.ts'
import { NO_FRAME } from './text-reader.ts'

/** Lines longer than this are none (the longest, an FD frame with a symbolic name, has about 400 characters). */
export const MAX_ASC_LINE = 1024

/** SocketCAN's class bits for "a node found a protocol violation" and "bus error": what `ErrorFrame` tells. */
const ERROR_CLASS = 0x88
const ERROR_BYTES = 8

const FLAG_REMOTE = 0x10
const FLAG_FD = 0x1000

const EVENT = /^\s*(-?)(\d{1,10})\.(\d{1,9})\s+(\S+)\s*(.*?)\s*$/
const BASE = /^\s*base\s+(hex|dec)(?:\s+timestamps\s+(absolute|relative))?/i
const DATED = /^\s*(?:date|begin\s+triggerblock)\s+(\S.*)$/i
/** Other lines of a head, comments and the ends of blocks: right, and no frame. */
const OTHER = /^\s*(?:\/\/|(?:no\s+)?internal\s+events\s+logged|(?:begin|end)\s+triggerblock|previous\s+log|measurement\s+uuid|split\s+)/i

/**
 * Reads Vector's ASC log line by line, as CANoe, CANalyzer and python-can write it: hex or decimal, times from the head's
 * date or from the line before. Other events (statistics, chip states, requests to send) are no frames and skipped.
 */
export class AscParser {
  private base = 16
  private relative = false
  private start_ns = 0
  private last_ns = 0

  /** Undefined: `frame` is it. `NO_FRAME`: nothing wrong, and no frame. Otherwise why it is none. */
  parse(line: string, frame: LogFrame): string | undefined {
    const event = EVENT.exec(line)
    if (!event) return this.head(line)
    const [, sign, seconds, fraction, first, rest] = event
    const time_ns = (Number(seconds) * 1e9 + Number(fraction!.padEnd(9, '0'))) * (sign === '' ? 1 : -1)
    this.last_ns = this.relative ? this.last_ns + time_ns : time_ns
    frame.timestamp_ns = this.start_ns + this.last_ns
    if (/^canfd$/i.test(first!)) return this.fdEvent(rest!.split(/\s+/), frame)
    return /^\d+$/.test(first!) ? this.classicEvent(first!, rest!.split(/\s+/), frame) : NO_FRAME
  }

  private head(line: string): string {
    const base = BASE.exec(line)
    const dated = DATED.exec(line)
    if (base) {
      this.base = base[1]!.toLowerCase() === 'hex' ? 16 : 10
      this.relative = base[2]?.toLowerCase() === 'relative'
    } else if (dated) {
      const date_ns = parseAscDate(dated[1]!)
      if (date_ns === undefined) return `"${dated[1]!.slice(0, 40)}" is no date such as Tue Nov 14 10:13:20.123 pm 2023`
      this.start_ns = date_ns
      this.last_ns = 0
    } else if (!OTHER.test(line)) return 'it is neither an event that begins with a time nor a line of the head'
    return NO_FRAME
  }

  private classicEvent(channel: string, words: readonly string[], frame: LogFrame): string | undefined {
    if (isErrorFrame(words[0])) return readChannel(channel, frame) ?? makeError(frame)
    if (!isDirection(words[1])) {
      const likely = /^[\dA-F]+x?$/i.test(words[0]!) && /^[dr]$/i.test(words[2] ?? '') && !/^TxRq$/i.test(words[1]!)
      return likely ? `"${words[1]}" is neither Rx nor Tx` : NO_FRAME
    }
    const kind = words[2]?.toLowerCase()
    if (kind !== 'd' && kind !== 'r') return `"${words[2] ?? ''}" is neither d (data) nor r (remote)`
    clear(frame, words[1]!)
    frame.remote = kind === 'r'
    const code = words[3] === undefined && frame.remote ? 0 : this.number(words[3], 15)
    if (code < 0) return `"${words[3] ?? ''}" is no data length code`
    frame.length = Math.min(code, 8)
    return readChannel(channel, frame) ?? this.readId(words[0]!, frame) ?? (frame.remote ? undefined : this.readData(words, 4, frame))
  }

  private fdEvent(words: readonly string[], frame: LogFrame): string | undefined {
    const [channel, direction, id] = words
    if (isErrorFrame(id)) return readChannel(channel!, frame) ?? makeError(frame)
    if (!isDirection(direction)) return /^TxRq$/i.test(direction ?? '') ? NO_FRAME : `"${direction ?? ''}" is neither Rx nor Tx`
    clear(frame, direction!)
    // A symbolic name may stand behind the identifier; names do not begin with a digit.
    const at = /^\d/.test(words[3] ?? '') ? 3 : 4
    const code = this.number(words[at + 2], 15)
    const length = decimal(words[at + 3], 64)
    if (code < 0 || length < 0) return `"${words[at + 2] ?? ''} ${words[at + 3] ?? ''}" is no data length code and data length`
    frame.length = length
    const flagsWord = words[at + 4 + length + 2]
    const flags = /^[\dA-F]{1,8}$/i.test(flagsWord ?? '') ? parseInt(flagsWord!, 16) : FLAG_FD
    frame.fd = (flags & FLAG_FD) !== 0
    frame.brs = frame.fd && words[at] === '1'
    frame.remote = !frame.fd && ((flags & FLAG_REMOTE) !== 0 || (length === 0 && code > 0))
    if (frame.remote) frame.length = Math.min(code, 8)
    const fault = frame.fd ? fdLengthFault(code, length) : length > 8 ? `a classic frame has no ${length} data bytes` : undefined
    if (fault !== undefined) return fault
    return readChannel(channel!, frame) ?? this.readId(id!, frame) ?? (frame.remote ? undefined : this.readData(words, at + 4, frame))
  }

  private readId(text: string, frame: LogFrame): string | undefined {
    frame.extended = /x$/i.test(text)
    const id = this.number(frame.extended ? text.slice(0, -1) : text, frame.extended ? 0x1fff_ffff : 0x7ff)
    if (id < 0) return `"${text}" is no identifier, or it is out of range`
    frame.id = id
    return undefined
  }

  private readData(words: readonly string[], from: number, frame: LogFrame): string | undefined {
    for (let i = 0; i < frame.length; i++) {
      const byte = this.number(words[from + i], 255)
      if (byte < 0) return words[from + i] === undefined
        ? `it has ${i} data bytes, not ${frame.length}`
        : `"${words[from + i]!.slice(0, 20)}" is no data byte`
      frame.data[i] = byte
    }
    return undefined
  }

  /** A number of the log's base up to `most`; −1: it is none. */
  private number(text: string | undefined, most: number): number {
    if (text === undefined || !(this.base === 16 ? /^[\dA-F]{1,8}$/i : /^\d{1,9}$/).test(text)) return -1
    const value = parseInt(text, this.base)
    return value > most ? -1 : value
  }
}

function isDirection(word: string | undefined): boolean {
  return word !== undefined && /^[RT]x$/i.test(word)
}

function isErrorFrame(word: string | undefined): boolean {
  return word !== undefined && /^ErrorFrame/i.test(word)
}

function decimal(text: string | undefined, most: number): number {
  return text !== undefined && /^\d{1,3}$/.test(text) && Number(text) <= most ? Number(text) : -1
}

function fdLengthFault(code: number, length: number): string | undefined {
  if (fdCodeOf(length) < 0) return `CAN FD has no length of ${length} bytes`
  return fdLengthOf(code) === length ? undefined : `data length code ${code} and ${length} data bytes contradict each other`
}

function readChannel(text: string, frame: LogFrame): string | undefined {
  const channel = decimal(text, 256)
  if (channel < 1) return `"${text}" is no channel from 1 to 256`
  frame.bus = channel - 1
  return undefined
}

function clear(frame: LogFrame, direction: string): void {
  frame.direction = /^T/i.test(direction) ? 'sent' : 'received'
  frame.error = false
  frame.fd = false
  frame.brs = false
  frame.remote = false
}

function makeError(frame: LogFrame): undefined {
  clear(frame, '')
  frame.direction = ''
  frame.error = true
  frame.extended = false
  frame.id = ERROR_CLASS
  frame.length = ERROR_BYTES
  frame.data.fill(0, 0, ERROR_BYTES)
}
