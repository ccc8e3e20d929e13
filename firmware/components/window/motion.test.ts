import { describe, expect, it } from 'vitest'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { Motion } from './run.ts'

describe('a run of the glass', () => {
  it('says its direction, its age and how long there was no pulse', () => {
    const motion = new Motion()
    motion.begin(1000, 500, -1)
    expect(motion.direction).toBe(-1)
    expect(motion.elapsed_ms(1250)).toBe(250)
    motion.update(1010, 500)
    expect(motion.stalled_ms()).toBe(10)
    motion.update(1020, 499)
    expect(motion.stalled_ms()).toBe(0)
    motion.update(1030, 499)
    motion.update(1040, 499)
    expect(motion.stalled_ms()).toBe(20)
  })

  it('counts of a pause no more than what makes it one: whether it stood all the time nobody knows', () => {
    const motion = new Motion()
    motion.begin(0, 0, -1)
    motion.update(10, 0)
    motion.update(10 + WINDOW_PARAMETERS.pause_ms, 0)
    expect([motion.stalled_ms(), motion.wasUnwatched(110)]).toEqual([10 + WINDOW_PARAMETERS.pause_ms, false])
    motion.update(1000, 0)
    expect([motion.stalled_ms(), motion.wasUnwatched(1000)]).toEqual([10 + 2 * WINDOW_PARAMETERS.pause_ms, true])
    expect([1200, 1201].map(now_ms => motion.wasUnwatched(now_ms))).toEqual([true, false])
    motion.update(1010, -1)
    expect(motion.stalled_ms()).toBe(0)
  })

  it('has a speed without a sign, smoothed over a few ticks: a quarter of each', () => {
    for (const way of [1, -1]) {
      const motion = new Motion()
      motion.begin(0, 0, way)
      motion.update(10, 2 * way)
      expect(motion.speed_pulses_s).toBe(50)
      motion.update(20, 4 * way)
      expect(motion.speed_pulses_s).toBe(87.5)
      motion.update(40, 8 * way)
      expect(motion.speed_pulses_s).toBe(115.625)
      motion.update(50, 8 * way)
      expect(motion.speed_pulses_s).toBe(86.71875)
    }
  })

  it('takes a counter that goes to and fro, or the other way, for one that stands; what goes on beyond the farthest is way again', () => {
    for (const way of [1, -1]) {
      const motion = new Motion()
      motion.begin(0, 0, way)
      const stalled_ms = [2, 1, 2, -5, 2, 3].map((count, tick) => {
        motion.update(10 * (tick + 1), count * way)
        return motion.stalled_ms()
      })
      expect(stalled_ms).toEqual([0, 10, 20, 30, 40, 0])
      // 50 pulses/s, four ticks of none, and one of 100.
      expect(motion.speed_pulses_s).toBeCloseTo(50 * 0.75 ** 5 + 25, 9)
    }
  })

  it('learns nothing from a look in the same millisecond, or from a clock that went back', () => {
    const motion = new Motion()
    motion.begin(100, 0, 1)
    motion.update(110, 2)
    motion.update(110, 50)
    motion.update(105, 50)
    expect(motion.speed_pulses_s).toBe(50)
    motion.update(120, 4)
    expect(motion.speed_pulses_s).toBe(87.5)
    expect(motion.stalled_ms()).toBe(0)
  })

  it('begins anew: at rest, its clock at zero', () => {
    const motion = new Motion()
    expect([motion.direction, motion.speed_pulses_s, motion.wasUnwatched(0)]).toEqual([0, 0, false])
    motion.begin(0, 0, 1)
    motion.update(10, 5)
    motion.begin(500, 5, -1)
    expect([motion.direction, motion.speed_pulses_s, motion.elapsed_ms(500), motion.stalled_ms()]).toEqual([-1, 0, 0, 0])
    motion.update(510, 5)
    expect(motion.speed_pulses_s).toBe(0)
  })
})
