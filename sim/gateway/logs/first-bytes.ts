import type { FrameFault } from './log-frame.ts'
import type { LogReader, LogSink } from './log-io.ts'

const FIRST_BYTES = 6
const UTF_16: FrameFault = { cause: 'encoding', reason: 'it is UTF-16; save it as UTF-8' }

/** What begins like this is no log of any kind, whatever its name says. */
const FOREIGN: readonly (readonly [first: readonly number[], fault: FrameFault])[] = [
  [[0x1f, 0x8b], packed('gzip')],
  [[0x50, 0x4b, 3, 4], packed('zip')],
  [[0x28, 0xb5, 0x2f, 0xfd], packed('zstd')],
  [[0x42, 0x5a, 0x68], packed('bzip2')],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], packed('xz')],
  [[0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], packed('7-Zip')],
  [[0xff, 0xfe], UTF_16],
  [[0xfe, 0xff], UTF_16],
]

function packed(how: string): FrameFault {
  return { cause: 'packed', reason: `it is packed with ${how}: unpack it first` }
}

/** Why what begins with these bytes, up to six, is no log that can be read; undefined: it may be one. */
export function foreignFault(first: Uint8Array): FrameFault | undefined {
  const found = FOREIGN.find(([magic]) => magic.every((byte, n) => first[n] === byte))
  if (found !== undefined) return found[1]
  // Without a mark of its byte order: every other byte of plain text is 0.
  const isText = [0, 2].every(n => isPlain(first[n]) && first[n + 1] === 0) || [0, 2].every(n => first[n] === 0 && isPlain(first[n + 1]))
  return isText ? UTF_16 : undefined
}

function isPlain(byte: number | undefined): boolean {
  return byte !== undefined && byte < 0x7f && (byte >= 0x20 || byte === 0x0a || byte === 0x0d)
}

/** A reader of those logs that may be ones by their first bytes; of others it says once what they are. */
export function checked(make: (sink: LogSink) => LogReader): (sink: LogSink) => LogReader {
  return sink => new CheckedReader(sink, make(sink))
}

class CheckedReader implements LogReader {
  private readonly sink: LogSink
  private readonly reader: LogReader
  private readonly first = new Uint8Array(FIRST_BYTES)
  private used = 0
  private state: 'first' | 'log' | 'foreign' = 'first'

  constructor(sink: LogSink, reader: LogReader) {
    this.sink = sink
    this.reader = reader
  }

  push(chunk: Uint8Array): void {
    let from = 0
    if (this.state === 'first') {
      from = Math.min(chunk.length, FIRST_BYTES - this.used)
      this.first.set(chunk.subarray(0, from), this.used)
      this.used += from
      if (this.used < FIRST_BYTES) return
      this.check()
    }
    if (this.state === 'log') this.reader.push(from === 0 ? chunk : chunk.subarray(from))
  }

  end(): void {
    if (this.state === 'first') this.check()
    if (this.state === 'log') this.reader.end()
  }

  private check(): void {
    const first = this.first.subarray(0, this.used)
    const fault = foreignFault(first)
    this.state = fault === undefined ? 'log' : 'foreign'
    if (fault !== undefined) this.sink.onBadLine({ line: 1, ...fault, text: '' })
    else this.reader.push(first)
  }
}
