import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { TOOL_ADDRESSES } from '#protocol/index.ts'
import type { Clock, Wire } from '../diag/index.ts'
import { explainListenError } from '../gateway/index.ts'
import { readDatagram } from './codec.ts'
import { answerDatagram, type DoipCounts, DoipSession } from './session.ts'

export interface DoipOptions {
  readonly host: string
  /** 13400 by the standard; 0: any that is free, the same for TCP and UDP. */
  readonly port: number
  /** 17 characters. */
  readonly vin: string
}

/** Bytes that a tester may leave unread before it is let go. */
const MOST_UNREAD = 1 << 20

/** A car's hubs for testers that speak DoIP: one gateway in front of the bus. */
export class DoipServer {
  /** What was refused or went wrong, by cause. */
  readonly counts: DoipCounts = new Map()
  private readonly wire: Wire
  private readonly clock: Clock
  private readonly options: DoipOptions
  private readonly sessions = new Set<DoipSession>()
  private readonly tcp: Server
  private readonly udp: UdpSocket

  constructor(wire: Wire, clock: Clock, options: DoipOptions) {
    this.wire = wire
    this.clock = clock
    this.options = options
    this.tcp = createServer(socket => this.welcome(socket))
    this.udp = createSocket('udp4', (bytes, { address, port }) => {
      const message = readDatagram(bytes)
      const answer = message === undefined ? undefined : answerDatagram(message, options.vin, TOOL_ADDRESSES.length, this.sessions.size)
      if (answer === undefined || typeof message !== 'object') this.counts.set('datagrams refused', (this.counts.get('datagrams refused') ?? 0) + 1)
      if (answer !== undefined) this.udp.send(answer, port, address)
    })
  }

  get port(): number {
    return (this.tcp.address() as AddressInfo).port
  }

  get testers(): number {
    return this.sessions.size
  }

  /** Rejects with one clear line. */
  async start(): Promise<void> {
    const { host, port } = this.options
    try {
      this.tcp.listen({ host, port })
      await once(this.tcp, 'listening')
      this.udp.bind({ address: host, port: this.port })
      await once(this.udp, 'listening')
    } catch (error) {
      throw new Error(explainListenError('doip-listen', { host, port }, error as Error))
    }
  }

  async stop(): Promise<void> {
    for (const session of [...this.sessions]) session.end()
    const closed = once(this.tcp, 'close')
    this.tcp.close()
    this.udp.close()
    await closed
  }

  private welcome(socket: Socket): void {
    socket.on('error', () => undefined)
    const taken = [...this.sessions].map(session => session.busAddress)
    const source = TOOL_ADDRESSES.findLast(address => !taken.includes(address))
    if (source === undefined) {
      // Somebody may have died without a word.
      for (const session of this.sessions) session.checkAlive()
      this.counts.set('turned away', (this.counts.get('turned away') ?? 0) + 1)
      socket.destroy()
      return
    }
    socket.setNoDelay(true)
    const session: DoipSession = new DoipSession({
      wire: this.wire, clock: this.clock, counts: this.counts, most: TOOL_ADDRESSES.length, sessions: this.sessions,
    }, source, (bytes) => {
      socket.write(bytes)
      if (socket.writableLength > MOST_UNREAD) session.end()
    }, () => {
      this.sessions.delete(session)
      socket.end()
      socket.destroySoon()
    })
    this.sessions.add(session)
    socket.on('data', bytes => session.receive(bytes))
    socket.on('close', () => session.end())
  }
}
