import { describe, expect, it } from 'vitest'
import { interpolate } from './interpolate.ts'
import { ampacity_A, cooling_W_K_m, GAUGES_MM2, INSULATION_C, wireResistance_Ohm } from './wire.ts'

describe('wire', () => {
  it('resists as ISO 6722-1 allows at most, more when warm', () => {
    expect(wireResistance_Ohm(2.5, 1)).toBeCloseTo(0.0076, 12)
    expect(20 * wireResistance_Ohm(0.75, 10)).toBeCloseTo(4.94, 9)
    expect(wireResistance_Ohm(16, 10, -30)).toBeCloseTo(0.0116 * (1 - 50 * 0.00393), 12)
  })

  it('carries what the handbook says at 30 °C and, within 1 %, at 50 °C', () => {
    const at50_A = [
      [1, 13.5], [1.5, 17], [2.5, 22.7], [4, 29.8], [6, 38.3], [10, 51.8], [16, 69.6], [25, 91.6], [35, 112],
    ]
    for (const [gauge_mm2, carries_A] of at50_A) {
      expect(Math.abs(ampacity_A(gauge_mm2!, 50, 70) / carries_A! - 1), `${gauge_mm2} mm²`).toBeLessThan(0.01)
    }
    expect(ampacity_A(16, 30, 70)).toBe(98)
    expect(ampacity_A(16, 70, 70)).toBe(0)
    expect(ampacity_A(16, 100, 70)).toBe(0)
  })

  it('carries at 70 °C, and in a door at 80 °C, what its insulation of 105 °C lets it; nothing where it is as hot as that', () => {
    expect(ampacity_A(16, 70)).toBeCloseTo(86.8, 1)
    expect(ampacity_A(4, 80)).toBeCloseTo(31.4, 1)
    expect(ampacity_A(4, 104.9)).toBeGreaterThan(0)
    expect(ampacity_A(4, 105)).toBe(0)
    for (const name of ['A', 'B', 'C', 'D'] as const) expect(ampacity_A(4, INSULATION_C[name])).toBe(name < 'B' ? ampacity_A(4, 85) : 0)
  })

  it('makes at its ampacity just the heat that it sheds at the limit of its insulation, whatever gauge, ambient and class', () => {
    for (const gauge_mm2 of GAUGES_MM2) {
      for (const limit_C of Object.values(INSULATION_C)) {
        for (let ambient_C = -40; ambient_C < limit_C; ambient_C += 7) {
          const carries_A = ampacity_A(gauge_mm2, ambient_C, limit_C)
          const heat_W_m = carries_A * carries_A * wireResistance_Ohm(gauge_mm2, 1, limit_C)
          expect(heat_W_m / cooling_W_K_m(gauge_mm2), `${gauge_mm2} mm² at ${ambient_C} °C`).toBeCloseTo(limit_C - ambient_C, 9)
        }
      }
    }
  })

  it('carries more and resists less the thicker it is', () => {
    for (let i = 1; i < GAUGES_MM2.length; i++) {
      expect(ampacity_A(GAUGES_MM2[i]!, 50)).toBeGreaterThan(ampacity_A(GAUGES_MM2[i - 1]!, 50))
      expect(wireResistance_Ohm(GAUGES_MM2[i]!, 1)).toBeLessThan(wireResistance_Ohm(GAUGES_MM2[i - 1]!, 1))
    }
  })

  it('refuses a gauge that is not made', () => {
    expect(() => wireResistance_Ohm(3, 1)).toThrow(new RangeError('gauge 3 mm² is not one of 0.5, 0.75, 1, 1.5, 2.5, 4, 6, 10, 16, 25, 35'))
    expect(() => ampacity_A(3, 50)).toThrow(RangeError)
    expect(() => ampacity_A(4, NaN)).toThrow('ambient NaN °C is not in -60…200 °C')
    expect(() => ampacity_A(4, 50, 300)).toThrow('limit of the insulation 300 °C is not in -60…200 °C')
  })
})

describe('interpolate', () => {
  it('follows straight lines, hits the corners and stays at the ends', () => {
    const table = { x: [0, 1, 3], y: [10, 20, 0] }
    expect([-5, 0, 0.5, 1, 2, 3, 9, NaN].map(x => interpolate(table, x))).toEqual([10, 10, 15, 20, 10, 0, 0, 10])
  })
})
