import { lifetime_ms } from '../actuation.ts'
import { count, createCounters, drop, dropUnsupported } from '../counters.ts'
import type { LinkCounters, LinkFrame } from '../link.ts'
import { createLinkFrame } from '../link-frame.ts'
import type { ClientHost, ServedClient } from '../listening-link.ts'
import { Outbox, type ByteSink } from '../outbox.ts'
import {
  BINARY_MODE, COMMAND, decodeToDevice, encodeToHost, GVRET_FRAME_BYTES, lengthToDevice, RATE_ENABLED, RATE_LISTEN_ONLY, RATE_MASK,
  RATE_VALID, readWord, START, writeWord,
} from './codec.ts'
import { GvretReader, type MessageHandler } from './reader.ts'

/** Build number that hosts are told; they only show it. */
const BUILD = 618
const BUSES = 2

/** One GVRET host, such as SavvyCAN, seen from the device. */
export class GvretDeviceSession implements ServedClient, MessageHandler {
  readonly origin: string
  readonly peer: string
  readonly counters: LinkCounters = createCounters()
  private readonly owner: ClientHost
  private readonly hangUp: () => void
  private readonly outbox: Outbox
  private readonly reader = new GvretReader(this, lengthToDevice)
  private readonly frame = createLinkFrame()
  private binary = false
  private enabled = true
  private listenOnly = false
  private noisy = false
  private toldRate = false

  constructor(owner: ClientHost, sink: ByteSink, hangUp: () => void, origin: string, peer: string) {
    this.owner = owner
    this.hangUp = hangUp
    this.origin = origin
    this.peer = peer
    this.outbox = new Outbox(sink, this.counters.sent, owner.queueFrames, GVRET_FRAME_BYTES)
  }

  get active(): boolean {
    return this.binary && this.enabled
  }

  read(chunk: Uint8Array): void {
    this.noisy = false
    this.reader.push(chunk)
  }

  offer(frame: LinkFrame): boolean {
    const { sent } = this.counters
    sent.in++
    if (frame.fd || frame.error || frame.remote || frame.bus >= BUSES) {
      dropUnsupported(sent, frame)
      return false
    }
    const { outbox } = this
    if (!outbox.hasRoom(GVRET_FRAME_BYTES)) {
      drop(sent, 'queue-full')
      return false
    }
    outbox.commit(encodeToHost(frame, outbox.bytes, outbox.end), 1, lifetime_ms(frame))
    return true
  }

  disconnect(): void {
    this.binary = false
    this.outbox.close()
    this.hangUp()
  }

  onByte(byte: number): void {
    if (byte === BINARY_MODE) {
      if (this.binary) return
      this.binary = true
      this.owner.changed()
      return
    }
    // Old hosts end every command with a checksum of 0, terminals send line ends.
    if (byte === 0 || byte === 0x0d || byte === 0x0a || this.noisy) return
    this.noisy = true
    count(this.counters.malformed, 'noise')
  }

  onMessage(bytes: Uint8Array, start: number): void {
    const command = bytes[start + 1]
    switch (command) {
      case COMMAND.frame: return this.transmit(bytes, start)
      case COMMAND.timeSync: return this.reply(command, words(Math.floor(this.owner.now_ns() / 1000) % 2 ** 32))
      case COMMAND.digitalInputs: return this.reply(command, [0, 0])
      case COMMAND.analogInputs: return this.reply(command, new Array<number>(15).fill(0))
      case COMMAND.busParameters: return this.reply(command, [...this.parameters(), ...this.parameters()])
      case COMMAND.deviceInfo: return this.reply(command, [BUILD & 0xff, BUILD >> 8, 0x20, 0, 0, 0])
      case COMMAND.keepAlive: return this.reply(command, [0xde, 0xad])
      case COMMAND.busCount: return this.reply(command, [BUSES])
      case COMMAND.extendedBuses: return this.reply(command, new Array<number>(15).fill(0))
      case COMMAND.setupBuses: return this.setup(readWord(bytes, start + 2))
      case COMMAND.setDigitalOutputs:
      case COMMAND.setSingleWire:
      case COMMAND.setSystemType:
      case COMMAND.echoFrame:
      case COMMAND.setupExtendedBuses: return
      case COMMAND.fdFrame: return count(this.counters.malformed, 'fd-frame')
      default: return count(this.counters.malformed, 'unknown-command')
    }
  }

  private transmit(bytes: Uint8Array, start: number): void {
    const { frame, counters } = this
    const fault = decodeToDevice(bytes, start, frame)
    if (fault !== undefined) return count(counters.malformed, fault)
    frame.timestamp_ns = this.owner.now_ns()
    if (this.active && !this.listenOnly) {
      this.owner.accept(frame, this)
      return
    }
    counters.received.in++
    drop(counters.received, this.active ? 'listen-only' : 'not-up')
  }

  /** A host may switch its bus off or to listen-only; the rate of ours is what it is. */
  private setup(word: number): void {
    const rate = word & RATE_MASK
    const told = (word & RATE_VALID) !== 0
    this.enabled = told ? (word & RATE_ENABLED) !== 0 : word !== 0
    this.listenOnly = told && (word & RATE_LISTEN_ONLY) !== 0
    if (this.enabled && rate !== this.owner.bitrate && !this.toldRate) {
      this.toldRate = true
      this.owner.report(`${this.owner.uri}: ${this.peer} asks for ${rate} bit/s; the bus stays at ${this.owner.bitrate} bit/s`)
    }
    this.owner.changed()
  }

  private parameters(): number[] {
    return [(this.enabled ? 1 : 0) | (this.listenOnly ? 0x10 : 0), ...words(this.owner.bitrate)]
  }

  private reply(command: number, content: readonly number[]): void {
    if (!this.outbox.push(Uint8Array.of(START, command, ...content))) count(this.counters.malformed, 'reply-lost')
  }
}

function words(word: number): number[] {
  const bytes = new Uint8Array(4)
  writeWord(word, bytes, 0)
  return [...bytes]
}
