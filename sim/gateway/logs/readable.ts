import { AscParser, MAX_ASC_LINE } from './asc-reader.ts'
import { BlfReader } from './blf-reader.ts'
import { CandumpParser, MAX_CANDUMP_LINE } from './candump.ts'
import { CaptureReader } from './capture-reader.ts'
import { checked } from './first-bytes.ts'
import type { LogReader, LogSeeker, LogSink } from './log-io.ts'
import { McapReader } from './mcap-reader.ts'
import { HeldReader, readMf4 } from './mf4-reader.ts'
import { TextLogReader } from './text-reader.ts'
import { MAX_TRC_LINE, TrcParser } from './trc-reader.ts'

/** What some kinds of logs tell and others do not. */
export const KEPT = ['names', 'directions', 'errors', 'lengthCodes', 'microseconds'] as const
export type Kept = typeof KEPT[number]

/** One kind of log. */
export interface LogKind {
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
}

/** One that can be read. */
export interface ReadableKind extends LogKind {
  /** A new reader, which also says of what is packed, or UTF-16, that it is (`checked`). */
  readonly reader: (sink: LogSink) => LogReader
  /** Reads a file of so many bytes whose parts point at each other; `reader` would hold all of it. */
  readonly seeker?: (sink: LogSink, size: number) => LogSeeker
}

/** Of a kind that keeps all that there is to keep. */
export const EVERYTHING: Readonly<Record<Kept, boolean>> = {
  names: true, directions: true, errors: true, lengthCodes: true, microseconds: true,
}
const EARLIER = 'frames of before the log begins'

/** What is taken for unknown endings, and on standard input and output. */
export const READ_CANDUMP = {
  name: 'candump',
  about: 'can-utils, python-can',
  endings: ['.log', '.candump'],
  unit: 'line',
  directions: false,
  keeps: EVERYTHING,
  reader: checked(sink => new TextLogReader(new CandumpParser(), MAX_CANDUMP_LINE, sink)),
} as const satisfies ReadableKind

/** Every kind of log that can be read, without what writes it: a page carries no more than it uses. */
export const READABLE_KINDS = [
  READ_CANDUMP,
  {
    name: 'asc',
    about: 'Vector CANalyzer and CANoe, python-can',
    endings: ['.asc'],
    unit: 'line',
    directions: true,
    keeps: { ...EVERYTHING, names: false, errors: false },
    reader: checked(sink => new TextLogReader(new AscParser(), MAX_ASC_LINE, sink)),
  },
  {
    name: 'pcapng',
    about: 'Wireshark',
    endings: ['.pcapng'],
    unit: 'block',
    directions: true,
    keeps: EVERYTHING,
    reader: checked(sink => new CaptureReader(sink, 'pcapng')),
  },
  {
    name: 'pcap',
    about: 'tcpdump, Wireshark',
    endings: ['.pcap'],
    unit: 'block',
    directions: true,
    keeps: { ...EVERYTHING, names: false },
    reader: checked(sink => new CaptureReader(sink, 'pcap')),
  },
  {
    name: 'blf',
    about: 'Vector CANalyzer and CANoe, packed; python-can',
    endings: ['.blf'],
    unit: 'block',
    directions: true,
    keeps: { ...EVERYTHING, names: false, errors: false },
    refuses: EARLIER,
    reader: checked(sink => new BlfReader(sink)),
  },
  {
    name: 'mf4',
    about: 'ASAM MDF 4 bus logging: asammdf, CANedge, python-can, Vector',
    endings: ['.mf4'],
    unit: 'block',
    directions: true,
    keeps: { ...EVERYTHING, names: false },
    refuses: EARLIER,
    reader: checked(sink => new HeldReader(sink, readMf4)),
    seeker: readMf4,
  },
  {
    name: 'mcap',
    about: 'Foxglove, Lichtblick: every frame, and the signals of our messages',
    endings: ['.mcap'],
    unit: 'block',
    directions: true,
    keeps: EVERYTHING,
    reader: checked(sink => new McapReader(sink)),
  },
  {
    name: 'trc',
    about: 'PEAK PCAN-View and PCAN-Explorer: 1.0 to 2.1 are read, 2.1 is written',
    endings: ['.trc'],
    unit: 'line',
    directions: true,
    keeps: { ...EVERYTHING, names: false, errors: false },
    refuses: EARLIER,
    reader: checked(sink => new TextLogReader(new TrcParser(), MAX_TRC_LINE, sink)),
  },
  {
    name: 'trc-1.1',
    about: 'the same, written in version 1.1, which older programs read: --to trc-1.1',
    endings: [],
    unit: 'line',
    directions: true,
    keeps: { ...EVERYTHING, names: false, errors: false, microseconds: false },
    refuses: 'CAN FD and error frames, other buses than the first, and frames of before the log begins',
    reader: checked(sink => new TextLogReader(new TrcParser(), MAX_TRC_LINE, sink)),
  },
] as const satisfies readonly ReadableKind[]

/** Whether a file name ends as one of these do. */
export function endingIn(path: string): (kind: LogKind) => boolean {
  const ending = /\.[^./\\]*$/.exec(path)?.[0].toLowerCase() ?? ''
  return kind => kind.endings.includes(ending)
}

/** The kind that can be read and that a file name tells by its ending; candump when it tells none. */
export function readableKindOf(path: string): ReadableKind {
  return READABLE_KINDS.find(endingIn(path)) ?? READ_CANDUMP
}
