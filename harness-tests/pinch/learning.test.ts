import { describe, expect, it } from 'vitest'
import { byLaw, type CaseValues, closeCase, drawCase, LIMIT_N, nominalCase, objectOf, pressCase, SITUATIONS, tellCase } from '#sim/pinch/index.ts'

/** Drawn after the law of the learning run was made. */
const SEED = 1796081100
const drawn = (count: number): CaseValues[] => Array.from({ length: count }, (_, number) => drawCase(SEED, number))
const SOFT = { rod: 0, learned: 0 }

describe('a learning run, judged at random', () => {
  it('presses what is in its way as little as a closing does, and opens again', () => {
    const lawful = drawn(200).filter(values => byLaw(objectOf(values).kind))
    const pressed = lawful.map(values => ({ values, result: pressCase(values, 'learning') }))
    const tooHard = pressed.filter(({ result }) => result.peak_N >= LIMIT_N)
    expect(tooHard.map(({ values, result }) => `${result.peak_N} N: ${tellCase(values)}`)).toEqual([])
    expect(pressed.filter(({ result }) => !result.reopened).map(({ values }) => tellCase(values))).toEqual([])
  })

  it('takes nothing for the end that is soft and stands further from it than 20 mm, nor what is stiff beyond 10', () => {
    const met = drawn(400).filter((values) => {
      const { stiffness_N_mm, opening_mm } = objectOf(values)
      return opening_mm > (stiffness_N_mm > 20 ? 10 : 20)
    })
    for (const values of met.slice(0, 150)) expect(pressCase(values, 'learning').end, tellCase(values)).not.toBe('closed')
  })

  it('finds the end within 3 mm on a calm day, whatever the unit is, and turns round before it in few', () => {
    const found = drawn(150).map(values => closeCase(SITUATIONS.calm({ ...values, learned: 0 }), 'learning'))
    expect(found.filter(({ end }) => end !== 'closed').length).toBeLessThan(6)
    for (const { off_mm } of found.filter(({ end }) => end === 'closed')) expect(Math.abs(off_mm)).toBeLessThan(3)
  })

  it('finds it where an opening has wound up the cable at its lower stop, with the heaviest rotor and the lightest', () => {
    for (const inertia of [0.83, 2.5]) {
      const { end, off_mm } = closeCase(nominalCase({ inertia, learned: 0 }), 'learning')
      expect([end, Math.abs(off_mm) < 1.5], `${inertia}: ${off_mm} mm`).toEqual(['closed', true])
    }
  })

  it.each([4, 8, 12, 16, 22, 30, 60, 120, 190])('meets a soft hand at %d mm: below 60 N, and it is no end unless the glass came to it', (opening_mm) => {
    const values = nominalCase({ ...SOFT, place: (opening_mm - 4) / 196, above_mm: 250 })
    const { peak_N, end, off_mm } = pressCase(values, 'learning')
    expect(peak_N).toBeLessThan(60)
    if (end === 'closed') expect(Math.abs(off_mm)).toBeLessThan(3)
    else expect(end).toBe('reversed')
  })
})
