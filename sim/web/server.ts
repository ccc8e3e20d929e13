import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TopologyData } from '../car/index.ts'
import type { LinkOptions } from '../gateway/index.ts'
import { createStreamListen, type SpineListen } from '../gateway/spine/index.ts'
import { bundlePage, type PageParts } from './bundle.ts'
import { pageHtml } from './html.ts'

const MOST_CLIENTS = 16
/** Longest message that a page may send: a request, some frames. */
const MOST_BYTES = 65_536

/** What a page that is served looks at, beside frames. */
export interface PageOptions extends LinkOptions {
  /** 0: any that is free; in use: rejects. */
  readonly port: number
  /** A log that the page scrubs, instead of a bus. */
  readonly log?: { readonly name: string, readonly bytes: Uint8Array }
  /** DBC files that say what its frames mean. */
  readonly dbc?: string
  /** What its bus or log is drawn as; the sedan when not given. */
  readonly car?: TopologyData | undefined
  /** It looks at nothing here: it runs the car itself. */
  readonly alone?: boolean
}

/** The page and its stream, on loopback: a link whose clients are pages. Its `addresses` are what a browser opens. */
export type PageLink = SpineListen

/**
 * Serves the page. Who opens it must know its token, and a request must come from the page itself: any other website in the same
 * browser could press windows otherwise.
 */
export function createPageLink(options: PageOptions): PageLink {
  const token = randomBytes(16).toString('base64url')
  let url = ''
  return createStreamListen('page', options, MOST_CLIENTS, (host, welcome) => {
    const server = createServer((request, response) => void answer(request, response, token, options))
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!mayTalk(request, token) || host.isClosed) return refuse(socket)
      void upgrade(request, socket, head).then(stream => welcome(stream, 'page', host.nextOrigin('page')))
    })
    return {
      get addresses() { return url === '' ? [] : [url] },
      async start() {
        await listen(server, options.port)
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${options.alone === true ? '' : `#t=${token}`}`
        host.setState('listening')
      },
      stop: () => new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
    }
  })
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Error(error.code === 'EADDRINUSE' ? `port ${port} is in use` : error.message))
    })
    server.listen({ host: '127.0.0.1', port }, resolve)
  })
}

/** The names under which a browser reaches this machine itself; a name that somebody else resolves to it is none of them. */
function isOurs(host: string | undefined, request: IncomingMessage): boolean {
  const port = request.socket.localPort
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`
}

function isToken(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** A WebSocket of our own page: right host, right origin, and the token as its second protocol. */
function mayTalk(request: IncomingMessage, token: string): boolean {
  const { host, origin = '' } = request.headers
  const [protocol, given = ''] = (request.headers['sec-websocket-protocol'] ?? '').split(',').map(word => word.trim())
  return request.url === '/stream' && isOurs(host, request) && origin === `http://${host}` && protocol === 'spine' && isToken(given, token)
}

function refuse(socket: Duplex): void {
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
}

async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<Duplex> {
  const { createWebSocketStream, WebSocketServer } = await import('ws')
  const server = new WebSocketServer({ noServer: true, maxPayload: MOST_BYTES, perMessageDeflate: false, handleProtocols: () => 'spine' })
  return new Promise(resolve => server.handleUpgrade(request, socket, head, (client) => {
    const stream = createWebSocketStream(client)
    // Written to a page that is just being closed: no more than to any closed pipe.
    stream.on('error', (error) => { if (client.readyState !== client.OPEN) Object.assign(error, { code: 'EPIPE' }) })
    resolve(stream)
  }))
}

const HEADERS = {
  'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin',
} as const

/** Bundled when the first page is opened, once for a process. */
let bundle: Promise<PageParts> | undefined

async function answer(request: IncomingMessage, response: ServerResponse, token: string, options: PageOptions): Promise<void> {
  const { log, dbc, car, alone = false } = options
  const send = (status: number, type: string, body: string | Uint8Array, more: Readonly<Record<string, string>> = {}): void => {
    response.writeHead(status, { ...HEADERS, 'content-type': type, ...more }).end(body)
  }
  if (!isOurs(request.headers.host, request) || request.method !== 'GET') return send(403, 'text/plain', 'not here\n')
  if (request.url === '/') {
    try {
      bundle ??= bundlePage()
      return send(200, 'text/html; charset=utf-8', pageHtml(await bundle, alone ? 'nothing' : 'server', car))
    } catch (error) {
      bundle = undefined
      return send(500, 'text/plain; charset=utf-8', `the page cannot be made: ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (request.url === '/dbc' && isToken(given, token)) return send(dbc === undefined ? 204 : 200, 'text/plain; charset=utf-8', dbc ?? '')
  if (request.url !== '/log' || log === undefined || !isToken(given, token)) return send(404, 'text/plain', 'no such thing\n')
  send(200, 'application/octet-stream', log.bytes, { 'x-name': encodeURIComponent(log.name) })
}
