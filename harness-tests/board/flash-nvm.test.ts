import { FlashNvm, type FlashPages } from '#firmware/boards/index.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const PAGE_BYTES = 512
const PAGES = 2
const WORD_BYTES = 8

class PowerFailed extends Error {}

/** Two pages of flash whose supply may fail within any word or erasure, and leaves it half done. */
class CutFlash implements FlashPages {
  readonly pageBytes = PAGE_BYTES
  readonly bytes: Uint8Array
  /** Words and pages that are still done; then the power fails. */
  left = Infinity
  /** Which bits the last operation still reached. */
  reached: number
  erasures = 0

  constructor(bytes: Uint8Array, reached = 0) {
    this.bytes = bytes
    this.reached = reached
  }

  read(address: number, into: Uint8Array, length: number): void {
    into.set(this.bytes.subarray(address, address + length))
  }

  erase(address: number): void {
    expect(address % PAGE_BYTES).toBe(0)
    this.erasures++
    const fails = this.left-- <= 0
    for (let i = 0; i < PAGE_BYTES; i++) this.bytes[address + i]! |= fails ? this.noise(i) : 0xff
    if (fails) throw new PowerFailed()
  }

  write(address: number, bytes: Uint8Array, length: number): void {
    expect([address % WORD_BYTES, length % WORD_BYTES]).toEqual([0, 0])
    for (let at = 0; at < length; at += WORD_BYTES) {
      const fails = this.left-- <= 0
      for (let i = at; i < at + WORD_BYTES; i++) this.bytes[address + i]! &= bytes[i]! | (fails ? this.noise(i) : 0)
      if (fails) throw new PowerFailed()
    }
  }

  private noise(i: number): number {
    return (this.reached * (i + 1) * 2654435761 >>> 11) & 0xff
  }
}

const start = (): CutFlash => new CutFlash(new Uint8Array(PAGES * PAGE_BYTES).fill(0xff))
const record = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.uint8Array({ maxLength: 40 }))

/** What a board reads that boots now. */
const readAll = (flash: CutFlash): (string | undefined)[] => {
  const nvm = new FlashNvm(flash)
  return [0, 1, 2, 3, 4, 5].map(key => nvm.read(key)?.join(' '))
}

describe('records in two pages of flash', () => {
  it('are what was written last, after every boot', () => {
    fc.assert(fc.property(fc.array(fc.tuple(record, fc.boolean()), { maxLength: 120 }), (steps) => {
      const flash = start()
      const model = new Array<string | undefined>(6).fill(undefined)
      let nvm = new FlashNvm(flash)
      for (const [[key, bytes], boots] of steps) {
        nvm.write(key, bytes)
        model[key] = bytes.join(' ')
        if (boots) nvm = new FlashNvm(flash)
        expect(nvm.read(key)?.join(' ')).toBe(model[key])
      }
      expect(readAll(flash)).toEqual(model)
    }))
  })

  it('are the old one or the new one wherever the power fails, again and again', () => {
    fc.assert(fc.property(
      fc.array(fc.tuple(record, fc.option(fc.integer({ min: 0, max: 40 }), { nil: Infinity }), fc.nat()), { maxLength: 60 }),
      (steps) => {
        const flash = start()
        let before = readAll(flash)
        for (const [[key, bytes], left, reached] of steps) {
          const nvm = new FlashNvm(flash)
          flash.left = left
          flash.reached = reached
          let cut = false
          try {
            nvm.write(key, bytes)
          } catch (error) {
            if (!(error instanceof PowerFailed)) throw error
            cut = true
          }
          flash.left = Infinity
          const after = before.with(key, bytes.join(' '))
          const found = readAll(flash)
          if (cut) found.forEach((each, other) => expect([before[other], after[other]]).toContain(each))
          else expect(found).toEqual(after)
          before = found
        }
      }), { numRuns: 300 })
  })

  it('are written only when they change, and wear a page once in as many as fit', () => {
    const flash = start()
    const nvm = new FlashNvm(flash)
    for (let i = 0; i < 1000; i++) nvm.write(1, Uint8Array.of(7))
    expect(flash.erasures).toBe(1)
    for (let i = 0; i < 1000; i++) nvm.write(1, Uint8Array.of(i & 255, i >> 8))
    expect(flash.erasures).toBeLessThan(1000 / 60)
  })

  it('survive any bytes that another program left there', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: PAGES * PAGE_BYTES, maxLength: PAGES * PAGE_BYTES }), record, (bytes, [key, data]) => {
      const flash = new CutFlash(bytes)
      new FlashNvm(flash).write(key, data)
      expect(new FlashNvm(flash).read(key)).toEqual(data)
    }))
  })

  it('refuse what cannot be', () => {
    const nvm = new FlashNvm(start())
    expect(() => nvm.write(256, Uint8Array.of(1))).toThrow('NVM key 256')
    expect(() => nvm.read(Number.NaN)).toThrow('NVM key NaN')
    expect(() => nvm.write(1, new Uint8Array(129))).toThrow('129 bytes')
    for (let key = 0; key < 3; key++) nvm.write(key, new Uint8Array(120).fill(key))
    expect(() => nvm.write(3, new Uint8Array(128))).toThrow('more than a page')
  })
})
