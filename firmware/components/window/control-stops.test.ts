import { beforeEach, describe, expect, it } from 'vitest'
import { controlRig, type ControlRig } from '../../testing/index.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { PHASE } from './phase.ts'

let control: ControlRig['control']
let order: ControlRig['order']
let way: ControlRig['way']
let pass: ControlRig['pass']
let backOff: ControlRig['backOff']

beforeEach(() => {
  ({ control, order, way, pass, backOff } = controlRig())
})

describe('a closing that has to stop', () => {
  const forbid = (): void => {
    control.inputs.mayClose = false
    control.step()
  }
  const cutPower = (): void => {
    control.inputs.fed = false
    control.step()
    control.inputs.fed = true
  }
  const letGo = (): void => control.released()
  const stop = (): unknown => order('stop')
  const holdOpen = (): void => control.outranked()
  const closing = (force_N: number): void => {
    control.inputs.mayClose = true
    order('up')
    backOff()
    pass(100, 2)
    expect([control.phase, way()]).toEqual([PHASE.running, -1])
    control.closing.guard.found = true
    control.closing.guard.excess_N = force_N
  }
  const pause = (duration_ms: number): void => {
    control.inputs.now_ms += duration_ms
    control.inputs.count -= 20
  }
  const outcome = (): unknown[] => [control.phase, control.reversing(), control.pinched]
  const LETS_GO = [PHASE.braking, true, true]
  const STOPS = [PHASE.braking, false, false]

  const unasked = [['for the ignition', forbid], ['for want of power', cutPower], ['for whom holds it open', holdOpen]] as const

  it.each(unasked)('%s lets go of what it presses on, and of nothing else', (_why, end) => {
    closing(WINDOW_PARAMETERS.presses_N)
    end()
    expect(outcome()).toEqual(LETS_GO)
    pass(100)
    expect([control.phase, way()]).toEqual([PHASE.running, 1])
    ;({ control, order, way, pass, backOff } = controlRig())
    closing(WINDOW_PARAMETERS.presses_N - 1)
    end()
    expect(outcome()).toEqual(STOPS)
  })

  it.each(unasked)('%s does not while its force is not known: at its start, and at its end', (_why, end) => {
    order('up')
    pass(100, 2)
    expect([way(), control.closing.guard.found]).toEqual([-1, false])
    control.closing.guard.excess_N = WINDOW_PARAMETERS.presses_N
    end()
    expect(outcome()).toEqual(STOPS)
    pass(400)
    closing(WINDOW_PARAMETERS.presses_N)
    control.closing.guard.atEnd = () => true
    end()
    expect(outcome()).toEqual(STOPS)
  })

  it('because a thumb lets go or stops it stays where it is, whatever it presses on', () => {
    for (const end of [letGo, stop]) {
      closing(WINDOW_PARAMETERS.presses_N)
      end()
      expect(outcome()).toEqual(STOPS)
      pass(400)
    }
  })

  it.each([...unasked, ['for a thumb that let go', letGo], ['by a stop', stop]] as const)('%s right after a pause of the processor opens: what it met meanwhile is not known', (_why, end) => {
    closing(0)
    pause(WINDOW_PARAMETERS.pause_ms + 1)
    end()
    expect(outcome()).toEqual(LETS_GO)
  })

  it.each(unasked)('%s, at its end, opens after a pause, though it presses there; that of a learning run, which is to press there, does not', (_why, end) => {
    closing(0)
    control.closing.guard.atEnd = () => true
    pause(WINDOW_PARAMETERS.pause_ms + 1)
    end()
    expect(outcome()).toEqual(LETS_GO)
    ;({ control, order, way, pass, backOff } = controlRig())
    order('learn')
    pass(100, 2)
    pass(WINDOW_PARAMETERS.stall_ms, 0, 20)
    pass(200, 2)
    expect(way()).toBe(-1)
    control.closing.guard.atEnd = () => true
    pause(WINDOW_PARAMETERS.pause_ms + 1)
    end()
    expect(outcome()).toEqual(STOPS)
  })

  it('after a short pause, or a while after a long one, does not', () => {
    for (const end of [forbid, cutPower, holdOpen, letGo, stop]) {
      ({ control, order, way, pass, backOff } = controlRig())
      closing(0)
      pause(WINDOW_PARAMETERS.pause_ms)
      end()
      expect(outcome()).toEqual(STOPS)
      pass(400)
      closing(0)
      pause(WINDOW_PARAMETERS.pause_ms + 1)
      pass(WINDOW_PARAMETERS.woken_ms + 20, 1)
      end()
      expect(outcome()).toEqual(STOPS)
      pass(400)
    }
  })

  it('to open opens, after a pause too', () => {
    closing(0)
    pause(500)
    order('autoDown')
    expect(outcome()).toEqual(STOPS)
    pass(100)
    expect([control.phase, way()]).toEqual([PHASE.running, 1])
  })

  it('on the way up of a learning run lets go, too; an opening stays where it is', () => {
    order('learn')
    pass(100, 2)
    pass(WINDOW_PARAMETERS.stall_ms, 0, 20)
    pass(200, 2)
    expect(way()).toBe(-1)
    control.closing.guard.found = true
    control.closing.guard.excess_N = WINDOW_PARAMETERS.presses_N
    pause(500)
    cutPower()
    expect(outcome()).toEqual(LETS_GO)
    pass(100)
    control.inputs.count = 949
    pass(100, 1)
    pass(400)
    control.inputs.count = 613
    control.pinched = false
    order('autoDown')
    pass(100, 2)
    expect(way()).toBe(1)
    pause(500)
    cutPower()
    expect(outcome()).toEqual(STOPS)
  })
})
