import { describe, expect, it } from 'vitest'
import { LOCATION, type Switch, SWITCH_EDGE, type SwitchEdge, type SwitchEventValues } from '#protocol/index.ts'
import type { Encoder } from '#protocol/index.ts'
import { createCounters, Schedule } from '../runtime/index.ts'
import { FakeHal } from '../testing/index.ts'
import { SwitchEvents } from './switch-events.ts'

interface Told extends SwitchEventValues { at_ms: number, since_ms: number }

/** Events of a hub whose frames leave after `leaves_ms`. */
function setUp(switches: number, leaves_ms: number, booted_ms = 0) {
  const hal = new FakeHal(LOCATION.DASH, 0)
  hal.clock.advance(booted_ms)
  const counters = createCounters()
  const told: Told[] = []
  let left_ms = -Infinity
  const transmit = {
    waits: () => hal.clock.now_ms < left_ms,
    sendLate: <Values extends object>(_codec: Encoder<Values>, _location: number, values: Values, _key: number, since_ms: number) => {
      told.push({ ...values as SwitchEventValues, at_ms: hal.clock.now_ms, since_ms })
      left_ms = hal.clock.now_ms + leaves_ms
      return true
    },
  }
  const events = new SwitchEvents(transmit, LOCATION.DASH, new Schedule(hal, counters), counters, switches)
  const add = (code: number, edge: SwitchEdge, duration_ms: number): void => events.add(3, code as Switch, edge, duration_ms)
  return { clock: hal.clock, counters, told, add }
}

describe('the events of a hub\'s switches', () => {
  it('tell what happened, some in a callback of their own', () => {
    const { clock, told, add } = setUp(4, 0)
    add(7, SWITCH_EDGE.pressed, 0)
    add(255, SWITCH_EDGE.stuck, 30_000)
    add(7, SWITCH_EDGE.released, 249.7)
    add(8, SWITCH_EDGE.released, NaN)
    add(9, SWITCH_EDGE.released, 1e6)
    expect(told).toEqual([])
    clock.advance(0)
    expect(told).toHaveLength(4)
    clock.advance(20)
    expect(told.map(event => [event.port, event.switch, event.edge, event.duration_ms])).toEqual([
      [3, 7, SWITCH_EDGE.pressed, 0], [3, 255, SWITCH_EDGE.stuck, 30_000], [3, 7, SWITCH_EDGE.released, 250],
      [3, 8, SWITCH_EDGE.released, NaN], [3, 9, SWITCH_EDGE.released, 65_534],
    ])
    expect(told.map(event => event.since_ms)).toEqual([0, 0, 0, 0, 0])
  })

  it('wait until those before have left, in their order, and know when they happened', () => {
    const { clock, told, add } = setUp(8, 4.5, 5_000_000_000)
    for (let i = 0; i < 12; i++) {
      add(i, SWITCH_EDGE.pressed, 0)
      clock.advance(2)
    }
    clock.advance(100)
    expect(told.map(event => event.switch)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(told.map(event => event.since_ms - 5_000_000_000)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22])
    expect(told.map(event => event.at_ms - 5_000_000_000)).toEqual([0, 5, 5, 10, 10, 15, 15, 15, 20, 20, 25, 25])
  })

  it.each([[0, 16], [36, 72]])('of %i switches have room for %i at once; others are dropped, and counted', (switches, room) => {
    const { clock, counters, told, add } = setUp(switches, 0)
    for (let round = 1; round <= 3; round++) {
      for (let i = 0; i < room + 5; i++) add(i, SWITCH_EDGE.pressed, 0)
      expect(counters).toMatchObject({ txQueued: 5 * round, txOverflow: 5 * round })
      clock.advance(200)
      expect(told.splice(0).map(event => event.switch)).toEqual(Array.from({ length: room }, (_, i) => i))
    }
  })
})
