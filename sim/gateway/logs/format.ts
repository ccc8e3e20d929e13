import { extname } from 'node:path'
import type { LinkFrame } from '../link.ts'
import { formatCandumpLine, MAX_CANDUMP_LINE, parseCandumpLine } from './candump.ts'
import { TextLogReader } from './text-reader.ts'

/** A line that was no frame. */
export interface BadLine {
  /** Counted from 1. */
  readonly line: number
  readonly reason: string
  /** Its beginning. */
  readonly text: string
}

/** Reads a log piece by piece; each piece ends anywhere. */
export interface LogReader {
  push(chunk: Uint8Array): void
  /** There is no more. */
  end(): void
}

export interface LogSink {
  /** The frame's memory is the reader's. */
  onFrame(frame: LinkFrame): void
  onBadLine(bad: BadLine): void
}

/** One kind of log. */
export interface LogFormat {
  readonly name: string
  /** Endings of file names, with the dot. */
  readonly endings: readonly string[]
  /** A new reader. */
  reader(sink: LogSink): LogReader
  /** A new writer: the bytes of each frame; the head of a file comes with the first. */
  writer(): (frame: LinkFrame) => string | Uint8Array
}

/** Every kind of log there is; the first is taken for unknown endings. */
export const LOG_FORMATS: readonly LogFormat[] = [
  {
    name: 'candump',
    endings: ['.log', '.candump'],
    reader: sink => new TextLogReader(parseCandumpLine, MAX_CANDUMP_LINE, sink),
    writer: () => formatCandumpLine,
  },
]

/** The kind of log a file name tells by its ending; undefined when it tells none. */
export function logFormatOf(path: string): LogFormat | undefined {
  const ending = extname(path).toLowerCase()
  return LOG_FORMATS.find(format => format.endings.includes(ending))
}
