import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameFrame } from '../link-frame.ts'
import { anyFrame, anyPieces, CLASSIC_FRAMES, cutInto, frameOf, numberedFrame, numberOf, RICH_FRAMES } from '../testing/index.ts'
import { LONGEST_PIECE, NO_DETAILS } from './log-frame.ts'
import { LONGEST_BLOCK } from './pcapng-reader.ts'
import { PcapngWriter } from './pcapng-writer.ts'
import { readLog, writeLog } from './testing/index.ts'

const read = (...pieces: readonly Uint8Array[]): ReturnType<typeof readLog> => readLog('pcapng', pieces)
const causes = (bytes: Uint8Array): string[] => read(bytes).bad.map(({ cause }) => cause)

describe('pcapng', () => {
  it('gives back what was written: frames, times, directions, however it is cut', () => {
    const all = fc.array(fc.tuple(anyFrame(), fc.constantFrom('', 'received', 'sent')), { maxLength: 12 })
    fc.assert(fc.property(all, fc.array(fc.nat(64), { maxLength: 40 }), (given, cuts) => {
      const writer = new PcapngWriter()
      const bytes = Buffer.concat([...given.map(([frame, direction]) => {
        const piece = writer.frame(frame, { ...NO_DETAILS, direction })
        expect(piece.length).toBeLessThanOrEqual(LONGEST_PIECE)
        return Buffer.from(piece)
      }), writer.end()])
      const { frames, bad } = read(...cutInto(bytes, cuts))
      expect(bad).toEqual([])
      expect(frames.length).toBe(given.length)
      given.forEach(([frame, direction], n) => {
        expect(sameFrame(frames[n]!, frame)).toBe(true)
        expect(frames[n]!.timestamp_ns).toBe(frame.timestamp_ns)
        expect(frames[n]!.direction).toBe(direction)
      })
    }), { seed: 1, numRuns: 500 })
  })

  it('is a row of blocks of 32 bits, little-endian, with CAN identifiers big-endian', () => {
    const frame = frameOf({ id: 0x0cff_8185, timestamp_ns: 12_345_678_901, bytes: [1, 2, 3] })
    const bytes = Buffer.from(writeLog('pcapng', [frame], () => 'sent'))
    expect(bytes.toString('hex').match(/.{8}/g)).toEqual([
      '0a0d0d0a', '2c000000', '4d3c2b1a', '01000000', 'ffffffff', 'ffffffff', '04000500', Buffer.from('spin').toString('hex'), '65000000', '00000000', '2c000000',
      '01000000', '2c000000', 'e3000000', '00000000', '02000600', Buffer.from('spin').toString('hex'), '65300000', '09000100', '09000000', '00000000', '2c000000',
      '06000000', '38000000', '00000000', '02000000', '351cdcdf', '0b000000', '0b000000', '8cff8185', '03000000', '01020300', '02000400', '02000000', '00000000',
      '38000000',
    ])
  })

  it('of no frame is a file, too', () => {
    expect(read(writeLog('pcapng', []))).toEqual({ frames: [], bad: [] })
  })

  it('is read big-endian, from µs and binary fractions and offsets, in several sections, past unknown blocks', () => {
    const big = [
      section(false), interfaceBlock(false, { name: 'can3' }), enhanced(false, 0, 1_500_000, socketcan(0x8000_0001, 2, 0, [7, 8])),
      block(false, 0x0bad, Buffer.alloc(20)),
      section(true), interfaceBlock(true, { resolution: 0x80 | 10, offset_s: 100 }), interfaceBlock(true, { resolution: 12 }),
      enhanced(true, 0, 512, socketcan(0x4000_0123, 5, 0, [])), enhanced(true, 1, 3_000_000, socketcan(0x7ff, 0, 0, [])),
      block(true, 3, Buffer.concat([u32(true, 9), socketcan(1, 1, 0, [9])])),
      block(true, 2, Buffer.concat([Buffer.alloc(12), u32(true, 8), u32(true, 8), socketcan(0x2000_0040, 0, 0, [])])),
    ]
    const { frames, bad } = read(Buffer.concat(big))
    expect(bad).toEqual([])
    expect(frames.map(f => [f.bus, f.id, f.timestamp_ns, f.length])).toEqual([
      [3, 1, 1.5e9, 2], [0, 0x123, 100.5e9, 5], [1, 0x7ff, 3000, 0], [0, 1, 100e9, 1], [0, 0x40, 100e9, 0],
    ])
    expect(frames.map(f => [f.extended, f.remote, f.error])).toEqual([
      [true, false, false], [false, true, false], [false, false, false], [false, false, false], [false, false, true],
    ])
  })

  it('knows FD frames by flag, by length and by the size of the structure, and classic ones with padding', () => {
    const data = (length: number): number[] => Array.from({ length }, (_, i) => i)
    const file = [
      section(true), interfaceBlock(true, {}),
      enhanced(true, 0, 0, socketcan(1, 4, 4, data(4))), enhanced(true, 0, 0, socketcan(1, 12, 1, data(12))),
      enhanced(true, 0, 0, socketcan(1, 4, 0, data(64))), enhanced(true, 0, 0, socketcan(1, 4, 0, data(8))),
    ]
    const { frames, bad } = read(Buffer.concat(file))
    expect(bad).toEqual([])
    expect(frames.map(f => [f.fd, f.brs, f.length])).toEqual([[true, false, 4], [true, true, 12], [true, false, 4], [false, false, 4]])
  })

  it('counts what is bad by its cause and reads the rest', () => {
    const good = enhanced(true, 0, 0, socketcan(0x111, 0, 0, []))
    const begin = [section(true), interfaceBlock(true, {}), interfaceBlock(true, { linkType: 1 })]
    const file = Buffer.concat([
      ...begin, enhanced(true, 2, 0, socketcan(1, 0, 0, [])), good, enhanced(true, 1, 0, socketcan(1, 0, 0, [])), good,
      enhanced(true, 0, 0, socketcan(1, 0, 0x80, [])), enhanced(true, 0, 0, socketcan(1, 9, 4, [])),
      enhanced(true, 0, 0, socketcan(1, 4, 0, [1])), good,
      enhanced(true, 0, 0, socketcan(0x800, 0, 0, [])), enhanced(true, 0, 0, Buffer.alloc(5)), block(true, 6, Buffer.alloc(4)), good,
      interfaceBlock(true, { name: 'can999' }), block(true, 6, Buffer.alloc(LONGEST_BLOCK)), block(true, 0x0bad, Buffer.alloc(3 * LONGEST_BLOCK)), good,
      u32(true, 7), u32(true, 6), Buffer.from('rubbish rubbish '), ...begin, good, u32(true, 6),
    ])
    for (const pieces of [[file], cutInto(file, Array.from({ length: 4000 }, () => 61))]) {
      const { frames, bad } = read(...pieces)
      expect(frames.length).toBe(6)
      expect(bad.map(({ cause }) => cause)).toEqual([
        'interface', 'link-type', 'can-xl', 'length', 'short-packet', 'identifier', 'short-packet', 'short-packet',
        'block-length', 'block-length', 'truncated',
      ])
    }
  })

  it('says that something is no pcapng file', () => {
    expect(causes(Buffer.from('hello world, this is no capture'))).toEqual(['no-section'])
    expect(causes(Buffer.from('0a0d0d0a1c000000ffffffff01000000ffffffffffffffff1c000000', 'hex'))).toEqual(['byte-order'])
    expect(causes(Buffer.from('0a0d'))).toEqual(['truncated'])
    expect(causes(new Uint8Array(0))).toEqual([])
  })

  it('never throws or hangs on any bytes, and reads them the same however they are cut', () => {
    const head = Buffer.concat([section(true), interfaceBlock(true, {})])
    const bytes = fc.tuple(fc.boolean(), fc.array(fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constant(Uint8Array.from(section(false))),
      fc.tuple(fc.constantFrom(1, 2, 3, 6, 9), fc.uint8Array({ maxLength: 60 }))
        .map(([type, body]) => block(true, type, Buffer.from(body))),
      fc.uint8Array({ maxLength: 24 }).map(frame => enhanced(true, 0, 5, Buffer.from(frame))),
    ))).map(([whole, parts]) => Uint8Array.from(Buffer.concat(whole ? [head, ...parts] : parts)))
    fc.assert(fc.property(anyPieces(bytes), (pieces) => {
      expect(read(...pieces)).toEqual(read(Buffer.concat(pieces)))
    }), { seed: 2, numRuns: 1500 })
  })

  it('spoilt in any byte never throws, and loses at most what comes until the next section', () => {
    const part = writeLog('pcapng', [...CLASSIC_FRAMES, ...RICH_FRAMES])
    const after = writeLog('pcapng', [numberedFrame(7)])
    fc.assert(fc.property(fc.nat(part.length - 1), fc.nat(255), (at, value) => {
      const spoilt = Uint8Array.from([...part, ...after])
      spoilt[at] = value
      const { frames, bad } = read(spoilt)
      // A length that is wrong but possible may swallow the rest.
      if (!bad.some(({ cause }) => cause === 'truncated')) expect(numberOf(frames.at(-1)!)).toBe(7)
    }), { seed: 3, numRuns: 1000, examples: [[1216, 224]] })
  })
})

function u32(little: boolean, value: number): Buffer {
  const bytes = Buffer.alloc(4)
  if (little) bytes.writeUInt32LE(value >>> 0)
  else bytes.writeUInt32BE(value >>> 0)
  return bytes
}

function u16(little: boolean, value: number): Buffer {
  const bytes = Buffer.alloc(2)
  if (little) bytes.writeUInt16LE(value)
  else bytes.writeUInt16BE(value)
  return bytes
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)])
}

function block(little: boolean, type: number, body: Buffer): Buffer {
  const length = u32(little, 12 + padded(body).length)
  return Buffer.concat([u32(little, type), length, padded(body), length])
}

function section(little: boolean): Buffer {
  return block(little, 0x0a0d_0d0a, Buffer.concat([u32(little, 0x1a2b_3c4d), u16(little, 1), u16(little, 0), Buffer.alloc(8, 255)]))
}

function option(little: boolean, code: number, value: Buffer): Buffer {
  return Buffer.concat([u16(little, code), u16(little, value.length), padded(value)])
}

function interfaceBlock(little: boolean, of: { linkType?: number, name?: string, resolution?: number, offset_s?: number }): Buffer {
  const parts = [u16(little, of.linkType ?? 227), u16(little, 0), u32(little, 0)]
  if (of.name !== undefined) parts.push(option(little, 2, Buffer.from(of.name)))
  if (of.resolution !== undefined) parts.push(option(little, 9, Buffer.from([of.resolution])))
  const words = [u32(little, 0), u32(little, of.offset_s ?? 0)]
  if (of.offset_s !== undefined) parts.push(option(little, 14, Buffer.concat(little ? words.reverse() : words)))
  return block(little, 1, Buffer.concat(parts))
}

function enhanced(little: boolean, index: number, time: number, frame: Buffer): Buffer {
  const head = [index, 0, time, frame.length, frame.length].map(value => u32(little, value))
  return block(little, 6, Buffer.concat([...head, padded(frame)]))
}

function socketcan(word: number, length: number, flags: number, data: readonly number[]): Buffer {
  return Buffer.concat([u32(false, word), Buffer.from([length, flags, 0, 0, ...data])])
}
