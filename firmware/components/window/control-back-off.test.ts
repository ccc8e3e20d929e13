import { beforeEach, describe, expect, it } from 'vitest'
import { WINDOW_STATE } from '#protocol/index.ts'
import { controlRig, type ControlRig } from '../../testing/index.ts'
import { GUARDING } from './inputs.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { PHASE } from './phase.ts'

const { pulses_mm, backOff_mm, backOffTo_mm, backOff_ms, backOffBelow_mm, brake_ms, stall_ms } = WINDOW_PARAMETERS
const BACK_OFF = Math.ceil(backOff_mm * pulses_mm)
const FROM = 300

let control: ControlRig['control']
let order: ControlRig['order']
let way: ControlRig['way']
let pass: ControlRig['pass']
let backOff: ControlRig['backOff']
/** Whether the closings that began had a back-off. */
let begun: boolean[]

beforeEach(() => {
  ({ control, order, way, pass, backOff } = controlRig())
  control.inputs.count = FROM
  begun = []
  const { closing } = control
  const begin = closing.begin.bind(closing)
  closing.begin = (now_ms, gap_mm, temperature_C, backed, learns) => {
    begun.push(backed)
    begin(now_ms, gap_mm, temperature_C, backed, learns)
  }
})

/** What it does, and what it reports. */
const shown = (): unknown[] => [control.phase, way(), control.state()]
const BACKS_OFF = [PHASE.backingOff, 1, WINDOW_STATE.closing]
const CLOSES = [PHASE.running, -1, WINDOW_STATE.closing]

/** The glass is on its way down to close, by a part of the back-off. */
function partly(action: 'up' | 'autoUp' = 'up'): void {
  expect(order(action)).toBe(true)
  pass(50, 2)
  expect(shown()).toEqual(BACKS_OFF)
}

describe('a closing that begins near the top', () => {
  it('first opens a little, brakes, and then goes up', () => {
    order('autoUp')
    expect(shown()).toEqual(BACKS_OFF)
    expect([control.needsPower(), control.bound_A()]).toEqual([true, Infinity])
    expect(control.needs_A()).toBeGreaterThan(5)
    control.inputs.count = FROM + BACK_OFF - 1
    pass(10)
    expect(shown()).toEqual(BACKS_OFF)
    control.inputs.count += 1
    pass(10)
    expect(shown()).toEqual([PHASE.braking, 0, WINDOW_STATE.closing])
    pass(brake_ms)
    expect(shown()).toEqual(CLOSES)
    expect([control.fault, begun]).toEqual([false, [true]])
  })

  it.each(['up', 'autoUp', 'goto'] as const)('by %s does so once', (action) => {
    order(action, 10)
    backOff()
    pass(500, 2)
    expect(shown()).toEqual(CLOSES)
    expect(begun).toEqual([true])
  })

  it('does so again after a rest, though the last one only had its back-off', () => {
    order('autoUp')
    control.inputs.count = FROM + BACK_OFF
    pass(10)
    expect(control.phase).toBe(PHASE.braking)
    order('stop')
    pass(400)
    expect([control.phase, begun]).toEqual([PHASE.rest, []])
    order('autoUp')
    expect(shown()).toEqual(BACKS_OFF)
  })

  it('does so again after an opening that came between, without a rest', () => {
    order('autoUp')
    backOff()
    pass(100, 2)
    order('autoDown')
    pass(100)
    expect(shown()).toEqual([PHASE.running, 1, WINDOW_STATE.opening])
    order('autoUp')
    pass(100)
    expect(shown()).toEqual(BACKS_OFF)
  })

  it('does so below 270 mm, and not above', () => {
    control.inputs.count = Math.ceil(backOffBelow_mm * pulses_mm)
    order('autoUp')
    expect(shown()).toEqual(CLOSES)
    expect(begun).toEqual([false])
    order('stop')
    pass(400)
    control.inputs.count = Math.ceil(backOffBelow_mm * pulses_mm) - 1
    order('autoUp')
    expect(shown()).toEqual(BACKS_OFF)
  })

  it.each([[1, 42], [10, 42], [27.9, 42], [28.1, 42.1], [100, 114]])('from %s mm opens to %s mm: by 14 mm, and to where no rod is stiff', (from_mm, to_mm) => {
    control.inputs.count = from_mm * pulses_mm
    order('autoUp')
    control.inputs.count = to_mm * pulses_mm - 0.1
    pass(10)
    expect(shown()).toEqual(BACKS_OFF)
    control.inputs.count += 0.2
    pass(10)
    expect(control.phase).toBe(PHASE.braking)
    expect(backOffTo_mm - backOff_mm).toBe(28)
  })

  it('does so with another switch or goal of the same direction, too', () => {
    partly()
    for (const action of ['autoUp', 'goto', 'up'] as const) {
      expect(order(action, 10)).toBe(true)
      expect(shown()).toEqual(BACKS_OFF)
    }
    backOff()
    expect(control.inputs.count).toBeGreaterThanOrEqual(FROM + BACK_OFF - 2)
    expect(begun).toEqual([true])
  })

  it('drives slowly, and starts softly', () => {
    order('autoUp')
    const first = control.duty
    pass(100, 1)
    expect(control.duty).toBeCloseTo(WINDOW_PARAMETERS.backOff_V / 13.5, 6)
    expect(first).toBeLessThan(control.duty / 2)
  })

  it('forgets the hand that the last closing met', () => {
    control.pinched = true
    order('autoUp')
    expect(control.pinched).toBe(false)
  })

  it('waits for power before, and between', () => {
    control.inputs.fed = false
    order('autoUp')
    expect([control.phase, way()]).toEqual([PHASE.waiting, 0])
    control.inputs.fed = true
    control.powered()
    expect(shown()).toEqual(BACKS_OFF)
    control.inputs.count += BACK_OFF
    pass(10)
    control.inputs.fed = false
    pass(100)
    expect([control.phase, way()]).toEqual([PHASE.waiting, 0])
    control.inputs.fed = true
    pass(10)
    expect(shown()).toEqual(CLOSES)
    expect(begun).toEqual([true])
  })
})

describe('a window that is shut', () => {
  /** Pressed into its upper stop: the drum has stretched the cable, and stands beyond where the glass is. */
  const SHUT = -1

  const closings = [['up', NaN], ['autoUp', NaN], ['goto', 0], ['goto', 0.5]] as const
  it.each(closings)('has nothing to close by %s %s: it takes the command, and rests', (action, position_pct) => {
    control.inputs.count = SHUT
    expect(order(action, position_pct)).toBe(true)
    expect([control.phase, way(), control.needsPower()]).toEqual([PHASE.rest, 0, false])
    expect([control.state(), control.fault]).toEqual([WINDOW_STATE.still, false])
    pass(500)
    expect([control.phase, begun]).toEqual([PHASE.rest, []])
  })

  it('opens, learns, and closes from where it is not pressed into the stop', () => {
    for (const action of ['down', 'autoDown', 'learn'] as const) {
      control.inputs.count = SHUT
      expect(order(action)).toBe(true)
      expect([action, control.phase, way()]).toEqual([action, PHASE.running, 1])
      order('stop')
      pass(400)
    }
    control.inputs.count = 0
    order('up')
    expect(shown()).toEqual(BACKS_OFF)
  })

  it('learns on, with its way up, though it is shut by the place it knew', () => {
    control.inputs.count = SHUT
    order('learn')
    pass(400, 0, 20)
    pass(400)
    expect([control.phase, way(), control.state()]).toEqual([PHASE.running, -1, WINDOW_STATE.learning])
  })
})

describe('a back-off that meets something below', () => {
  it('is given up when the glass stands, and the closing goes on', () => {
    partly('autoUp')
    pass(stall_ms - 1, 0, 20)
    expect(shown()).toEqual(BACKS_OFF)
    pass(1, 0, 20)
    expect([control.phase, control.fault]).toEqual([PHASE.braking, false])
    pass(brake_ms)
    expect(shown()).toEqual(CLOSES)
  })

  it('is given up when it takes too long', () => {
    order('autoUp')
    for (let t_ms = 100; t_ms < backOff_ms; t_ms += 100) {
      control.inputs.count += 1
      pass(100)
      expect(shown(), `${t_ms} ms`).toEqual(BACKS_OFF)
    }
    pass(100)
    expect([control.phase, control.fault]).toEqual([PHASE.braking, false])
    pass(brake_ms)
    expect(shown()).toEqual(CLOSES)
  })
})

describe('a back-off that has to stop', () => {
  it.each([
    ['for the ignition', () => { control.inputs.mayClose = false }, false],
    ['for want of power', () => { control.inputs.fed = false }, true],
    ['by a stop', () => { order('stop') }, false],
    ['because a thumb lets go', () => { control.released() }, false],
  ] as const)('%s brakes and rests: there is nothing to let go', (_why, end, fault) => {
    partly()
    end()
    control.step()
    expect([control.phase, way(), control.reversing(), control.fault]).toEqual([PHASE.braking, 0, false, fault])
    pass(400)
    expect([control.phase, control.state(), control.pinched, control.fault]).toEqual([PHASE.rest, WINDOW_STATE.still, false, fault])
    expect(begun).toEqual([])
  })

  it('for a hot motor does so, too', () => {
    partly('autoUp')
    for (let i = 0; i < 60 && control.phase === PHASE.backingOff; i++) pass(10, 0.1, 150)
    expect([control.phase, control.fault, control.thermal(), begun]).toEqual([PHASE.braking, false, true, []])
    pass(400)
    expect(control.phase).toBe(PHASE.rest)
  })

  it('because it can be guarded no more does so, unless a switch is held', () => {
    partly('autoUp')
    control.inputs.guarding = GUARDING.noMeans
    control.step()
    expect(control.phase).toBe(PHASE.braking)
    pass(400)
    partly()
    backOff()
    expect(shown()).toEqual(CLOSES)
  })

  it('goes on when a switch is let go that did not hold it', () => {
    partly('autoUp')
    control.released()
    expect(shown()).toEqual(BACKS_OFF)
  })

  it('to open brakes, and opens', () => {
    partly()
    order('autoDown')
    expect([control.phase, way()]).toEqual([PHASE.braking, 0])
    pass(100)
    expect([control.phase, way(), control.state()]).toEqual([PHASE.running, 1, WINDOW_STATE.opening])
    expect(begun).toEqual([])
  })

  it.each([
    ['a stop', () => { order('stop') }],
    ['a switch let go', () => { control.released() }],
    ['an opening', () => { order('autoDown') }],
    ['a loss of power', () => {
      control.inputs.fed = false
      control.step()
      control.inputs.fed = true
    }],
  ] as const)('by %s makes no room: a closing while it still brakes begins anew', (_why, end) => {
    partly()
    end()
    pass(10)
    expect(control.phase).toBe(PHASE.braking)
    order('up')
    pass(brake_ms)
    const { count } = control.inputs
    expect(shown()).toEqual(BACKS_OFF)
    backOff()
    expect(control.inputs.count).toBeGreaterThanOrEqual(count + BACK_OFF - 2)
    expect([shown(), begun]).toEqual([CLOSES, [true]])
  })

  it('after a pause of the processor just stops: it opened meanwhile', () => {
    partly()
    control.inputs.now_ms += 500
    control.inputs.count += 20
    order('stop')
    expect([control.phase, control.reversing()]).toEqual([PHASE.braking, false])
  })
})
