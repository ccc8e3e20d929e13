import { describe, expect, it } from 'vitest'
import { GRANT_RESULT, MANAGER_STATE, PowerShedCodec, SHED_REASON } from '#protocol/index.ts'
import { POWER_RULES } from '../rules.ts'
import { DASH, FakeHal, IDLE_A, LeaseBench, SHARE_A, TRUNK } from '../../testing/index.ts'
import { createCounters, Schedule } from '../../runtime/index.ts'
import { ORPHANED_ms } from '../hub/index.ts'
import { REFUSED_ms } from './lease.ts'
import { PortFeed } from './feed.ts'

describe('a port', () => {
  it('draws no more than its idle current until it is granted more', () => {
    const rig = new LeaseBench()
    rig.feed.want(8.95, 19.99, 10_000, 2)
    rig.pass(10)
    expect(rig.last()).toMatchObject({ port: 0, sequence: 4, run_A: 9, peak_A: 20, duration_ms: 10_000, priority: 2 })
    expect(rig.limit()).toBeCloseTo(IDLE_A, 9)
    expect(rig.feed.granted()).toBe(false)
    rig.answer()
    expect(rig.feed.granted()).toBe(true)
    expect(rig.told).toEqual(['0 granted'])
    expect(rig.feed.granted_A()).toBe(9)
  })

  it('may draw its peak for 400 ms, then its run current', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 20, 10_000, 2)
    rig.pass(10)
    rig.answer()
    expect(rig.limit()).toBe(20)
    rig.pass(390)
    expect(rig.limit()).toBe(20)
    rig.pass(20)
    expect(rig.limit()).toBe(9)
    expect(rig.told).toEqual(['0 granted'])
  })

  it('takes no more than it asked for, and no longer than a lease', () => {
    const rig = new LeaseBench()
    rig.feed.want(5, 6, 10_000, 2)
    rig.pass(10)
    rig.answer({ run_A: 40, peak_A: 50, lease_ms: 12_000 })
    expect(rig.limit()).toBe(6)
    rig.managed = false
    rig.pass(2100)
    expect(rig.told).toEqual(['0 granted', '0 gone'])
  })

  it('repeats a request that nobody answers, less and less often', () => {
    const rig = new LeaseBench()
    const from_ms = rig.hal.now()
    rig.feed.want(5, 5, 1000, 1)
    rig.pass(2000)
    const times = rig.requestTimes(from_ms)
    expect(times.slice(0, 6)).toEqual([0, 50, 150, 350, 750, 1250])
    expect(rig.requests().map(request => request.sequence)).toEqual([4, 5, 6, 7, 8, 9, 10])
    // An answer to one of the former requests comes too late: its lease began then.
    rig.answer({ sequence: 6 })
    expect(rig.feed.granted()).toBe(false)
    expect(rig.counters.grantsStale).toBe(1)
  })

  it('renews its lease at half time, counted from its request, and lets go before the manager does', () => {
    const rig = new LeaseBench()
    const from_ms = rig.hal.now()
    rig.feed.want(9, 20, 10_000, 2)
    rig.pass(100)
    rig.answer()
    rig.pass(960)
    expect(rig.requestTimes(from_ms)).toEqual([0, 50, 1050])
    expect(rig.last()).toMatchObject({ run_A: 9, peak_A: 9 })
    rig.pass(980)
    // Counted from the request at 50 ms.
    expect(rig.feed.granted()).toBe(true)
    rig.pass(20)
    expect(rig.feed.granted()).toBe(false)
    expect(rig.limit()).toBeCloseTo(IDLE_A, 9)
    expect(rig.counters.leasesExpired).toBe(1)
    // It goes on wishing, for its peak too.
    rig.pass(500)
    expect(rig.last()).toMatchObject({ run_A: 9, peak_A: 20 })
    rig.answer()
    expect(rig.told).toEqual(['0 granted', '0 gone', '0 granted'])
  })

  it('gives back what it does not need any more', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(10)
    rig.answer()
    rig.feed.release()
    rig.pass(10)
    expect(rig.releases()).toEqual([{ port: 0, sequence: rig.last().sequence }])
    expect(rig.limit()).toBeCloseTo(IDLE_A, 9)
    rig.pass(3000)
    expect(rig.requests().length).toBe(1)
    rig.answer()
    expect(rig.feed.granted()).toBe(false)
    rig.feed.release()
    expect(rig.releases().length).toBe(1)
  })

  it('that wants more keeps what it has until it gets it', () => {
    const rig = new LeaseBench()
    rig.feed.want(4, 4, 10_000, 1)
    rig.pass(10)
    rig.answer()
    rig.feed.want(8, 8, 10_000, 1)
    expect(rig.feed.granted()).toBe(false)
    expect(rig.limit()).toBe(4)
    rig.pass(10)
    rig.answer({ run_A: 4, peak_A: 4 })
    expect(rig.feed.granted()).toBe(false)
    expect(rig.limit()).toBe(4)
    rig.answer()
    expect(rig.feed.granted()).toBe(true)
    expect(rig.limit()).toBe(8)
    expect(rig.told).toEqual(['0 granted', '0 granted'])
    // Less takes effect before the manager hears of it.
    rig.feed.want(2, 2, 10_000, 1)
    expect(rig.limit()).toBe(2)
    expect(rig.feed.granted()).toBe(true)
  })

  it('keeps its current when a comfort turns into safety', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 20, 10_000, 2)
    rig.pass(500)
    rig.answer()
    rig.feed.want(9, 20, 10_000, 0)
    expect(rig.feed.granted()).toBe(true)
    rig.pass(10)
    expect(rig.last()).toMatchObject({ priority: 0, peak_A: 20 })
    expect(rig.told).toEqual(['0 granted'])
  })

  it('asks once for the same', () => {
    const rig = new LeaseBench()
    for (let i = 0; i < 5; i++) rig.feed.want(9, 20, 10_000, 2)
    rig.pass(10)
    expect(rig.requests().length).toBe(1)
    rig.answer()
    rig.feed.want(9, 20, 10_000, 2)
    rig.pass(10)
    expect(rig.requests().length).toBe(1)
  })

  it('holds its driver\'s own bound within the grant', () => {
    const rig = new LeaseBench()
    rig.feed.bound(3)
    expect(rig.limit()).toBeCloseTo(IDLE_A, 9)
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(10)
    rig.answer()
    rig.feed.bound(5)
    expect(rig.limit()).toBe(5)
    rig.feed.bound(30)
    expect(rig.limit()).toBe(9)
  })

  it('whose eFuse tripped gives its lease back, and asks again after a pause', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(10)
    rig.answer()
    rig.hal.sockets[0]!.latched = true
    rig.pass(200)
    expect(rig.told).toEqual(['0 granted', '0 gone'])
    expect(rig.releases().length).toBe(1)
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(500)
    expect(rig.requests().length).toBe(1)
    rig.pass(600)
    expect(rig.requests().length).toBeGreaterThan(1)
    expect(rig.hal.sockets[0]!.latched).toBe(false)
  })

  it('that is unplugged gives back without a word to the driver that is gone', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(10)
    rig.answer()
    rig.feed.unplug()
    rig.pass(10)
    expect(rig.told).toEqual(['0 granted'])
    expect(rig.releases().length).toBe(1)
    expect(rig.hal.sockets[0]!.powered).toBe(false)
  })
})

describe('the manager\'s answers', () => {
  it('deferred: the port asks every 500 ms, and takes the grant that comes later', () => {
    const rig = new LeaseBench()
    const from_ms = rig.hal.now()
    rig.feed.want(9, 20, 10_000, 2)
    rig.pass(10)
    rig.answer({ result: GRANT_RESULT.deferred, run_A: 0, peak_A: 0 })
    rig.pass(520)
    expect(rig.requestTimes(from_ms)).toEqual([0, expect.closeTo(510, -1)])
    rig.answer({ result: GRANT_RESULT.deferred, run_A: 0, peak_A: 0 })
    rig.pass(300)
    rig.answer()
    expect(rig.feed.granted()).toBe(true)
  })

  it('refused: the port says so, and asks again after a long while', () => {
    const rig = new LeaseBench()
    rig.feed.want(40, 40, 10_000, 2)
    rig.pass(10)
    rig.answer({ result: GRANT_RESULT.refused })
    expect(rig.told).toEqual(['0 refused'])
    rig.pass(REFUSED_ms - 50)
    expect(rig.requests().length).toBe(1)
    rig.pass(100)
    expect(rig.requests().length).toBeGreaterThan(1)
    rig.feed.release()
    expect(rig.told).toEqual(['0 refused', '0 no longer refused'])
  })

  it('revoked: the port lets go at once, confirms, and goes on wishing', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 9, 10_000, 3)
    rig.pass(10)
    rig.answer()
    rig.answer({ result: GRANT_RESULT.revoked, sequence: 0 })
    expect(rig.told).toEqual(['0 granted', '0 gone'])
    rig.pass(10)
    expect(rig.releases().length).toBe(1)
    rig.pass(550)
    expect(rig.requests().length).toBeGreaterThan(1)
    // Told again, because the confirmation was lost: it confirms again.
    rig.answer({ result: GRANT_RESULT.revoked })
    rig.pass(10)
    expect(rig.releases().length).toBe(2)
  })

  it('that are nobody\'s business are counted and ignored', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(10)
    rig.answer({}, 0xf9)
    rig.answer({}, TRUNK)
    rig.answer({}, 0x82)
    expect(rig.counters.grantsForeign).toBe(3)
    rig.answer({ port: 9 })
    rig.answer({ sequence: 0 })
    rig.answer({ run_A: NaN })
    rig.answer({ lease_ms: 0 })
    rig.answer({ lease_ms: NaN, run_A: 0 })
    rig.other.release()
    rig.answer({ port: 1, result: GRANT_RESULT.revoked })
    expect(rig.counters.grantsStale).toBe(6)
    expect(rig.feed.granted()).toBe(false)
    rig.managed = false
    rig.pass(400)
    rig.answer()
    expect(rig.counters.grantsForeign).toBe(4)
  })

  it('come from the trunk when the dash is silent, and from the dash when both speak', () => {
    const rig = new LeaseBench()
    rig.managed = false
    rig.pass(100)
    expect(rig.state(TRUNK)).toBe(false)
    rig.pass(300)
    expect(rig.state(TRUNK)).toBe(true)
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(10)
    rig.answer({}, DASH)
    expect(rig.feed.granted()).toBe(false)
    rig.answer({}, TRUNK)
    expect(rig.feed.granted()).toBe(true)
    expect(rig.state(DASH)).toBe(true)
    expect(rig.state(TRUNK)).toBe(false)
    // A tool that plays the vehicle is no manager.
    rig.state(0xf9, 3)
    expect(rig.power.inCharge.shedLevel).toBe(0)
    rig.state(DASH, 3, MANAGER_STATE.none)
    expect(rig.power.inCharge.shedLevel).toBe(0)
  })
})

describe('shedding', () => {
  it('takes what the level does not allow, and lets it ask again one after the other', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 9, 10_000, 2)
    rig.other.want(4, 4, 10_000, 3)
    rig.pass(10)
    for (const port of [0, 1]) {
      const request = rig.requests().filter(each => each.port === port).at(-1)!
      rig.answer({ port, sequence: request.sequence, run_A: request.run_A, peak_A: request.peak_A })
    }
    rig.power.heardShed({ ...PowerShedCodec.create(), level: 1, reason: SHED_REASON.undervoltage }, 0xf9)
    expect(rig.other.granted()).toBe(true)
    rig.power.heardShed({ ...PowerShedCodec.create(), level: 1, reason: SHED_REASON.undervoltage }, DASH)
    expect(rig.told).toEqual(['0 granted', '1 granted', '1 gone'])
    rig.pass(900)
    expect(rig.requests().filter(each => each.port === 1).length).toBe(1)
    // A new wish waits too.
    rig.other.want(5, 5, 10_000, 3)
    rig.pass(100)
    expect(rig.requests().filter(each => each.port === 1).length).toBe(1)
    rig.state(DASH, 0)
    rig.pass(100)
    expect(rig.requests().filter(each => each.port === 1).at(-1)).toMatchObject({ run_A: 5 })
  })

  it('never takes a reversal', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 9, 10_000, 0)
    rig.pass(10)
    rig.answer()
    rig.state(DASH, 3)
    expect(rig.feed.granted()).toBe(true)
  })
})

describe('without a manager', () => {
  it('a reversal goes on after its lease, and not for ever', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 9, 10_000, 0)
    rig.pass(10)
    rig.answer()
    rig.managed = false
    rig.pass(POWER_RULES.lease_ms + POWER_RULES.reversal_ms - 100)
    expect(rig.feed.granted()).toBe(true)
    rig.power.share.take(SHARE_A, SHARE_A)
    rig.pass(200)
    expect(rig.told).toEqual(['0 granted', '0 gone'])
  })

  it('access and opening use the static share once no other lease can be left; closing does not', () => {
    const rig = new LeaseBench()
    rig.managed = false
    rig.pass(ORPHANED_ms - 100)
    rig.feed.want(5, 14, 4000, 1)
    rig.other.want(9, 20, 10_000, 2, false)
    expect(rig.feed.granted()).toBe(false)
    rig.pass(600)
    expect(rig.feed.granted()).toBe(true)
    expect(rig.limit()).toBeLessThanOrEqual(SHARE_A)
    rig.pass(5000)
    expect(rig.feed.granted()).toBe(true)
    expect(rig.other.granted()).toBe(false)
    rig.feed.release()
    rig.other.want(9, 20, 10_000, 2, true)
    rig.pass(0)
    expect(rig.other.granted()).toBe(true)
    expect(rig.limit(1)).toBe(SHARE_A)
    // There is no second share.
    rig.feed.want(5, 14, 4000, 1)
    rig.pass(1000)
    expect(rig.feed.granted()).toBe(false)
  })

  it('ends with the share when a manager is there that does not grant; a grant takes its place', () => {
    const rig = new LeaseBench()
    rig.managed = false
    rig.pass(ORPHANED_ms + 10)
    rig.feed.want(5, 5, 4000, 1)
    rig.pass(0)
    expect(rig.feed.granted()).toBe(true)
    rig.managed = true
    rig.pass(1000)
    expect(rig.feed.granted()).toBe(true)
    rig.pass(POWER_RULES.lease_ms + 100)
    expect(rig.told).toEqual(['0 granted', '0 gone'])
    rig.managed = false
    rig.pass(ORPHANED_ms + 600)
    expect(rig.feed.granted()).toBe(true)
    rig.managed = true
    rig.pass(600)
    rig.answer()
    expect(rig.power.share.take(SHARE_A, SHARE_A)).toBe(SHARE_A)
    expect(rig.told).toEqual(['0 granted', '0 gone', '0 granted'])
  })
})

describe('a hub on a bench', () => {
  it('grants every wish at once', () => {
    const hal = new FakeHal(1, 1)
    const counters = createCounters()
    const told: boolean[] = []
    const feed = new PortFeed(hal.sockets[0]!, 0, new Schedule(hal, counters), counters, {
      grantChanged: granted => told.push(granted), refusalChanged: () => undefined,
      feedChanged: () => undefined, overdrawnChanged: () => undefined,
    }, undefined)
    feed.want(9, 20, 1000, 2)
    expect(feed.granted()).toBe(false)
    feed.plug(0.1)
    expect(feed.granted_A()).toBe(0)
    feed.want(9, 20, 1000, 2)
    expect(hal.sockets[0]!.limit_A).toBe(20)
    expect(feed.granted_A()).toBe(9)
    feed.release()
    expect(told).toEqual([true, false])
  })
})
