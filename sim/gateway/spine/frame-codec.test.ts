import { STREAM_ENVELOPE_PROTO } from '#protocol/export/index.ts'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import { createLinkFrame, sameFrame } from '../link-frame.ts'
import type { LinkFrame } from '../link.ts'
import { anyFrame, anyPieces, frameOf } from '../testing/index.ts'
import {
  BATCH_HEADER_BYTES, decodeEnvelope, encodeEnvelope, type EnvelopeBody, encodeStreamFrame, MessageReader, readRequest, requestBody,
  STREAM_FRAME_BYTES, StreamFrameReader, writeBatchHeader, writeVarint,
} from './codec/index.ts'

const { root } = protobuf.parse(`syntax = "proto3"; package spine;\n${STREAM_ENVELOPE_PROTO}`, { keepCase: true })
const Envelope = root.lookupType('spine.Envelope')
const StreamFrame = root.lookupType('spine.StreamFrame')

function anyTimedFrame(): fc.Arbitrary<LinkFrame> {
  return fc.tuple(anyFrame(), fc.oneof(fc.nat(), fc.maxSafeNat())).map(([frame, timestamp_ns]) => Object.assign(frame, { timestamp_ns }))
}

function plain(frame: LinkFrame): object {
  const { id, extended, remote, fd, brs, error, bus, timestamp_ns } = frame
  const data = remote ? [] : [...frame.data.subarray(0, frame.length)]
  return { id, data, extended, remote, fd, brs, error, bus, remote_length: remote ? frame.length : 0, timestamp_ns }
}

describe('frames of the stream', () => {
  it('are packed by hand as protobufjs reads them from the schema', () => {
    fc.assert(fc.property(anyTimedFrame(), fc.maxSafeNat(), (frame, made_us) => {
      const bytes = new Uint8Array(STREAM_FRAME_BYTES)
      const end = encodeStreamFrame(frame, bytes, 0, made_us)
      const [read] = (Envelope.toObject(Envelope.decode(bytes.subarray(0, end)), { longs: Number, defaults: true, bytes: Array }) as
        { frames: object[] }).frames
      expect(read).toEqual({ ...plain(frame), made_us })
      const reader = new StreamFrameReader()
      expect(reader.read(bytes, 2, end, createLinkFrame())).toBeUndefined()
      expect(reader.made_us).toBe(made_us)
    }), { seed: 1, numRuns: 500 })
  })

  it('are read by hand as protobufjs packs them, in any order of fields and with fields of later versions', () => {
    fc.assert(fc.property(anyTimedFrame(), fc.boolean(), (frame, later) => {
      const packed = StreamFrame.encode(StreamFrame.fromObject(plain(frame))).finish()
      const unknown = protobuf.Writer.create().uint32(100 << 3 | 2).string('later').uint32(101 << 3 | 1).fixed64(7).uint32(102 << 3 | 5).fixed32(7)
        .uint32(103 << 3).uint32(1e6).finish()
      const bytes = later ? Buffer.concat([unknown, packed]) : packed
      const back = createLinkFrame()
      expect(new StreamFrameReader().read(bytes, 0, bytes.length, back)).toBeUndefined()
      expect(sameFrame(frame, back)).toBe(true)
      expect(back.timestamp_ns).toBe(frame.timestamp_ns)
    }), { seed: 2, numRuns: 500 })
  })

  it('that no bus can carry are refused with the cause', () => {
    const read = (parts: object): string | undefined => {
      const bytes = StreamFrame.encode(StreamFrame.fromObject(parts)).finish()
      return new StreamFrameReader().read(bytes, 0, bytes.length, createLinkFrame())
    }
    expect(read({ id: 0x800 })).toBe('id-range')
    expect(read({ id: 0x2000_0000, extended: true })).toBe('id-range')
    expect(read({ id: 0xffff_ffff, extended: true })).toBe('id-range')
    expect(read({ data: new Uint8Array(9) })).toBe('length-range')
    expect(read({ data: new Uint8Array(65), fd: true })).toBe('length-range')
    expect(read({ data: new Uint8Array(13), fd: true })).toBe('length-range')
    expect(read({ remote: true, remote_length: 9 })).toBe('length-range')
    expect(read({ remote: true, fd: true })).toBe('remote-fd')
    expect(read({ bus: 256 })).toBe('bus-range')
  })

  it('never throw, whatever the bytes', () => {
    const reader = new StreamFrameReader()
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const frame = createLinkFrame()
      if (reader.read(bytes, 0, bytes.length, frame) === undefined) expect(frame.length).toBeLessThanOrEqual(64)
    }), { seed: 3, numRuns: 3000 })
  })

  it('fit the room that is kept for them at their longest', () => {
    const longest = frameOf({
      id: 0x1fff_ffff, fd: true, brs: true, error: true, bus: 255, timestamp_ns: 2 ** 63, bytes: Array.from({ length: 64 }, () => 255),
    })
    expect(encodeStreamFrame(longest, new Uint8Array(200), 0, 2 ** 53)).toBeLessThanOrEqual(STREAM_FRAME_BYTES)
  })

  it('write varints as protobufjs reads them', () => {
    fc.assert(fc.property(fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 127, 128, 2 ** 31, 2 ** 32, 2 ** 53)), (value) => {
      const bytes = new Uint8Array(12)
      expect(Number(protobuf.Reader.create(bytes.subarray(0, writeVarint(value, bytes, 0))).uint64())).toBe(value)
    }), { seed: 4 })
  })
})

describe('messages of the stream', () => {
  it('are the same however the bytes are cut, until the first that is too long', () => {
    const read = (pieces: readonly Uint8Array[]): string[] => {
      const found: string[] = []
      const reader = new MessageReader((bytes, start, end) => found.push(Buffer.from(bytes.slice(start, end)).toString('hex')) > 0, 300)
      for (const piece of pieces) if (!reader.push(piece)) found.push('(dead)')
      return [...found.filter(one => one !== '(dead)'), ...found.includes('(dead)') ? ['(dead)'] : []]
    }
    const message = fc.uint8Array({ maxLength: 350 }).map((body) => {
      const header = new Uint8Array(8)
      return Buffer.concat([header.subarray(0, writeVarint(body.length, header, 0)), body])
    })
    const stream = fc.array(fc.oneof(message, fc.uint8Array({ maxLength: 6 })), { maxLength: 8 }).map(parts => Buffer.concat(parts))
    fc.assert(fc.property(anyPieces(stream), (pieces) => {
      expect(read(pieces)).toEqual(read([Buffer.concat(pieces)]))
    }), { seed: 5, numRuns: 500 })
  })

  it('behind a padded length are read by protobufjs too', () => {
    const bytes = new Uint8Array(200)
    const end = encodeStreamFrame(frameOf({ id: 5 }), bytes, BATCH_HEADER_BYTES, 0)
    writeBatchHeader(end - BATCH_HEADER_BYTES, bytes, 0)
    expect(Envelope.decodeDelimited(bytes.subarray(0, end)).toJSON()).toMatchObject({ frames: [{ id: 5 }] })
  })

  it('carry requests both ways', () => {
    for (const request of [
      { kind: 'press', switch: 'DASH.windowFL.up', hold_ms: 400 }, { kind: 'press', switch: 'x' }, { kind: 'release', switch: 'x' },
      { kind: 'snapshot' }, { kind: 'switches' }, { kind: 'describe' }, { kind: 'speed', factor: 0.25 },
      { kind: 'begin', deed: { kind: 'obstacle', with: { window: 'FL.window', opening_mm: 50.5 } } },
      { kind: 'end', deed: { kind: 'noise', with: {} } },
      { kind: 'watch', signals: ['FL.window position_pct', 'FL supply_V'] },
    ] as const) {
      const bytes = encodeEnvelope({ request: requestBody(3, request) })
      expect(readRequest(decodeEnvelope(bytes.subarray(1))!.request!)).toEqual(request)
    }
    expect(readRequest({ id: 1 })).toBeUndefined()
  })

  it('are written by hand as protobufjs reads them from the schema, and the other way round', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 })
    const uint = fc.nat()
    const bodies: fc.Arbitrary<EnvelopeBody> = fc.oneof(
      fc.record({
        hello: fc.record({
          version: uint, name: text, bitrate: uint, now_ns: fc.maxSafeNat(), listen_only: fc.boolean(), data_bitrate: uint, view: fc.nat(2),
        }),
      }),
      fc.record({ refusal: fc.record({ reason: text }) }),
      fc.record({ request: fc.record({ id: uint, press: fc.record({ switch: text, hold_ms: fc.double({ noNaN: true }) }) }) }),
      fc.record({ request: fc.record({ id: uint, begin: fc.record({ kind: text, with_json: text }) }) }),
      fc.record({ request: fc.record({ id: uint, speed: fc.record({ factor: fc.double({ noNaN: true }) }) }) }),
      fc.record({ request: fc.record({ id: uint, watch: fc.record({ signals: fc.array(text) }) }) }),
      fc.record({ request: fc.record({ id: uint, describe: fc.constant({}) }) }),
      fc.record({ response: fc.record({ id: uint, error: text, snapshot_json: text, switches: fc.array(text), car_json: text }) }),
      fc.record({ state: fc.record({ dropped: fc.maxSafeNat() }) }),
      fc.record({ vss: fc.record({ values: fc.array(fc.record({
        path: text, timestamp_ns: fc.maxSafeNat(), kind: fc.nat(3), number: fc.double({ noNaN: true }), flag: fc.boolean(), text,
      })) }) }),
      fc.record({ samples: fc.record({ series: fc.array(fc.record({ signal: text, points: fc.uint8Array({ maxLength: 32 }) })) }) }),
    )
    const plainly = (value: object): unknown =>
      JSON.parse(JSON.stringify(value, (_, each: unknown) => each instanceof Uint8Array ? [...each] : each))
    fc.assert(fc.property(bodies, (body) => {
      const theirs = Envelope.toObject(Envelope.decodeDelimited(encodeEnvelope(body)), {
        longs: Number, bytes: Array, defaults: true, oneofs: false, arrays: true,
      })
      delete theirs['frames']
      expect(plainly(theirs)).toEqual(plainly(body))
      expect(plainly(decodeEnvelope(Uint8Array.from(Envelope.encode(Envelope.fromObject(body)).finish()))!)).toEqual(plainly(body))
    }), { seed: 7, numRuns: 300 })
  })

  it('of any bytes never throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), bytes => void decodeEnvelope(bytes)), { seed: 6, numRuns: 2000 })
  })
})
