import { CLASSIC_DATA_BYTES, createFrame, ISOTP, ISOTP_PCI, type IsoTpOutcome, IsoTpReceiver, IsoTpSender, type CanFrame } from '#protocol/index.ts'

/** Time, as connections need it: real, or a simulation's. */
export interface Clock {
  now_ms(): number
  /** Calls `fire` once; returns what cancels it. */
  after(delay_ms: number, fire: () => void): () => void
}

/** A bus, as connections need it: a link, or a node of the virtual car. */
export interface Wire {
  /** `false`: not taken, as when a queue is full. */
  send(frame: CanFrame): boolean
  /** The frame is the wire's own: valid during the call. Returns the unsubscriber. */
  onFrame(handler: (frame: CanFrame) => void): () => void
}

/** Identifiers of one connection: normal addressing with 11 bits, normal fixed or any other with 29. */
export interface Addressing {
  readonly extended: boolean
  readonly tx: number
  readonly rx: number
}

/** Longest message that is taken: far more than any hub sends. */
const CAPACITY = 65_536
/** No pauses and no flow control but the first: a host keeps up. */
const BLOCK_SIZE = 0
const SEPARATION = 0

/** One ISO-TP connection over a wire that tells of no single frame whether it was sent: what it takes counts as sent. */
export class IsoTpConnection {
  /** A whole message came. */
  onMessage: (message: Uint8Array) => void = () => undefined
  private readonly wire: Wire
  private readonly addressing: Addressing
  private readonly clock: Clock
  private readonly sender: IsoTpSender
  private readonly receiver: IsoTpReceiver
  private readonly frame: CanFrame = createFrame(CLASSIC_DATA_BYTES)
  private readonly unsubscribe: () => void
  private finished: ((outcome: IsoTpOutcome) => void) | undefined
  private cancel: (() => void) | undefined
  private taken = false

  constructor(wire: Wire, addressing: Addressing, clock: Clock) {
    this.wire = wire
    this.addressing = addressing
    this.clock = clock
    const put = (data: Uint8Array): boolean => this.put(data)
    this.sender = new IsoTpSender(put)
    this.receiver = new IsoTpReceiver(put, CAPACITY, BLOCK_SIZE, SEPARATION)
    this.sender.onDone = (outcome) => {
      const { finished } = this
      this.finished = undefined
      finished?.(outcome)
    }
    this.unsubscribe = wire.onFrame(frame => this.hear(frame))
  }

  /** Sends one message. Resolves with what became of it: that it was sent, not that it was understood. */
  send(message: Uint8Array): Promise<IsoTpOutcome> {
    if (this.sender.busy()) return Promise.reject(new Error('a message is under way on this connection'))
    if (message.length === 0) return Promise.reject(new RangeError('a message has at least one byte'))
    return new Promise((resolve) => {
      this.finished = resolve
      this.sender.send(message, message.length, this.clock.now_ms())
      this.settle()
    })
  }

  /** What went wrong so far, by cause. */
  problems(): Readonly<Partial<Record<keyof typeof ISOTP, number>>> {
    const names = Object.keys(ISOTP) as (keyof typeof ISOTP)[]
    return Object.fromEntries(names
      .map(name => [name, this.sender.counts[ISOTP[name]]! + this.receiver.counts[ISOTP[name]]!] as const)
      .filter(([name, count]) => name !== 'ok' && count > 0))
  }

  close(): void {
    this.unsubscribe()
    this.cancel?.()
    this.cancel = undefined
  }

  private hear(frame: CanFrame): void {
    const { addressing: { rx, extended }, sender, receiver, clock } = this
    if (frame.id !== rx || frame.extended !== extended || frame.remote) return
    const now_ms = clock.now_ms()
    const { data, length } = frame
    if (length > 0 && data[0]! >> 4 === ISOTP_PCI.flow) sender.receive(data, length, now_ms)
    else if (receiver.receive(data, length, now_ms)) this.onMessage(receiver.buffer.slice(0, receiver.size))
    this.settle()
  }

  private put(data: Uint8Array): boolean {
    const { frame, addressing: { tx, extended } } = this
    frame.id = tx
    frame.extended = extended
    frame.length = CLASSIC_DATA_BYTES
    frame.data.set(data)
    this.taken = this.wire.send(frame)
    return this.taken
  }

  /** What was taken counts as sent; then the next time to look is set. */
  private settle(): void {
    const { sender, receiver, clock } = this
    while (this.taken) {
      this.taken = false
      const now_ms = clock.now_ms()
      receiver.sent(now_ms)
      sender.sent(now_ms)
    }
    this.cancel?.()
    this.cancel = undefined
    const due_ms = Math.min(sender.due_ms, receiver.due_ms)
    if (due_ms === Infinity) return
    this.cancel = clock.after(Math.max(0, due_ms - clock.now_ms()), () => {
      const now_ms = clock.now_ms()
      sender.tick(now_ms)
      receiver.tick(now_ms)
      this.settle()
    })
  }
}
