import type { LinkFrame } from '../link.ts'
import { BusNames } from './bus-names.ts'
import type { LogWriter } from './log-io.ts'
import { fdCodeOf, type LogDetails, shownTime } from './log-frame.ts'

/**
 * A table for spreadsheets and data frames, with a comma, a head and a line a frame (RFC 4180). Times are seconds since 1970
 * with microseconds (nanoseconds where a log begins at 0), identifiers and data hexadecimal, flags 0 or 1.
 */

const HEAD = 'time_s,bus,interface,direction,id,extended,remote,error,fd,brs,esi,dlc,length,data\r\n'

export class CsvWriter implements LogWriter {
  private readonly names = new BusNames()
  private begun = false

  frame(frame: LinkFrame, details: Readonly<LogDetails>): string {
    const head = this.begun ? '' : HEAD
    this.begun = true
    const { extended, remote, error, fd, brs, length } = frame
    const flags = [extended, remote, error, fd, brs, details.esi].map(Number).join(',')
    const code = fd ? fdCodeOf(length) : Math.max(length, details.lengthCode)
    const name = quoted(this.names.of(frame.bus, details.name))
    const id = frame.id.toString(16).toUpperCase().padStart(extended || error ? 8 : 3, '0')
    return `${head}${csvTime(frame.timestamp_ns)},${frame.bus},${name},${details.direction},${id},${flags},${code},${length},${csvData(frame)}\r\n`
  }

  end(): string {
    return this.begun ? '' : HEAD
  }
}

function csvTime(timestamp_ns: number): string {
  const { seconds, nanos } = shownTime(timestamp_ns)
  return `${seconds}.${String(nanos).padStart(9, '0').replace(/000$/, '')}`
}

function csvData(frame: LinkFrame): string {
  let text = ''
  for (let i = 0; i < (frame.remote ? 0 : frame.length); i++) text += frame.data[i]!.toString(16).toUpperCase().padStart(2, '0')
  return text
}

/** Names may hold commas and quotes, and begin with what a spreadsheet takes for a formula. */
function quoted(name: string): string {
  const safe = /^[=+\-@]/.test(name) ? `'${name}` : name
  return /[",]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe
}
