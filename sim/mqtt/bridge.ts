import type { MqttClient } from 'mqtt'
import { ENTRIES, FrameDecoder, locationNamed, type SenderStart } from '#protocol/messages/index.ts'
import { TOOL_ADDRESSES } from '#protocol/index.ts'
import { VSS_SIGNALS, vssOf, type VssSignal, type VssValue } from '#protocol/vss/index.ts'
import { type CarKeys, CommandSender } from '../diag/index.ts'
import type { Link } from '../gateway/index.ts'
import { discoveryOf, payloadOf, topicsBelow, type Topics } from './topics.ts'
import { readWish, type WishFault } from './wish.ts'

/** Commands under way at a time. */
const COMMANDS_MOST = 8

export interface MqttOptions {
  /** First part of every topic. Default `spine`. */
  readonly prefix?: string
  /** The device's name in Home Assistant. Default `Spine`. */
  readonly name?: string
  /** Wishes of the broker become commands on the bus. Default false: nothing moves. */
  readonly actuate?: boolean
  readonly now_s?: () => number
  /** With what its commands begin. Default counter 0, sequence 1. */
  readonly start?: SenderStart
  /** The tool's, for a car with keys. */
  readonly keys?: CarKeys | undefined
}

export interface MqttCounts {
  /** Values that changed, as the broker was told. */
  published: number
  /** Wishes that a hub accepted. */
  accepted: number
  readonly refused: Map<WishFault, number>
}

/**
 * A bus on an MQTT broker: each VSS signal as a retained value, told when it changes; wishes to `…/set` as commands. Of what
 * changes while the broker is away only the latest is kept.
 */
export class MqttBridge {
  readonly counts: MqttCounts = { published: 0, accepted: 0, refused: new Map() }
  private readonly link: Link
  private readonly client: MqttClient
  private readonly topics: Topics
  private readonly name: string
  private readonly actuate: boolean
  private readonly now_s: () => number
  private readonly decoder = new FrameDecoder()
  private readonly sender: CommandSender
  private readonly latest = new Map<string, VssValue | null>()
  private readonly byPath = new Map(VSS_SIGNALS.map(signal => [signal.path, signal]))
  private readonly busy = new Set<string>()
  private readonly stopLink: () => void

  constructor(link: Link, client: MqttClient, options: MqttOptions = {}) {
    const { prefix = 'spine', name = 'Spine', actuate = false, now_s = () => Date.now() / 1000 } = options
    this.link = link
    this.client = client
    this.topics = topicsBelow(prefix)
    this.name = name
    this.actuate = actuate
    this.now_s = now_s
    this.sender = new CommandSender(link, options.start, undefined, options.keys)
    this.stopLink = link.onFrame((frame) => {
      const decoded = this.decoder.decode(frame)
      if (decoded?.row === undefined) return
      for (const [path, value] of Object.entries(vssOf(decoded) ?? {})) this.told(path, value)
    })
    client.on('connect', () => this.born())
    client.on('message', (topic, payload, { retain }) => this.heard(topic, payload, retain))
    if (client.connected) this.born()
  }

  /** Says goodbye; the client is the caller's to end. */
  async close(): Promise<void> {
    this.stopLink()
    if (this.client.connected) await this.client.publishAsync(this.topics.availability, 'offline', { qos: 1, retain: true })
  }

  /** The broker is there, for the first time or again: it may have forgotten everything. */
  private born(): void {
    const { client, topics } = this
    for (const signal of VSS_SIGNALS) {
      const { topic, payload } = discoveryOf(signal, topics, this.name, this.actuate)
      this.publish(topic, payload)
    }
    client.subscribe(['homeassistant/status', ...VSS_SIGNALS.filter(({ command }) => command !== undefined).map(signal => topics.set(signal))], { qos: 0 })
    this.publish(topics.availability, 'online')
    for (const [path, value] of this.latest) this.publish(topics.state(this.byPath.get(path)!), payloadOf(value))
  }

  private told(path: string, value: VssValue | null): void {
    if (this.latest.get(path) === value) return
    this.latest.set(path, value)
    if (!this.client.connected) return
    this.counts.published++
    this.publish(this.topics.state(this.byPath.get(path)!), payloadOf(value))
  }

  private publish(topic: string, payload: string): void {
    this.client.publish(topic, payload, { qos: 0, retain: true })
  }

  private heard(topic: string, payload: Uint8Array, retained: boolean): void {
    const signal = this.topics.commanded(topic)
    if (signal !== undefined) return void this.wish(signal, payload, retained)
    // Home Assistant came back, and knows us no more.
    if (topic === 'homeassistant/status' && !retained && new TextDecoder().decode(payload) === 'online') this.born()
  }

  private async wish(signal: VssSignal, payload: Uint8Array, retained: boolean): Promise<void> {
    const fault = await this.command(signal, payload, retained)
    if (fault === undefined) this.counts.accepted++
    else this.counts.refused.set(fault, (this.counts.refused.get(fault) ?? 0) + 1)
  }

  /** Does what is wished; answers why not. */
  private async command(signal: VssSignal, payload: Uint8Array, retained: boolean): Promise<WishFault | undefined> {
    if (!this.actuate) return 'locked'
    // It was told to whoever was there then.
    if (retained) return 'retained'
    const read = readWish(signal, payload, this.now_s())
    if ('fault' in read) return read.fault
    const { message, fields } = signal.command!
    const values = fields(read.value)
    const entry = ENTRIES.find(({ row }) => row.name === message)
    if (values === undefined || entry === undefined) return 'not-commandable'
    if (this.link.state !== 'up') return 'not-up'
    if (this.busy.size >= COMMANDS_MOST || this.busy.has(signal.path)) return 'busy'
    this.busy.add(signal.path)
    try {
      const command = { entry, location: locationNamed(signal.location), values, source: TOOL_ADDRESSES[0]! }
      const { kind } = await this.sender.send(command)
      return kind === 'accepted' || kind === 'sent' ? undefined : 'unanswered'
    } finally {
      this.busy.delete(signal.path)
    }
  }
}
