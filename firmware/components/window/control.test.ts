import { beforeEach, describe, expect, it } from 'vitest'
import { WINDOW_ACTION, WINDOW_STATE } from '#protocol/index.ts'
import { controlRig, type ControlRig, MOTOR_DATA } from '../../testing/index.ts'
import { COMMAND_RANK, type CommandRank } from '../component.ts'
import { WindowControl } from './control.ts'
import { WindowMotor } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { PHASE } from './phase.ts'

let control: ControlRig['control']
let order: ControlRig['order']
let way: ControlRig['way']
let pass: ControlRig['pass']

beforeEach(() => {
  ({ control, order, way, pass } = controlRig())
})

describe('at rest', () => {
  it('it is still, blocked or unlearned, drives nothing and needs no power', () => {
    expect([control.phase, control.state(), control.duty]).toEqual([PHASE.rest, WINDOW_STATE.still, 0])
    expect([control.needsPower(), control.bound_A(), control.needs_A()]).toEqual([false, Infinity, 0])
    expect([control.pinched, control.fault, control.thermal()]).toEqual([false, false, false])
    control.position.forget()
    expect(control.state()).toBe(WINDOW_STATE.unlearned)
  })

  it('goes where it is told, with power, and waits without', () => {
    expect(order('autoDown')).toBe(true)
    expect([control.phase, control.state(), way(), control.needsPower()]).toEqual([PHASE.running, WINDOW_STATE.opening, 1, true])
    order('stop')
    pass(100)
    control.inputs.fed = false
    expect(order('autoUp')).toBe(true)
    expect([control.phase, control.state(), way(), control.needsPower()]).toEqual([PHASE.waiting, WINDOW_STATE.waiting, 0, true])
    control.inputs.fed = true
    control.step()
    expect([control.phase, control.state(), way()]).toEqual([PHASE.running, WINDOW_STATE.closing, -1])
  })

  it('closes nothing and drives nothing before it has measured anything', () => {
    const fresh = new WindowControl(950, new WindowMotor(MOTOR_DATA), 8, 20)
    expect([fresh.command(WINDOW_ACTION.up, NaN), fresh.command(WINDOW_ACTION.down, NaN)]).toEqual([false, true])
    expect(fresh.phase).toBe(PHASE.waiting)
  })

  it('stays there when it is to go to where it is', () => {
    expect(order('goto', 65)).toBe(true)
    expect(control.phase).toBe(PHASE.rest)
  })

  it('says before a closing what it will need', () => {
    control.inputs.fed = false
    order('autoUp')
    expect(control.needs_A()).toBeGreaterThan(5)
    order('autoDown')
    expect(control.needs_A()).toBe(0)
  })
})

describe('waiting for power', () => {
  beforeEach(() => {
    control.inputs.fed = false
  })

  it('ends at once when there is some, and that is no reason to begin anew', () => {
    order('autoDown')
    control.powered()
    expect(control.phase).toBe(PHASE.waiting)
    control.inputs.fed = true
    control.powered()
    expect([control.phase, way()]).toEqual([PHASE.running, 1])
    pass(200, 2)
    const { duty } = control
    control.powered()
    expect(control.duty).toBe(duty)
    order('stop')
    control.powered()
    expect(control.phase).toBe(PHASE.braking)
  })

  it('is given up after a time, with a fault', () => {
    order('autoDown')
    pass(WINDOW_PARAMETERS.grant_ms - 1)
    expect([control.phase, control.fault]).toEqual([PHASE.waiting, false])
    pass(1)
    expect([control.phase, control.fault, control.needsPower()]).toEqual([PHASE.rest, true, false])
    control.inputs.fed = true
    pass(100)
    expect(control.phase).toBe(PHASE.rest)
  })

  it('takes no pause of the processor for time without an answer', () => {
    order('autoDown')
    for (let i = 0; i < 3; i++) {
      control.inputs.now_ms += WINDOW_PARAMETERS.grant_ms
      control.step()
    }
    expect([control.phase, control.fault]).toEqual([PHASE.waiting, false])
    pass(WINDOW_PARAMETERS.grant_ms - 3 * WINDOW_PARAMETERS.pause_ms - 1)
    expect(control.phase).toBe(PHASE.waiting)
    pass(1)
    expect([control.phase, control.fault]).toEqual([PHASE.rest, true])
  })

  it('is not made longer by another command', () => {
    order('autoDown')
    pass(WINDOW_PARAMETERS.grant_ms - 10)
    order('autoUp')
    pass(10)
    expect([control.phase, control.fault]).toEqual([PHASE.rest, true])
  })

  it('ends with the goal: by a stop, a switch let go, or the ignition', () => {
    for (const end of [() => order('stop'), () => control.released(), () => { control.inputs.mayClose = false }]) {
      control.inputs.mayClose = true
      order('up')
      expect(control.phase).toBe(PHASE.waiting)
      end()
      pass(10)
      expect([control.phase, control.fault]).toEqual([PHASE.rest, false])
    }
    order('down')
    pass(20)
    expect(control.phase).toBe(PHASE.waiting)
  })
})

describe('running', () => {
  it.each([['stop', NaN], ['autoUp', NaN], ['goto', 50]] as const)('%s brakes it', (action, position_pct) => {
    order('autoDown')
    pass(200, 2)
    control.inputs.count = 475
    order(action, position_pct)
    expect([control.phase, way(), control.state()]).toEqual([PHASE.braking, 0, WINDOW_STATE.opening])
    expect(control.needsPower()).toBe(action !== 'stop')
  })

  it('another command of the same direction is no reason to stop', () => {
    order('down')
    pass(50, 2)
    for (const action of ['autoDown', 'down'] as const) {
      order(action)
      pass(10, 2)
      expect([control.phase, way()]).toEqual([PHASE.running, 1])
    }
    order('goto', 90)
    expect(control.phase).toBe(PHASE.running)
  })

  it('a held switch that is let go brakes, an automatic motion goes on', () => {
    order('autoDown')
    control.released()
    expect(control.phase).toBe(PHASE.running)
    order('down')
    control.released()
    expect(control.phase).toBe(PHASE.braking)
    pass(400)
    expect(control.phase).toBe(PHASE.rest)
  })

  it('lasts no longer than the longest run', () => {
    order('autoDown')
    pass(10)
    for (let t_ms = 10; t_ms < WINDOW_PARAMETERS.run_ms - 10; t_ms += 10) {
      control.inputs.count = 613 + Math.floor(t_ms / 100)
      pass(10)
    }
    expect([control.phase, control.fault]).toEqual([PHASE.running, false])
    pass(9)
    expect(control.phase).toBe(PHASE.running)
    pass(1)
    expect([control.phase, control.fault]).toEqual([PHASE.braking, true])
  })

  it('ends with its power, and with a fault', () => {
    order('autoDown')
    pass(100, 2)
    control.inputs.fed = false
    control.step()
    expect([control.phase, control.fault, control.needsPower()]).toEqual([PHASE.braking, true, false])
    pass(400)
    expect(control.phase).toBe(PHASE.rest)
  })

  it('ends with the ignition when it closes, and with a hot motor, without a fault', () => {
    order('autoUp')
    pass(100, 2)
    expect(control.bound_A()).toBe(control.closing.bound_A)
    expect(control.needs_A()).toBe(control.closing.neededNow_A(-control.duty))
    expect(control.needs_A()).not.toBe(control.closing.forecast_A(control.position.gap_mm(control.inputs.count, -1), 23, 13.5))
    control.inputs.mayClose = false
    control.step()
    expect([control.phase, control.fault, control.bound_A()]).toEqual([PHASE.braking, false, Infinity])
    pass(400)
    order('autoDown')
    pass(100, 2)
    expect(control.phase).toBe(PHASE.running)
    for (let i = 0; i < 30 && way() !== 0; i++) pass(10, 2, 150)
    expect([control.phase, control.fault, control.thermal()]).toEqual([PHASE.braking, false, true])
  })

  it('who wants it open, and may not have that, has it closed no further', () => {
    // At an unknown place a held switch closes, and nothing opens by itself.
    control.position.forget()
    order('up')
    pass(100, -2)
    expect([order('autoUp'), control.phase]).toEqual([false, PHASE.backingOff])
    expect([order('autoDown'), control.phase, control.pinched]).toEqual([false, PHASE.braking, false])
    pass(400)
    expect([control.phase, way()]).toEqual([PHASE.rest, 0])
  })

  it('nor does it go on while its motor is too warm to open', () => {
    order('autoUp')
    pass(100, -2)
    for (let i = 0; i < 30 && !control.thermal(); i++) pass(10, -2, 120)
    expect([control.phase, control.thermal()]).toEqual([PHASE.running, true])
    expect([order('down'), control.phase, control.reversing()]).toEqual([false, PHASE.braking, false])
    pass(400)
    expect([control.phase, way()]).toEqual([PHASE.rest, 0])
  })

  it('nor waits for power to close it', () => {
    control.position.forget()
    control.inputs.fed = false
    order('up')
    expect(order('autoDown')).toBe(false)
    control.inputs.fed = true
    pass(400)
    expect(control.phase).toBe(PHASE.rest)
  })

  it('what opens it goes on when more is refused', () => {
    control.position.forget()
    order('down')
    pass(100, 2)
    expect([order('autoDown'), control.phase, way()]).toEqual([false, PHASE.running, 1])
  })

  it('ranks what opens it as long as it is held above all that closes it', () => {
    const { any, insists, yields } = COMMAND_RANK
    const rank = (action: keyof typeof WINDOW_ACTION, position_pct = NaN): CommandRank => control.rank(WINDOW_ACTION[action], position_pct)
    expect([rank('down'), rank('autoDown'), rank('stop'), rank('autoDown', 0)]).toEqual([insists, any, any, any])
    expect([rank('up'), rank('autoUp'), rank('learn')]).toEqual([yields, yields, yields])
    expect([rank('goto', 64), rank('goto', 65), rank('goto', 66), rank('goto')]).toEqual([yields, any, any, any])
    control.inputs.count = 475
    expect([rank('goto', 49), rank('goto', 50)]).toEqual([yields, any])
  })

  it('a goto brakes where it arrives, looks where it stands, and goes on if that is too far off', () => {
    order('goto', 70)
    pass(300, 2)
    control.inputs.count = 664
    pass(10)
    expect(control.phase).toBe(PHASE.braking)
    control.inputs.count = 685
    pass(400)
    expect([control.phase, way()]).toEqual([PHASE.running, -1])
    control.inputs.count = 665
    pass(10)
    pass(400)
    expect(control.phase).toBe(PHASE.rest)
  })
})

describe('braking', () => {
  it('lasts until the glass has stood for a while, but for a least time', () => {
    order('autoDown')
    pass(100, 2)
    order('autoUp')
    pass(WINDOW_PARAMETERS.brake_ms - 1)
    expect(control.phase).toBe(PHASE.braking)
    pass(1)
    expect([control.phase, way()]).toEqual([PHASE.running, -1])
  })

  it('lasts longer while it still moves, but not for ever', () => {
    order('autoDown')
    pass(100, 2)
    order('stop')
    const { inputs } = control
    for (let t_ms = 10; t_ms < WINDOW_PARAMETERS.brakeMost_ms; t_ms += 10) {
      inputs.count += 1
      pass(10)
      expect(control.phase, `${t_ms} ms`).toBe(PHASE.braking)
    }
    inputs.count += 1
    pass(10)
    expect(control.phase).toBe(PHASE.rest)
  })

  it('ends when it has stood for 30 ms', () => {
    order('autoDown')
    pass(100, 2)
    order('stop')
    pass(80)
    order('autoDown')
    pass(100, 2)
    order('stop')
    for (let t_ms = 0; t_ms < 80; t_ms += 10) {
      control.inputs.count += 1
      pass(10)
    }
    pass(WINDOW_PARAMETERS.standstill_ms - 1)
    expect(control.phase).toBe(PHASE.braking)
    pass(1)
    expect(control.phase).toBe(PHASE.rest)
  })

  it('is not cut short by a command', () => {
    order('autoDown')
    pass(100, 2)
    order('stop')
    pass(10)
    for (const action of ['autoUp', 'autoDown', 'autoUp'] as const) {
      order(action)
      expect([control.phase, way()]).toEqual([PHASE.braking, 0])
    }
    pass(WINDOW_PARAMETERS.brake_ms - 10)
    expect([control.phase, way()]).toEqual([PHASE.running, -1])
  })

  it('then waits, if there is no power for what comes next', () => {
    order('autoDown')
    pass(100, 2)
    order('autoUp')
    control.inputs.fed = false
    pass(100)
    expect(control.phase).toBe(PHASE.waiting)
  })

  it('then rests, when what comes next may not be', () => {
    order('autoDown')
    pass(100, 2)
    order('autoUp')
    control.inputs.mayClose = false
    pass(100)
    expect([control.phase, control.needsPower()]).toEqual([PHASE.rest, false])
  })
})
