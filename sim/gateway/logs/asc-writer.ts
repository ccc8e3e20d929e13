import type { LinkFrame } from '../link.ts'
import { formatAscDate, parseAscDate } from './asc-date.ts'
import type { LogWriter } from './log-io.ts'
import { fdCodeOf, type LogDetails, shownTime, VIRTUAL_BELOW_ns } from './log-frame.ts'
import { TextLine } from './text-line.ts'

/**
 * Vector's ASC log: a dated head, then a line a frame with its time since that date. Channels count from 1, so channel 1
 * is bus 0. Sources: Vector CAN log file format, python-can's ASCReader. An error frame is only named: ASC has no room for
 * what SocketCAN tells about it.
 */

const FD_FLAG = 1 << 12
const BRS_FLAG = 1 << 13
const ESI_FLAG = 1 << 14
const HOUR_ns = 3600e9

export class AscWriter implements LogWriter {
  private readonly line = new TextLine()
  private start_ns = 0
  private begun = false

  frame(frame: LinkFrame, details: Readonly<LogDetails>): Uint8Array {
    const { line } = this
    if (!this.begun) line.text(this.head(frame.timestamp_ns))
    putTime(line, frame.timestamp_ns, this.start_ns)
    line.text(' ')
    putEvent(line, frame, details)
    return line.text('\n').take()
  }

  end(): string {
    return `${this.begun ? '' : this.head(0)}End TriggerBlock\n`
  }

  /** Times count from a whole second, which a date can tell exactly. */
  private head(first_ns: number): string {
    this.begun = true
    this.start_ns = first_ns < VIRTUAL_BELOW_ns ? 0 : Math.floor(first_ns / 1e9) * 1e9
    // An hour of local time comes twice in autumn: begin before it.
    while (parseAscDate(formatAscDate(this.start_ns)) !== this.start_ns && this.start_ns > 0) this.start_ns -= HOUR_ns
    const date = formatAscDate(this.start_ns)
    return `date ${date}\nbase hex  timestamps absolute\nno internal events logged\nBegin Triggerblock ${date}\n   0.000000 Start of measurement\n`
  }
}

/** Microseconds, which every reader takes; nanoseconds where there are some (a number holds none of today's time). */
function putTime(line: TextLine, timestamp_ns: number, start_ns: number): void {
  const { seconds, nanos } = shownTime(timestamp_ns)
  const since_s = seconds - start_ns / 1e9
  // A time before the start is told by its distance from it.
  const early = since_s < 0
  const whole = !early ? since_s : nanos === 0 ? -since_s : -since_s - 1
  const part = early && nanos > 0 ? 1e9 - nanos : nanos
  if (early) line.text('-', 4 - String(whole).length)
  if (part % 1000 === 0) line.fixed(whole, part / 1000, 6, early ? 0 : 11)
  else line.fixed(whole, part, 9)
}

function putEvent(line: TextLine, frame: LinkFrame, details: Readonly<LogDetails>): void {
  const channel = frame.bus + 1
  if (frame.error) return void line.decimal(channel).text('  ErrorFrame')
  if (frame.fd) return putFdEvent(line, frame, details)
  const code = Math.max(frame.length, details.lengthCode)
  line.decimal(channel).text('  ')
  putId(line, frame)
  line.text(' ', ID_WIDTH - idLength(frame) + 1).text(details.direction === 'sent' ? 'Tx   ' : 'Rx   ').text(frame.remote ? 'r ' : 'd ')
  line.text(HEX_DIGITS[code]!)
  if (!frame.remote) line.data(frame.data, frame.length, SPACE)
}

/** With the fields behind the data that CANoe writes: duration, length, flags, CRC and bit timings; unknown ones are 0. */
function putFdEvent(line: TextLine, frame: LinkFrame, { direction, esi }: Readonly<LogDetails>): void {
  line.text('CANFD ').decimal(frame.bus + 1, 3, SPACE).text(direction === 'sent' ? ' Tx   ' : ' Rx   ').text('', FD_ID_WIDTH - idLength(frame))
  putId(line, frame)
  line.text(frame.brs ? ' 1 ' : ' 0 ').text(esi ? '1 ' : '0 ').text(HEX_DIGITS[fdCodeOf(frame.length)]!).text(' ').decimal(frame.length, 2, SPACE)
  line.data(frame.data, frame.length, SPACE)
  const flags = (FD_FLAG | (frame.brs ? BRS_FLAG : 0) | (esi ? ESI_FLAG : 0)).toString(16)
  line.text('        0    0 ').text(flags, 8).text('        0        0        0        0        0')
}

function putId(line: TextLine, { id, extended }: LinkFrame): void {
  line.hex(id, hexDigits(id))
  if (extended) line.text('x')
}

function idLength({ id, extended }: LinkFrame): number {
  return hexDigits(id) + (extended ? 1 : 0)
}

function hexDigits(value: number): number {
  return value === 0 ? 1 : (35 - Math.clz32(value)) >> 2
}

const SPACE = 0x20
const ID_WIDTH = 15
const FD_ID_WIDTH = 9
const HEX_DIGITS = Array.from({ length: 16 }, (_, digit) => digit.toString(16))
