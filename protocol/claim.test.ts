import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  buildName, CANNOT_CLAIM_ID, claimId, compareNames, hubName, readName, requestedPgn, requestId, writeRequest,
} from './claim.ts'
import { HUB_TYPE, LOCATION } from './locations.ts'
import {
  dataIdOf, destinationOf, hubAddress, isBroadcastKind, kindOf, locationOf, locationOfAddress, messageId, messagePgn, pageOf,
  PGN_ADDRESS_CLAIMED, PGN_REQUEST, pgnOf, priorityOf, sourceOf,
} from './id.ts'

const bits = (width: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** width - 1 })
const parts = fc.record({
  identity: bits(21), manufacturer: bits(11), ecuInstance: bits(3), functionInstance: bits(5), function: bits(8),
  vehicleSystem: bits(7), vehicleSystemInstance: bits(4), industryGroup: bits(3), arbitraryAddress: bits(1),
})

describe('NAME', () => {
  it('comes apart as it was put together', () => {
    fc.assert(fc.property(parts, (p) => { expect(readName(buildName(p))).toEqual(p) }), { seed: 1 })
  })

  it('compares as the 64-bit number does', () => {
    const number = (name: Uint8Array): bigint => new DataView(name.buffer, name.byteOffset).getBigUint64(0, true)
    fc.assert(fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), fc.uint8Array({ minLength: 8, maxLength: 8 }), (a, b) => {
      const [x, y] = [number(a), number(b)]
      return Math.sign(compareNames(a, b)) === (x < y ? -1 : x > y ? 1 : 0)
    }), { seed: 2 })
  })

  it('of a hub carries type, location and serial', () => {
    expect(Buffer.from(hubName(HUB_TYPE.door, LOCATION.RL, 0x12345)).toString('hex')).toBe('4523e1ff18820010')
    const name = readName(hubName(HUB_TYPE.door, LOCATION.RL, 0x12345))
    expect(name).toMatchObject({ function: 130, functionInstance: 3, identity: 0x12345, arbitraryAddress: 0 })
  })
})

describe('identifiers', () => {
  it('of claims and requests are the published ones', () => {
    expect(claimId(0x81)).toBe(0x18eeff81)
    expect(CANNOT_CLAIM_ID).toBe(0x18eefffe)
    expect(requestId(0xff, 0xf9)).toBe(0x18eafff9)
    expect(pgnOf(claimId(0x81))).toBe(PGN_ADDRESS_CLAIMED)
    expect(pgnOf(requestId(0x85, 0xf9))).toBe(PGN_REQUEST)
    expect(destinationOf(requestId(0x85, 0xf9))).toBe(0x85)
  })

  it('of messages come apart as they were put together', () => {
    const every = fc.tuple(bits(3), bits(1), bits(4), bits(4), bits(8))
    fc.assert(fc.property(every, ([priority, page, kind, location, source]) => {
      const id = messageId(priority, page, kind, location, source)
      expect([priorityOf(id), pageOf(id), kindOf(id), locationOf(id), sourceOf(id)]).toEqual([priority, page, kind, location, source])
      expect(isBroadcastKind(id)).toBe(true)
      expect(dataIdOf(id)).toBe((page << 8) | (kind << 4) | location)
      expect(pgnOf(id)).toBe(messagePgn(page, kind, location))
      expect(id).toBeLessThan(2 ** 29)
    }), { seed: 3 })
    expect(messageId(2, 1, 8, 1, 0xf9)).toBe(0x09ff81f9)
    expect(isBroadcastKind(0x18da85f9)).toBe(false)
    expect(isBroadcastKind(0x1aff8185)).toBe(false)
  })

  it('of hubs and locations belong together', () => {
    for (let location = 1; location <= 8; location++) expect(locationOfAddress(hubAddress(location))).toBe(location)
    for (const address of [0x80, 0x89, 0xf9, 0xfe, 0xff, 0]) expect(locationOfAddress(address)).toBe(0)
  })

  it('requested in a frame are read back, or -1 when the frame is too short', () => {
    const data = new Uint8Array(8)
    writeRequest(data, 0x1ff81)
    expect(requestedPgn(data, 3)).toBe(0x1ff81)
    expect(requestedPgn(data, 2)).toBe(-1)
  })
})
