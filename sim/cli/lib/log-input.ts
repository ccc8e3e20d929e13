import { createReadStream } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { type BadLine, CAN_XL, type LogFrame, type LogSink, placeOf, type ReadableFormat, seekSteps, TRUNCATED } from '#sim/gateway/logs/index.ts'
import { Failure, fileFailure } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** Bad lines reported one by one; after that only their number. */
const MOST_REPORTS = 20
const CHUNK_BYTES = 262_144

/** Whoever takes what a log holds. */
export interface LogTaker {
  /** The frame's memory is the reader's. */
  onFrame(frame: LogFrame): void
  /** After each piece of the log, of which so many bytes were read: waited for. */
  flush(read: number): Promise<void>
}

/** A log that is read from a file, or from standard input (`-`). What in it is no frame is told, without a flood, and counted. */
export class LogInput {
  frames = 0
  /** What was no frame, by cause. */
  readonly bad: Record<string, number> = {}
  private badTotal = 0
  /** Those told one by one, had there been room. */
  private reports = 0
  private readonly terminal: Terminal
  private readonly file: string
  private readonly format: ReadableFormat

  constructor(terminal: Terminal, file: string, format: ReadableFormat) {
    this.terminal = terminal
    this.file = file
    this.format = format
  }

  /** Reads to the end, or to Ctrl-C. Throws a Failure for a file that cannot be read. */
  async read(taker: LogTaker): Promise<void> {
    // Taken before anything is opened: a pipe that nobody writes into waits for ever.
    const { stop } = this.terminal
    const steps = this.steps({
      onFrame: (frame) => {
        this.frames++
        taker.onFrame(frame)
      },
      onBadLine: line => this.addBad(line),
    })
    let furthest = 0
    for await (const read of steps) {
      furthest = read
      await taker.flush(read)
      if (stop.aborted) return
    }
    await taker.flush(furthest)
  }

  /** Yields how much of the log was read. */
  private async* steps(sink: LogSink): AsyncGenerator<number> {
    const { terminal, file, format } = this
    if (format.seeker !== undefined && await isRegular(file)) {
      yield* this.seek(format.seeker, sink)
      return
    }
    const reader = format.reader(sink)
    let read = 0
    for await (const bytes of contents(file, terminal)) {
      const chunk = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
      read += chunk.length
      reader.push(chunk)
      yield read
    }
    reader.end()
  }

  private async* seek(seeker: NonNullable<ReadableFormat['seeker']>, sink: LogSink): AsyncGenerator<number> {
    let opened: FileHandle | undefined
    try {
      const handle = opened = await open(this.file)
      yield* seekSteps(seeker(sink, (await handle.stat()).size), async (at, length) => {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at)
        return buffer.subarray(0, bytesRead)
      })
    } catch (error) {
      throw error instanceof Failure ? error : fileFailure('read', this.file, error)
    } finally {
      await opened?.close()
    }
  }

  /** Something was read, and nothing of it was a frame. */
  get isNoLog(): boolean {
    return this.frames === 0 && this.badTotal > 0
  }

  /** Sums up. Throws a Failure for what is no log, which ends with `consequence`. */
  finish(consequence = ''): void {
    const { badTotal, frames, file, format, terminal } = this
    const xl = this.bad[CAN_XL.cause] ?? 0
    if (xl > 1) terminal.warn(`${file}: ${xl} CAN XL frames in all, which are not supported`)
    if (this.reports > MOST_REPORTS) terminal.warn(`${file}: ${this.reports - MOST_REPORTS} more ${format.unit}s were no frames`)
    if (badTotal > 0 && frames > 0) terminal.warn(`${file}: ${badTotal} of ${badTotal + frames} ${format.unit}s were skipped`)
    if (this.isNoLog && this.bad[TRUNCATED] === badTotal) throw new Failure(`${file} ends before its first frame${consequence}`)
    if (this.isNoLog) throw new Failure(`${file} is no ${format.name} log: none of its ${format.unit}s is a frame${consequence}`)
  }

  private addBad(line: BadLine): void {
    this.badTotal++
    const times = this.bad[line.cause] = (this.bad[line.cause] ?? 0) + 1
    if (line.cause === CAN_XL.cause && times > 1) return
    this.reports++
    if (this.reports <= MOST_REPORTS) this.terminal.warn(`${placeOf(this.file, this.format, line)}: ${line.reason}`)
  }
}

async function* contents(file: string, { input }: Terminal): AsyncGenerator<string | Buffer> {
  try {
    yield* file === '-' ? input : createReadStream(file, { highWaterMark: CHUNK_BYTES })
  } catch (error) {
    throw fileFailure('read', file, error)
  }
}

async function isRegular(file: string): Promise<boolean> {
  return file !== '-' && (await stat(file).catch(() => undefined))?.isFile() === true
}
