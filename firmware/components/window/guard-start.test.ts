import { expect, it } from 'vitest'
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
