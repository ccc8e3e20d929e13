import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GRANT_RESULT, PORT_STATE } from '#protocol/index.ts'
import { POWER_RULES } from '../rules.ts'
import { IDLE_A, LeaseBench, runs } from '../../testing/index.ts'
import { Lease } from './lease.ts'
import { Schedule } from '../../runtime/index.ts'

describe('what a port asks for and holds', () => {
  it('fits into a request, whatever the driver wishes', () => {
    const rig = new LeaseBench()
    rig.feed.want(60, 80, 60_000, 2)
    rig.pass(10)
    const about_A = expect.closeTo(50.6, 6) as number
    expect(rig.last()).toMatchObject({ run_A: about_A, peak_A: about_A, duration_ms: 25_300 })
    rig.answer({ run_A: 55, peak_A: 60 })
    expect(rig.limit()).toBeCloseTo(50.6, 6)
    expect(rig.feed.granted()).toBe(true)
  })

  it('is the peak that was granted, where that is less than the wish', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 20, 10_000, 2)
    rig.pass(10)
    rig.answer({ peak_A: 14 })
    expect(rig.limit()).toBe(14)
  })

  it('is never less than the idle current, and nothing without a lease', () => {
    const rig = new LeaseBench()
    expect([rig.feed.granted_A(), rig.feed.limit_A(), rig.feed.state()]).toEqual([0, expect.closeTo(IDLE_A, 9), PORT_STATE.on])
    rig.feed.want(0.2, 0.2, 1000, 2)
    rig.pass(10)
    rig.answer()
    expect(rig.limit()).toBeCloseTo(IDLE_A, 9)
    rig.feed.release()
    rig.feed.unplug()
    expect(rig.feed.state()).toBe(PORT_STATE.off)
    rig.feed.want(5, 5, 1000, 2)
    rig.pass(10)
    expect(rig.requests().length).toBe(1)
  })

  it('is the least of peak, run current and the driver\'s bound, at any time', () => {
    const steps = fc.array(fc.record({
      bound_A: fc.oneof(fc.double({ min: 0, max: 30, noNaN: true }), fc.constant(Infinity)),
      wait_ms: fc.integer({ min: 0, max: 30 }).map(n => n * 10),
    }), { maxLength: 12 })
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), steps, (run_A, more_A, bounds) => {
      const rig = new LeaseBench()
      rig.feed.want(run_A, run_A + more_A, 10_000, 2)
      rig.pass(10)
      rig.answer()
      const granted_ms = rig.hal.now()
      for (const { bound_A, wait_ms } of bounds) {
        rig.feed.bound(bound_A)
        rig.pass(wait_ms)
        if (!rig.feed.granted()) break
        const at_ms = rig.hal.now() - granted_ms
        // Near the end of the peak the clock's step decides.
        const allowed_A = at_ms < POWER_RULES.peak_ms - 10 ? run_A + more_A : at_ms > POWER_RULES.peak_ms + 10 ? run_A : NaN
        if (isNaN(allowed_A)) continue
        expect(rig.limit()).toBeCloseTo(Math.min(allowed_A, bound_A), 9)
        expect(rig.feed.limit_A()).toBe(rig.limit())
      }
    }), { seed: 31, numRuns: runs(60) })
  })

  it('of a lease alone: nothing before a grant, the run current once the peak is over', () => {
    const rig = new LeaseBench()
    const schedule = new Schedule(rig.hal, rig.counters)
    const lease = new Lease(rig.power, 2, schedule, rig.counters, () => undefined)
    expect([lease.draws(), lease.covers(), lease.limit_A(), lease.runLimit_A(), lease.refused]).toEqual([false, false, 0, 0, false])
    lease.want(9, 20, 10_000, 2, false)
    rig.pass(10)
    const { sequence } = rig.last()
    // A peak that is none, and a lease longer than the rules allow.
    lease.answer({ port: 2, sequence, run_A: 9, peak_A: 9, lease_ms: 60_000, result: GRANT_RESULT.granted })
    expect([lease.draws(), lease.covers(), lease.limit_A(), lease.runLimit_A()]).toEqual([true, true, 9, 9])
    lease.release()
    expect([lease.draws(), lease.limit_A()]).toEqual([false, 0])
  })
})

describe('a port that draws more than its lease allows, whatever its eFuse does', () => {
  const look_ms = 100
  const most_A = (allowed_A: number): number => allowed_A * (1 + POWER_RULES.excessFraction) + POWER_RULES.excess_A
  /** A look comes every 100 ms, the first one after at most as much. */
  const cutBy_ms = POWER_RULES.excess_ms + 2 * look_ms

  it('is cut, says that it tripped, and comes back', () => {
    const rig = new LeaseBench()
    rig.grant(9)
    rig.hal.sockets[0]!.drawn_A = most_A(9) + 0.1
    rig.pass(POWER_RULES.excess_ms - look_ms)
    expect([rig.feed.state(), rig.hal.sockets[0]!.powered]).toEqual([PORT_STATE.limiting, true])
    rig.pass(cutBy_ms)
    expect([rig.feed.state(), rig.hal.sockets[0]!.powered, rig.feed.granted()]).toEqual([PORT_STATE.tripped, false, false])
    expect(rig.counters).toMatchObject({ portsCut: 1, trips: 1 })
    expect(rig.releases().length).toBe(1)
    rig.hal.sockets[0]!.drawn_A = 0
    rig.pass(6000)
    expect([rig.feed.state(), rig.hal.sockets[0]!.powered]).toEqual([PORT_STATE.on, true])
  })

  it('may draw that much with the margin of eFuse and sensor, and more for a moment', () => {
    const rig = new LeaseBench()
    rig.grant(9)
    rig.hal.sockets[0]!.drawn_A = most_A(9)
    rig.pass(800)
    rig.hal.sockets[0]!.drawn_A = 20
    rig.pass(POWER_RULES.excess_ms - look_ms)
    rig.hal.sockets[0]!.drawn_A = 0
    rig.pass(2 * look_ms)
    rig.hal.sockets[0]!.drawn_A = 20
    rig.pass(POWER_RULES.excess_ms - look_ms)
    rig.hal.sockets[0]!.drawn_A = 0
    rig.pass(2 * look_ms)
    expect([rig.counters.portsCut, rig.feed.granted()]).toEqual([0, true])
  })

  it('may draw its peak while that is granted, and not after it', () => {
    const rig = new LeaseBench()
    rig.grant(9, 20)
    rig.hal.sockets[0]!.drawn_A = 20
    rig.pass(POWER_RULES.peak_ms - 10)
    expect(rig.counters.portsCut).toBe(0)
    rig.pass(10 + cutBy_ms)
    expect(rig.counters.portsCut).toBe(1)
  })

  it('is cut without a lease, too, beyond its idle current', () => {
    const rig = new LeaseBench()
    rig.hal.sockets[0]!.drawn_A = most_A(IDLE_A) + 0.1
    rig.pass(1000 + cutBy_ms)
    expect([rig.feed.state(), rig.counters.portsCut]).toEqual([PORT_STATE.tripped, 1])
    rig.feed.unplug()
    expect(rig.feed.state()).toBe(PORT_STATE.off)
  })
})
