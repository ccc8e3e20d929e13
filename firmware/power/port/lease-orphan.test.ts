import { describe, expect, it } from 'vitest'
import { GRANT_RESULT, PowerShedCodec, SHED_REASON } from '#protocol/index.ts'
import { POWER_RULES, PRIORITY } from '../rules.ts'
import { DASH, IDLE_A, LeaseBench, SHARE_A } from '../../testing/index.ts'
import { ORPHANED_ms } from '../hub/index.ts'
import { FRESH_ms } from '../../runtime/index.ts'

const { safety, access, comfort, idle } = PRIORITY

/** A hub that hears no manager any more, for so long that none of its leases can be left. */
function alone(): LeaseBench {
  const rig = new LeaseBench()
  rig.managed = false
  rig.pass(ORPHANED_ms)
  return rig
}

function shed(rig: LeaseBench, level: number): void {
  rig.power.heardShed({ ...PowerShedCodec.create(), level, reason: SHED_REASON.undervoltage }, DASH)
}

describe('an orphaned reversal', () => {
  it('goes on for 6 s after its lease, to the millisecond, then turns off', () => {
    const rig = new LeaseBench()
    rig.grant(9, 9, safety)
    rig.managed = false
    rig.pass(POWER_RULES.lease_ms + POWER_RULES.reversal_ms - 2)
    expect([rig.feed.granted(), rig.limit(), rig.feed.granted_A()]).toEqual([true, 9, 9])
    // Nothing else: no share is left to go on with.
    rig.power.share.take(0, SHARE_A)
    rig.pass(1)
    expect([rig.told, rig.counters.leasesExpired]).toEqual([['0 granted', '0 gone'], 1])
    expect(rig.limit()).toBeCloseTo(IDLE_A, 9)
  })

  it('takes what it draws from the static share, so that nobody else does, and gives it back', () => {
    const rig = new LeaseBench()
    rig.grant(9, 9, safety)
    rig.managed = false
    rig.pass(POWER_RULES.lease_ms)
    expect(rig.power.share.take(0, SHARE_A)).toBe(SHARE_A - 9)
    rig.power.share.giveBack(SHARE_A - 9)
    rig.feed.release()
    expect(rig.power.share.take(0, SHARE_A)).toBe(SHARE_A)
  })

  it('goes on even where the static share is less, or taken', () => {
    const rig = new LeaseBench()
    rig.grant(9, 9, safety)
    rig.managed = false
    rig.power.share.take(0, SHARE_A)
    rig.pass(POWER_RULES.lease_ms + 1000)
    expect([rig.feed.granted(), rig.limit()]).toEqual([true, 9])
  })

  it('has a lease again as soon as a manager grants one, and may be orphaned again', () => {
    const rig = new LeaseBench()
    rig.grant(9, 9, safety)
    for (let round = 0; round < 2; round++) {
      rig.managed = false
      rig.pass(POWER_RULES.lease_ms + 1000)
      rig.managed = true
      rig.pass(500)
      rig.answer()
      expect(rig.power.share.take(0, SHARE_A)).toBe(SHARE_A)
      rig.power.share.giveBack(SHARE_A)
    }
    rig.managed = false
    rig.pass(POWER_RULES.lease_ms + POWER_RULES.reversal_ms - 600)
    expect(rig.told).toEqual(['0 granted'])
  })

  it('and the next one, after a pause, is finished too', () => {
    const rig = new LeaseBench()
    for (let round = 0; round < 2; round++) {
      rig.managed = true
      rig.pass(100)
      rig.grant(9, 9, safety)
      rig.managed = false
      rig.pass(POWER_RULES.lease_ms + 1000)
      expect(rig.feed.granted()).toBe(true)
      rig.feed.release()
    }
  })

  it('goes on from the static share when that is not enough', () => {
    const rig = new LeaseBench()
    rig.grant(9, 9, safety)
    rig.managed = false
    rig.pass(POWER_RULES.lease_ms + POWER_RULES.reversal_ms + 10_000)
    expect([rig.feed.granted(), rig.told]).toEqual([true, ['0 granted', '0 gone', '0 granted']])
  })

  it('draws its run current, not its peak', () => {
    const rig = new LeaseBench()
    rig.feed.want(9, 20, 10_000, safety)
    rig.pass(40)
    rig.answer({ lease_ms: 100 })
    rig.managed = false
    // The peak and the lease are over while the processor stands still.
    rig.hal.clock.stall(500)
    rig.pass(1)
    expect([rig.feed.granted(), rig.limit()]).toEqual([true, 9])
  })

  it('is for who is in the window: access and comfort end with their lease', () => {
    for (const priority of [access, comfort, idle]) {
      const rig = new LeaseBench()
      rig.grant(9, 9, priority)
      rig.managed = false
      rig.pass(POWER_RULES.lease_ms - 1)
      expect([rig.feed.granted(), rig.counters.leasesExpired]).toEqual([false, 1])
    }
  })
})

describe('the static share', () => {
  it('is one at its time, whatever fractions of a millisecond the manager was heard at', () => {
    const rig = new LeaseBench()
    for (let i = 0; i < 500; i++) {
      rig.hal.clock.advance(0.137)
      const heard_ms = rig.hal.clock.now_ms
      rig.state()
      rig.hal.clock.advance(heard_ms + ORPHANED_ms - rig.hal.clock.now_ms)
      if (rig.hal.clock.now_ms === heard_ms + ORPHANED_ms) expect(rig.power.inCharge.isGone(), `heard at ${heard_ms} ms`).toBe(true)
    }
  })

  it('may be used from the moment on at which no lease can be left, and managers elsewhere keep it for this hub', () => {
    expect(ORPHANED_ms).toBe(POWER_RULES.settled_ms + FRESH_ms)
    const rig = new LeaseBench()
    rig.managed = false
    rig.pass(ORPHANED_ms - 1)
    expect(rig.power.inCharge.isGone()).toBe(false)
    rig.feed.want(5, 5, 4000, access)
    expect(rig.feed.granted()).toBe(false)
    rig.feed.release()
    rig.pass(1)
    expect(rig.power.inCharge.isGone()).toBe(true)
    rig.feed.want(5, 5, 4000, access)
    rig.pass(0)
    expect([rig.feed.granted(), rig.limit()]).toEqual([true, 5])
  })

  it('is not there for closing windows and comfort', () => {
    const rig = alone()
    rig.feed.want(5, 5, 10_000, comfort, false)
    rig.pass(3000)
    expect(rig.feed.granted()).toBe(false)
    rig.feed.want(5, 5, 10_000, comfort, true)
    rig.pass(0)
    expect(rig.feed.granted()).toBe(true)
  })

  it('goes on without a gap for as long as nobody is in charge', () => {
    const rig = alone()
    rig.feed.want(5, 14, 4000, access)
    rig.pass(10_000)
    expect([rig.told, rig.limit(), rig.counters.leasesExpired]).toEqual([['0 granted'], SHARE_A, 0])
  })

  it('ends a lease after it was taken when a manager is back that does not grant, and is whole again', () => {
    const rig = alone()
    rig.feed.want(5, 14, 4000, access)
    rig.pass(0)
    rig.state()
    rig.managed = true
    rig.pass(POWER_RULES.lease_ms - 1)
    expect(rig.feed.granted()).toBe(true)
    rig.pass(1)
    expect(rig.told).toEqual(['0 granted', '0 gone'])
    expect(rig.power.share.take(0, 50)).toBe(SHARE_A)
  })

  it('is not enough for a second port, which stays off, and hears of nothing', () => {
    const rig = alone()
    rig.feed.want(5, 14, 4000, access)
    rig.other.want(5, 5, 4000, access)
    rig.pass(3000)
    expect([rig.told, rig.other.granted(), rig.counters.leasesExpired]).toEqual([['0 granted'], false, 0])
    rig.feed.release()
    rig.pass(500)
    expect(rig.other.granted()).toBe(true)
  })

  it('that is used up is no lease that could run out', () => {
    const rig = alone()
    rig.power.share.take(0, SHARE_A)
    rig.feed.want(5, 5, 4000, access)
    rig.pass(1)
    rig.state()
    rig.answer({ result: GRANT_RESULT.refused })
    rig.pass(POWER_RULES.lease_ms + 500)
    expect(rig.counters.leasesExpired).toBe(0)
  })

  it('is not exceeded by two ports together', () => {
    const rig = alone()
    rig.feed.want(4, 4, 4000, access)
    rig.other.want(5, 20, 4000, access)
    rig.pass(0)
    expect([rig.limit(0), rig.limit(1)]).toEqual([4, SHARE_A - 4])
  })

  it('carries exactly what it has', () => {
    const rig = alone()
    rig.feed.want(SHARE_A + 0.2, SHARE_A + 0.2, 4000, access)
    rig.pass(0)
    expect(rig.feed.granted_A()).toBe(0)
    rig.feed.want(SHARE_A, SHARE_A + 0.2, 4000, access)
    rig.pass(0)
    expect([rig.feed.granted(), rig.limit()]).toEqual([true, SHARE_A])
  })
})

describe('what is shed', () => {
  it('asks again one after the other, port by port and hub by hub', () => {
    const rig = new LeaseBench()
    shed(rig, 3)
    for (const feed of [rig.feed, rig.other]) feed.want(5, 5, 10_000, comfort)
    rig.pass(1000)
    expect(rig.requests()).toEqual([])
    const from_ms = rig.hal.now()
    shed(rig, 0)
    rig.pass(60)
    expect(rig.requests().map(request => request.port)).toEqual([0, 1])
    // FL: 40 ms; its second port 15 ms after the first.
    expect(rig.requestTimes(from_ms)).toEqual([40, 55])
  })

  it('is what has a priority above 3 − level', () => {
    for (const priority of [safety, access, comfort, idle]) {
      for (const level of [0, 1, 2, 3]) {
        const rig = new LeaseBench()
        rig.grant(5, 5, priority)
        shed(rig, level)
        expect(rig.feed.granted()).toBe(priority <= 3 - level)
      }
    }
  })

  it('lets go and says so once, however the level goes on', () => {
    const rig = new LeaseBench()
    rig.grant(5, 5, idle)
    for (const level of [1, 2, 3, 2]) shed(rig, level)
    rig.pass(100)
    expect(rig.releases()).toEqual([{ port: 0, sequence: 4 }])
    expect([rig.told, rig.counters.leasesRevoked]).toEqual([['0 granted', '0 gone'], 1])
  })

  it('gives up what it waits for, and does not take a grant that the shedding overtook', () => {
    const rig = new LeaseBench()
    const from_ms = rig.hal.now()
    rig.feed.want(5, 5, 10_000, idle)
    rig.pass(10)
    shed(rig, 1)
    rig.answer()
    rig.pass(3000)
    expect([rig.feed.granted(), rig.counters.grantsStale]).toEqual([false, 1])
    expect(rig.releases()).toEqual([{ port: 0, sequence: 4 }])
    expect(rig.requestTimes(from_ms)).toEqual([0])
  })

  it('is what turns into comfort under way, too', () => {
    const rig = new LeaseBench()
    shed(rig, 2)
    rig.grant(5, 5, access)
    rig.feed.want(5, 5, 10_000, comfort)
    expect(rig.told).toEqual(['0 granted', '0 gone'])
    rig.pass(1000)
    expect(rig.requests().length).toBe(1)
    expect(rig.releases().length).toBe(1)
  })

  it('leaves alone what it does not concern: no request comes sooner, none without a wish', () => {
    const rig = new LeaseBench()
    const from_ms = rig.hal.now()
    rig.grant(5, 5, access)
    for (const level of [1, 2, 1, 0]) shed(rig, level)
    rig.pass(1100)
    expect(rig.requestTimes(from_ms).slice(0, 2)).toEqual([0, 1000])
    expect(rig.requests().every(request => request.port === 0)).toBe(true)
  })

  it('is shed no more when the manager that shed it is gone: the static share opens a window', () => {
    const rig = new LeaseBench()
    rig.state(DASH, 3)
    rig.managed = false
    rig.feed.want(5, 5, 10_000, comfort, true)
    rig.other.want(5, 5, 10_000, access)
    rig.pass(ORPHANED_ms - 1)
    expect([rig.power.inCharge.shedLevel, rig.requests().length]).toEqual([3, 0])
    rig.pass(1)
    expect(rig.power.inCharge.shedLevel).toBe(0)
    rig.pass(60)
    expect([rig.feed.granted(), rig.other.granted()]).toEqual([true, true])
  })

  it('stays shed for as long as the manager speaks', () => {
    const rig = new LeaseBench()
    rig.feed.want(5, 5, 10_000, idle)
    rig.state(DASH, 1)
    rig.pass(3 * ORPHANED_ms)
    expect([rig.power.inCharge.shedLevel, rig.feed.granted()]).toEqual([1, false])
    expect(rig.schedule.pending()).toContain('manager silence')
    rig.managed = false
    rig.pass(ORPHANED_ms + 100)
    expect(rig.power.inCharge.shedLevel).toBe(0)
    expect(rig.schedule.pending()).not.toContain('manager silence')
    rig.state(DASH, 1)
    rig.state(DASH, 0)
    rig.managed = true
    rig.pass(ORPHANED_ms + 100)
    expect(rig.schedule.pending()).not.toContain('manager silence')
  })
})
