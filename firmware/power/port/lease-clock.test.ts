import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GRANT_RESULT, PowerGrantCodec } from '#protocol/index.ts'
import { Allocator } from '../allocator/index.ts'
import { POWER_RULES } from '../rules.ts'
import { DASH, IDLE_A, LeaseBench, linePlan, runs } from '../../testing/index.ts'

const { deferred, refused, revoked } = GRANT_RESULT

describe('the end of a lease', () => {
  it('is 2 s after the request, to the millisecond, however late the grant came', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(40)
    rig.answer()
    rig.pass(POWER_RULES.lease_ms - 41)
    expect(rig.feed.granted()).toBe(true)
    expect(rig.limit()).toBe(9)
    rig.pass(1)
    expect(rig.feed.granted()).toBe(false)
    expect(rig.limit()).toBeCloseTo(IDLE_A, 9)
    expect(rig.counters.leasesExpired).toBe(1)
  })

  it('comes before the manager\'s, by the guard at least, however long both messages were on their way', () => {
    const delay_ms = fc.integer({ min: 0, max: PowerGrantCodec.lifetime_ms })
    fc.assert(fc.property(delay_ms, delay_ms, fc.integer({ min: 1, max: 20 }), (asking_ms, granting_ms, run_A) => {
      const manager = new Allocator(linePlan())
      const rig = new LeaseBench()
      rig.pass(5)
      const from_ms = rig.hal.now()
      rig.feed.want(run_A, run_A, 10_000, 2)
      rig.pass(1)
      const { sequence, priority } = rig.last()
      manager.request(from_ms + asking_ms, 0, 0, sequence, run_A, run_A, priority)
      const account = manager.next(from_ms + asking_ms)!
      rig.pass(asking_ms + granting_ms)
      // Whether it is taken or came too late: at the manager's end, less the guard, the port has let go.
      rig.answer({ sequence })
      rig.pass(account.end_ms - POWER_RULES.guard_ms - rig.hal.now())
      expect(rig.feed.granted()).toBe(false)
      expect(rig.limit()).toBeCloseTo(IDLE_A, 9)
    }), { seed: 5, numRuns: runs(60) })
  })

  it('may lie before the grant: then it is none', () => {
    for (const [at_ms, taken] of [[29, true], [30, false], [31, false]] as const) {
      const rig = new LeaseBench()
      rig.feed.want(9, 9, 10_000, 2)
      rig.pass(at_ms)
      rig.answer({ lease_ms: 30 })
      expect([rig.feed.granted(), rig.counters.grantsTaken, rig.counters.grantsStale]).toEqual(taken ? [true, 1, 0] : [false, 0, 1])
    }
  })

  it('has to be told, and a current: a grant without either is none', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(10)
    for (const values of [{ lease_ms: NaN }, { run_A: NaN }, { run_A: 0 }]) rig.answer(values)
    expect(rig.feed.granted()).toBe(false)
    expect(rig.counters).toMatchObject({ grantsTaken: 0, grantsStale: 3 })
  })
})

describe('the peak of a lease', () => {
  it('lasts 400 ms from the grant, to the millisecond', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 20, 10_000, 2)
    rig.pass(30)
    rig.answer()
    rig.pass(POWER_RULES.peak_ms - 1)
    expect(rig.limit()).toBe(20)
    rig.pass(1)
    expect(rig.limit()).toBe(9)
  })

  it('goes on when the lease is renewed meanwhile, and is not asked for again', () => {
    const rig = new LeaseBench()
    const from_ms = rig.hal.now()
    rig.feed.want(9, 20, 10_000, 2)
    rig.pass(10)
    rig.answer({ lease_ms: 500 })
    rig.pass(280)
    expect(rig.requestTimes(from_ms)).toEqual([0, 250])
    expect(rig.last()).toMatchObject({ run_A: 9, peak_A: 9 })
    expect(rig.limit()).toBe(20)
    rig.answer()
    expect(rig.counters.grantsTaken).toBe(2)
    rig.pass(119)
    expect(rig.limit()).toBe(20)
    rig.pass(1)
    expect(rig.limit()).toBe(9)
    expect(rig.told).toEqual(['0 granted'])
  })

  it('ends with the lease', () => {
    const rig = new LeaseBench()
    rig.grant(9, 20)
    rig.feed.release()
    expect(rig.limit()).toBeCloseTo(IDLE_A, 9)
    rig.feed.want(9, 20, 10_000, 2)
    rig.pass(10)
    rig.answer({ peak_A: 9 })
    expect(rig.limit()).toBe(9)
  })

  it('is no higher than a lower wish that comes meanwhile', () => {
    const rig = new LeaseBench()
    rig.grant(9, 20)
    rig.feed.want(4, 12, 10_000, 2)
    expect(rig.limit()).toBe(12)
    expect(rig.feed.granted()).toBe(true)
    expect(rig.feed.granted_A()).toBe(4)
    rig.pass(1)
    expect(rig.last()).toMatchObject({ run_A: 4, peak_A: 12 })
    rig.pass(POWER_RULES.peak_ms)
    expect(rig.limit()).toBe(4)
  })
})

describe('a port asks', () => {
  it('anew for another current, peak, priority or use of the share, and not for another duration', () => {
    const rig = new LeaseBench()
    const wish = (run_A: number, peak_A: number, duration_ms: number, priority: number, shareable = false): number => {
      const before = rig.counters.powerRequests
      rig.feed.want(run_A, peak_A, duration_ms, priority, shareable)
      rig.pass(0)
      return rig.counters.powerRequests - before
    }
    expect(wish(9, 20, 10_000, 2)).toBe(1)
    expect(wish(9, 20, 10_000, 2)).toBe(0)
    expect(wish(8, 20, 10_000, 2)).toBe(1)
    expect(wish(8, 18, 10_000, 2)).toBe(1)
    expect(wish(8, 18, 10_000, 3)).toBe(1)
    expect(wish(8, 18, 10_000, 3, true)).toBe(1)
    expect(wish(8, 18, 3000, 3, true)).toBe(0)
    rig.pass(60)
    expect(rig.last()).toMatchObject({ run_A: 8, peak_A: 18, duration_ms: 3000, priority: 3 })
  })

  it('for its run current again when a peak below it is wished', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 3, 10_000, 2)
    rig.pass(1)
    expect(rig.last()).toMatchObject({ run_A: 9, peak_A: 9 })
  })

  it('500 ms after a grant of a part, keeps the part, and renews at half time once it has all', () => {
    const rig = new LeaseBench()
    const from_ms = rig.hal.now()
    rig.feed.want(9, 20, 10_000, 2)
    rig.pass(10)
    rig.answer({ run_A: 5, peak_A: 5 })
    expect([rig.feed.granted(), rig.limit()]).toEqual([false, 5])
    rig.pass(510)
    expect(rig.requestTimes(from_ms)).toEqual([0, 510])
    expect(rig.last()).toMatchObject({ run_A: 9, peak_A: 20 })
    rig.answer({ lease_ms: 1000 })
    expect([rig.feed.granted(), rig.limit()]).toEqual([true, 20])
    rig.pass(500)
    expect(rig.requestTimes(from_ms)).toEqual([0, 510, 1010])
  })

  it('500 ms after a revocation, whatever its driver wishes again meanwhile', () => {
    const rig = new LeaseBench()
    const from_ms = rig.hal.now()
    rig.grant(9)
    rig.pass(99)
    rig.answer({ result: revoked })
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(520)
    expect(rig.requestTimes(from_ms)).toEqual([0, 600])
    expect(rig.counters).toMatchObject({ leasesRevoked: 1, powerRequests: 2, powerRepeats: 0 })
  })

  it('less often after a deferral: at 500 ms, and never with shorter pauses than it had', () => {
    const rig = new LeaseBench()
    const from_ms = rig.hal.now()
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(10)
    rig.answer({ result: deferred })
    rig.pass(2000)
    expect(rig.requestTimes(from_ms)).toEqual([0, 510, 610, 810, 1210, 1710])
  })

  it('at once, with short pauses, for a new wish', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(900)
    const from_ms = rig.hal.now()
    rig.feed.want(8, 8, 10_000, 2)
    rig.pass(60)
    expect(rig.requestTimes(from_ms)).toEqual([0, 50])
  })

  it('with short pauses again after a grant that ran out', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(800)
    rig.answer()
    const from_ms = rig.hal.now()
    rig.pass(1150)
    // Sent at 750 ms, so renewed at 1750 ms.
    expect(rig.requestTimes(from_ms)).toEqual([950, 1000, 1100])
  })

  it('and counts what it asks, repeats and renews', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(0)
    expect(rig.counters).toMatchObject({ powerRequests: 1, powerRepeats: 0 })
    rig.pass(51)
    expect(rig.counters).toMatchObject({ powerRequests: 2, powerRepeats: 1 })
    rig.answer()
    rig.pass(1040)
    expect(rig.counters).toMatchObject({ powerRequests: 3, powerRepeats: 2, grantsTaken: 1 })
    rig.answer()
    expect(rig.counters.grantsTaken).toBe(2)
  })

  it('nothing any more once it gave back, and takes no answer to what it asked before', () => {
    const rig = new LeaseBench()
    rig.feed.release()
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(10)
    rig.feed.release()
    rig.pass(3000)
    rig.answer()
    expect(rig.requests().length).toBe(1)
    expect(rig.releases().length).toBe(1)
    expect([rig.told, rig.counters.grantsStale]).toEqual([[], 1])
  })

  it('under a name that a failing test can print', () => {
    const rig = new LeaseBench()
    rig.other.want(9, 9, 10_000, 2)
    expect(rig.schedule.pending()).toContain('port 1 lease')
  })
})

describe('an answer', () => {
  it('to a port that never asked is nobody\'s', () => {
    const rig = new LeaseBench()
    rig.power.heardGrant({ port: 0, sequence: rig.power.firstSequence, run_A: 9, peak_A: 9, lease_ms: 2000, result: 0 }, DASH)
    expect(rig.counters).toMatchObject({ grantsTaken: 0, grantsStale: 1 })
  })

  it('that refuses is taken back by one that defers, and by one that grants', () => {
    for (const next of [{ result: deferred }, {}]) {
      const rig = new LeaseBench()
      rig.feed.want(40, 40, 10_000, 2)
      rig.pass(10)
      rig.answer({ result: refused })
      rig.answer(next)
      expect(rig.told.slice(0, 2)).toEqual(['0 refused', '0 no longer refused'])
    }
  })

  it('that refuses counts for its wish alone', () => {
    const rig = new LeaseBench()
    for (const run_A of [40, 41]) {
      rig.feed.want(run_A, run_A, 10_000, 2)
      rig.pass(10)
      rig.answer({ result: refused })
    }
    rig.feed.release()
    rig.feed.want(40, 40, 10_000, 2)
    expect(rig.told).toEqual(['0 refused', '0 no longer refused', '0 refused', '0 no longer refused'])
  })

  it('that revokes what a port only waits for is confirmed, and asked again after 500 ms', () => {
    const rig = new LeaseBench()
    const from_ms = rig.hal.now()
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(10)
    rig.answer({ result: revoked })
    rig.pass(510)
    expect(rig.releases()).toEqual([{ port: 0, sequence: 4 }])
    expect(rig.requestTimes(from_ms)).toEqual([0, 510])
    expect(rig.told).toEqual([])
  })
})
