import { describe, expect, it } from 'vitest'
import { linePlan } from '../../testing/index.ts'
import { POWER_RULES } from '../rules.ts'
import { MANAGER_RULES } from './manager.ts'
import { LOST_ms, Presence, REPORT_ms } from './presence.ts'

/** Hubs at locations 1…3 with two ports each; the manager is in the second one. */
const OWN = 1
const create = (): Presence => new Presence(linePlan({ hubs: 3, ports: 2 }), OWN + 1)

describe('the hubs that are there', () => {
  const { missing_ms, settled_ms } = POWER_RULES

  it('are none until they are heard, but for the one that asks', () => {
    const presence = create()
    expect([presence.own, presence.missing(0)]).toEqual([OWN, 2])
    presence.heard(0, 0)
    expect([0, OWN, 2].map(hub => presence.isMissing(hub, 0))).toEqual([false, false, true])
    expect(presence.missing(0)).toBe(1)
    presence.heard(2, 0)
    expect(presence.missing(0)).toBe(0)
  })

  it('are missed once one of them was silent for longer than 2 s', () => {
    const presence = create()
    presence.heard(0, 100)
    presence.heard(2, 0)
    expect(presence.missing(missing_ms)).toBe(0)
    expect([presence.missing(missing_ms + 1), presence.isMissing(2, missing_ms + 1)]).toEqual([1, true])
    expect([presence.silence_ms(2, missing_ms + 1), presence.silence_ms(0, missing_ms + 1)]).toEqual([missing_ms + 1, missing_ms - 99])
    presence.heard(2, missing_ms + 1)
    expect(presence.missing(missing_ms + 1)).toBe(0)
    expect(presence.missing(missing_ms + 101)).toBe(1)
  })

  it('have 2 s to speak when a manager begins; who spoke just before has what is left of them', () => {
    const presence = create()
    presence.heard(0, 5000)
    presence.begin(6000)
    expect([presence.missing(7000), presence.missing(7001), presence.missing(7999), presence.missing(8000)]).toEqual([0, 1, 1, 2])
  })

  it('have settled 4.2 s after the last of those that are missing was heard, and the quorum gained', () => {
    const presence = create()
    presence.heard(0, 100)
    presence.heard(2, 1000)
    expect([presence.settled_ms(0, missing_ms), presence.settled_ms(0, missing_ms + 101)]).toEqual([-Infinity, 100 + settled_ms])
    expect([0, 1500].map(gained_ms => presence.settled_ms(gained_ms, missing_ms + 1001))).toEqual([1000 + settled_ms, 1500 + settled_ms])
    expect(settled_ms).toBeGreaterThanOrEqual(missing_ms + MANAGER_RULES.tick_ms + POWER_RULES.lease_ms + POWER_RULES.guard_ms)
  })

  it('are a quorum when they are more than half, and one half on the side of the dash', () => {
    for (const [hubs, there, tied, quorum] of [
      [3, 1, true, false], [3, 2, false, true], [4, 2, false, false], [4, 2, true, true], [4, 1, true, false], [4, 3, false, true],
      [1, 1, false, true],
    ] as const) {
      const presence = new Presence(linePlan({ hubs, ports: 1 }), 1)
      for (let hub = 1; hub < there; hub++) presence.heard(hub, 0)
      expect([hubs, there, tied, presence.isQuorum(presence.missing(0), tied)]).toEqual([hubs, there, tied, quorum])
    }
  })
})

describe('what ports were granted', () => {
  it('is what each said last, for 1.5 s', () => {
    const presence = create()
    expect(presence.granted(0, 0, 0)).toBe(0)
    presence.reported(0, 0, 3, 0)
    presence.reported(0, 1, 4, 100)
    presence.reported(2, 0, 5, 100)
    presence.reported(2, 1, 6, 100)
    expect([presence.granted(0, 0, REPORT_ms), presence.granted(0, 1, REPORT_ms)]).toEqual([3, 4])
    expect([presence.granted(2, 0, REPORT_ms), presence.granted(2, 1, REPORT_ms)]).toEqual([5, 6])
    expect([presence.granted(0, 0, REPORT_ms + 1), presence.granted(0, 1, REPORT_ms + 1)]).toEqual([0, 4])
    presence.reported(0, 1, 0, 200)
    expect(presence.granted(0, 1, 300)).toBe(0)
  })

  it('is nothing at a port that a hub does not have, nor at the next hub\'s', () => {
    const presence = create()
    presence.reported(0, 2, 7, 0)
    presence.reported(2, 2, 7, 0)
    for (const hub of [0, 1, 2]) expect([presence.granted(hub, 0, 0), presence.granted(hub, 1, 0)]).toEqual([0, 0])
  })

  it('is known when every port of every other hub has said it since a time', () => {
    const presence = create()
    for (const hub of [0, 2]) presence.heard(hub, 100)
    const ports = [[0, 0], [0, 1], [2, 0], [2, 1]] as const
    for (const [hub, port] of ports) {
      expect(presence.complete(100, 100)).toBe(false)
      presence.reported(hub, port, 0, 100)
    }
    expect(presence.complete(100, 100)).toBe(true)
    expect(presence.complete(101, 101)).toBe(false)
    for (const [hub, port] of ports.slice(1)) presence.reported(hub, port, 0, 101)
    expect(presence.complete(101, 101)).toBe(false)
    presence.reported(0, 0, 0, 101)
    expect(presence.complete(101, 101)).toBe(true)
  })

  it('is not known at first, whatever the time; of a hub that is missing nobody waits for it', () => {
    const presence = create()
    presence.begin(0)
    expect([presence.complete(0, 0), presence.complete(0, POWER_RULES.missing_ms)]).toEqual([false, true])
  })
})

describe('hubs that are lost', () => {
  const [FIRST, THIRD] = [0b001, 0b100]

  it('were heard once, and then for longer than 5 s not any more; who is heard again is not', () => {
    const presence = create()
    presence.heard(0, 0)
    presence.heard(2, 0)
    for (let now_ms = 1000; now_ms <= 20_000; now_ms += 1000) presence.heard(2, now_ms)
    expect([presence.lost(20_000), presence.lost(20_000 + LOST_ms)]).toEqual([FIRST, FIRST])
    presence.heard(0, 20_000)
    expect([presence.lost(20_000), presence.lost(20_000 + LOST_ms)]).toEqual([0, 0])
    presence.heard(0, 21_000)
    expect([presence.lost(20_000 + LOST_ms), presence.lost(20_001 + LOST_ms)]).toEqual([0, THIRD])
  })

  it('are not those that were never there', () => {
    const presence = create()
    presence.heard(2, 60_000)
    expect(presence.lost(60_000)).toBe(0)
  })

  it('are none to who hears nobody: it has lost the bus; but of two hubs each misses the other', () => {
    const presence = create()
    presence.heard(0, 0)
    presence.heard(2, 0)
    expect(presence.lost(LOST_ms + 1)).toBe(0)
    const pair = new Presence(linePlan({ hubs: 2, ports: 1 }), 2)
    pair.heard(0, 0)
    expect(pair.lost(LOST_ms + 1)).toBe(FIRST)
  })

  it('are told 5 s after the car woke at the earliest', () => {
    const presence = create()
    presence.heard(0, 0)
    presence.listen(30_000)
    presence.heard(2, 30_000 + LOST_ms)
    expect([presence.lost(30_000 + LOST_ms), presence.lost(30_001 + LOST_ms)]).toEqual([0, FIRST])
  })
})
