import { latin1 } from './bytes.ts'
import type { LogReader, LogSink } from './log-io.ts'
import { CAN_XL, createLogFrame, timeFault, type FrameFault, type LogFrame } from './log-frame.ts'

/** What a parser answers to a line that is right, and no frame: a head, a comment. */
export const NO_FRAME: FrameFault = { cause: '', reason: '' }

export interface LineParser {
  /** Reads a line into the frame. Undefined: it was one; `NO_FRAME`: nothing wrong; otherwise why the line is none. */
  readonly parse: (line: string, frame: LogFrame) => FrameFault | undefined
  /**
   * Reads a line in the form that nearly all of a log have, out of its bytes. False: `parse` has to tell what it is, and
   * nothing but the frame was changed. What is read here `parse` reads the same.
   */
  readonly quick: (bytes: Uint8Array, from: number, to: number, frame: LogFrame) => boolean
}

const NEWLINE = 0x0a
const RETURN = 0x0d
const SPACE = 0x20
const SHOWN_CHARACTERS = 60
/** The byte order mark of UTF-8, a character a byte. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf'

/** A line that is no frame for a reason of its own. */
export function badLine(reason: string): FrameFault {
  return { cause: 'bad-line', reason }
}

/**
 * Reads a log of one frame a line. A line that is none is reported with its number and the rest is read. Memory is
 * bounded: of a longer line than `maxLine` only the beginning is kept. Lines end with LF or CR LF; where the first ends
 * with CR alone, with either.
 */
export class TextLogReader implements LogReader {
  private readonly parser: LineParser
  private readonly sink: LogSink
  private readonly partial: Uint8Array
  private readonly frame = createLogFrame()
  private partialLength = 0
  private overlong = false
  private lineNumber = 0
  /** How lines end; `return`: that of the first line came, and not yet what follows it. */
  private ends: 'unknown' | 'return' | 'newline' | 'either' = 'unknown'

  constructor(parser: LineParser, maxLine: number, sink: LogSink) {
    this.parser = parser
    this.partial = new Uint8Array(maxLine)
    this.sink = sink
  }

  push(chunk: Uint8Array): void {
    let start = 0
    for (;;) {
      const end = this.endOf(chunk, start)
      if (end < 0) break
      if (this.partialLength === 0 && !this.overlong && end - start <= this.partial.length) {
        this.line(chunk, start, end, false)
      } else {
        this.keep(chunk, start, end)
        this.endPartial()
      }
      start = end + 1
    }
    this.keep(chunk, start, chunk.length)
  }

  end(): void {
    if (this.partialLength > 0) this.endPartial()
  }

  /** Where the line that begins here ends; −1: not in this piece. */
  private endOf(chunk: Uint8Array, start: number): number {
    if (this.ends === 'unknown' || this.ends === 'return') this.seeEnd(chunk)
    if (this.ends !== 'either') return chunk.indexOf(NEWLINE, start)
    let at = start
    while (at < chunk.length && chunk[at] !== NEWLINE && chunk[at] !== RETURN) at++
    return at < chunk.length ? at : -1
  }

  /** Looks how the first line ends. A CR that was the last of its piece is kept already when it is known that it was an end. */
  private seeEnd(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (byte === NEWLINE || this.ends === 'return') {
        this.ends = byte === NEWLINE ? 'newline' : 'either'
        if (at === 0 && this.ends === 'either') this.endPartial()
        return
      }
      if (byte === RETURN) this.ends = 'return'
    }
  }

  private keep(bytes: Uint8Array, start: number, end: number): void {
    const room = this.partial.length - this.partialLength
    if (end - start > room) this.overlong = true
    const kept = bytes.subarray(start, Math.min(end, start + room))
    this.partial.set(kept, this.partialLength)
    this.partialLength += kept.length
  }

  private endPartial(): void {
    const { partialLength, overlong } = this
    this.partialLength = 0
    this.overlong = false
    this.line(this.partial, 0, partialLength, overlong)
  }

  private line(bytes: Uint8Array, from: number, to: number, overlong: boolean): void {
    this.lineNumber++
    let end = to
    while (end > from && isSpace(bytes[end - 1]!)) end--
    if (end === from) return
    if (!overlong && this.parser.quick(bytes, from, end, this.frame)) {
      const fault = timeFault(this.frame.timestamp_ns)
      if (fault === undefined) this.sink.onFrame(this.frame)
      else this.tell(fault, latin1(bytes, from, end))
    } else this.whole(latin1(bytes, from, end), overlong)
  }

  private whole(bytes: string, overlong: boolean): void {
    const text = (this.lineNumber === 1 && bytes.startsWith(BYTE_ORDER_MARK) ? bytes.slice(BYTE_ORDER_MARK.length) : bytes).trimEnd()
    if (text === '') return
    const parsed = this.parser.parse(text, this.frame)
    // The beginning of a line tells that it is CAN XL, which alone may be this long.
    const fault = overlong && parsed !== CAN_XL
      ? badLine(`it is longer than ${this.partial.length} characters`)
      : parsed ?? timeFault(this.frame.timestamp_ns)
    if (fault === undefined) this.sink.onFrame(this.frame)
    else if (fault !== NO_FRAME) this.tell(fault, text)
  }

  private tell(fault: FrameFault, text: string): void {
    this.sink.onBadLine({ line: this.lineNumber, ...fault, text: text.slice(0, SHOWN_CHARACTERS).replace(/[^\x20-\x7e]/g, '?') })
  }
}

/** White space of ASCII. */
function isSpace(code: number): boolean {
  return code === SPACE || (code >= 0x09 && code <= 0x0d)
}
