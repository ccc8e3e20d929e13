import type { Socket } from 'node:net'
import { formatEndpoint, peerName, TcpListener, type Endpoint } from './endpoint.ts'
import type { ClientHost, Entrance, ServedClient } from './listening-link.ts'
import type { LinkUri } from './uri.ts'

const DEFAULT_CLIENTS = 32
/** How long a client may say nothing at all, ms: it holds no place for others. */
const SILENCE_ms = 10_000

/** Most clients of a link at a time. */
export function maxClients(uri: LinkUri): number {
  return uri.numbers.get('clients') ?? DEFAULT_CLIENTS
}

/** Clients come over TCP. `scheme` is what others name the link by which they dial; `welcome` takes care of the socket. */
export function tcpEntrance(
  host: ClientHost, scheme: string, endpoint: Endpoint, welcome: (socket: Socket, peer: string, origin: string) => void,
): Entrance {
  const addresses = (): string[] => listener.endpoint === undefined ? [] : [`${scheme}:${formatEndpoint(listener.endpoint)}`]
  const listener = new TcpListener(host.uri, (socket) => {
    if (host.isClosed) socket.destroy()
    else welcome(socket, peerName(socket), host.nextOrigin(addresses()[0]!))
  })
  return {
    get addresses() { return addresses() },
    async start() {
      await listener.listen(endpoint)
      host.setState('listening')
    },
    stop: () => listener.close(),
  }
}

/** A client on a TCP connection. */
export interface TcpClient extends ServedClient {
  read(chunk: Uint8Array): void
}

/** Gives each socket a session of its own, as long as there are not too many. */
export function serveSessions(
  host: ClientHost, most: number, serve: (socket: Socket, origin: string, peer: string) => TcpClient,
): (socket: Socket, peer: string, origin: string) => void {
  return (socket, peer, origin) => {
    socket.on('error', () => undefined)
    if (host.clientCount >= most) {
      host.report(`${host.uri}: ${peer} was turned away: ${most} clients are connected already`)
      socket.destroy()
      return
    }
    const session = serve(socket, origin, peer)
    host.addClient(session)
    const silence = setTimeout(() => {
      host.report(`${host.uri}: ${peer} was let go: it said nothing for ${SILENCE_ms / 1000} s`)
      socket.destroy()
    }, SILENCE_ms)
    socket.once('data', () => clearTimeout(silence))
    socket.on('data', chunk => session.read(chunk))
    socket.on('close', () => {
      clearTimeout(silence)
      session.disconnect()
      host.removeClient(session)
    })
  }
}
