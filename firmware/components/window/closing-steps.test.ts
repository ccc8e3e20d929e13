import { describe, expect, it } from 'vitest'
import { Closing } from './closing.ts'
import { GUARD_PARAMETERS } from './guard.ts'
import { FRICTION_KNOTS, frictionImage, frictionKnot_mm } from './load.ts'
import { emf_Vs, climateFactor, stretch_mm, windingResistance_ohm, WINDOW_MOTOR } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'

const FRICTION_A = 8
const R_ohm = windingResistance_ohm(23)
const PULSES_mm = WINDOW_PARAMETERS.pulses_mm
/** Readings of a closing that is still in its start, and of one that is careful no more. */
const START_ms = 240
const TRIMMED_ms = 300
/** What a hand's current lies above friction. */
const HAND_A = (GUARD_PARAMETERS.trip_N + GUARD_PARAMETERS.margin_N) / WINDOW_MOTOR.force_N_A

interface Tick {
  readonly elapsed_ms?: number
  readonly speed_mm_s?: number
  readonly supply_V?: number
  readonly excess_N?: number
  readonly nearGoal?: boolean
}

function learned(friction_A: (gap_mm: number) => number = () => FRICTION_A): Closing {
  const closing = new Closing(9)
  const profile = new Float32Array(FRICTION_KNOTS)
  for (let i = 0; i < FRICTION_KNOTS; i++) profile[i] = friction_A(frictionKnot_mm(i))
  closing.guard.profile.decode(frictionImage(profile))
  return closing
}

/** A closing that is told, tick by tick, how fast the glass is and what the guard finds; it stays where it is. */
class Steps {
  readonly closing: Closing
  now_ms = 1000
  /** At the motor, by the last duty. */
  motor_V = 0
  private duty = 0
  private readonly gap_mm: number

  constructor(gap_mm: number, closing: Closing = learned()) {
    this.closing = closing
    this.gap_mm = gap_mm
    closing.begin(this.now_ms, gap_mm, 23, false)
  }

  /** 10 ms later. Returns by how much the motor's voltage changed. */
  tick(tick: Tick = {}): number {
    const { elapsed_ms = TRIMMED_ms, speed_mm_s = 42, supply_V = 13.5, excess_N = 0, nearGoal = false } = tick
    const { reading, guard } = this.closing
    this.now_ms += 10
    reading.elapsed_ms = elapsed_ms
    reading.gap_mm = this.gap_mm - stretch_mm(FRICTION_A)
    reading.speed_mm_s = speed_mm_s
    reading.speed_pulses_s = speed_mm_s * PULSES_mm
    this.closing.update({ now_ms: this.now_ms, port_A: FRICTION_A * this.duty, limit_A: Infinity, supply_V }, this.duty)
    guard.excess_N = excess_N
    this.duty = this.closing.duty(supply_V, nearGoal)
    const before_V = this.motor_V
    this.motor_V = this.duty * supply_V
    return this.motor_V - before_V
  }

  /** For half a second. */
  settle(tick: Tick = {}): this {
    for (let i = 0; i < 50; i++) this.tick(tick)
    return this
  }
}

/** What a speed takes, V. */
const speed_V = (speed_mm_s: number): number => speed_mm_s * PULSES_mm * WINDOW_MOTOR.emf_Vs + FRICTION_A * R_ohm

describe('the voltage of a closing', () => {
  it('begins with a share of what overcomes friction', () => {
    const closing = learned()
    closing.begin(0, 150, 23, false)
    expect(closing.duty(13.5, false) * 13.5).toBeCloseTo(0.6 * FRICTION_A * R_ohm, 9)
  })

  it('is what the speed takes, from a standstill too', () => {
    expect(new Steps(150).settle({ elapsed_ms: START_ms, speed_mm_s: 0 }).motor_V).toBeCloseTo(speed_V(42), 9)
    expect(new Steps(150).settle({ elapsed_ms: START_ms }).motor_V).toBeCloseTo(speed_V(42), 9)
  })

  it('grows by 30 V/s and falls by 25 V/s at most', () => {
    const steps = new Steps(440)
    steps.tick()
    expect(steps.tick()).toBeCloseTo(0.3, 9)
    steps.settle({ speed_mm_s: 110 })
    expect(steps.tick({ speed_mm_s: 110, nearGoal: true })).toBeCloseTo(-0.25, 9)
  })

  it('is careful for the first 450 ms where a hand may be, and no longer', () => {
    const steps = new Steps(150).settle()
    expect(steps.tick({ elapsed_ms: 449 })).toBeCloseTo(0, 9)
    expect(steps.tick({ elapsed_ms: 450 })).toBeGreaterThan(0.1)
    const far = new Steps(440).settle({ elapsed_ms: START_ms, speed_mm_s: 110 })
    expect(far.motor_V).toBeCloseTo(speed_V(110), 9)
  })
})

describe('a glass that is too slow', () => {
  const slow: Tick = { speed_mm_s: 37 }
  /** Of 5 mm/s in 10 ms, at a time constant of 400 ms. */
  const correction_V = 5 * PULSES_mm * WINDOW_MOTOR.emf_Vs * 10 / 400

  it('gets more voltage, little by little; one that is too fast gets less', () => {
    expect(new Steps(150).settle().tick(slow)).toBeCloseTo(correction_V, 9)
    expect(new Steps(150).settle().tick({ speed_mm_s: 47 })).toBeCloseTo(-correction_V, 9)
  })

  it('gets 2 V more at most, or less', () => {
    for (const [speed_mm_s, most_V] of [[20, 2], [80, -2]] as const) {
      const steps = new Steps(150).settle()
      for (let i = 0; i < 4; i++) steps.settle({ speed_mm_s })
      expect(steps.motor_V).toBeCloseTo(speed_V(42) + most_V, 9)
    }
  })

  it('is left alone for the first 250 ms', () => {
    const started = new Steps(150).settle()
    expect(started.tick({ ...slow, elapsed_ms: 249 })).toBeCloseTo(0, 9)
    expect(started.tick({ ...slow, elapsed_ms: 250 })).toBeCloseTo(correction_V, 9)
  })

  it('is left alone from 12 N on: it may be a hand that makes it slow', () => {
    const pressed = new Steps(150).settle()
    expect(pressed.tick({ ...slow, excess_N: 12 })).toBeCloseTo(0, 9)
    expect(pressed.tick({ ...slow, excess_N: 11.99 })).toBeCloseTo(correction_V, 9)
  })

  it('is left alone where the supply is what it lacks: nothing is made up for when it comes back', () => {
    const weak = new Steps(150).settle({ elapsed_ms: START_ms, supply_V: 5 }).settle({ ...slow, supply_V: 5 })
    expect(weak.motor_V).toBe(5)
    expect(weak.settle().motor_V).toBeCloseTo(speed_V(42), 9)
  })
})

describe('what is measured of a closing', () => {
  const begun = (): Closing => {
    const closing = learned()
    closing.begin(1000, 150, 23, false)
    return closing
  }
  const measured = { now_ms: 1010, port_A: 5, limit_A: 20, supply_V: 13.5 }

  it('counts from 4 ms after the last on', () => {
    const closing = begun()
    closing.update({ ...measured, now_ms: 1003.9 }, 0.5)
    expect(closing.reading.now_ms).toBe(1000)
    closing.update({ ...measured, now_ms: 1004 }, 0.5)
    expect(closing.reading.now_ms).toBe(1004)
  })

  it('is at the limit from 95 % of it on', () => {
    const closing = begun()
    closing.update({ ...measured, port_A: 0.95 * 20 }, 0.5)
    expect(closing.reading.limited).toBe(true)
    closing.update({ ...measured, now_ms: 1020, port_A: 0.949 * 20 }, 0.5)
    expect(closing.reading.limited).toBe(false)
  })

  it('is of a supply that rose, if that is more than 0.2 V higher than the last; the first one has nothing to rise from', () => {
    const closing = begun()
    const rose: boolean[] = []
    for (const [i, supply_V] of [13, 13.3, 13.4, 9, 0.2, 0.4, 0.61].entries()) {
      closing.update({ ...measured, now_ms: 1010 + 10 * i, supply_V }, 0.5)
      rose.push(closing.reading.risen)
    }
    expect(rose).toEqual([false, true, false, false, false, false, true])
  })

  it('was held back until 200 ms after the eFuse held it; in another closing it is forgotten', () => {
    const closing = begun()
    expect(closing.wasLimited(1010)).toBe(false)
    closing.update({ ...measured, port_A: 20 }, 0.5)
    closing.update({ ...measured, now_ms: 1020 }, 0.5)
    expect(closing.wasLimited(1210)).toBe(true)
    expect(closing.wasLimited(1211)).toBe(false)
    closing.begin(1100, 150, 23, false)
    expect(closing.wasLimited(1110)).toBe(false)
    expect(new Closing(9).wasLimited(0)).toBe(false)
  })
})

describe('the current that a closing will take', () => {
  /** At a place where the glass is to have a speed, at a temperature and a supply. */
  const taken_A = (winding_A: number, speed_mm_s: number, temperature_C = 23, supply_V = 13.5): number => {
    const friction_A = FRICTION_A * climateFactor(temperature_C)
    const motor_V = speed_mm_s * PULSES_mm * emf_Vs(temperature_C) + 1.15 * friction_A * windingResistance_ohm(temperature_C)
    return winding_A * motor_V / supply_V
  }

  it('is the motor\'s by its share of the supply: with the current of a hand near, with 15 % more friction far open', () => {
    expect(learned().forecast_A(0, 23, 13.5)).toBeCloseTo(taken_A(FRICTION_A + HAND_A, 25), 5)
    const cold_A = FRICTION_A * climateFactor(-30)
    expect(learned().forecast_A(0, -30, 13.5)).toBeCloseTo(taken_A(cold_A + HAND_A, 25, -30), 5)
    expect(learned().forecast_A(450, 23, 13.5)).toBeCloseTo(taken_A(1.15 * FRICTION_A, 110), 5)
  })

  it('is all of the motor\'s where the supply is no more than the motor needs', () => {
    expect(learned().forecast_A(100, 23, 4)).toBeCloseTo(FRICTION_A + HAND_A, 5)
  })

  it('is the most of the way that is left, to the next knot of the profile', () => {
    const tight = learned(gap_mm => gap_mm === 51 ? 16 : FRICTION_A)
    const plain_A = tight.forecast_A(30, 23, 13.5)
    expect(plain_A).toBeCloseTo(learned().forecast_A(30, 23, 13.5), 9)
    const most_A = tight.forecast_A(51, 23, 13.5)
    expect(most_A).toBeGreaterThan(plain_A + 5)
    for (const gap_mm of [30.1, 72, 450, NaN]) expect(tight.forecast_A(gap_mm, 23, 13.5)).toBe(most_A)
  })

  it('here and now is the same of the friction that it is found to be', () => {
    expect(new Steps(150).closing.neededNow_A(0.5)).toBeCloseTo((FRICTION_A + HAND_A) / 2, 9)
    expect(new Steps(440).closing.neededNow_A(0.5)).toBeCloseTo(1.15 * FRICTION_A / 2, 9)
  })
})
