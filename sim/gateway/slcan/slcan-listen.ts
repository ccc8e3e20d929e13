import type { Socket } from 'node:net'
import { formatEndpoint, peerName, readEndpoint, TcpListener, type Endpoint } from '../endpoint.ts'
import type { Link, LinkFrame, LinkOptions } from '../link.ts'
import { ListeningLink } from '../listening-link.ts'
import { isTtyPath } from '../serial.ts'
import type { LinkUri } from '../uri.ts'
import { SlcanSession, type SessionOwner } from './session.ts'
import { SlcanTty } from './slcan-tty.ts'

export const DEFAULT_SLCAN_ENDPOINT: Endpoint = { host: '127.0.0.1', port: 3333 }
const DEFAULT_CLIENTS = 32

/** `slcan-listen:host:port` or `slcan-listen:/dev/…`. */
export function createSlcanListen(uri: LinkUri, options: LinkOptions): Link {
  return isTtyPath(uri.target) ? new SlcanTty(uri, options) : new SlcanTcp(uri, options)
}

/** We are an SLCAN adapter that many hosts may share, each with a channel, filter and queue of its own, over TCP. */
class SlcanTcp extends ListeningLink {
  private readonly endpoint: Endpoint
  private readonly listener: TcpListener
  private readonly maxClients: number
  private readonly owner: SessionOwner

  constructor(uri: LinkUri, options: LinkOptions) {
    super(uri.text, options)
    this.endpoint = readEndpoint(uri, DEFAULT_SLCAN_ENDPOINT)
    this.maxClients = uri.numbers.get('clients') ?? DEFAULT_CLIENTS
    this.listener = new TcpListener(uri.text, socket => this.welcome(socket))
    this.owner = {
      bitrate: this.bitrate,
      queueFrames: this.queueFrames,
      listenOnly: this.mode === 'listen',
      now_ns: this.now_ns,
      accept: (frame: LinkFrame, from: SlcanSession) => this.accept(frame, from),
      changed: () => this.refreshState(),
    }
  }

  override get addresses(): readonly string[] {
    const bound = this.listener.endpoint
    return bound && !this.isClosed ? [`slcan:${formatEndpoint(bound)}`] : []
  }

  protected override async start(): Promise<void> {
    await this.listener.listen(this.endpoint)
    this.setState('listening')
  }

  protected override async stop(): Promise<void> {
    this.disconnectAll()
    await this.listener.close()
  }

  private welcome(socket: Socket): void {
    const peer = peerName(socket)
    socket.on('error', () => undefined)
    if (this.isClosed || this.clientCount >= this.maxClients) {
      this.report(`${this.uri}: ${peer} was turned away: ${this.maxClients} clients are connected already`)
      socket.destroy()
      return
    }
    const session = new SlcanSession(this.owner, socket, () => socket.destroy(), this.nextOrigin(this.addresses[0]), peer)
    this.addClient(session)
    socket.on('data', chunk => session.read(chunk))
    socket.on('close', () => {
      session.disconnect()
      this.removeClient(session)
    })
  }
}
