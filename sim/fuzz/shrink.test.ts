import { describe, expect, it } from 'vitest'
import type { Verdict } from '../checkers/index.ts'
import type { KindName } from './kinds.ts'
import type { FuzzEvent, Script } from './script.ts'
import { kindOf, type Runner, shrink } from './shrink.ts'

const event = (at_ms: number, kind: KindName, for_ms = 0): FuzzEvent => ({ at_ms, kind, for_ms, with: {} })
const verdict = (t_ms: number, what = 'FL.window presses', checker = 'force'): Verdict => ({ checker, t_ns: t_ms * 1e6, what, numbers: {} })

/** 60 events, of which two matter: a start at 400 ms that lasts at least 50 ms, and a dominant bus at 500 ms. */
const HAYSTACK: Script = {
  seed: 1, for_ms: 30_000,
  events: [...Array.from({ length: 58 }, (_, i) => event(10 * i, 'noise', 1000)), event(400, 'crank', 3000), event(500, 'dominant', 700)]
    .sort((a, b) => a.at_ms - b.at_ms),
}
const fire: Runner = ({ events, for_ms }) => {
  const start = events.find(({ kind }) => kind === 'crank')
  const burns = start !== undefined && start.for_ms >= 50 && for_ms > 600 && events.some(({ kind }) => kind === 'dominant')
  return { verdicts: burns ? [verdict(600)] : [] }
}

describe('shrinking', () => {
  it('leaves what it takes, no longer than it takes, and ends when the checker speaks', async () => {
    const { script, runs } = await shrink(HAYSTACK, verdict(600), fire)
    expect(script.events.map(({ kind, at_ms }) => [kind, at_ms])).toEqual([['crank', 400], ['dominant', 500]])
    expect(script.events[0]!.for_ms).toBeGreaterThanOrEqual(50)
    expect(script.events[0]!.for_ms).toBeLessThan(100)
    expect(script.events[1]!.for_ms).toBeLessThan(10)
    expect(script.for_ms).toBe(601)
    expect(runs).toBeLessThan(150)
    expect(fire(script).verdicts.length).toBe(1)
  })

  it('does not slip to another failure', async () => {
    const other: Runner = script => script.events.some(({ kind }) => kind === 'crank') ? fire(script) : { verdicts: [verdict(5, 'DASH crashed', 'health')] }
    const { script, verdict: kept } = await shrink(HAYSTACK, verdict(600), other)
    expect(kept.checker).toBe('force')
    expect(script.events.map(({ kind }) => kind)).toEqual(['crank', 'dominant'])
  })

  it('keeps a script that fails only as a whole', async () => {
    const whole: Runner = script => ({ verdicts: script.events.length === HAYSTACK.events.length ? [verdict(29_999)] : [] })
    expect((await shrink(HAYSTACK, verdict(29_999), whole)).script.events).toHaveLength(60)
  })

  it('stops when told, with the best so far', async () => {
    let left = 5
    const { script, runs } = await shrink(HAYSTACK, verdict(600), fire, () => Promise.resolve(left-- > 0))
    expect(runs).toBe(5)
    expect(fire(script).verdicts.length).toBe(1)
  })

  it('takes verdicts that differ in places only for one', () => {
    expect(kindOf(verdict(1, 'FL.window presses on what is in its way'))).toBe(kindOf(verdict(2, 'RR.window presses on what is in its way')))
    expect(kindOf(verdict(1, 'DASH granted FL.0 more than it asked for'))).toBe(kindOf(verdict(1, 'TRUNK granted RR.3 more than it asked for')))
    expect(kindOf(verdict(1))).not.toBe(kindOf(verdict(1, 'FL.window moves')))
    expect(kindOf(verdict(1))).not.toBe(kindOf(verdict(1, 'FL.window presses', 'motion')))
  })
})
