import { parseAscDate } from './asc-date.ts'
import { latin1Bytes } from './bytes.ts'
import { CAN_XL, clearLogFrame, fdCodeOf, fdLengthOf, makeErrorFrame, shownTime, type FrameFault, type LogFrame } from './log-frame.ts'
import { TextCursor } from './text-cursor.ts'
import { badLine, type LineParser, NO_FRAME } from './text-reader.ts'

/** Lines longer than this are none (the longest, an FD frame with a symbolic name, has about 500 characters). */
export const MAX_ASC_LINE = 1024

const FLAG = { remote: 0x10, fd: 0x1000, brs: 0x2000, esi: 0x4000 } as const

const EVENT = /^\s*(-?)(\d{1,10})\.(\d{1,9})\s+(\S+)\s*(.*?)\s*$/
const BASE = /^\s*base\s+(hex|dec)(?:\s+timestamps\s+(absolute|relative))?/i
const DATED = /^\s*(?:date|begin\s+triggerblock)\s+(\S.*)$/i
/** Other lines of a head, comments and the ends of blocks: right, and no frame. */
const OTHER = /^\s*(?:\/\/|(?:no\s+)?internal\s+events\s+logged|(?:begin|end)\s+triggerblock|previous\s+log|measurement\s+uuid|split\s+)/i
/** Behind `CANFD` and `CANXL`: the start and end of a measurement, and states of a channel. */
const NO_FRAME_EVENT = /^(?:(?:\d+\s+)?(?:start|stop)\s+of\s+measurement|\d+\s+(?:status|statistic))/i
const CANFD = latin1Bytes('CANFD')
/** The x of `Rx` and `Tx` is that of extended identifiers. */
const [POINT, ZERO, NINE, DATA, EXTENDED, RECEIVED, SENT] = [0x2e, 0x30, 0x39, 0x64, 0x78, 0x52, 0x54]
/** The frame formats of a CAN XL channel: classic and FD, with base and extended identifiers, and CAN XL itself. */
const XL_FORMATS: Readonly<Record<string, 'classic' | 'fd' | 'xl'>> = { CBFF: 'classic', CEFF: 'classic', FBFF: 'fd', FEFF: 'fd', XLFF: 'xl' }

/**
 * Reads Vector's ASC log line by line, as CANoe, CANalyzer and python-can write it: hex or decimal, times from the head's
 * date or from the line before. Other events (statistics, chip states, requests to send) are no frames and skipped. The
 * base holds for identifiers and data of classic lines; length codes, and all of CANFD and CANXL lines, are hexadecimal.
 */
export class AscParser implements LineParser {
  private base = 16
  private relative = false
  /** Seconds and nanoseconds apart: a number would round today's times. */
  private start = { seconds: 0, nanos: 0 }
  private readonly last = { ...this.start }
  private readonly cursor = new TextCursor()

  readonly parse = (line: string, frame: LogFrame): FrameFault | undefined => {
    const event = EVENT.exec(line)
    if (!event) return this.head(line)
    const [, sign, seconds, fraction, first, rest] = event
    const way = sign === '' ? 1 : -1
    frame.timestamp_ns = this.timeOf(way * Number(seconds), way * Number(fraction!.padEnd(9, '0')))
    const words = rest!.split(/\s+/)
    if (/^\d+$/.test(first!)) return this.classicEvent(first!, words, frame)
    if (!/^can(?:fd|xl)$/i.test(first!) || NO_FRAME_EVENT.test(rest!)) return NO_FRAME
    return /^canfd$/i.test(first!) ? fdEvent(words, frame) : xlEvent(words, frame)
  }

  /** Data frames of classic and CANFD lines, not before the log's time. */
  readonly quick = (bytes: Uint8Array, from: number, to: number, frame: LogFrame): boolean => {
    const { cursor } = this
    cursor.begin(bytes, from, to)
    cursor.gap()
    const seconds = cursor.number(10, 10)
    if (seconds < 0 || !cursor.skip(POINT)) return false
    const nanos = cursor.fraction(9)
    if (nanos < 0 || !cursor.gap()) return false
    const fd = cursor.same(CANFD)
    const read = fd ? cursor.gap() && quickFd(cursor, frame) : quickClassic(cursor, this.base, frame)
    if (read) frame.timestamp_ns = this.timeOf(seconds, nanos)
    return read
  }

  private timeOf(seconds: number, nanos: number): number {
    const { last } = this
    const from = this.relative ? last : this.start
    last.seconds = from.seconds + seconds
    last.nanos = from.nanos + nanos
    return last.seconds * 1e9 + last.nanos
  }

  private head(line: string): FrameFault {
    const base = BASE.exec(line)
    const dated = DATED.exec(line)
    if (base) {
      this.base = base[1]!.toLowerCase() === 'hex' ? 16 : 10
      this.relative = base[2]?.toLowerCase() === 'relative'
    } else if (dated) {
      const date_ns = parseAscDate(dated[1]!)
      if (date_ns === undefined) return badLine(`"${dated[1]!.slice(0, 40)}" is no date such as Tue Nov 14 10:13:20.123 pm 2023`)
      this.start = shownTime(date_ns)
      Object.assign(this.last, this.start)
    } else if (!OTHER.test(line)) return badLine('it is neither an event that begins with a time nor a line of the head')
    return NO_FRAME
  }

  private classicEvent(channel: string, words: readonly string[], frame: LogFrame): FrameFault | undefined {
    if (isErrorFrame(words[0])) return readChannel(channel, frame) ?? errorOf(frame)
    if (!isDirection(words[1])) {
      const likely = /^[\dA-F]+x?$/i.test(words[0]!) && /^[dr]$/i.test(words[2] ?? '') && !/^TxRq$/i.test(words[1]!)
      return likely ? badLine(`"${words[1]}" is neither Rx nor Tx`) : NO_FRAME
    }
    const kind = words[2]?.toLowerCase()
    if (kind !== 'd' && kind !== 'r') return badLine(`"${words[2] ?? ''}" is neither d (data) nor r (remote)`)
    clear(frame, words[1]!)
    frame.remote = kind === 'r'
    // Behind a remote frame without length code its trailer may stand: Length = 200000 BitCount = 50 ID = 341.
    const hasCode = words[3] !== undefined && !(frame.remote && !/^[\dA-F]$/i.test(words[3]))
    const code = hasCode || !frame.remote ? number(words[3], 15, 16) : 0
    if (code < 0) return badLine(`"${words[3] ?? ''}" is no data length code`)
    setCode(code, frame)
    return readChannel(channel, frame) ?? readId(words[0]!, this.base, frame)
      ?? (frame.remote ? undefined : readData(words, 4, this.base, frame))
  }
}

function quickClassic(cursor: TextCursor, base: number, frame: LogFrame): boolean {
  if (!quickChannel(cursor, frame) || !quickId(cursor, base, frame) || !quickDirection(cursor, frame)) return false
  if (!(cursor.skip(DATA) && cursor.gap())) return false
  const code = cursor.number(16, 8)
  if (code < 0 || code > 15 || !cursor.gap()) return false
  frame.fd = frame.brs = frame.esi = false
  setCode(code, frame)
  return quickData(cursor, base, frame)
}

function quickFd(cursor: TextCursor, frame: LogFrame): boolean {
  if (!quickChannel(cursor, frame) || !quickDirection(cursor, frame) || !quickId(cursor, 16, frame)) return false
  const named = cursor.peek() < ZERO || cursor.peek() > NINE
  if (named && !(cursor.word() && cursor.gap())) return false
  const brs = cursor.number(2, 1)
  if (brs < 0 || !cursor.gap()) return false
  const esi = cursor.number(2, 1)
  if (esi < 0 || !cursor.gap()) return false
  const code = cursor.number(16, 8)
  if (code < 0 || code > 15 || !cursor.gap()) return false
  const length = cursor.number(10, 3)
  if (length < 0 || fdCodeOf(length) !== code || !cursor.gap()) return false
  frame.fd = true
  frame.brs = brs === 1
  frame.esi = esi === 1
  frame.length = length
  frame.lengthCode = 0
  if (!quickData(cursor, 16, frame)) return false
  // Duration and bits; then the flags, which say that it is FD.
  if (!(cursor.word() && cursor.gap() && cursor.word() && cursor.gap())) return false
  const flags = cursor.number(16, 8)
  return cursor.gap() && flags >= 0 && (flags & FLAG.fd) !== 0
}

function quickChannel(cursor: TextCursor, frame: LogFrame): boolean {
  const channel = cursor.number(10, 3)
  frame.bus = channel - 1
  return channel >= 1 && channel <= 256 && cursor.gap()
}

function quickId(cursor: TextCursor, base: number, frame: LogFrame): boolean {
  const id = cursor.number(base, base === 16 ? 8 : 9)
  frame.id = id
  frame.extended = cursor.skip(EXTENDED)
  return id >= 0 && id <= (frame.extended ? 0x1fff_ffff : 0x7ff) && cursor.gap()
}

function quickDirection(cursor: TextCursor, frame: LogFrame): boolean {
  const sent = cursor.skip(SENT)
  frame.direction = sent ? 'sent' : 'received'
  frame.name = ''
  frame.error = frame.remote = false
  return (sent || cursor.skip(RECEIVED)) && cursor.skip(EXTENDED) && cursor.gap()
}

function quickData(cursor: TextCursor, base: number, frame: LogFrame): boolean {
  for (let i = 0; i < frame.length; i++) {
    const byte = cursor.number(base, 8)
    if (byte < 0 || byte > 255 || !cursor.gap()) return false
    frame.data[i] = byte
  }
  return true
}

/** Channel, direction, identifier, perhaps a symbolic name, BRS, ESI, length code, length, data, duration, bits, flags. */
function fdEvent(words: readonly string[], frame: LogFrame): FrameFault | undefined {
  const [channel, direction, id] = words
  if (isErrorFrame(id)) return readChannel(channel!, frame) ?? errorOf(frame)
  if (!isDirection(direction)) return noDirection(direction)
  clear(frame, direction!)
  // A symbolic name may stand behind the identifier; names do not begin with a digit.
  const at = /^\d/.test(words[3] ?? '') ? 3 : 4
  const code = number(words[at + 2], 15, 16)
  const length = decimal(words[at + 3], 64)
  if (code < 0 || length < 0) return noLength(words, at + 2)
  const flagsWord = words[at + 4 + length + 2]
  const flags = /^[\dA-F]{1,8}$/i.test(flagsWord ?? '') ? parseInt(flagsWord!, 16) : FLAG.fd
  const brs = words[at] === '1'
  const esi = words[at + 1] === '1'
  return readChannel(channel!, frame)
    ?? setKind((flags & FLAG.fd) !== 0 || brs || esi || length > 8, { code, length, flags, brs, esi }, frame)
    ?? readId(id!, 16, frame) ?? (frame.remote ? undefined : readData(words, at + 4, 16, frame))
}

/** Channel, direction, frame format, duration, bits, identifier, perhaps a symbolic name, length code, length, data, CRCs, flags. */
function xlEvent(words: readonly string[], frame: LogFrame): FrameFault | undefined {
  const [channel, direction, formatWord] = words
  if (isErrorFrame(formatWord) || isErrorFrame(words[5])) return readChannel(channel!, frame) ?? errorOf(frame)
  if (!isDirection(direction)) return noDirection(direction)
  const format = XL_FORMATS[formatWord?.toUpperCase() ?? '']
  if (format === undefined) return badLine(`"${formatWord ?? ''}" is no frame format: ${Object.keys(XL_FORMATS).join(', ')}`)
  if (format === 'xl') return CAN_XL
  clear(frame, direction!)
  const fd = format === 'fd'
  const at = lengthsAt(words, 6, fd) || !/^[A-Z_]/i.test(words[6] ?? '') ? 6 : 7
  const code = number(words[at], 15, 16)
  const length = decimal(words[at + 1], 64)
  if (code < 0 || length < 0) return noLength(words, at)
  // Between data and flags: the CRC, in FD frames behind the count of stuff bits.
  const flagsWord = words[at + 2 + length + (fd ? 2 : 1)]
  const flags = /^[\dA-F]{1,8}$/i.test(flagsWord ?? '') ? parseInt(flagsWord!, 16) : 0
  return readChannel(channel!, frame)
    ?? setKind(fd, { code, length, flags, brs: (flags & FLAG.brs) !== 0, esi: (flags & FLAG.esi) !== 0 }, frame)
    ?? readId(words[5]!, 16, frame, formatWord![1]!.toUpperCase() === 'E') ?? (frame.remote ? undefined : readData(words, at + 2, 16, frame))
}

/** Whether length code and length stand there, and not a symbolic name that looks like a code. */
function lengthsAt(words: readonly string[], at: number, fd: boolean): boolean {
  const code = number(words[at], 15, 16)
  const length = decimal(words[at + 1], 64)
  return code >= 0 && length >= 0 && (fd ? length === fdLengthOf(code) : length === Math.min(code, 8) || length === 0)
}

interface Kind { readonly code: number, readonly length: number, readonly flags: number, readonly brs: boolean, readonly esi: boolean }

function setKind(fd: boolean, { code, length, flags, brs, esi }: Kind, frame: LogFrame): FrameFault | undefined {
  frame.fd = fd
  frame.brs = fd && brs
  frame.esi = fd && esi
  frame.remote = !fd && ((flags & FLAG.remote) !== 0 || (length === 0 && code > 0))
  if (fd) {
    if (fdCodeOf(length) < 0) return badLine(`CAN FD has no length of ${length} bytes`)
    if (fdLengthOf(code) !== length) return badLine(`data length code ${code} and ${length} data bytes contradict each other`)
    frame.length = length
    return undefined
  }
  setCode(code, frame)
  return frame.remote || frame.length === length ? undefined : badLine(`data length code ${code} and ${length} data bytes contradict each other`)
}

/** Codes above 8 mean 8 bytes in a classic frame. */
function setCode(code: number, frame: LogFrame): void {
  frame.length = Math.min(code, 8)
  frame.lengthCode = code > 8 ? code : 0
}

function readId(text: string, base: number, frame: LogFrame, extended = false): FrameFault | undefined {
  frame.extended = extended || /x$/i.test(text)
  const id = number(/x$/i.test(text) ? text.slice(0, -1) : text, frame.extended ? 0x1fff_ffff : 0x7ff, base)
  if (id < 0) return badLine(`"${text}" is no identifier, or it is out of range`)
  frame.id = id
  return undefined
}

function readData(words: readonly string[], from: number, base: number, frame: LogFrame): FrameFault | undefined {
  for (let i = 0; i < frame.length; i++) {
    const word = words[from + i]
    const byte = number(word, 255, base)
    if (byte < 0) return badLine(word === undefined ? `it has ${i} data bytes, not ${frame.length}` : `"${word.slice(0, 20)}" is no data byte`)
    frame.data[i] = byte
  }
  return undefined
}

function noDirection(word: string | undefined): FrameFault {
  return /^TxRq$/i.test(word ?? '') ? NO_FRAME : badLine(`"${word ?? ''}" is neither Rx nor Tx`)
}

function noLength(words: readonly string[], at: number): FrameFault {
  return badLine(`"${words[at] ?? ''} ${words[at + 1] ?? ''}" is no data length code and data length`)
}

function isDirection(word: string | undefined): boolean {
  return word !== undefined && /^[RT]x$/i.test(word)
}

function isErrorFrame(word: string | undefined): boolean {
  return word !== undefined && /^ErrorFrame/i.test(word)
}

/** A number of this base up to `most`; −1: it is none. */
function number(text: string | undefined, most: number, base: number): number {
  if (text === undefined || !(base === 16 ? /^[\dA-F]{1,8}$/i : /^\d{1,9}$/).test(text)) return -1
  const value = parseInt(text, base)
  return value > most ? -1 : value
}

function decimal(text: string | undefined, most: number): number {
  return text !== undefined && /^\d{1,3}$/.test(text) && Number(text) <= most ? Number(text) : -1
}

function readChannel(text: string, frame: LogFrame): FrameFault | undefined {
  const channel = decimal(text, 256)
  if (channel < 1) return badLine(`"${text}" is no channel from 1 to 256`)
  frame.bus = channel - 1
  return undefined
}

function clear(frame: LogFrame, direction: string): void {
  clearLogFrame(frame)
  frame.direction = /^T/i.test(direction) ? 'sent' : 'received'
}

function errorOf(frame: LogFrame): undefined {
  makeErrorFrame(frame)
}
