import { createLinkFrame, type LinkFrame } from '#sim/gateway/browser.ts'
import {
  BATCH_HEADER_BYTES, decodeEnvelope, encodeEnvelope, encodeStreamFrame, type EnvelopeBody, lengthSize, MessageReader, readLength,
  readResult, requestBody, STREAM_FRAME_BYTES, STREAM_VERSION, StreamFrameReader, TAG_FRAMES, writeBatchHeader,
} from '#sim/gateway/spine/codec/index.ts'
import type { ControlRequest, ControlResult } from '#sim/gateway/spine/index.ts'
import type { Sink, Source, SourceKind } from './source.ts'
import type { Refusal, Start } from './worker.ts'

/** How the messages of the stream get to the other side and back. */
interface Transport {
  send(bytes: Uint8Array): void
  close(): void
}

/** Opens a transport; `ended` is called once, when it is over. */
type Dial = (receive: (bytes: Uint8Array) => void, ended: (reason: string) => void) => Transport

const AGAIN_ms = 1000
const ANSWER_ms = 15_000

interface Waiting { readonly kind: ControlRequest['kind'], resolve(result: ControlResult): void, reject(error: Error): void }

/** A car in a worker, or whatever a server has: both speak the `spine:` stream. Dials again when it is lost. */
export class StreamSource implements Source {
  readonly kind: SourceKind
  private readonly dial: Dial
  private readonly pending = new Map<number, Waiting>()
  private readonly frames = new StreamFrameReader()
  private readonly frame = createLinkFrame()
  private transport: Transport | undefined
  private nextId = 1
  private stopped = false

  constructor(kind: SourceKind, dial: Dial) {
    this.kind = kind
    this.dial = dial
  }

  start(sink: Sink): void {
    const reader = new MessageReader((bytes, start, end) => this.message(bytes, start, end, sink))
    this.transport = this.dial(bytes => reader.push(bytes), (reason) => {
      this.transport = undefined
      for (const waiting of this.pending.values()) waiting.reject(new Error(reason))
      this.pending.clear()
      if (this.stopped) return
      sink.ended(reason)
      setTimeout(() => { if (!this.stopped) this.start(sink) }, AGAIN_ms)
    })
  }

  ask(request: ControlRequest): Promise<ControlResult> {
    const { transport } = this
    if (transport === undefined) return Promise.reject(new Error('not connected'))
    const id = this.nextId++
    return new Promise((resolve, reject) => {
      this.pending.set(id, { kind: request.kind, resolve, reject })
      transport.send(encodeEnvelope({ request: requestBody(id, request) }))
      const hold_ms = request.kind === 'press' ? request.hold_ms ?? 0 : 0
      setTimeout(() => { if (this.pending.delete(id)) reject(new Error('no answer')) }, ANSWER_ms + hold_ms)
    })
  }

  send(frame: LinkFrame): boolean {
    if (this.transport === undefined) return false
    const bytes = new Uint8Array(BATCH_HEADER_BYTES + STREAM_FRAME_BYTES)
    const end = encodeStreamFrame(frame, bytes, BATCH_HEADER_BYTES, 0)
    writeBatchHeader(end - BATCH_HEADER_BYTES, bytes, 0)
    this.transport.send(bytes.subarray(0, end))
    return true
  }

  stop(): void {
    this.stopped = true
    this.transport?.close()
  }

  private message(bytes: Uint8Array, start: number, end: number, sink: Sink): boolean {
    if (bytes[start] === TAG_FRAMES && end > start) return this.batch(bytes, start, end, sink)
    const body = decodeEnvelope(bytes.subarray(start, end))
    if (body === undefined) return false
    if (body.hello !== undefined) {
      const { name, bitrate, data_bitrate = 0 } = body.hello
      sink.hello({ name, bitrate, dataBitrate: data_bitrate === 0 ? bitrate : data_bitrate })
    }
    if (body.response !== undefined) this.answered(body.response)
    if (body.state !== undefined) sink.lost(body.state.dropped)
    for (const { signal, points } of body.samples?.series ?? []) sink.samples(signal, floats(points))
    return true
  }

  private batch(bytes: Uint8Array, start: number, end: number, sink: Sink): boolean {
    for (let at = start; at < end;) {
      if (bytes[at++] !== TAG_FRAMES) return false
      const size = lengthSize(bytes, at, end)
      if (size <= 0) return false
      const length = readLength(bytes, at, size)
      at += size
      if (this.frames.read(bytes, at, at + length, this.frame) === undefined) sink.frame(this.frame)
      at += length
    }
    return true
  }

  private answered(response: NonNullable<EnvelopeBody['response']>): void {
    const waiting = this.pending.get(response.id)
    if (waiting === undefined) return
    this.pending.delete(response.id)
    const result = response.error === '' ? readResult(waiting.kind, response) : undefined
    if (result !== undefined) waiting.resolve(result)
    else waiting.reject(new Error(response.error === '' ? 'the answer is no JSON' : response.error))
  }
}

function floats(bytes: Uint8Array): Float64Array {
  const whole = bytes.length - bytes.length % 16
  return new Float64Array(bytes.slice(0, whole).buffer)
}

/** The car in a worker that runs `script`; `refuse` is told when its drive makes no sense. */
export function workerSource(script: string, drive: unknown, refuse: (problem: string) => void): StreamSource {
  return new StreamSource('worker', (receive, ended) => {
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
    const worker = new Worker(url)
    worker.onmessage = ({ data }: MessageEvent<Uint8Array | Refusal>) => {
      if (data instanceof Uint8Array) receive(data)
      else refuse(data.refused)
    }
    worker.onerror = (event) => {
      event.preventDefault()
      worker.terminate()
      ended(event.message)
    }
    worker.postMessage({ drive } satisfies Start)
    return {
      send: bytes => worker.postMessage(bytes),
      close: () => {
        worker.terminate()
        URL.revokeObjectURL(url)
      },
    }
  })
}

/** What the server of this page has, through a WebSocket. */
export function servedSource(url: string, token: string): StreamSource {
  return new StreamSource('served', (receive, ended) => {
    const socket = new WebSocket(url, ['spine', token])
    socket.binaryType = 'arraybuffer'
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => receive(new Uint8Array(data))
    socket.onopen = () => {
      socket.send(encodeEnvelope({ hello: { version: STREAM_VERSION, name: 'page', bitrate: 0, now_ns: 0, listen_only: false } }))
    }
    socket.onclose = ({ reason }) => ended(reason === '' ? 'the connection was lost' : reason)
    return {
      send: (bytes) => { if (socket.readyState === WebSocket.OPEN) socket.send(Uint8Array.from(bytes)) },
      close: () => socket.close(),
    }
  })
}
