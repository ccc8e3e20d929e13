import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HUB_TYPE, IMAGE_ENGINE, IMAGE_FAULT, IMAGE_HEADER_BYTES, imageFault, imageVersion, packImage, readImageHeader, Sha256, versionText } from './index.ts'

const PAYLOAD = Uint8Array.from({ length: 300 }, (_, i) => i * 7)

function sha256(data: Uint8Array, cut: number): string {
  const hash = new Sha256()
  const digest = new Uint8Array(32)
  hash.update(data, 0, cut)
  hash.update(data, cut, data.length)
  hash.digest(digest)
  return Buffer.from(digest).toString('hex')
}

describe('SHA-256', () => {
  it('is what Node computes, in pieces too', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (data, cut) => {
      expect(sha256(data, Math.min(cut, data.length))).toBe(createHash('sha256').update(data).digest('hex'))
    }))
    const long = new Uint8Array(70_000).fill(0x5a)
    expect(sha256(long, 1)).toBe(createHash('sha256').update(long).digest('hex'))
  })
})

describe('a firmware image', () => {
  const image = packImage(HUB_TYPE.door, IMAGE_ENGINE.xs, imageVersion(1, 2, 3), PAYLOAD)

  it('says for what it is, and its digest is the SHA-256 of all behind it', () => {
    expect(readImageHeader(image)).toEqual({ hubType: HUB_TYPE.door, engine: IMAGE_ENGINE.xs, version: 0x01020003, length: 300 })
    expect(Buffer.from(image.subarray(0, 32)).toString('hex')).toBe(createHash('sha256').update(image.subarray(32)).digest('hex'))
    expect(imageFault(image)).toBe(IMAGE_FAULT.none)
    expect(image.subarray(IMAGE_HEADER_BYTES)).toEqual(PAYLOAD)
  })

  it('has versions that compare as people compare them', () => {
    expect(imageVersion(1, 10, 0)).toBeGreaterThan(imageVersion(1, 9, 65535))
    expect(imageVersion(200, 0, 0)).toBeGreaterThan(imageVersion(9, 0, 0))
    expect(versionText(imageVersion(200, 10, 300))).toBe('200.10.300')
    expect(() => imageVersion(1, 256, 0)).toThrow(/minor 256 .* 0…255/)
  })

  it('is refused with any bit changed, any byte missing, any byte too much', () => {
    for (let i = 0; i < image.length; i++) {
      const bad = image.slice()
      bad[i] = bad[i]! ^ 1 << i % 8
      expect(imageFault(bad), `byte ${i}`).not.toBe(IMAGE_FAULT.none)
    }
    for (const length of [36, 47, 48, 100, image.length - 1]) expect(imageFault(image.subarray(0, length)), `${length} bytes`).toBe(IMAGE_FAULT.truncated)
    expect(imageFault(Uint8Array.of(...image, 0))).toBe(IMAGE_FAULT.tooLong)
    for (const length of [0, 1, 35, 47, 100]) expect(imageFault(new Uint8Array(length)), `${length} bytes of something else`).toBe(IMAGE_FAULT.notImage)
  })
})
