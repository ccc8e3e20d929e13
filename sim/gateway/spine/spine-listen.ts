import type { Duplex } from 'node:stream'
import { count, createCounters, droppedTotal } from '../counters.ts'
import { DEFAULT_ENDPOINT, readEndpoint } from '../endpoint.ts'
import type { Link, LinkCounters, LinkFrame, LinkOptions } from '../link.ts'
import { type ClientHost, type Entrance, ListeningLink, type ServedClient } from '../listening-link.ts'
import { maxClients, tcpEntrance } from '../tcp-entrance.ts'
import type { LinkUri } from '../uri.ts'
import { SpineConnection, type ConnectionHandler } from './connection.ts'
import type { ControlHandler, ControlRequest, ControlResult } from './control.ts'
import { readRequest, responseBody, STREAM_VERSION, STREAM_VIEW, type EnvelopeBody } from './codec/index.ts'
import { vssBody } from './vss-body.ts'
import { VssView } from './vss-view.ts'

/** How long a client may take to say hello, ms: who does not, holds no place for others. */
const HELLO_TIMEOUT_ms = 10_000
/** Requests of one client that may be under way at a time. */
const MAX_REQUESTS = 64

/** Our own stream, served: frames both ways, and requests to the car behind it. */
export interface SpineListen extends Link {
  /** Who answers requests. The last one set; returns the function that takes it away. */
  onControl(handler: ControlHandler): () => void
  /** Tells all clients something that is no frame. */
  tell(body: EnvelopeBody): void
}

export function createSpineListen(uri: LinkUri, options: LinkOptions): SpineListen {
  const endpoint = readEndpoint(uri, DEFAULT_ENDPOINT.spine)
  return createStreamListen(uri.text, options, maxClients(uri), (host, welcome) => tcpEntrance(host, 'spine', endpoint, welcome))
}

/** Takes care of a connection of somebody who came in. */
type Welcome = (stream: Duplex, peer: string, origin: string) => void

/** The same with another entrance, for at most so many clients. */
export function createStreamListen(
  name: string, options: LinkOptions, most: number, enter: (host: ClientHost, welcome: Welcome) => Entrance,
): SpineListen {
  const clients = new Set<StreamClient>()
  let handler: ControlHandler | undefined
  const ask = async (request: ControlRequest): Promise<ControlResult> => {
    if (handler === undefined) throw new Error('this end of the stream takes no requests')
    return handler(request)
  }
  const link = new ListeningLink(name, options, host => enter(host, (stream, peer, origin) => {
    const presses = new Presses(ask)
    const client = new StreamClient(stream, origin, peer, host.queueFrames, {
      accept: (frame) => {
        // A tool has no clock of the bus: its frames are of the moment they came.
        if (frame.timestamp_ns === 0) frame.timestamp_ns = host.now_ns()
        host.accept(frame, client)
      },
      control: async (body) => {
        const request = readRequest(body)
        if (request === undefined) throw new Error('this car does not know such a request')
        return presses.ask(request)
      },
      greeted: () => host.changed(),
      gone: (reason) => {
        presses.end()
        if (reason !== '') host.report(`${host.uri}: ${peer}: ${reason}`)
        host.removeClient(client)
        clients.delete(client)
      },
    })
    host.addClient(client)
    clients.add(client)
    if (host.clientCount > most) client.refuse(`${most} clients are connected already`)
    else client.greet(options.name ?? 'car', host.bitrate, options.dataBitrate ?? 0, host.now_ns(), host.mode === 'listen')
  }), true)
  return Object.assign(link, {
    tell(body: EnvelopeBody) {
      for (const client of clients) client.tell(body)
    },
    onControl(next: ControlHandler) {
      handler = next
      return () => {
        if (handler === next) handler = undefined
      }
    },
  })
}

/** Whether a link takes requests to the car behind it. */
export function isSpineListen(link: Link): link is SpineListen {
  return 'onControl' in link
}

/** The requests of one tool. What it pressed without an end is released when it goes: no thumb outlives its hand. */
class Presses {
  private readonly held = new Set<string>()
  private readonly pass: (request: ControlRequest) => Promise<ControlResult>
  private ended = false

  constructor(pass: (request: ControlRequest) => Promise<ControlResult>) {
    this.pass = pass
  }

  async ask(request: ControlRequest): Promise<ControlResult> {
    const answer = this.pass(request)
    if (request.kind === 'press' && request.hold_ms === undefined) {
      await answer
      this.held.add(request.switch)
      if (this.ended) this.end()
    } else if (request.kind === 'press' || request.kind === 'release') this.held.delete(request.switch)
    return answer
  }

  end(): void {
    this.ended = true
    // Whoever would hear that a release failed is gone.
    for (const name of this.held) this.pass({ kind: 'release', switch: name }).catch(() => undefined)
    this.held.clear()
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
  private takesFrames = true
  private vss: VssView | undefined
  private readonly helloTimer: NodeJS.Timeout

  constructor(stream: Duplex, origin: string, peer: string, queueFrames: number, owner: ClientOwner) {
    this.origin = origin
    this.peer = peer
    this.owner = owner
    this.connection = new SpineConnection(stream, this, this.counters, queueFrames)
    this.helloTimer = setTimeout(() => this.refuse(`there was no hello within ${HELLO_TIMEOUT_ms} ms`), HELLO_TIMEOUT_ms)
  }

  get active(): boolean {
    return this.greeted && !this.left
  }

  greet(name: string, bitrate: number, data_bitrate: number, now_ns: number, listen_only: boolean): void {
    this.connection.sendBody({ hello: { version: STREAM_VERSION, name, bitrate, data_bitrate, now_ns, listen_only } })
  }

  offer(frame: LinkFrame): boolean {
    const isTold = this.vss?.see(frame, news => this.connection.sendBody({ vss: { values: news.map(vssBody) } })) ?? true
    if (!this.takesFrames) return isTold
    if (this.connection.sendFrame(frame)) return true
    if (!this.telling && !this.left) {
      this.telling = true
      void this.connection.drained().then(() => this.tellDropped())
    }
    return false
  }

  /** Something that it can do without: nothing when it does not read. */
  tell(body: EnvelopeBody): void {
    if (this.active) this.connection.sendBody(body)
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
    if (body.hello) return this.onHello(body.hello)
    if (!this.greeted) return this.refuse('the first message was no hello')
    if (body.request) void this.answer(body.request)
  }

  onEnd(reason: string): void {
    this.left = true
    clearTimeout(this.helloTimer)
    this.owner.gone(reason)
  }

  private onHello({ version, view = STREAM_VIEW.frames }: NonNullable<EnvelopeBody['hello']>): void {
    if (version !== STREAM_VERSION) {
      return this.refuse(`this end speaks version ${STREAM_VERSION} of the stream, the other version ${version}`)
    }
    clearTimeout(this.helloTimer)
    this.takesFrames = view !== STREAM_VIEW.vss
    if (view === STREAM_VIEW.vss || view === STREAM_VIEW.framesAndVss) this.vss ??= new VssView()
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
