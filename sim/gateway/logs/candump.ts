import type { LinkFrame } from '../link.ts'
import { BusNames, BusNumbers, tooManyBuses } from './bus-names.ts'
import { latin1 } from './bytes.ts'
import type { LogWriter } from './log-io.ts'
import { CAN_XL, fdCodeOf, type Direction, type FrameFault, type LogDetails, type LogFrame, NO_DETAILS, shownTime } from './log-frame.ts'
import { TextLine } from './text-line.ts'
import { badLine } from './text-reader.ts'

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
const LINE = /^\((\d{1,10})\.(\d{1,9})\) +(\S{1,64}) +([0-9A-Fa-f]+)#(\S*)(?: +([RT]))?\s*$/
/** Of CAN XL: flags, service data unit type and acceptance field in front of the data; can-utils also writes it with ###. */
const XL_BODY = /^(?:##|[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{8}#)/

/** Reads line by line. Each distinct interface name is a bus of its own. */
export class CandumpParser {
  private readonly buses = new BusNumbers()

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
    frame.name = name!
    frame.direction = way === 'T' ? 'sent' : way === 'R' ? 'received' : ''
    frame.timestamp_ns = Number(seconds) * 1e9 + Number(fraction!.padEnd(9, '0'))
    return undefined
  }
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
