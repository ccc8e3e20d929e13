import { describe, expect, it } from 'vitest'
import { MotorHeat } from './motor.ts'

describe('the heat of a motor', () => {
  const stall_A = 20
  const made = (): MotorHeat => new MotorHeat(10 * stall_A * stall_A, 0.8, 0.6, 120)

  it('is none before it ran', () => {
    expect([made().tooWarm, made().tooHot]).toEqual([false, false])
  })

  it('is too warm, then too hot, after a stall; it is the current squared that counts', () => {
    const heat = made()
    let now_ms = 0
    const until = (done: () => boolean, current_A: number): number => {
      const start_ms = now_ms
      for (; !done() && now_ms - start_ms < 300_000; now_ms += 10) heat.update(now_ms + 10, current_A)
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
    for (; once.tooWarm && more_ms < 300_000; more_ms += 1000) once.update(more_ms, 0)
    expect(once.tooWarm).toBe(false)
    expect(more_ms).toBeGreaterThanOrEqual(68500)
  })

  it('is too hot at the limit, too warm from the warm share of it on, until the restart share', () => {
    /** A second of 20 A, then seconds of rest; half of the heat goes in a second: 200 A²s, 100, 50. */
    const after = (rest_s: number, limit_A2s: number, warm: number, restart: number): MotorHeat => {
      const heat = new MotorHeat(limit_A2s, warm, restart, 1)
      heat.update(1000, 20)
      for (let second = 1; second <= rest_s; second++) heat.update(1000 + 1000 * second, 0)
      return heat
    }
    expect(after(0, 200, 0.5, 0.25).tooHot).toBe(true)
    expect(after(0, 201, 0.5, 0.25).tooHot).toBe(false)
    expect(after(0, 400, 0.5, 0.25).tooWarm).toBe(true)
    expect(after(0, 402, 0.5, 0.25).tooWarm).toBe(false)
    expect([0, 1, 2].map(rest_s => after(rest_s, 200, 0.5, 0.25).tooWarm)).toEqual([true, true, false])
    expect([0, 1, 2].map(rest_s => after(rest_s, 200, 0.5, 0.24).tooWarm)).toEqual([true, true, true])
  })

  it('a clock that stands still or goes back changes nothing', () => {
    const heat = made()
    heat.update(5000, 100)
    heat.update(5000, 0)
    heat.update(4000, 0)
    expect(heat.tooHot).toBe(true)
  })
})
