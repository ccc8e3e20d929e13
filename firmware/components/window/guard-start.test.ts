import { describe, expect, it } from 'vitest'
import { GuardSteps, STEPS_FRICTION_A } from '../../testing/index.ts'
import { LAW } from './guard.ts'

const { startsFar_mm, foundFar_mm, guarded_mm } = LAW

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
  steps.reading.elapsed_ms = LAW.found_ms
  steps.tick(0, LAW.found_mm + 1)
  const { guard } = steps
  expect(guard.found).toBe(true)
  const share = guard.load.load_A / STEPS_FRICTION_A
  expect(guard.scale).toBeCloseTo(Math.max(LAW.scaleLeast, Math.min(LAW.scaleMost, share)), 1)
})

describe('what is put in while the glass backs off, and met before friction is found', () => {
  const { moved_mm, findFrom_mm, findFrom_ms, rise_N, less_N, scaleLeast } = LAW
  const OPENED_A = 4
  const { motor } = new GuardSteps(100)
  /** The most and the least that this back-off makes of closing, N beyond what was usual. */
  const most_N = 1.8 * (OPENED_A - motor.free_A) * motor.force_N_A + 147 - (STEPS_FRICTION_A - motor.free_A) * motor.force_N_A
  const least_N = most_N - less_N

  function backedOff(from_mm = 100): GuardSteps {
    return new GuardSteps(from_mm, 23, () => STEPS_FRICTION_A, OPENED_A)
  }

  /** Slowly, as it goes then, with so much beyond what was usual, until the glass has gone as far as it has to. */
  function gone(closing_N: number): GuardSteps {
    const steps = backedOff()
    while (100 - steps.guard.glass_mm < moved_mm || steps.reading.elapsed_ms <= findFrom_ms) expect(steps.tick(closing_N, 0.2)).toBe(false)
    for (let i = 0; i < 60; i++) expect(steps.tick(closing_N, 0.02)).toBe(false)
    expect(steps.guard.found).toBe(false)
    return steps
  }

  /** Whether a load is told of a glass that hardly moves any more. */
  function told(steps: GuardSteps, closing_N: number): boolean {
    return !Number.isNaN(steps.told_ms(closing_N, 300, 0.02))
  }

  it('is told by what it adds to the lowest load so far', () => {
    for (const closing_N of [most_N - 10, most_N - 30, least_N + 10]) {
      expect(told(gone(closing_N), closing_N + rise_N + 2)).toBe(true)
      expect(told(gone(closing_N), closing_N + rise_N - 2)).toBe(false)
    }
  })

  it('is told by more than the back-off makes of closing, before the glass has gone and after', () => {
    expect(told(backedOff(), most_N + rise_N + 1)).toBe(true)
    expect(told(backedOff(), most_N + rise_N - 1)).toBe(false)
    const above_N = most_N + rise_N / 2
    expect(told(gone(above_N), most_N + rise_N + 1)).toBe(true)
    expect(told(gone(above_N), most_N + rise_N - 1)).toBe(false)
  })

  it('is not told by what a cable that was not tight makes of the lowest load', () => {
    const slack_N = least_N - 30
    expect(told(gone(slack_N), least_N + rise_N + 2)).toBe(true)
    expect(told(gone(slack_N), least_N + rise_N - 2)).toBe(false)
  })

  it('counts no load of a glass that has not gone yet', () => {
    const steps = backedOff()
    while (steps.reading.elapsed_ms <= findFrom_ms) steps.tick(least_N + 5, 0.01)
    expect(100 - steps.reading.gap_mm).toBeLessThan(findFrom_mm)
    expect(told(steps, most_N + rise_N - 1)).toBe(false)
  })

  it('counts none either when the drum has gone and the cable took it up', () => {
    const steps = backedOff()
    while (steps.reading.elapsed_ms <= findFrom_ms) steps.tick(least_N + 5, 0.01)
    while (100 - steps.reading.gap_mm <= findFrom_mm + 0.2) steps.tick(least_N + 5, 0.2)
    // Until the rotor stands.
    for (let i = 0; i < 60; i++) steps.tick(least_N + 5, 0)
    expect(100 - steps.guard.glass_mm).toBeLessThan(moved_mm - 0.2)
    expect(told(steps, most_N + rise_N - 1)).toBe(false)
  })

  it('is met with the speed that the middle of what the back-off tells gives, and no more than the usual', () => {
    const scale = (usual_A: number): number => new GuardSteps(100, 23, () => usual_A, OPENED_A).guard.scale
    const middle_A = STEPS_FRICTION_A + (most_N - less_N / 2) / motor.force_N_A
    expect(scale(12)).toBeCloseTo(middle_A / 12, 9)
    expect(scale(middle_A - 1)).toBe(1)
    expect(scale(25)).toBe(scaleLeast)
  })

  it('is none where a glass began far from any hand: the lower stop leaves the cable slack', () => {
    const from_mm = startsFar_mm + 100
    const steps = backedOff(from_mm)
    steps.scale = 0.35
    while (steps.reading.gap_mm > from_mm - 9) steps.tick(0)
    steps.scale = 1
    while (steps.reading.gap_mm > from_mm - foundFar_mm + 1) expect(steps.tick(most_N + rise_N + 15)).toBe(false)
    expect(steps.guard.found).toBe(false)
  })
})
