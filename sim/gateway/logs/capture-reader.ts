import type { LogReader, LogSink } from './log-io.ts'
import { isPcapMagic, PcapReader } from './pcap.ts'
import { PcapngReader } from './pcapng-reader.ts'

const MAGIC_BYTES = 4

/** Reads a capture of either kind: names often end in `.pcap` for both. */
export class CaptureReader implements LogReader {
  private readonly sink: LogSink
  private readonly fallback: 'pcap' | 'pcapng'
  private readonly start = new Uint8Array(MAGIC_BYTES)
  private used = 0
  private reader: LogReader | undefined

  /** `fallback`: whose complaint it is when the file is neither. */
  constructor(sink: LogSink, fallback: 'pcap' | 'pcapng') {
    this.sink = sink
    this.fallback = fallback
  }

  push(chunk: Uint8Array): void {
    let from = 0
    while (this.reader === undefined && from < chunk.length) {
      this.start[this.used++] = chunk[from++]!
      if (this.used === MAGIC_BYTES) this.choose()
    }
    if (from < chunk.length) this.reader?.push(chunk.subarray(from))
  }

  end(): void {
    if (this.reader === undefined && this.used > 0) this.choose()
    this.reader?.end()
  }

  private choose(): void {
    const word = new DataView(this.start.buffer).getUint32(0, false)
    const classic = isPcapMagic(word) || (this.fallback === 'pcap' && word !== PCAPNG_WORD)
    this.reader = classic ? new PcapReader(this.sink) : new PcapngReader(this.sink)
    this.reader.push(this.start.subarray(0, this.used))
  }
}

/** Type of the first block of a pcapng file, the same in both byte orders. */
const PCAPNG_WORD = 0x0a0d_0d0a
