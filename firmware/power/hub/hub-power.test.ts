import { describe, expect, it } from 'vitest'
import { GRANT_RESULT, MANAGER_STATE, PowerShedCodec } from '#protocol/index.ts'
import { DASH, LeaseBench, TRUNK } from '../../testing/index.ts'
import { FRESH_ms } from '../../runtime/index.ts'

describe('the manager that counts', () => {
  const grantFrom = (rig: LeaseBench, source: number): boolean => {
    rig.feed.want(9, 9, 10_000, 2)
    rig.pass(1)
    rig.answer({}, source)
    return rig.feed.granted()
  }

  it('is nobody at first: no grant and no shedding counts, whatever address it comes from', () => {
    for (const source of [0x80, DASH, TRUNK, 0x81, 0xf9]) {
      const rig = new LeaseBench(false)
      rig.managed = false
      expect(grantFrom(rig, source)).toBe(false)
      rig.power.heardShed({ ...PowerShedCodec.create(), level: 3 }, source)
      expect([rig.power.inCharge.shedLevel, rig.counters.grantsForeign]).toEqual([0, 2])
    }
  })

  it('is the dash from its first VehicleState on, until it has been silent for longer than 300 ms', () => {
    for (const [silent_ms, counts] of [[FRESH_ms - 1, true], [FRESH_ms, false]] as const) {
      const rig = new LeaseBench()
      rig.managed = false
      rig.pass(silent_ms)
      expect(grantFrom(rig, DASH)).toBe(counts)
    }
  })

  it('is not the dash as long as that says it has no manager', () => {
    const rig = new LeaseBench(false)
    rig.managed = false
    expect(rig.state(DASH, 3, MANAGER_STATE.none)).toBe(true)
    expect(rig.power.inCharge.shedLevel).toBe(0)
    expect(grantFrom(rig, DASH)).toBe(false)
  })

  it('is the trunk once the dash has been silent for longer than 300 ms, managing or not', () => {
    for (const manager of [MANAGER_STATE.active, MANAGER_STATE.none]) {
      const rig = new LeaseBench(false)
      rig.managed = false
      rig.state(DASH, 0, manager)
      rig.pass(FRESH_ms)
      expect([rig.state(TRUNK, 1), rig.power.inCharge.shedLevel]).toEqual([false, 0])
      rig.pass(1)
      expect([rig.state(TRUNK, 1), rig.power.inCharge.shedLevel]).toEqual([true, 1])
      expect(grantFrom(rig, TRUNK)).toBe(true)
    }
  })

  it('is the trunk from its first VehicleState on where the dash was never heard', () => {
    const rig = new LeaseBench(false)
    rig.managed = false
    expect([rig.state(TRUNK), grantFrom(rig, TRUNK)]).toEqual([true, true])
  })

  it('is never another hub, nor a tool, though their VehicleState may say how the car stands', () => {
    for (const source of [0x81, 0x84, 0xf9]) {
      const rig = new LeaseBench(false)
      rig.managed = false
      expect([rig.state(source, 3), rig.power.inCharge.shedLevel]).toEqual([true, 0])
      expect(grantFrom(rig, source)).toBe(false)
      rig.state(DASH)
      expect(rig.state(source, 3)).toBe(true)
    }
  })

  it('answers for ports that there are', () => {
    const rig = new LeaseBench()
    rig.power.heardGrant({ port: 2, sequence: 3, run_A: 9, peak_A: 9, lease_ms: 2000, result: GRANT_RESULT.granted }, DASH)
    expect(rig.counters.grantsStale).toBe(1)
    rig.grant(9)
    expect([rig.power.runLimit_A(0), rig.power.runLimit_A(1), rig.power.runLimit_A(2)]).toEqual([9, 0, 0])
  })
})
