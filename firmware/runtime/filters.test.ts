import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hubAddress, kindOf, locationOf, messageId, pageOf, pduFormatOf, pduSpecificOf, peerId } from '#protocol/index.ts'
import type { FilterBank } from '../hal.ts'
import { broadcastFilters, peerFilters } from './filters.ts'

function passes(bank: FilterBank, id: number): boolean {
  return bank.filters.some(filter => (id & bank.mask) === (filter & bank.mask))
}

const location = fc.integer({ min: 1, max: 8 })
const nibble = fc.integer({ min: 0, max: 15 })
const byte = fc.integer({ min: 0, max: 255 })
const priority = fc.integer({ min: 0, max: 7 })

describe('hardware filters', () => {
  it('fit the controller: two filters behind the first mask, four behind the second', () => {
    for (let here = 1; here <= 8; here++) {
      expect(broadcastFilters(here, false).filters.length).toBeLessThanOrEqual(2)
      expect(broadcastFilters(here, true).filters.length).toBeLessThanOrEqual(2)
      expect(peerFilters(here).filters.length).toBeLessThanOrEqual(4)
    }
  })

  it('let in what is said to this location or to all, of whatever kind, priority and sender, and of the rest nothing', () => {
    const page1 = fc.integer({ min: 0, max: 1 })
    fc.assert(fc.property(location, priority, page1, nibble, nibble, byte, (here, prio, page, kind, there, source) => {
      const id = messageId(prio, page, kind, there, source)
      expect(passes(broadcastFilters(here, false), id)).toBe(page === 1 && (there === here || there === 0))
      expect(passes(broadcastFilters(here, true), id)).toBe(true)
      expect(passes(peerFilters(here), id)).toBe(false)
    }), { seed: 3, numRuns: 1000 })
  })

  it('let in claims and requests to this address or to all, diagnostics to this address, functional ones to all', () => {
    for (let here = 1; here <= 8; here++) {
      const bank = peerFilters(here)
      for (const format of [0xea, 0xee]) {
        expect(passes(bank, peerId(6, format, 0xff, 0xf9))).toBe(true)
        expect(passes(bank, peerId(6, format, hubAddress(here), 0xf9))).toBe(true)
        expect(passes(bank, peerId(6, format, hubAddress(here % 8 + 1), 0xf9))).toBe(false)
      }
      expect(passes(bank, peerId(6, 0xda, hubAddress(here), 0xf9))).toBe(true)
      expect(passes(bank, peerId(6, 0xda, 0xff, 0xf9))).toBe(false)
      expect(passes(bank, peerId(6, 0xdb, 0xff, 0xf9))).toBe(true)
      expect(passes(bank, peerId(6, 0xdb, hubAddress(here), 0xf9))).toBe(false)
    }
  })

  it('keep out everything else: any identifier that passes is one of those, but for the bit the second mask leaves out', () => {
    fc.assert(fc.property(location, fc.integer({ min: 0, max: 0x1fff_ffff }), (here, id) => {
      const to = pduSpecificOf(id)
      if (passes(broadcastFilters(here, false), id)) {
        expect([pduFormatOf(id), pageOf(id)]).toEqual([0xff, 1])
        expect([0, here]).toContain(locationOf(id))
        expect(kindOf(id)).toBeLessThan(16)
      }
      if (passes(peerFilters(here), id)) {
        expect(pageOf(id)).toBe(0)
        expect([0xff, hubAddress(here)]).toContain(to)
        expect([0xea, 0xda, 0xdb]).toContain(pduFormatOf(id) & 0xfb)
      }
    }), { seed: 4, numRuns: 3000 })
  })
})
