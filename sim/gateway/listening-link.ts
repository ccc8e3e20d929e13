import { addCounters, createCounters, drop } from './counters.ts'
import type { LinkClient, LinkCounters, LinkFrame, LinkMode, LinkOptions, LinkState } from './link.ts'
import { LinkBase } from './link-base.ts'

const DEFAULT_BUSES = 2

/** A client as the link that serves it sees it. */
export interface ServedClient extends LinkClient {
  /** Encodes the frame into the client's queue and counts it. */
  offer(frame: LinkFrame): boolean
  /** Ends the connection; what is queued is counted as dropped. */
  disconnect(): void
}

/** Where clients come in: a TCP port, a tty. */
export interface Entrance {
  /** Addresses it is bound to, as URIs others can dial. */
  readonly addresses: readonly string[]
  /** Begins to let clients in. Rejects with one clear line. */
  start(): Promise<void>
  /** Lets go of everything but the clients, who were disconnected before. */
  stop(): Promise<void>
}

/** What an entrance and its clients may do with their link. */
export interface ClientHost {
  readonly uri: string
  readonly mode: LinkMode
  readonly bitrate: number
  readonly queueFrames: number
  /** Buses behind us. */
  readonly buses: number
  readonly isClosed: boolean
  readonly clientCount: number
  now_ns(): number
  report(line: string): void
  setState(state: LinkState, problem?: string): void
  /** A name for the next client's frames; `at` is where the entrance is bound. */
  nextOrigin(at: string): string
  addClient(client: ServedClient): void
  removeClient(client: ServedClient): void
  /** A frame of one client: to the handlers, and if they took it to the others. `false`: refused. Counts it. */
  accept(frame: LinkFrame, from: LinkClient): boolean
  /** A client became active, or ceased to be. */
  changed(): void
}

/**
 * A link others connect to. It behaves as a bus segment: what one client sends reaches the handlers (the car) and the
 * other clients; what is sent through the link reaches every active client but the one it came from.
 */
export class ListeningLink extends LinkBase {
  private readonly entrance: Entrance
  private readonly knowsAge: boolean
  private readonly served: ServedClient[] = []
  /** What clients that are gone have counted. */
  private readonly gone = createCounters()
  private nextClient = 1

  /** `knowsAge`: the clients know how old commands are, and drop those that are too old. */
  constructor(uri: string, options: LinkOptions, enter: (host: ClientHost) => Entrance, knowsAge = false) {
    super(uri, options)
    this.knowsAge = knowsAge
    this.entrance = enter(this.createHost(options.buses ?? DEFAULT_BUSES))
  }

  override get addresses(): readonly string[] {
    return this.isClosed ? [] : this.entrance.addresses
  }

  override get clients(): readonly LinkClient[] {
    return this.served.slice()
  }

  /** Sums over all clients there ever were, and what concerned none of them. */
  override get counters(): LinkCounters {
    const sum = createCounters()
    addCounters(sum, this.ownCounters)
    addCounters(sum, this.gone)
    for (const client of this.served) addCounters(sum, client.counters)
    return sum
  }

  override get queued(): number {
    let sum = this.ownCounters.sent.queued
    for (let i = 0; i < this.served.length; i++) sum += this.served[i]!.counters.sent.queued
    return sum
  }

  override send(frame: LinkFrame): boolean {
    const clients = this.served
    let asked = false
    let complete = true
    for (let i = 0; i < clients.length; i++) {
      const client = clients[i]!
      if (!client.active) continue
      asked = true
      if (client.origin !== frame.origin && !client.offer(frame)) complete = false
    }
    if (asked) return complete
    this.ownCounters.sent.in++
    drop(this.ownCounters.sent, this.isClosed ? 'closed' : 'unclaimed')
    return false
  }

  protected override mayBeStale(frame: LinkFrame): boolean {
    return !this.knowsAge && super.mayBeStale(frame)
  }

  protected override start(): Promise<void> {
    return this.entrance.start()
  }

  protected override async stop(): Promise<void> {
    for (const client of [...this.served]) {
      client.disconnect()
      this.removeClient(client)
    }
    await this.entrance.stop()
  }

  private createHost(buses: number): ClientHost {
    const isClosed = (): boolean => this.isClosed
    const clientCount = (): number => this.served.length
    return {
      uri: this.uri, mode: this.mode, bitrate: this.bitrate, buses, queueFrames: this.queueFrames, now_ns: this.now_ns, report: this.report,
      get isClosed() { return isClosed() },
      get clientCount() { return clientCount() },
      setState: (state, problem) => this.setState(state, problem),
      nextOrigin: at => `${at}#${this.nextClient++}`,
      addClient: (client) => {
        this.served.push(client)
        this.refreshState()
      },
      removeClient: client => this.removeClient(client),
      accept: (frame, from) => this.accept(frame, from),
      changed: () => this.refreshState(),
    }
  }

  private accept(frame: LinkFrame, from: LinkClient): boolean {
    frame.origin = from.origin
    if (this.mode === 'listen') {
      from.counters.received.in++
      drop(from.counters.received, 'listen-only')
      return false
    }
    if (!this.receive(frame, from.counters)) return false
    const clients = this.served
    for (let i = 0; i < clients.length; i++) {
      const other = clients[i]!
      if (other !== from && other.active) other.offer(frame)
    }
    return true
  }

  private removeClient(client: ServedClient): void {
    const index = this.served.indexOf(client)
    if (index < 0) return
    this.served.splice(index, 1)
    addCounters(this.gone, client.counters)
    this.refreshState()
  }

  /** Up while a client is active, listening while none is. */
  private refreshState(): void {
    if (this.state === 'opening' || this.state === 'reconnecting' || this.isClosed) return
    this.setState(this.served.some(client => client.active) ? 'up' : 'listening')
  }
}
