import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StampClock } from './stamp-clock.ts'

describe('time stamps of a device', () => {
  it('keep their distances over wraps and pauses, and are never in the future', () => {
    const gap_ms = fc.oneof(fc.nat(100), fc.nat(400_000))
    fc.assert(fc.property(fc.nat(59_999), fc.array(fc.tuple(gap_ms, fc.nat(50)), { minLength: 1, maxLength: 50 }), (zero_ms, frames) => {
      const clock = new StampClock(60_000, 1e6)
      let bus_ms = 1_000_000
      let first: number | undefined
      let previous = -Infinity
      let arrived_ms = bus_ms
      for (const [gap, delay_ms] of frames) {
        bus_ms += gap
        arrived_ms = Math.max(arrived_ms, bus_ms + delay_ms)
        const time_ms = clock.time_ns((bus_ms + zero_ms) % 60_000, arrived_ms * 1e6) / 1e6
        expect(time_ms).toBeLessThanOrEqual(arrived_ms)
        expect(time_ms).toBeGreaterThanOrEqual(previous)
        previous = time_ms
        first ??= time_ms
        // No more off than the delays are: a frame that arrives late says nothing about when it was sent.
        expect(Math.abs(time_ms - bus_ms)).toBeLessThanOrEqual(Math.max(50, arrived_ms - bus_ms))
      }
    }), { seed: 1 })
  })

  it.each([1 + 200e-6, 1 - 200e-6])('follow a clock that runs at %d', (rate) => {
    const clock = new StampClock(60_000, 1e6)
    for (let ms = 0; ms < 24 * 3600_000; ms += 500) {
      const time_ms = clock.time_ns(Math.floor(ms * rate) % 60_000, (ms + 3) * 1e6) / 1e6
      expect(Math.abs(time_ms - ms)).toBeLessThan(25)
    }
  })

  it('may wrap at 32 bits of microseconds', () => {
    const clock = new StampClock(2 ** 32, 1000)
    const hour_us = 3600e6
    for (let us = 0; us < 10 * hour_us; us += 7.7e6) {
      expect(clock.time_ns((us + 4e9) % 2 ** 32, us * 1000)).toBeCloseTo(us * 1000, -1)
    }
  })
})
