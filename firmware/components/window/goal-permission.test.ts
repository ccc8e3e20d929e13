import { beforeEach, describe, expect, it } from 'vitest'
import { WINDOW_ACTION, type WindowAction } from '#protocol/index.ts'
import { Permission, WindowGoal } from './goal.ts'
import { noInputs } from './inputs.ts'
import type { WindowInputs } from './inputs.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { GlassPosition } from './position.ts'

type Action = keyof typeof WINDOW_ACTION
const ACTIONS = Object.keys(WINDOW_ACTION) as Action[]
const STALL_A = 20
/** From cold it may stall this long. */
const HOT_s = WINDOW_PARAMETERS.stallTime_s

let inputs: WindowInputs
let position: GlassPosition
let goal: WindowGoal
let may: Permission

beforeEach(() => {
  inputs = noInputs()
  inputs.mayClose = true
  inputs.count = 500
  position = new GlassPosition(1000)
  position.reference(0, 0)
  goal = new WindowGoal(position)
  may = new Permission(inputs, position, goal, STALL_A)
})

/** Those that are accepted; a goto is one to `goto_pct`. */
const accepted = (goto_pct = 20): Action[] => ACTIONS.filter(action => may.accepts(WINDOW_ACTION[action], goto_pct))

/** The stall current flows for a share of the time that makes the motor too hot; cooling is as good as none. */
function stall(share: number): void {
  for (let t_s = 0; t_s < HOT_s * share; t_s += 0.1) {
    inputs.now_ms += 100
    may.warm(STALL_A)
  }
}

describe('accepted is', () => {
  it('everything, of a learned window with the ignition on', () => {
    expect(accepted()).toEqual(ACTIONS)
  })

  it('nothing that closes, with the ignition off', () => {
    inputs.mayClose = false
    expect(accepted(20)).toEqual(['stop', 'down', 'autoDown'])
    expect(accepted(80)).toEqual(['stop', 'down', 'autoDown', 'goto'])
    expect(may.accepts(WINDOW_ACTION.goto, 50)).toBe(true)
    expect(may.accepts(WINDOW_ACTION.goto, 49.9)).toBe(false)
  })

  it('nothing that needs a position, without one', () => {
    position.forget()
    expect(accepted()).toEqual(['stop', 'up', 'down', 'learn'])
  })

  it('a goto to 0…100 %', () => {
    for (const position_pct of [0, 100]) expect(may.accepts(WINDOW_ACTION.goto, position_pct)).toBe(true)
    for (const position_pct of [-0.1, 100.1, NaN]) expect(may.accepts(WINDOW_ACTION.goto, position_pct)).toBe(false)
  })

  it('no action that there is not', () => {
    for (const action of [7, 15, 16, -1, NaN]) expect(may.accepts(action as WindowAction, 50)).toBe(false)
  })

  it('nothing but a stop while the motor is too warm, until it has cooled', () => {
    stall(WINDOW_PARAMETERS.warmShare - 0.03)
    expect(may.tooWarm()).toBe(false)
    expect(accepted()).toEqual(ACTIONS)
    stall(0.1)
    expect(may.tooWarm()).toBe(true)
    expect(accepted()).toEqual(['stop'])
    inputs.now_ms += 1000 * WINDOW_PARAMETERS.cooling_s
    may.warm(0)
    expect(accepted()).toEqual(ACTIONS)
  })

  it('while it reverses, what opens, for after it; a warm motor and the ignition do not matter', () => {
    goal.reverse(inputs.count, 100)
    stall(2)
    inputs.mayClose = false
    expect(accepted(80)).toEqual(['stop', 'down', 'autoDown'])
    position.forget()
    expect(accepted(80)).toEqual(['stop', 'down'])
  })
})

describe('the glass moves', () => {
  it('up with the ignition on, down always', () => {
    expect([may.moves(-1), may.moves(1)]).toEqual([true, true])
    inputs.mayClose = false
    expect([may.moves(-1), may.moves(0), may.moves(1)]).toEqual([false, false, true])
  })

  it('until the motor is hot, not only warm: what was begun can be finished', () => {
    stall(0.95)
    expect(may.tooWarm()).toBe(true)
    expect([may.moves(-1), may.moves(1)]).toEqual([true, true])
    stall(0.2)
    expect([may.moves(-1), may.moves(1)]).toEqual([false, false])
  })

  it('on in a reversal, hot and without ignition', () => {
    goal.reverse(inputs.count, 100)
    stall(2)
    inputs.mayClose = false
    expect([may.moves(-1), may.moves(1)]).toEqual([true, true])
  })
})

describe('the motor\'s heat', () => {
  it('is judged by the descriptor\'s stall current, but no larger than windings take', () => {
    const hotAfter_s = (stall_A: number, current_A: number): number => {
      inputs = noInputs()
      may = new Permission(inputs, position, goal, stall_A)
      inputs.mayClose = true
      for (let t_s = 0; t_s < 100; t_s += 0.1) {
        if (!may.moves(1)) return t_s
        inputs.now_ms += 100
        may.warm(current_A)
      }
      return Infinity
    }
    expect(hotAfter_s(20, 20)).toBeGreaterThan(HOT_s)
    expect(hotAfter_s(20, 20)).toBeLessThan(1.1 * HOT_s)
    expect(hotAfter_s(25, 20)).toBeGreaterThan(1.5 * HOT_s)
    expect(hotAfter_s(655, WINDOW_PARAMETERS.stallMost_A)).toBeLessThan(1.1 * HOT_s)
    expect(hotAfter_s(655, WINDOW_PARAMETERS.stallMost_A)).toBe(hotAfter_s(WINDOW_PARAMETERS.stallMost_A, WINDOW_PARAMETERS.stallMost_A))
  })
})
