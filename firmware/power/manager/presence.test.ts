import { describe, expect, it } from 'vitest'
import { linePlan } from '../../testing/index.ts'
import { MISSING_ms, Presence, REPORT_ms } from './presence.ts'

/** Hubs at locations 1…3 with two ports each; the manager is in the second one. */
const OWN = 1
const create = (): Presence => new Presence(linePlan({ hubs: 3, ports: 2 }), OWN + 1)

describe('the hubs that are there', () => {
  it('are none until they are heard, but for the one that asks', () => {
    const presence = create()
    expect(presence.missesAny(0)).toBe(true)
    presence.heard(0, 0)
    expect(presence.missesAny(0)).toBe(true)
    presence.heard(2, 0)
    expect(presence.missesAny(0)).toBe(false)
  })

  it('are missed once one of them was silent for longer than 2 s', () => {
    const presence = create()
    presence.heard(0, 100)
    presence.heard(2, 0)
    expect(presence.missesAny(MISSING_ms)).toBe(false)
    expect(presence.missesAny(MISSING_ms + 1)).toBe(true)
    presence.heard(2, MISSING_ms + 1)
    expect(presence.missesAny(MISSING_ms + 1)).toBe(false)
    expect(presence.missesAny(MISSING_ms + 101)).toBe(true)
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
    const ports = [[0, 0], [0, 1], [2, 0], [2, 1]] as const
    for (const [hub, port] of ports) {
      expect(presence.complete(100)).toBe(false)
      presence.reported(hub, port, 0, 100)
    }
    expect(presence.complete(100)).toBe(true)
    expect(presence.complete(101)).toBe(false)
    for (const [hub, port] of ports.slice(1)) presence.reported(hub, port, 0, 101)
    expect(presence.complete(101)).toBe(false)
    presence.reported(0, 0, 0, 101)
    expect(presence.complete(101)).toBe(true)
  })

  it('is not known at first, whatever the time', () => {
    expect(create().complete(0)).toBe(false)
  })
})
