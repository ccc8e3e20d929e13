import type { LinkFrame } from '../link.ts'
import { BusNames, BusNumbers, tooManyBuses } from './bus-names.ts'
import { latin1, latin1Bytes } from './bytes.ts'
import type { LogWriter } from './log-io.ts'
import { CAN_XL, fdCodeOf, type Direction, type FrameFault, type LogDetails, type LogFrame, NO_DETAILS, shownTime } from './log-frame.ts'
import { TextCursor } from './text-cursor.ts'
import { TextLine } from './text-line.ts'
import { badLine, type LineParser } from './text-reader.ts'

/**
 * The log format of can-utils (`candump -L`, canplayer):
 * `(0000000012.345678) spine0 0CFF8185#0011223344556677`, `#R4` for a remote frame, `_9` behind 8 bytes or `R8` for a
 * length code above 8, `##1…` for CAN FD, an identifier with the flag 0x20000000 for an error frame. Times have
 * microseconds. Source: can-utils lib.c, parse_canframe().
 */

/** Lines longer than this are none (the longest, an FD frame, has about 170 characters). */
export const MAX_CANDUMP_LINE = 512

const FD_BRS = 1
const FD_ESI = 2
const [OPEN, CLOSE, POINT, SPACE, HASH, RECEIVED, SENT] = [0x28, 0x29, 0x2e, 0x20, 0x23, 0x52, 0x54]
const LINE = /^\((\d{1,10})\.(\d{1,9})\) +(\S{1,64}) +([0-9A-Fa-f]+)#(\S*)(?: +([RT]))?\s*$/
/** Of CAN XL: flags, service data unit type and acceptance field in front of the data; can-utils also writes it with ###. */
const XL_BODY = /^(?:##|[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{8}#)/

/** An interface that lines have named, with the space behind its name. */
interface Seen { readonly bytes: Uint8Array, readonly name: string, readonly bus: number }
/** Lines of further interfaces are read by their grammar. */
const MOST_SEEN = 16

/** Reads line by line. Each distinct interface name is a bus of its own. */
export class CandumpParser implements LineParser {
  private readonly buses = new BusNumbers()
  private readonly seen: Seen[] = []
  private readonly cursor = new TextCursor()

  /** Undefined: `frame` is it. Otherwise why the line is none. */
  readonly parse = (line: string, frame: LogFrame): FrameFault | undefined => {
    const match = LINE.exec(line)
    if (!match) return badLine(explainShape(line))
    const [, seconds, fraction, name, idText, body, way] = match
    if (XL_BODY.test(body!)) return CAN_XL
    const fault = readId(idText!, frame) ?? readBody(body!, frame)
    if (fault !== undefined) return badLine(fault)
    frame.bus = this.buses.of(name!)
    if (frame.bus < 0) return tooManyBuses(name!)
    this.see(name!, frame.bus)
    frame.name = name!
    frame.direction = way === 'T' ? 'sent' : way === 'R' ? 'received' : ''
    frame.timestamp_ns = Number(seconds) * 1e9 + Number(fraction!.padEnd(9, '0'))
    return undefined
  }

  /** Data frames of an interface that was seen. */
  readonly quick = (bytes: Uint8Array, from: number, to: number, frame: LogFrame): boolean => {
    const { cursor } = this
    cursor.begin(bytes, from, to)
    if (!cursor.skip(OPEN)) return false
    const seconds = cursor.number(10, 10)
    if (seconds < 0 || !cursor.skip(POINT)) return false
    const nanos = cursor.fraction(9)
    if (nanos < 0 || !cursor.skip(CLOSE) || !cursor.skip(SPACE)) return false
    const seen = this.seenHere()
    if (seen === undefined || !quickId(cursor, frame) || !cursor.skip(HASH) || !quickBody(cursor, frame)) return false
    frame.direction = ''
    if (cursor.skip(SPACE)) frame.direction = cursor.skip(SENT) ? 'sent' : cursor.skip(RECEIVED) ? 'received' : ''
    frame.bus = seen.bus
    frame.name = seen.name
    frame.timestamp_ns = seconds * 1e9 + nanos
    return cursor.at === cursor.end
  }

  private seenHere(): Seen | undefined {
    for (const seen of this.seen) if (this.cursor.same(seen.bytes)) return seen
    return undefined
  }

  private see(name: string, bus: number): void {
    if (this.seen.length === MOST_SEEN || this.seen.some(seen => seen.name === name)) return
    this.seen.push({ bytes: latin1Bytes(`${name} `), name, bus })
  }
}

function quickId(cursor: TextCursor, frame: LinkFrame): boolean {
  const from = cursor.at
  const id = cursor.number(16, 8)
  const digits = cursor.at - from
  frame.id = id
  frame.error = false
  frame.extended = digits === 8
  return digits === 8 ? id < 0x2000_0000 : digits === 3 && id <= 0x7ff
}

function quickBody(cursor: TextCursor, frame: LogFrame): boolean {
  const fd = cursor.skip(HASH)
  const flags = fd ? cursor.digit() : 0
  const most = fd ? 64 : 8
  let length = 0
  while (length < most) {
    const byte = cursor.byte()
    if (byte < 0) break
    frame.data[length++] = byte
  }
  frame.remote = false
  frame.fd = fd
  frame.brs = (flags & FD_BRS) !== 0
  frame.esi = (flags & FD_ESI) !== 0
  frame.length = length
  frame.lengthCode = 0
  return flags >= 0 && (!fd || fdCodeOf(length) >= 0)
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

function readBody(body: string, frame: LogFrame): string | undefined {
  frame.remote = frame.fd = frame.brs = frame.esi = false
  frame.lengthCode = 0
  if (body.startsWith('#')) return readFdBody(body, frame)
  const [, contents, code] = /^(.*?)(?:_([9A-Fa-f]))?$/.exec(body)!
  if (/^r/i.test(body)) {
    if (!/^.[0-8]?$/.test(contents!)) return `remote frame "#${body}": a length of 0 to 8 may follow R, nothing else`
    frame.remote = true
    frame.length = Number(contents![1] ?? 0)
  } else {
    const fault = readData(contents!, 8, frame)
    if (fault !== undefined) return fault
  }
  if (code !== undefined && frame.length !== 8) return `length code ${code} means 8 bytes, not ${frame.length}`
  frame.lengthCode = code === undefined ? 0 : parseInt(code, 16)
  return undefined
}

function readFdBody(body: string, frame: LogFrame): string | undefined {
  if (!/^#[0-9A-Fa-f]/.test(body)) return 'a hex digit of FD flags must follow ##'
  const flags = parseInt(body[1]!, 16)
  frame.fd = true
  frame.brs = (flags & FD_BRS) !== 0
  frame.esi = (flags & FD_ESI) !== 0
  const fault = readData(body.slice(2), 64, frame)
  return fault ?? (fdCodeOf(frame.length) < 0 ? `CAN FD has no length of ${frame.length} bytes` : undefined)
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
  const names = new BusNames()
  const line = new TextLine()
  return { frame: (frame, details) => putLine(line, frame, details, names.of(frame.bus, details.name)).take(), end: () => '' }
}

/** The frame as one line, with its newline. The interface is `spine` with the number of the bus. */
export function formatCandumpLine(frame: LinkFrame, details: Readonly<LogDetails> = NO_DETAILS): string {
  return latin1(putLine(LINE_OF_ONE, frame, details, `spine${frame.bus}`).take())
}

const LINE_OF_ONE = new TextLine()

function putLine(line: TextLine, frame: LinkFrame, details: Readonly<LogDetails>, name: string): TextLine {
  const { seconds, micros } = roundedTime(frame.timestamp_ns)
  line.text('(').decimal(seconds, 10).text('.').decimal(micros, 6).text(') ').text(name).text(' ')
  line.hex(frame.error ? frame.id + 0x2000_0000 : frame.id, frame.extended || frame.error ? 8 : 3).text('#')
  putBody(line, frame, details)
  return line.text(WAY[details.direction])
}

function roundedTime(timestamp_ns: number): { seconds: number, micros: number } {
  const { seconds, nanos } = shownTime(timestamp_ns)
  const micros = Math.round(nanos / 1000)
  return micros < 1e6 ? { seconds, micros } : { seconds: seconds + 1, micros: 0 }
}

function putBody(line: TextLine, frame: LinkFrame, { lengthCode, esi }: Readonly<LogDetails>): void {
  if (frame.remote) {
    line.text('R')
    if (frame.length > 0) line.decimal(frame.length)
  } else {
    if (frame.fd) line.text(FD_MARK[(frame.brs ? FD_BRS : 0) + (esi ? FD_ESI : 0)]!)
    line.data(frame.data, frame.length)
  }
  if (lengthCode > 8 && frame.length > 0) line.text('_').hex(lengthCode, 1)
}

const FD_MARK = ['#0', '#1', '#2', '#3']
const WAY: Readonly<Record<Direction, string>> = { '': '\n', received: ' R\n', sent: ' T\n' }
