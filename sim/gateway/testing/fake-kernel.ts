import type {
  FilterRow, InterfaceStatus, KernelFilter, KernelView, OpenChannel, OutMessage, Platform, RawChannel, RawMessage,
} from '../socketcan/index.ts'

/** Frames a socket holds before it overflows. */
const SOCKET_FRAMES = 277

/** Stands in for a Linux kernel with one CAN interface, for machines that have none: what it sends is seen on its bus. */
export class FakeKernel {
  readonly name: string
  /** What the link sent and the bus carried. */
  readonly sent: RawMessage[] = []
  readonly restarts: string[] = []
  status: InterfaceStatus = { exists: true, isCan: true, up: true, carrier: true, fd: true, virtual: true }
  /** Frames the interface takes before it answers ENOBUFS. */
  queueLength = Infinity
  /** Nothing gets onto the bus, nor out of the kernel. */
  stalled = false
  /** The next frames are sent, but not seen by anybody. */
  swallow = 0
  lost = 0
  loadError: Error | undefined
  restartError: Error | undefined
  /** Sockets are read without the package: they may send too, and are not shown what they sent. */
  bothWays = false
  /** Whether a socket notices that its interface went down, or has to be told. */
  notices = true
  private readonly channels = new Set<FakeChannel>()
  private waiting: { message: RawMessage, from: FakeChannel | undefined }[] = []
  private scheduled = false

  constructor(name = 'vcan0') {
    this.name = name
  }

  get platform(): Platform {
    return {
      load: () => this.loadError ? Promise.reject(this.loadError) : Promise.resolve(this.openChannel),
      view: this.view,
      restart: (name) => {
        this.restarts.push(name)
        return this.restartError ? Promise.reject(this.restartError) : Promise.resolve()
      },
    }
  }

  get view(): KernelView {
    const nothing: InterfaceStatus = { exists: false, isCan: false, up: false, carrier: false, fd: false, virtual: false }
    return {
      status: name => name === this.name ? this.status : nothing,
      canInterfaces: () => this.status.exists && this.status.isCan ? [this.name] : [],
      hasCan: () => true,
      lost: () => this.lost,
      filters: () => [...this.channels].flatMap(channel => channel.rows),
      socketFrames: () => SOCKET_FRAMES,
    }
  }

  /** Sockets that programs hold open and read. */
  get sockets(): number {
    return [...this.channels].filter(channel => channel.started).length
  }

  /** Something appears on the bus; error frames too. */
  inject(message: RawMessage): void {
    this.waiting.push({ message, from: undefined })
    this.schedule()
  }

  /** Every socket that is read has no room for so many frames. */
  overflow(frames: number): void {
    for (const channel of this.channels) if (channel.started) channel.overflow(frames)
  }

  setUp(up: boolean): void {
    this.status = { ...this.status, up }
    if (up) return
    this.waiting = []
    for (const channel of [...this.channels]) if (this.notices) channel.fail()
  }

  stall(stalled: boolean): void {
    this.stalled = stalled
    this.schedule()
  }

  /** What a channel's `send` comes to. */
  take(message: OutMessage, from: FakeChannel): number {
    if (!this.status.up || this.waiting.length >= this.queueLength) return -1
    const copy = { id: message.id, data: Uint8Array.from(message.data), ts_sec: 1, ts_usec: 5 }
    this.waiting.push({ message: { ...copy, ...message.ext && { ext: true }, ...message.rtr && { rtr: true } }, from })
    this.schedule()
    return 16
  }

  forget(channel: FakeChannel): void {
    this.channels.delete(channel)
  }

  private readonly openChannel: OpenChannel = () => {
    const channel = new FakeChannel(this)
    this.channels.add(channel)
    return channel
  }

  private schedule(): void {
    if (this.scheduled || this.stalled) return
    this.scheduled = true
    setImmediate(() => {
      this.scheduled = false
      if (this.stalled) return
      for (const { message, from } of this.waiting.splice(0)) {
        if (from && this.swallow > 0) {
          this.swallow--
          continue
        }
        if (from) this.sent.push(message)
        for (const channel of this.channels) channel.deliver(message, channel === from)
      }
    })
  }
}

class FakeChannel implements RawChannel {
  started = false
  rows: FilterRow[] = []
  private readonly kernel: FakeKernel
  private filters: readonly KernelFilter[] = [{ id: 0, mask: 0 }]
  readonly bothWays: boolean
  private matches = 0
  private onMessage: ((message: RawMessage) => void)[] = []
  private onStopped: (() => void)[] = []

  constructor(kernel: FakeKernel) {
    this.kernel = kernel
    this.bothWays = kernel.bothWays
  }

  addListener(event: 'onMessage' | 'onStopped', callback: ((message: RawMessage) => void) & (() => void)): void {
    if (event === 'onMessage') this.onMessage.push(callback)
    else this.onStopped.push(callback)
  }

  start(): void {
    this.started = true
  }

  stop(): void {
    if (!this.started) throw new Error('Channel not started')
    this.fail()
  }

  fail(): void {
    if (!this.started) return
    this.started = false
    for (const callback of this.onStopped) callback()
    this.kernel.forget(this)
  }

  send(message: OutMessage): number {
    return this.kernel.take(message, this)
  }

  sendFD(message: OutMessage): number {
    return this.kernel.take(message, this)
  }

  setRxFilters(filters: KernelFilter | readonly KernelFilter[]): void {
    this.filters = Array.isArray(filters) ? filters as readonly KernelFilter[] : [filters as KernelFilter]
    this.refreshRows()
  }

  setErrorFilters(): void { /* Error frames always pass here. */ }

  deliver(message: RawMessage, own: boolean): void {
    if (!this.started) return
    if (message.err !== true) {
      const word = (message.id | (message.ext ? 0x8000_0000 : 0)) >>> 0
      if (!this.filters.some(({ id, mask, invert }) => (((word ^ id) & mask) === 0) !== (invert === true))) return
      this.matches++
      this.refreshRows()
    }
    if (!own) for (const callback of this.onMessage) callback(message)
  }

  /** The kernel handed it frames that never came out of the socket. */
  overflow(frames: number): void {
    this.matches += frames
    this.refreshRows()
  }

  private refreshRows(): void {
    this.rows = this.filters.map(({ id, mask }, i) => ({ list: 'rcvlist_fil', id: (id & mask) >>> 0, mask, matches: i === 0 ? this.matches : 0 }))
  }
}
