import { describe, expect, it } from 'vitest'
import { LEARNED, LearningRun, plausible } from './learning.ts'

const NOMINAL = 1000

/** A run that has found its lower end at 5000. */
function upward(): LearningRun {
  const run = new LearningRun(NOMINAL)
  run.begin()
  expect(run.stands(5000)).toBe(LEARNED.lowerEnd)
  return run
}

describe('a learning run', () => {
  it('goes down first, then up', () => {
    const run = new LearningRun(NOMINAL)
    expect(run.direction).toBe(1)
    expect(run.stands(5000)).toBe(LEARNED.lowerEnd)
    expect([run.direction, run.lowCount]).toEqual([-1, 5000])
    run.begin()
    expect(run.direction).toBe(1)
  })

  it('finds the travel, within 7 % of the descriptor\'s', () => {
    for (const [travel_pulses, learned] of [
      [930, LEARNED.done], [1000, LEARNED.done], [1070, LEARNED.done], [929, LEARNED.failed], [1071, LEARNED.failed], [3, LEARNED.failed],
    ] as const) {
      const run = upward()
      expect(run.stands(5000 - travel_pulses), `${travel_pulses}`).toBe(learned)
      expect(run.travel_pulses).toBe(travel_pulses)
    }
  })

  it('knows the gap by the descriptor\'s travel, and where no end can be any more', () => {
    const run = upward()
    expect([run.gap_pulses(5000), run.gap_pulses(4100), run.gap_pulses(3990)]).toEqual([1000, 100, -10])
    expect([run.astray(5000), run.astray(3930), run.astray(3929)]).toEqual([false, false, true])
  })

  it('is nowhere astray on its way down: the counter may begin anywhere', () => {
    const run = upward()
    run.begin()
    expect([run.astray(-9000), run.astray(9000)]).toEqual([false, false])
  })

  it('compares the travel with the descriptor\'s', () => {
    for (const [travel_pulses, same] of [[996, true], [995, false], [1004, true], [1005, false]] as const) {
      const run = upward()
      run.stands(5000 - travel_pulses)
      expect(run.asDescribed(4), `${travel_pulses}`).toBe(same)
    }
  })
})

describe('a travel from the memory', () => {
  it('is that of the component within 7 %', () => {
    expect([929, 930, 1070, 1071, NaN].map(travel_pulses => plausible(travel_pulses, NOMINAL))).toEqual([false, true, true, false, false])
  })
})
