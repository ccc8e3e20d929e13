import { latin1Bytes } from './bytes.ts'
import { clearLogFrame, fdLengthOf, fdCodeOf, makeErrorFrame, type FrameFault, type LogFrame } from './log-frame.ts'
import { TextCursor } from './text-cursor.ts'
import { badLine, type LineParser, NO_FRAME } from './text-reader.ts'
import { DAYS_TO_1970, SECONDS_A_DAY } from './trc.ts'

/**
 * PEAK's trace files, versions 1.0 to 2.1, as PCAN-View, PCAN-Explorer and PEAK-Converter write them. Source: PEAK CAN TRC
 * File Format. The start time has no zone; it is taken for UTC, as python-can does.
 */

/** Lines longer than this are none (the longest, an FD frame, has about 260 characters). */
export const MAX_TRC_LINE = 512

/** Columns of a version: number, offset (ms), type, bus, identifier, direction, reserved, length code, length, data. */
const COLUMNS: Readonly<Record<string, string>> = {
  '1.0': 'N,O,I,L,D', 1.1: 'N,O,d,I,L,D', 1.2: 'N,O,B,d,I,L,D', 1.3: 'N,O,B,d,I,R,L,D',
  '2.0': 'N,O,T,I,d,l,D', 2.1: 'N,O,T,B,I,d,R,L,D',
}
/** What a type of version 2 is; those of other events (status, counters, markers) are no frames. */
const TYPES: Readonly<Record<string, Partial<Record<'fd' | 'brs' | 'esi' | 'remote' | 'error', true>>>> = {
  DT: {}, RR: { remote: true }, FD: { fd: true }, FB: { fd: true, brs: true }, FE: { fd: true, esi: true },
  BI: { fd: true, brs: true, esi: true }, ER: { error: true },
}
const NO_FRAME_TYPE = /^(?:ST|EC|EV|Warng|Event)$/i
const DATA_FRAME = latin1Bytes('DT')
const FD_FRAME = latin1Bytes('FD')
const WITH_BRS = latin1Bytes('FB')
const WITH_ESI = latin1Bytes('FE')
const BRS_AND_ESI = latin1Bytes('BI')
const [CLOSE, POINT, RECEIVED, SENT, X] = [0x29, 0x2e, 0x52, 0x54, 0x78]
/** Such an identifier marks a line about the bus in version 1.0. */
const BUS_INFO = /^F{8}$/i

/** Reads line by line. */
export class TrcParser implements LineParser {
  private columns = COLUMNS['1.0']!.split(',')
  private quickColumns = quickOf(this.columns)
  private readonly cursor = new TextCursor()
  private start_us = 0
  private readonly fields: Record<string, string | undefined> = {}

  readonly parse = (line: string, frame: LogFrame): FrameFault | undefined => {
    if (/^\s*;/.test(line)) return this.head(line)
    const words = line.trim().split(/\s+/)
    const fields = this.fields
    const dataAt = this.columns.indexOf('D')
    this.columns.forEach((column, n) => { fields[column] = n === dataAt ? '' : words[n] })
    const data = words.slice(dataAt < 0 ? words.length : dataAt)
    const time = /^(\d{1,13})(?:\.(\d{1,6}))?$/.exec(fields.O ?? '')
    if (!/^\d+\)?$/.test(fields.N ?? '1') || !time) return badLine('it begins with no number and time of a message')
    if (NO_FRAME_TYPE.test(fields.T ?? fields.d ?? '') || BUS_INFO.test(fields.I ?? '')) return NO_FRAME
    clearLogFrame(frame)
    const nanos = Number((time[2] ?? '').padEnd(6, '0'))
    frame.timestamp_ns = this.timeOf(Number(time[1]), nanos)
    return this.kind(fields, frame) ?? bus(fields, frame) ?? (frame.error ? undefined : contents(fields, data, frame))
  }

  /** Data frames with the columns that we know. */
  readonly quick = (bytes: Uint8Array, from: number, to: number, frame: LogFrame): boolean => {
    const { cursor, quickColumns } = this
    cursor.begin(bytes, from, to)
    cursor.gap()
    clearLogFrame(frame)
    frame.bus = 0
    for (const column of quickColumns) if (!this.quickColumn(column, frame) || !cursor.gap()) return false
    for (let i = 0; i < frame.length; i++) {
      const byte = cursor.byte()
      if (byte < 0 || !cursor.gap()) return false
      frame.data[i] = byte
    }
    // A remote frame without length: RTR.
    return quickColumns.length > 0 && !(frame.length === 0 && cursor.peek() === RECEIVED)
  }

  private quickColumn(column: string, frame: LogFrame): boolean {
    const { cursor } = this
    switch (column) {
      case 'N': return cursor.number(10, Infinity) >= 0 && (cursor.skip(CLOSE) || true)
      case 'O': return this.quickTime(frame)
      case 'T': return quickType(cursor, frame)
      case 'B': {
        frame.bus = cursor.number(10, 3) - 1
        return frame.bus >= 0 && frame.bus < 256
      }
      case 'I': return quickId(cursor, frame)
      case 'd': {
        const sent = cursor.skip(SENT)
        frame.direction = sent ? 'sent' : 'received'
        return (sent || cursor.skip(RECEIVED)) && cursor.skip(X)
      }
      case 'R': return cursor.word()
      default: return quickLength(cursor, column === 'L', frame)
    }
  }

  private quickTime(frame: LogFrame): boolean {
    const millis = this.cursor.number(10, 13)
    const nanos = this.cursor.skip(POINT) ? this.cursor.fraction(6) : 0
    frame.timestamp_ns = this.timeOf(millis, nanos)
    return millis >= 0 && nanos >= 0
  }

  private use(columns: string[]): void {
    this.columns = columns
    this.quickColumns = quickOf(columns)
  }

  /** Whole microseconds are added first: a number holds them exactly, but no nanoseconds of today. */
  private timeOf(millis: number, nanos: number): number {
    return (this.start_us + millis * 1000 + Math.floor(nanos / 1000)) * 1000 + nanos % 1000
  }

  private head(line: string): FrameFault {
    const [, key, value] = /^\s*;\s*\$(\w+)\s*=\s*(.*)$/.exec(line) ?? []
    if (key === 'FILEVERSION') {
      if (COLUMNS[value!] === undefined) return badLine(`version "${value!.slice(0, 20)}" is none of ${Object.keys(COLUMNS).join(', ')}`)
      this.use(COLUMNS[value!]!.split(','))
    } else if (key === 'COLUMNS') {
      const columns = value!.split(',').map(column => column.trim())
      if (!['O', 'I', 'D'].every(needed => columns.includes(needed)) || columns.at(-1) !== 'D' || columns.length > 12) {
        return badLine(`"${value!.slice(0, 40)}" are no columns with O, I and, at last, D`)
      }
      this.use(columns)
    } else if (key === 'STARTTIME') {
      const days = /^(\d{1,6})(?:[.,](\d{1,20}))?$/.exec(value!)
      if (days === null) return badLine(`"${value!.slice(0, 40)}" is no number of days since 1899`)
      const seconds = (Number(days[1]) - DAYS_TO_1970) * SECONDS_A_DAY
      this.start_us = seconds * 1e6 + Math.round(Number(`0.${days[2] ?? '0'}`) * SECONDS_A_DAY * 1e6)
    }
    return NO_FRAME
  }

  private kind(fields: Readonly<Record<string, string | undefined>>, frame: LogFrame): FrameFault | undefined {
    const direction = fields.d
    if (this.columns.includes('T')) {
      const type = TYPES[fields.T ?? '']
      if (type === undefined) return badLine(`"${fields.T ?? ''}" is no type of a message`)
      Object.assign(frame, type)
    } else frame.error = /^Error$/i.test(direction ?? '')
    if (frame.error) {
      makeErrorFrame(frame)
      return undefined
    }
    if (this.columns.includes('d') && !/^[RT]x$/i.test(direction ?? '')) return badLine(`"${direction ?? ''}" is neither Rx nor Tx`)
    frame.direction = direction === undefined ? '' : /^T/i.test(direction) ? 'sent' : 'received'
    return undefined
  }
}

/** The columns in front of the data, each known and there once, the length behind the type; none: the grammar has to read them. */
function quickOf(columns: readonly string[]): readonly string[] {
  const front = columns.slice(0, -1)
  const known = columns.at(-1) === 'D' && front.every(column => /^[NOTBIdRLl]$/.test(column)) && new Set(front).size === front.length
  const length = Math.max(front.indexOf('L'), front.indexOf('l'))
  const one = front.includes('L') !== front.includes('l')
  return known && one && length > front.indexOf('T') ? front : []
}

function quickType(cursor: TextCursor, frame: LogFrame): boolean {
  frame.fd = !cursor.same(DATA_FRAME)
  if (!frame.fd || cursor.same(FD_FRAME)) return true
  const both = cursor.same(BRS_AND_ESI)
  frame.brs = both || cursor.same(WITH_BRS)
  frame.esi = both || (!frame.brs && cursor.same(WITH_ESI))
  return frame.brs || frame.esi
}

function quickId(cursor: TextCursor, frame: LogFrame): boolean {
  const from = cursor.at
  frame.id = cursor.number(16, 8)
  frame.extended = cursor.at - from > 4
  return frame.id >= 0 && frame.id <= (frame.extended ? 0x1fff_ffff : 0x7ff)
}

function quickLength(cursor: TextCursor, coded: boolean, frame: LogFrame): boolean {
  const value = cursor.number(10, 2)
  return value >= 0 && setLength(value, coded, frame)
}

/** Buses count from 1; files of one bus have no such column. */
function bus(fields: Readonly<Record<string, string | undefined>>, frame: LogFrame): FrameFault | undefined {
  frame.bus = 0
  if (fields.B === undefined || fields.B === '-') return undefined
  const number = /^\d{1,3}$/.test(fields.B) ? Number(fields.B) : 0
  if (number < 1 || number > 256) return badLine(`"${fields.B}" is no bus from 1 to 256`)
  frame.bus = number - 1
  return undefined
}

function contents(fields: Readonly<Record<string, string | undefined>>, data: readonly string[], frame: LogFrame): FrameFault | undefined {
  const idText = fields.I ?? ''
  const id = /^[\dA-F]{1,8}$/i.test(idText) ? parseInt(idText, 16) : -1
  frame.extended = idText.length > 4
  if (id < 0 || id > (frame.extended ? 0x1fff_ffff : 0x7ff)) return badLine(`"${idText}" is no identifier, or it is out of range`)
  frame.id = id
  if (data[0] === 'RTR') frame.remote = true
  return lengthOf(fields, frame) ?? (frame.remote ? undefined : bytesOf(data, frame))
}

/** A length code, or the length itself, which does not tell codes above 8 of classic frames. */
function lengthOf({ L: code, l: length }: Readonly<Record<string, string | undefined>>, frame: LogFrame): FrameFault | undefined {
  const text = code ?? length ?? ''
  const value = /^\d{1,2}$/.test(text) ? Number(text) : -1
  if (value >= 0 && setLength(value, code !== undefined, frame)) return undefined
  return badLine(`"${text}" is no ${code === undefined ? 'length' : 'length code'} of a frame`)
}

function setLength(value: number, coded: boolean, frame: LogFrame): boolean {
  frame.length = !coded ? value : frame.fd ? fdLengthOf(Math.min(value, 15)) : Math.min(value, 8)
  frame.lengthCode = coded && !frame.fd && value > 8 ? value : 0
  return coded ? value <= 15 : frame.fd ? fdCodeOf(value) >= 0 : value <= 8
}

function bytesOf(data: readonly string[], frame: LogFrame): FrameFault | undefined {
  for (let i = 0; i < frame.length; i++) {
    const word = data[i]
    if (word === undefined) return badLine(`it has ${i} data bytes, not ${frame.length}`)
    if (!/^[\dA-F]{2}$/i.test(word)) return badLine(`"${word.slice(0, 20)}" is no data byte`)
    frame.data[i] = parseInt(word, 16)
  }
  return undefined
}
