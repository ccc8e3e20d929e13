import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAccount } from './account.ts'
import type { Account } from './account.ts'
import { evictionRank, Ranking, wishRank } from './ranking.ts'
import { PRIORITY } from '../rules.ts'

const accounts = Array.from({ length: 8 }, (_, index) => createAccount(index, 0, index))
const { safety, access, comfort, idle } = PRIORITY

/** Who is in it, read from its first on. */
function read(ranking: Ranking): Account[] {
  const all: Account[] = []
  for (let place = ranking.first; place !== undefined; place = place.after) all.push(place.account)
  return all
}

describe('a ranking', () => {
  it('has the lowest rank first, and of equals who came first, whoever comes and goes', () => {
    const step = fc.record({ index: fc.nat(7), rank: fc.integer({ min: -2, max: 2 }) })
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ranking = new Ranking(accounts)
      let model: { account: Account, rank: number }[] = []
      for (const { index, rank } of steps) {
        const account = accounts[index]!
        const at = model.findIndex(one => one.account === account)
        if (at < 0) {
          ranking.insert(account, rank)
          model = [...model.filter(one => one.rank <= rank), { account: account, rank }, ...model.filter(one => one.rank > rank)]
        } else {
          expect(ranking.remove(account)?.account).toBe(model[at + 1]?.account)
          model.splice(at, 1)
        }
        expect(read(ranking)).toEqual(model.map(one => one.account))
        if (ranking.first !== undefined) expect(ranking.first.rank).toBe(model[0]!.rank)
      }
    }), { numRuns: 200, seed: 31 })
  })

  it('ranks wishes by importance, then by age', () => {
    const ranks = [wishRank(safety, 1e9), wishRank(access, 0), wishRank(access, 1), wishRank(comfort, 0), wishRank(idle, 0)]
    expect(ranks).toEqual(ranks.toSorted((one, other) => one - other))
    expect(new Set(ranks).size).toBe(ranks.length)
  })

  it('ranks leases to be taken away by unimportance, then by age', () => {
    const ranks = [
      evictionRank(idle, 0), evictionRank(idle, 1e9), evictionRank(comfort, 0), evictionRank(comfort, 1), evictionRank(safety, 0),
    ]
    expect(ranks).toEqual(ranks.toSorted((one, other) => one - other))
    expect(new Set(ranks).size).toBe(ranks.length)
  })
})
