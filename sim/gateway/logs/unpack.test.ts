import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unpack, unpackPart } from './unpack.ts'

const TEXT = Buffer.from(Array.from({ length: 9000 }, (_, n) => `frame ${n % 37} `).join(''))

/** The same text, packed by the programs of others: python3-lz4 4.0.2 and python3-zstandard 0.20.0 of Debian 12. */
const PACKED = {
  'lz4, blocks that refer to those before, checksum, size': 'BCJNGExA4TIBAAAAAACywQEAAIJmcmFtZSAwIAgAEzEIABMyCAATMwgAEzQIABM1CAATNggAEzcIABM4CAATOQgAFTFRAARSABQxUwAUMVQAFDFVABQxVgAUMVcAFDFYABQxWQAUMVoAFDJaABQyWg'
    + 'AUMloAFDJaABQyWgAUMloAFDJaABQyWgAUMloAFDJaABQzWgAUM1oAFDNaABQzWgAUM1oAFDNaABQzWgAEPgAEPQAFPAADEwEEOgAEOQAEOAAEkQAEkAAEjwAPQwH/////////////////////////'
    + '//////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////'
    + '//////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////'
    + '//////////////9OUDIgZnJhPAAAAA/e/v//////////////////////////////////////////////////////////////////+1BtZSA4IAAAAAAv4mf1',
  'lz4, blocks on their own, with checksums, no size': 'BCJNGHBArcEBAACCZnJhbWUgMCAIABMxCAATMggAEzMIABM0CAATNQgAEzYIABM3CAATOAgAEzkIABUxUQAEUgAUMVMAFDFUABQxVQAUMVYAFDFXABQxWAAUMVkAFDFaABQyWgAUMloAFDJaABQyWg'
    + 'AUMloAFDJaABQyWgAUMloAFDJaABQyWgAUM1oAFDNaABQzWgAUM1oAFDNaABQzWgAUM1oABD4ABD0ABTwAAxMBBDoABDkABDgABJEABJAABI8AD0MB////////////////////////////////////'
    + '//////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////'
    + '//////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////'
    + '////TlAyIGZyYY5CZu3SAAAAkG1lIDMzIGZyYQkAFDQJABQ1CQATNgkAEzAIABMxCAATMggABDsABDoABDkABDgAEzcoABM4CAATOQgAFTFRAARSABQxUwAUMVQAFDFVABQxVgAUMVcAFDFYABQxWQ'
    + 'AUMVoAFDJaABQyWgAUMloAFDJaABQyWgAUMloAFDJaABQyWgAUMloAFDJaABQzWgAUM1oAFDNaAA9DAf////////////////////////////////////////////////////////////////+0UG1l'
    + 'IDgggJ4fpQAAAAA=',
  zstd: 'KLUv/aDhMgEAzQMAtAJmcmFtZSAwIDEyMzQ1Njc4OTExMTExMTExMTIyMjIyMjIyMjIzMzMzMzMzKSBQkwS1A3wxRikD+cFGHtRpIIewRMghLBFyCEuEHMISIYewRMhJWDcRbnLbhGkTySaHTdg1EW'
    + 'ty1SSo5WaWRb6ZZZFvZll8vhsYFw==',
}
const hasZstd = typeof Reflect.get(process.getBuiltinModule('node:zlib'), 'zstdDecompressSync') === 'function'

describe('unpacking', () => {
  it.each(Object.entries(PACKED))('%s', (name, packed) => {
    const how = name.slice(0, 4).replace(',', '')
    const unpacked = unpack(how, Buffer.from(packed, 'base64'), TEXT.length)
    if (how === 'zstd' && !hasZstd) return expect(unpacked).toEqual({ missing: ' by this version of Node; 22.15 and later can' })
    expect(unpacked !== undefined && 'bytes' in unpacked && Buffer.from(unpacked.bytes).equals(TEXT)).toBe(true)
    expect(unpack(how, Buffer.from(packed, 'base64'), TEXT.length - 1)).toBeUndefined()
    expect(unpack(how, Buffer.from(packed, 'base64'), TEXT.length + 1)).toBeUndefined()
  })

  it.each(Object.entries(PACKED).filter(([name]) => name.startsWith('lz4')))('what there is, cut off: %s', (_, packed) => {
    const bytes = Buffer.from(packed, 'base64')
    let before = 0
    for (let length = 0; length <= bytes.length; length++) {
      const part = unpackPart('lz4', bytes.subarray(0, length), TEXT.length)
      expect(TEXT.subarray(0, part.length).equals(part)).toBe(true)
      expect(part.length).toBeGreaterThanOrEqual(before)
      before = part.length
    }
    expect(before).toBe(TEXT.length)
    expect(unpackPart('lz4', bytes.subarray(0, bytes.length >> 1), TEXT.length).length).toBeGreaterThan(300)
    expect(unpackPart('', TEXT.subarray(0, 10), 7)).toEqual(TEXT.subarray(0, 7))
    expect(unpackPart('brotli', TEXT, 7).length).toBe(0)
  })

  it('refuses what it does not know', () => {
    expect(unpack('brotli', TEXT, 1)).toEqual({ missing: '' })
    expect(unpack('', TEXT, TEXT.length)).toEqual({ bytes: TEXT })
    expect(unpack('', TEXT, 1)).toBeUndefined()
  })

  it('never throws, never hangs, and gives as much as was asked for or nothing', () => {
    const change = fc.record({ at: fc.nat(700), value: fc.nat(255) })
    const changes = fc.array(change, { maxLength: 5 })
    fc.assert(fc.property(fc.constantFrom(...Object.entries(PACKED)), changes, fc.nat(700), ([name, packed], changes, length) => {
      const bytes = Buffer.from(packed, 'base64').subarray(0, length)
      for (const { at, value } of changes) bytes[at % Math.max(1, length)] = value
      const unpacked = unpack(name.slice(0, 4).replace(',', ''), bytes, TEXT.length)
      expect(unpacked === undefined || 'missing' in unpacked || unpacked.bytes.length === TEXT.length).toBe(true)
    }), { seed: 23, numRuns: 2000 })
  })
})
