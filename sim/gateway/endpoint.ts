import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A TCP address. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/**
 * Reads `host:port`, `[v6]:port`, `host`, `:port` or a lone port; what is left out comes from `fallback`. Throws an Error
 * that says what was wrong with `what`.
 */
export function parseEndpoint(text: string, fallback: Endpoint, what: string): Endpoint {
  if (text === '') return fallback
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::(\d+))?$/.exec(text)
  if (!match) throw new Error(`${what}: "${text}" is no host:port (such as ${formatEndpoint(fallback)})`)
  const lonePort = match[2] !== undefined && match[3] === undefined && /^\d+$/.test(match[2])
  const host = lonePort ? fallback.host : (match[1] ?? (match[2] || fallback.host))
  const port = lonePort ? Number(match[2]) : match[3] === undefined ? fallback.port : Number(match[3])
  if (port > 65535) throw new Error(`${what}: port ${port} is not in 0…65535`)
  return { host, port }
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
      const server = createServer({ noDelay: true, keepAlive: true }, this.onSocket)
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

  /** Resolves when the port is free again; sockets must be closed by whoever holds them. */
  close(): Promise<void> {
    const server = this.server
    this.server = undefined
    if (!server?.listening) return Promise.resolve()
    return new Promise(resolve => server.close(() => resolve()))
  }
}

function explainListenError(uri: string, endpoint: Endpoint, error: Error): string {
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
