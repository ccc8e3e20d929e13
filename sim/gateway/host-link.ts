import { drop, dropUnsupported } from './counters.ts'
import { FrameRing } from './frame-ring.ts'
import type { LinkCounters, LinkFrame, LinkOptions } from './link.ts'
import { LinkBase } from './link-base.ts'
import { Reconnect } from './reconnect.ts'
import type { Access, Transport } from './transport.ts'

/** How often sessions look at their clocks, ms. */
const TICK_ms = 250
/** How long a device has to take our goodbye, ms. */
const FAREWELL_ms = 200

/** The talk with one device over one stream, from plugging in to unplugging. */
export interface HostSession {
  /** What the device says of itself, for people; empty until it did. */
  readonly about: string
  /** Greets the device and brings it onto its bus. Rejects with one clear line. */
  start(): Promise<void>
  /** Bytes of the device. */
  read(chunk: Uint8Array): void
  /** Takes frames of the ring as far as the device may have them. */
  pump(): void
  tick(now_ms: number): void
  /** Takes the device off its bus; resolves when it was told. */
  farewell(): Promise<void>
  /** It is over: `start` rejects with the reason, and what was written but not confirmed is counted. */
  end(reason: string): void
}

/** What a session may do with its link. */
export interface SessionHost {
  readonly ring: FrameRing
  readonly counters: LinkCounters
  readonly place: string
  now_ns(): number
  receive(frame: LinkFrame): void
  /** The device is on its bus, or troubled. Frames are taken while it is up or error-passive. */
  setState(state: 'up' | 'error-passive' | 'bus-off', problem: string): void
  /** The device does not behave: connect anew. */
  giveUp(reason: string): void
  report(line: string): void
}

/** What is special about a kind of device. */
export interface DeviceKind<T extends Transport = Transport> {
  /** What people should know before it is opened; empty: nothing. */
  readonly warning: string
  /** Whether the medium has such frames. */
  carries(frame: LinkFrame): boolean
  /** Room for the data of a frame in the queue; default: that of a classic frame. */
  readonly dataBytes?: number
  createSession(transport: T, host: SessionHost): HostSession
}

/**
 * A link to a device that we dial: a serial port, a TCP address, a USB device. It keeps a ring of frames in front of the device,
 * reconnects with back-off, and forgets what was queued when the device is lost.
 */
export class HostLink<T extends Transport = Transport> extends LinkBase {
  private readonly access: Access<T>
  private readonly kind: DeviceKind<T>
  private readonly ring: FrameRing
  private readonly host: SessionHost
  private session: HostSession | undefined
  /** The session there is, or the last one there was. */
  private lastSession: HostSession | undefined
  private transport: Transport | undefined
  private ticker: NodeJS.Timeout | undefined
  private readonly reconnect = new Reconnect(() => this.connect(), error => this.setState('reconnecting', error.message))
  /** The session is set up. */
  private ready = false
  /** Frames are taken. */
  private takes = false
  private pumping = false
  private readonly pumpNow = (): void => {
    this.pumping = false
    this.session?.pump()
  }

  constructor(uri: string, options: LinkOptions, access: Access<T>, kind: DeviceKind<T>) {
    super(uri, options)
    this.access = access
    this.kind = kind
    this.ring = new FrameRing(this.ownCounters.sent, this.queueFrames, kind.dataBytes)
    this.host = {
      ring: this.ring,
      counters: this.ownCounters,
      place: access.name,
      now_ns: this.now_ns,
      receive: (frame) => {
        frame.origin = this.origin
        this.receive(frame, this.ownCounters)
      },
      setState: (state, problem) => this.enter(state, problem),
      giveUp: reason => this.lost(reason),
      report: this.report,
    }
  }

  override get device(): string {
    return this.lastSession?.about ?? ''
  }

  override send(frame: LinkFrame): boolean {
    if (frame.origin === this.origin) return true
    const sent = this.ownCounters.sent
    sent.in++
    if (!this.takes || this.mode === 'listen') {
      drop(sent, this.isClosed ? 'closed' : this.mode === 'listen' ? 'listen-only' : 'not-up')
      return false
    }
    if (!this.kind.carries(frame)) {
      dropUnsupported(sent, frame)
      return false
    }
    if (this.refusesToActuate(frame) || !this.ring.push(frame, performance.now())) return false
    if (!this.pumping) {
      this.pumping = true
      queueMicrotask(this.pumpNow)
    }
    return true
  }

  protected override async start(): Promise<void> {
    if (this.kind.warning !== '') this.report(this.kind.warning)
    try {
      await this.connect()
    } catch (error) {
      throw new Error(`${this.uri}: ${(error as Error).message}`)
    }
    this.ticker = setInterval(() => {
      const now_ms = performance.now()
      this.ring.expire(now_ms)
      if (this.ready) this.session?.tick(now_ms)
    }, TICK_ms)
  }

  protected override async stop(): Promise<void> {
    this.reconnect.end()
    clearInterval(this.ticker)
    this.takes = false
    const { session, transport } = this
    this.session = undefined
    this.transport = undefined
    this.ring.clear('closed')
    if (session) await Promise.race([session.farewell(), pause(FAREWELL_ms)])
    session?.end('the link was closed')
    await transport?.close()
  }

  private async connect(): Promise<void> {
    const transport = await this.access.open()
    if (this.isClosed) return transport.close()
    const session = this.kind.createSession(transport, this.host)
    this.transport = transport
    this.session = session
    this.lastSession = session
    transport.stream.on('data', (chunk: Uint8Array) => {
      if (this.session === session) session.read(chunk)
    })
    transport.stream.once('close', () => {
      if (this.session !== session) return
      if (this.ready) this.lost(`${this.access.name} went away`)
      else session.end(`${this.access.name} went away while it was being set up`)
    })
    try {
      await session.start()
    } catch (error) {
      if (this.session === session) {
        this.session = undefined
        this.transport = undefined
      }
      session.end('')
      await transport.close()
      throw error
    }
    if (this.session !== session) return
    this.reconnect.succeeded()
    this.ready = true
    this.enter('up', '')
  }

  private enter(state: 'up' | 'error-passive' | 'bus-off', problem: string): void {
    this.takes = state !== 'bus-off' && !this.isClosed
    if (state === 'bus-off') this.ring.clear('device')
    this.setState(state, problem)
  }

  private lost(reason: string): void {
    const { session, transport } = this
    if (!session || this.isClosed) return
    this.session = undefined
    this.transport = undefined
    this.ready = false
    this.takes = false
    this.ring.clear('closed')
    session.end(reason)
    this.setState('reconnecting', reason)
    void transport?.close().then(() => this.reconnect.later())
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref())
}
