import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrame, FD_DATA_BYTES, type CanFrame } from './frame.ts'
import { dataPhaseBits, fdFrameBits, fdLengthCode, frameBits, nominalBits } from './frame-bits.ts'
import { BIT_FIELD, fdBitStream, frameBitStream } from './frame-stream.ts'

const LENGTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64]

function frame(id: number, extended: boolean, bytes: readonly number[], brs: boolean): CanFrame {
  const made = Object.assign(createFrame(FD_DATA_BYTES), { id, extended, brs, fd: true, length: bytes.length })
  made.data.set(bytes)
  return made
}

/** Bytes that make stuff bits likely. */
const byte = fc.oneof(fc.constantFrom(0x00, 0xff, 0x0f, 0xf0, 0x1f, 0xf8, 0x83, 0x7c), fc.integer({ min: 0, max: 255 }))
const anyFrame = fc.record({
  extended: fc.boolean(), brs: fc.boolean(), code: fc.nat(15), bytes: fc.array(byte, { minLength: 64, maxLength: 64 }),
  id: fc.oneof(fc.constantFrom(0, 0x1fffffff, 0x7ff, 0x0cff8185, 0x1f, 0x3ffff), fc.integer({ min: 0, max: 0x1fffffff })),
}).map(({ extended, brs, code, bytes, id }) => frame(extended ? id : id & 0x7ff, extended, bytes.slice(0, LENGTHS[code]), brs))

describe('length of an FD frame on the wire', () => {
  it('equals the bit stream written out, in both phases, for any frame', () => {
    fc.assert(fc.property(anyFrame, fc.boolean(), (f, passive) => {
      const { bits, dataPhaseStart, dataPhaseEnd } = fdBitStream(f, passive)
      const packed = fdFrameBits(f, passive)
      expect(dataPhaseBits(packed)).toBe(dataPhaseEnd - dataPhaseStart)
      expect(nominalBits(packed)).toBe(bits.length - (dataPhaseEnd - dataPhaseStart))
      if (!passive) expect(frameBits(f)).toBe(bits.length)
    }), { numRuns: 5000, seed: 1 })
  })

  it('has the figures of the literature: an alternating pattern needs fixed stuff bits only', () => {
    // 0x555… has no run of five, and ends its header without one: 1 + 16 + 9 nominal bits, 5 + 8 n + 28 or 33 data bits.
    const alternating = (length: number, byte: number): CanFrame => frame(0x555, false, new Array<number>(length).fill(byte), true)
    for (const length of [8, 16]) {
      const packed = fdFrameBits(alternating(length, 0xaa), false)
      expect(nominalBits(packed)).toBe(26)
      expect(dataPhaseBits(packed)).toBe(5 + 8 * length + 28)
    }
    expect(dataPhaseBits(fdFrameBits(alternating(64, 0x55), false))).toBe(5 + 512 + 33)
    expect(dataPhaseBits(fdFrameBits(frame(0x555, false, [], false), false))).toBe(0)
  })

  it('knows the length codes', () => {
    expect(LENGTHS.map(fdLengthCode)).toEqual(LENGTHS.map((_, code) => code))
  })
})

describe('bit stream of an FD frame', () => {
  it('unstuffs to its fields, with no six equal bits before the CRC delimiter', () => {
    fc.assert(fc.property(anyFrame, fc.boolean(), (f, passive) => {
      const { bits, stuffed, field, crcDelimiter } = fdBitStream(f, passive)
      let run = 0
      let longest = 0
      for (let i = 0; i < crcDelimiter; i++) {
        run = i > 0 && bits[i] === bits[i - 1] ? run + 1 : 1
        longest = Math.max(longest, run)
      }
      expect(longest).toBeLessThanOrEqual(5)
      const of = (wanted: number): string => [...bits].filter((_, i) => field[i] === wanted && stuffed[i] === 0).join('')
      expect(of(BIT_FIELD.identifier)).toBe(f.id.toString(2).padStart(f.extended ? 29 : 11, '0'))
      expect(of(BIT_FIELD.fdFormat) + of(BIT_FIELD.bitRateSwitch) + of(BIT_FIELD.errorState)).toBe(`1${f.brs ? 1 : 0}${passive ? 1 : 0}`)
      expect(of(BIT_FIELD.length)).toBe(LENGTHS.indexOf(f.length).toString(2).padStart(4, '0'))
      expect(of(BIT_FIELD.data)).toBe([...f.data.subarray(0, f.length)].map(b => b.toString(2).padStart(8, '0')).join(''))
      expect(of(BIT_FIELD.crc).length).toBe(f.length > 16 ? 21 : 17)
    }), { numRuns: 1000, seed: 2 })
  })

  it('has a fixed stuff bit before its CRC field and after each fourth bit of it, the inverse of the bit before', () => {
    fc.assert(fc.property(anyFrame, (f) => {
      const { bits, stuffed, field, crcDelimiter } = frameBitStream(f)
      const begin = field.indexOf(BIT_FIELD.stuffCount)
      expect(crcDelimiter - begin).toBe(f.length > 16 ? 32 : 27)
      for (let i = begin; i < crcDelimiter; i++) {
        expect(stuffed[i]).toBe((i - begin) % 5 === 0 ? 2 : 0)
        if (stuffed[i] === 2) expect(bits[i]).toBe(1 - bits[i - 1]!)
      }
    }), { numRuns: 500, seed: 3 })
  })

  it('counts its stuff bits in Gray code with even parity', () => {
    const GRAY = ['000', '001', '011', '010', '110', '111', '101', '100']
    fc.assert(fc.property(anyFrame, (f) => {
      const { bits, stuffed, field } = frameBitStream(f)
      const code = [...bits].filter((_, i) => field[i] === BIT_FIELD.stuffCount && stuffed[i] === 0).join('')
      const count = stuffed.filter(mark => mark === 1).length
      expect(code.slice(0, 3)).toBe(GRAY[count % 8])
      expect([...code].filter(bit => bit === '1').length % 2).toBe(0)
    }), { numRuns: 1000, seed: 4 })
  })

  it('has a CRC that divides it: frame, stuff bits and stuff count, the first bit inverted', () => {
    fc.assert(fc.property(anyFrame, (f) => {
      const { bits, stuffed, field } = frameBitStream(f)
      const width = f.length > 16 ? 21 : 17
      // The start value is a 1 in front of the register: the same as inverting the first bit of the message.
      const polynomial = f.length > 16
        ? (1n << 21n) | (1n << 20n) | (1n << 13n) | (1n << 11n) | (1n << 7n) | (1n << 4n) | (1n << 3n) | 1n
        : (1n << 17n) | (1n << 16n) | (1n << 14n) | (1n << 13n) | (1n << 11n) | (1n << 6n) | (1n << 4n) | (1n << 3n) | (1n << 1n) | 1n
      let remainder = 0n
      bits.forEach((bit, i) => {
        if (stuffed[i] === 2 || (field[i]! > BIT_FIELD.crc && field[i]! <= BIT_FIELD.endOfFrame)) return
        remainder = (remainder << 1n) | BigInt(i === 0 ? 1 - bit : bit)
        if ((remainder >> BigInt(width)) === 1n) remainder ^= polynomial
      })
      expect(remainder).toBe(0n)
    }), { numRuns: 500, seed: 5 })
  })
})
