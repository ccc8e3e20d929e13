import { createLinkFrame, type LinkFrame } from '#sim/gateway/browser.ts'
import { BINARY_MODE, COMMAND, decodeToHost, encodeToDevice, GVRET_FRAME_BYTES, GvretReader, lengthToHost, START, writeWord } from '#sim/gateway/gvret/index.ts'
import { decodeSlcanFrame, encodeSlcanFrame, isFrameLetter, SLCAN_FRAME_BYTES, SlcanLineReader } from '#sim/gateway/slcan/index.ts'
import type { ControlResult } from '#sim/gateway/spine/index.ts'
import type { Sink, Source } from './source.ts'

/** What of a serial port of Web Serial is needed; tests give another. */
export interface SerialPortLike {
  open(options: { baudRate: number }): Promise<void>
  readonly readable: ReadableStream<Uint8Array> | null
  readonly writable: WritableStream<Uint8Array> | null
  close(): Promise<void>
}

export type Dialect = 'slcan' | 'gvret'
const BITRATE = 500_000
const SLCAN_BAUD = 2_000_000
const GVRET_BAUD = 1_000_000
/** 500 kbit/s. */
const SLCAN_RATE = 'S6'

/** An adapter at a serial port, opened by the browser: listens until it is unlocked. */
export class SerialSource implements Source {
  readonly kind = 'serial'
  private readonly port: SerialPortLike
  private readonly dialect: Dialect
  private readonly frame = createLinkFrame()
  private writer: WritableStreamDefaultWriter<Uint8Array> | undefined
  private reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  private sink: Sink | undefined
  private begun_ms = 0
  private sends = false

  constructor(port: SerialPortLike, dialect: Dialect) {
    this.port = port
    this.dialect = dialect
  }

  start(sink: Sink): void {
    this.sink = sink
    this.run().catch((error: unknown) => sink.ended(error instanceof Error ? error.message : String(error)))
  }

  ask(): Promise<ControlResult> {
    return Promise.reject(new Error('a bus is no car of ours'))
  }

  /** The first frame that is sent opens an SLCAN channel anew, to send. */
  send(frame: LinkFrame): boolean {
    const { writer } = this
    if (writer === undefined || frame.fd || frame.error) return false
    if (this.dialect === 'gvret') {
      const bytes = new Uint8Array(GVRET_FRAME_BYTES)
      void writer.write(bytes.subarray(0, encodeToDevice(frame, bytes, 0)))
      return true
    }
    if (!this.sends) {
      this.sends = true
      void writer.write(ascii(`C\r${SLCAN_RATE}\rO\r`))
    }
    const bytes = new Uint8Array(SLCAN_FRAME_BYTES)
    void writer.write(bytes.subarray(0, encodeSlcanFrame(frame, bytes, 0, false)))
    return true
  }

  stop(): void {
    this.sink = undefined
    const { writer, reader, port } = this
    void (async () => {
      try {
        if (this.dialect === 'slcan') await writer?.write(ascii('C\r'))
        writer?.releaseLock()
        await reader?.cancel()
        reader?.releaseLock()
        await port.close()
      } catch {
        // It was pulled out.
      }
    })()
  }

  private async run(): Promise<void> {
    const { port, dialect, sink } = this
    await port.open({ baudRate: dialect === 'slcan' ? SLCAN_BAUD : GVRET_BAUD })
    if (port.readable === null || port.writable === null) throw new Error('the port cannot be read')
    this.writer = port.writable.getWriter()
    this.reader = port.readable.getReader()
    await this.writer.write(dialect === 'slcan' ? ascii(`\rC\r${SLCAN_RATE}\rL\r`) : gvretGreeting())
    this.begun_ms = performance.now()
    sink?.hello({ name: dialect.toUpperCase(), bitrate: BITRATE, dataBitrate: BITRATE })
    const take = dialect === 'slcan' ? this.slcanReader() : this.gvretReader()
    for (;;) {
      const { value, done } = await this.reader.read()
      if (done) break
      take.push(value)
    }
    sink?.ended('the adapter is gone')
  }

  private slcanReader(): { push(bytes: Uint8Array): void } {
    return new SlcanLineReader({
      onLine: (bytes, start, end) => {
        if (isFrameLetter(bytes[start]!) && decodeSlcanFrame(bytes, start, end, this.frame) === undefined) this.received()
      },
      onOverlong: () => undefined,
      onBell: () => undefined,
    }, true)
  }

  private gvretReader(): { push(bytes: Uint8Array): void } {
    return new GvretReader({
      onMessage: (bytes, start) => {
        if (bytes[start + 1] === COMMAND.frame && decodeToHost(bytes, start, this.frame) === undefined) this.received()
      },
      onByte: () => undefined,
    }, lengthToHost)
  }

  /** Adapters' own clocks wrap and drift: frames carry the time at which they came. */
  private received(): void {
    this.frame.timestamp_ns = Math.round((performance.now() - this.begun_ms) * 1e6)
    this.sink?.frame(this.frame)
  }
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Binary mode, and the first bus at our rate. */
function gvretGreeting(): Uint8Array {
  const bytes = new Uint8Array(12)
  bytes.set([BINARY_MODE, BINARY_MODE, START, COMMAND.setupBuses])
  writeWord(0, bytes, writeWord((0xc000_0000 + BITRATE) >>> 0, bytes, 4))
  return bytes
}
