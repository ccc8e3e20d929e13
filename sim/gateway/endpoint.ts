import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { LinkUriError, type LinkUri } from './uri.ts'

/** A TCP address. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** Where our servers listen, and their clients dial, unless told otherwise. */
export const DEFAULT_ENDPOINT = {
  slcan: { host: '127.0.0.1', port: 3333 },
  gvret: { host: '127.0.0.1', port: 2323 },
  socketcand: { host: '127.0.0.1', port: 29536 },
  spine: { host: '127.0.0.1', port: 7030 },
} as const satisfies Record<string, Endpoint>

/**
 * A link's target as `host:port`, `[v6]:port`, `host`, `:port` or a lone port; what is left out comes from `fallback`.
 * Throws LinkUriError.
 */
export function readEndpoint(uri: Pick<LinkUri, 'text' | 'target'>, fallback: Endpoint): Endpoint {
  const { target } = uri
  if (target === '') return fallback
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::(\d+))?$/.exec(target)
  if (!match) throw new LinkUriError(`"${uri.text}": "${target}" is no host:port (such as ${formatEndpoint(fallback)})`)
  const [, v6, name, digits] = match
  const lonePort = digits === undefined && /^\d+$/.test(name ?? '')
  const port = Number(lonePort ? name : digits ?? fallback.port)
  if (port > 65535) throw new LinkUriError(`"${uri.text}": port ${port} is not in 0…65535`)
  return { host: lonePort ? fallback.host : v6 ?? (name || fallback.host), port }
}

export function formatEndpoint(endpoint: Endpoint): string {
  return `${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`
}

/** The other end of a socket, for people. */
export function peerName(socket: Socket): string {
  return formatEndpoint({ host: socket.remoteAddress ?? '?', port: socket.remotePort ?? 0 })
}

/** A TCP server of one link. */
export class TcpListener {
  private server: Server | undefined
  private bound: Endpoint | undefined
  private readonly uri: string
  private readonly onSocket: (socket: Socket) => void
  private readonly sockets = new Set<Socket>()

  constructor(uri: string, onSocket: (socket: Socket) => void) {
    this.uri = uri
    this.onSocket = onSocket
  }

  /** Where it is bound; port 0 has become a real one. */
  get endpoint(): Endpoint | undefined {
    return this.bound
  }

  listen(endpoint: Endpoint): Promise<void> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true, keepAlive: true }, socket => this.welcome(socket))
      this.server = server
      server.once('error', error => reject(new Error(explainListenError(this.uri, endpoint, error))))
      server.listen(endpoint.port, endpoint.host, () => {
        // From here on an error concerns one connection (such as EMFILE) and is no end of the server.
        server.removeAllListeners('error')
        server.on('error', () => undefined)
        this.bound = { host: endpoint.host, port: (server.address() as AddressInfo).port }
        resolve()
      })
    })
  }

  /** Ends what is still connected; resolves when the port is free again. */
  close(): Promise<void> {
    const server = this.server
    this.server = undefined
    if (!server?.listening) return Promise.resolve()
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    for (const socket of this.sockets) socket.destroy()
    return closed
  }

  private welcome(socket: Socket): void {
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
    this.onSocket(socket)
  }
}

/** Why nobody can be served there, in one line. */
export function explainListenError(uri: string, endpoint: Endpoint, error: Error): string {
  const code = (error as NodeJS.ErrnoException).code
  switch (code) {
    case 'EADDRINUSE':
      return `${uri}: port ${endpoint.port} on ${endpoint.host} is in use by another program: end it, or name another port`
    case 'EACCES':
      return `${uri}: not permitted to listen on port ${endpoint.port}: ports below 1024 need privileges, name a higher one`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${uri}: ${endpoint.host} is not an address of this machine`
    default:
      return `${uri}: cannot listen on ${formatEndpoint(endpoint)}: ${error.message}`
  }
}
