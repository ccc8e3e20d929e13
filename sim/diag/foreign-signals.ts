import type { LinkFrame } from '../gateway/index.ts'
import { type DbcDatabase, type MessageReading, readMessage, type SignalReading } from './dbc/index.ts'
import { signalJson, signalText } from './describe-reading.ts'
import { J1939Reader } from './transport/index.ts'

/** A J1939 message is one for each sender: a hostile bus has 2²⁹ identifiers. */
const MOST_MESSAGES = 4096
const EXTENDED = 0x2000_0000
const SENDER_BITS = 8

/** A message that a DBC describes, as it was heard last; of a multiplexed one each signal as it was heard last. */
export interface ForeignMessage {
  readonly id: number
  readonly extended: boolean
  readonly name: string
  readonly sender: string
  count: number
  last_ns: number
  /** Its last frame was too short for some of its signals. */
  isShort: boolean
  readonly signals: Map<string, SignalReading>
}

/** What a bus says in the words of DBC files, messages of several J1939 frames among it. */
export class ForeignSignals {
  /** By identifier. */
  readonly messages = new Map<number, ForeignMessage>()
  /** Frames that the files do not describe, and those of messages beyond the most that are kept. */
  unknown = 0
  private readonly dbc: DbcDatabase
  private readonly j1939 = new J1939Reader()

  constructor(dbc: DbcDatabase) {
    this.dbc = dbc
  }

  /** Takes a frame; its memory is lent. */
  receive(frame: LinkFrame): void {
    if (frame.error || frame.remote) return
    const reading = this.dbc.read(frame)
    if (reading !== undefined) return this.note(frame.id, frame.extended, frame.timestamp_ns, reading)
    this.unknown++
    if (!frame.extended) return
    const { message: whole, source } = this.j1939.read(frame)
    if (whole === undefined) return
    const id = whole.pgn * 2 ** SENDER_BITS + source
    const message = this.dbc.find(id, true)
    if (message !== undefined) this.note(id, true, frame.timestamp_ns, readMessage(message, whole.bytes, whole.bytes.length))
  }

  /** For programs: signals as `signalJson` tells them. */
  json(now_ns: number): object[] {
    return [...this.messages.values()].map(({ id, extended, name, sender, count, last_ns, isShort, signals }) => ({
      id, extended, message: name, ...(sender === '' ? {} : { sender }), count, age_ms: Math.round((now_ns - last_ns) / 1e6), ...(isShort ? { short: true } : {}),
      signals: Object.fromEntries([...signals].map(([signal, reading]) => [signal, signalJson(reading)])),
    }))
  }

  private note(id: number, extended: boolean, last_ns: number, { message, signals, missing }: MessageReading): void {
    const key = id + (extended ? EXTENDED : 0)
    let known = this.messages.get(key)
    if (known === undefined) {
      if (this.messages.size === MOST_MESSAGES) return void this.unknown++
      known = { id, extended, name: message.name, sender: message.sender, count: 0, last_ns, isShort: false, signals: new Map() }
      this.messages.set(key, known)
    }
    known.count++
    known.last_ns = last_ns
    known.isShort = missing.length > 0
    for (const reading of signals) known.signals.set(reading.signal.name, reading)
  }
}

/** `Speed=12.5 km/h Gear=drive`. */
export function foreignText({ signals, isShort }: ForeignMessage): string {
  return `${[...signals.values()].map(signalText).join(' ')}${isShort ? ' (too short)' : ''}`
}
