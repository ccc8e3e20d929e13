import { describe, expect, it } from 'vitest'
import { type Descriptor, WINDOW_STATE } from '#protocol/index.ts'
import { duty, MOTOR_DATA, order, rest, WINDOW_DESCRIPTOR, windowBench, WindowModel } from '../../testing/index.ts'
import { WindowMotor } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'

describe('an unlearned window', () => {
  it('refuses what needs a position', () => {
    const { bench: b } = windowBench(50, false)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.unlearned, learned: 0 })
    expect([order(b, 'autoUp'), order(b, 'autoDown'), order(b, 'goto', 50)]).toEqual([false, false, false])
    expect([order(b, 'down'), order(b, 'stop'), order(b, 'up')]).toEqual([true, true, true])
  })

  it('learns its travel, then knows where it is, also after a reset', () => {
    const { bench: b } = windowBench(37, false)
    expect(order(b, 'learn')).toBe(true)
    b.run(100)
    expect(b.status().state).toBe(WINDOW_STATE.learning)
    rest(b, 30000)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.still, learned: 1, position_pct: 0, fault: 0 })
    b.reset()
    expect(b.status()).toMatchObject({ learned: 1, position_pct: 0 })
    order(b, 'goto', 50)
    rest(b, 10000)
    expect(b.status().position_pct).toBeCloseTo(50, 0)
  })

  it('opens again when the learning run meets a hand', () => {
    const { bench: b, glass } = windowBench(37, false)
    glass.obstacleAt = 500
    order(b, 'learn')
    rest(b, 30000)
    expect(glass.x).toBeGreaterThan(900)
    expect(b.status()).toMatchObject({ learned: 0, fault: 1, pinch: 1 })
  })

  it('does not believe a travel that is not the component\'s', () => {
    const data = { travel_pulses: 700, stall_A: 20, ...MOTOR_DATA }
    const { bench: b, glass } = windowBench(37, false, { ...WINDOW_DESCRIPTOR, data } as Descriptor)
    order(b, 'learn')
    // It turns round where its end cannot be any more, and opens again: who knows what it met.
    b.until(() => duty(b) < 0, 30000)
    b.until(() => duty(b) > 0, 30000)
    expect(WindowModel.TRAVEL - glass.x).toBeGreaterThan(0.99 * 700)
    expect(WindowModel.TRAVEL - glass.x).toBeLessThan(1.05 * 700)
    rest(b, 30000)
    expect(glass.x).toBeGreaterThan(WindowModel.TRAVEL - 15)
    expect(b.status()).toMatchObject({ learned: 0, fault: 1, state: WINDOW_STATE.unlearned })
  })

  it('a command ends the learning run', () => {
    const { bench: b } = windowBench(37, false)
    order(b, 'learn')
    b.run(500)
    order(b, 'stop')
    rest(b, 1000)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.unlearned, learned: 0 })
  })

  it('held open at the lower stop it stops there without a fault, and knows no more than before: its travel was never measured', () => {
    const { bench: b, glass } = windowBench(90, false)
    order(b, 'down')
    rest(b, 10000)
    b.run(3000)
    expect(glass.x).toBeGreaterThan(WindowModel.TRAVEL - 15)
    expect(b.status()).toMatchObject({ learned: 0, fault: 0, state: WINDOW_STATE.unlearned })
  })

  it.each([['a hand', 150], ['the end', -1]])('closing, it opens again from %s, and takes neither for its reference', (_, obstacleAt) => {
    const { bench: b, glass } = windowBench(50, false)
    glass.obstacleAt = obstacleAt
    order(b, 'up')
    b.until(() => b.status().state === WINDOW_STATE.reversing, 20000)
    const turned = glass.x
    expect(glass.peakObstacle_A * new WindowMotor(MOTOR_DATA).force_N_A).toBeLessThan(100)
    rest(b, 10000)
    expect(glass.x).toBeGreaterThan(turned + 300)
    expect(b.status()).toMatchObject({ learned: 0, pinch: 1, state: WINDOW_STATE.unlearned })
  })
})

describe('a window that lost its position on the way, by a reset', () => {
  function lost(opening_pct: number): ReturnType<typeof windowBench> {
    const made = windowBench(opening_pct)
    order(made.bench, 'autoDown')
    made.bench.run(100)
    made.bench.reset()
    expect(made.bench.status().learned).toBe(0)
    return made
  }

  it('held open at the lower stop for a second takes the stop as its reference', () => {
    const { bench: b } = lost(90)
    order(b, 'down')
    b.until(() => b.status().state === WINDOW_STATE.opening, 1000)
    b.until(() => !b.driving, 10000)
    expect(b.status().learned).toBe(0)
    b.run(WINDOW_PARAMETERS.referenceHold_ms + 20)
    expect(b.status()).toMatchObject({ learned: 1, position_pct: 100, fault: 0 })
    expect(b.pending).toBe(0)
  })

  it('released there it stays unlearned', () => {
    const { bench: b } = lost(90)
    order(b, 'down')
    b.run(100)
    b.until(() => !b.driving, 10000)
    b.run(WINDOW_PARAMETERS.referenceHold_ms - 50)
    b.component.released!()
    b.run(3000)
    expect(b.status().learned).toBe(0)
    expect(b.pending).toBe(0)
  })

  it('does not take the place for the stop where it lacks the current to go on', () => {
    const { bench: b, glass } = lost(50)
    b.granted_A = 2
    order(b, 'down')
    rest(b, 10000)
    b.run(3000)
    expect(glass.x).toBeLessThan(0.6 * WindowModel.TRAVEL)
    expect(b.status()).toMatchObject({ learned: 0, fault: 1, state: WINDOW_STATE.blocked })
  })

  it('nor the place where its pulses are lost', () => {
    const { bench: b, glass } = lost(30)
    order(b, 'down')
    b.run(500)
    const stuck = glass.pulses()
    glass.pulses = () => stuck
    rest(b, 10000)
    b.run(3000)
    expect(b.status()).toMatchObject({ learned: 0, fault: 1 })
  })
})

describe('power', () => {
  it('waits for it, then goes', () => {
    const { bench: b } = windowBench(20)
    b.grants = false
    order(b, 'autoDown')
    b.run(500)
    expect(b.driving).toBe(false)
    expect(b.status().state).toBe(WINDOW_STATE.waiting)
    b.setPower(true)
    b.run(20)
    expect(duty(b)).toBeGreaterThan(0)
  })

  it('refused for too long: gives up with a fault and takes its wish back', () => {
    const { bench: b } = windowBench(20)
    b.grants = false
    order(b, 'autoDown')
    b.run(WINDOW_PARAMETERS.grant_ms + 20)
    expect(b.status()).toMatchObject({ fault: 1, state: WINDOW_STATE.still })
    expect(b.wish).toBeUndefined()
    expect(b.pending).toBe(0)
  })

  it('withdrawn on the way: stops and does not go on by itself', () => {
    const { bench: b } = windowBench(20)
    order(b, 'autoDown')
    b.run(500)
    b.setPower(false)
    expect(duty(b)).toBe(0)
    b.run(100)
    b.setPower(true)
    b.run(500)
    expect(b.driving).toBe(false)
    expect(b.status().fault).toBe(1)
  })

  it('bounds the eFuse while it closes, anew after a grant that was withdrawn', () => {
    const { bench: b } = windowBench(100)
    for (let run = 0; run < 2; run++) {
      b.grants = true
      order(b, 'autoUp')
      b.run(600)
      expect(b.driving).toBe(true)
      expect(b.bound_A).toBeLessThan(20)
      b.grants = false
      b.setPower(false)
      expect(b.bound_A).toBe(Infinity)
      rest(b, 8000)
    }
  })

  it('unplugged on the way: off, silent for ever', () => {
    const { bench: b } = windowBench(20)
    order(b, 'autoDown')
    b.run(500)
    b.unplug()
    expect(duty(b)).toBe(0)
    expect(b.pending).toBe(0)
    expect(b.wish).toBeUndefined()
  })
})

describe('faults', () => {
  it('blocked while opening: off within 300 ms, reported until the next command', () => {
    const { bench: b, glass } = windowBench(20)
    order(b, 'autoDown')
    b.run(500)
    glass.frozen = true
    expect(b.until(() => !b.driving, 1000)).toBeLessThan(300)
    rest(b, 1000)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.blocked, fault: 1 })
    glass.frozen = false
    order(b, 'down')
    b.run(300)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.opening, fault: 0 })
  })

  it('blocked in both directions: tries to let go once, then gives up', () => {
    const { bench: b, glass } = windowBench(60)
    order(b, 'autoUp')
    b.run(500)
    glass.frozen = true
    rest(b, 5000)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.blocked, fault: 1, pinch: 1 })
  })

  it('a motor that draws nothing is a fault, not an end stop', () => {
    const { bench: b, glass } = windowBench(1)
    glass.unconnected = true
    order(b, 'autoUp')
    rest(b, 5000)
    expect(b.status()).toMatchObject({ fault: 1, pinch: 0 })
    expect(b.status().position_pct).toBeCloseTo(1, 0)
  })

  it('a counter that never stops does not keep the motor on', () => {
    const { bench: b, glass } = windowBench(0)
    glass.step = () => {
      glass.x += 0.01
    }
    glass.current_A = () => 4
    order(b, 'autoDown')
    expect(b.until(() => !b.driving, 30000)).toBeLessThanOrEqual(WINDOW_PARAMETERS.run_ms + WINDOW_PARAMETERS.tick_ms)
    expect(rest(b, 1000)).toBeLessThan(1000)
    expect(b.status().fault).toBe(1)
  })

  it('too many closings in a row: finishes the one it is at, then rests until it is cool, and says so', () => {
    const { bench: b } = windowBench(0)
    let closings = 0
    while (b.status().thermal === 0 && closings < 100) {
      order(b, 'autoDown')
      rest(b, 10000)
      if (!order(b, 'autoUp')) break
      rest(b, 10000)
      expect(b.status().position_pct).toBe(0)
      closings += 1
    }
    expect(closings).toBeGreaterThan(10)
    expect(closings).toBeLessThan(30)
    expect(order(b, 'autoDown')).toBe(false)
    b.run(120000)
    expect(b.status().thermal).toBe(0)
    expect(order(b, 'autoDown')).toBe(true)
  })

  it('a hot motor ends a motion, never a reversal', () => {
    const { bench: b, glass } = windowBench(100)
    const heat = (): void => { glass.current_A = () => 120 }
    order(b, 'autoDown')
    rest(b, 1000)
    glass.obstacleAt = 700
    order(b, 'autoUp')
    b.until(() => duty(b) > 0, 8000)
    const measured = glass.current_A
    heat()
    b.run(600)
    expect(b.status()).toMatchObject({ thermal: 1, state: WINDOW_STATE.reversing })
    expect(duty(b)).toBeGreaterThan(0)
    glass.current_A = measured
    rest(b, 8000)
    expect(glass.x).toBeGreaterThan(930)
    const opening = windowBench(0).bench
    order(opening, 'autoDown')
    opening.run(300)
    opening.plant.current_A = () => 120
    opening.run(1000)
    expect(opening.driving).toBe(false)
    expect(opening.status()).toMatchObject({ thermal: 1 })
  })
})
