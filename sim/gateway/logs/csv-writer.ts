import type { LinkFrame } from '../link.ts'
import { BusNames } from './bus-names.ts'
import type { LogWriter } from './log-io.ts'
import { fdCodeOf, type LogDetails, shownTime } from './log-frame.ts'
import { TextLine } from './text-line.ts'

/**
 * A table for spreadsheets and data frames, with a comma, a head and a line a frame (RFC 4180). Times are seconds since 1970
 * with microseconds (nanoseconds where a log begins at 0), identifiers and data hexadecimal, flags 0 or 1.
 */

const HEAD = 'time_s,bus,interface,direction,id,extended,remote,error,fd,brs,esi,dlc,length,data\r\n'

export class CsvWriter implements LogWriter {
  private readonly names = new BusNames()
  private readonly line = new TextLine()
  private begun = false

  frame(frame: LinkFrame, details: Readonly<LogDetails>): Uint8Array {
    const { line } = this
    const { extended, remote, error, fd, brs, length } = frame
    if (!this.begun) line.text(HEAD)
    this.begun = true
    putTime(line, frame.timestamp_ns)
    line.char(COMMA).decimal(frame.bus).char(COMMA).text(quoted(this.names.of(frame.bus, details.name))).char(COMMA)
    line.text(details.direction).char(COMMA).hex(frame.id, extended || error ? 8 : 3)
    putFlag(line, extended)
    putFlag(line, remote)
    putFlag(line, error)
    putFlag(line, fd)
    putFlag(line, brs)
    putFlag(line, details.esi)
    line.char(COMMA).decimal(fd ? fdCodeOf(length) : Math.max(length, details.lengthCode)).char(COMMA).decimal(length).char(COMMA)
    return line.data(frame.data, remote ? 0 : length).text('\r\n').take()
  }

  end(): string {
    return this.begun ? '' : HEAD
  }
}

function putTime(line: TextLine, timestamp_ns: number): void {
  const { seconds, nanos } = shownTime(timestamp_ns)
  if (nanos % 1000 === 0) line.fixed(seconds, nanos / 1000, 6)
  else line.fixed(seconds, nanos, 9)
}

function putFlag(line: TextLine, flag: boolean): void {
  line.char(COMMA).decimal(flag ? 1 : 0)
}

const COMMA = 0x2c

/** Names may hold commas and quotes, and begin with what a spreadsheet takes for a formula. */
function quoted(name: string): string {
  const safe = /^[=+\-@]/.test(name) ? `'${name}` : name
  return /[",]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe
}
