import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../testing/index.ts'
import { GUARD_PARAMETERS, PinchGuard } from './guard.ts'
import type { ClosingReading } from './guard.ts'
import { FRICTION_KNOTS, frictionImage } from './load.ts'
import { climateFactor, stretch_mm, windingResistance_ohm, WINDOW_MOTOR } from './motor.ts'

const FRICTION_A = 8
const N_A = WINDOW_MOTOR.force_N_A

/** A guard that knows this window, or not. */
function guardOf(learned_A: number = FRICTION_A, nominal_A = 9): PinchGuard {
  const guard = new PinchGuard(nominal_A)
  if (learned_A > 0) guard.profile.decode(frictionImage(new Float32Array(FRICTION_KNOTS).fill(learned_A)))
  return guard
}

interface Run {
  readonly from_mm?: number
  readonly speed_mm_s?: number
  readonly tick_ms?: number
  readonly temperature_C?: number
  readonly driving?: boolean
  readonly until_mm?: number
  /** What the eFuse does. */
  readonly limited?: boolean
  /** The supply rises before this gap. */
  readonly risen_mm?: number
}

/** Closes with a load by gap of the glass; returns the gap at which it was taken for a pinch, NaN if it was not. */
function close(guard: PinchGuard, load_A: (gap_mm: number, t_ms: number) => number, run: Run = {}): number {
  const tick_ms = run.tick_ms ?? 10
  const temperature_C = run.temperature_C ?? 23
  const reading: ClosingReading = {
    now_ms: 5000, elapsed_ms: 0, stalled_ms: 0, gap_mm: 0, speed_mm_s: 0, speed_pulses_s: 0, winding_A: 0, motor_V: 0,
    limited: run.limited ?? false, risen: false,
  }
  let glass_mm = run.from_mm ?? 440
  guard.begin(reading.now_ms, glass_mm, temperature_C, run.driving ?? false)
  while (glass_mm > (run.until_mm ?? 0)) {
    glass_mm -= (run.speed_mm_s ?? 60) * tick_ms / 1000
    reading.now_ms += tick_ms
    reading.elapsed_ms += tick_ms
    reading.winding_A = load_A(glass_mm, reading.elapsed_ms)
    // The voltage that belongs to a change of the current at a steady speed.
    reading.motor_V = reading.winding_A * windingResistance_ohm(temperature_C)
    reading.risen = glass_mm < (run.risen_mm ?? 0)
    reading.gap_mm = glass_mm - stretch_mm(reading.winding_A)
    reading.speed_mm_s = run.speed_mm_s ?? 60
    if (guard.update(reading)) return glass_mm
  }
  return NaN
}

const obstacle = (at_mm: number, stiffness_N_mm: number, friction_A = FRICTION_A) => (gap_mm: number): number =>
  friction_A + Math.max(0, at_mm - gap_mm) * stiffness_N_mm / N_A
const pressed_N = (met_mm: number, at_mm: number, stiffness_N_mm: number): number => (at_mm - met_mm) * stiffness_N_mm

describe('a closing on a learned window', () => {
  it('meets nothing: no pinch, whatever the friction was learned to be', () => {
    for (const friction_A of [4, 8, 14]) expect(close(guardOf(friction_A), () => friction_A)).toBeNaN()
  })

  it.each([[200, 10], [150, 5], [100, 20], [26, 20]])('meets a rod at %d mm of %d N/mm: trips at 50 N, with the slope a little earlier', (at_mm, stiffness) => {
    const force_N = pressed_N(close(guardOf(), obstacle(at_mm, stiffness)), at_mm, stiffness)
    expect(force_N).toBeGreaterThan(GUARD_PARAMETERS.trip_N - 10)
    expect(force_N).toBeLessThan(GUARD_PARAMETERS.trip_N + 2 * 0.6 * stiffness + 5)
  })

  it.each([[25, 65], [12, 65], [4.5, 65]])('meets a stiff rod at %d mm of %d N/mm at the slow end of the way', (at_mm, stiffness) => {
    const force_N = pressed_N(close(guardOf(), obstacle(at_mm, stiffness), { speed_mm_s: 25, from_mm: 60 }), at_mm, stiffness)
    expect(force_N).toBeGreaterThan(40)
    expect(force_N).toBeLessThan(85)
  })

  it('never waits for a second reading when the first is beyond doubt', () => {
    const guard = guardOf()
    const jump = (excess_N: number) => (gap_mm: number): number => FRICTION_A + (gap_mm < 100 ? excess_N / N_A : 0)
    const sure_N = GUARD_PARAMETERS.trip_N + GUARD_PARAMETERS.sure_N
    expect(close(guard, jump(sure_N + 3))).toBeGreaterThan(99.3)
    const twice_mm = close(guardOf(), jump(sure_N - 3))
    expect(twice_mm).toBeLessThan(99.3)
    expect(twice_mm).toBeGreaterThan(98)
    expect(close(guardOf(), jump(30))).toBeNaN()
  })

  it('nor when the eFuse has to hold the force back', () => {
    const jump = (gap_mm: number): number => FRICTION_A + (gap_mm < 100 ? (GUARD_PARAMETERS.trip_N + 4) / N_A : 0)
    const free_mm = close(guardOf(), jump)
    expect(close(guardOf(), jump, { limited: true }) - free_mm).toBeCloseTo(0.6, 6)
    expect(close(guardOf(), gap_mm => FRICTION_A + (gap_mm < 100 ? 35 / N_A : 0), { limited: true })).toBeNaN()
    // A supply that rises makes the eFuse work too.
    expect(close(guardOf(), gap_mm => gap_mm < 99.5 ? FRICTION_A : jump(gap_mm), { limited: true, risen_mm: 100 })).toBeNaN()
    // At the start it may well do so.
    expect(close(guardOf(), (_gap, t_ms) => t_ms < 300 ? jump(0) : FRICTION_A, { limited: true, from_mm: 150 })).toBeNaN()
  })

  it('looks less than a tick ahead, by the slope of the force, and 20 ms at most', () => {
    const excess_N = (tick_ms: number): number => {
      const guard = guardOf()
      const met_mm = close(guard, obstacle(100, 1), { tick_ms, from_mm: 150 })
      expect(met_mm).toBeGreaterThan(0)
      return guard.excess_N
    }
    // 1 N/mm at 60 mm/s: 0.06 N/ms; two readings in a row above 50 N with what is to come.
    for (const [tick_ms, ahead_ms] of [[10, 8], [20, 16], [40, 20]] as const) {
      const least_N = GUARD_PARAMETERS.trip_N - 0.06 * ahead_ms
      expect(excess_N(tick_ms), `${tick_ms} ms`).toBeGreaterThan(least_N - 1 + 0.06 * tick_ms)
      expect(excess_N(tick_ms), `${tick_ms} ms`).toBeLessThan(least_N + 1 + 2 * 0.06 * tick_ms)
    }
  })

  it('one reading of noise is nothing', () => {
    let noisy = 0
    expect(close(guardOf(), gap_mm => FRICTION_A + (gap_mm < 200 && noisy++ % 20 === 0 ? 1.9 : 0))).toBeNaN()
    expect(noisy).toBeGreaterThan(100)
  })

  it('looks less closely above 215 mm, where no hand is pinched', () => {
    const far = close(guardOf(), obstacle(400, 2))
    expect(pressed_N(far, 400, 2)).toBeGreaterThan(GUARD_PARAMETERS.trip_N)
    const step = (at_mm: number) => (gap_mm: number): number => FRICTION_A + (gap_mm < at_mm && gap_mm > at_mm - 20 ? 58 / N_A : 0)
    expect(close(guardOf(), step(300))).toBeNaN()
    expect(close(guardOf(), step(200))).toBeGreaterThan(190)
  })

  it('leaves the start its transients, but not every force', () => {
    const start = (excess_N: number) => (_gap_mm: number, t_ms: number): number => FRICTION_A + (t_ms < 300 ? excess_N / N_A : 0)
    expect(close(guardOf(), start(60), { from_mm: 150 })).toBeNaN()
    expect(close(guardOf(), start(70), { from_mm: 150 })).toBeGreaterThan(145)
    expect(close(guardOf(), start(130))).toBeNaN()
    expect(close(guardOf(), start(200))).toBeGreaterThan(430)
  })
})

describe('what friction is today', () => {
  it('is followed above 215 mm, up to 1.7 times what was learned', () => {
    for (const today of [0.75, 1.3, 1.6]) expect(close(guardOf(), () => FRICTION_A * today)).toBeNaN()
    expect(close(guardOf(), () => FRICTION_A * 2.2)).toBeGreaterThan(300)
  })

  it('is followed slowly below: a hand does not become friction', () => {
    expect(close(guardOf(), obstacle(200, 2))).toBeGreaterThan(200 - 40)
    // A drift of 15 N over 150 mm is friction.
    expect(close(guardOf(), gap_mm => FRICTION_A + (gap_mm < 200 ? (200 - gap_mm) * 0.1 / N_A : 0))).toBeNaN()
  })

  it('is not followed by a glass that creeps: a hand it is pressed against does not become friction', () => {
    const guard = guardOf()
    const before_A = FRICTION_A + 45 / N_A
    close(guard, gap_mm => gap_mm < 100 ? before_A : FRICTION_A, { from_mm: 130, speed_mm_s: 3, until_mm: 80 })
    expect(guard.excess_N).toBeGreaterThan(40)
  })

  it('is taken from the first moments of a closing that begins low, within bounds', () => {
    expect(close(guardOf(), () => FRICTION_A * 1.1, { from_mm: 150 })).toBeNaN()
    const { firstMost, unlearnedMost } = GUARD_PARAMETERS
    for (const [learned_A, most_A] of [[FRICTION_A, FRICTION_A * firstMost], [0, 9 * unlearnedMost]] as const) {
      const guard = guardOf(learned_A)
      close(guard, () => most_A + 1.5, { from_mm: 150, until_mm: 120 })
      expect(guard.friction_A).toBeGreaterThan(most_A * 0.9)
      expect(guard.friction_A).toBeLessThanOrEqual(most_A + 0.01)
    }
  })

  it('is expected to be more in the cold', () => {
    const guard = guardOf()
    guard.begin(0, 100, -30, false)
    expect(guard.friction_A).toBeCloseTo(FRICTION_A * climateFactor(-30), 5)
    expect(close(guardOf(), () => FRICTION_A * climateFactor(-30), { from_mm: 150, temperature_C: -30 })).toBeNaN()
  })

  it('of the upper seal varies more than the rest', () => {
    const knots = new Float32Array(FRICTION_KNOTS).fill(FRICTION_A)
    for (let i = 0; i < 5; i++) knots[i] = FRICTION_A + (12 - i * 3) / 12 * 2
    const guard = guardOf()
    guard.profile.decode(frictionImage(knots))
    const today = (gap_mm: number): number => 1.2 * (FRICTION_A + (gap_mm < 12 ? (12 - gap_mm) / 12 * 2 * 1.2 : 0))
    expect(close(guard, today)).toBeNaN()
    expect(Math.abs(guard.excess_N)).toBeLessThan(6)
  })

  it('is learned from closings that reached the end, as it would be at room temperature', () => {
    const guard = guardOf(0)
    expect(close(guard, () => 9.5, { temperature_C: -30 })).toBeNaN()
    expect(guard.profile.usual_A(100)).toBe(9)
    guard.finish()
    expect(guard.profile.usual_A(100)).toBeCloseTo(9.5 / climateFactor(-30), 2)
    expect(guard.profile.known(400)).toBe(true)
  })

  it('is not learned from the start, nor beyond what tripped', () => {
    const guard = guardOf(0)
    close(guard, (_gap, t_ms) => t_ms < 340 ? 10 : 8, { from_mm: 100 })
    guard.finish()
    expect(guard.profile.usual_A(60)).toBeCloseTo(8, 2)
    expect(guard.profile.usual_A(93)).toBeCloseTo(8, 2)
    expect(guard.profile.usual_A(114)).toBe(9)
  })
})

describe('a window that is not learned', () => {
  it('takes what it meets first for friction, and follows it', () => {
    const guard = guardOf(0)
    expect(close(guard, () => 7.5)).toBeNaN()
    expect(guard.learned).toBe(false)
    expect(guard.profile.usual_A(100)).toBe(9)
    // 7.5 A all the way, but at the top a common seal is expected.
    expect(guard.friction_A).toBeCloseTo(7.5 + 1.6 * (7.5 / 9) ** 2, 0)
    expect(close(guardOf(0), gap_mm => 7.5 + (gap_mm < 200 ? (200 - gap_mm) * 0.2 / N_A : 0))).toBeNaN()
  })

  it.each([[200, 10, 45], [100, 5, 45], [100, 20, 45], [20, 65, 25]])('trips on a rod at %d mm of %d N/mm', (at_mm, stiffness, speed_mm_s) => {
    const met_mm = close(guardOf(0), obstacle(at_mm, stiffness, 7.5), { speed_mm_s })
    expect(pressed_N(met_mm, at_mm, stiffness)).toBeLessThan(80)
  })
})

describe('a rough road', () => {
  const shaken = (amplitude_N: number) => (_gap_mm: number, t_ms: number): number =>
    FRICTION_A + amplitude_N / N_A * Math.sin(t_ms / 1000 * 2 * Math.PI * 2)

  it('is known by its dips: the peaks that come with them trip nothing', () => {
    const guard = guardOf()
    expect(close(guard, (_gap, t_ms) => FRICTION_A - (t_ms % 500 < 30 ? 30 / N_A : 0), { driving: true })).toBeNaN()
    expect(guard.windingBound_A()).toBeGreaterThan(FRICTION_A + (GUARD_PARAMETERS.trip_N + GUARD_PARAMETERS.margin_N + 10) / N_A)
  })

  it('may add 16 N at most', () => {
    const guard = guardOf()
    close(guard, (_gap, t_ms) => FRICTION_A - (t_ms > 400 && t_ms % 500 < 30 ? 90 / N_A : 0), { until_mm: 100, driving: true })
    const most_A = guard.friction_A + (GUARD_PARAMETERS.trip_N + GUARD_PARAMETERS.roadMost_N + GUARD_PARAMETERS.margin_N) / N_A
    expect(guard.windingBound_A()).toBeCloseTo(most_A, 2)
  })

  it('is presumed while the car moves, and forgotten when it is smooth', () => {
    const driving = guardOf()
    driving.begin(0, 150, 23, true)
    const standing = guardOf()
    standing.begin(0, 150, 23, false)
    const road_N = GUARD_PARAMETERS.roadFirst_N - GUARD_PARAMETERS.roadFrom_N
    expect(driving.windingBound_A() - standing.windingBound_A()).toBeCloseTo(road_N / N_A, 5)
    close(driving, () => FRICTION_A, { from_mm: 200, speed_mm_s: 25, driving: true, until_mm: 20 })
    close(standing, () => FRICTION_A, { from_mm: 200, speed_mm_s: 25, until_mm: 20 })
    expect(driving.windingBound_A() - standing.windingBound_A()).toBeLessThan(0.01)
  })

  it('does not hide a hand', () => {
    const guard = guardOf()
    const hand = (gap_mm: number, t_ms: number): number => shaken(25)(gap_mm, t_ms) + Math.max(0, 100 - gap_mm) * 10 / N_A
    expect(pressed_N(close(guard, hand, { driving: true }), 100, 10)).toBeLessThan(110)
  })
})

describe('a glass that stands', () => {
  function stand(guard: PinchGuard, excess_N: number, stalled_ms: number, elapsed_ms = 1000, gap_mm = 50, limited = false): boolean {
    close(guard, () => FRICTION_A, { from_mm: gap_mm + 30, until_mm: gap_mm + 1 })
    const winding_A = FRICTION_A + excess_N / N_A
    const reading: ClosingReading = {
      now_ms: 9000, elapsed_ms, stalled_ms, gap_mm: gap_mm - stretch_mm(winding_A), speed_mm_s: 0, speed_pulses_s: 0, winding_A,
      motor_V: winding_A * windingResistance_ohm(23), limited, risen: false,
    }
    return guard.update(reading)
  }

  it('pressed by what trips is held, after 80 ms; after 350 ms if it has not even started', () => {
    expect(stand(guardOf(), 55, 79)).toBe(false)
    expect(stand(guardOf(), 55, 80)).toBe(true)
    expect(stand(guardOf(), 55, 340, 340)).toBe(false)
    expect(stand(guardOf(), 55, 350, 349)).toBe(true)
  })

  it('pressed by less is a weak motor', () => {
    expect(stand(guardOf(), 45, 400)).toBe(false)
  })

  it('held by the eFuse may be pressed by more than is seen: held as well, but for the start', () => {
    expect(stand(guardOf(), 20, 79, 1000, 50, true)).toBe(false)
    expect(stand(guardOf(), 20, 80, 1000, 50, true)).toBe(true)
    expect(stand(guardOf(), 20, 400, 349, 50, true)).toBe(false)
    expect(stand(guardOf(), 20, 350, 350, 50, true)).toBe(true)
  })

  it('within its seal is nothing, but the end when it is pressed', () => {
    const guard = guardOf()
    expect(stand(guard, 90, 200, 1000, 1)).toBe(false)
    expect([guard.atEnd(), guard.pressed()]).toEqual([true, true])
    const weak = guardOf()
    stand(weak, 10, 200, 1000, 1)
    expect([weak.atEnd(), weak.pressed()]).toEqual([true, false])
    const above = guardOf()
    stand(above, 40, 10, 1000, 30)
    expect([above.atEnd(), above.pressed()]).toEqual([false, false])
  })

  it('at an unknown place is the end for all it knows', () => {
    const guard = guardOf()
    expect(stand(guard, 90, 500, 1000, NaN)).toBe(false)
    expect(guard.atEnd()).toBe(true)
  })
})

describe('the limit of the eFuse', () => {
  it('lies 12 N above what trips, 45 N in the seal, and 1.5 A higher for the start', () => {
    const guard = guardOf()
    guard.begin(0, 150, 23, false)
    expect(guard.windingBound_A()).toBeCloseTo(FRICTION_A + (50 + 12) / N_A + 1.5, 5)
    close(guard, () => FRICTION_A, { until_mm: 300 })
    expect(guard.far()).toBe(true)
    expect(guard.windingBound_A()).toBeCloseTo(FRICTION_A + (70 + 12) / N_A, 2)
    close(guard, () => FRICTION_A, { until_mm: 100 })
    expect(guard.far()).toBe(false)
    expect(guard.windingBound_A()).toBeCloseTo(FRICTION_A + (50 + 12) / N_A, 2)
    close(guard, () => FRICTION_A)
    expect(guard.windingBound_A()).toBeCloseTo(FRICTION_A + (50 + 45) / N_A, 2)
  })

  it('two calls at one time count once', () => {
    const guard = guardOf()
    guard.begin(100, 100, 23, false)
    const reading: ClosingReading = {
      now_ms: 100, elapsed_ms: 500, stalled_ms: 500, gap_mm: 90, speed_mm_s: 0, speed_pulses_s: 0, winding_A: 30, motor_V: 20,
      limited: false,
      risen: false,
    }
    expect(guard.update(reading)).toBe(false)
    expect(guard.excess_N).toBe(0)
  })
})

describe('over the whole range', () => {
  const place = fc.record({
    friction_A: fc.double({ min: 4, max: 14, noNaN: true }), at_mm: fc.double({ min: 5, max: 200, noNaN: true }),
    stiffness: fc.double({ min: 5, max: 20, noNaN: true }), speed_mm_s: fc.double({ min: 25, max: 70, noNaN: true }),
    today: fc.double({ min: 0.85, max: 1.3, noNaN: true }), tick_ms: fc.constantFrom(10, 15, 20, 25),
  })

  it('every rod is found below 100 N, every closing without one goes through', () => {
    fc.assert(fc.property(place, ({ friction_A, at_mm, stiffness, speed_mm_s, today, tick_ms }) => {
      const now_A = friction_A * today
      const met_mm = close(guardOf(friction_A), obstacle(at_mm, stiffness, now_A), { speed_mm_s, tick_ms })
      // Soft rods under a small gap are let go by the frame before they press.
      if (isNaN(met_mm)) expect((at_mm - GUARD_PARAMETERS.end_mm) * stiffness).toBeLessThan(80)
      else expect(pressed_N(met_mm, at_mm, stiffness)).toBeLessThan(100)
      expect(met_mm).not.toBeGreaterThan(at_mm)
      expect(close(guardOf(friction_A), () => now_A, { speed_mm_s, tick_ms })).toBeNaN()
    }), { seed: 5, numRuns: runs(150) })
  })

  it('the limit is always above friction, and never more than 140 N above it', () => {
    fc.assert(fc.property(place, fc.boolean(), ({ friction_A, speed_mm_s, today, tick_ms }, driving) => {
      const guard = guardOf(friction_A)
      close(guard, () => friction_A * today, { speed_mm_s, tick_ms, driving, until_mm: 300 })
      const beyond_N = (guard.windingBound_A() - guard.friction_A) * N_A
      expect(beyond_N).toBeGreaterThan(60)
      expect(beyond_N).toBeLessThan(140)
    }), { seed: 6, numRuns: runs(100) })
  })
})
