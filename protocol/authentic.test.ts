import { cmac } from '@noble/ciphers/aes.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lengthOf, MESSAGES } from './catalogue/index.ts'
import {
  coveredBy, highHalf, lowHalf, TAG_BYTES, TAGGED_BYTES, taggedBytes, TAGGING, taggingOf, tagCounter, tagFits, wordOf, writeTag,
} from './authentic.ts'
import { hubAddress, messageId } from './id.ts'
import { LOCATION } from './locations.ts'

const DASH = hubAddress(LOCATION.DASH)
const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const message = fc.record({
  key: bytes(16), id: fc.nat(0x1fff_ffff), freshness: fc.nat(0xffff_ffff), counter: fc.nat(0xffff), data: bytes(8),
  length: fc.integer({ min: 2, max: 8 }),
})

type Made = typeof message extends fc.Arbitrary<infer One> ? One : never

function macOf({ key, id, freshness, counter, data, length }: Made): Uint8Array {
  const block = new Uint8Array(TAGGED_BYTES)
  return cmac(block.slice(0, taggedBytes(block, id, freshness, counter, data, length)), key)
}

describe('tags', () => {
  it('fit the message that they were made for, and tell the low bits of its counter', () => {
    fc.assert(fc.property(message, (made) => {
      const tag = new Uint8Array(TAG_BYTES)
      writeTag(tag, 0, macOf(made), made.counter)
      expect(tagFits(tag, 0, macOf(made))).toBe(true)
      expect(tagCounter(tag, 0)).toBe(made.counter & 0x0f)
    }), { seed: 1 })
  })

  it('fit no other: any flipped bit of key, identifier, freshness, counter, content or tag is refused', () => {
    fc.assert(fc.property(message, fc.nat(), (made, at) => {
      const tag = new Uint8Array(TAG_BYTES)
      writeTag(tag, 0, macOf(made), made.counter)
      const flip = (source: Uint8Array, bit: number): Uint8Array => source.map((byte, i) => i === bit >> 3 ? byte ^ 1 << (bit & 7) : byte)
      const contentBits = 8 * (made.length - 2)
      const others = [
        { ...made, key: flip(made.key, at % 128) }, { ...made, id: (made.id ^ 1 << at % 29) >>> 0 },
        { ...made, freshness: (made.freshness ^ 1 << at % 32) >>> 0 },
        { ...made, counter: made.counter ^ 1 << at % 16 },
        ...contentBits === 0 ? [] : [{ ...made, data: flip(made.data, 16 + at % contentBits) }],
      ]
      for (const other of others) expect(tagFits(tag, 0, macOf(other))).toBe(false)
      // 28 bits are of the CMAC, the last four of the counter.
      const bit = at % 28
      expect(tagFits(flip(tag, bit < 24 ? bit : bit + 4), 0, macOf(made))).toBe(false)
    }), { seed: 2, numRuns: 300 })
  })

  it('do not look at the E2E header, whose counter they follow', () => {
    fc.assert(fc.property(message, bytes(2), (made, header) => {
      const other = made.data.slice()
      other.set(header)
      expect(macOf({ ...made, data: other })).toEqual(macOf(made))
    }), { seed: 3 })
  })

  it('are asked of every row that makes a hub act, and there is room for them where they are inside', () => {
    for (const row of MESSAGES) {
      const id = messageId(row.priority, row.page, row.kind, LOCATION[row.locations[0]!], DASH)
      const tagging = taggingOf(id, new Uint8Array(8))
      if (row.actuates) expect(tagging, row.name).not.toBe(TAGGING.open)
      if (row.page === 0) expect(tagging, row.name).toBe(TAGGING.open)
      if (tagging === TAGGING.inside) expect(lengthOf(row) + TAG_BYTES, row.name).toBeLessThanOrEqual(8)
    }
    const sleep = messageId(3, 1, 2, 0, DASH)
    const asked = [0, 1, 2, 3].map(phase => taggingOf(sleep, Uint8Array.of(0, 0, phase)))
    expect(asked).toEqual([TAGGING.inside, TAGGING.open, TAGGING.inside, TAGGING.open])
  })

  it('name the frame that they are of by kind and counter', () => {
    expect(coveredBy(messageId(1, 1, 3, 1, DASH), Uint8Array.of(0xaa, 0x0e))).toBe(0x3e)
  })
})

describe('halves of a word', () => {
  it('make it again', () => {
    fc.assert(fc.property(fc.nat(0xffff_ffff), (word) => {
      expect(wordOf(lowHalf(word), highHalf(word))).toBe(word)
    }), { seed: 4 })
    expect([lowHalf(0xffff_0001), highHalf(0xffff_0001)]).toEqual([1, 0xffff])
  })
})
