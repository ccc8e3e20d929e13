import type { LinkFrame } from '../link.ts'
import { formatAscDate, parseAscDate } from './asc-date.ts'
import type { LogWriter } from './log-io.ts'
import { fdCodeOf, type LogDetails, shownTime, VIRTUAL_BELOW_ns } from './log-frame.ts'

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
  private start_ns = 0
  private begun = false

  frame(frame: LinkFrame, details: Readonly<LogDetails>): string {
    const head = this.begun ? '' : this.head(frame.timestamp_ns)
    return `${head}${ascTime(frame.timestamp_ns, this.start_ns)} ${ascEvent(frame, details)}\n`
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
function ascTime(timestamp_ns: number, start_ns: number): string {
  const { seconds, nanos } = shownTime(timestamp_ns)
  const since_s = seconds - start_ns / 1e9
  // A time before the start is told by its distance from it.
  const [sign, whole, part] = since_s >= 0 ? ['', since_s, nanos] : nanos === 0 ? ['-', -since_s, 0] : ['-', -since_s - 1, 1e9 - nanos]
  const fraction = String(part).padStart(9, '0')
  return `${sign}${whole}.${fraction.endsWith('000') ? fraction.slice(0, 6) : fraction}`.padStart(11)
}

function ascEvent(frame: LinkFrame, details: Readonly<LogDetails>): string {
  const channel = frame.bus + 1
  if (frame.error) return `${channel}  ErrorFrame`
  const direction = details.direction === 'sent' ? 'Tx' : 'Rx'
  const id = `${frame.id.toString(16).toUpperCase()}${frame.extended ? 'x' : ''}`
  if (frame.fd) return fdEvent(frame, channel, direction, id, details.esi)
  const code = Math.max(frame.length, details.lengthCode).toString(16)
  const head = `${channel}  ${id.padEnd(15)} ${direction}  `
  return frame.remote ? `${head} r ${code}` : `${head} d ${code}${ascData(frame)}`
}

/** With the fields behind the data that CANoe writes: duration, length, flags, CRC and bit timings; unknown ones are 0. */
function fdEvent(frame: LinkFrame, channel: number, direction: string, id: string, esi: boolean): string {
  const flags = (FD_FLAG | (frame.brs ? BRS_FLAG : 0) | (esi ? ESI_FLAG : 0)).toString(16)
  return `CANFD ${String(channel).padStart(3)} ${direction}   ${id.padStart(9)} ${frame.brs ? 1 : 0} ${esi ? 1 : 0} ${fdCodeOf(frame.length).toString(16)} `
    + `${String(frame.length).padStart(2)}${ascData(frame)}        0    0 ${flags.padStart(8)}        0        0        0        0        0`
}

function ascData(frame: LinkFrame): string {
  let text = ''
  for (let i = 0; i < frame.length; i++) text += HEX_BYTE[frame.data[i]!]
  return text
}

const HEX_BYTE = Array.from({ length: 256 }, (_, byte) => ` ${byte.toString(16).toUpperCase().padStart(2, '0')}`)
