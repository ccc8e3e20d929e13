import type { Duplex } from 'node:stream'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { LinkFrame } from '../link.ts'
import { cloneLinkFrame, createLinkFrame } from '../link-frame.ts'
import { decodeSlcanFrame, encodeSlcanFrame, isFrameLetter, SLCAN_FRAME_BYTES } from '../slcan/codec.ts'
import { SlcanLineReader } from '../slcan/line-reader.ts'
import type { FarEnd } from './link-contract.ts'

/** How an adapter behaves; the default is a LAWICEL CANUSB. */
export interface AdapterManners {
  /** Answers with CR, `z` and bells. */
  confirms?: boolean
  /** What it says to `V`; undefined: nothing. */
  version?: string | undefined
  serial?: string | undefined
  /** Sends back every line it gets. */
  echoes?: boolean
  /** Knows `F`. */
  polls?: boolean
  /** The only bit rate it has; undefined: all. */
  bitrate?: string
  /** Confirms frames by a mere CR. */
  plain?: boolean
  /** It swallows every answer to this n-th frame. */
  swallow?: (n: number) => boolean
  /** It refuses this n-th frame with a bell. */
  refuse?: (n: number) => boolean
  /** Cuts what it sends into pieces of so many bytes. */
  piece?: number
}

/** An SLCAN adapter for tests, at the other end of a stream. */
export class SlcanAdapter implements FarEnd {
  origin = ''
  readonly received: LinkFrame[] = []
  /** Commands in the order in which they came, frames left out. */
  readonly commands: string[] = []
  channel: 'closed' | 'O' | 'L' = 'closed'
  timestamps = false
  /** Answer to the next `F`, which clears it when `latched`. */
  flags = 0
  latched = false
  private readonly manners: AdapterManners
  private readonly stream: Duplex
  private readonly hangUp: () => Promise<void>
  private frames = 0

  constructor(stream: Duplex, manners: AdapterManners, hangUp: () => Promise<void>) {
    this.stream = stream
    this.manners = manners
    this.hangUp = hangUp
    const reader = new SlcanLineReader({
      onLine: (bytes, start, end) => this.line(Buffer.from(bytes.slice(start, end)).toString('latin1')),
      onOverlong: () => { throw new Error('the host sent an overlong line') },
    })
    stream.on('data', (chunk: Uint8Array) => reader.push(chunk))
    stream.on('error', () => undefined)
  }

  send(frame: LinkFrame): void {
    const bytes = new Uint8Array(SLCAN_FRAME_BYTES)
    this.write(bytes.subarray(0, encodeSlcanFrame(frame, bytes, 0, this.timestamps)))
  }

  write(bytes: Uint8Array | string): void {
    const all = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes)
    const size = this.manners.piece ?? all.length
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

  private line(text: string): void {
    if (text === '') return
    if (this.manners.echoes) this.write(`${text}\r`)
    if (isFrameLetter(text.charCodeAt(0))) this.transmit(text)
    else {
      this.commands.push(text)
      const answer = this.command(text)
      if (answer !== undefined) this.write(answer)
    }
  }

  private transmit(text: string): void {
    const frame = createLinkFrame()
    const fault = decodeSlcanFrame(Buffer.from(text, 'latin1'), 0, text.length, frame)
    if (fault !== undefined) throw new Error(`the host sent ${text}: ${fault}`)
    const n = this.frames++
    const { confirms = true, plain, swallow, refuse } = this.manners
    const refused = this.channel !== 'O' || refuse?.(n)
    if (!refused) this.received.push(cloneLinkFrame(frame))
    if (confirms && !swallow?.(n)) this.write(refused ? '\x07' : plain ? '\r' : frame.extended ? 'Z\r' : 'z\r')
  }

  private command(text: string): string | undefined {
    const { confirms = true, polls = true, bitrate } = this.manners
    const version = 'version' in this.manners ? this.manners.version : 'V1013'
    const serial = 'serial' in this.manners ? this.manners.serial : 'NA123'
    const ok = confirms ? '\r' : undefined
    const bell = confirms ? '\x07' : undefined
    switch (text[0]) {
      case 'V': return version === undefined ? bell : `${version}\r`
      case 'N': return serial === undefined ? bell : `${serial}\r`
      case 'S':
      case 's': return bitrate === undefined || bitrate === text ? ok : bell
      case 'Z':
        this.timestamps = text === 'Z1'
        return ok
      case 'C':
        if (this.channel === 'closed') return bell
        this.channel = 'closed'
        return ok
      case 'O':
      case 'L':
        this.channel = text[0]
        return ok
      case 'F': {
        if (!polls || this.channel === 'closed') return bell
        const answer = `F${this.flags.toString(16).toUpperCase().padStart(2, '0')}\r`
        if (!this.latched) this.flags = 0
        return answer
      }
      default: return bell
    }
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
