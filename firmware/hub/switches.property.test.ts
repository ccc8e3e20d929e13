import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMPONENT_CLASS, LOCATION, SWITCH_EDGE, SWITCH_LAYOUT_CODE, WINDOW_ACTION } from '#protocol/index.ts'
import { fieldOf } from '../message.ts'
import type { CommandEncoder, CommandValues } from '../message.ts'
import { SWITCH_PARAMETERS, switchPackEntry } from '../components/switch-pack/index.ts'
import { DOOR_ACTIONS } from '../hubs/index.ts'
import { benchDescriptor, DriverBench, FakeHal, runs } from '../testing/index.ts'
import { createCounters, Schedule } from '../runtime/index.ts'
import { KnownStatus } from './known-status.ts'
import { Switches } from './switches.ts'

/** The inputs of a door's pack. */
const UP = 0
const DOWN = 1
/** More than the debounce time; as long as data sheets allow contacts to bounce. */
const GAP_ms = 25
const BOUNCE_ms = 10
/** From the last bounce until the firmware has seen it. */
const SETTLED_ms = SWITCH_PARAMETERS.debounce_ms + SWITCH_PARAMETERS.settlePoll_ms + 1

/** A door's switches, from the contacts to what its window was last told. */
function doorSwitches() {
  const bench = new DriverBench(switchPackEntry, benchDescriptor(COMPONENT_CLASS.switchPack, { layout: SWITCH_LAYOUT_CODE.door }))
  const told: { action: number, hold: boolean }[] = []
  const tell = (values: CommandValues, hold: boolean) => told.push({ action: fieldOf(values, 'action'), hold })
  const outlet = {
    sendCommand: (_codec: CommandEncoder, _location: number, values: CommandValues, hold: boolean) => void tell(values, hold),
    endHold: (_codec: CommandEncoder, _location: number, values: CommandValues) => void tell(values, false),
  }
  const counters = createCounters()
  const hal = new FakeHal(LOCATION.FL, 0)
  const schedule = new Schedule(hal, counters)
  const known = new KnownStatus(DOOR_ACTIONS)
  const switches = new Switches(DOOR_ACTIONS, LOCATION.FL, outlet, { add: () => undefined }, known, schedule, counters)
  let heard = 0
  const run = (duration_ms: number) => bench.run(duration_ms, () => {
    for (; heard < bench.edges.length; heard++) {
      const { code, edge, duration_ms: pressed_ms } = bench.edges[heard]!
      switches.changed(0, code, edge, pressed_ms)
      hal.clock.advance(0)
    }
  })
  return { bench, told, run }
}

/** Contact levels after an edge, one a millisecond, that end at the level of the edge. */
const bounce = fc.array(fc.boolean(), { maxLength: BOUNCE_ms })

describe('a thumb that slides from one switch to its opposite', () => {
  const slide = fc.record({
    upFirst: fc.boolean(), held_ms: fc.integer({ min: 30, max: 900 }),
    /** From the opening of the first contact to the closing of the second; negative: both are closed for a while. */
    gap_ms: fc.integer({ min: -GAP_ms, max: GAP_ms }), opens: bounce, closes: bounce,
  })

  it('ends the first and holds the second until it is let go, whatever the contacts do meanwhile', () => {
    fc.assert(fc.property(slide, ({ upFirst, held_ms, gap_ms, opens, closes }) => {
      const { bench, told, run } = doorSwitches()
      const [first, second] = upFirst ? [UP, DOWN] : [DOWN, UP]
      bench.setInput(first, true)
      run(held_ms)
      const from_ms = bench.now_ms + Math.max(0, -gap_ms)
      const opened_ms = from_ms, closed_ms = from_ms + gap_ms
      const levelAt = (t_ms: number, levels: boolean[], end: boolean): boolean => t_ms < 0 ? !end : levels[t_ms] ?? end
      const end_ms = from_ms + GAP_ms + BOUNCE_ms + 1
      while (bench.now_ms < end_ms) {
        bench.setInput(first, levelAt(bench.now_ms - opened_ms, opens, false))
        bench.setInput(second, levelAt(bench.now_ms - closed_ms, closes, true))
        run(1)
      }
      run(SETTLED_ms)
      const hold = { action: upFirst ? WINDOW_ACTION.down : WINDOW_ACTION.up, hold: true }
      expect(told.at(-1)).toEqual(hold)
      run(2000)
      expect(told.at(-1)).toEqual(hold)
      expect(bench.edges.filter(edge => edge.edge === SWITCH_EDGE.pressed)).toHaveLength(2)
      bench.setInput(second, false)
      run(SETTLED_ms)
      expect(told.at(-1)).toEqual({ action: WINDOW_ACTION.stop, hold: false })
    }), { seed: 7, numRuns: runs(300) })
  })
})

describe('a window\'s switches', () => {
  const touches = fc.array(fc.record({ channel: fc.constantFrom(UP, DOWN), pressed: fc.boolean(), wait_ms: fc.nat(60) }), { maxLength: 30 })

  it('never leave it held when both have been let go, whatever thumbs did', () => {
    fc.assert(fc.property(touches, (list) => {
      const { bench, told, run } = doorSwitches()
      for (const { channel, pressed, wait_ms } of list) {
        bench.setInput(channel, pressed)
        run(wait_ms)
      }
      bench.setInput(UP, false)
      bench.setInput(DOWN, false)
      run(SETTLED_ms)
      expect(told.at(-1)?.hold ?? false).toBe(false)
      expect(bench.pending).toBeLessThanOrEqual(1)
    }), { seed: 7, numRuns: runs(300) })
  })
})
