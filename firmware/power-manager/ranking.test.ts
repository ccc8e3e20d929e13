import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createContract } from './contract.ts'
import type { Contract } from './contract.ts'
import { evictionRank, Ranking, wishRank } from './ranking.ts'
import { PRIORITY } from './rules.ts'

const contracts = Array.from({ length: 8 }, (_, index) => createContract(index, 0, index))
const { safety, access, comfort, idle } = PRIORITY

/** Who is in it, read from its first on. */
function read(ranking: Ranking): Contract[] {
  const all: Contract[] = []
  for (let place = ranking.first; place !== undefined; place = place.after) all.push(place.contract)
  return all
}

describe('a ranking', () => {
  it('has the lowest rank first, and of equals who came first, whoever comes and goes', () => {
    const step = fc.record({ index: fc.nat(7), rank: fc.integer({ min: -2, max: 2 }) })
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ranking = new Ranking(contracts)
      let model: { contract: Contract, rank: number }[] = []
      for (const { index, rank } of steps) {
        const contract = contracts[index]!
        const at = model.findIndex(one => one.contract === contract)
        if (at < 0) {
          ranking.insert(contract, rank)
          model = [...model.filter(one => one.rank <= rank), { contract: contract, rank }, ...model.filter(one => one.rank > rank)]
        } else {
          expect(ranking.remove(contract)?.contract).toBe(model[at + 1]?.contract)
          model.splice(at, 1)
        }
        expect(read(ranking)).toEqual(model.map(one => one.contract))
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
