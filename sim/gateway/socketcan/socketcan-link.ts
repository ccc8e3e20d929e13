import { execFile } from 'node:child_process'
import { lifetime_ms } from '../actuation.ts'
import { count, drop } from '../counters.ts'
import type { DropReason, LinkFrame, LinkOptions } from '../link.ts'
import { LinkBase } from '../link-base.ts'
import { createLinkFrame } from '../link-frame.ts'
import { Reconnect } from '../reconnect.ts'
import type { LinkUri } from '../uri.ts'
import { LinkUriError } from '../uri.ts'
import { busEvent, describeErrorFrame, tellsOverflow } from './error-frame.ts'
import { parseFilters } from './filters.ts'
import { isName, kernelView, whyNot, type KernelView } from './interface.ts'
import { loadSocketcan } from './load-socketcan.ts'
import { LossWatch } from './loss-watch.ts'
import { ACCEPT_NOTHING, type KernelFilter, type OpenChannel, type RawChannel, type RawMessage } from './raw-channel.ts'
import { TransmitWindow } from './transmit-window.ts'

/** How often the kernel's counters are looked at, and from what gap between two looks on the event loop stalled, ms. */
export const LOOK_ms = 250
const STALLED_ms = 400
/** First and longest pause before a controller in bus-off is restarted, ms; the kernel may do it sooner (restart-ms). */
const RESTART_FIRST_ms = 1000
const RESTART_LONGEST_ms = 30_000
/** The package frees a stopped channel's handles a turn of the loop later: the channel must outlive that, ms. */
const BURIAL_ms = 1000
/** From what difference on the machine's clock was set, ms. */
const CLOCK_SET_ms = 10
const FD_LENGTHS = new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64])

/** What the link stands on; tests stand it on a kernel of their own. */
export interface Platform {
  readonly load: () => Promise<OpenChannel>
  readonly view: KernelView
  /** Restarts the controller of an interface in bus-off. */
  readonly restart: (name: string) => Promise<void>
}

const linux: Platform = { load: loadSocketcan, view: kernelView(), restart: restartController }

export function createSocketcanLink(uri: LinkUri, options: LinkOptions, platform: Platform = linux): SocketcanLink {
  return new SocketcanLink(uri, options, platform)
}

/**
 * A CAN interface of the Linux kernel, through the package `socketcan`. One channel sends, a second one receives: what
 * others sent, and what we sent once it was on the bus, which confirms it (`delivered`). A virtual bus needs one only.
 *
 * Frames carry the time of their arrival here, which an event loop that stalls delays. `time=kernel` takes the kernel's
 * time instead, which only the package can read: a good deal slower; whether a received frame of at most 8 bytes had the
 * FD format is not known then, nor any bit rate switch; closing may hold the process up for 0.1 s, which the package's
 * thread takes to end. Error frames are received, never sent.
 */
export class SocketcanLink extends LinkBase {
  private readonly name: string
  private readonly platform: Platform
  private readonly wanted: readonly KernelFilter[]
  private readonly recovers: boolean
  /** Frames carry the kernel's own time, not that of their arrival here. */
  private readonly kernelTime: boolean
  private readonly arrival_ns: () => number
  /** Unix time at the zero of `performance`, ms: finer than Date.now(). */
  private clockZero_ms = performance.timeOrigin
  private readonly frame = createLinkFrame()
  private openChannel: OpenChannel | undefined
  private receiver: RawChannel | undefined
  private sender: RawChannel | undefined
  private window: TransmitWindow | undefined
  private windowBytes = 0
  private watch: LossWatch | undefined
  private virtual = false
  private lostBefore = 0
  private seen = 0
  private lookTimer: NodeJS.Timeout | undefined
  private lastLook_ms = 0
  private readonly reconnect = new Reconnect(() => this.connect(), (error) => {
    this.letGo(true)
    this.setState('reconnecting', error.message)
  })

  private restartAt_ms = Infinity
  private restartPause_ms = RESTART_FIRST_ms
  private carrierWasGone = false

  constructor(uri: LinkUri, options: LinkOptions, platform: Platform) {
    super(uri.text, options)
    this.name = uri.target
    this.platform = platform
    this.wanted = parseFilters(uri.text, uri.words.get('filter'))
    this.recovers = uri.words.get('recover') !== 'no'
    this.kernelTime = uri.words.get('time') === 'kernel'
    this.arrival_ns = options.now_ns ?? (() => (this.clockZero_ms + performance.now()) * 1e6)
    if (!isName(this.name)) throw new LinkUriError(`"${uri.text}": "${this.name}" is no name of an interface, such as can0`)
  }

  override send(frame: LinkFrame): boolean {
    if (frame.origin === this.origin) return true
    const sent = this.ownCounters.sent
    sent.in++
    const refusal = this.refusal(frame)
    if (refusal !== undefined) {
      drop(sent, refusal)
      return false
    }
    if (!this.virtual && this.refusesToActuate(frame)) return false
    if (this.window!.push(frame, lifetime_ms(frame))) return true
    drop(sent, 'queue-full')
    return false
  }

  protected override async start(): Promise<void> {
    try {
      this.openChannel = await this.platform.load()
      this.connect()
    } catch (error) {
      throw new Error(`${this.uri}: ${(error as Error).message}`, { cause: error })
    }
  }

  protected override async stop(): Promise<void> {
    this.reconnect.end()
    this.window?.disconnect('closed')
    this.watch?.look(this.accounted, false)
    this.letGo(true)
  }

  private refusal(frame: LinkFrame): DropReason | undefined {
    if (this.isClosed) return 'closed'
    if (this.mode === 'listen') return 'listen-only'
    if ((this.state !== 'up' && this.state !== 'error-passive') || this.window === undefined) return 'not-up'
    if (frame.error) return 'error-frame'
    if (frame.bus !== 0 || (frame.fd ? this.windowBytes <= 8 || !FD_LENGTHS.has(frame.length) : frame.length > 8)) return 'unsupported'
    return frame.id > (frame.extended ? 0x1fff_ffff : 0x7ff) ? 'unsupported' : undefined
  }

  /** Opens the channels. Throws one line when that cannot be now. */
  private connect(): void {
    const { view } = this.platform
    const problem = whyNot(view, this.name)
    if (problem !== '') throw new Error(problem)
    const status = view.status(this.name)
    this.virtual = status.virtual
    const watch = new LossWatch(view, this.name, this.wanted)
    const receiver = this.channel(this.kernelTime)
    receiver.setRxFilters(watch.filters)
    receiver.addListener('onMessage', message => this.receiver === receiver && this.onMessage(message))
    receiver.addListener('onStopped', () => this.receiver === receiver && this.onLost(false))
    this.watch = watch
    this.seen = 0
    this.receiver = receiver
    receiver.start()
    if (this.mode !== 'listen') this.connectSender(receiver, status.fd ? 64 : 8)
    this.reconnect.succeeded()
    this.lastLook_ms = performance.now()
    this.lookTimer = setInterval(() => this.look(), LOOK_ms)
    this.setState('up')
    if (!status.carrier) this.enterBusOff()
  }

  /**
   * On a virtual bus a frame that the kernel takes has been to everybody when it returns: the receiver's own socket does,
   * which is not shown its own frames. They are counted in the kernel's lists all the same, once where all frames pass.
   */
  private connectSender(receiver: RawChannel, dataBytes: number): void {
    const window = this.prepareWindow(dataBytes)
    if (this.virtual && receiver.bothWays === true && this.wanted.length === 0) return window.connect(receiver, true)
    this.sender = this.channel(false)
    this.sender.setRxFilters(ACCEPT_NOTHING)
    this.sender.setErrorFilters(0)
    window.connect(this.sender)
  }

  /** Data frames that the kernel handed to the socket, as far as we know. */
  private get accounted(): number {
    return this.seen + (this.window?.unseen ?? 0)
  }

  private channel(timestamps: boolean): RawChannel {
    try {
      return this.openChannel!(this.name, { timestamps })
    } catch (error) {
      const problem = whyNot(this.platform.view, this.name)
      throw new Error(problem || `not permitted to open a raw CAN socket on ${this.name}, or the kernel has no module can-raw`, { cause: error })
    }
  }

  private prepareWindow(dataBytes: number): TransmitWindow {
    if (this.window === undefined || this.windowBytes !== dataBytes) {
      this.window = new TransmitWindow(this.ownCounters.sent, this.queueFrames, dataBytes)
      this.windowBytes = dataBytes
    }
    return this.window
  }

  private onMessage(message: RawMessage): void {
    const data = message.data
    if (typeof message.id !== 'number' || !(data instanceof Uint8Array) || data.length > 64) {
      count(this.ownCounters.malformed, 'bad-message')
      return
    }
    if (message.err !== true) {
      this.seen++
      if (this.window !== undefined && this.window.unconfirmed > 0 && this.window.confirm(message)) return
    }
    const frame = this.frame
    frame.id = message.id
    frame.extended = message.ext === true
    frame.remote = message.rtr === true
    frame.error = message.err === true
    frame.length = data.length
    frame.fd = message.fd ?? data.length > 8
    frame.brs = message.brs === true
    if (!frame.remote) for (let i = 0; i < data.length; i++) frame.data[i] = data[i]!
    frame.timestamp_ns = this.kernelTime && message.ts_sec !== undefined && message.ts_usec !== undefined
      ? message.ts_sec * 1e9 + message.ts_usec * 1e3
      : this.arrival_ns()
    frame.origin = this.origin
    if (frame.error) this.onErrorFrame(frame)
    this.receive(frame, this.ownCounters)
  }

  private onErrorFrame(frame: LinkFrame): void {
    if (tellsOverflow(frame.id, frame.data)) this.watch?.tellOverflow()
    const event = busEvent(frame.id, frame.data)
    if (event === 'bus-off') this.enterBusOff()
    else if (event === 'restarted') this.leaveBusOff()
    else if (this.state === 'bus-off') return
    else if (event === 'error-passive') this.setState('error-passive', `${this.name}: ${describeErrorFrame(frame.id, frame.data)}`)
    else if (event === 'error-active') this.setState('up')
  }

  /** Old commands must not burst out when the controller comes back. */
  private enterBusOff(): void {
    if (this.state === 'bus-off') return
    this.setState('bus-off', `${this.name} is bus-off: its wiring or bit rate is wrong, or another node disturbs it`)
    this.window?.dropWaiting('not-up')
    this.restartAt_ms = performance.now() + this.restartPause_ms
    this.restartPause_ms = Math.min(2 * this.restartPause_ms, RESTART_LONGEST_ms)
  }

  private leaveBusOff(): void {
    this.restartAt_ms = Infinity
    this.carrierWasGone = false
    this.window?.suspectAll()
    this.setState('up')
  }

  /**
   * The interface went down, or away. `running`: the channel did not notice (its reading swallows the one error the
   * kernel has for it), so its thread is still there.
   */
  private onLost(running: boolean): void {
    const problem = whyNot(this.platform.view, this.name) || `${this.name} went down`
    this.receiver?.drain?.()
    this.window?.disconnect('device')
    this.watch?.finish(this.accounted)
    this.letGo(running)
    this.setState('reconnecting', problem)
    this.reconnect.later()
  }

  /** Ends the channels; `running`: the receiver's thread has not ended by itself. */
  private letGo(running: boolean): void {
    clearInterval(this.lookTimer)
    this.restartAt_ms = Infinity
    this.carrierWasGone = false
    this.lostBefore += this.watch?.lost ?? 0
    this.watch = undefined
    this.ownCounters.unknownLost = this.lostBefore
    const { receiver, sender } = this
    this.receiver = undefined
    this.sender = undefined
    sender?.release?.()
    if (receiver === undefined) return
    // The package closes a socket when its object is collected: until then it shall cost the kernel nothing.
    receiver.setRxFilters(ACCEPT_NOTHING)
    receiver.setErrorFilters(0)
    if (running) receiver.stop()
    setTimeout(() => void [receiver, sender], BURIAL_ms).unref()
  }

  private look(): void {
    const now = performance.now()
    const onTime = now - this.lastLook_ms < STALLED_ms
    this.lastLook_ms = now
    this.followClock(now)
    this.watch?.look(this.accounted, onTime)
    this.ownCounters.unknownLost = this.lostBefore + (this.watch?.lost ?? 0)
    const status = this.platform.view.status(this.name)
    if (!status.up) return this.onLost(true)
    this.window?.sweep()
    this.followCarrier(status.carrier)
    if (now < this.restartAt_ms || this.virtual || !this.recovers) return
    this.restartAt_ms = now + this.restartPause_ms
    this.restartPause_ms = Math.min(2 * this.restartPause_ms, RESTART_LONGEST_ms)
    this.platform.restart(this.name).catch((error: Error) => {
      if (this.state === 'bus-off') this.setState('bus-off', `${this.name} is bus-off and cannot be restarted by us: ${error.message}`)
    })
  }

  /** Somebody set the clock of the machine. */
  private followClock(now_ms: number): void {
    const zero_ms = Date.now() - now_ms
    if (Math.abs(zero_ms - this.clockZero_ms) > CLOCK_SET_ms) this.clockZero_ms = zero_ms
  }

  /** Error frames may be among what got lost: the carrier tells the same, later. */
  private followCarrier(carrier: boolean): void {
    if (!carrier) {
      this.carrierWasGone = true
      this.enterBusOff()
    } else if (this.carrierWasGone) {
      this.leaveBusOff()
    } else if (this.state === 'up') {
      this.restartPause_ms = RESTART_FIRST_ms
    }
  }
}

function restartController(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile('ip', ['link', 'set', 'dev', name, 'type', 'can', 'restart'], { timeout: 5000 }, (error, _out, stderr) => {
      if (!error) return resolve()
      const why = stderr.trim().split('\n')[0] || (error as NodeJS.ErrnoException).code || error.message
      reject(new Error(`${why} (as root: ip link set ${name} type can restart)`))
    })
  })
}
