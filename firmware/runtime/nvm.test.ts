import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMPONENT_CLASS } from '#protocol/index.ts'
import { FakeNvm } from '../testing/index.ts'
import { createCounters } from './counters.ts'
import { loadRecord, nvmKey, saveRecord } from './nvm.ts'

const { window: WINDOW, mirror: MIRROR } = COMPONENT_CLASS

describe('records of a port', () => {
  it('come back as they were saved, each under its port and key', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(15), fc.nat(15), (payload, port, key) => {
      const nvm = new FakeNvm()
      saveRecord(nvm, port, WINDOW, key, payload)
      expect(loadRecord(nvm, createCounters(), port, WINDOW, key)).toEqual(payload)
      expect(loadRecord(nvm, createCounters(), (port + 1) % 16, WINDOW, key)).toBeUndefined()
      expect(loadRecord(nvm, createCounters(), port, WINDOW, (key + 1) % 16)).toBeUndefined()
    }), { seed: 5 })
  })

  it('of another class are not read', () => {
    const nvm = new FakeNvm()
    const counters = createCounters()
    saveRecord(nvm, 2, WINDOW, 0, new Uint8Array([1, 2]))
    expect(loadRecord(nvm, counters, 2, MIRROR, 0)).toBeUndefined()
    expect(counters.nvmBad).toBe(0)
  })

  it('with any bit flipped, or cut short, count as damaged', () => {
    const nvm = new FakeNvm()
    const counters = createCounters()
    saveRecord(nvm, 2, WINDOW, 0, new Uint8Array([1, 2, 3]))
    const key = nvmKey(2, 0)
    const intact = nvm.read(key)!
    for (let bit = 0; bit < intact.length * 8; bit++) {
      const damaged = intact.slice()
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      nvm.write(key, damaged)
      expect(loadRecord(nvm, counters, 2, WINDOW, 0)).toBeUndefined()
    }
    for (let length = 0; length < intact.length; length++) {
      nvm.write(key, intact.slice(0, length))
      expect(loadRecord(nvm, counters, 2, WINDOW, 0)).toBeUndefined()
    }
    expect(counters.nvmBad).toBe(intact.length * 9)
  })

  it('have keys 0–15', () => {
    for (const key of [-1, 16, NaN]) expect(() => nvmKey(0, key)).toThrow(/record key .* is outside 0…15/)
  })
})
