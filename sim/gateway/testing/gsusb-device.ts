import type { UsbAdapter, UsbSetup } from '../gsusb/index.ts'
import type { LinkFrame } from '../link.ts'
import { frameOf } from './frames.ts'
import type { FarEnd } from './link-contract.ts'

const FD_LENGTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64]

/** A gs_usb adapter with two channels at the level of its transfers, written from candleLight_fw and not from our codec. */
export class GsusbDevice implements FarEnd, UsbAdapter {
  readonly vendorId = 0x1d50
  readonly productId = 0x606f
  readonly productName = 'candleLight'
  readonly serialNumber: string
  readonly configuration = null
  origin = ''
  readonly received: LinkFrame[] = []
  /** Control transfers to it: the request and its words. */
  readonly told: [request: number, value: number, ...words: number[]][] = []
  /** Features: listen only, loop back, hardware time stamps. */
  features = 0b1_0011
  /** Bytes it answers to requests, in place of its own. */
  readonly answers = new Map<number, Uint8Array>()
  /** It takes frames and never has the bus to send them. */
  deaf = false
  running = false
  private isHere = true
  private stalled = false
  private readonly toHost: Uint8Array[] = []
  private readonly held: (() => void)[] = []
  private waiting: { resolve: (answer: { status: string, data: DataView }) => void, reject: (error: Error) => void } | undefined

  constructor(serialNumber = 'A1') {
    this.serialNumber = serialNumber
  }

  open(): Promise<void> {
    return this.isHere ? Promise.resolve() : Promise.reject(new Error('device disconnected'))
  }

  close(): Promise<void> {
    this.waiting?.reject(new Error('device closed'))
    this.waiting = undefined
    return Promise.resolve()
  }

  claimInterface(): Promise<void> {
    return this.open()
  }

  async controlTransferIn({ request }: UsbSetup, bytes: number): Promise<{ status: string, data: DataView }> {
    await this.open()
    const limits = [1, 16, 1, 8, 4, 1, 1024, 1]
    const own = new Map([
      [5, [0x0100_0000, 2, 1]], [4, [this.features, 48_000_000, ...limits]],
      [11, [this.features, 48_000_000, ...limits, 1, 32, 1, 16, 8, 1, 32, 1]],
    ])
    const words = own.get(request)
    if (words === undefined) throw new Error('endpoint stalled')
    const answer = this.answers.get(request) ?? new Uint8Array(Uint32Array.from(words).buffer)
    return { status: 'ok', data: new DataView(answer.slice(0, bytes).buffer) }
  }

  async controlTransferOut({ request, value }: UsbSetup, data: Uint8Array): Promise<{ status: string }> {
    await this.open()
    const words = [...new Uint32Array(data.slice().buffer)]
    this.told.push([request, value, ...words])
    if (request === 2) this.running = words[0] === 1
    return { status: 'ok' }
  }

  async transferIn(): Promise<{ status: string, data: DataView }> {
    await this.open()
    const next = this.toHost.shift()
    if (next) return { status: 'ok', data: new DataView(next.buffer) }
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject }
    })
  }

  async transferOut(_endpoint: number, data: Uint8Array): Promise<{ status: string }> {
    await this.open()
    const bytes = data.slice()
    if (this.stalled) await new Promise<void>(resolve => this.held.push(resolve))
    await this.open()
    if (!this.deaf) this.transmit(bytes)
    return { status: 'ok' }
  }

  send(frame: LinkFrame): void {
    this.sendTo(0, frame)
  }

  sendTo(channel: number, frame: LinkFrame, flags = 0): void {
    const bytes = new Uint8Array(frame.fd ? 80 : 24)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, 0xffff_ffff, true)
    view.setUint32(4, frame.id + (frame.extended ? 2 ** 31 : 0) + (frame.remote ? 2 ** 30 : 0) + (frame.error ? 2 ** 29 : 0), true)
    bytes.set([frame.fd ? FD_LENGTHS.indexOf(frame.length) : frame.length, channel, flags + (frame.fd ? 2 : 0) + (frame.brs ? 4 : 0)], 8)
    if (!frame.remote) bytes.set(frame.data.subarray(0, frame.length), 12)
    view.setUint32(bytes.length - 4, Math.floor(frame.timestamp_ns / 1000) % 2 ** 32, true)
    this.put(bytes)
  }

  /** One transfer to the host. */
  put(bytes: Uint8Array): void {
    const { waiting } = this
    if (!waiting) return void this.toHost.push(bytes)
    this.waiting = undefined
    waiting.resolve({ status: 'ok', data: new DataView(bytes.slice().buffer) })
  }

  sendGarbage(): void {
    this.put(Uint8Array.of(1, 2, 3))
    this.put(new Uint8Array(24).fill(0xee))
  }

  stall(stalled: boolean): void {
    this.stalled = stalled
    if (!stalled) for (const go of this.held.splice(0)) go()
  }

  leave(): Promise<void> {
    this.isHere = false
    this.running = false
    this.stall(false)
    this.waiting?.reject(new Error('device disconnected'))
    this.waiting = undefined
    return Promise.resolve()
  }

  private transmit(bytes: Uint8Array): void {
    const word = new DataView(bytes.buffer).getUint32(4, true)
    const fd = (bytes[10]! & 2) !== 0
    const length = fd ? FD_LENGTHS[bytes[8]!]! : bytes[8]!
    const [extended, remote] = [word >= 2 ** 31, (word >>> 30 & 1) === 1]
    const kind = { id: word & 0x1fff_ffff, extended, remote, fd, brs: (bytes[10]! & 4) !== 0, bus: bytes[9]! }
    this.received.push(remote ? frameOf({ ...kind, length }) : frameOf({ ...kind, bytes: [...bytes.subarray(12, 12 + length)] }))
    this.put(bytes)
  }
}
