import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseShard, runsOf, shardFrom, WHOLE, withoutCount } from './shards.ts'

describe('the share of a job', () => {
  it.each([
    ['2/5', {}, { index: 1, count: 5 }],
    [' 1/1 ', {}, { index: 0, count: 1 }],
    ['auto/8', { JOB_COMPLETION_INDEX: '3' }, { index: 3, count: 8 }],
    ['auto/8', { CI_NODE_INDEX: '3' }, { index: 2, count: 8 }],
    ['4/8', { JOB_COMPLETION_INDEX: '0' }, { index: 3, count: 8 }],
  ])('--shard %s with %j', (text, environment, shard) => {
    expect(parseShard(text, environment)).toEqual(shard)
  })

  it.each([
    [{}, WHOLE],
    [{ CI_NODE_INDEX: '1', CI_NODE_TOTAL: '4' }, { index: 0, count: 4 }],
    [{ CI_NODE_INDEX: '4', CI_NODE_TOTAL: '4' }, { index: 3, count: 4 }],
    [{ CIRCLE_NODE_INDEX: '0', CIRCLE_NODE_TOTAL: '3' }, { index: 0, count: 3 }],
    [{ BUILDKITE_PARALLEL_JOB: '2', BUILDKITE_PARALLEL_JOB_COUNT: '3' }, { index: 2, count: 3 }],
    [{ SYSTEM_JOBPOSITIONINPHASE: '1', SYSTEM_TOTALJOBSINPHASE: '2' }, { index: 0, count: 2 }],
    [{ AWS_BATCH_JOB_ARRAY_INDEX: '7', AWS_BATCH_JOB_ARRAY_SIZE: '9' }, { index: 7, count: 9 }],
    [{ SLURM_ARRAY_TASK_ID: '12', SLURM_ARRAY_TASK_MIN: '10', SLURM_ARRAY_TASK_COUNT: '5' }, { index: 2, count: 5 }],
    [{ JOB_COMPLETION_INDEX: '3' }, WHOLE],
    [{ CI_NODE_INDEX: '', CI_NODE_TOTAL: '' }, WHOLE],
  ])('of a scheduler that sets %j', (environment, shard) => {
    expect(shardFrom(environment)).toEqual(shard)
  })

  it('an index without a count is named', () => {
    expect(withoutCount({ JOB_COMPLETION_INDEX: '3' })).toBe('JOB_COMPLETION_INDEX=3')
    expect(withoutCount({ CI_NODE_INDEX: '3', CI_NODE_TOTAL: '4' })).toBeUndefined()
    expect(withoutCount({})).toBeUndefined()
  })

  it.each([
    ['5', '"5" is no share'], ['0/5', '0/5: there is no share 0 of 5'], ['6/5', 'there is no share 6 of 5'], ['1/0', 'there cannot be 0 shares'],
    ['-1/5', 'is no share'], ['auto/4', 'needs an index in one of JOB_COMPLETION_INDEX'], ['1/1000000', 'there cannot be'],
  ])('--shard %s is refused', (text, message) => {
    expect(() => parseShard(text, {})).toThrow(message)
  })

  it.each([
    [{ CI_NODE_INDEX: '5', CI_NODE_TOTAL: '4' }, 'CI_NODE_INDEX=5, CI_NODE_TOTAL=4: there is no share 5 of 4'],
    [{ CI_NODE_INDEX: '0', CI_NODE_TOTAL: '4' }, 'there is no share 0 of 4'],
    [{ CI_NODE_INDEX: 'two', CI_NODE_TOTAL: '4' }, 'CI_NODE_INDEX=two'],
    [{ CI_NODE_INDEX: '1', CI_NODE_TOTAL: 'many' }, 'there cannot be NaN shares'],
  ])('%j contradicts itself', (environment, message) => {
    expect(() => shardFrom(environment)).toThrow(message)
  })

  it('shares have every run once', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 300 }), (count, runs) => {
      const seen: number[] = []
      for (let index = 0; index < count; index++) {
        for (let i = 0; i < runsOf({ index, count }, runs); i++) seen.push(index + i * count)
      }
      return seen.length === runs && seen.sort((a, b) => a - b).every((run, i) => run === i)
    }), { seed: 1 })
  })
})
