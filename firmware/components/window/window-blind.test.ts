import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { WINDOW_STATE } from '#protocol/index.ts'
import { controlRig, type ControlRig, duty, order, rest, runs, type WindowBench, windowBench, WindowModel } from '../../testing/index.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { PHASE } from './phase.ts'

/** The window gives no pulses any more. */
function blind({ glass }: WindowBench): void {
  const last = glass.pulses()
  glass.pulses = () => last
}

describe('a window whose pulses are lost', () => {
  it('while it closes: opens again for a time, says so, and does not know where it is', () => {
    const made = windowBench(90)
    const { bench: b, glass } = made
    order(b, 'autoUp')
    b.run(1500)
    const lost = glass.x
    blind(made)
    expect(b.until(() => b.status().state === WINDOW_STATE.reversing, 300)).toBeLessThan(300)
    expect(lost - glass.x).toBeLessThan(4 * WINDOW_PARAMETERS.blind_pulses)
    const turned = glass.x
    rest(b, 4000)
    expect(glass.x).toBeGreaterThan(turned + 50 * WINDOW_PARAMETERS.pulses_mm)
    expect(b.status()).toMatchObject({ learned: 0, fault: 1, state: WINDOW_STATE.unlearned })
    expect(order(b, 'autoUp')).toBe(false)
    expect(b.faults).toEqual([true])
  })

  it('is told as a fault until they are back', () => {
    const made = windowBench(40)
    const { bench: b, glass } = made
    const pulses = glass.pulses.bind(glass)
    blind(made)
    for (let i = 0; i < 2; i++) {
      order(b, 'down')
      b.run(800)
    }
    expect(b.faults).toEqual([true])
    glass.pulses = pulses
    order(b, 'down')
    b.run(500)
    expect(b.faults).toEqual([true, false])
  })

  it('before it closes: its back-off finds out, and nothing closes', () => {
    const made = windowBench(40)
    const { bench: b, glass } = made
    blind(made)
    order(b, 'up')
    let least = glass.x
    b.run(4000, () => { least = Math.min(least, glass.x) })
    expect([least, duty(b), b.status().fault]).toEqual([0.4 * WindowModel.TRAVEL, 0, 1])
  })

  it('on its learning run takes nothing for the upper end, however near that is', () => {
    const made = windowBench(50)
    const { bench: b, glass } = made
    order(b, 'learn')
    expect(b.until(() => duty(b) < 0 && glass.x < 20, 20_000)).toBeLessThan(Infinity)
    blind(made)
    rest(b, 6000)
    expect(b.status()).toMatchObject({ learned: 0, fault: 1 })
    expect(glass.x).toBeGreaterThan(50 * WINDOW_PARAMETERS.pulses_mm)
  })

  it('at any moment: presses nothing that has no hand in it, never believes a place, and comes to rest', () => {
    const moments = [fc.integer({ min: 5, max: 100 }), fc.integer({ min: 0, max: 9000 }), fc.boolean()] as const
    fc.assert(fc.property(...moments, (opening_pct, after_ms, learn) => {
      const made = windowBench(opening_pct)
      const { bench: b, glass } = made
      order(b, learn ? 'learn' : 'autoUp')
      b.run(after_ms)
      const ended = b.pending === 0
      blind(made)
      b.run(10_000)
      expect(b.pending).toBe(0)
      if (!ended) expect(b.status().learned === 0 || Math.abs(glass.pulses() - glass.counterOffset - glass.x) < 10).toBe(true)
    }), { seed: 71, numRuns: runs(60) })
  })
})

describe('a motor that turns without pulses', () => {
  let rig: ControlRig
  /** A tick in which it turns by its voltage and current; the winding's by the voltage at it. */
  const turn = (winding_A: (motor_V: number) => number): void => {
    const { inputs, duty } = rig.control
    inputs.now_ms += 10
    inputs.taken_ms = inputs.now_ms
    inputs.plug_V = 13.5
    inputs.port_A = winding_A(inputs.plug_V * Math.abs(duty)) * Math.abs(duty)
    rig.control.step()
  }
  const turns = (duration_ms: number): void => {
    for (let t_ms = 0; t_ms < duration_ms; t_ms += 10) turn(() => 4)
  }
  beforeEach(() => {
    rig = controlRig()
  })

  it.each([
    ['has turned by less than a pulse', 0.9, -0.1, false], ['has turned by a pulse', 1.1, -0.1, true], ['turns', 0, 0.1, true],
  ])('that %s unseen, and counts as too weak, lets go of what may be a hand: %s pulses, then %s pulses/s', (_what, pulses, last_pulses_s, letsGo) => {
    const { control, order: command, pass, way } = rig
    command('autoUp')
    pass(500, 2)
    const { guard } = control.closing
    guard.found = true
    const { resistance_ohm, emf_Vs } = guard.load
    const { blindDoubt, weakDoubt, weakStall_ms } = WINDOW_PARAMETERS
    const least_pulses_s = pulses * 1000 / (weakStall_ms - 10)
    for (let waited_ms = 10; waited_ms < weakStall_ms; waited_ms += 10) {
      expect([control.phase, way()]).toEqual([PHASE.running, -1])
      turn(motor_V => (motor_V - least_pulses_s * emf_Vs) / (blindDoubt * resistance_ohm))
    }
    turn(motor_V => (motor_V - last_pulses_s * emf_Vs) / (weakDoubt * resistance_ohm))
    expect([control.phase, control.reversing(), control.fault, control.position.known()]).toEqual([PHASE.braking, letsGo, true, true])
  })

  it.each([['closes, and seems to press on what may be a hand', 'autoUp', true, 1], ['closes', 'autoUp', false, 6], ['opens', 'autoDown', true, 6]] as const)(
    'that %s (%s, %s) is taken for blind when it has turned by %s pulses unseen', (_what, action, mayHold, most_pulses) => {
      const { control, order: command, pass } = rig
      control.closing.guard.mayHold = () => mayHold
      command(action)
      pass(500, 2)
      const { resistance_ohm, emf_Vs } = control.closing.guard.load
      const { blindDoubt } = WINDOW_PARAMETERS
      let unseen_pulses = 0
      for (; control.position.known() && unseen_pulses < 10; unseen_pulses += 0.4) {
        turn(motor_V => (motor_V - 40 * emf_Vs) / (blindDoubt * resistance_ohm))
      }
      expect(Math.abs(unseen_pulses - most_pulses)).toBeLessThan(0.5)
      expect([control.fault, control.reversing()]).toEqual([true, action === 'autoUp'])
    })

  it('ends a reversal after its time, and at a stop', () => {
    const { control, order: command, pass, meet, way } = rig
    const { blindOpen_ms } = WINDOW_PARAMETERS
    const reverse = (): void => {
      command('autoUp')
      pass(500, 2)
      meet()
      pass(100)
      expect([control.phase, way()]).toEqual([PHASE.running, 1])
    }
    reverse()
    turns(blindOpen_ms - 120)
    expect([control.phase, control.reversing(), control.fault, control.position.known()]).toEqual([PHASE.running, true, true, false])
    turns(60)
    expect([control.phase, control.reversing()]).toEqual([PHASE.braking, false])
    control.position.reference(control.inputs.count - 400, 0)
    pass(500)
    reverse()
    turns(200)
    pass(10, 0, 20)
    expect([control.phase, control.reversing()]).toEqual([PHASE.braking, false])
  })

  it('that opens stops, and does not know where it is', () => {
    const { control, order: command, pass, way } = rig
    command('autoDown')
    pass(300, 2)
    turns(100)
    expect([way(), control.reversing(), control.fault, control.position.known()]).toEqual([0, false, true, false])
  })

  it('one pulse is proof that they are not lost', () => {
    const { control, order: command, pass } = rig
    command('autoDown')
    pass(300, 2)
    for (let i = 0; i < 20; i++) {
      turns(10)
      pass(10, 1)
    }
    expect([control.phase, control.fault]).toEqual([PHASE.running, false])
  })
})
