import { addCounters, createCounters, drop } from './counters.ts'
import type { LinkClient, LinkCounters, LinkFrame } from './link.ts'
import { LinkBase } from './link-base.ts'

/** A client as the link that serves it sees it. */
export interface ServedClient extends LinkClient {
  /** Encodes the frame into the client's queue and counts it. */
  offer(frame: LinkFrame): boolean
  /** Ends the connection; what is queued is counted as dropped. */
  disconnect(): void
}

/**
 * A link others connect to. It behaves as a bus segment: what one client sends reaches the handlers (the car) and the
 * other clients; what is sent through the link reaches every active client but the one it came from.
 */
export abstract class ListeningLink extends LinkBase {
  private readonly served: ServedClient[] = []
  /** What clients that are gone have counted. */
  private readonly gone = createCounters()
  private nextClient = 1

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

  /** A frame of one client: to the handlers, and if they took it to the others. */
  protected accept(frame: LinkFrame, from: LinkClient): boolean {
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

  /** A name for the next client's frames; `at` is where this link is bound. */
  protected nextOrigin(at: string): string {
    return `${at}#${this.nextClient++}`
  }

  protected get clientCount(): number {
    return this.served.length
  }

  protected addClient(client: ServedClient): void {
    this.served.push(client)
    this.refreshState()
  }

  protected removeClient(client: ServedClient): void {
    const index = this.served.indexOf(client)
    if (index < 0) return
    this.served.splice(index, 1)
    addCounters(this.gone, client.counters)
    this.refreshState()
  }

  /** Up while a client is active, listening while none is. */
  protected refreshState(): void {
    if (this.state === 'opening' || this.state === 'reconnecting' || this.isClosed) return
    this.setState(this.served.some(client => client.active) ? 'up' : 'listening')
  }

  protected disconnectAll(): void {
    for (const client of [...this.served]) {
      client.disconnect()
      this.removeClient(client)
    }
  }
}
