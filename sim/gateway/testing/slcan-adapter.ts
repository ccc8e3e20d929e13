import type { Duplex } from 'node:stream'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { LinkFrame } from '../link.ts'
import { encodeSlcanFrame, SLCAN_FRAME_BYTES } from '../slcan/index.ts'
import type { FarEnd } from './link-contract.ts'
import { SlcanFirmware, type FirmwareManners } from './slcan-firmware.ts'

export interface AdapterManners extends FirmwareManners {
  /** Cuts what it sends into pieces of so many bytes. */
  readonly piece?: number
}

/** An SLCAN adapter for tests, at the other end of a stream. */
export class SlcanAdapter extends SlcanFirmware implements FarEnd {
  origin = ''
  private readonly stream: Duplex
  private readonly piece: number | undefined
  private readonly hangUp: () => Promise<void>

  constructor(stream: Duplex, manners: AdapterManners, hangUp: () => Promise<void>) {
    super(manners, answer => this.write(answer))
    this.stream = stream
    this.piece = manners.piece
    this.hangUp = hangUp
    stream.on('data', (chunk: Uint8Array) => this.read(chunk))
    stream.on('error', () => undefined)
  }

  send(frame: LinkFrame): void {
    const bytes = new Uint8Array(SLCAN_FRAME_BYTES)
    this.write(bytes.subarray(0, encodeSlcanFrame(frame, bytes, 0, this.timestamps)))
  }

  write(bytes: Uint8Array | string): void {
    const all = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes)
    const size = this.piece ?? all.length
    for (let at = 0; at < all.length; at += size) this.stream.write(all.subarray(at, at + size))
  }

  sendGarbage(): void {
    this.write(Buffer.concat([Buffer.alloc(5000, 'x'), Buffer.from('\rT1\rt9990\rt12391122\rZZZ\r\0\xff\r', 'latin1')]))
  }

  stall(stalled: boolean): void {
    if (stalled) this.stream.pause()
    else this.stream.resume()
  }

  leave(): Promise<void> {
    return this.hangUp()
  }
}

/** A TCP server on which one adapter after the other can be plugged in. */
export class AdapterServer {
  readonly adapters: SlcanAdapter[] = []
  manners: AdapterManners
  private readonly server: Server
  private readonly sockets: Socket[] = []

  private constructor(server: Server, manners: AdapterManners) {
    this.server = server
    this.manners = manners
    server.on('connection', (socket) => {
      socket.setNoDelay(true)
      this.sockets.push(socket)
      this.adapters.push(new SlcanAdapter(socket, this.manners, async () => { socket.destroy() }))
    })
  }

  static async listen(manners: AdapterManners = {}): Promise<AdapterServer> {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return new AdapterServer(server, manners)
  }

  get place(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** The one that is connected now. */
  get adapter(): SlcanAdapter {
    return this.adapters[this.adapters.length - 1]!
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise(resolve => this.server.close(resolve))
  }
}
