import { describe, expect, it } from 'vitest'
import { Prng } from './prng.ts'

describe('Prng', () => {
  it('is xoshiro128** 1.1: the reference sequence from state 1, 2, 3, 4', () => {
    const prng = new Prng(1, 'any')
    Object.assign(prng, { a: 1, b: 2, c: 3, d: 4 })
    const expected = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804]
    expect(expected.map(() => prng.uint32())).toEqual(expected)
  })

  it('gives the same numbers for the same seed and name, and others for another seed or name', () => {
    const take = (seed: number, name: string): number[] => {
      const prng = new Prng(seed, name)
      return Array.from({ length: 20 }, () => prng.uint32())
    }
    expect(take(7, 'bus')).toEqual(take(7, 'bus'))
    const streams = [take(7, 'bus'), take(8, 'bus'), take(7, 'sub'), take(0, ''), take(7, 'bus.faults')]
    expect(new Set(streams.flat()).size).toBe(100)
  })

  it('is uniform enough in next, below and chance', () => {
    const prng = new Prng(3, 'uniform')
    const bins = new Array<number>(10).fill(0)
    let sum = 0
    let hits = 0
    for (let i = 0; i < 100_000; i++) {
      const x = prng.next()
      if (!(x >= 0 && x < 1)) expect.fail(`${x} is not in [0, 1)`)
      sum += x
      bins[prng.below(10)]!++
      if (prng.chance(0.03)) hits++
    }
    expect(Math.abs(sum / 100_000 - 0.5)).toBeLessThan(0.005)
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(500)
    expect(Math.abs(hits - 3000)).toBeLessThan(250)
    expect(prng.chance(0)).toBe(false)
    expect(prng.chance(1)).toBe(true)
  })
})
