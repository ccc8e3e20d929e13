import { deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adler32, deflate, inflate, inflatePart } from './zlib.ts'

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.array(fc.tuple(fc.uint8Array({ maxLength: 12 }), fc.nat(60)), { maxLength: 20 })
    .map(parts => Uint8Array.from(parts.flatMap(([part, times]) => Array.from({ length: times }, () => [...part]).flat()))),
)

describe('zlib', () => {
  it('unpacks what zlib packs, at every level and strategy', () => {
    fc.assert(fc.property(bytes, fc.integer({ min: 0, max: 9 }), fc.nat(4), (given, level, strategy) => {
      expect(inflate(deflateSync(given, { level, strategy }), given.length)).toEqual(given)
    }), { seed: 1, numRuns: 300 })
    const long = Uint8Array.from({ length: 300_000 }, (_, n) => n * n >> 7 & 255)
    expect(inflate(deflateSync(long), long.length)?.every((byte, n) => byte === long[n])).toBe(true)
  })

  it('packs what zlib unpacks, and smaller where it repeats', () => {
    fc.assert(fc.property(bytes, (given) => {
      expect(Uint8Array.from(inflateSync(deflate(given)))).toEqual(given)
    }), { seed: 2, numRuns: 300 })
    expect(deflate(new Uint8Array(100_000)).length).toBeLessThan(1000)
  })

  it('of a cut stream unpacks what there is, and no more than it may', () => {
    fc.assert(fc.property(bytes, fc.nat(), fc.nat(500), (given, cut, most) => {
      const good = deflateSync(given)
      const part = inflatePart(good.subarray(0, cut % (good.length + 1)), most)
      expect(Buffer.from(given).subarray(0, part.length).equals(part) && part.length <= most).toBe(true)
    }), { seed: 4, numRuns: 300 })
    let chance = 1
    const given = Uint8Array.from({ length: 100_000 }, () => (chance = chance * 48_271 % 0x7fff_ffff) & 15)
    const good = deflateSync(given)
    expect(inflatePart(good.subarray(0, -5), given.length).length).toBeGreaterThan(99_000)
    expect(inflatePart(good.subarray(0, good.length >> 1), given.length).length).toBeGreaterThan(20_000)
    expect(inflatePart(deflateSync(new Uint8Array(1 << 24)), 1000).length).toBe(1000)
    expect(inflatePart(Uint8Array.of(1, 2, 3, 4), 9).length).toBe(0)
  })

  it('of a longer, cut or spoilt stream is nothing, and never throws', () => {
    const given = Uint8Array.from({ length: 500 }, (_, n) => n % 7 * (n >> 5))
    const good = deflateSync(given)
    expect(inflate(good, 499)).toBeUndefined()
    for (let length = 0; length < good.length; length++) expect(inflate(good.subarray(0, length), 500)).toBeUndefined()
    fc.assert(fc.property(fc.nat(good.length - 1), fc.nat(255), fc.uint8Array({ maxLength: 200 }), (at, value, rest) => {
      const spoilt = Uint8Array.from(good)
      spoilt[at] = value
      const read = inflate(spoilt, 500)
      if (read !== undefined) expect(adler32(read)).toBe(adler32(given))
      inflate(Uint8Array.from([0x78, 0x01, ...rest]), 500)
    }), { seed: 3, numRuns: 2000 })
  })
})
