import { lifetime_ms } from '../actuation.ts'
import { count, createCounters, drop, dropUnsupported } from '../counters.ts'
import type { LinkCounters, LinkFrame } from '../link.ts'
import { createLinkFrame } from '../link-frame.ts'
import type { ClientHost, ServedClient } from '../listening-link.ts'
import { Outbox, type ByteSink } from '../outbox.ts'
import { BroadcastManager } from './broadcast-manager.ts'
import { encodeSocketcandFrame, readFrameWords, readIdentifier, readNumber, SOCKETCAND_FRAME_BYTES } from './codec.ts'
import { CommandReader, type CommandHandler } from './command-reader.ts'

/**
 * Frames begin this long after a mode was confirmed, ms: python-can wants `< ok >` alone in what it reads, and a busy bus
 * would put frames behind it at once.
 */
const SETTLE_ms = 20

type Mode = 'no-bus' | 'bcm' | 'raw' | 'control'
const MODES: Readonly<Record<string, Mode>> = { rawmode: 'raw', bcmmode: 'bcm', controlmode: 'control' }
/** Names of our buses, as clients may call them: the digit is the bus. */
const BUS_NAME = /^(?:v?can|spine)([01])$/

/** A clock that shows less is none of Unix time, but a car's own, ns. */
const EPOCH_LEAST_ns = 1e18

const NUMBER_MOST = 0xffff_ffff
const ENCODER = new TextEncoder()

/** One client of socketcand, seen from the daemon. */
export class SocketcandSession implements ServedClient, CommandHandler {
  readonly origin: string
  readonly peer: string
  readonly counters: LinkCounters = createCounters()
  private readonly owner: ClientHost
  private readonly hangUp: () => void
  private readonly outbox: Outbox
  private readonly reader = new CommandReader(this)
  private readonly frame = createLinkFrame()
  private readonly manager = new BroadcastManager(frame => this.transmit(frame))
  private mode: Mode = 'no-bus'
  private bus = 0
  /** Unix time at the zero of our clock, ns: clients are told Unix time, as by the real daemon. */
  private epoch_ns = 0
  private settled = false
  private settling: NodeJS.Timeout | undefined
  private statistics: NodeJS.Timeout | undefined
  private ended = false

  constructor(owner: ClientHost, sink: ByteSink, hangUp: () => void, origin: string, peer: string) {
    this.owner = owner
    this.hangUp = hangUp
    this.origin = origin
    this.peer = peer
    this.outbox = new Outbox(sink, this.counters.sent, owner.queueFrames, SOCKETCAND_FRAME_BYTES)
    this.reply('< hi >')
  }

  /** It has opened a bus, and its mode has settled. */
  get active(): boolean {
    return this.settled
  }

  read(chunk: Uint8Array): void {
    this.reader.push(chunk)
  }

  offer(frame: LinkFrame): boolean {
    if (frame.bus !== this.bus || this.mode === 'control') return true
    const bcm = this.mode === 'bcm'
    if (bcm && !this.manager.wants(frame, performance.now())) return true
    const { sent } = this.counters
    sent.in++
    if (frame.fd || frame.error || frame.remote) {
      dropUnsupported(sent, frame)
      return false
    }
    const { outbox } = this
    if (!outbox.hasRoom(SOCKETCAND_FRAME_BYTES)) {
      drop(sent, 'queue-full')
      return false
    }
    outbox.commit(encodeSocketcandFrame(frame, this.epoch_ns, outbox.bytes, outbox.end, bcm), 1, lifetime_ms(frame))
    return true
  }

  disconnect(): void {
    this.ended = true
    this.settled = false
    clearTimeout(this.settling)
    clearInterval(this.statistics)
    this.manager.clear()
    this.outbox.close()
    this.hangUp()
  }

  onGarbage(cause: string): void {
    count(this.counters.malformed, cause)
  }

  onCommand(words: readonly string[]): void {
    if (this.ended) return
    const name = words[0] ?? ''
    // Whoever goes on has read the answer to what came before.
    if (this.mode !== 'no-bus' && !Object.hasOwn(MODES, name)) this.settle()
    if (this.mode === 'no-bus') this.beforeOpen(name, words)
    else if (name === 'echo') this.reply('< echo >')
    else if (Object.hasOwn(MODES, name)) this.enter(MODES[name]!)
    else if (name === 'send' && this.mode !== 'control') this.send(words)
    else if (name === 'statistics' && this.mode === 'control') this.setStatistics(words)
    else if (this.mode === 'bcm' && Object.hasOwn(BCM_COMMANDS, name)) this.manage(name, words)
    else this.unknown()
  }

  private beforeOpen(name: string, words: readonly string[]): void {
    const named = BUS_NAME.exec(name === 'open' ? words[1] ?? '' : name)
    const bus = named !== null && Number(named[1]) < this.owner.buses ? named : null
    if (name === 'open' && bus === null) {
      this.reply('< error could not open bus >')
      count(this.counters.malformed, 'unknown-bus')
      // It reads why before the line goes dead.
      void this.outbox.drained().then(() => this.hangUp())
    } else if (name === 'open') {
      this.bus = Number(bus![1])
      const now_ns = this.owner.now_ns()
      this.epoch_ns = now_ns < EPOCH_LEAST_ns ? Date.now() * 1e6 - now_ns : 0
      this.enter('bcm')
    } else if (bus !== null && (words[1] === 'B' || words[1] === 'C')) {
      // Bit timing and controller modes: those of our bus are what they are.
      this.reply('< ok >')
    } else this.unknown()
  }

  private enter(mode: Mode): void {
    if (mode !== this.mode) {
      this.manager.clear()
      clearInterval(this.statistics)
    }
    this.mode = mode
    this.settled = false
    clearTimeout(this.settling)
    this.reply('< ok >')
    void this.outbox.drained().then(() => {
      clearTimeout(this.settling)
      if (!this.ended) this.settling = setTimeout(() => this.settle(), SETTLE_ms)
    })
    this.owner.changed()
  }

  private settle(): void {
    if (this.settled || this.ended) return
    clearTimeout(this.settling)
    this.settled = true
    this.owner.changed()
  }

  private send(words: readonly string[]): void {
    if (!readFrameWords(words, 1, this.frame)) return count(this.counters.malformed, 'bad-argument')
    this.transmit(this.frame)
  }

  private transmit(frame: LinkFrame): void {
    frame.bus = this.bus
    frame.timestamp_ns = this.owner.now_ns()
    this.owner.accept(frame, this)
  }

  private manage(name: string, words: readonly string[]): void {
    const { manager, frame } = this
    const { timed, data, run } = BCM_COMMANDS[name]!
    const seconds = timed ? readNumber(words[1], 10, NUMBER_MOST) : 0
    const micros = timed ? readNumber(words[2], 10, NUMBER_MOST) : 0
    const at = timed ? 3 : 1
    const readable = data ? readFrameWords(words, at, frame) : readIdentifier(words[at], frame) && words.length === at + 1
    if (seconds === undefined || micros === undefined || !readable) return count(this.counters.malformed, 'bad-argument')
    if (!run(manager, frame, seconds * 1000 + micros / 1000)) count(this.counters.malformed, 'refused-job')
  }

  private setStatistics(words: readonly string[]): void {
    const interval_ms = readNumber(words[1], 10, NUMBER_MOST)
    if (interval_ms === undefined) return count(this.counters.malformed, 'bad-argument')
    clearInterval(this.statistics)
    if (interval_ms === 0) return
    this.statistics = setInterval(() => {
      const { received, sent } = this.counters
      this.reply(`< stat 0 ${sent.delivered} 0 ${received.delivered} >`)
    }, Math.max(10, interval_ms))
  }

  private unknown(): void {
    count(this.counters.malformed, 'unknown-command')
    this.reply('< error unknown command >')
  }

  private reply(text: string): void {
    if (!this.outbox.push(ENCODER.encode(text))) count(this.counters.malformed, 'reply-lost')
  }
}

interface BcmCommand {
  /** Seconds and microseconds come first. */
  readonly timed: boolean
  /** Data follows the identifier. */
  readonly data: boolean
  /** `false`: it was not possible. */
  readonly run: (manager: BroadcastManager, frame: LinkFrame, period_ms: number) => boolean
}

const BCM_COMMANDS: Readonly<Record<string, BcmCommand>> = {
  add: { timed: true, data: true, run: (manager, frame, period_ms) => manager.add(frame, period_ms) },
  update: { timed: false, data: true, run: (manager, frame) => manager.update(frame) },
  delete: { timed: false, data: false, run: (manager, frame) => manager.remove(frame) },
  filter: {
    timed: true, data: true, run: (manager, frame, period_ms) => manager.subscribe(frame, period_ms, frame.data.slice(0, frame.length)),
  },
  subscribe: { timed: true, data: false, run: (manager, frame, period_ms) => manager.subscribe(frame, period_ms) },
  unsubscribe: { timed: false, data: false, run: (manager, frame) => manager.unsubscribe(frame) },
}
