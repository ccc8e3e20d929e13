import { describe, expect, it } from 'vitest'
import { MotorHeat } from './motor-heat.ts'
import { UseLimit } from './use-limit.ts'

describe('the heat of a motor', () => {
  const stall_A = 20
  const made = (): MotorHeat => new MotorHeat(10 * stall_A * stall_A, 0.8, 0.6, 120)

  it('is too warm, then too hot, after a stall; it is the current squared that counts', () => {
    const heat = made()
    let now_ms = 0
    const until = (done: () => boolean, current_A: number): number => {
      const start_ms = now_ms
      while (!done()) {
        now_ms += 10
        heat.update(now_ms, current_A)
      }
      return (now_ms - start_ms) / 1000
    }
    expect(until(() => heat.tooWarm, stall_A)).toBeCloseTo(8.3, 0)
    expect(until(() => heat.tooHot, stall_A)).toBeCloseTo(2.2, 0)
    expect(until(() => !heat.tooHot, 0)).toBeLessThan(1)
    expect(until(() => !heat.tooWarm, 0)).toBeGreaterThan(50)
    expect(until(() => heat.tooWarm, stall_A * 2)).toBeLessThan(1)
  })

  it('cools in one long step no faster than in many short ones', () => {
    const once = made()
    const often = made()
    once.update(8500, stall_A)
    often.update(8500, stall_A)
    expect(once.tooWarm).toBe(often.tooWarm)
    for (let now_ms = 8500; now_ms <= 68500; now_ms += 100) often.update(now_ms, 0)
    once.update(68500, 0)
    expect(often.tooWarm).toBe(false)
    let more_ms = 68500
    for (; once.tooWarm; more_ms += 1000) once.update(more_ms, 0)
    expect(more_ms).toBeGreaterThanOrEqual(68500)
  })

  it('a clock that stands still or goes back changes nothing', () => {
    const heat = made()
    heat.update(5000, 100)
    heat.update(5000, 0)
    heat.update(4000, 0)
    expect(heat.tooHot).toBe(true)
  })
})

describe('the use of a motor', () => {
  it('fills while it runs, drains slower while it rests, and locks in between', () => {
    const use = new UseLimit(10000, 6000, 0.5)
    expect(use.update(9000, true)).toBe(false)
    expect(use.update(11000, false)).toBe(false)
    expect(use.update(13000, true)).toBe(true)
    expect(use.update(20000, false)).toBe(true)
    expect(use.update(21100, false)).toBe(false)
    expect(use.update(100000, false)).toBe(false)
    expect(use.update(109000, true)).toBe(false)
  })
})
