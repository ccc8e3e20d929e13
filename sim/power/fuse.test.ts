import { describe, expect, it } from 'vitest'
import { Fuse, fuseResistance_Ohm } from './fuse.ts'

function opensAfter_s(fuse: Fuse, current_A: number, most_s: number): number {
  const dt_s = most_s > 100 ? 0.05 : 0.0002
  for (let t_s = dt_s; t_s <= most_s; t_s += dt_s) if (fuse.advance(current_A, dt_s)) return t_s
  return Infinity
}

describe('a fuse', () => {
  // Percent of the rating, shortest and longest time, s: blade fuses by ISO 8820-3, bolted ones by ISO 8820-5.
  it.each([
    ['blade', 110, Infinity, Infinity], ['blade', 135, 0.75, 600], ['blade', 160, 0.25, 50],
    ['blade', 200, 0.15, 5], ['blade', 350, 0.08, 0.5], ['blade', 600, 0.03, 0.1],
    ['bolted', 110, Infinity, Infinity], ['bolted', 135, 120, 1800], ['bolted', 200, 1, 15], ['bolted', 350, 0.3, 5], ['bolted', 600, 0.1, 1],
  ] as const)('%s: at %i %% of its rating opens within the standard\'s band', (kind, percent, shortest_s, longest_s) => {
    for (const rating_A of [10, 80]) {
      const time_s = opensAfter_s(new Fuse({ rating_A, kind }), rating_A * percent / 100, percent > 135 ? 60 : 2000)
      expect(time_s).toBeGreaterThanOrEqual(shortest_s)
      expect(time_s).toBeLessThanOrEqual(longest_s)
    }
  })

  it('bolted lets a blade fuse behind it open first, at any current that opens the blade\'s in a second', () => {
    for (const current_A of [60, 100, 200, 400, 1000]) {
      const blade_s = opensAfter_s(new Fuse({ rating_A: 25 }), current_A, 2)
      expect(blade_s).toBeLessThan(opensAfter_s(new Fuse({ rating_A: 80, kind: 'bolted' }), current_A, 2))
    }
  })

  it('melts by i²t when it is too quick for cooling', () => {
    const fuse = new Fuse({ rating_A: 80, i2t_A2s: 64_000 })
    expect(opensAfter_s(fuse, 2000, 1)).toBeCloseTo(0.016, 3)
  })

  it('cools between short overloads, and adds up those without a pause', () => {
    const rested = new Fuse({ rating_A: 10 })
    for (let i = 0; i < 20; i++) {
      expect(rested.advance(30, 0.05)).toBe(false)
      expect(rested.heat).toBeGreaterThan(0.3)
      rested.advance(0, 5)
    }
    const busy = new Fuse({ rating_A: 10 })
    for (let i = 0; i < 20; i++) busy.advance(30, 0.05)
    expect(busy.blown).toBe(true)
  })

  it('stays open, carries nothing, until it is replaced', () => {
    const fuse = new Fuse({ rating_A: 10 })
    expect(fuse.advance(1000, 0.1)).toBe(true)
    expect(fuse.advance(1000, 0.1)).toBe(false)
    expect(fuse.blown).toBe(true)
    fuse.replace()
    expect(fuse.blown).toBe(false)
    expect(fuse.heat).toBe(0)
  })

  it('gives the same end in one long rest as in many short ones, within a few percent', () => {
    const one = new Fuse({ rating_A: 10 })
    const many = new Fuse({ rating_A: 10 })
    one.advance(11, 100)
    for (let i = 0; i < 10_000; i++) many.advance(11, 0.01)
    expect(one.heat).toBeCloseTo(many.heat, 1)
    expect(many.heat).toBeCloseTo(1.21 / 1.44, 3)
  })

  it('resists as its data sheet says, 100 mV at the rating otherwise', () => {
    expect(fuseResistance_Ohm({ rating_A: 20 })).toBeCloseTo(0.005, 12)
    expect(fuseResistance_Ohm({ rating_A: 20, resistance_mOhm: 3 })).toBeCloseTo(0.003, 12)
  })
})
