import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyClassicFrame, frameOf } from '../testing/index.ts'
import { AcceptanceFilter } from './acceptance.ts'

function filter(code: number, mask: number, dual = true): AcceptanceFilter {
  const made = new AcceptanceFilter()
  made.setCode(code)
  made.setMask(mask)
  made.setDual(dual)
  return made
}

describe('acceptance filter', () => {
  it('takes everything at first, and with every bit masked', () => {
    fc.assert(fc.property(anyClassicFrame(), fc.nat(), fc.boolean(), (frame, code, dual) => {
      expect(new AcceptanceFilter().accepts(frame)).toBe(true)
      expect(filter(code, 0xffff_ffff, dual).accepts(frame)).toBe(true)
    }), { seed: 1 })
  })

  it('single: compares the whole 29-bit identifier and RTR', () => {
    fc.assert(fc.property(anyClassicFrame(), fc.nat(28), (frame, bit) => {
      fc.pre(frame.extended)
      const code = (frame.id * 8 + (frame.remote ? 4 : 0)) % 2 ** 32
      const single = filter(code, 0x0000_0003, false)
      expect(single.accepts(frame)).toBe(true)
      expect(single.accepts({ ...frame, id: (frame.id ^ 1 << bit) >>> 0 })).toBe(false)
      expect(single.accepts({ ...frame, remote: !frame.remote })).toBe(false)
    }), { seed: 2 })
  })

  it('single: compares an 11-bit identifier, RTR and two data bytes as far as they are there', () => {
    const single = filter(0x123 << 21 | 0xab << 8 | 0xcd, 0x000f_0000, false)
    const frame = { id: 0x123, extended: false }
    expect(single.accepts(frameOf({ ...frame, bytes: [0xab, 0xcd, 1] }))).toBe(true)
    expect(single.accepts(frameOf({ ...frame, bytes: [0xab, 0xce] }))).toBe(false)
    expect(single.accepts(frameOf({ ...frame, bytes: [0xab] }))).toBe(true)
    expect(single.accepts(frameOf({ ...frame, bytes: [0xaa] }))).toBe(false)
    expect(single.accepts(frameOf({ ...frame }))).toBe(true)
    expect(single.accepts(frameOf({ ...frame, id: 0x122 }))).toBe(false)
    expect(single.accepts(frameOf({ ...frame, remote: true }))).toBe(false)
  })

  it('dual: either 11-bit filter lets in, the first also looks at a data byte', () => {
    // Filter 1: id 0x123 with data 0xAB (its halves in the low nibbles of AC1 and AC3). Filter 2: id 0x456, any RTR.
    const dual = filter((0x123 << 5 | 0xa) << 16 | (0x456 << 5 | 0xb), 0x0010 << 16 | 0x0010)
    const frame = { extended: false }
    expect(dual.accepts(frameOf({ ...frame, id: 0x123, bytes: [0xab] }))).toBe(true)
    expect(dual.accepts(frameOf({ ...frame, id: 0x123, bytes: [0xac] }))).toBe(false)
    expect(dual.accepts(frameOf({ ...frame, id: 0x456, bytes: [0xac] }))).toBe(true)
    expect(dual.accepts(frameOf({ ...frame, id: 0x457, bytes: [0xab] }))).toBe(false)
  })

  it('dual: either 29-bit filter lets in by the upper 16 bits', () => {
    const dual = filter(0x1234_5678, 0)
    expect(dual.accepts(frameOf({ id: 0x1234 << 13 | 5 }))).toBe(true)
    expect(dual.accepts(frameOf({ id: 0x5678 << 13 | 5 }))).toBe(true)
    expect(dual.accepts(frameOf({ id: 0x5679 << 13 }))).toBe(false)
  })
})
