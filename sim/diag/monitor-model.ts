import { dataIdOf, E2E_OUTCOME, E2eReceiver, HUB_STATE, SLEEP_PHASE, sourceOf } from '#protocol/index.ts'
import type { MessageRow } from '#protocol/catalogue/index.ts'
import { type DecodedMessage, type DecodedPeer, FrameDecoder, J1939_NAMES, type NamedValues, addressText } from '#protocol/messages/index.ts'
import type { LinkFrame } from '../gateway/index.ts'
import { BusLoad } from './bus-load.ts'
import { Contracts } from './contracts.ts'
import { identifierText } from './describe-frame.ts'
import { FAULT_FIELDS, faultText, sleepText, switchText } from './event-text.ts'
import { fieldText } from './fields.ts'

/** Most nodes, signals and events kept: what a hostile bus can make this remember. */
const MOST_NODES = 256
const MOST_SIGNALS = 1024
const MOST_EVENTS = 128
/** Table of senders whose counters are followed; a power of two. */
/** A hub that goes to sleep says nothing more within a second of its last HubStatus. */
const LAST_WORDS_ns = 1e9
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
  /** Of its HubStatus in a row, how many say that it is degraded. */
  degraded: number
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
  /** It is of a contract over current, and not of anything else. */
  readonly isContract: boolean
  readonly text: string
}

export interface MonitorCounters {
  frames: number
  messages: number
  addressClaims: number
  requests: number
  /** Frames of other protocols: 11-bit, remote, other PGNs. */
  foreign: number
  errorFrames: number
  /** Identifiers of the catalogue's form that are no message, and messages that are too short. */
  unknownMessage: number
  tooShort: number
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
    frames: 0, messages: 0, addressClaims: 0, requests: 0, foreign: 0, errorFrames: 0, unknownMessage: 0, tooShort: 0,
    badCrc: 0, wrongSequence: 0, repeated: 0, okSomeLost: 0,
  }

  private readonly decoder = new FrameDecoder()
  private readonly contracts = new Contracts(
    (location, port) => this.portName(location, port), (at_ns, text) => this.event(text, at_ns, true),
  )

  private readonly e2e = new E2eReceiver(E2E_SENDERS)
  private time_ns = 0

  /** `bitrate` in bit/s; `dataBitrate` that of FD data. */
  constructor(bitrate: number, dataBitrate = bitrate) {
    this.load = new BusLoad(bitrate, dataBitrate)
  }

  get now_ns(): number {
    return this.time_ns
  }

  /** True when a hub said that it sleeps, and then no more than what was still on its way. */
  asleep(node: MonitorNode): boolean {
    return node.status?.['state'] === HUB_STATE.sleeping && node.lastSeen_ns - node.status_ns <= LAST_WORDS_ns
  }

  /** True when every hub that was heard sleeps. */
  get networkAsleep(): boolean {
    let sleepers = 0
    for (const node of this.nodes.values()) {
      if (node.status === undefined) continue
      if (!this.asleep(node)) return false
      sleepers++
    }
    return sleepers > 0
  }

  advance(now_ns: number): void {
    this.time_ns = Math.max(this.time_ns, now_ns)
    this.load.advance(this.time_ns)
    this.contracts.advance(this.time_ns)
  }

  /** Takes one frame; never throws. The frame is only read. */
  receive(frame: LinkFrame): void {
    this.time_ns = Math.max(this.time_ns, frame.timestamp_ns)
    this.counters.frames++
    this.contracts.advance(this.time_ns)
    if (frame.error) {
      this.counters.errorFrames++
      return
    }
    this.load.add(frame, this.time_ns)
    const node = frame.extended ? this.nodeOf(sourceOf(frame.id)) : undefined
    if (node !== undefined) {
      node.frames++
      node.lastSeen_ns = this.time_ns
    }
    const decoded = this.decoder.decode(frame)
    if (decoded === undefined) this.undecoded(frame)
    else if (decoded.row !== undefined) this.protected(frame, decoded, node)
    else this.peer(decoded)
  }

  private undecoded(frame: LinkFrame): void {
    const cause = this.decoder.failure
    if (cause === 'badCrc') {
      this.counters.badCrc++
      this.event(`${identifierText(frame.id, true)} from ${addressText(sourceOf(frame.id))}: wrong CRC`)
    } else if (cause === 'unknownMessage' || cause === 'tooShort') {
      this.counters[cause]++
    } else {
      this.counters.foreign++
    }
  }

  private peer(decoded: DecodedPeer): void {
    if (decoded.name === J1939_NAMES.request) this.counters.requests++
    else this.counters.addressClaims++
    if (decoded.name === J1939_NAMES.cannotClaim) this.event('a hub cannot claim its address: two at one location')
  }

  /** Checks the counter; what fails changes nothing but a count. */
  private protected(frame: LinkFrame, decoded: DecodedMessage, node: MonitorNode | undefined): void {
    const outcome = this.e2e.receive(dataIdOf(frame.id), decoded.source, frame.data, frame.length, this.time_ns / 1e6)
    if (outcome === E2E_OUTCOME.wrongSequence || outcome === E2E_OUTCOME.invalid) {
      this.counters.wrongSequence++
      this.event(`${decoded.name}@${decoded.location} from ${addressText(decoded.source)}: counter jumped`)
    } else if (outcome === E2E_OUTCOME.conflicting) {
      this.counters.wrongSequence++
      this.event(`${decoded.name}@${decoded.location} from ${addressText(decoded.source)}: two senders with one counter`)
    } else if (outcome === E2E_OUTCOME.repeated) {
      this.counters.repeated++
    } else {
      if (outcome === E2E_OUTCOME.okSomeLost) this.counters.okSomeLost++
      this.message(decoded, node)
    }
  }

  private message(decoded: DecodedMessage, node: MonitorNode | undefined): void {
    this.counters.messages++
    const { row } = decoded
    const values: NamedValues = decoded.values
    if (decoded.name === 'HubStatus' && node !== undefined) {
      node.status = { ...values }
      node.status_ns = this.time_ns
      node.degraded = values['state'] === HUB_STATE.degraded ? node.degraded + 1 : 0
    }
    if (decoded.name === 'SwitchEvent') this.event(switchText(decoded))
    if (decoded.name === 'NetworkSleep') this.sleepEvent(decoded)
    this.contracts.receive(decoded, this.time_ns)
    const index = 'port' in row.fields ? values.port : 'channel' in row.fields ? values.channel : undefined
    const key = `${row.name}@${decoded.location}${index === undefined ? '' : `#${index}`}`
    const known = this.signals.get(key)
    if (known !== undefined) {
      this.changes(known, values)
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
  private changes(known: MonitorSignal, values: NamedValues): void {
    for (const name of FAULT_FIELDS) {
      if (!(name in known.values) || known.values[name] === values[name]) continue
      this.event(`${known.key}: ${faultText(known.row, name, values[name]!)}`)
    }
  }

  /** Proposal and agreement are repeated: told once. */
  private sleepEvent(decoded: DecodedMessage<'NetworkSleep'>): void {
    const { phase } = decoded.values
    const known = this.signals.get(`NetworkSleep@${decoded.location}`)
    if (phase === SLEEP_PHASE.proposed || (phase === SLEEP_PHASE.agreed && known?.values['phase'] === phase)) return
    this.event(sleepText(decoded))
  }

  private nodeOf(address: number): MonitorNode | undefined {
    const known = this.nodes.get(address)
    if (known !== undefined || this.nodes.size >= MOST_NODES) return known
    const node = { address, name: addressText(address), frames: 0, lastSeen_ns: this.time_ns, status: undefined, status_ns: 0, degraded: 0 }
    this.nodes.set(address, node)
    return node
  }

  /** `FL.window`; `FL port 0` as long as its hub has not said what is there. */
  private portName(location: string, port: number): string {
    const status = this.signals.get(`PortStatus@${location}#${port}`)
    const name = status === undefined ? 'none' : fieldText(status.row.fields.class!, status.values.class!)
    return name === 'none' ? `${location} port ${port}` : `${location}.${name}`
  }

  private event(text: string, at_ns = this.time_ns, isContract = false): void {
    this.events.push({ at_ns, isContract, text })
    if (this.events.length > MOST_EVENTS) this.events.shift()
  }
}
