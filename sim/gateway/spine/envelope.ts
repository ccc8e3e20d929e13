import { STREAM_ENVELOPE_PROTO } from '#protocol/export/index.ts'
import protobuf from 'protobufjs'
import type { ControlRequest, ControlResult } from './control.ts'

export const STREAM_VERSION = 1

/** The body of an envelope that is no batch of frames, as plain values. */
export interface EnvelopeBody {
  hello?: { version: number, name: string, bitrate: number, now_ns: number, listen_only: boolean, data_bitrate?: number }
  refusal?: { reason: string }
  request?: RequestBody
  response?: { id: number, error: string, snapshot_json: string, switches: string[] }
  state?: { dropped: number }
}

interface RequestBody {
  id: number
  press?: { switch: string, hold_ms: number }
  release?: { switch: string }
  snapshot?: object
  switches?: object
}

const schema = protobuf.parse(`syntax = "proto3"; package spine;\n${STREAM_ENVELOPE_PROTO}`, { keepCase: true }).root
const Envelope = schema.lookupType('spine.Envelope')

/** The envelope with its length in front, ready for the stream. */
export function encodeEnvelope(body: EnvelopeBody): Uint8Array {
  return Envelope.encodeDelimited(Envelope.fromObject(body)).finish()
}

/** Reads an envelope's body; undefined when the bytes are none. Frames in it are not read here. */
export function decodeEnvelope(bytes: Uint8Array): EnvelopeBody | undefined {
  try {
    return Envelope.toObject(Envelope.decode(bytes), { longs: Number, defaults: true, oneofs: false })
  } catch {
    return undefined
  }
}

export function requestBody(id: number, request: ControlRequest): RequestBody {
  switch (request.kind) {
    case 'press': return { id, press: { switch: request.switch, hold_ms: request.hold_ms ?? 0 } }
    case 'release': return { id, release: { switch: request.switch } }
    case 'snapshot': return { id, snapshot: {} }
    case 'switches': return { id, switches: {} }
  }
}

/** What a request asks for; undefined when it is of a later version. */
export function readRequest(body: RequestBody): ControlRequest | undefined {
  if (body.press) {
    const { switch: name, hold_ms } = body.press
    return hold_ms > 0 ? { kind: 'press', switch: name, hold_ms } : { kind: 'press', switch: name }
  }
  if (body.release) return { kind: 'release', switch: body.release.switch }
  if (body.snapshot) return { kind: 'snapshot' }
  if (body.switches) return { kind: 'switches' }
  return undefined
}

export function responseBody(id: number, result: ControlResult): NonNullable<EnvelopeBody['response']> {
  return {
    id,
    error: '',
    snapshot_json: 'snapshot' in result ? JSON.stringify(result.snapshot) : '',
    switches: 'switches' in result ? [...result.switches] : [],
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
