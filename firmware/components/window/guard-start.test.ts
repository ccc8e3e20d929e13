import { describe, expect, it } from 'vitest'
import { GuardSteps, STEPS_FRICTION_A } from '../../testing/index.ts'
import { GUARD_PARAMETERS } from './guard.ts'

const { startsFar_mm, foundFar_mm, guarded_mm } = GUARD_PARAMETERS

/** A closing whose cable is slack for its first 9 mm. */
function slackFrom(from_mm: number): GuardSteps {
  const steps = new GuardSteps(from_mm)
  steps.scale = 0.35
  while (steps.reading.gap_mm > from_mm - 9) steps.tick(0)
  steps.scale = 1
  return steps
}

it('a closing from the lower stop is not fooled by the cable that the stop left slack', () => {
  const steps = slackFrom(450).pass(600)
  expect(steps.guard.found).toBe(true)
  expect(steps.guard.friction_A / STEPS_FRICTION_A).toBeCloseTo(1, 1)
})

it('it knows friction before the glass is where a hand may be', () => {
  expect(startsFar_mm - foundFar_mm).toBeGreaterThan(guarded_mm)
  const steps = slackFrom(startsFar_mm + 1)
  while (steps.reading.gap_mm > guarded_mm) expect(steps.tick(0)).toBe(false)
  expect(steps.guard.found).toBe(true)
})

it('after one long tick it takes friction from that alone', () => {
  const steps = new GuardSteps(150)
  steps.reading.elapsed_ms = GUARD_PARAMETERS.found_ms
  steps.tick(0, GUARD_PARAMETERS.found_mm + 1)
  const { guard } = steps
  expect(guard.found).toBe(true)
  const share = guard.load.load_A / STEPS_FRICTION_A
  expect(guard.scale).toBeCloseTo(Math.max(GUARD_PARAMETERS.scaleLeast, Math.min(GUARD_PARAMETERS.scaleMost, share)), 1)
})

describe('what is put in while the glass backs off, and met before friction is found', () => {
  const { moved_mm, unfoundRise_N, findFrom_ms, findFromFar_mm } = GUARD_PARAMETERS

  /** Slowly, as it goes then: by what the cable and the first millimetres take. */
  function clean(from_mm: number): GuardSteps {
    const steps = new GuardSteps(from_mm)
    steps.scale = 1.4
    while (from_mm - steps.guard.glass_mm < moved_mm || steps.reading.elapsed_ms <= findFrom_ms) expect(steps.tick(0, 0.2)).toBe(false)
    for (let i = 0; i < 4; i++) expect(steps.tick(0, 0.2)).toBe(false)
    expect(steps.guard.found).toBe(false)
    return steps
  }

  it('is told by what it adds to the lowest load so far', () => {
    expect(clean(100).told_ms(unfoundRise_N + 15, 200, 0.02)).toBeLessThan(100)
    expect(clean(100).told_ms(unfoundRise_N - 10, 400, 0.001)).toBeNaN()
  })

  it('is none where a glass began far from any hand: the lower stop leaves the cable slack', () => {
    const from_mm = startsFar_mm + 100
    const steps = slackFrom(from_mm)
    while (steps.reading.gap_mm > from_mm - findFromFar_mm - 4) expect(steps.tick(0)).toBe(false)
    while (steps.reading.gap_mm > from_mm - foundFar_mm + 1) expect(steps.tick(unfoundRise_N + 15)).toBe(false)
    expect(steps.guard.found).toBe(false)
  })
})
