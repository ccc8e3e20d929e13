import { cmac, ecb } from '@noble/ciphers/aes.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cmacOf } from './cmac.ts'

describe('the CMAC of a board', () => {
  it('is that of RFC 4493 for data of any length', () => {
    const ours = cmacOf((key, block) => ecb(key, { disablePadding: true }).encrypt(block))
    fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.uint8Array({ maxLength: 70 }), (key, data) => {
      const into = new Uint8Array(16)
      ours(key, data, data.length, into)
      expect(into).toEqual(cmac(data, key))
    }), { seed: 1 })
  })
})
