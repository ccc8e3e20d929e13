import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { lifetime_ms } from '../actuation.ts'
import { count, drop, dropUnsupported } from '../counters.ts'
import { formatEndpoint, readEndpoint, type Endpoint } from '../endpoint.ts'
import type { Link, LinkFrame, LinkOptions } from '../link.ts'
import { LinkBase } from '../link-base.ts'
import { createLinkFrame } from '../link-frame.ts'
import type { LinkUri } from '../uri.ts'
import { fits, frameBytes, HEAD_BYTES, readDatagram, writeFrame, writeHead } from './codec.ts'

const DEFAULT_PORT = 20_000
/** What fits into one Ethernet frame: 1500 bytes less the heads of IP and UDP (IPv6's is the longer one). */
const DATAGRAM_BYTES = 1500 - 40 - 8
/** Datagrams that may be on their way to the kernel. */
const PACKETS_MOST = 64
/** Room for what comes while this process is busy. */
const RECEIVE_BYTES = 2 ** 21
/** Turns of the event loop that closing waits for them. */
const CLOSING_TURNS = 10
/** A step back of the sequence number by less than this is a datagram that was overtaken, not 200 that were lost. */
const LATE_MOST = 64

/** `cannelloni:host:20000?local=0.0.0.0:20000`: the other end of a cannelloni tunnel, in UDP. */
export function createCannelloniLink(uri: LinkUri, options: LinkOptions): Link {
  const far = readEndpoint(uri, { host: '127.0.0.1', port: DEFAULT_PORT })
  const local = uri.words.get('local')
  const fallback = { host: far.host.includes(':') ? '::1' : '127.0.0.1', port: DEFAULT_PORT }
  return new CannelloniLink(uri.text, options, far, local === undefined ? fallback : readEndpoint({ ...uri, target: local }, fallback))
}

/**
 * UDP confirms nothing and keeps no order between machines: a frame is delivered when the kernel took its datagram, datagrams
 * that are missing by their number are counted as at least one frame lost each.
 */
class CannelloniLink extends LinkBase {
  private readonly far: Endpoint
  private readonly local: Endpoint
  private readonly frame = createLinkFrame()
  private socket: Socket | undefined
  /** The far end's address, as datagrams carry it. */
  private address = ''
  private expected = -1
  private heardFrom = ''
  private toldStranger = false
  private packet = new Uint8Array(DATAGRAM_BYTES)
  private end = HEAD_BYTES
  private frames = 0
  private deadline_ms = Infinity
  private sequence = 0
  private underWay = 0
  private scheduled = false

  constructor(uri: string, options: LinkOptions, far: Endpoint, local: Endpoint) {
    super(uri, options)
    this.far = far
    this.local = local
  }

  override get device(): string {
    return this.heardFrom === '' ? '' : `cannelloni, ${this.heardFrom}`
  }

  override get addresses(): readonly string[] {
    if (this.isClosed || this.socket === undefined) return []
    const { address, port } = this.socket.address()
    return [`cannelloni:${formatEndpoint({ host: address, port })}`]
  }

  override send(frame: LinkFrame): boolean {
    if (frame.origin === this.origin) return true
    const { sent } = this.ownCounters
    sent.in++
    if (this.isClosed || this.mode === 'listen' || this.socket === undefined) {
      drop(sent, this.isClosed ? 'closed' : this.mode === 'listen' ? 'listen-only' : 'not-up')
      return false
    }
    if (frame.error || frame.bus !== 0) {
      dropUnsupported(sent, frame)
      return false
    }
    if (this.refusesToActuate(frame)) return false
    if (!fits(this.end, this.frames, frameBytes(frame), DATAGRAM_BYTES)) this.flush()
    if (sent.queued >= this.queueFrames || this.underWay >= PACKETS_MOST) {
      drop(sent, 'queue-full')
      return false
    }
    this.end = writeFrame(frame, this.packet, this.end)
    this.frames++
    this.deadline_ms = Math.min(this.deadline_ms, performance.now() + lifetime_ms(frame))
    sent.queued++
    if (!this.scheduled) {
      this.scheduled = true
      queueMicrotask(() => this.flush())
    }
    return true
  }

  protected override async start(): Promise<void> {
    const { far, local } = this
    const found = await lookup(far.host).catch(() => { throw new Error(`${this.uri}: there is no machine named ${far.host}`) })
    this.address = found.address
    const socket = createSocket({ type: found.family === 6 ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BYTES })
    await new Promise<void>((resolve, reject) => {
      socket.once('error', error => reject(new Error(`${this.uri}: cannot use ${formatEndpoint(local)} here: ${error.message}; local= names another`)))
      socket.bind(local.port, local.host, resolve)
    })
    // From here on an error concerns one datagram, and is counted where it was sent.
    socket.removeAllListeners('error').on('error', () => undefined)
    socket.on('message', (bytes, from) => this.heard(bytes, from))
    if (this.isClosed) return void socket.close()
    this.socket = socket
    this.setState('up')
  }

  protected override async stop(): Promise<void> {
    const { socket, ownCounters: { sent } } = this
    this.flush()
    // The kernel takes a datagram at once; what it did not take by then it never will.
    for (let turns = 0; turns < CLOSING_TURNS && this.underWay > 0; turns++) await new Promise(setImmediate)
    this.socket = undefined
    drop(sent, 'closed', sent.queued)
    sent.queued = 0
    await new Promise<void>(closed => socket === undefined ? closed() : socket.close(() => closed()))
  }

  private flush(): void {
    this.scheduled = false
    const { socket, frames, ownCounters: { sent } } = this
    if (frames === 0 || socket === undefined) return
    const datagram = this.packet.subarray(0, this.end)
    const late = performance.now() > this.deadline_ms
    this.end = HEAD_BYTES
    this.frames = 0
    this.deadline_ms = Infinity
    if (late) {
      sent.queued -= frames
      return drop(sent, 'expired', frames)
    }
    writeHead(datagram, this.sequence, frames)
    this.sequence = (this.sequence + 1) & 0xff
    this.packet = new Uint8Array(DATAGRAM_BYTES)
    this.underWay++
    socket.send(datagram, this.far.port, this.address, (error) => {
      if (this.socket === undefined) return
      this.underWay--
      sent.queued -= frames
      if (error) drop(sent, 'device', frames)
      else sent.delivered += frames
    })
  }

  private heard(bytes: Uint8Array, from: RemoteInfo): void {
    const { malformed } = this.ownCounters
    if (from.address !== this.address) {
      count(malformed, 'stranger')
      if (!this.toldStranger) this.report(`${this.uri}: ${from.address} sends too, and is not heard: name it to tunnel with it`)
      this.toldStranger = true
      return
    }
    this.heardFrom = formatEndpoint({ host: from.address, port: from.port })
    const time_ns = this.now_ns()
    const fault = readDatagram(bytes, this.frame, (frame) => {
      frame.bus = 0
      frame.timestamp_ns = time_ns
      frame.origin = this.origin
      this.receive(frame, this.ownCounters)
    })
    if (fault !== undefined) count(malformed, fault)
    if (fault !== 'too-short' && fault !== 'wrong-version' && fault !== 'no-data') this.number(bytes[2]!)
  }

  /** Counts datagrams that are missing. A far end that starts anew begins with 0. */
  private number(sequence: number): void {
    const { ownCounters, expected } = this
    const missing = expected < 0 || sequence === 0 ? 0 : (sequence - expected) & 0xff
    if (missing > 0x100 - LATE_MOST) {
      count(ownCounters.malformed, 'overtaken')
      if (ownCounters.unknownLost > 0) ownCounters.unknownLost--
      return
    }
    ownCounters.unknownLost += missing
    this.expected = (sequence + 1) & 0xff
  }
}
