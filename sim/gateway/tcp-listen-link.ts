import type { Socket } from 'node:net'
import { formatEndpoint, peerName, readEndpoint, TcpListener, type Endpoint } from './endpoint.ts'
import type { LinkOptions } from './link.ts'
import { ListeningLink, type ServedClient } from './listening-link.ts'
import type { LinkUri } from './uri.ts'

const DEFAULT_CLIENTS = 32

/** A client on a TCP connection. */
export interface TcpClient extends ServedClient {
  read(chunk: Uint8Array): void
}

/** A link that others dial over TCP. */
export abstract class TcpListenLink extends ListeningLink {
  protected readonly maxClients: number
  private readonly endpoint: Endpoint
  private readonly listener: TcpListener
  private readonly scheme: string

  /** `scheme` is what others name the link by which they dial. */
  constructor(uri: LinkUri, options: LinkOptions, scheme: string, fallback: Endpoint) {
    super(uri.text, options)
    this.scheme = scheme
    this.endpoint = readEndpoint(uri, fallback)
    this.maxClients = uri.numbers.get('clients') ?? DEFAULT_CLIENTS
    this.listener = new TcpListener(uri.text, (socket) => {
      if (this.isClosed) socket.destroy()
      else this.welcome(socket, peerName(socket), this.nextOrigin(this.addresses[0]!))
    })
  }

  override get addresses(): readonly string[] {
    const bound = this.listener.endpoint
    return bound && !this.isClosed ? [`${this.scheme}:${formatEndpoint(bound)}`] : []
  }

  /** Somebody dialled; the link takes care of the socket from here. */
  protected abstract welcome(socket: Socket, peer: string, origin: string): void

  protected override async start(): Promise<void> {
    await this.listener.listen(this.endpoint)
    this.setState('listening')
  }

  protected override async stop(): Promise<void> {
    this.disconnectAll()
    await this.listener.close()
  }
}

/** Such a link that many programs may share, each with a session of its own. */
export abstract class TcpSessionsLink extends TcpListenLink {
  protected abstract serve(socket: Socket, origin: string, peer: string): TcpClient

  protected override welcome(socket: Socket, peer: string, origin: string): void {
    socket.on('error', () => undefined)
    if (this.clientCount >= this.maxClients) {
      this.report(`${this.uri}: ${peer} was turned away: ${this.maxClients} clients are connected already`)
      socket.destroy()
      return
    }
    const session = this.serve(socket, origin, peer)
    this.addClient(session)
    socket.on('data', chunk => session.read(chunk))
    socket.on('close', () => {
      session.disconnect()
      this.removeClient(session)
    })
  }
}
