import { describe, expect, it } from 'vitest'
import { LEAST_CURRENT_A, LoadObserver } from './load.ts'
import type { LoadReading } from './load.ts'
import { WINDOW_MOTOR, emf_Vs, frictionAt, stretch_mm, windingResistance_ohm } from './motor.ts'

const R_ohm = windingResistance_ohm(23)
const TAU_s = WINDOW_MOTOR.inertia_As2 * R_ohm / WINDOW_MOTOR.emf_Vs

/** A motor with a given load, integrated finely. */
class Motor {
  speed_pulses_s = 0
  motor_A = 0
  motor_V = 0
  load_A = 0

  run(seconds: number): void {
    const dt_s = 1e-5
    for (let t_s = 0; t_s < seconds - dt_s / 2; t_s += dt_s) {
      this.motor_A = (this.motor_V - WINDOW_MOTOR.emf_Vs * this.speed_pulses_s) / R_ohm
      this.speed_pulses_s += dt_s * (this.motor_A - this.load_A) / WINDOW_MOTOR.inertia_As2
    }
    this.motor_A = (this.motor_V - WINDOW_MOTOR.emf_Vs * this.speed_pulses_s) / R_ohm
  }

  /** What is measured of it now. */
  reading(over: Partial<LoadReading> = {}): LoadReading {
    const { motor_A, motor_V, speed_pulses_s } = this
    return { motor_A, motor_V, speed_pulses_s, limited: false, risen: false, ...over }
  }

  /** It runs for a tick, and is measured. */
  observed(observer: LoadObserver, dt_s: number, over: Partial<LoadReading> = {}): void {
    this.run(dt_s)
    observer.update(this.reading(over), dt_s, true)
  }
}

function settled(): { motor: Motor, observer: LoadObserver } {
  const motor = new Motor()
  const observer = new LoadObserver()
  observer.begin(23)
  motor.load_A = 7
  motor.motor_V = 12
  motor.run(0.5)
  for (let i = 0; i < 3; i++) motor.observed(observer, 0.01)
  return { motor, observer }
}

describe('LoadObserver', () => {
  it('sees a load at once that the current shows only after the time constant of the rotor', () => {
    for (const dt_s of [0.005, 0.01, 0.02, 0.035]) {
      const { motor, observer } = settled()
      motor.load_A = 9
      motor.observed(observer, dt_s)
      expect(motor.motor_A - 7).toBeLessThan(2 * (1 - Math.exp(-dt_s / TAU_s)) + 0.01)
      expect(observer.load_A).toBeCloseTo(9, 1)
    }
  })

  it('does not take a step of the voltage for one of the load', () => {
    const { motor, observer } = settled()
    motor.motor_V = 13.5
    motor.observed(observer, 0.01)
    expect(motor.motor_A).toBeGreaterThan(8)
    expect(observer.load_A).toBeCloseTo(7, 1)
    motor.motor_V = 11
    motor.observed(observer, 0.02)
    expect(observer.load_A).toBeCloseTo(7, 1)
  })

  it('starts from rest: the first step of the voltage is no load either', () => {
    const observer = new LoadObserver()
    const motor = new Motor()
    observer.begin(23)
    motor.motor_V = 8
    motor.load_A = 6
    motor.observed(observer, 0.01)
    expect(observer.load_A).toBeCloseTo(6, 1)
  })

  it('held at the limit by the eFuse it says what it is sure of', () => {
    const { motor, observer } = settled()
    observer.update(motor.reading({ limited: true, motor_A: 10 }), 0.01, true)
    expect(observer.load_A).toBe(10)
    // A supply that rose explains the current: no load.
    const risen = settled()
    risen.motor.motor_V += 2
    risen.observer.update(risen.motor.reading({ limited: true, motor_A: 9.2 }), 0.01, true)
    expect(risen.observer.load_A).toBeLessThan(9)
  })

  it('does not take a supply that rose late in the interval for a load', () => {
    const { motor, observer } = settled()
    motor.run(0.009)
    motor.motor_V = 13
    motor.run(0.001)
    observer.update(motor.reading({ risen: true }), 0.01, true)
    expect(observer.load_A).toBeCloseTo(7, 1)
    motor.observed(observer, 0.01)
    expect(observer.load_A).toBeCloseTo(7, 0)
    motor.load_A = 5
    motor.observed(observer, 0.01, { risen: true })
    expect(observer.load_A).toBeCloseTo(5, 0)
    const without = settled()
    without.motor.run(0.009)
    without.motor.motor_V = 13
    without.motor.run(0.001)
    without.observer.update(without.motor.reading(), 0.01, true)
    expect(without.observer.load_A).toBeGreaterThan(7.5)
  })

  it('shows the current alone where the bridge may be feeding back', () => {
    const { motor, observer } = settled()
    observer.update(motor.reading({ motor_A: LEAST_CURRENT_A / 2 }), 0.01, true)
    expect(observer.load_A).toBe(LEAST_CURRENT_A / 2)
    observer.update(motor.reading({ motor_A: LEAST_CURRENT_A }), 0.01, true)
    expect(observer.load_A).not.toBe(LEAST_CURRENT_A)
  })

  it('follows the resistance of a winding that gets warm, within bounds, and keeps it for the next motion', () => {
    const observer = new LoadObserver()
    observer.begin(23)
    const see = (resistance_ohm: number, over: Partial<LoadReading> = {}, steady = true, dt_s = 0.01): void => observer.update({
      motor_A: 8, motor_V: 8 * resistance_ohm + 200 * WINDOW_MOTOR.emf_Vs, speed_pulses_s: 200, limited: false, risen: false, ...over,
    }, dt_s, steady)
    see(0.65)
    expect(observer.resistance_ohm).toBeCloseTo(0.55 + 0.1 * 0.02, 6)
    for (let i = 0; i < 300; i++) see(0.65)
    expect(observer.resistance_ohm).toBeCloseTo(0.65, 3)
    observer.begin(23)
    expect(observer.resistance_ohm).toBeCloseTo(0.65, 3)
    see(0.3, {}, false)
    for (const over of [{ limited: true }, { motor_A: 2 }]) see(0.3, over)
    expect(observer.resistance_ohm).toBeCloseTo(0.65, 3)
    for (let i = 0; i < 500; i++) see(5)
    expect(observer.resistance_ohm).toBeCloseTo(1.5 * 0.55, 9)
    for (let i = 0; i < 500; i++) see(-5)
    expect(observer.resistance_ohm).toBeCloseTo(0.75 * 0.55, 9)
    see(0.55, {}, true, 2)
    expect(observer.resistance_ohm).toBeCloseTo(0.55, 9)
  })

  it('begins each closing from rest, with the winding and the magnets that the door\'s temperature makes', () => {
    const { motor, observer } = settled()
    observer.begin(-30)
    expect(observer.load_A).toBe(0)
    expect(observer.resistance_ohm).toBeCloseTo(windingResistance_ohm(-30), 9)
    expect(observer.emf_Vs).toBe(emf_Vs(-30))
    observer.begin(23)
    const rested = new Motor()
    rested.load_A = 6
    rested.motor_V = motor.motor_V
    rested.observed(observer, 0.01)
    expect(observer.load_A).toBeCloseTo(6, 1)
  })

  it('with a supply that rose, a current that stays at the limit says nothing of the load', () => {
    const observer = new LoadObserver()
    observer.begin(23)
    const reading: LoadReading = { motor_A: 6, motor_V: 8, speed_pulses_s: 0, limited: false, risen: false }
    observer.update(reading, 0.01, false)
    const before_A = observer.load_A
    expect(before_A).toBeLessThan(6)
    observer.update({ ...reading, limited: true, risen: true }, 0.01, false)
    expect(observer.load_A).toBe(before_A)
  })
})

describe('the motor', () => {
  it('has a resistance that grows and magnets that weaken with temperature', () => {
    expect(windingResistance_ohm(23)).toBeCloseTo(0.55, 12)
    expect(windingResistance_ohm(80)).toBeCloseTo(0.15 + 0.4 * (1 + 0.0039 * 57), 12)
    expect(emf_Vs(23)).toBe(0.0314)
    expect(emf_Vs(-27)).toBeCloseTo(0.0314 * 1.1, 12)
  })

  it('takes more in the cold, a little more in the heat', () => {
    expect(frictionAt(23)).toBe(1)
    expect(frictionAt(-27)).toBeCloseTo(1 + 50 * 0.0042, 12)
    expect(frictionAt(73)).toBeCloseTo(1.05, 12)
  })

  it('stretches the cable by its load beyond what it takes to turn', () => {
    expect(stretch_mm(2.5)).toBe(0)
    expect(stretch_mm(1)).toBe(0)
    expect(stretch_mm(4.5)).toBeCloseTo(2 * 28.5 * 0.013, 12)
  })
})
