import type { Socket } from 'node:net'
import type { Observable } from 'rxjs'
import { ReplaySubject, Subject } from 'rxjs'
import { drop } from '../counters.ts'
import { DEFAULT_ENDPOINT, formatEndpoint, readEndpoint, type Endpoint } from '../endpoint.ts'
import type { LinkFrame, LinkOptions } from '../link.ts'
import { LinkBase } from '../link-base.ts'
import { printable } from '../printable.ts'
import { Reconnect } from '../reconnect.ts'
import { dialTcp } from '../transport.ts'
import { parseLinkUri, type LinkUri } from '../uri.ts'
import { SpineConnection } from './connection.ts'
import type { ControlRequest, ControlResult } from './control.ts'
import { readResult, requestBody, STREAM_VERSION, type EnvelopeBody } from './codec/index.ts'
import { readVssBody, VIEWS } from './vss-body.ts'
import type { VssNews } from './vss-view.ts'

/** How long a server may take to greet, ms. */
const GREETING_TIMEOUT_ms = 5000
export const CONTROL_TIMEOUT_ms = 5000

/** What the car said of itself. */
export interface CarGreeting {
  readonly name: string
  readonly bitrate: number
  /** Of the inside of CAN FD frames, bit/s; `bitrate` on a classic bus. */
  readonly dataBitrate: number
  /** Time on the car's bus when the connection was made, ns. */
  readonly now_ns: number
  /** The car takes no frames from us. */
  readonly listenOnly: boolean
}

interface Pending {
  readonly request: ControlRequest
  readonly timer: NodeJS.Timeout
  resolve(result: ControlResult): void
  reject(error: Error): void
}

export function createSpineLink(uri: LinkUri, options: LinkOptions): SpineLink {
  return new SpineLink(uri, options)
}

/** Connects to a running car: `spine:host:port`, by default the car on this machine. Rejects with one clear line. */
export async function openSpine(uri = 'spine:', options: LinkOptions = {}): Promise<SpineLink> {
  const link = new SpineLink(parseLinkUri(uri), options)
  await link.open()
  return link
}

/** A tool's end of our own stream. */
export class SpineLink extends LinkBase {
  /** What the car said of itself, now and after each reconnection. */
  readonly greeting$: Observable<CarGreeting>
  /** With `?view=vss` and `?view=frames-and-vss`: values that changed, under the names of the Vehicle Signal Specification. */
  readonly vss$: Observable<VssNews>
  private readonly vssNews = new Subject<VssNews>()
  private readonly view: number
  private readonly greetings = new ReplaySubject<CarGreeting>(1)
  private readonly endpoint: Endpoint
  private readonly reconnects: boolean
  private readonly name: string
  private readonly pending = new Map<number, Pending>()
  private connection: SpineConnection | undefined
  private lastGreeting: CarGreeting | undefined
  private readonly reconnect = new Reconnect(() => this.connect(), error => this.setState('reconnecting', error.message))
  private nextRequest = 1
  private lostBefore = 0

  constructor(uri: LinkUri, options: LinkOptions) {
    super(uri.text, options)
    this.endpoint = readEndpoint(uri, DEFAULT_ENDPOINT.spine)
    this.reconnects = uri.words.get('reconnect') !== 'no'
    this.name = options.name ?? 'tool'
    this.view = VIEWS[uri.words.get('view') ?? ''] ?? 0
    this.greeting$ = this.greetings.asObservable()
    this.vss$ = this.vssNews.asObservable()
  }

  get greeting(): CarGreeting | undefined {
    return this.lastGreeting
  }

  override send(frame: LinkFrame): boolean {
    if (frame.origin === this.origin) return true
    if (this.state === 'up' && this.mode !== 'listen' && this.connection) return this.connection.sendFrame(frame)
    const sent = this.ownCounters.sent
    sent.in++
    drop(sent, this.isClosed ? 'closed' : this.mode === 'listen' ? 'listen-only' : 'not-up')
    return false
  }

  /**
   * Asks the car to do something. Rejects with the car's own words when it cannot, and when there is no answer within
   * `timeout_ms` beyond the time the request itself takes.
   */
  control(request: ControlRequest, timeout_ms = CONTROL_TIMEOUT_ms): Promise<ControlResult> {
    const connection = this.connection
    const where = formatEndpoint(this.endpoint)
    if (this.state !== 'up' || !connection) return Promise.reject(new Error(`not connected to the car on ${where}`))
    const id = this.nextRequest++
    const limit_ms = timeout_ms + (request.kind === 'press' ? request.hold_ms ?? 0 : 0)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id)
        reject(new Error(`the car on ${where} did not answer "${request.kind}" within ${limit_ms} ms`))
      }, limit_ms)
      this.pending.set(id, { request, timer, resolve, reject })
      if (!connection.sendBody({ request: requestBody(id, request) })) {
        this.settle(id)?.reject(new Error(`the car on ${where} does not read: too much is queued for it`))
      }
    })
  }

  /** The connection knows how old commands are. */
  protected override mayBeStale(): boolean {
    return false
  }

  protected override start(): Promise<void> {
    return this.connect()
  }

  protected override async stop(): Promise<void> {
    this.reconnect.end()
    this.failPending('the link was closed')
    const connection = this.connection
    this.connection = undefined
    connection?.destroy()
    this.greetings.complete()
    this.vssNews.complete()
  }

  private async connect(): Promise<void> {
    const socket = await dialTcp(this.endpoint, `no car is running on ${formatEndpoint(this.endpoint)}: start one with: npx spine car`)
    if (this.isClosed) {
      socket.destroy()
      return
    }
    await this.greet(socket)
    this.reconnect.succeeded()
    this.setState('up')
    if (this.lastGreeting) this.greetings.next(this.lastGreeting)
  }

  /** Exchanges hellos; afterwards the connection serves until it ends. */
  private greet(socket: Socket): Promise<void> {
    const where = formatEndpoint(this.endpoint)
    return new Promise((resolve, reject) => {
      let greeted = false
      let refusal = ''
      const timer = setTimeout(() => {
        reject(new Error(`what listens on ${where} sent no greeting within ${GREETING_TIMEOUT_ms} ms: it is no car`))
        connection.destroy()
      }, GREETING_TIMEOUT_ms)
      const connection = new SpineConnection(socket, {
        onFrame: (frame) => {
          frame.origin = this.origin
          if (greeted) this.receive(frame, this.ownCounters)
        },
        onBody: (body) => {
          if (body.refusal) refusal = printable(body.refusal.reason)
          else if (greeted || !body.hello) this.onBody(body)
          else if (body.hello.version !== STREAM_VERSION) {
            connection.refuse(`the car on ${where} speaks version ${body.hello.version} of the stream, this tool ${STREAM_VERSION}`)
          } else {
            greeted = true
            clearTimeout(timer)
            const { name, bitrate, now_ns, listen_only, data_bitrate = 0 } = body.hello
            this.lastGreeting = { name: printable(name), bitrate, now_ns, listenOnly: listen_only, dataBitrate: data_bitrate || bitrate }
            resolve()
          }
        },
        onEnd: (reason) => {
          clearTimeout(timer)
          const why = refusal ? `the car on ${where} refused: ${refusal}` : reason
          if (greeted) this.onLost(connection, why || `the car on ${where} went away`)
          else reject(new Error(why ? `${where}: ${why}` : `what listens on ${where} is no car: it hung up`))
        },
      }, this.ownCounters, this.queueFrames)
      this.connection = connection
      connection.sendBody({
        hello: { version: STREAM_VERSION, name: this.name, bitrate: 0, now_ns: 0, listen_only: this.mode === 'listen', view: this.view },
      })
    })
  }

  private onBody(body: EnvelopeBody): void {
    for (const { path, text, ...rest } of body.vss?.values ?? []) {
      this.vssNews.next(readVssBody({ ...rest, path: printable(path), text: printable(text) }))
    }
    if (body.state) this.ownCounters.unknownLost = this.lostBefore + body.state.dropped
    if (!body.response) return
    const { id, error } = body.response
    const waiting = this.settle(id)
    if (!waiting) return
    if (error) return waiting.reject(new Error(printable(error)))
    const result = readResult(waiting.request.kind, body.response)
    if (result === undefined) waiting.reject(new Error('the car sent an answer that is no JSON'))
    else waiting.resolve(result)
  }

  private settle(id: number): Pending | undefined {
    const waiting = this.pending.get(id)
    if (!waiting) return undefined
    clearTimeout(waiting.timer)
    this.pending.delete(id)
    return waiting
  }

  private failPending(reason: string): void {
    for (const id of [...this.pending.keys()]) this.settle(id)?.reject(new Error(reason))
  }

  private onLost(connection: SpineConnection, reason: string): void {
    if (this.connection !== connection) return
    this.connection = undefined
    this.lostBefore = this.ownCounters.unknownLost
    this.failPending(reason)
    if (!this.reconnects) {
      void this.finish(reason)
      return
    }
    this.setState('reconnecting', reason)
    this.reconnect.later()
  }
}
