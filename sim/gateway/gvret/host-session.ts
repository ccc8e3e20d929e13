import { BatchWriter } from '../batch-writer.ts'
import { count } from '../counters.ts'
import type { HostSession, SessionHost } from '../host-link.ts'
import { createLinkFrame } from '../link-frame.ts'
import type { ByteSink } from '../outbox.ts'
import { StampClock } from '../stamp-clock.ts'
import {
  BINARY_MODE, COMMAND, decodeToHost, encodeToDevice, GVRET_FRAME_BYTES, lengthToHost, RATE_ENABLED, RATE_LISTEN_ONLY, RATE_VALID,
  readWord, START, writeWord,
} from './codec.ts'
import { GvretReader, type MessageHandler } from './reader.ts'

export interface GvretSettings {
  readonly bitrate: number
  readonly listenOnly: boolean
  readonly baud: number | undefined
}

/** Frames that are written at a time. */
const BATCH_FRAMES = 1024
/** An ESP32 boots when its port is opened: it is greeted again and again for so long, ms. */
const GREETING_ms = 4000
const GREETING_INTERVAL_ms = 500
const KEEP_ALIVE_ms = 1000
/** Silence after which a device is taken for dead, ms. */
const DEAD_ms = 5000

/**
 * Longest rest of a message that another program, killed in the middle of it, left behind: an FD frame. Filled up with
 * `BINARY_MODE` it goes to bus 3, which devices do not have, or ends an unfinished command: but a frame that was cut off
 * behind its bus number is sent with wrong data, whatever comes. Source: ESP32RET (gvret_comm.cpp).
 */
const LONGEST_REST_BYTES = 72
const GREETING = Uint8Array.of(
  ...new Uint8Array(LONGEST_REST_BYTES).fill(BINARY_MODE),
  START, COMMAND.busCount, START, COMMAND.busParameters, START, COMMAND.deviceInfo, START, COMMAND.keepAlive,
)
const KEEP_ALIVE = Uint8Array.of(START, COMMAND.keepAlive)
/** What a device answers to that. Nothing else is a sign of life: a board that fell back to its console echoes what it is sent. */
const ALIVE = [0xde, 0xad] as const

/** We are the host of a GVRET device. It confirms nothing: a frame is delivered when the port has taken it. */
export class GvretHostSession implements HostSession, MessageHandler {
  private readonly host: SessionHost
  private readonly settings: GvretSettings
  private readonly writer: BatchWriter
  private readonly reader = new GvretReader(this, lengthToHost)
  private readonly frame = createLinkFrame()
  private readonly stamps = new StampClock(2 ** 32, 1000)
  private open = false
  private build = 0
  /** `setupBuses` for the second bus: as it was. */
  private secondBus = 0
  private greeted: () => void = () => undefined
  private endStart: (reason: Error) => void = () => undefined
  private lastHeard_ms = 0
  private nextKeepAlive_ms = 0
  private noisy = false
  private greeting: NodeJS.Timeout | undefined

  constructor(sink: ByteSink, host: SessionHost, settings: GvretSettings) {
    this.host = host
    this.settings = settings
    const room = BATCH_FRAMES * GVRET_FRAME_BYTES
    this.writer = new BatchWriter(sink, room, host.counters.sent, () => this.pump(), error => host.giveUp(error.message))
  }

  /** What is on the other side, for people. */
  get about(): string {
    return this.open ? `GVRET device, build ${this.build}` : ''
  }

  async start(): Promise<void> {
    const { place } = this.host
    const at = this.settings.baud === undefined ? '' : ` at ${this.settings.baud} baud`
    await new Promise<void>((resolve, reject) => {
      this.greeted = resolve
      this.endStart = reject
      let left = GREETING_ms / GREETING_INTERVAL_ms
      const greet = (): void => {
        if (left-- === 0) return reject(new Error(`nothing on ${place} answers as a GVRET device does${at}: is it one${at === '' ? '' : ', is baud= its rate'}?`))
        this.writer.push(GREETING)
        this.greeting = setTimeout(greet, GREETING_INTERVAL_ms)
      }
      greet()
    }).finally(() => clearTimeout(this.greeting))
    const { bitrate, listenOnly } = this.settings
    const setup = new Uint8Array(11)
    setup[0] = START
    setup[1] = COMMAND.setupBuses
    writeWord((bitrate | RATE_VALID | RATE_ENABLED | (listenOnly ? RATE_LISTEN_ONLY : 0)) >>> 0, setup, 2)
    writeWord(this.secondBus, setup, 6)
    this.writer.push(setup)
    this.open = true
    this.lastHeard_ms = performance.now()
  }

  read(chunk: Uint8Array): void {
    this.noisy = false
    this.reader.push(chunk)
  }

  pump(): void {
    if (!this.open) return
    const { writer, host: { ring } } = this
    const now_ms = performance.now()
    while (writer.hasRoom(GVRET_FRAME_BYTES) && !writer.busy) {
      const frame = ring.take(now_ms)
      if (frame === undefined) return
      writer.commit(encodeToDevice(frame, writer.bytes, writer.end), 1)
    }
  }

  tick(now_ms: number): void {
    if (!this.open) return
    if (now_ms - this.lastHeard_ms > DEAD_ms) return this.host.giveUp('the device stopped answering')
    if (now_ms < this.nextKeepAlive_ms) return
    this.nextKeepAlive_ms = now_ms + KEEP_ALIVE_ms
    this.writer.push(KEEP_ALIVE)
  }

  farewell(): Promise<void> {
    return Promise.resolve()
  }

  end(reason: string): void {
    clearTimeout(this.greeting)
    this.open = false
    this.writer.close()
    this.endStart(new Error(reason))
  }

  onByte(byte: number): void {
    if (!this.open || byte === 0 || this.noisy) return
    this.noisy = true
    count(this.host.counters.malformed, 'noise')
  }

  onMessage(bytes: Uint8Array, start: number): void {
    switch (bytes[start + 1]) {
      case COMMAND.frame: return this.received(bytes, start)
      case COMMAND.deviceInfo:
        this.build = bytes[start + 2]! | bytes[start + 3]! << 8
        return
      case COMMAND.busParameters:
        if (bytes[start + 7] !== 0) this.secondBus = ((readWord(bytes, start + 8) | RATE_VALID | RATE_ENABLED) >>> 0)
        return
      case COMMAND.keepAlive: return this.alive(bytes, start)
      case COMMAND.timeSync:
      case COMMAND.digitalInputs:
      case COMMAND.analogInputs:
      case COMMAND.busCount:
      case COMMAND.extendedBuses: return
      case COMMAND.fdFrame: return count(this.host.counters.malformed, 'fd-frame')
      default:
        if (this.open) count(this.host.counters.malformed, 'unknown-command')
    }
  }

  private alive(bytes: Uint8Array, start: number): void {
    if (bytes[start + 2] !== ALIVE[0] || bytes[start + 3] !== ALIVE[1]) return
    this.lastHeard_ms = performance.now()
    this.greeted()
  }

  private received(bytes: Uint8Array, start: number): void {
    if (!this.open) return
    const { frame, host } = this
    const fault = decodeToHost(bytes, start, frame)
    if (fault !== undefined) return count(host.counters.malformed, fault)
    frame.timestamp_ns = this.stamps.time_ns(frame.timestamp_ns, host.now_ns())
    host.receive(frame)
  }
}
