import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../testing/runs.ts'
import { decodeWindowRecord, encodeWindowRecord } from './record.ts'

const RECORD = { serial: 0x89abcdef, travel_pulses: 0x0123, position_pulses: 0x0256 }

describe('what a window keeps over a reset', () => {
  it('has this image: version, serial, travel, position counted from 256 below closed; least significant byte first', () => {
    expect([...encodeWindowRecord(RECORD)]).toEqual([2, 0xef, 0xcd, 0xab, 0x89, 0x23, 0x01, 0x56, 0x03])
    expect([...encodeWindowRecord({ ...RECORD, position_pulses: NaN })].slice(7)).toEqual([0xff, 0xff])
  })

  it('is read as it was written', () => {
    const position = fc.oneof(fc.constant(NaN), fc.integer({ min: -256, max: 0xfffe - 256 }))
    const record = fc.record({ serial: fc.nat(0xffffffff), travel_pulses: fc.nat(0xffff), position_pulses: position })
    fc.assert(fc.property(record, (one) => {
      expect(decodeWindowRecord(encodeWindowRecord(one))).toEqual(one)
    }), { seed: 61, numRuns: runs(200) })
  })

  it('rounds, and ends where the image does: a position off the scale is not an unknown one', () => {
    const kept = (position_pulses: number): number =>
      decodeWindowRecord(encodeWindowRecord({ ...RECORD, position_pulses }))!.position_pulses
    expect([kept(-0.6), kept(10.4), kept(-1e6), kept(1e6)]).toEqual([-1, 10, -256, 0xfffe - 256])
    expect(decodeWindowRecord(encodeWindowRecord({ ...RECORD, travel_pulses: 950.6 }))!.travel_pulses).toBe(951)
  })

  it('is none of another length, another version, or none at all', () => {
    const bytes = encodeWindowRecord(RECORD)
    expect(decodeWindowRecord(undefined)).toBeUndefined()
    expect(decodeWindowRecord(bytes.slice(0, 8))).toBeUndefined()
    expect(decodeWindowRecord(new Uint8Array([...bytes, 0]))).toBeUndefined()
    expect(decodeWindowRecord(new Uint8Array([1, ...bytes.slice(1)]))).toBeUndefined()
  })
})
