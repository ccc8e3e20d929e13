import { AscWriter } from './asc-writer.ts'
import { BlfWriter } from './blf-writer.ts'
import { candumpWriter } from './candump.ts'
import { CsvWriter } from './csv-writer.ts'
import type { BadLine, LogWriter } from './log-io.ts'
import { McapLogWriter } from './mcap-writer.ts'
import { Mf4Writer } from './mf4-writer.ts'
import { PcapWriter } from './pcap.ts'
import { PcapngWriter } from './pcapng-writer.ts'
import { endingIn, EVERYTHING, type LogKind, READ_CANDUMP, READABLE_KINDS, type ReadableKind } from './readable.ts'
import { TrcWriter } from './trc-writer.ts'

/** One kind of log, with what reads and writes it. */
export interface LogFormat extends LogKind, Pick<ReadableKind, 'seeker'> {
  /** A new reader; undefined: such logs are only written. */
  readonly reader: ReadableKind['reader'] | undefined
  /** A new writer; undefined: such logs are only read. */
  readonly writer: (() => LogWriter) | undefined
}

export type ReadableFormat = LogFormat & ReadableKind
export type WritableFormat = LogFormat & { readonly writer: () => LogWriter }

export function isReadable(format: LogFormat): format is ReadableFormat {
  return format.reader !== undefined
}

export function isWritable(format: LogFormat): format is WritableFormat {
  return format.writer !== undefined
}

/** What writes each kind that can be read. */
const WRITERS: Readonly<Record<typeof READABLE_KINDS[number]['name'], () => LogWriter>> = {
  candump: candumpWriter,
  asc: () => new AscWriter(),
  pcapng: () => new PcapngWriter(),
  pcap: () => new PcapWriter(),
  blf: () => new BlfWriter(),
  mf4: () => new Mf4Writer(),
  mcap: () => new McapLogWriter(),
  trc: () => new TrcWriter('2.1'),
  'trc-1.1': () => new TrcWriter('1.1'),
}

/** What is taken for unknown endings, and on standard input and output. */
export const CANDUMP: ReadableFormat & WritableFormat = { ...READ_CANDUMP, writer: WRITERS.candump }

/** Every kind of log there is. */
export const LOG_FORMATS: readonly LogFormat[] = [
  CANDUMP,
  ...READABLE_KINDS.slice(1).map(kind => ({ ...kind, writer: WRITERS[kind.name] })),
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
  return LOG_FORMATS.find(endingIn(path))
}

/** Where a bad line or block is, as people and editors know it. */
export function placeOf(path: string, format: LogFormat, bad: BadLine): string {
  return format.unit === 'line' ? `${path}:${bad.line}` : `${path}: ${format.unit} ${bad.line}`
}
