import { describe, expect, it } from 'vitest'
import { Prng } from '#sim/kernel/index.ts'
import { Measuring } from '#sim/host/index.ts'
import { nominalCase, pressCase, Surroundings } from '#sim/pinch/index.ts'
import { sine } from '#sim/power/index.ts'

describe('what happens while the glass moves', () => {
  const supplies = (given: Parameters<typeof nominalCase>[0], count = 2000, drawn_A = 10): number[] => {
    const surroundings = new Surroundings(nominalCase(given))
    return Array.from({ length: count }, (_, time_ms) => surroundings.supply_V(time_ms, 12, drawn_A))
  }

  it('is nothing in the nominal case', () => {
    expect(new Set(supplies({}))).toEqual(new Set([12]))
  })

  it('ripples the supply by so many volts peak to peak, less where a millisecond averages it', () => {
    const swing = (ripple_Hz: number): number => {
      const all = supplies({ ripple_Vpp: 2, ripple_Hz, rippleAt: 0.25 })
      return Math.max(...all) - Math.min(...all)
    }
    expect(swing(50)).toBeGreaterThan(1.98)
    expect(swing(50)).toBeLessThanOrEqual(2)
    expect(swing(500)).toBeCloseTo(2 * 2 / Math.PI, 1)
    expect(swing(25_000)).toBeLessThan(0.01)
  })

  it('steps, dips, and loses at a bad contact what is drawn through it, never below 6 V', () => {
    const stepped = supplies({ step_V: -1.5, stepAt_ms: 700 })
    expect([stepped[699], stepped[700]]).toEqual([12, 10.5])
    const dipped = supplies({ dip_V: 4, dip_ms: 20, dipAt_ms: 100 })
    expect([dipped[99], dipped[100], dipped[119], dipped[120]]).toEqual([12, 8, 8, 12])
    expect(supplies({ contact_ohm: 0.2, contactAt_ms: 1000 })[1000]).toBeCloseTo(10, 9)
    expect(supplies({ contact_ohm: 0.2, contactAt_ms: 0 }, 10, 40)[5]).toBe(6)
  })

  it('slams the door once, and blows as long as a gust lasts', () => {
    const slam = { slam_m_s2: 30, slam_ms: 20, slamAt_ms: 500 }
    const surroundings = new Surroundings(nominalCase({ ...slam, gust_N: 20, gust_ms: 1000, gustAt_ms: 100 }))
    expect([500, 505, 510, 520].map(time_ms => surroundings.slam_m_s2(time_ms))).toEqual([0, 22.5, 30, 0])
    expect([100, 200, 600, 1000, 1100].map(time_ms => Math.round(surroundings.gust_N(time_ms)))).toEqual([0, 10, 20, 10, 0])
  })

  it('computes a sine as exactly as anybody', () => {
    for (let angle = -200; angle < 200; angle += 0.37) expect(sine(angle)).toBeCloseTo(Math.sin(angle), 11)
  })
})

describe('what the firmware gets to see', () => {
  const errors = {
    currentGain: 1.05, currentOffset_A: 0.1, currentNoise_A: 0.2, voltageGain: 0.99, accelerationGain: 1.05,
    accelerationOffset_m_s2: 0.5, temperatureError_K: 0,
  }

  it('are means of samples with their errors, less noisy than a single one', () => {
    const measuring = new Measuring(new Prng(1, 'measuring'), errors)
    const spread = { single: 0, mean: 0 }
    for (let i = 0; i < 400; i++) {
      for (let ms = 0; ms < 10; ms++) measuring.sample(8, 12, 2)
      measuring.takeMeans()
      spread.single += (measuring.current_A(8) - 8.5) ** 2 / 400
      spread.mean += (measuring.mean_A - 8.5) ** 2 / 400
      expect(measuring.mean_V).toBeCloseTo(11.88, 0)
      expect(Math.abs(measuring.acceleration_m_s2() - 2.6)).toBeLessThan(0.2)
    }
    expect(Math.sqrt(spread.single)).toBeCloseTo(0.2, 1)
    expect(Math.sqrt(spread.mean)).toBeLessThan(0.08)
  })

  it('says again what it said when nothing was sampled since, and never a negative current', () => {
    const measuring = new Measuring(new Prng(1, 'measuring'), { ...errors, currentOffset_A: -0.1 })
    measuring.sample(0, 12, 0)
    measuring.takeMeans()
    const [mean_A, mean_V, shaken_m_s2] = [measuring.mean_A, measuring.mean_V, measuring.acceleration_m_s2()]
    measuring.takeMeans()
    expect([measuring.mean_A, measuring.mean_V, measuring.acceleration_m_s2()]).toEqual([mean_A, mean_V, shaken_m_s2])
    expect(mean_A).toBeGreaterThanOrEqual(0)
    expect(measuring.voltage_V(12)).toBeCloseTo(11.88, 0)
  })
})

describe('one unit of hardware', () => {
  const peak_N = (given: Parameters<typeof nominalCase>[0]): number =>
    pressCase(nominalCase({ rod: 1, place: 0.5, above_mm: 150, ...given }), 'none').peak_N

  it('presses harder, with the detection disabled, behind an eFuse that holds a tenth more, or a motor that is a tenth stronger', () => {
    expect(peak_N({ eFuse: 1.1 })).toBeGreaterThan(peak_N({ eFuse: 0.9 }) + 15)
    expect(peak_N({ torque: 1.1, learned: 0 })).toBeGreaterThan(peak_N({ torque: 0.9, learned: 0 }))
  })
})
