import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyPieces, frameOf } from '../testing/index.ts'
import { asCandump, readLog, writeLog } from './testing/index.ts'

interface Order { readonly little: boolean, readonly nanoseconds: boolean }

const ORDERS: readonly Order[] = [false, true].flatMap(little => [false, true].map(nanoseconds => ({ little, nanoseconds })))

function words(little: boolean, ...values: number[]): Buffer {
  return Buffer.concat(values.map((value) => {
    const bytes = Buffer.alloc(4)
    if (little) bytes.writeUInt32LE(value >>> 0)
    else bytes.writeUInt32BE(value >>> 0)
    return bytes
  }))
}

function fileOf({ little, nanoseconds }: Order, linkType: number, records: readonly Buffer[]): Buffer {
  const shorts = little ? [0x0004_0002] : [0x0002_0004]
  const head = words(little, nanoseconds ? 0xa1b2_3c4d : 0xa1b2_c3d4, ...shorts, 0, 0, 262_144, linkType)
  const at = (record: Buffer, n: number): Buffer =>
    Buffer.concat([words(little, 17e8 + n, nanoseconds ? 1000 : 1, record.length, record.length), record])
  return Buffer.concat([head, ...records.map(at)])
}

const record = (little: boolean, word: number, length: number, rest: readonly number[], data: readonly number[]): Buffer =>
  Buffer.concat([words(little, word), Buffer.from([length, ...rest, ...data])])
const padded = (...data: number[]): number[] => [...data, ...Array.from({ length: 8 - data.length }, () => 0)]
const cooked = (protocol: number, kind: number, frame: Buffer, hardware = 280): Buffer =>
  Buffer.concat([
    Buffer.from([0, kind, hardware >> 8, hardware & 255, 0, 0, ...padded(), protocol >> 8, protocol & 255]), frame,
  ])
const cooked2 = (protocol: number, kind: number, index: number, frame: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([protocol >> 8, protocol & 255, 0, 0]), words(false, index), Buffer.from([1, 24, kind, 0, ...padded()]), frame,
  ])

const read = (...pieces: Uint8Array[]): { frames: string[], bad: string[] } => {
  const { frames, bad } = readLog('pcap', pieces)
  return { frames: frames.map(frame => `${frame.bus} ${asCandump(frame)}`), bad: bad.map(({ cause }) => cause) }
}

describe('classic pcap', () => {
  it.each(ORDERS)('$little little-endian, $nanoseconds ns: records of SocketCAN, their identifier always big-endian', (order) => {
    const file = fileOf(order, 227, [
      record(false, 0x2b1, 2, [0, 0, 0], padded(0x0a, 0x0b)), record(false, 0x98ff_8281, 1, [0, 0, 0], padded(0x0b)),
      record(false, 0x4000_0123, 8, [0, 0, 0x0c], padded()), record(false, 0x123, 8, [4, 0, 9], padded(1)),
      record(false, 0x7ff, 3, [0, 0, 0], [1, 2, 3]),
      record(false, 0x2b1, 2, [5, 0, 0], Array.from({ length: 64 }, (_, i) => i)),
    ])
    expect(read(file)).toEqual({
      frames: ['0 2B1#0A0B', '0 18FF8281#0B', '0 123#R8_C', '0 123#0100000000000000_9', '0 7FF#010203', '0 2B1##10001'], bad: [],
    })
    expect(readLog('pcap', [file]).frames[0]!.timestamp_ns).toBe(1_700_000_000_000_001_000)
  })

  it.each(ORDERS)('$little little-endian, $nanoseconds ns: cooked ones, their identifier in the order of the file', (order) => {
    const { little } = order
    expect(read(fileOf(order, 113, [
      cooked(0x0c, 1, record(little, 0x2b1, 2, [0, 0, 0], padded(10, 11))),
      cooked(0x0c, 4, record(little, 0x98ff_8281, 1, [4, 0, 0], padded(1))),
      cooked(0x0d, 0, record(little, 0x2b2, 3, [1, 0, 0], [1, 2, 3, ...Array.from({ length: 61 }, () => 0)])),
      cooked(0x0d, 0, record(little, 0x2b2, 3, [2, 0, 0], padded(1, 2, 3))),
      cooked(0x0e, 0, Buffer.alloc(20)), cooked(0x800, 0, Buffer.alloc(40)), cooked(0x0c, 0, Buffer.alloc(16), 1), Buffer.alloc(15),
    ]))).toEqual({
      frames: ['0 2B1#0A0B R', '0 18FF8281#01 T', '0 2B2##1010203 R', '0 2B2##2010203 R'], bad: ['can-xl', 'no-can', 'no-can', 'short-packet'],
    })
    const any = [3, 4, 3, 1].map((index, n) => cooked2(0x0c, n, index, record(little, 0x2b1, 1, [0, 0, 0], padded(n))))
    expect(read(fileOf(order, 276, any))).toEqual({ frames: ['2 2B1#00 R', '3 2B1#01 R', '2 2B1#02 R', '0 2B1#03 R'], bad: [] })
  })

  it('of other link types, of no kind, cut, and with a length that is none is counted', () => {
    const order = { little: true, nanoseconds: false }
    const one = record(false, 0x123, 0, [0, 0, 0], padded())
    expect(read(fileOf(order, 1, [one, one]))).toEqual({ frames: [], bad: ['link-type', 'link-type'] })
    expect(read(Buffer.from('hello world, this is no capture'))).toEqual({ frames: [], bad: ['no-capture'] })
    expect(read(Buffer.from('he'))).toEqual({ frames: [], bad: ['truncated'] })
    expect(read(fileOf(order, 227, [one, one]).subarray(0, -1))).toEqual({ frames: ['0 123#'], bad: ['truncated'] })
    expect(read(fileOf(order, 227, [one, Buffer.alloc(100_000), one]))).toEqual({ frames: ['0 123#', '0 000#', '0 123#'], bad: [] })
    expect(read(Buffer.concat([fileOf(order, 227, [one]), words(true, 0, 0, 262_145, 0), one]))).toEqual({ frames: ['0 123#'], bad: ['block-length'] })
    expect(read()).toEqual({ frames: [], bad: [] })
  })

  it('and pcapng are told apart by their bytes, whatever the ending says', () => {
    const frames = [frameOf({ id: 0x123, extended: false, timestamp_ns: 1.7e18 })]
    for (const [written, named] of [['pcap', 'pcapng'], ['pcapng', 'pcap']] as const) {
      expect(readLog(named, [writeLog(written, frames)])).toMatchObject({ bad: [], frames: [{ id: 0x123 }] })
    }
  })

  it('is in ns where it begins at 0, in µs otherwise, and of no frame a file, too', () => {
    const magic = (timestamp_ns: number): string => Buffer.from(writeLog('pcap', [frameOf({ timestamp_ns })]).subarray(0, 4)).toString('hex')
    expect([magic(5), magic(1.7e18)]).toEqual(['4d3cb2a1', 'd4c3b2a1'])
    expect(writeLog('pcap', []).length).toBe(24)
    expect(read(writeLog('pcap', []))).toEqual({ frames: [], bad: [] })
  })

  it('of any bytes never throws, and is the same however it is cut', () => {
    const records = fc.array(fc.uint8Array({ maxLength: 60 }).map(each => Buffer.from(each)), { maxLength: 6 })
    const bytes = fc.tuple(fc.constantFrom(...ORDERS), fc.constantFrom(113, 227, 276, 1), records, fc.uint8Array({ maxLength: 20 }))
      .map(([order, linkType, records, rest]) => Uint8Array.from(Buffer.concat([fileOf(order, linkType, records), rest])))
    fc.assert(fc.property(anyPieces(bytes), (pieces) => {
      expect(read(...pieces)).toEqual(read(Buffer.concat(pieces)))
    }), { seed: 4, numRuns: 1000 })
  })
})
