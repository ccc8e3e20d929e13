import { lifetime_ms } from '../actuation.ts'
import { count, createCounters, drop } from '../counters.ts'
import type { LinkCounters, LinkFrame } from '../link.ts'
import { createLinkFrame } from '../link-frame.ts'
import type { ClientHost, ServedClient } from '../listening-link.ts'
import { Outbox, type ByteSink } from '../outbox.ts'
import { AcceptanceFilter } from './acceptance.ts'
import { btrBitrate, SLCAN_BITRATES } from './bitrates.ts'
import { BELL, decodeSlcanFrame, encodeSlcanFrame, hasExtendedBit, isFrameLetter, readHex, SLCAN_FRAME_BYTES } from './codec.ts'
import { SlcanLineReader, type LineHandler } from './line-reader.ts'

const OK = ascii('\r')
const ERROR = Uint8Array.of(BELL)
const SENT_STANDARD = ascii('z\r')
const SENT_EXTENDED = ascii('Z\r')
const VERSION = ascii('V1013\r')
const DETAILED_VERSION = ascii('v1013\r')
/** Four characters, as hosts expect of a serial number. */
const SERIAL_NUMBER = ascii('NSPN1\r')
const POLL_DONE = ascii('A\r')

/** Status flags of `F`. */
const FLAG_RECEIVE_FULL = 0x01
const FLAG_TRANSMIT_FULL = 0x02
const FLAG_OVERRUN = 0x08

/**
 * One SLCAN host, seen from the adapter: its channel, its filter, its queue. Commands are answered as LAWICEL's CAN232
 * and CANUSB manuals say, with CR for done and a bell for refused or not understood.
 */
export class SlcanSession implements ServedClient, LineHandler {
  readonly origin: string
  readonly peer: string
  readonly counters: LinkCounters = createCounters()
  private readonly owner: ClientHost
  private readonly hangUp: () => void
  private readonly outbox: Outbox
  private readonly reader = new SlcanLineReader(this)
  private readonly filter = new AcceptanceFilter()
  private readonly frame = createLinkFrame()
  private channel: 'closed' | 'open' | 'listening' = 'closed'
  private timestamps = false
  private autoPoll = true
  private flags = 0

  /** `hangUp` ends the connection that `sink` writes to. */
  constructor(owner: ClientHost, sink: ByteSink, hangUp: () => void, origin: string, peer: string) {
    this.owner = owner
    this.hangUp = hangUp
    this.origin = origin
    this.peer = peer
    this.outbox = new Outbox(sink, this.counters.sent, owner.queueFrames, SLCAN_FRAME_BYTES)
  }

  get active(): boolean {
    return this.channel !== 'closed'
  }

  /** Bytes from the host. */
  read(chunk: Uint8Array): void {
    this.reader.push(chunk)
  }

  offer(frame: LinkFrame): boolean {
    if (!this.filter.accepts(frame)) return true
    const sent = this.counters.sent
    sent.in++
    if (frame.fd || frame.error) {
      drop(sent, 'unsupported')
      return false
    }
    const outbox = this.outbox
    if (!outbox.hasRoom(SLCAN_FRAME_BYTES)) {
      drop(sent, 'queue-full')
      this.flags |= FLAG_RECEIVE_FULL | FLAG_OVERRUN
      return false
    }
    outbox.commit(encodeSlcanFrame(frame, outbox.bytes, outbox.end, this.timestamps), 1, lifetime_ms(frame))
    return true
  }

  disconnect(): void {
    this.channel = 'closed'
    this.outbox.close()
    this.hangUp()
  }

  onLine(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return
    if (isFrameLetter(bytes[start]!)) this.transmit(bytes, start, end)
    else this.command(bytes, start, end)
  }

  onOverlong(): void {
    this.garbage('overlong')
  }

  private transmit(bytes: Uint8Array, start: number, end: number): void {
    const frame = this.frame
    const fault = decodeSlcanFrame(bytes, start, end, frame)
    if (fault !== undefined) return this.garbage(fault)
    if (hasExtendedBit(bytes, start)) count(this.counters.malformed, 'id-bit-31')
    frame.timestamp_ns = this.owner.now_ns()
    if (this.channel !== 'open') {
      const received = this.counters.received
      received.in++
      drop(received, this.channel === 'closed' ? 'not-up' : 'listen-only')
      return this.reply(ERROR)
    }
    const extended = frame.extended
    if (this.owner.accept(frame, this)) {
      this.reply(this.autoPoll ? (extended ? SENT_EXTENDED : SENT_STANDARD) : OK)
    } else {
      this.flags |= FLAG_TRANSMIT_FULL
      this.reply(ERROR)
    }
  }

  private command(bytes: Uint8Array, start: number, end: number): void {
    const letter = String.fromCharCode(bytes[start]!)
    const known = Object.hasOwn(COMMANDS, letter) ? COMMANDS[letter] : undefined
    if (known === undefined) return this.garbage('unknown-command')
    const digits = end - start - 1
    if (digits < known.digits[0] || digits > known.digits[1]) return this.garbage('bad-argument')
    const argument = digits > 0 && digits <= 8 ? readHex(bytes, start + 1, end) : 0
    if (argument < 0) return this.garbage('bad-argument')
    this.reply(this.run(letter, argument))
  }

  private run(letter: string, argument: number): Uint8Array {
    switch (letter) {
      case 'S': return done(!this.active && SLCAN_BITRATES[argument] === this.owner.bitrate)
      case 's': return done(!this.active && btrBitrate(argument >> 8, argument & 0xff) === this.owner.bitrate)
      case 'O': return done(this.open('open'))
      case 'L': return done(this.open('listening'))
      case 'C': return done(this.open('closed'))
      case 'V': return VERSION
      case 'v': return DETAILED_VERSION
      case 'N': return SERIAL_NUMBER
      case 'F': return this.active ? this.status() : ERROR
      case 'Z': return this.toggle(argument, (on) => { this.timestamps = on })
      case 'X': return this.toggle(argument, (on) => { this.autoPoll = on })
      case 'W': return this.toggle(argument, on => this.filter.setDual(!on))
      case 'M': return this.configure(() => this.filter.setCode(argument))
      case 'm': return this.configure(() => this.filter.setMask(argument))
      case 'A': return this.active ? POLL_DONE : ERROR
      case 'P': return ERROR
      default: return OK
    }
  }

  private open(channel: 'closed' | 'open' | 'listening'): boolean {
    if (channel === this.channel) return channel === 'closed'
    if (channel !== 'closed' && this.active) return false
    this.channel = channel === 'open' && this.owner.mode === 'listen' ? 'listening' : channel
    this.flags = 0
    this.owner.changed()
    return true
  }

  private configure(set: () => void): Uint8Array {
    if (this.active) return ERROR
    set()
    return OK
  }

  private toggle(argument: number, set: (on: boolean) => void): Uint8Array {
    if (argument > 1) return ERROR
    set(argument === 1)
    return OK
  }

  /** Flags since the last time, which reading clears. */
  private status(): Uint8Array {
    const text = this.flags.toString(16).toUpperCase().padStart(2, '0')
    this.flags = 0
    return ascii(`F${text}\r`)
  }

  private garbage(cause: string): void {
    count(this.counters.malformed, cause)
    this.reply(ERROR)
  }

  private reply(bytes: Uint8Array): void {
    if (!this.outbox.push(bytes)) count(this.counters.malformed, 'reply-lost')
  }
}

/** How many hex digits follow each command letter: from, to. */
const COMMANDS: Readonly<Record<string, { readonly digits: readonly [number, number] }>> = {
  S: { digits: [1, 1] },
  s: { digits: [4, 4] },
  O: { digits: [0, 0] },
  L: { digits: [0, 0] },
  C: { digits: [0, 0] },
  V: { digits: [0, 0] },
  v: { digits: [0, 0] },
  N: { digits: [0, 0] },
  F: { digits: [0, 0] },
  Z: { digits: [1, 1] },
  X: { digits: [1, 1] },
  W: { digits: [1, 1] },
  M: { digits: [8, 8] },
  m: { digits: [8, 8] },
  A: { digits: [0, 0] },
  P: { digits: [0, 0] },
  U: { digits: [1, 1] },
}

function done(ok: boolean): Uint8Array {
  return ok ? OK : ERROR
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, character => character.charCodeAt(0))
}
