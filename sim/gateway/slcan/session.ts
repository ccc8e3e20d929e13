import { lifetime_ms } from '../actuation.ts'
import { count, createCounters, drop, dropUnsupported } from '../counters.ts'
import type { LinkCounters, LinkFrame } from '../link.ts'
import { createLinkFrame } from '../link-frame.ts'
import type { ClientHost, ServedClient } from '../listening-link.ts'
import { Outbox, type ByteSink } from '../outbox.ts'
import { AcceptanceFilter } from './acceptance.ts'
import { btrBitrate, SLCAN_BITRATES } from './bitrates.ts'
import { FLAG_OVERRUN, FLAG_RECEIVE_FULL, FLAG_TRANSMIT_FULL } from './bus-status.ts'
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
      dropUnsupported(sent, frame)
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
    const known = Object.hasOwn(SlcanSession.COMMANDS, letter) ? SlcanSession.COMMANDS[letter] : undefined
    if (known === undefined) return this.garbage('unknown-command')
    const argument = end - start - 1 === known.digits ? readHex(bytes, start + 1, end) : -1
    if (argument < 0) return this.garbage('bad-argument')
    this.reply(known.run(this, argument))
  }

  /** What hosts may ask, and how many hexadecimal digits follow the letter. */
  private static readonly COMMANDS: Readonly<Record<string, Command>> = {
    S: { digits: 1, run: (session, index) => done(!session.active && SLCAN_BITRATES[index] === session.owner.bitrate) },
    s: { digits: 4, run: (session, btr) => done(!session.active && btrBitrate(btr >> 8, btr & 0xff) === session.owner.bitrate) },
    O: { digits: 0, run: session => done(session.open('open')) },
    L: { digits: 0, run: session => done(session.open('listening')) },
    C: { digits: 0, run: session => done(session.open('closed')) },
    V: { digits: 0, run: () => VERSION },
    v: { digits: 0, run: () => DETAILED_VERSION },
    N: { digits: 0, run: () => SERIAL_NUMBER },
    F: { digits: 0, run: session => session.active ? session.status() : ERROR },
    Z: { digits: 1, run: (session, on) => session.toggle(on, (yes) => { session.timestamps = yes }) },
    X: { digits: 1, run: (session, on) => session.toggle(on, (yes) => { session.autoPoll = yes }) },
    W: { digits: 1, run: (session, on) => session.toggle(on, yes => session.filter.setDual(!yes)) },
    M: { digits: 8, run: (session, code) => session.configure(() => session.filter.setCode(code)) },
    m: { digits: 8, run: (session, mask) => session.configure(() => session.filter.setMask(mask)) },
    A: { digits: 0, run: session => session.active ? POLL_DONE : ERROR },
    P: { digits: 0, run: () => ERROR },
    U: { digits: 1, run: () => OK },
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

interface Command {
  readonly digits: number
  /** Answers what the host is told. */
  readonly run: (session: SlcanSession, argument: number) => Uint8Array
}

function done(ok: boolean): Uint8Array {
  return ok ? OK : ERROR
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, character => character.charCodeAt(0))
}
