import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Descriptor, IGNITION, WINDOW_STATE } from '#protocol/index.ts'
import { duty, MOTOR_DATA, order, rest, runs, WINDOW_DESCRIPTOR, windowBench, WindowModel } from '../../testing/index.ts'
import { Closing } from './closing.ts'
import { FRICTION_KNOTS, frictionImage } from './load.ts'
import { WindowMotor } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { encodeWindowRecord } from './position.ts'
import { WINDOW_FRICTION_KEY, WINDOW_RECORD_KEY } from './window.ts'

const { run_A, peak_A } = WINDOW_DESCRIPTOR

/** A window that has learned to take `friction_A` everywhere. */
function worn(friction_A: number, opening_pct = 100): ReturnType<typeof windowBench> {
  const made = windowBench(opening_pct)
  made.bench.nvm.set(WINDOW_FRICTION_KEY, frictionImage(new Float32Array(FRICTION_KNOTS).fill(friction_A)))
  made.bench.reset()
  made.glass.friction_A = friction_A
  return made
}

describe('the current a window asks for', () => {
  it('is the descriptor\'s where that is enough', () => {
    const { bench: b } = worn(6.5)
    for (const action of ['autoUp', 'autoDown', 'autoUp'] as const) {
      order(b, action)
      rest(b, 14_000)
    }
    expect(b.wishes.map(wish => wish.run_A)).toEqual([run_A, run_A, run_A])
    expect(b.wishes.every(wish => wish.peak_A === peak_A && wish.priority === 2)).toBe(true)
  })

  it('is more for closing seals that take more, and for cold ones; never for opening', () => {
    const { bench: b } = worn(12)
    order(b, 'autoUp')
    expect(b.wish!.run_A).toBeGreaterThan(12)
    expect(b.wish!.run_A).toBeLessThan(16)
    order(b, 'stop')
    rest(b, 1000)
    order(b, 'autoDown')
    expect(b.wish!.run_A).toBe(run_A)
    const { bench: cold } = windowBench(100)
    cold.temperature_C = -30
    order(cold, 'autoUp')
    expect(cold.wish!.run_A).toBeGreaterThan(run_A)
  })

  it('is asked again, a little higher, when friction turns out to be more, and seldom', () => {
    const { bench: b, glass } = windowBench(100)
    glass.friction_A = 11
    order(b, 'autoUp')
    rest(b, 14_000)
    expect(b.status()).toMatchObject({ pinch: 0, position_pct: 0 })
    const asked = b.wishes.map(wish => wish.run_A)
    expect(asked[0]).toBe(run_A + 1)
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.length).toBeLessThan(6)
    for (let i = 1; i < asked.length; i++) expect(asked[i]).toBeGreaterThan(asked[i - 1]!)
    // It turns already: another's peak is not to wait for one that it does not need.
    expect(b.wishes.map(wish => wish.peak_A)).toEqual(asked.map((asked_A, i) => i === 0 ? peak_A : asked_A))
  })

  it('is never above the peak of the descriptor, and the reversal asks for what opening takes', () => {
    const { bench: b, glass } = worn(25)
    order(b, 'autoUp')
    expect(b.wish!.run_A).toBe(peak_A)
    const pinched = worn(11)
    pinched.glass.obstacleAt = 400
    order(pinched.bench, 'autoUp')
    pinched.bench.until(() => duty(pinched.bench) > 0, 8000)
    expect(pinched.bench.wish).toEqual({ run_A, peak_A, priority: 0 })
    expect(glass.x).toBe(WindowModel.TRAVEL)
  })

  it('grows with friction and cold, shrinks with a higher supply, and is that of the whole travel where the place is not known', () => {
    const friction = fc.double({ min: 3, max: 20, noNaN: true })
    const gap = fc.integer({ min: 0, max: 450 })
    const cold = fc.integer({ min: -30, max: 22 })
    fc.assert(fc.property(friction, friction, gap, cold, (one_A, other_A, gap_mm, cold_C) => {
      const closing = (friction_A: number): Closing => {
        const made = new Closing(new WindowMotor(MOTOR_DATA), 9)
        made.guard.profile.decode(frictionImage(new Float32Array(FRICTION_KNOTS).fill(friction_A)))
        return made
      }
      const [less, more] = one_A < other_A ? [closing(one_A), closing(other_A)] : [closing(other_A), closing(one_A)]
      const forecast_A = less.forecast_A(gap_mm, 23, 13.5)
      expect(forecast_A).toBeLessThanOrEqual(more.forecast_A(gap_mm, 23, 13.5))
      expect(forecast_A).toBeLessThanOrEqual(less.forecast_A(gap_mm, cold_C, 13.5))
      expect(less.forecast_A(gap_mm, 23, 16)).toBeLessThanOrEqual(forecast_A)
      expect(forecast_A).toBeLessThanOrEqual(less.forecast_A(450, 23, 13.5))
      expect(less.forecast_A(NaN, 23, 13.5)).toBe(less.forecast_A(450, 23, 13.5))
      // What it forecasts is at least what the motor then takes of a weak supply: all of the friction, at full duty.
      expect(less.forecast_A(gap_mm, 23, 1)).toBeGreaterThanOrEqual(less.guard.profile.usual_A(0))
    }), { seed: 21, numRuns: runs(200) })
  })
})

describe('a motor too weak for its seals', () => {
  it('stops the glass without a reversal, says blocked and faulty, and opens when told', () => {
    const { bench: b, glass } = worn(15, 65)
    b.supply_V = 11
    order(b, 'autoUp')
    b.run(1000)
    expect(glass.x).toBeLessThan(0.64 * WindowModel.TRAVEL)
    b.supply_V = 8
    const stood = b.until(() => duty(b) >= 0, 2000)
    expect(stood).toBeLessThan(1000)
    expect(rest(b, 5000)).toBeLessThan(1000)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.blocked, fault: 1, pinch: 0, learned: 1 })
    expect(b.driving).toBe(false)
    expect(order(b, 'autoDown')).toBe(true)
    rest(b, 8000)
    expect(b.status()).toMatchObject({ position_pct: 100, fault: 0 })
  })

  it('does not leave the glass where it presses as hard as may be a hand: it lets go by 50 mm, and says that it is blocked', () => {
    const { bench: b, glass } = worn(15, 65)
    b.supply_V = 9
    order(b, 'autoUp')
    b.run(1000)
    const stood = glass.x
    // 9 V are 16.4 A: 39 N beyond the friction that was learned.
    glass.friction_A = 16.5
    expect(rest(b, 10_000)).toBeLessThan(5000)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.blocked, fault: 1, pinch: 0, learned: 1 })
    expect((glass.x - stood) / WINDOW_PARAMETERS.pulses_mm).toBeGreaterThan(0.9 * WINDOW_PARAMETERS.letGo_mm)
    expect((glass.x - stood) / WINDOW_PARAMETERS.pulses_mm).toBeLessThan(1.2 * WINDOW_PARAMETERS.letGo_mm)
    expect(order(b, 'autoDown')).toBe(true)
    rest(b, 8000)
    expect(b.status()).toMatchObject({ position_pct: 100, fault: 0 })
  })

  it('tried again and again gets warm, is refused, and may close when it has cooled', () => {
    const { bench: b, glass } = worn(17, 65)
    b.supply_V = 9
    let tries = 0
    while (order(b, 'up') && tries < 200) {
      rest(b, 5000)
      tries++
      expect(glass.x).toBe(0.65 * WindowModel.TRAVEL)
      expect(b.status().pinch).toBe(0)
    }
    expect(tries).toBeGreaterThan(5)
    expect(tries).toBeLessThan(100)
    expect(b.status()).toMatchObject({ thermal: 1 })
    expect(b.driving).toBe(false)
    b.run(120_000)
    b.supply_V = 13.5
    expect(order(b, 'autoUp')).toBe(true)
    rest(b, 14_000)
    expect(b.status()).toMatchObject({ position_pct: 0 })
  })
})

describe('power that goes while the glass closes', () => {
  it('after the eFuse had to hold it: it may be on a hand, and opens when there is power again', () => {
    const { bench: b, glass } = windowBench(100)
    order(b, 'autoUp')
    b.run(1500)
    b.granted_A = 6
    b.run(20)
    b.grants = false
    b.setPower(false)
    const stopped = glass.x
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.reversing, pinch: 1 })
    b.run(400)
    expect(duty(b)).toBe(0)
    b.granted_A = Infinity
    b.setPower(true)
    rest(b, 8000)
    expect(glass.x).toBeGreaterThan(Math.min(stopped + 400, WindowModel.TRAVEL - 15))
    expect(b.status().fault).toBe(0)
  })

  it('without that, or long after it: it stops, and does not open', () => {
    const late = windowBench(50).bench
    // Opening, it learns how heavy its rotor is.
    order(late, 'autoDown')
    rest(late, 8000)
    order(late, 'autoUp')
    late.run(1000)
    late.granted_A = 6
    late.run(20)
    late.granted_A = Infinity
    late.run(300)
    const plain = windowBench(100).bench
    order(plain, 'autoUp')
    plain.run(1000)
    for (const b of [late, plain]) {
      expect(duty(b)).toBeLessThan(0)
      b.setPower(false)
      b.run(2000)
      b.setPower(true)
      b.run(1000)
      expect(b.driving).toBe(false)
      expect(b.status()).toMatchObject({ fault: 1, pinch: 0 })
    }
  })

  it('with the supply at nothing: it drives nothing, and gives up with a fault', () => {
    const { bench: b, glass } = windowBench(60)
    b.supply_V = 0
    order(b, 'autoUp')
    rest(b, 3000)
    expect(b.status()).toMatchObject({ fault: 1, pinch: 0 })
    expect(glass.x).toBe(0.6 * WindowModel.TRAVEL)
  })
})

describe('a goto to where the window is', () => {
  it.each([50, 0, 100])('at %d % is accepted, and moves nothing', (goal) => {
    const { bench: b, glass } = windowBench(goal)
    expect(order(b, 'goto', goal)).toBe(true)
    b.run(300)
    expect(Math.abs(glass.x * 100 / WindowModel.TRAVEL - goal)).toBeLessThan(1)
    expect(b.pending).toBe(0)
  })
})

describe('a learning run that finds another travel than the descriptor says', () => {
  it('believes it within its share, but not what it saw of friction on the way', () => {
    // The buffers at both ends give a little: 961 pulses are found.
    for (const [travel_pulses, friction] of [[961, true], [950, false], [972, false]] as const) {
      const data = { travel_pulses, stall_A: 20, ...MOTOR_DATA }
      const { bench: b } = windowBench(37, false, { ...WINDOW_DESCRIPTOR, data } as Descriptor)
      order(b, 'learn')
      rest(b, 30_000)
      expect(b.status()).toMatchObject({ learned: 1, fault: 0, position_pct: 0 })
      expect(b.nvm.has(WINDOW_FRICTION_KEY)).toBe(friction)
    }
  })
})

describe('what a window refuses', () => {
  it('are actions it does not know', () => {
    const { bench: b } = windowBench(50)
    for (const action of [7, 11, 15]) expect(b.receiveAction(action)).toBe(false)
    expect(b.ignition).toBe(IGNITION.on)
    expect(b.pending).toBe(0)
  })

  it.each([0.9, 1.1])('is a stored travel of %d times the component\'s', (share) => {
    const { bench: b } = windowBench(50)
    b.nvm.set(WINDOW_RECORD_KEY, encodeWindowRecord({
      serial: WINDOW_DESCRIPTOR.serial, travel_pulses: share * WindowModel.TRAVEL, position_pulses: 100,
    }))
    b.reset()
    expect(b.status()).toMatchObject({ learned: 0, state: WINDOW_STATE.unlearned })
  })
})

describe('a motor too weak to press the glass into its stop', () => {
  it('rests at the top without a fault, and does not take where it stands for closed', () => {
    const { bench: b, glass } = windowBench(10)
    order(b, 'autoUp')
    b.until(() => glass.x < -4, 8000)
    glass.frozen = true
    b.supply_V = 4
    rest(b, 1000)
    expect(b.status()).toMatchObject({ state: WINDOW_STATE.still, fault: 0, pinch: 0 })
    glass.frozen = false
    b.supply_V = 13.5
    order(b, 'goto', 50)
    rest(b, 8000)
    expect(Math.abs(glass.x - 0.5 * WindowModel.TRAVEL)).toBeLessThan(0.01 * WindowModel.TRAVEL)
  })
})
