import type { Socket } from 'node:net'
import { count, createCounters, droppedTotal } from '../counters.ts'
import type { Endpoint } from '../endpoint.ts'
import type { LinkCounters, LinkFrame, LinkOptions } from '../link.ts'
import type { ServedClient } from '../listening-link.ts'
import { TcpListenLink } from '../tcp-listen-link.ts'
import type { LinkUri } from '../uri.ts'
import { SpineConnection, type ConnectionHandler } from './connection.ts'
import type { ControlHandler, ControlResult } from './control.ts'
import { readRequest, responseBody, STREAM_VERSION, type EnvelopeBody } from './envelope.ts'

export const DEFAULT_SPINE_ENDPOINT: Endpoint = { host: '127.0.0.1', port: 7030 }
/** How long a client may take to say hello, ms: who does not, holds no place for others. */
const HELLO_TIMEOUT_ms = 10_000
/** Requests of one client that may be under way at a time. */
const MAX_REQUESTS = 64

export function createSpineListen(uri: LinkUri, options: LinkOptions): SpineListen {
  return new SpineListen(uri, options)
}

/** Our own stream, served: frames both ways, and requests to the car behind it. */
export class SpineListen extends TcpListenLink {
  private readonly name: string
  private readonly dataBitrate: number
  private handler: ControlHandler | undefined

  constructor(uri: LinkUri, options: LinkOptions) {
    super(uri, options, 'spine', DEFAULT_SPINE_ENDPOINT)
    this.name = options.name ?? 'car'
    this.dataBitrate = options.dataBitrate ?? 0
  }

  /** Who answers requests. The last one set; returns the function that takes it away. */
  onControl(handler: ControlHandler): () => void {
    this.handler = handler
    return () => {
      if (this.handler === handler) this.handler = undefined
    }
  }

  /** The connection knows how old commands are. */
  protected override mayBeStale(): boolean {
    return false
  }

  protected override welcome(socket: Socket, peer: string, origin: string): void {
    const client = new StreamClient(socket, origin, peer, this.queueFrames, {
      accept: frame => this.accept(frame, client),
      control: request => this.control(request),
      greeted: () => this.refreshState(),
      gone: (reason) => {
        if (reason !== '') this.report(`${this.uri}: ${peer}: ${reason}`)
        this.removeClient(client)
      },
    })
    this.addClient(client)
    if (this.clientCount > this.maxClients) client.refuse(`${this.maxClients} clients are connected already`)
    else client.greet(this.name, this.bitrate, this.dataBitrate, this.now_ns(), this.mode === 'listen')
  }

  private async control(body: NonNullable<EnvelopeBody['request']>): Promise<ControlResult> {
    const request = readRequest(body)
    if (request === undefined) throw new Error('this car does not know such a request')
    if (this.handler === undefined) throw new Error('this end of the stream takes no requests')
    return this.handler(request)
  }
}

interface ClientOwner {
  accept(frame: LinkFrame): void
  control(body: NonNullable<EnvelopeBody['request']>): Promise<ControlResult>
  greeted(): void
  gone(reason: string): void
}

/** One tool that is connected. */
class StreamClient implements ServedClient, ConnectionHandler {
  readonly origin: string
  readonly peer: string
  readonly counters: LinkCounters = createCounters()
  private readonly owner: ClientOwner
  private readonly connection: SpineConnection
  private greeted = false
  private left = false
  private requests = 0
  private telling = false
  private readonly helloTimer: NodeJS.Timeout

  constructor(socket: Socket, origin: string, peer: string, queueFrames: number, owner: ClientOwner) {
    this.origin = origin
    this.peer = peer
    this.owner = owner
    this.connection = new SpineConnection(socket, this, this.counters, queueFrames)
    this.helloTimer = setTimeout(() => this.refuse(`there was no hello within ${HELLO_TIMEOUT_ms} ms`), HELLO_TIMEOUT_ms)
  }

  get active(): boolean {
    return this.greeted && !this.left
  }

  greet(name: string, bitrate: number, data_bitrate: number, now_ns: number, listen_only: boolean): void {
    this.connection.sendBody({ hello: { version: STREAM_VERSION, name, bitrate, data_bitrate, now_ns, listen_only } })
  }

  offer(frame: LinkFrame): boolean {
    if (this.connection.sendFrame(frame)) return true
    if (!this.telling && !this.left) {
      this.telling = true
      void this.connection.drained().then(() => this.tellDropped())
    }
    return false
  }

  refuse(reason: string): void {
    this.connection.refuse(reason)
  }

  disconnect(): void {
    this.connection.destroy()
  }

  onFrame(frame: LinkFrame): void {
    if (this.greeted) this.owner.accept(frame)
    else this.refuse('frames came before a hello')
  }

  onBody(body: EnvelopeBody): void {
    if (body.hello) return this.onHello(body.hello.version)
    if (!this.greeted) return this.refuse('the first message was no hello')
    if (body.request) void this.answer(body.request)
  }

  onEnd(reason: string): void {
    this.left = true
    clearTimeout(this.helloTimer)
    this.owner.gone(reason)
  }

  private onHello(version: number): void {
    if (version !== STREAM_VERSION) {
      return this.refuse(`this end speaks version ${STREAM_VERSION} of the stream, the other version ${version}`)
    }
    clearTimeout(this.helloTimer)
    this.greeted = true
    this.owner.greeted()
  }

  private async answer(request: NonNullable<EnvelopeBody['request']>): Promise<void> {
    const { id } = request
    if (this.requests >= MAX_REQUESTS) return this.fail(id, `more than ${MAX_REQUESTS} requests at a time`)
    this.requests++
    try {
      const response = responseBody(id, await this.owner.control(request))
      if (!this.connection.sendBody({ response })) this.fail(id, 'the answer is too long, or answers are not read')
    } catch (error) {
      this.fail(id, error instanceof Error ? error.message : String(error))
    } finally {
      this.requests--
    }
  }

  private fail(id: number, error: string): void {
    const response = { id, error: error || 'it failed', snapshot_json: '', switches: [] }
    if (!this.connection.sendBody({ response })) count(this.counters.malformed, 'reply-lost')
  }

  private tellDropped(): void {
    this.telling = false
    if (!this.left) this.connection.sendBody({ state: { dropped: droppedTotal(this.counters.sent) } })
  }
}
