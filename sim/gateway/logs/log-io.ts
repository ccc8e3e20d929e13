import type { LinkFrame } from '../link.ts'
import type { LogDetails, LogFrame } from './log-frame.ts'

/** A line (of a capture: a block) that should have been a frame and was none. */
export interface BadLine {
  /** Counted from 1. */
  readonly line: number
  readonly reason: string
  /** What kind of fault, one of a few, to be counted by. */
  readonly cause: string
  /** Its beginning; empty where it is no text. */
  readonly text: string
}

/** Reads a log piece by piece; each piece ends anywhere. Never throws, whatever the bytes are. */
export interface LogReader {
  push(chunk: Uint8Array): void
  /** There is no more. */
  end(): void
}

/** A part of a file that a reader asks for: it is answered with as many bytes, or fewer at the end of the file. */
export interface Range { readonly at: number, readonly length: number }

/**
 * Reads a log whose parts point at each other: a generator of ranges, each answered with its bytes. Never throws. A range
 * of no length is a pause for whoever takes the frames.
 */
export type LogSeeker = Generator<Range, void, Uint8Array>

export interface LogSink {
  /** The frame's memory is the reader's. */
  onFrame(frame: LogFrame): void
  onBadLine(bad: BadLine): void
}

/** Writes a log; the caller puts the pieces one behind the other. A piece is valid until the next call. */
export interface LogWriter {
  /**
   * The frame, whose time `timeFault` has nothing against, behind the head of the log if it is the first; where frames are
   * packed together, nothing, or many of them. Text is Latin-1. Undefined: such logs cannot hold the frame.
   */
  frame(frame: LinkFrame, details: Readonly<LogDetails>): string | Uint8Array | undefined
  /** What ends the log; of an empty one the head, too. */
  end(): string | Uint8Array
  /** After the end: the beginning of the log anew, for files, with what was not known before. */
  finalHead?(): Uint8Array
}

/** Answers what a seeker asks for out of a file; yields how far into it was read each time. */
export async function* seekSteps(seeker: LogSeeker, read: (at: number, length: number) => Promise<Uint8Array>): AsyncGenerator<number> {
  let furthest = 0
  for (let step = seeker.next(); step.done !== true;) {
    const { at, length } = step.value
    const bytes = length === 0 ? NOTHING : await read(at, length)
    furthest = Math.max(furthest, at + bytes.length)
    yield furthest
    step = seeker.next(bytes)
  }
}

const NOTHING = new Uint8Array(0)
