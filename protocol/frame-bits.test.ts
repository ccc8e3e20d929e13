import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BIT_FIELD, frameBitStream } from './frame-stream.ts'
import { frameBits, leastFrameBits, worstFrameBits } from './frame-bits.ts'
import { createFrame, type CanFrame } from './frame.ts'

function frame(id: number, extended: boolean, bytes: readonly number[], remote = false): CanFrame {
  const made = createFrame(8)
  made.id = id
  made.extended = extended
  made.remote = remote
  made.length = bytes.length
  made.data.set(bytes)
  return made
}

/** Bytes that make stuff bits likely. */
const byte = fc.oneof(fc.constantFrom(0x00, 0xff, 0x0f, 0xf0, 0x1f, 0xf8, 0x83, 0x7c), fc.integer({ min: 0, max: 255 }))
const anyFrame = fc.tuple(
  fc.boolean(), fc.oneof(fc.constantFrom(0, 0x1fffffff, 0x7ff, 0x0cff8185), fc.integer({ min: 0, max: 0x1fffffff })),
  fc.array(byte, { maxLength: 8 }), fc.boolean(),
).map(([extended, id, bytes, remote]) => frame(extended ? id : id & 0x7ff, extended, bytes, remote))

describe('length of a frame on the wire', () => {
  it('equals the bit stream written out, for any frame', () => {
    fc.assert(fc.property(anyFrame, f => frameBits(f) === frameBitStream(f).bits.length), { numRuns: 5000, seed: 1 })
  })

  it('stays between the least and the worst case', () => {
    fc.assert(fc.property(anyFrame, (f) => {
      const bytes = f.remote ? 0 : f.length
      const bits = frameBits(f)
      return bits >= leastFrameBits(f.extended, bytes) && bits <= worstFrameBits(f.extended, bytes)
    }), { numRuns: 2000, seed: 2 })
  })

  it('has the textbook figures with interframe space', () => {
    expect(leastFrameBits(false, 8) + 3).toBe(47 + 64)
    expect(leastFrameBits(true, 8) + 3).toBe(67 + 64)
    expect(worstFrameBits(false, 8) + 3).toBe(135)
    expect(worstFrameBits(true, 8) + 3).toBe(160)
    expect(leastFrameBits(false, 0) + 3).toBe(47)
  })

  it('counts a remote frame without data', () => {
    const remote = frame(0x123, false, [1, 2, 3, 4], true)
    expect(frameBits(remote)).toBe(frameBitStream(remote).bits.length)
    expect(frameBits(remote)).toBeLessThan(44 + 32)
  })
})

describe('bit stream', () => {
  it('never has six equal bits before the CRC delimiter, and unstuffs to the fields', () => {
    fc.assert(fc.property(anyFrame, (f) => {
      const { bits, stuffed, field, crcDelimiter } = frameBitStream(f)
      let run = 0
      for (let i = 0; i < crcDelimiter; i++) {
        run = i > 0 && bits[i] === bits[i - 1] ? run + 1 : 1
        if (run > 5) return false
      }
      const data: number[] = []
      for (let i = 0; i < bits.length; i++) if (field[i] === BIT_FIELD.data && stuffed[i] === 0) data.push(bits[i]!)
      const text = f.remote ? '' : [...f.data.subarray(0, f.length)].map(b => b.toString(2).padStart(8, '0')).join('')
      return data.join('') === text
    }), { numRuns: 1000, seed: 3 })
  })

  it('has a CRC that divides the frame: the polynomial leaves no remainder', () => {
    fc.assert(fc.property(anyFrame, (f) => {
      const { bits, stuffed, crcDelimiter } = frameBitStream(f)
      let remainder = 0
      for (let i = 0; i < crcDelimiter; i++) {
        if (stuffed[i] === 1) continue
        remainder = (remainder << 1) | bits[i]!
        if ((remainder & 0x8000) !== 0) remainder ^= 0xc599
      }
      return remainder === 0
    }), { numRuns: 500, seed: 4 })
  })

  it('stuffs the identifier 0x014: start of frame and its first zeros make a run of seven', () => {
    const { bits, stuffed, crcDelimiter, ackSlot, endOfFrame, arbitrationEnd } = frameBitStream(frame(0x14, false, [0x01]))
    const text = [...bits].map((bit, i) => (stuffed[i] === 1 ? `(${bit})` : `${bit}`)).join('')
    expect(text.startsWith('00000(1)0010100')).toBe(true)
    expect(arbitrationEnd).toBe(14)
    expect(ackSlot).toBe(crcDelimiter + 1)
    expect(bits.length - endOfFrame).toBe(7)
    expect([...bits.subarray(crcDelimiter)]).toEqual(new Array(10).fill(1))
  })
})
