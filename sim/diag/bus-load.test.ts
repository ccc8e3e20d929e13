import { describe, expect, it } from 'vitest'
import { createFrame, dataPhaseBits, fdFrameBits, frameBits, INTERFRAME_BITS, nominalBits } from '#protocol/index.ts'
import { BusLoad } from './bus-load.ts'

describe('bus load', () => {
  const frame = { ...createFrame(8), id: 0x0cff8185, length: 8 }
  const bits = frameBits(frame) + INTERFRAME_BITS

  it('is exact for a known number of frames in a second', () => {
    const load = new BusLoad(500_000)
    for (let i = 0; i < 1000; i++) load.add(frame, i * 1_000_000)
    expect(load.load).toBeCloseTo(1000 * bits / 500_000, 12)
    expect(load.frames_per_s).toBe(1000)
  })

  it('forgets what is older than a second, and keeps the peak', () => {
    const load = new BusLoad(500_000)
    for (let i = 0; i < 100; i++) load.add(frame, i * 1_000_000)
    load.advance(1_050_000_000)
    expect(load.frames_per_s).toBe(0)
    load.advance(9e9)
    expect(load.load).toBe(0)
    expect(load.peak).toBeCloseTo(100 * bits / 500_000, 12)
  })

  it('ignores time that runs backwards', () => {
    const load = new BusLoad(500_000)
    load.add(frame, 5e9)
    load.add(frame, 1e9)
    expect(load.frames_per_s).toBe(20)
  })

  it('counts the data of FD frames at their own rate', () => {
    const frame = { ...createFrame(64), fd: true, brs: true, length: 64 }
    const [slow, fast] = [new BusLoad(500_000), new BusLoad(500_000, 4_000_000)]
    for (const load of [slow, fast]) {
      load.add(frame, 0)
      load.advance(999_999_999)
    }
    const packed = fdFrameBits(frame, false)
    expect(slow.load * 500_000).toBeCloseTo(nominalBits(packed) + dataPhaseBits(packed) + 3, 6)
    expect(fast.load * 500_000).toBeCloseTo(nominalBits(packed) + dataPhaseBits(packed) / 8 + 3, 6)
  })
})
