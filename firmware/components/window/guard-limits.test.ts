import { describe, expect, it } from 'vitest'
import { exactly, GuardSteps, LIGHT_A, STEPS_FRICTION_A } from '../../testing/index.ts'
import { GUARD_PARAMETERS, PinchGuard } from './guard.ts'
import { FRICTION_KNOTS, frictionImage, frictionKnot_mm } from './load.ts'
import { climateFactor, windingResistance_ohm, WINDOW_MOTOR } from './motor.ts'

const N_A = WINDOW_MOTOR.force_N_A
const cold_ohm = windingResistance_ohm(23)
const near = (): GuardSteps => new GuardSteps(150, false, LIGHT_A)

/** A guard that has learned the profile up to a gap, 8 A unless told otherwise. */
function knowing(upTo_mm: number, friction_A: (gap_mm: number) => number = () => STEPS_FRICTION_A): PinchGuard {
  const guard = new PinchGuard(9)
  const profile = new Float32Array(FRICTION_KNOTS)
  for (let i = 0; i < FRICTION_KNOTS && frictionKnot_mm(i) <= upTo_mm; i++) profile[i] = friction_A(frictionKnot_mm(i))
  guard.profile.decode(frictionImage(profile))
  return guard
}

describe('exactly at a limit, a force', () => {
  it('of 64 N is not yet beyond doubt: one reading of it is nothing', () => {
    const sure_N = GUARD_PARAMETERS.trip_N + GUARD_PARAMETERS.sure_N
    const story = (force_N: number): GuardSteps => {
      const steps = near().pass(600)
      steps.tick(force_N)
      return steps
    }
    expect(exactly(sure_N, story).tripped).toBe(false)
    expect(story(sure_N + 0.01).tripped).toBe(true)
  })

  it('of 65 N at the start is a transient, however long', () => {
    const start_N = GUARD_PARAMETERS.trip_N + GUARD_PARAMETERS.start_N
    const story = (force_N: number): GuardSteps => {
      const steps = near()
      steps.trips([force_N, force_N, force_N])
      return steps
    }
    expect(exactly(start_N, story).tripped).toBe(false)
    expect(story(start_N + 0.01).tripped).toBe(true)
  })

  it('of 50 N does not hold a glass that stands', () => {
    const story = (force_N: number): GuardSteps => {
      const steps = near().pass(600)
      steps.reading.stalled_ms = GUARD_PARAMETERS.stall_ms
      steps.tick(force_N)
      return steps
    }
    expect(exactly(GUARD_PARAMETERS.trip_N, story).tripped).toBe(false)
    expect(story(GUARD_PARAMETERS.trip_N + 0.01).tripped).toBe(true)
  })

  it('of 25 N presses the glass into its end', () => {
    const story = (force_N: number): GuardSteps => {
      const steps = new GuardSteps(1, false, LIGHT_A)
      steps.tick(force_N)
      return steps
    }
    expect(exactly(GUARD_PARAMETERS.end_N, story).guard.pressed()).toBe(true)
    expect(story(GUARD_PARAMETERS.end_N - 0.01).guard.pressed()).toBe(false)
  })

  it('of 15 N presses: the resistance of the winding is not followed', () => {
    const followed = (steps: GuardSteps): boolean => {
      steps.winding_ohm = 1.3 * cold_ohm
      // So much current says something of the resistance.
      steps.tick(60)
      return steps.guard.load.resistance_ohm > cold_ohm
    }
    const story = (force_N: number): GuardSteps => near().pass(600).pass(10, force_N)
    expect(followed(exactly(GUARD_PARAMETERS.nearClamp_N, story))).toBe(false)
    expect(followed(story(GUARD_PARAMETERS.nearClamp_N - 0.01))).toBe(true)
  })
})

describe('exactly at a place', () => {
  // So light a glass does not stretch the cable: it is where the drum is.
  const at = (gap_mm: number): GuardSteps => {
    const steps = new GuardSteps(gap_mm, false, LIGHT_A)
    steps.tick(0)
    expect(steps.guard.glass_mm).toBe(gap_mm)
    return steps
  }

  it('1.8 mm from closed, it is at the end, and the seal may be pressed', () => {
    expect(at(GUARD_PARAMETERS.end_mm).guard.atEnd()).toBe(true)
    expect(at(GUARD_PARAMETERS.end_mm + 0.01).guard.atEnd()).toBe(false)
    const more_N = at(GUARD_PARAMETERS.end_mm).beyond_N - at(GUARD_PARAMETERS.end_mm + 0.01).beyond_N
    expect(more_N).toBeCloseTo(GUARD_PARAMETERS.sealMargin_N - GUARD_PARAMETERS.margin_N, 9)
  })

  it('215 mm from closed, a hand may be pinched', () => {
    expect(at(GUARD_PARAMETERS.guarded_mm).guard.far()).toBe(false)
    expect(at(GUARD_PARAMETERS.guarded_mm + 0.01).guard.far()).toBe(true)
  })

  it('215 mm from closed, a closing needs the current that shows one; above, what it is told to take at most', () => {
    const guard = new PinchGuard(9)
    const shows_A = 7 + (GUARD_PARAMETERS.trip_N + GUARD_PARAMETERS.margin_N) / N_A
    expect(guard.windingNeeds_A(3, 7, 8)).toBeCloseTo(shows_A, 9)
    expect(guard.windingNeeds_A(GUARD_PARAMETERS.guarded_mm, 7, 8)).toBeCloseTo(shows_A, 9)
    expect(guard.windingNeeds_A(GUARD_PARAMETERS.guarded_mm + 0.01, 7, 8)).toBe(8)
  })
})

describe('exactly at a time', () => {
  it('350 ms, the start is over: no more current for it', () => {
    const smooth_N = GUARD_PARAMETERS.trip_N + GUARD_PARAMETERS.margin_N
    expect(near().pass(340).beyond_N).toBeCloseTo(smooth_N + GUARD_PARAMETERS.start_A * N_A, 9)
    expect(near().pass(350).beyond_N).toBeCloseTo(smooth_N, 9)
  })

  it('350 ms, the resistance of the winding begins to be followed', () => {
    const warm = (duration_ms: number): GuardSteps => {
      const steps = new GuardSteps(150)
      steps.winding_ohm = 1.2 * cold_ohm
      return steps.pass(duration_ms)
    }
    expect(warm(340).guard.load.resistance_ohm).toBe(cold_ohm)
    expect(warm(350).guard.load.resistance_ohm).toBeGreaterThan(cold_ohm)
  })

  it('500 ms, today\'s friction is known: far open the force may be less, near it is followed slowly', () => {
    const far = new GuardSteps(440, false, LIGHT_A)
    const farther_N = far.pass(490).beyond_N - far.pass(10).beyond_N
    expect(farther_N).toBeCloseTo(GUARD_PARAMETERS.firstFar_N, 9)
    // What a tick of 12 N did shows at the next.
    const followed_A = (until_ms: number): number =>
      new GuardSteps(150).pass(until_ms - 10).pass(10, 12).pass(10).guard.friction_A - STEPS_FRICTION_A
    expect(followed_A(490)).toBeGreaterThan(0.03)
    expect(followed_A(500)).toBeLessThan(0.003)
  })
})

describe('exactly as fast as 15 mm/s', () => {
  it('is no creeping: friction is followed', () => {
    const after_A = (speed_mm_s: number): number => new GuardSteps(150).pass(600).pass(50, 14, speed_mm_s).guard.friction_A
    expect(after_A(GUARD_PARAMETERS.creeping_mm_s)).toBeGreaterThan(STEPS_FRICTION_A + 0.01)
    expect(after_A(GUARD_PARAMETERS.creeping_mm_s - 0.01)).toBeCloseTo(STEPS_FRICTION_A, 9)
  })
})

describe('a road of exactly 10 N', () => {
  it('is a rough one: no force is looked at ahead on it', () => {
    const rough = (pause_ms: number): GuardSteps => {
      const steps = new GuardSteps(150, true, LIGHT_A)
      // The presumed 20 N are forgotten by half in half a time constant.
      steps.tick(0, pause_ms)
      return steps
    }
    const half_ms = GUARD_PARAMETERS.roadForgets_s * 500
    expect(rough(half_ms).trips([44, 46])).toBe(false)
    expect(rough(half_ms + 10).trips([44, 46])).toBe(true)
  })
})

describe('what the guard knows of this closing', () => {
  it('is nothing before one began', () => {
    expect(knowing(450).learned).toBe(false)
  })

  it('is all when the way from where it begins is learned, or as much of it as has hands', () => {
    const known = (upTo_mm: number, from_mm: number): boolean => {
      const guard = knowing(upTo_mm)
      guard.begin(0, from_mm, 23, false)
      return guard.learned
    }
    expect(known(30, 20)).toBe(true)
    expect(known(30, 100)).toBe(false)
    // 219 mm is the first knot above what is guarded.
    expect(known(219, 440)).toBe(true)
    expect(known(198, 440)).toBe(false)
  })

  it('at an unknown place it must be all that is guarded', () => {
    const known = (upTo_mm: number): boolean => {
      const guard = knowing(upTo_mm)
      guard.begin(0, NaN, 23, false)
      return guard.learned
    }
    expect(known(219)).toBe(true)
    expect(known(198)).toBe(false)
  })
})

describe('a window that claims to take no current', () => {
  it('has a limit and finds a hand, also after a motor that took none, as one that is not connected', () => {
    const guard = new PinchGuard(0)
    guard.begin(0, 150, 23, false)
    const reading = new GuardSteps(150).reading
    const tick = (winding_A: number): boolean => {
      reading.now_ms += 10
      reading.elapsed_ms += 10
      reading.winding_A = winding_A
      reading.motor_V = winding_A * cold_ohm
      return guard.update(reading)
    }
    for (let i = 0; i < 60; i++) expect(tick(0)).toBe(false)
    expect(guard.windingBound_A()).toBeCloseTo((GUARD_PARAMETERS.trip_N + GUARD_PARAMETERS.margin_N) / N_A, 9)
    expect([tick(55 / N_A), tick(55 / N_A)]).toEqual([false, true])
  })
})

describe('a place that is not known for a tick', () => {
  it('is the end for all the guard knows, and a hand is found again by the second reading after it', () => {
    const steps = new GuardSteps(150).pass(600)
    const gap_mm = steps.reading.gap_mm
    steps.reading.gap_mm = NaN
    expect(steps.tick(55)).toBe(false)
    expect(steps.guard.atEnd()).toBe(true)
    steps.reading.gap_mm = gap_mm
    expect([steps.tick(55), steps.tick(55)]).toEqual([false, true])
  })
})

describe('friction that differs along the way', () => {
  it('is scaled by what it takes today, also where it is not that of the seal', () => {
    const guard = knowing(450, gap_mm => gap_mm > 100 ? 6 : 9)
    const reading = new GuardSteps(400).reading
    guard.begin(0, 400, 23, false)
    // Today it takes a fifth more.
    for (let i = 0; i < 150; i++) {
      reading.now_ms += 10
      reading.elapsed_ms += 10
      reading.winding_A = 7.2
      reading.motor_V = 7.2 * cold_ohm
      expect(guard.update(reading)).toBe(false)
    }
    expect(guard.friction_A).toBeCloseTo(1.2 * 6, 2)
  })

  it('at the end is learned as it would be at room temperature', () => {
    const guard = new PinchGuard(9)
    const cold_A = 10.6 * GUARD_PARAMETERS.unlearnedMost ** 2 * climateFactor(-30)
    guard.begin(0, 1, -30, false)
    guard.finish()
    expect(guard.profile.usual_A(0)).toBeCloseTo(cold_A / climateFactor(-30), 0)
  })
})
