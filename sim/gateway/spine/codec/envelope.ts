import type { ControlRequest, ControlResult } from '../control.ts'
import { decodeMessage, encodeMessage, type MessageSchema, withLength } from './message-codec.ts'

export const STREAM_VERSION = 1

/** The body of an envelope that is no batch of frames, as plain values. */
export interface EnvelopeBody {
  hello?: { version: number, name: string, bitrate: number, now_ns: number, listen_only: boolean, data_bitrate?: number, view?: number }
  refusal?: { reason: string }
  request?: RequestBody
  response?: ResponseBody
  state?: { dropped: number }
  samples?: { series: SampleSeries[] }
  vss?: { values: VssBody[] }
}

interface RequestBody {
  id: number
  press?: { switch: string, hold_ms: number }
  release?: { switch: string }
  snapshot?: object
  switches?: object
  describe?: object
  begin?: DeedBody
  end?: DeedBody
  speed?: { factor: number }
  watch?: { signals: string[] }
}

interface DeedBody { kind: string, with_json: string }

interface ResponseBody { id: number, error: string, snapshot_json: string, switches: string[], car_json?: string }

/** New values of one signal: pairs of seconds and value, as 64-bit floats, little-endian. */
interface SampleSeries { signal: string, points: Uint8Array }

export interface VssBody { path: string, timestamp_ns: number, kind: number, number: number, flag: boolean, text: string }

/** What a client wants to get, `StreamView`. */
export const STREAM_VIEW = { frames: 0, framesAndVss: 1, vss: 2 } as const

const DEED: MessageSchema = { kind: [1, 'text'], with_json: [2, 'text'] }
const EMPTY: MessageSchema = {}

/** As `STREAM_ENVELOPE_PROTO` has it; a test compares them. Frames are not in it: they are read without making objects. */
const ENVELOPE: MessageSchema = {
  hello: [1, {
    version: [1, 'uint'], name: [2, 'text'], bitrate: [3, 'uint'], now_ns: [4, 'uint'], listen_only: [5, 'bool'], data_bitrate: [6, 'uint'],
    view: [7, 'uint'],
  }],
  refusal: [2, { reason: [1, 'text'] }],
  request: [4, {
    id: [1, 'uint'], press: [2, { switch: [1, 'text'], hold_ms: [2, 'double'] }], release: [3, { switch: [1, 'text'] }], snapshot: [4, EMPTY],
    switches: [5, EMPTY], describe: [6, EMPTY], begin: [7, DEED], end: [8, DEED], speed: [9, { factor: [1, 'double'] }],
    watch: [10, { signals: [1, 'texts'] }],
  }],
  response: [5, { id: [1, 'uint'], error: [2, 'text'], snapshot_json: [3, 'text'], switches: [4, 'texts'], car_json: [5, 'text'] }],
  state: [6, { dropped: [1, 'uint'] }],
  samples: [7, { series: [1, [{ signal: [1, 'text'], points: [2, 'bytes'] }]] }],
  vss: [8, { values: [1, [{
    path: [1, 'text'], timestamp_ns: [2, 'uint'], kind: [3, 'uint'], number: [4, 'double'], flag: [5, 'bool'], text: [6, 'text'],
  }]] }],
}

/** The envelope with its length in front, ready for the stream. */
export function encodeEnvelope(body: EnvelopeBody): Uint8Array {
  return withLength(encodeMessage(ENVELOPE, { ...body }))
}

/** Reads an envelope's body; undefined when the bytes are none. Frames in it are not read here. Never throws. */
export function decodeEnvelope(bytes: Uint8Array): EnvelopeBody | undefined {
  return decodeMessage(ENVELOPE, bytes, 0, bytes.length)
}

export function requestBody(id: number, request: ControlRequest): RequestBody {
  switch (request.kind) {
    case 'press': return { id, press: { switch: request.switch, hold_ms: request.hold_ms ?? 0 } }
    case 'release': return { id, release: { switch: request.switch } }
    case 'begin':
    case 'end': return { id, [request.kind]: { kind: request.deed.kind, with_json: JSON.stringify(request.deed.with) } }
    case 'speed': return { id, speed: { factor: request.factor } }
    case 'watch': return { id, watch: { signals: [...request.signals] } }
    default: return { id, [request.kind]: {} }
  }
}

/** What a request asks for; undefined when it is of a later version, or its JSON is none. */
export function readRequest(body: RequestBody): ControlRequest | undefined {
  if (body.press) {
    const { switch: name, hold_ms } = body.press
    return hold_ms > 0 ? { kind: 'press', switch: name, hold_ms } : { kind: 'press', switch: name }
  }
  if (body.release) return { kind: 'release', switch: body.release.switch }
  if (body.snapshot) return { kind: 'snapshot' }
  if (body.switches) return { kind: 'switches' }
  if (body.describe) return { kind: 'describe' }
  if (body.begin) return deedRequest('begin', body.begin)
  if (body.end) return deedRequest('end', body.end)
  if (body.speed) return { kind: 'speed', factor: body.speed.factor }
  if (body.watch) return { kind: 'watch', signals: body.watch.signals }
  return undefined
}

function deedRequest(kind: 'begin' | 'end', body: DeedBody): ControlRequest | undefined {
  const given = readJson(body.with_json)
  if (typeof given !== 'object' || given === null) return undefined
  const fields = Object.entries(given).filter((field): field is [string, number | string] => typeof field[1] === 'number' || typeof field[1] === 'string')
  return { kind, deed: { kind: body.kind, with: Object.fromEntries(fields) } }
}

/** Undefined: it is no JSON. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function responseBody(id: number, result: ControlResult): ResponseBody {
  return {
    id,
    error: '',
    snapshot_json: 'snapshot' in result ? JSON.stringify(result.snapshot) : '',
    switches: 'switches' in result ? [...result.switches] : [],
    car_json: 'car' in result ? JSON.stringify(result.car) : '',
  }
}

/** What was answered to a request of this kind; undefined when it cannot be read. */
export function readResult(kind: ControlRequest['kind'], { snapshot_json, switches, car_json }: ResponseBody): ControlResult | undefined {
  switch (kind) {
    case 'switches': return { switches }
    case 'snapshot': {
      const snapshot = readJson(snapshot_json)
      return snapshot === undefined ? undefined : { snapshot }
    }
    case 'describe': {
      const car = readJson(car_json ?? '')
      return car === undefined ? undefined : { car }
    }
    default: return {}
  }
}

/** Bytes of the length in front of a batch of frames: a varint padded to a fixed size, so that it can be written last. */
export const BATCH_HEADER_BYTES = 3
/** Batches are not made longer, so that a reader gets the first frames soon. */
export const BATCH_BYTES = 32_768

/** Writes a batch's length where BATCH_HEADER_BYTES were kept free. */
export function writeBatchHeader(length: number, bytes: Uint8Array, at: number): void {
  bytes[at] = length & 0x7f | 0x80
  bytes[at + 1] = length >>> 7 & 0x7f | 0x80
  bytes[at + 2] = length >>> 14
}
