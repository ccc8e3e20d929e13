import type { Duplex } from 'node:stream'
import { lifetime_ms } from '../actuation.ts'
import { count, drop } from '../counters.ts'
import type { LinkCounters, LinkFrame } from '../link.ts'
import { createLinkFrame } from '../link-frame.ts'
import { Outbox } from '../outbox.ts'
import { STALLS } from '../stall-watch.ts'
import { AgeClock } from './age-clock.ts'
import {
  BATCH_BYTES, BATCH_HEADER_BYTES, decodeEnvelope, encodeEnvelope, encodeStreamFrame, type EnvelopeBody, lengthSize, MAX_MESSAGE_BYTES,
  MessageReader, readLength, STREAM_FRAME_BYTES, StreamFrameReader, TAG_FRAMES, writeBatchHeader,
} from './codec/index.ts'

/** What happens on a connection of the stream, for either end. */
export interface ConnectionHandler {
  /** A well-formed frame; its memory is the connection's. */
  onFrame(frame: LinkFrame): void
  onBody(body: EnvelopeBody): void
  /** The connection is over; what was queued has been counted. `reason` is empty when the far side just left. */
  onEnd(reason: string): void
}

/** Room for answers beside the frames, bytes: the longest snapshot. */
const REPLY_ROOM = 262_144

/** How long the far side has to read why it was refused, ms. */
const REFUSAL_TIMEOUT_ms = 2000

/** One connection that speaks the stream, TCP or a WebSocket: either end of it. */
export class SpineConnection {
  private readonly socket: Duplex
  private readonly handler: ConnectionHandler
  private readonly counters: LinkCounters
  private readonly outbox: Outbox
  private readonly reader: MessageReader
  private readonly frameReader = new StreamFrameReader()
  private readonly frame = createLinkFrame()
  private batchStart = 0
  private batchEnd = 0
  private batchFlush = -1
  private ended = false
  private socketError = ''
  /** When our hello went out: zero of the stamps that we give to commands. */
  private begun_ms = performance.now()
  private readonly ages = new AgeClock()
  /** A command of the far side came in time: its clock is known. */
  private agesKnown = false

  constructor(socket: Duplex, handler: ConnectionHandler, counters: LinkCounters, queueFrames: number) {
    this.socket = socket
    this.handler = handler
    this.counters = counters
    this.outbox = new Outbox(socket, counters.sent, queueFrames, STREAM_FRAME_BYTES + BATCH_HEADER_BYTES, REPLY_ROOM)
    this.reader = new MessageReader((bytes, start, end) => this.message(bytes, start, end))
    socket.on('data', (chunk: Uint8Array) => {
      if (!this.reader.push(chunk)) this.violate('bad-message', `it sent bytes that are no message of at most ${MAX_MESSAGE_BYTES} bytes`)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') this.socketError = error.message
    })
    socket.on('close', () => this.end(this.socketError))
  }

  /** Queues a frame and counts it. */
  sendFrame(frame: LinkFrame): boolean {
    const sent = this.counters.sent
    sent.in++
    const outbox = this.outbox
    if (this.ended || !outbox.hasRoom(STREAM_FRAME_BYTES + BATCH_HEADER_BYTES)) {
      drop(sent, this.ended ? 'closed' : 'queue-full')
      return false
    }
    let at = outbox.end
    if (this.batchFlush !== outbox.flushes || this.batchEnd !== at || at - this.batchStart > BATCH_BYTES) {
      this.batchFlush = outbox.flushes
      this.batchStart = at
      at += BATCH_HEADER_BYTES
    }
    const bytes = outbox.bytes
    const made_us = lifetime_ms(frame) < Infinity ? Math.max(1, Math.round((performance.now() - this.begun_ms) * 1000)) : 0
    at = encodeStreamFrame(frame, bytes, at, made_us)
    writeBatchHeader(at - this.batchStart - BATCH_HEADER_BYTES, bytes, this.batchStart)
    this.batchEnd = at
    outbox.commit(at, 1)
    return true
  }

  /** Queues anything else. `false`: no room, or too long for any receiver. */
  sendBody(body: EnvelopeBody): boolean {
    if (body.hello) this.begun_ms = performance.now()
    const bytes = encodeEnvelope(body)
    return bytes.length <= MAX_MESSAGE_BYTES && this.outbox.push(bytes)
  }

  /** Resolves when everything queued was handed to the network. */
  drained(): Promise<void> {
    return this.outbox.drained()
  }

  /** Tells the far side why, then ends it. */
  refuse(reason: string): void {
    if (this.ended) return
    const { socket } = this
    this.end(reason)
    socket.end(encodeEnvelope({ refusal: { reason } }), () => socket.destroy())
    setTimeout(() => socket.destroy(), REFUSAL_TIMEOUT_ms).unref()
  }

  /** Ends it at once. */
  destroy(): void {
    this.end('')
    this.socket.destroy()
  }

  private violate(cause: string, what: string): void {
    count(this.counters.malformed, cause)
    this.refuse(what)
  }

  private end(reason: string): void {
    if (this.ended) return
    this.ended = true
    this.outbox.close()
    this.handler.onEnd(reason)
  }

  /**
   * Whether the frame is a command that got older than its lifetime on its way, wherever it waited. Counts it. Before the
   * far clock is known, and of a far side that stamps nothing, only our own standing still tells.
   */
  private expired(frame: LinkFrame): boolean {
    const most_ms = lifetime_ms(frame)
    if (most_ms === Infinity) return false
    const { made_us } = this.frameReader
    const age_ms = made_us > 0 ? this.ages.age_ms(made_us / 1000, performance.now()) : 0
    const known = made_us > 0 && this.agesKnown
    if (age_ms <= most_ms && (known || STALLS.waited_ms() <= most_ms)) {
      this.agesKnown = made_us > 0
      return false
    }
    this.counters.received.in++
    drop(this.counters.received, 'expired')
    return true
  }

  private message(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.ended) return true
    if (start === end || bytes[start] !== TAG_FRAMES) {
      const body = decodeEnvelope(bytes.subarray(start, end))
      if (body === undefined) return false
      if (body.hello) this.ages.start(performance.now())
      this.handler.onBody(body)
      return true
    }
    let at = start
    while (at < end) {
      if (bytes[at++] !== TAG_FRAMES) return false
      const size = lengthSize(bytes, at, end)
      if (size <= 0) return false
      const length = readLength(bytes, at, size)
      at += size
      if (at + length > end) return false
      const fault = this.frameReader.read(bytes, at, at + length, this.frame)
      if (fault !== undefined) count(this.counters.malformed, fault)
      else if (!this.expired(this.frame)) this.handler.onFrame(this.frame)
      at += length
    }
    return true
  }
}
