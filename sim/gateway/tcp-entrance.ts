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

/** A connection, when it last said something, and how to end it. */
interface Seat {
  readonly client: TcpClient
  heard_ms: number
  leave(reason: string): void
}

/**
 * Gives each socket a session of its own, as long as there are not too many. Whoever says nothing at first is let go; so
 * is, when the places are all taken and another comes, the one that was silent longest without having opened a bus.
 */
export function serveSessions(
  host: ClientHost, most: number, serve: (socket: Socket, origin: string, peer: string) => TcpClient,
): (socket: Socket, peer: string, origin: string) => void {
  const seats = new Set<Seat>()
  return (socket, peer, origin) => {
    socket.on('error', () => undefined)
    if (host.clientCount >= most && !freeSeat(seats)) {
      host.report(`${host.uri}: ${peer} was turned away: ${most} clients are connected already`)
      socket.destroy()
      return
    }
    const client = serve(socket, origin, peer)
    const leave = (): void => {
      clearTimeout(silence)
      if (!seats.delete(seat)) return
      client.disconnect()
      host.removeClient(client)
    }
    const seat: Seat = {
      client, heard_ms: performance.now(),
      leave(reason) {
        host.report(`${host.uri}: ${peer} was let go: ${reason}`)
        socket.destroy()
        leave()
      },
    }
    host.addClient(client)
    seats.add(seat)
    const silence = setTimeout(() => seat.leave(`it said nothing for ${SILENCE_ms / 1000} s`), SILENCE_ms)
    socket.once('data', () => clearTimeout(silence))
    socket.on('data', (chunk) => {
      seat.heard_ms = performance.now()
      client.read(chunk)
    })
    socket.on('close', leave)
  }
}

/** Lets somebody go who has no bus open and has been silent; false: all others are in use. */
function freeSeat(seats: ReadonlySet<Seat>): boolean {
  const silentSince_ms = performance.now() - SILENCE_ms
  let longest: Seat | undefined
  for (const seat of seats) {
    if (seat.client.active || seat.heard_ms > silentSince_ms) continue
    if (longest === undefined || seat.heard_ms < longest.heard_ms) longest = seat
  }
  longest?.leave('it has no bus open, and another needs its place')
  return longest !== undefined
}
