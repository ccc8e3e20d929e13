import { AscParser, MAX_ASC_LINE } from './asc-reader.ts'
import { AscWriter } from './asc-writer.ts'
import { BlfReader } from './blf-reader.ts'
import { BlfWriter } from './blf-writer.ts'
import { CandumpParser, candumpWriter, MAX_CANDUMP_LINE } from './candump.ts'
import { CaptureReader } from './capture-reader.ts'
import { CsvWriter } from './csv-writer.ts'
import type { BadLine, LogReader, LogSeeker, LogSink, LogWriter } from './log-io.ts'
import { McapReader } from './mcap-reader.ts'
import { McapLogWriter } from './mcap-writer.ts'
import { HeldReader, readMf4 } from './mf4-reader.ts'
import { Mf4Writer } from './mf4-writer.ts'
import { PcapWriter } from './pcap.ts'
import { PcapngWriter } from './pcapng-writer.ts'
import { TextLogReader } from './text-reader.ts'
import { MAX_TRC_LINE, TrcParser } from './trc-reader.ts'
import { TrcWriter } from './trc-writer.ts'

/** What some kinds of logs tell and others do not. */
export const KEPT = ['names', 'directions', 'errors', 'lengthCodes', 'microseconds'] as const
export type Kept = typeof KEPT[number]

/** One kind of log. */
export interface LogFormat {
  readonly name: string
  /** What this kind of log is for, for people. */
  readonly about: string
  /** Endings of file names, with the dot. */
  readonly endings: readonly string[]
  /** What it is made of: bad ones are told by their number. Lines are text. */
  readonly unit: 'line' | 'block'
  /** A recording tells which way frames went (the others tell it only when they are converted from one that does). */
  readonly directions: boolean
  /**
   * Whether it tells names of interfaces, which way frames went, what an error frame says (not only that there was one),
   * length codes above 8 of classic frames, and times to the microsecond.
   */
  readonly keeps: Readonly<Record<Kept, boolean>>
  /** Frames that its writer refuses, for people. */
  readonly refuses?: string
  /** A new reader; undefined: such logs are only written. */
  readonly reader: ((sink: LogSink) => LogReader) | undefined
  /** Reads a file of so many bytes whose parts point at each other; `reader` would hold all of it. */
  readonly seeker?: (sink: LogSink, size: number) => LogSeeker
  /** A new writer; undefined: such logs are only read. */
  readonly writer: (() => LogWriter) | undefined
}

export type ReadableFormat = LogFormat & { readonly reader: (sink: LogSink) => LogReader }
export type WritableFormat = LogFormat & { readonly writer: () => LogWriter }

export function isReadable(format: LogFormat): format is ReadableFormat {
  return format.reader !== undefined
}

export function isWritable(format: LogFormat): format is WritableFormat {
  return format.writer !== undefined
}

const EVERYTHING: Readonly<Record<Kept, boolean>> = { names: true, directions: true, errors: true, lengthCodes: true, microseconds: true }
const EARLIER = 'frames of before the log begins'

/** What is taken for unknown endings, and on standard input and output. */
export const CANDUMP: ReadableFormat & WritableFormat = {
  name: 'candump',
  about: 'can-utils, python-can',
  endings: ['.log', '.candump'],
  unit: 'line',
  directions: false,
  keeps: EVERYTHING,
  reader: sink => new TextLogReader(new CandumpParser(), MAX_CANDUMP_LINE, sink),
  writer: candumpWriter,
}

/** Every kind of log there is. */
export const LOG_FORMATS: readonly LogFormat[] = [
  CANDUMP,
  {
    name: 'asc',
    about: 'Vector CANalyzer and CANoe, python-can',
    endings: ['.asc'],
    unit: 'line',
    directions: true,
    keeps: { ...EVERYTHING, names: false, errors: false },
    reader: sink => new TextLogReader(new AscParser(), MAX_ASC_LINE, sink),
    writer: () => new AscWriter(),
  },
  {
    name: 'pcapng',
    about: 'Wireshark',
    endings: ['.pcapng'],
    unit: 'block',
    directions: true,
    keeps: EVERYTHING,
    reader: sink => new CaptureReader(sink, 'pcapng'),
    writer: () => new PcapngWriter(),
  },
  {
    name: 'pcap',
    about: 'tcpdump, Wireshark',
    endings: ['.pcap'],
    unit: 'block',
    directions: true,
    keeps: { ...EVERYTHING, names: false },
    reader: sink => new CaptureReader(sink, 'pcap'),
    writer: () => new PcapWriter(),
  },
  {
    name: 'blf',
    about: 'Vector CANalyzer and CANoe, packed; python-can',
    endings: ['.blf'],
    unit: 'block',
    directions: true,
    keeps: { ...EVERYTHING, names: false, errors: false },
    refuses: EARLIER,
    reader: sink => new BlfReader(sink),
    writer: () => new BlfWriter(),
  },
  {
    name: 'mf4',
    about: 'ASAM MDF 4 bus logging: asammdf, CANedge, python-can, Vector',
    endings: ['.mf4'],
    unit: 'block',
    directions: true,
    keeps: { ...EVERYTHING, names: false },
    refuses: EARLIER,
    reader: sink => new HeldReader(sink, readMf4),
    seeker: readMf4,
    writer: () => new Mf4Writer(),
  },
  {
    name: 'mcap',
    about: 'Foxglove, Lichtblick: every frame, and the signals of our messages',
    endings: ['.mcap'],
    unit: 'block',
    directions: true,
    keeps: EVERYTHING,
    reader: sink => new McapReader(sink),
    writer: () => new McapLogWriter(),
  },
  {
    name: 'trc',
    about: 'PEAK PCAN-View and PCAN-Explorer: 1.0 to 2.1 are read, 2.1 is written',
    endings: ['.trc'],
    unit: 'line',
    directions: true,
    keeps: { ...EVERYTHING, names: false, errors: false },
    refuses: EARLIER,
    reader: sink => new TextLogReader(new TrcParser(), MAX_TRC_LINE, sink),
    writer: () => new TrcWriter('2.1'),
  },
  {
    name: 'trc-1.1',
    about: 'the same, written in version 1.1, which older programs read: --to trc-1.1',
    endings: [],
    unit: 'line',
    directions: true,
    keeps: { ...EVERYTHING, names: false, errors: false, microseconds: false },
    refuses: 'CAN FD and error frames, other buses than the first, and frames of before the log begins',
    reader: sink => new TextLogReader(new TrcParser(), MAX_TRC_LINE, sink),
    writer: () => new TrcWriter('1.1'),
  },
  {
    name: 'csv',
    about: 'spreadsheets, pandas: written only',
    endings: ['.csv'],
    unit: 'line',
    directions: true,
    keeps: EVERYTHING,
    reader: undefined,
    writer: () => new CsvWriter(),
  },
]

/** The kind of log a file name tells by its ending; undefined when it tells none. */
export function logFormatOf(path: string): LogFormat | undefined {
  const ending = /\.[^./\\]*$/.exec(path)?.[0].toLowerCase() ?? ''
  return LOG_FORMATS.find(format => format.endings.includes(ending))
}

/** Where a bad line or block is, as people and editors know it. */
export function placeOf(path: string, format: LogFormat, bad: BadLine): string {
  return format.unit === 'line' ? `${path}:${bad.line}` : `${path}: ${format.unit} ${bad.line}`
}
