import { createSocket, type Socket } from 'node:dgram'
import type { LinkFrame } from '../link.ts'
import { frameOf } from './frames.ts'
import type { FarEnd } from './link-contract.ts'

const DATAGRAM_BYTES = 1400

/** The other end of a cannelloni tunnel, written from its documentation, and not from ours. */
export class CannelloniPeer implements FarEnd {
  origin = ''
  readonly received: LinkFrame[] = []
  /** Where our link is. */
  port = 0
  private readonly socket: Socket
  private sequence = 0
  private waiting: Buffer[] = []

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('message', datagram => this.read(datagram))
  }

  static async start(): Promise<CannelloniPeer> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 2 ** 21 })
    await new Promise<void>(bound => socket.bind(0, '127.0.0.1', bound))
    return new CannelloniPeer(socket)
  }

  get ownPort(): number {
    return this.socket.address().port
  }

  send(frame: LinkFrame): void {
    const id = Buffer.alloc(4)
    id.writeUInt32BE(frame.id + (frame.extended ? 2 ** 31 : 0) + (frame.remote ? 2 ** 30 : 0) + (frame.error ? 2 ** 29 : 0))
    const head = frame.fd ? [0x80 | frame.length, frame.brs ? 1 : 0] : [frame.length]
    if (this.waiting.length === 0) queueMicrotask(() => this.flush())
    this.waiting.push(Buffer.from([...id, ...head, ...frame.remote ? [] : frame.data.subarray(0, frame.length)]))
    if (this.waiting.reduce((sum, { length }) => sum + length, 0) > DATAGRAM_BYTES - 80) this.flush()
  }

  datagram(...bytes: number[]): void {
    this.socket.send(Uint8Array.from(bytes), this.port, '127.0.0.1')
  }

  /** As if a datagram had got lost. */
  skip(datagrams: number): void {
    this.sequence += datagrams
  }

  sendGarbage(): void {
    this.datagram(1, 2, 3)
  }

  stall(): void {
    // Whoever sends datagrams does not notice.
  }

  async leave(): Promise<void> {
    await new Promise<void>(closed => this.socket.close(closed))
  }

  private flush(): void {
    const { waiting } = this
    if (waiting.length === 0) return
    this.waiting = []
    this.datagram(2, 0, this.sequence++ & 0xff, waiting.length >> 8, waiting.length & 0xff, ...Buffer.concat(waiting))
  }

  private read(datagram: Buffer): void {
    if (datagram[0] !== 2 || datagram[1] !== 0) throw new Error(`cannelloni would refuse ${datagram.toString('hex')}`)
    let at = 5
    for (let left = datagram.readUInt16BE(3); left > 0; left--) {
      const word = datagram.readUInt32BE(at)
      const length = datagram[at + 4]! & 0x7f
      const fd = datagram[at + 4]! >= 0x80
      const remote = (word & 0x4000_0000) !== 0
      at += 5
      const brs = fd && datagram[at++]! % 2 === 1
      const bytes = remote ? [] : [...datagram.subarray(at, at + length)]
      at += bytes.length
      const frame = frameOf({ id: word & 0x1fff_ffff, extended: word >= 2 ** 31, remote, fd, brs, bytes })
      this.received.push(Object.assign(frame, { length }))
    }
    if (at !== datagram.length) throw new Error(`${datagram.length - at} bytes too many`)
  }
}
