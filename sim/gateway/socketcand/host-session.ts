import { BatchWriter } from '../batch-writer.ts'
import { count } from '../counters.ts'
import type { HostSession, SessionHost } from '../host-link.ts'
import { createLinkFrame } from '../link-frame.ts'
import type { ByteSink } from '../outbox.ts'
import { printable } from '../printable.ts'
import { encodeSend, readFrameText, SOCKETCAND_FRAME_BYTES } from './codec.ts'
import { CommandReader, type CommandHandler } from './command-reader.ts'

/** How long the daemon may take to answer one command, ms. */
const ANSWER_ms = 3000
/** Nothing was heard of it for so long: it is asked whether it is there, and after as long again taken for dead, ms. */
const QUIET_ms = 5000
/** Frames that are written at a time. */
const BATCH_FRAMES = 256
/** Error frames of Linux: eight bytes, and the class of the error in the identifier. */
const ERROR_BYTES = 8
const CLASS_BUS_OFF = 0x040
const TIME = /^\d+\.\d+$/

const ENCODER = new TextEncoder()

/** We are a client of a socketcand daemon, in raw mode. It confirms nothing: a frame is delivered when the connection took it. */
export class SocketcandHostSession implements HostSession, CommandHandler {
  private readonly host: SessionHost
  private readonly bus: string
  private readonly writer: BatchWriter
  private readonly reader = new CommandReader(this)
  private readonly frame = createLinkFrame()
  private open = false
  private off = false
  /** Whoever waits for the next word of the daemon. */
  private waiting: ((words: readonly string[]) => void) | undefined
  private endStart: (reason: Error) => void = () => undefined
  private deadline: NodeJS.Timeout | undefined
  private lastHeard_ms = 0
  private asked_ms = 0

  constructor(sink: ByteSink, host: SessionHost, bus: string) {
    this.host = host
    this.bus = bus
    const room = (BATCH_FRAMES + 1) * SOCKETCAND_FRAME_BYTES
    this.writer = new BatchWriter(sink, room, host.counters.sent, () => this.pump(), error => host.giveUp(error.message))
  }

  get about(): string {
    return this.open ? `socketcand, ${this.bus}` : ''
  }

  async start(): Promise<void> {
    await this.expect('hi', 'does not greet as a socketcand daemon does: is it one?')
    for (const command of [`open ${this.bus}`, 'rawmode']) {
      this.writer.push(ENCODER.encode(`< ${command} >`))
      await this.expect('ok', `does not answer "${command}"`)
    }
    this.open = true
    this.lastHeard_ms = performance.now()
  }

  read(chunk: Uint8Array): void {
    this.lastHeard_ms = performance.now()
    this.reader.push(chunk)
  }

  pump(): void {
    if (!this.open) return
    const { writer, host: { ring } } = this
    const now_ms = performance.now()
    while (writer.hasRoom(2 * SOCKETCAND_FRAME_BYTES) && !writer.busy) {
      const frame = ring.take(now_ms)
      if (frame === undefined) return
      writer.commit(encodeSend(frame, writer.bytes, writer.end), 1)
    }
  }

  tick(now_ms: number): void {
    if (!this.open || now_ms - this.lastHeard_ms < QUIET_ms) return
    if (this.asked_ms > this.lastHeard_ms) {
      if (now_ms - this.asked_ms > QUIET_ms) this.host.giveUp('the daemon stopped answering')
      return
    }
    this.asked_ms = now_ms
    this.writer.push(ENCODER.encode('< echo >'))
  }

  farewell(): Promise<void> {
    return Promise.resolve()
  }

  end(reason: string): void {
    clearTimeout(this.deadline)
    this.open = false
    this.writer.close()
    this.endStart(new Error(reason))
  }

  onGarbage(cause: string): void {
    count(this.host.counters.malformed, cause)
  }

  onCommand(words: readonly string[]): void {
    const { waiting, host } = this
    if (waiting !== undefined) {
      this.waiting = undefined
      waiting(words)
    } else if (!this.open) return
    else if (words[0] === 'frame' || (words[0] === 'error' && words.length === 3 && TIME.test(words[2]!))) this.received(words)
    else if (words[0] === 'error') host.report(`${host.place}: ${this.refusal(words)}`)
    else if (words[0] !== 'echo' && words[0] !== 'ok') count(host.counters.malformed, 'unknown-command')
  }

  /** A frame; or the class of an error, which is all that the daemon tells of an error frame. */
  private received(words: readonly string[]): void {
    const { frame, host } = this
    if (!readFrameText(words, frame)) return count(host.counters.malformed, 'bad-frame')
    if (frame.error) {
      frame.extended = false
      frame.length = ERROR_BYTES
      frame.data.fill(0, 0, ERROR_BYTES)
    }
    // Whatever is heard afterwards shows that the bus is back.
    const off = frame.error && (frame.id & CLASS_BUS_OFF) !== 0
    if (off !== this.off) {
      this.off = off
      if (off) host.setState('bus-off', `${this.bus} of ${host.place} is bus-off`)
      else host.setState('up', '')
    }
    host.receive(frame)
  }

  /** Resolves when the daemon's next word is this one; rejects with what it said instead. */
  private async expect(word: string, otherwise: string): Promise<void> {
    const { place } = this.host
    const words = await new Promise<readonly string[]>((resolve, reject) => {
      this.waiting = resolve
      this.endStart = reject
      this.deadline = setTimeout(() => reject(new Error(`${place} ${otherwise}`)), ANSWER_ms)
    }).finally(() => clearTimeout(this.deadline))
    if (words[0] === word) return
    throw new Error(words[0] === 'error' ? `${place} refuses ${this.bus}: ${this.refusal(words)}` : `${place} ${otherwise}`)
  }

  private refusal(words: readonly string[]): string {
    return `the daemon says "${printable(words.slice(1).join(' '))}"`
  }
}
