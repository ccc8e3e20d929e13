import { describe, expect, it } from 'vitest'
import { missingShares, totalsOf, unreached } from '#sim/fuzz/index.ts'
import { Portion, PORTION } from './portion.ts'

const AT_ONCE = 10
/** Far more than it takes: other work may slow this machine down. */
const PATIENCE_ms = 300_000

describe('random runs under the checkers', () => {
  const portion = new Portion()

  for (let first = 0; first < PORTION.runs; first += AT_ONCE) {
    it(`runs ${first} to ${first + AT_ONCE - 1} of seed ${PORTION.seed}`, { timeout: PATIENCE_ms }, () => portion.next(AT_ONCE))
  }

  it('did every kind of thing, and reached every state that there is to judge', () => {
    const report = portion.report()
    expect(missingShares(report)).toEqual([])
    expect(unreached(totalsOf(report))).toEqual([])
  })
})
