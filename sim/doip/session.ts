import {
  GLOBAL_ADDRESS, hubAddress, HUBS, type HubName, ISOTP, LOCATION, peerId, PF_DIAGNOSTIC_FUNCTIONAL, PF_DIAGNOSTIC_PHYSICAL,
} from '#protocol/index.ts'
import { type Clock, IsoTpConnection, type Wire } from '../diag/index.ts'
import { ACTIVATION, DOIP, DoipReader, doipMessage, HEADER_NACK, type DoipMessage, MESSAGE_NACK, word, wordBytes } from './codec.ts'

/** Logical addresses: the gateway; a hub is the gateway's plus its address on the bus; all hubs. */
export const ENTITY = 0x1000
export const ALL_HUBS = 0xe400
export const logicalAddress = (hub: HubName): number => ENTITY + hubAddress(LOCATION[hub])
/** Testers have addresses of this range (ISO 13400-2, table 13). */
const isTester = (address: number): boolean => address >= 0x0e00 && address <= 0x0fff

const VERSION = 2
const PRIORITY = 6
const SINGLE_BYTES = 7
const FILLER = 0xcc
/** Activation types: the default, and that of emission tests. */
const ACTIVATION_TYPES: readonly number[] = [0, 1]
/** Messages that wait for the one before them, for each hub. */
const MOST_WAITING = 8
/** T_TCP_Initial_Inactivity, T_TCP_General_Inactivity, T_TCP_Alive_Check. */
const FIRST_ms = 2000
const IDLE_ms = 300_000
const ALIVE_ms = 500
const READY = 1
const MOST_DATA = 4095
const GATEWAY = 0

/** Events by name, for whoever watches. */
export type DoipCounts = Map<string, number>

/** What sessions share. */
export interface DoipHost {
  readonly wire: Wire
  readonly clock: Clock
  readonly counts: DoipCounts
  readonly most: number
  readonly sessions: ReadonlySet<DoipSession>
}

/** One tester's TCP connection. Bytes in, bytes out; it knows no sockets. */
export class DoipSession {
  /** Its logical address, once its routing is active. */
  tester: number | undefined
  private readonly host: DoipHost
  private readonly put: (bytes: Uint8Array) => void
  private readonly hangUp: () => void
  private readonly reader: DoipReader
  private readonly source: number
  private readonly hubs = new Map<number, { readonly connection: IsoTpConnection, readonly waiting: Uint8Array[], busy: boolean }>()
  private cancelIdle: () => void = () => undefined
  private cancelAlive: (() => void) | undefined
  private ended = false

  /** `source`: the address on the bus under which it asks. */
  constructor(host: DoipHost, source: number, put: (bytes: Uint8Array) => void, hangUp: () => void) {
    this.host = host
    this.source = source
    this.put = put
    this.hangUp = hangUp
    this.reader = new DoipReader({
      onMessage: message => this.take(message),
      onRefused: code => this.refuse(code),
    })
    this.expectWithin(FIRST_ms)
  }

  get busAddress(): number {
    return this.source
  }

  receive(bytes: Uint8Array): void {
    if (this.ended) return
    this.reader.push(bytes)
    if (this.reader.lost) this.end()
    else if (this.tester !== undefined) this.expectWithin(IDLE_ms)
  }

  /** Asks whether the tester is still there; it ends when it does not say so in time. */
  checkAlive(): void {
    if (this.ended || this.cancelAlive !== undefined) return
    this.send(DOIP.aliveRequest)
    this.cancelAlive = this.host.clock.after(ALIVE_ms, () => {
      this.count('tester gone')
      this.end()
    })
  }

  /** Lets go of the bus, and of the connection. */
  end(): void {
    if (this.ended) return
    this.ended = true
    this.cancelIdle()
    this.cancelAlive?.()
    for (const { connection } of this.hubs.values()) connection.close()
    this.hangUp()
  }

  private take({ type, payload }: DoipMessage): void {
    switch (type) {
      case DOIP.activate: return this.activate(payload)
      case DOIP.alive: return this.stillAlive()
      case DOIP.message: return this.ask(payload)
      // What a tester asks by datagram may come here, too, but that is not for TCP.
      default: return this.refuse(HEADER_NACK.type)
    }
  }

  private refuse(code: number): void {
    this.count(`header refused: ${Object.entries(HEADER_NACK).find(([, value]) => value === code)![0]}`)
    this.send(DOIP.headerNack, code)
  }

  private activate(payload: Uint8Array): void {
    const tester = word(payload, 0)
    const code = this.activation(tester, payload[2]!)
    if (code === ACTIVATION.active) {
      this.tester = tester
      for (const hub of HUBS) if (!this.hubs.has(logicalAddress(hub))) this.listenTo(hub)
    } else {
      this.count('activation refused')
    }
    this.send(DOIP.activation, wordBytes(tester), wordBytes(ENTITY), code, [0, 0, 0, 0])
    if (code !== ACTIVATION.active && code !== ACTIVATION.unsupported) this.end()
  }

  private activation(tester: number, type: number): number {
    if (!isTester(tester)) return ACTIVATION.unknownSource
    if (!ACTIVATION_TYPES.includes(type)) return ACTIVATION.unsupported
    if (this.tester !== undefined && this.tester !== tester) return ACTIVATION.otherSource
    const twin = [...this.host.sessions].find(other => other !== this && other.tester === tester)
    if (twin !== undefined) {
      // A tester that lost its connection comes again: the old one has to prove that it lives.
      twin.checkAlive()
      return ACTIVATION.sourceInUse
    }
    return ACTIVATION.active
  }

  private stillAlive(): void {
    this.cancelAlive?.()
    this.cancelAlive = undefined
  }

  private listenTo(hub: HubName): void {
    const address = hubAddress(LOCATION[hub])
    const id = (to: number, from: number): number => peerId(PRIORITY, PF_DIAGNOSTIC_PHYSICAL, to, from)
    const connection = new IsoTpConnection(
      this.host.wire, { extended: true, tx: id(address, this.source), rx: id(this.source, address) }, this.host.clock,
    )
    connection.onMessage = message => this.send(DOIP.message, wordBytes(logicalAddress(hub)), wordBytes(this.tester!), message)
    this.hubs.set(logicalAddress(hub), { connection, waiting: [], busy: false })
  }

  private ask(payload: Uint8Array): void {
    const target = word(payload, 2)
    const message = payload.slice(4)
    if (this.tester === undefined || word(payload, 0) !== this.tester) {
      this.answer(target, word(payload, 0), MESSAGE_NACK.source)
      return this.end()
    }
    if (target === ALL_HUBS) return this.answer(target, this.tester, this.tellAll(message))
    const hub = this.hubs.get(target)
    if (hub === undefined) return this.answer(target, this.tester, MESSAGE_NACK.target)
    if (hub.waiting.length >= MOST_WAITING) return this.answer(target, this.tester, MESSAGE_NACK.memory)
    hub.waiting.push(message)
    if (!hub.busy) void this.passOn(target)
  }

  /** One message after the other; each is acknowledged when the bus has it. */
  private async passOn(target: number): Promise<void> {
    const hub = this.hubs.get(target)!
    hub.busy = true
    for (let message = hub.waiting.shift(); message !== undefined; message = hub.waiting.shift()) {
      const outcome = await hub.connection.send(message)
      if (this.ended) return
      const code = outcome === ISOTP.ok ? undefined : MESSAGE_NACK.transport
      this.answer(target, this.tester!, code)
    }
    hub.busy = false
  }

  /** A code of `MESSAGE_NACK`, or undefined: it is sent. */
  private tellAll(message: Uint8Array): number | undefined {
    if (message.length > SINGLE_BYTES) return MESSAGE_NACK.tooLarge
    const data = new Uint8Array(SINGLE_BYTES + 1).fill(FILLER)
    data[0] = message.length
    data.set(message, 1)
    const id = peerId(PRIORITY, PF_DIAGNOSTIC_FUNCTIONAL, GLOBAL_ADDRESS, this.source)
    const sent = this.host.wire.send({ id, extended: true, remote: false, fd: false, brs: false, bus: 0, length: data.length, data })
    return sent ? undefined : MESSAGE_NACK.unreachable
  }

  private answer(target: number, tester: number, nack: number | undefined): void {
    if (nack !== undefined) this.count(`message refused: ${Object.entries(MESSAGE_NACK).find(([, value]) => value === nack)![0]}`)
    this.send(nack === undefined ? DOIP.ack : DOIP.nack, wordBytes(target), wordBytes(tester), nack ?? 0)
  }

  private send(type: number, ...payload: (number | Uint8Array | readonly number[])[]): void {
    if (!this.ended) this.put(doipMessage(VERSION, type, ...payload))
  }

  private expectWithin(limit_ms: number): void {
    this.cancelIdle()
    this.cancelIdle = this.host.clock.after(limit_ms, () => {
      this.count('silent too long')
      this.end()
    })
  }

  private count(event: string): void {
    this.host.counts.set(event, (this.host.counts.get(event) ?? 0) + 1)
  }
}

/** Answers a datagram; undefined: nothing is said. `vin` has 17 characters. */
export function answerDatagram(message: DoipMessage | number, vin: string, most: number, open: number): Uint8Array | undefined {
  if (typeof message === 'number') return doipMessage(VERSION, DOIP.headerNack, message)
  const { type, payload } = message
  const name = new TextEncoder().encode(vin)
  const eid = name.subarray(name.length - 6)
  const is = (wanted: Uint8Array): boolean => wanted.every((byte, i) => byte === payload[i])
  const vehicle = (): Uint8Array => doipMessage(VERSION, DOIP.vehicle, name, wordBytes(ENTITY), eid, eid, 0)
  switch (type) {
    case DOIP.identify: return vehicle()
    case DOIP.identifyByEid: return is(eid) ? vehicle() : undefined
    case DOIP.identifyByVin: return is(name) ? vehicle() : undefined
    case DOIP.entityRequest: return doipMessage(VERSION, DOIP.entity, GATEWAY, most, open, [0, 0, MOST_DATA >> 8, MOST_DATA & 0xff])
    case DOIP.powerRequest: return doipMessage(VERSION, DOIP.power, READY)
    // TCP's own.
    default: return doipMessage(VERSION, DOIP.headerNack, HEADER_NACK.type)
  }
}
