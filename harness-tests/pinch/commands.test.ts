import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { taughtFriction } from '#sim/car/index.ts'
import { Prng } from '#sim/kernel/index.ts'
import { PinchRig } from '#sim/pinch/index.ts'

const COMMANDS = ['up', 'down', 'autoUp', 'autoDown', 'goto', 'stop', 'learn'] as const
const LONGEST_ms = 30_000

interface Press {
  readonly action: typeof COMMANDS[number]
  readonly position_pct: number
  /** Until the next one; long: until the window rests. */
  readonly wait_ms: number
}

/** One nominal window on a calm day; returns what was pressed up to the first closing that turned round. */
function pressedInVain(list: readonly Press[]): readonly Press[] {
  const rig = new PinchRig(new Prng(1, 'commands'), 0.2, taughtFriction())
  for (const [i, { action, position_pct, wait_ms }] of list.entries()) {
    rig.order(action, action === 'goto' ? position_pct : NaN)
    rig.rest(wait_ms)
    if (action === 'up' || action === 'down') rig.component.released()
    if (rig.status.pinch === 1 || rig.status.fault === 1) return list.slice(0, i + 1)
  }
  rig.rest(LONGEST_ms)
  return rig.status.pinch === 1 || rig.status.fault === 1 ? list : []
}

describe('a nominal window on a calm day', () => {
  it('does not turn round when an opening was cut short and a closing begins just above the lower stop', () => {
    const list: Press[] = [
      { action: 'goto', position_pct: 75, wait_ms: LONGEST_ms }, { action: 'up', position_pct: 0, wait_ms: 230 },
      { action: 'down', position_pct: 0, wait_ms: 600 }, { action: 'stop', position_pct: 0, wait_ms: LONGEST_ms },
      { action: 'goto', position_pct: 75, wait_ms: LONGEST_ms },
    ]
    expect(pressedInVain(list)).toEqual([])
  })

  it('does not turn round, in whatever order it is told to move, and however short', () => {
    const wait_ms = fc.oneof(fc.integer({ min: 10, max: 900 }), fc.constant(LONGEST_ms))
    const press = fc.record({ action: fc.constantFrom(...COMMANDS), position_pct: fc.integer({ min: 0, max: 100 }), wait_ms })
    fc.assert(fc.property(fc.array(press, { minLength: 4, maxLength: 14 }), (list) => {
      expect(pressedInVain(list)).toEqual([])
    }), { seed: 9, numRuns: 60 })
  }, 120_000)
})
