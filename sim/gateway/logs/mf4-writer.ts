import type { LinkFrame } from '../link.ts'
import { fdCodeOf, type LogDetails, nanosecondWords, shownTime } from './log-frame.ts'
import type { LogWriter } from './log-io.ts'
import { DATA_AT, mf4Head, RECORDS } from './mf4-head.ts'

const LONGEST_RECORD = 1 + DATA_AT + 64
const EXTENDED = 0x8000_0000
/** Of the byte that also holds the length code. */
const FLAGS = { sent: 0x10, fd: 0x20, brs: 0x40, esi: 0x80 } as const

/**
 * Writes one group of data with a kind of record for each kind of frame, as they come: unsorted and not packed, so that what
 * was written is there however the writer ends. `finalHead` turns the unfinished file into a finished one. Times are
 * nanoseconds since the second in which the log begins; what came before it cannot be told.
 */
export class Mf4Writer implements LogWriter {
  private readonly bytes = new Uint8Array(LONGEST_RECORD)
  private readonly view = new DataView(this.bytes.buffer)
  private readonly cycles = [0, 0, 0, 0, 0]
  private dataBytes = 0
  private start_s = -1

  frame(frame: LinkFrame, details: Readonly<LogDetails>): Uint8Array | undefined {
    const { seconds, nanos } = shownTime(frame.timestamp_ns)
    if (this.start_s < 0) {
      this.start_s = seconds
      return joined(mf4Head({ start_s: seconds, cycles: undefined, dataBytes: 0 }), this.record(frame, details, seconds, nanos))
    }
    return seconds < this.start_s ? undefined : this.record(frame, details, seconds, nanos)
  }

  end(): Uint8Array {
    return this.start_s < 0 ? this.finalHead() : new Uint8Array(0)
  }

  finalHead(): Uint8Array {
    return mf4Head({ start_s: Math.max(0, this.start_s), cycles: this.cycles, dataBytes: this.dataBytes })
  }

  private record(frame: LinkFrame, details: Readonly<LogDetails>, seconds: number, nanos: number): Uint8Array {
    const { bytes, view } = this
    const { id, dataBytes } = frame.error ? RECORDS.error : frame.remote ? RECORDS.remote : frame.fd ? RECORDS.fd : RECORDS.classic
    const { high, low } = nanosecondWords(seconds - this.start_s, nanos)
    const code = frame.fd ? fdCodeOf(frame.length) : Math.max(frame.length, details.lengthCode)
    bytes[0] = id
    view.setUint32(1, low, true)
    view.setUint32(5, high, true)
    view.setUint16(9, frame.bus + 1, true)
    view.setUint32(11, frame.id + (frame.extended ? EXTENDED : 0), true)
    bytes[15] = code + (details.direction === 'sent' ? FLAGS.sent : 0) + (frame.fd ? FLAGS.fd : 0) + (frame.brs ? FLAGS.brs : 0) + (details.esi ? FLAGS.esi : 0)
    bytes[16] = frame.remote ? 0 : frame.length
    for (let i = 0; i < dataBytes; i++) bytes[1 + DATA_AT + i] = i < frame.length ? frame.data[i]! : 0
    const length = 1 + DATA_AT + dataBytes
    this.cycles[id]!++
    this.dataBytes += length
    return bytes.subarray(0, length)
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
