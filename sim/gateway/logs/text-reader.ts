import type { LogReader, LogSink } from './format.ts'
import { createLogFrame, type LogFrame } from './log-frame.ts'

/** What a parser answers to a line that is right, and no frame: a head, a comment. */
export const NO_FRAME = ''

const NEWLINE = 0x0a
const SHOWN_CHARACTERS = 60

/**
 * Reads a log of one frame a line. A line that is none is reported with its number and the rest is read. Memory is
 * bounded: of a longer line than `maxLine` only the beginning is kept.
 */
export class TextLogReader implements LogReader {
  private readonly parse: (line: string, frame: LogFrame) => string | undefined
  private readonly sink: LogSink
  private readonly partial: Buffer
  private readonly frame = createLogFrame()
  private partialLength = 0
  private overlong = false
  private lineNumber = 0

  /** `parse` answers undefined for a frame, `NO_FRAME` for a line to skip, otherwise why the line is none. */
  constructor(parse: (line: string, frame: LogFrame) => string | undefined, maxLine: number, sink: LogSink) {
    this.parse = parse
    this.partial = Buffer.alloc(maxLine)
    this.sink = sink
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let start = 0
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start)
      if (end < 0) break
      if (this.partialLength === 0 && !this.overlong && end - start <= this.partial.length) {
        this.line(bytes.toString('latin1', start, end), false)
      } else {
        this.keep(bytes, start, end)
        this.endPartial()
      }
      start = end + 1
    }
    this.keep(bytes, start, bytes.length)
  }

  end(): void {
    if (this.partialLength > 0) this.endPartial()
  }

  private keep(bytes: Buffer, start: number, end: number): void {
    const room = this.partial.length - this.partialLength
    if (end - start > room) this.overlong = true
    this.partialLength += bytes.copy(this.partial, this.partialLength, start, Math.min(end, start + room))
  }

  private endPartial(): void {
    const text = this.partial.toString('latin1', 0, this.partialLength)
    const overlong = this.overlong
    this.partialLength = 0
    this.overlong = false
    this.line(text, overlong)
  }

  private line(text: string, overlong: boolean): void {
    this.lineNumber++
    if (/^\s*$/.test(text)) return
    const reason = overlong ? `it is longer than ${this.partial.length} characters` : this.parse(text, this.frame)
    if (reason === undefined) this.sink.onFrame(this.frame)
    else if (reason !== NO_FRAME) {
      this.sink.onBadLine({ line: this.lineNumber, reason, cause: 'bad-line', text: text.slice(0, SHOWN_CHARACTERS).replace(/[^\x20-\x7e]/g, '?') })
    }
  }
}
