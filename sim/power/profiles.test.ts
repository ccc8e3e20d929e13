import { describe, expect, it } from 'vitest'
import { ProfilePlayer } from './player.ts'
import type { SupplyProfile } from './profiles.ts'
import { cranking, CRANKING_LEVELS, jumpStart, loadDump, ProfileBuilder, pulse4, reverse } from './profiles.ts'

const lowest_V = (profile: SupplyProfile): number => Math.min(...profile.points.y)
const highest_V = (profile: SupplyProfile): number => Math.max(...profile.points.y)
const duration_ms = (profile: SupplyProfile): number => profile.points.x[profile.points.x.length - 1]!

/** How long the profile stays below a voltage, ms, by its own lines. */
function below_ms(profile: SupplyProfile, voltage_V: number): number {
  const player = new ProfilePlayer(profile, 0)
  let below = 0
  for (let t_ns = 0; t_ns < duration_ms(profile) * 1e6; t_ns += 100_000) if (player.voltage_V(t_ns) < voltage_V) below += 0.1
  return below
}

describe('ISO 16750-2 cranking', () => {
  it('bottoms at 8, 4.5, 3 and 6 V', () => {
    expect(CRANKING_LEVELS.map(level => lowest_V(cranking(level)))).toEqual([8, 4.5, 3, 5.5])
    expect(lowest_V({ ...cranking('IV'), points: { x: [], y: cranking('IV').points.y.slice(0, 3) } })).toBe(6)
  })

  it('cranks 1 s or 10 s with 2 V peak to peak at 2 Hz', () => {
    for (const [level, length_ms] of [['I', 1000], ['II', 10_000], ['III', 1000], ['IV', 10_000]] as const) {
      const { x, y } = cranking(level).points
      const start = 3
      expect(x[start]).toBeCloseTo(70, 9)
      const end = x.findIndex(t => t >= 70 + length_ms)
      expect(x[end]).toBeCloseTo(70 + length_ms, 9)
      expect(Math.max(...y.slice(start, end)) - Math.min(...y.slice(start, end))).toBeCloseTo(2, 9)
      expect(y[start + 4]).toBeCloseTo(y[start]! + 1, 9)
      expect(x[start + 16]! - x[start]!).toBeCloseTo(500, 9)
    }
  })

  it('is below 4 V only at level III', () => {
    expect(below_ms(cranking('I'), 4)).toBe(0)
    expect(below_ms(cranking('II'), 4)).toBe(0)
    expect(below_ms(cranking('III'), 4)).toBeGreaterThan(15)
    expect(below_ms(cranking('IV'), 4)).toBe(0)
  })
})

describe('other supplies', () => {
  it('pulse 4 loses 4–7 V, then 2.5–6 V', () => {
    expect(lowest_V(pulse4())).toBe(6)
    expect(lowest_V(pulse4({ drop_V: 7, drop_ms: 15, cranking_V: 6, cranking_s: 20, back_ms: 100 }))).toBe(5)
    expect(duration_ms(pulse4({ drop_ms: 15, cranking_s: 0.5 }))).toBe(5 + 15 + 50 + 500 + 5 + 100)
    expect(() => pulse4({ drop_V: 8 })).toThrow('drop 8 V is not in 4…7 V')
    expect(() => pulse4({ drop_V: 4, cranking_V: 5 })).toThrow('drop while cranking 5 V is not in 2.5…4 V')
    expect(() => pulse4({ cranking_s: 21 })).toThrow(RangeError)
  })

  it('a load dump is clamped at 35 V, and is above 20 V about as long as it lasts', () => {
    for (const length_ms of [40, 200, 400]) {
      const pulse = loadDump(length_ms)
      expect(highest_V(pulse)).toBe(35)
      const above_ms = duration_ms(pulse) - below_ms(pulse, 20)
      expect(above_ms / length_ms).toBeGreaterThan(0.9)
      expect(above_ms / length_ms).toBeLessThan(1.2)
    }
    expect(() => loadDump(500)).toThrow('load dump 500 ms is not in 40…400 ms')
  })

  it('a jump start has 24 V for a minute, a reversed battery −14 V', () => {
    expect(highest_V(jumpStart())).toBe(24)
    expect(duration_ms(jumpStart(2))).toBe(2020)
    expect(lowest_V(reverse())).toBe(-14)
    expect(duration_ms(reverse(1))).toBe(1020)
  })
})

describe('the builder', () => {
  it('draws lines', () => {
    const profile = new ProfileBuilder(12).to(6, 10).hold(20).to(12, 10).build('dip')
    expect(profile).toEqual({ name: 'dip', mode: 'override', points: { x: [0, 10, 30, 40], y: [12, 6, 6, 12] }, source_Ohm: 0.01 })
  })

  it('rides a sine on a voltage and comes back to it', () => {
    const { x, y } = new ProfileBuilder(10).sine(2, 16, 3).build('ripple', 'add', 0).points
    expect(x).toEqual(Array.from({ length: 49 }, (_, i) => i))
    for (let i = 0; i < x.length; i++) expect(y[i]).toBeCloseTo(10 + 2 * Math.sin(2 * Math.PI * i / 16), 12)
  })

  it('does not change what it has built', () => {
    const builder = new ProfileBuilder(1).hold(5)
    const first = builder.build('first')
    builder.to(2, 5)
    expect(first.points.x).toEqual([0, 5])
  })

  it('refuses nonsense', () => {
    expect(() => new ProfileBuilder(NaN)).toThrow('voltage NaN V is not in -100…100 V')
    expect(() => new ProfileBuilder(0).to(1000, 1)).toThrow('voltage 1000 V')
    expect(() => new ProfileBuilder(0).hold(0)).toThrow('duration 0 ms')
    expect(() => new ProfileBuilder(0).sine(1, 10, 0)).toThrow('periods 0 is not in 1…1000')
    expect(() => new ProfileBuilder(0).build('empty')).toThrow('profile "empty" has no duration')
    expect(() => new ProfileBuilder(0).hold(1).build('x', 'add', 11)).toThrow('source resistance 11 Ω')
  })
})

describe('the player', () => {
  it('is on the line at any time, knows level lines and the end', () => {
    const player = new ProfilePlayer(new ProfileBuilder(12).to(6, 10).hold(20).to(12, 0.5).build('dip'), 1_000_000)
    expect(player.voltage_V(1_000_000)).toBe(12)
    expect(player.level).toBe(false)
    expect(player.voltage_V(6_000_000)).toBe(9)
    expect(player.voltage_V(11_000_000)).toBe(6)
    expect(player.level).toBe(true)
    expect(player.lineEnd_ns).toBe(31_000_000)
    expect(player.voltage_V(31_250_000)).toBe(9)
    expect(player.over).toBe(false)
    expect(player.voltage_V(99_000_000)).toBe(12)
    expect(player.over).toBe(true)
    expect(player.level).toBe(false)
  })
})
