import { describe, expect, it } from 'vitest'
import { decodeDescriptor, type Descriptor, encodeDescriptor } from '#protocol/index.ts'
import { createCounters } from '../runtime/index.ts'
import { DESCRIPTORS, FakeHal } from '../testing/index.ts'
import { Pairing } from './pairing.ts'

const read = (name: keyof typeof DESCRIPTORS): Descriptor => decodeDescriptor(encodeDescriptor(DESCRIPTORS[name])).descriptor!

describe('pairing', () => {
  it('admits anything until it has learned, then classes and layouts, through resets, until it forgets', () => {
    const hal = new FakeHal(1, 3)
    const counters = createCounters()
    const pairing = new Pairing(hal.nvm, counters)
    expect([pairing.paired(), pairing.admits(0, read('lamp'))]).toEqual([false, true])
    pairing.learn([read('window'), read('doorPack'), undefined])
    for (const each of [pairing, new Pairing(hal.nvm, counters)]) {
      expect(each.paired()).toBe(true)
      expect(each.admits(0, read('window'))).toBe(true)
      expect(each.admits(0, { ...read('window'), maker: 99, serial: 1 })).toBe(true)
      expect(each.admits(1, read('doorPack'))).toBe(true)
      expect(each.admits(1, read('driverPack'))).toBe(false)
      expect(each.admits(0, read('doorPack'))).toBe(false)
      expect(each.admits(2, read('lamp'))).toBe(false)
      expect(each.admits(7, read('lamp'))).toBe(false)
    }
    pairing.forget()
    expect([pairing.paired(), new Pairing(hal.nvm, counters).admits(2, read('lamp'))]).toEqual([false, true])
    expect(counters.nvmBad).toBe(0)
  })
})
