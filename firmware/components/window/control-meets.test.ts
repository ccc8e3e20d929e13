import { beforeEach, describe, expect, it } from 'vitest'
import { WINDOW_STATE } from '#protocol/index.ts'
import { controlRig, type ControlRig } from '../../testing/index.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { PHASE } from './phase.ts'

const TRAVEL = 950
const PER_mm = WINDOW_PARAMETERS.pulses_mm
const REOPEN = WINDOW_PARAMETERS.reopen_mm * PER_mm

let control: ControlRig['control']
let order: ControlRig['order']
let way: ControlRig['way']
let pass: ControlRig['pass']
let meet: ControlRig['meet']
let backOff: ControlRig['backOff']

beforeEach(() => {
  ({ control, order, way, pass, meet, backOff } = controlRig())
})

describe('a hand', () => {
  it('is let go: it brakes, opens by 200 mm, and rests', () => {
    order('autoUp')
    pass(500, 2)
    meet()
    const met = control.inputs.count
    expect([control.phase, control.pinched, control.reversing(), control.needsPower()]).toEqual([PHASE.braking, true, true, true])
    expect(control.state()).toBe(WINDOW_STATE.reversing)
    pass(100)
    expect([control.phase, way()]).toEqual([PHASE.running, 1])
    control.inputs.count = Math.ceil(met + REOPEN) - 1
    pass(10)
    expect(control.reversing()).toBe(true)
    control.inputs.count += 1
    pass(10)
    expect([control.phase, control.reversing(), control.fault]).toEqual([PHASE.braking, false, false])
    pass(400)
    expect([control.phase, control.state(), control.pinched]).toEqual([PHASE.rest, WINDOW_STATE.still, true])
    order('autoDown')
    expect(control.pinched).toBe(true)
    order('autoUp')
    pass(400)
    expect([way(), control.pinched]).toEqual([-1, false])
  })

  it.each([[0, 1], [1, 2]])('is let go as soon as the rotor is slow: pulses for %s more ticks, turned round after %s', (turns, turned) => {
    order('autoUp')
    pass(500, 2)
    meet()
    for (let tick = 1; tick <= turned; tick++) {
      expect(way(), `tick ${tick}`).toBe(0)
      control.inputs.count -= tick <= turns ? 1 : 0
      pass(WINDOW_PARAMETERS.turn_ms)
    }
    expect([control.phase, way()]).toEqual([PHASE.running, 1])
  })

  it('what was asked meanwhile is done after it, without a stop', () => {
    order('autoUp')
    pass(100, 2)
    meet()
    expect([order('autoUp'), order('goto', 100), order('learn'), order('autoDown')]).toEqual([false, false, false, true])
    pass(100)
    control.inputs.count += Math.ceil(REOPEN)
    pass(10)
    expect([control.phase, way(), control.reversing()]).toEqual([PHASE.running, 1, false])
  })

  it('a command during the reversal leaves a fault standing that is there', () => {
    control.position.forget()
    order('learn')
    pass(100, 2)
    pass(WINDOW_PARAMETERS.stall_ms, 0, 20)
    pass(100)
    pass(100, 2)
    meet()
    expect([control.fault, control.reversing()]).toEqual([true, true])
    expect(order('down')).toBe(true)
    expect(control.fault).toBe(true)
  })

  it('a reversal that loses its power waits for it, three times', () => {
    order('autoUp')
    pass(100, 2)
    meet()
    const lose = (): void => {
      pass(100)
      expect([control.phase, way()]).toEqual([PHASE.running, 1])
      control.inputs.fed = false
      control.step()
      control.inputs.fed = true
    }
    for (let loss = 1; loss <= WINDOW_PARAMETERS.reversalPowerLosses; loss++) {
      lose()
      expect([control.phase, control.fault, control.reversing()]).toEqual([PHASE.waiting, false, true])
    }
    lose()
    expect([control.phase, control.fault, control.reversing()]).toEqual([PHASE.braking, true, false])
  })

  it('the next reversal has its three again', () => {
    for (let time = 0; time < 2; time++) {
      order('autoUp')
      pass(500, 2)
      meet()
      for (let loss = 1; loss <= WINDOW_PARAMETERS.reversalPowerLosses; loss++) {
        pass(100)
        control.inputs.fed = false
        control.step()
        expect(control.phase).toBe(PHASE.waiting)
        control.inputs.fed = true
      }
      pass(20)
      control.inputs.count += Math.ceil(REOPEN)
      pass(500)
      expect(control.phase).toBe(PHASE.rest)
    }
  })

  it('may be what an eFuse tripped on that held the closing, or the way up of a learning run; not what it tripped on opening', () => {
    control.closing.wasLimited = () => true
    const lost = (): unknown[] => {
      control.inputs.fed = false
      control.step()
      control.inputs.fed = true
      return [control.phase, control.reversing(), control.pinched, control.fault]
    }
    order('autoUp')
    pass(500, 2)
    expect(lost()).toEqual([PHASE.braking, true, true, false])
    pass(100)
    control.inputs.count += Math.ceil(REOPEN)
    pass(500)
    control.pinched = false
    order('autoDown')
    pass(100, 2)
    expect(lost()).toEqual([PHASE.braking, false, false, true])
    pass(400)
    order('learn')
    pass(100, 2)
    pass(WINDOW_PARAMETERS.stall_ms, 0, 20)
    pass(200, 2)
    expect(way()).toBe(-1)
    expect(lost().slice(0, 3)).toEqual([PHASE.braking, true, true])
    control.closing.wasLimited = () => false
    pass(100)
    control.inputs.count = TRAVEL
    pass(500)
    order('autoUp')
    pass(100, 2)
    expect(lost()).toEqual([PHASE.braking, false, false, true])
  })
})

describe('a glass that stands under power', () => {
  it('in the middle is blocked; the next command, not a stop, clears that', () => {
    order('autoDown')
    pass(100, 2)
    pass(WINDOW_PARAMETERS.stall_ms, 0, 20)
    expect([control.phase, control.fault]).toEqual([PHASE.braking, true])
    pass(400)
    expect([control.state(), control.fault]).toEqual([WINDOW_STATE.blocked, true])
    order('stop')
    expect([control.state(), control.fault]).toEqual([WINDOW_STATE.blocked, true])
    control.position.forget()
    expect(order('autoDown')).toBe(false)
    expect([control.state(), control.fault]).toEqual([WINDOW_STATE.blocked, true])
    order('down')
    order('stop')
    pass(400)
    expect([control.state(), control.fault]).toEqual([WINDOW_STATE.unlearned, false])
  })

  it('with too little current to open is blocked, and not connected without any', () => {
    control.position.forget()
    order('down')
    pass(100, 2)
    pass(WINDOW_PARAMETERS.stall_ms, 0, WINDOW_PARAMETERS.pressed_A - 0.1)
    pass(400)
    expect([control.state(), control.fault]).toEqual([WINDOW_STATE.blocked, true])
    order('down')
    pass(100, 2)
    pass(WINDOW_PARAMETERS.stall_ms, 0, 0)
    pass(400)
    expect([control.state(), control.fault]).toEqual([WINDOW_STATE.unlearned, true])
  })

  it('without any current is not connected: a fault, and its position is as good as before', () => {
    order('autoDown')
    pass(100, 2)
    pass(WINDOW_PARAMETERS.stall_ms, 0, 0)
    pass(400)
    expect([control.state(), control.fault, control.position.pulses(0)]).toEqual([WINDOW_STATE.still, true, 0])
  })

  it('at the lower end is there, and keeps its reference', () => {
    control.inputs.count = TRAVEL - 60
    control.closing.guard.pressed = () => true
    order('autoDown')
    pass(300, 2)
    pass(WINDOW_PARAMETERS.endStall_ms, 0, 20)
    expect([control.phase, control.fault]).toEqual([PHASE.braking, false])
    pass(400)
    expect([control.state(), control.position.pulses(0)]).toEqual([WINDOW_STATE.still, 0])
  })

  it('at the upper end, pressed into it, takes it for its reference', () => {
    control.closing.guard.atEnd = () => true
    control.closing.guard.pressed = () => true
    order('autoUp')
    pass(100, 2)
    const { count } = control.inputs
    pass(WINDOW_PARAMETERS.endStall_ms, 0, 20)
    expect(control.position.pulses(count)).toBeCloseTo(0, 6)
    pass(400)
    expect([control.state(), control.fault]).toEqual([WINDOW_STATE.still, false])
  })
})

describe('the lower stop, at an unknown place', () => {
  /** Held open, it stands against something. */
  function probe(): void {
    control.position.forget()
    order('down')
    pass(100, 2)
    pass(WINDOW_PARAMETERS.stall_ms, 0, 20)
  }

  it('is the reference when the switch stays held for a second, with the motor off', () => {
    probe()
    expect([control.phase, way(), control.needsPower(), control.state()]).toEqual([PHASE.probing, 0, false, WINDOW_STATE.unlearned])
    pass(WINDOW_PARAMETERS.referenceHold_ms - 1)
    expect(control.position.known()).toBe(false)
    pass(1)
    expect([control.phase, control.state(), control.position.percent(control.inputs.count)]).toEqual([PHASE.rest, WINDOW_STATE.still, 100])
    expect([control.fault, control.reversing()]).toEqual([false, false])
    control.step()
    pass(2000)
    expect(control.phase).toBe(PHASE.rest)
  })

  it('is none when the switch is let go, or another command comes', () => {
    probe()
    pass(500)
    control.released()
    expect(control.phase).toBe(PHASE.rest)
    probe()
    pass(500)
    order('up')
    expect([control.phase, way(), control.state()]).toEqual([PHASE.backingOff, 1, WINDOW_STATE.closing])
    backOff()
    expect([control.phase, way()]).toEqual([PHASE.running, -1])
    expect(control.position.known()).toBe(false)
  })

  it('is none for a window whose travel was never measured: it rests', () => {
    control.position.measured = false
    probe()
    expect([control.phase, control.fault]).toEqual([PHASE.braking, false])
    pass(3000)
    expect([control.state(), control.position.known()]).toEqual([WINDOW_STATE.unlearned, false])
  })

  it('ends a reversal without a fault, and teaches nothing', () => {
    control.position.forget()
    order('up')
    backOff()
    meet()
    expect(control.reversing()).toBe(true)
    pass(200, 2)
    pass(WINDOW_PARAMETERS.stall_ms, 0, 20)
    pass(3000)
    expect([control.state(), control.fault, control.position.known()]).toEqual([WINDOW_STATE.unlearned, false, false])
  })
})

describe('the learning run', () => {
  /** It stands at the lower end, and is on its way up. */
  function lowerEnd(): void {
    control.position.forget()
    order('learn')
    expect(control.state()).toBe(WINDOW_STATE.learning)
    pass(100, 2)
    pass(WINDOW_PARAMETERS.stall_ms, 0, 20)
    expect([control.phase, control.state(), control.needsPower()]).toEqual([PHASE.braking, WINDOW_STATE.learning, true])
    pass(100)
    expect(way()).toBe(-1)
  }

  it('goes down, brakes, goes up, and knows its travel', () => {
    lowerEnd()
    control.inputs.count -= TRAVEL - 5
    meet()
    expect([control.phase, control.reversing()]).toEqual([PHASE.running, false])
    pass(WINDOW_PARAMETERS.endStall_ms, 0, 20)
    expect([control.phase, control.reversing(), control.fault]).toEqual([PHASE.braking, false, false])
    pass(400)
    expect([control.state(), control.pinched, control.position.percent(control.inputs.count)]).toEqual([WINDOW_STATE.still, false, 0])
  })

  it('that meets something on its way up opens again, all the way to its lower end, with a fault', () => {
    lowerEnd()
    const low = control.inputs.count
    control.inputs.count -= 800
    meet()
    expect([control.reversing(), control.pinched, control.fault, control.position.known()]).toEqual([true, true, true, false])
    pass(100)
    control.inputs.count = low - 1
    pass(10)
    expect(control.reversing()).toBe(true)
    control.inputs.count = low
    pass(500)
    expect(control.state()).toBe(WINDOW_STATE.unlearned)
  })

  it('lets go of what is near its upper end and gives way, with a fault; as it does of what is further away', () => {
    for (const [from_mm, gives_mm] of [[6, 5], [8, 0]] as const) {
      ({ control, order, way, pass, meet, backOff } = controlRig())
      lowerEnd()
      const low = control.inputs.count
      control.inputs.count = low - TRAVEL + from_mm * PER_mm
      meet()
      control.inputs.count -= gives_mm * PER_mm
      meet()
      expect([control.reversing(), control.fault, control.position.known()], `${from_mm} mm`).toEqual([true, true, false])
      pass(100)
      control.inputs.count = low - 1
      pass(10)
      expect(control.reversing()).toBe(true)
    }
  })

  it('brakes before it becomes a closing, or a closing becomes one', () => {
    lowerEnd()
    order('up')
    expect(control.phase).toBe(PHASE.braking)
    pass(100)
    backOff()
    expect([way(), control.closing.guard.learns]).toEqual([-1, false])
    order('learn')
    expect(control.phase).toBe(PHASE.braking)
    order('stop')
    pass(400)
    order('autoDown')
    pass(100, 2)
    order('down')
    expect(control.phase).toBe(PHASE.running)
  })

  it('that loses its power while it is pressed into its end stays there', () => {
    lowerEnd()
    control.inputs.count -= TRAVEL - 5
    meet()
    control.closing.guard.excess_N = 30
    control.inputs.fed = false
    control.step()
    expect([control.phase, control.reversing(), control.fault]).toEqual([PHASE.braking, false, true])
  })

  it('that finds no end where it has to be opens again, too', () => {
    lowerEnd()
    control.inputs.count -= Math.ceil(WINDOW_PARAMETERS.travelMost * TRAVEL)
    pass(10, 2)
    expect([control.reversing(), control.fault]).toEqual([true, true])
  })

  it('does not take a place for its end where it lacks current', () => {
    control.position.forget()
    order('learn')
    pass(100, 2)
    pass(WINDOW_PARAMETERS.stall_ms, 0, 4)
    expect(control.fault).toBe(true)
    pass(400)
    expect(control.state()).toBe(WINDOW_STATE.blocked)
  })
})

describe('a glass that passes an end of its travel', () => {
  it('closing, has a wrong position: it forgets it, and opens by 200 mm', () => {
    order('autoUp')
    pass(100, 2)
    control.inputs.count = -Math.ceil(WINDOW_PARAMETERS.astray_mm * PER_mm)
    const from = control.inputs.count
    pass(10)
    expect([control.reversing(), control.fault, control.position.known()]).toEqual([true, true, false])
    pass(100)
    control.inputs.count = from + Math.ceil(REOPEN) - 1
    pass(10)
    expect(control.reversing()).toBe(true)
    control.inputs.count += 1
    pass(400)
    expect(control.state()).toBe(WINDOW_STATE.unlearned)
  })

  it('opening, has one too: it stops', () => {
    order('autoDown')
    pass(100, 2)
    control.inputs.count = TRAVEL + Math.ceil(WINDOW_PARAMETERS.astray_mm * PER_mm)
    pass(10)
    expect([control.phase, control.reversing(), control.fault, control.position.known()]).toEqual([PHASE.braking, false, true, false])
    pass(400)
    expect(control.phase).toBe(PHASE.rest)
  })
})
