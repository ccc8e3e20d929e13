import { beforeEach, describe, expect, it } from 'vitest'
import { TravelEnds } from './ends.ts'
import { LEARNED, LearningRun } from './learning.ts'
import { stretch_mm } from './motor.ts'
import { WINDOW_LIMITS } from './parameters.ts'
import type { PinchGuard } from './pinch.ts'
import { GlassPosition } from './position.ts'

const TRAVEL = 950
const LOAD_A = 13
/** By so much the drum has wound up the cable under that load. */
const STRETCH = stretch_mm(LOAD_A) * WINDOW_LIMITS.pulses_mm

let position: GlassPosition
let learning: LearningRun
let ends: TravelEnds
let pressed: boolean
let frictionLearned: number

beforeEach(() => {
  position = new GlassPosition(TRAVEL)
  learning = new LearningRun(TRAVEL)
  pressed = true
  frictionLearned = 0
  const guard = { pressed: () => pressed, finish: () => { frictionLearned++ }, load: { load_A: LOAD_A } }
  ends = new TravelEnds(position, learning, guard as unknown as PinchGuard)
})

describe('a glass at an end of its travel', () => {
  it('at the lower stop is open', () => {
    position.measure(940)
    ends.open(2000)
    expect(position.pulses(2000)).toBe(940)
  })

  it('pressed into the upper stop is closed, but for the stretch of the cable; what closing took is learned', () => {
    ends.closed(300)
    expect(position.pulses(300)).toBeCloseTo(-STRETCH, 9)
    expect(STRETCH).toBeGreaterThan(5)
    expect(frictionLearned).toBe(1)
  })

  it('not pressed into it teaches nothing', () => {
    position.reference(300, 2)
    pressed = false
    ends.closed(300)
    expect(position.pulses(300)).toBe(2)
    expect(frictionLearned).toBe(0)
  })
})

describe('a learning run', () => {
  it('keeps what was known at its lower end, and takes travel and position from its upper one', () => {
    position.reference(0, 123)
    expect(ends.learn(5000)).toBe(LEARNED.lowerEnd)
    expect(position.pulses(0)).toBe(123)
    expect(ends.learn(5000 - TRAVEL)).toBe(LEARNED.done)
    expect(position.measured).toBe(true)
    expect(position.travel_pulses).toBeCloseTo(TRAVEL - STRETCH, 9)
    expect(position.percent(5000)).toBeCloseTo(100, 9)
    expect(position.pulses(5000 - TRAVEL)).toBeCloseTo(-STRETCH, 9)
  })

  it('learns what closing took where the travel is the descriptor\'s, the stretch and 2 mm allowed for', () => {
    const most = STRETCH + WINDOW_LIMITS.describedWithin_mm * WINDOW_LIMITS.pulses_mm
    for (const [off, learned] of [[0, 1], [most - 0.1, 1], [most + 0.1, 0], [-most + 0.1, 1], [-most - 0.1, 0]] as const) {
      frictionLearned = 0
      learning.begin()
      ends.learn(5000)
      expect(ends.learn(5000 - TRAVEL - off)).toBe(LEARNED.done)
      expect(frictionLearned, `${off}`).toBe(learned)
    }
  })

  it('that failed leaves nothing known', () => {
    position.reference(0, 123)
    ends.learn(5000)
    expect(ends.learn(4900)).toBe(LEARNED.failed)
    expect(position.known()).toBe(false)
    expect(position.measured).toBe(false)
    expect(frictionLearned).toBe(0)
  })
})
