import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyPieces, cutInto, frameOf, numberedFrame, numberOf } from '../testing/index.ts'
import { BlfWriter } from './blf-writer.ts'
import { NO_DETAILS } from './log-frame.ts'
import { asCandump, readLog, writeLog } from './testing/index.ts'

const START_s = Date.UTC(2021, 11, 18, 12) / 1000
const read = (...pieces: Uint8Array[]): { frames: string[], bad: string[] } => {
  const { frames, bad } = readLog('blf', pieces)
  return { frames: frames.map(frame => `${frame.bus} ${asCandump(frame)}`), bad: bad.map(({ cause }) => cause) }
}

/** A head of a file: 18 December 2021, 12:00:00.250. */
function fileHead(): Buffer {
  const head = Buffer.alloc(144)
  head.write('LOGG')
  head.writeUInt32LE(144, 4)
  ;[2021, 12, 6, 18, 12, 0, 0, 250].forEach((part, n) => head.writeUInt16LE(part, 40 + 2 * n))
  return head
}

function object(type: number, body: Buffer, { flags = 2, time = 0, version = 1 } = {}): Buffer {
  const head = Buffer.alloc(version === 1 ? 32 : 40)
  head.write('LOBJ')
  head.writeUInt16LE(head.length, 4)
  head.writeUInt16LE(version, 6)
  head.writeUInt32LE(head.length + body.length, 8)
  head.writeUInt32LE(type, 12)
  head.writeUInt32LE(flags, 16)
  head.writeUInt32LE(time, 24)
  return Buffer.concat([head, body, Buffer.alloc(body.length % 4)])
}

function container(plain: Buffer, packing = 2, length = plain.length): Buffer {
  const packed = packing === 2 ? deflateSync(plain) : plain
  const head = Buffer.alloc(32)
  head.write('LOBJ')
  head.writeUInt16LE(16, 4)
  head.writeUInt32LE(32 + packed.length, 8)
  head.writeUInt32LE(10, 12)
  head.writeUInt16LE(packing, 16)
  head.writeUInt32LE(length, 24)
  return Buffer.concat([head, packed, Buffer.alloc((32 + packed.length) % 4)])
}

const message = (channel: number, flags: number, code: number, id: number, ...data: number[]): Buffer => {
  const body = Buffer.alloc(16)
  body.writeUInt16LE(channel, 0)
  body[2] = flags
  body[3] = code
  body.writeUInt32LE(id >>> 0, 4)
  body.set(data, 8)
  return body
}
const fd64 = (code: number, valid: number, id: number, flags: number, extra: number, data: readonly number[]): Buffer => {
  const body = Buffer.alloc(40)
  body.set([2, code, valid, 0])
  body.writeUInt32LE(id >>> 0, 4)
  body.writeUInt32LE(flags, 12)
  body[34] = 1
  body[35] = extra
  return Buffer.concat([body, Buffer.from(data)])
}

const OBJECTS = Buffer.concat([
  object(1, message(1, 0, 2, 0x123, 1, 2), { time: 1_500_000 }), object(86, message(2, 1, 12, 0x98fe_f1a1), { flags: 1, time: 7 }),
  object(65, Buffer.alloc(3000)), object(1, message(1, 0x80, 4, 0x7ff), { version: 2 }),
  object(101, fd64(9, 12, 0x321, 0x7000, 0, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])),
  object(101, fd64(10, 16, 0x321, 0x1000, 76, [1, 2, 3, 4, 9, 9])),
  object(73, Buffer.alloc(32)), object(2, message(3, 0, 0, 0)), object(104, Buffer.alloc(40)),
])
const FRAMES = [
  '0 123#0102 R', '1 18FEF1A1#0000000000000000_C T', '0 7FF#R4 R', '1 321##30102030405060708090A0B0C T', `1 321##001020304${'00'.repeat(12)} T`,
  '0 20000088#0000000000000000', '2 20000088#0000000000000000', '0 20000088#0000000000000000',
]

describe('Vector BLF', () => {
  it.each([
    ['packed', [container(OBJECTS)]],
    ['as it is', [container(OBJECTS, 0)]],
    ['without containers', [OBJECTS]],
    ['objects across containers', cutInto(OBJECTS, [10, 33, 70, 2000]).map(part => container(Buffer.from(part)))],
  ])('reads every kind of frame: %s', (_, parts) => {
    const file = Buffer.concat([fileHead(), ...parts])
    expect(read(file)).toEqual({ frames: FRAMES, bad: [] })
    expect(read(...cutInto(file, Array.from({ length: 5000 }, () => 7)))).toEqual({ frames: FRAMES, bad: [] })
    const times = readLog('blf', [file]).frames.map(frame => Math.round(frame.timestamp_ns / 1000))
    expect(times.slice(0, 3)).toEqual([START_s * 1e6 + 251_500, START_s * 1e6 + 250_070, START_s * 1e6 + 250_000])
  })

  it('counts what is bad by its cause, and reads the rest', () => {
    const good = object(1, message(1, 0, 0, 0x123))
    const inner = (...parts: Buffer[]): Buffer => Buffer.concat([fileHead(), container(Buffer.concat([...parts, good]))])
    const one = '0 123# R'
    expect(read(Buffer.from('hello'.repeat(40)))).toEqual({ frames: [], bad: ['no-blf'] })
    expect(read(Buffer.from('short'))).toEqual({ frames: [], bad: ['no-blf'] })
    expect(read(fileHead().subarray(0, 100))).toEqual({ frames: [], bad: ['truncated'] })
    expect(read(inner().subarray(0, -9))).toEqual({ frames: [], bad: ['truncated'] })
    expect(read(inner(object(1, message(300, 0, 0, 0))))).toEqual({ frames: [one], bad: ['interface'] })
    expect(read(inner(object(1, message(1, 0, 0, 0x800))))).toEqual({ frames: [one], bad: ['identifier'] })
    expect(read(inner(object(1, message(1, 0, 16, 0))))).toEqual({ frames: [one], bad: ['length'] })
    expect(read(inner(object(1, Buffer.alloc(4))))).toEqual({ frames: [one], bad: ['short-object'] })
    expect(read(inner(Buffer.from('rubbish rubbish')))).toEqual({ frames: [one], bad: ['no-object'] })
    const spoilt = container(good)
    spoilt[40]! ^= 0xff
    expect(read(Buffer.concat([fileHead(), spoilt, container(good)]))).toEqual({ frames: [one], bad: ['packing'] })
    const unknown = Buffer.concat([fileHead(), container(good, 2, 1 << 30), container(good, 7), container(good)])
    expect(read(unknown)).toEqual({ frames: [one], bad: ['packing', 'packing'] })
  })

  it.each([0, 2])('that was cut off in a container packed in way %d has all frames that came before', (packing) => {
    const objects = Array.from({ length: 200 }, (_, n) => object(1, message(1, 0, 8, n, n, n * 7, n * n, 1, 2, 3, 4, 5)))
    const whole = Buffer.concat([fileHead(), container(Buffer.concat(objects), packing)])
    const all = read(whole).frames
    expect(all.length).toBe(200)
    let before = 0
    for (let length = 4; length < whole.length; length += 3) {
      const { frames, bad } = read(whole.subarray(0, length))
      expect(bad, `${length} bytes`).toEqual(['truncated'])
      expect(all.slice(0, frames.length), `${length} bytes`).toEqual(frames)
      expect(frames.length).toBeGreaterThanOrEqual(before)
      before = frames.length
    }
    expect(before).toBeGreaterThanOrEqual(198)
    expect(read(whole.subarray(0, whole.length >> 1)).frames.length).toBeGreaterThan(60)
  })

  it('is written in containers, with its size, its times and the number of frames at the beginning', () => {
    const frames = Array.from({ length: 5000 }, (_, n) => Object.assign(numberedFrame(n), { timestamp_ns: (START_s + n / 1000) * 1e9 }))
    const bytes = writeLog('blf', frames)
    expect(bytes.length).toBeLessThan(5000 * 24)
    const view = new DataView(bytes.buffer)
    const [size, count] = [view.getUint32(16, true), view.getUint32(32, true)]
    expect([size, count, view.getUint16(40, true), view.getUint16(68, true)]).toEqual([bytes.length, 5000, 2021, 4])
    const back = readLog('blf', [bytes])
    expect(back.bad).toEqual([])
    expect(back.frames.map(numberOf)).toEqual(frames.map(numberOf))
  })

  it('refuses what came before the second in which it begins', () => {
    const writer = new BlfWriter()
    const at = (timestamp_ns: number): Uint8Array | undefined => writer.frame(frameOf({ timestamp_ns }), NO_DETAILS)
    expect([at(5.5e9), at(5.1e9), at(4.9e9), at(9e9)].map(piece => piece?.length)).toEqual([144, 0, undefined, 0])
  })

  it('of any bytes never throws, and is the same however it is cut', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(fc.constantFrom(1, 2, 10, 73, 86, 100, 101, 104, 5), fc.uint8Array({ maxLength: 120 }))
        .map(([type, body]) => object(type, Buffer.from(body))),
    )
    const parts = fc.array(part, { maxLength: 8 }).map(all => Buffer.concat(all))
    const file = fc.tuple(parts, parts, fc.constantFrom(0, 2))
      .map(([a, b, packing]) => Uint8Array.from(Buffer.concat([fileHead(), a, container(b, packing)])))
    fc.assert(fc.property(anyPieces(file), (pieces) => {
      expect(read(...pieces)).toEqual(read(Buffer.concat(pieces)))
    }), { seed: 1, numRuns: 400 })
  })
})
