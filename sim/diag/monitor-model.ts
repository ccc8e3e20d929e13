import type { MessageRow } from '#protocol/catalogue/row.ts'
import { E2E_OUTCOME, E2eReceiver } from '#protocol/e2e.ts'
import { dataIdOf, isBroadcastKind, pgnOf, sourceOf, PGN_ADDRESS_CLAIMED, PGN_REQUEST } from '#protocol/id.ts'
import { type DecodedMessage, decodeMessage } from './decode.ts'
import type { LinkFrame } from '../gateway/link.ts'
import { BusLoad } from './bus-load.ts'
import { FAULT_FIELDS, faultText, switchText } from './faults.ts'
import { nodeName } from './names.ts'

/** Most nodes, signals and events kept: what a hostile bus can make this remember. */
const MOST_NODES = 256
const MOST_SIGNALS = 1024
const MOST_EVENTS = 64
/** Table of senders whose counters are followed; a power of two. */
const E2E_SENDERS = 1024

/** One address that was heard. */
export interface MonitorNode {
  readonly address: number
  readonly name: string
  frames: number
  lastSeen_ns: number
  /** Fields of its last HubStatus. */
  status: Record<string, number> | undefined
  status_ns: number
}

/** The newest frame of a message from one place; of one port or channel where a message speaks of several. */
export interface MonitorSignal {
  readonly key: string
  readonly row: MessageRow
  readonly location: string
  /** Port or channel. */
  readonly index: number | undefined
  source: number
  values: Record<string, number>
  at_ns: number
  frames: number
}

export interface MonitorEvent {
  readonly at_ns: number
  readonly text: string
}

export interface MonitorCounters {
  frames: number
  messages: number
  addressClaims: number
  requests: number
  /** Frames of other protocols: 11-bit, other PGNs. */
  foreign: number
  remote: number
  errorFrames: number
  /** Catalogue identifiers that are no message, or have a wrong length. */
  unknownMessage: number
  wrongLength: number
  /** E2E profile 11. */
  badCrc: number
  wrongSequence: number
  repeated: number
  okSomeLost: number
}

/**
 * What a bus says, from its frames alone: pure, frames in and state out. Time is that of the frames; `advance` lets it
 * pass in silence.
 */
export class MonitorModel {
  readonly load: BusLoad
  readonly nodes = new Map<number, MonitorNode>()
  readonly signals = new Map<string, MonitorSignal>()
  /** Newest last. */
  readonly events: MonitorEvent[] = []
  readonly counters: MonitorCounters = {
    frames: 0, messages: 0, addressClaims: 0, requests: 0, foreign: 0, remote: 0, errorFrames: 0, unknownMessage: 0, wrongLength: 0,
    badCrc: 0, wrongSequence: 0, repeated: 0, okSomeLost: 0,
  }

  private readonly e2e = new E2eReceiver(E2E_SENDERS)
  private time_ns = 0

  /** `bitrate` in bit/s. */
  constructor(bitrate: number) {
    this.load = new BusLoad(bitrate)
  }

  get now_ns(): number {
    return this.time_ns
  }

  advance(now_ns: number): void {
    this.time_ns = Math.max(this.time_ns, now_ns)
    this.load.advance(this.time_ns)
  }

  /** Takes one frame; never throws. The frame is only read. */
  receive(frame: LinkFrame): void {
    this.time_ns = Math.max(this.time_ns, frame.timestamp_ns)
    this.counters.frames++
    if (frame.error) {
      this.counters.errorFrames++
      return
    }
    if (!frame.fd) this.load.add(frame, this.time_ns)
    if (frame.remote) this.counters.remote++
    else if (!frame.extended) this.counters.foreign++
    else this.extended(frame)
  }

  private extended(frame: LinkFrame): void {
    const node = this.nodeOf(sourceOf(frame.id))
    if (node !== undefined) {
      node.frames++
      node.lastSeen_ns = this.time_ns
    }
    if (!isBroadcastKind(frame.id)) {
      const pgn = pgnOf(frame.id)
      if (pgn === PGN_ADDRESS_CLAIMED) this.counters.addressClaims++
      else if (pgn === PGN_REQUEST) this.counters.requests++
      else this.counters.foreign++
      return
    }
    const decoded = decodeMessage(frame)
    if (typeof decoded === 'string') {
      this.counters[decoded]++
      return
    }
    if (this.protected(frame, decoded)) this.message(decoded, node)
  }

  /** Checks the end-to-end header; what fails changes nothing but a counter. */
  private protected(frame: LinkFrame, decoded: DecodedMessage): boolean {
    const outcome = this.e2e.receive(dataIdOf(frame.id), sourceOf(frame.id), frame.data, frame.length, this.time_ns / 1e6)
    const who = `${decoded.row.name}@${decoded.location} from ${nodeName(decoded.source)}`
    switch (outcome) {
      case E2E_OUTCOME.badCrc:
        this.counters.badCrc++
        this.event(`${who}: wrong CRC`)
        return false
      case E2E_OUTCOME.wrongSequence:
        this.counters.wrongSequence++
        this.event(`${who}: counter jumped`)
        return false
      case E2E_OUTCOME.repeated:
        this.counters.repeated++
        return false
      case E2E_OUTCOME.okSomeLost:
        this.counters.okSomeLost++
        return true
      default:
        return true
    }
  }

  private message(decoded: DecodedMessage, node: MonitorNode | undefined): void {
    this.counters.messages++
    const { row, values } = decoded
    if (row.name === 'HubStatus' && node !== undefined) {
      node.status = { ...values }
      node.status_ns = this.time_ns
    }
    if (row.name === 'SwitchEvent') this.event(switchText(decoded))
    const index = 'port' in row.fields ? values.port : 'channel' in row.fields ? values.channel : undefined
    const key = `${row.name}@${decoded.location}${index === undefined ? '' : `#${index}`}`
    const known = this.signals.get(key)
    if (known !== undefined) {
      this.changes(known, decoded)
      known.source = decoded.source
      Object.assign(known.values, values)
      known.at_ns = this.time_ns
      known.frames++
    } else if (this.signals.size < MOST_SIGNALS) {
      const { source } = decoded
      this.signals.set(key, {
        key, row, location: decoded.location, index, source, values: { ...values }, at_ns: this.time_ns, frames: 1,
      })
    }
  }

  /** Notes faults that came or went since the last frame of this signal. */
  private changes(known: MonitorSignal, decoded: DecodedMessage): void {
    for (const name of FAULT_FIELDS) {
      if (!(name in known.values) || known.values[name] === decoded.values[name]) continue
      this.event(`${known.key}: ${faultText(decoded.row, name, decoded.values[name])}`)
    }
  }

  private nodeOf(address: number): MonitorNode | undefined {
    const known = this.nodes.get(address)
    if (known !== undefined || this.nodes.size >= MOST_NODES) return known
    const node = { address, name: nodeName(address), frames: 0, lastSeen_ns: this.time_ns, status: undefined, status_ns: 0 }
    this.nodes.set(address, node)
    return node
  }

  private event(text: string): void {
    this.events.push({ at_ns: this.time_ns, text })
    if (this.events.length > MOST_EVENTS) this.events.shift()
  }
}
