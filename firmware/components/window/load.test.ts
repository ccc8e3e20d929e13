import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../testing/index.ts'
import { FRICTION_BYTES, FRICTION_KNOTS, frictionImage, frictionKnot_mm, FrictionProfile, LEAST_CURRENT_A, LoadObserver } from './load.ts'
import type { LoadReading } from './load.ts'
import { emf_Vs, climateFactor, stretch_mm, windingResistance_ohm, WINDOW_MOTOR } from './motor.ts'

/** One closing from `from_mm` to the top that takes `load_A(gap)`. */
function closing(profile: FrictionProfile, load_A: (gap_mm: number) => number, from_mm = 450): void {
  profile.begin()
  for (let gap_mm = from_mm; gap_mm >= 0; gap_mm -= 0.5) profile.see(gap_mm, load_A(gap_mm))
  profile.finish()
}

describe('FrictionProfile', () => {
  it('has knots every 3 mm over the last 30 mm and every 21 mm up to 450', () => {
    expect([0, 1, 10, 11, FRICTION_KNOTS - 1].map(frictionKnot_mm)).toEqual([0, 3, 30, 51, 450])
    expect(FRICTION_KNOTS).toBe(31)
  })

  it('is the nominal current until something is learned', () => {
    const profile = new FrictionProfile(9)
    for (const gap_mm of [12, 17, 200, 450, 600]) expect(profile.usual_A(gap_mm)).toBe(9)
    // With a common upper seal.
    expect([-5, 0, 3, 6, 9].map(gap_mm => Math.round(100 * profile.usual_A(gap_mm)) / 100)).toEqual([10.6, 10.6, 10.2, 9.8, 9.4])
    expect(profile.known(0)).toBe(false)
    expect(profile.changed).toBe(false)
  })

  it('learns the first closing as it is, and interpolates between the knots', () => {
    const profile = new FrictionProfile(9)
    const line = (gap_mm: number): number => 7 + gap_mm / 100
    closing(profile, line)
    expect(profile.changed).toBe(true)
    expect(profile.known(450)).toBe(true)
    for (const gap_mm of [1.5, 13, 29, 40, 100, 333]) expect(Math.abs(profile.usual_A(gap_mm) - line(gap_mm))).toBeLessThan(0.08)
  })

  it('takes later closings in by a share', () => {
    const profile = new FrictionProfile(9)
    closing(profile, () => 8)
    closing(profile, () => 10)
    expect(profile.usual_A(100)).toBeCloseTo(8.6, 5)
    closing(profile, () => 10)
    expect(profile.usual_A(100)).toBeCloseTo(9.02, 5)
  })

  it('learns only where it was, and only from closings that were finished', () => {
    const profile = new FrictionProfile(9)
    closing(profile, () => 7, 30)
    expect(profile.usual_A(30)).toBeCloseTo(7, 5)
    expect(profile.usual_A(300)).toBe(9)
    expect([profile.known(30), profile.known(31), profile.known(450)]).toEqual([true, false, false])
    profile.begin()
    for (let gap_mm = 450; gap_mm > 100; gap_mm--) profile.see(gap_mm, 15)
    profile.begin()
    profile.finish()
    expect(profile.usual_A(300)).toBe(9)
  })

  it('keeps what it learned of parts that a later closing did not come through', () => {
    const profile = new FrictionProfile(9)
    closing(profile, () => 8)
    closing(profile, () => 7, 30)
    expect(profile.usual_A(300)).toBe(8)
    expect(profile.usual_A(20)).toBeCloseTo(7.7, 5)
    expect(profile.known(450)).toBe(true)
  })

  it('learns nothing of a closing that saw nothing', () => {
    const profile = new FrictionProfile(9)
    profile.begin()
    profile.finish()
    expect(profile.changed).toBe(false)
  })

  it('beyond its last knot is what it is there', () => {
    const profile = new FrictionProfile(9)
    closing(profile, gap_mm => 7 + gap_mm / 100)
    expect(profile.usual_A(450)).toBeGreaterThan(11.4)
    for (const gap_mm of [451, 480, Infinity]) expect(profile.usual_A(gap_mm)).toBe(profile.usual_A(450))
  })

  it('weighs what it sees by the distance to the knot', () => {
    const profile = new FrictionProfile(9)
    profile.begin()
    profile.see(3, 6)
    profile.see(4.5, 8)
    profile.finish()
    expect(profile.usual_A(3)).toBeCloseTo((6 + 8 / 2) / 1.5, 5)
    expect(profile.usual_A(6)).toBeCloseTo(8, 5)
    expect(profile.usual_A(0)).toBe(10.6)
  })

  it('is the same after a night in the memory, to 0.05 A', () => {
    const current = fc.double({ min: 0.1, max: 25.4, noNaN: true })
    fc.assert(fc.property(fc.array(current, { minLength: FRICTION_KNOTS, maxLength: FRICTION_KNOTS }), (currents) => {
      const profile = new FrictionProfile(9)
      expect(profile.decode(frictionImage(Float32Array.from(currents)))).toBe(true)
      for (let i = 0; i < FRICTION_KNOTS; i++) expect(Math.abs(profile.usual_A(frictionKnot_mm(i)) - currents[i]!)).toBeLessThan(0.0501)
      expect(profile.encode()).toEqual(frictionImage(Float32Array.from(currents)))
    }), { seed: 11, numRuns: runs(50) })
  })

  it('keeps what was not learned as such, and saturates', () => {
    const image = frictionImage(Float32Array.from({ length: FRICTION_KNOTS }, (_, i) => i === 0 ? 40 : i === 1 ? -3 : 0))
    expect([image[1], image[2], image[3]]).toEqual([255, 0, 0])
    const profile = new FrictionProfile(9)
    profile.decode(image)
    expect([profile.usual_A(0), profile.usual_A(3), profile.usual_A(450)]).toEqual([25.5, 10.2, 9])
  })

  it('refuses an image of another size or version, and changes nothing', () => {
    const profile = new FrictionProfile(9)
    const good = frictionImage(new Float32Array(FRICTION_KNOTS).fill(7))
    expect(good.length).toBe(FRICTION_BYTES)
    const other = good.slice()
    other[0] = 99
    const longer = new Uint8Array(FRICTION_BYTES + 1)
    longer.set(good)
    const shorter = good.slice(0, -1)
    for (const bytes of [undefined, new Uint8Array(0), good.slice(1), shorter, longer, other]) expect(profile.decode(bytes)).toBe(false)
    expect(profile.usual_A(100)).toBe(9)
    expect(profile.decode(good)).toBe(true)
    expect(profile.usual_A(100)).toBeCloseTo(7, 5)
  })
})

const R_ohm = windingResistance_ohm(23)
const TAU_s = WINDOW_MOTOR.inertia_As2 * R_ohm / WINDOW_MOTOR.emf_Vs

/** A motor with a given load, integrated finely. */
class Motor {
  speed_pulses_s = 0
  winding_A = 0
  motor_V = 0
  load_A = 0

  run(seconds: number): void {
    const dt_s = 1e-5
    for (let t_s = 0; t_s < seconds - dt_s / 2; t_s += dt_s) {
      this.winding_A = (this.motor_V - WINDOW_MOTOR.emf_Vs * this.speed_pulses_s) / R_ohm
      this.speed_pulses_s += dt_s * (this.winding_A - this.load_A) / WINDOW_MOTOR.inertia_As2
    }
    this.winding_A = (this.motor_V - WINDOW_MOTOR.emf_Vs * this.speed_pulses_s) / R_ohm
  }

  /** What is measured of it now. */
  reading(over: Partial<LoadReading> = {}): LoadReading {
    const { winding_A, motor_V, speed_pulses_s } = this
    return { winding_A, motor_V, speed_pulses_s, limited: false, risen: false, ...over }
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
      expect(motor.winding_A - 7).toBeLessThan(2 * (1 - Math.exp(-dt_s / TAU_s)) + 0.01)
      expect(observer.load_A).toBeCloseTo(9, 1)
    }
  })

  it('does not take a step of the voltage for one of the load', () => {
    const { motor, observer } = settled()
    motor.motor_V = 13.5
    motor.observed(observer, 0.01)
    expect(motor.winding_A).toBeGreaterThan(8)
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
    observer.update(motor.reading({ limited: true, winding_A: 10 }), 0.01, true)
    expect(observer.load_A).toBe(10)
    // A supply that rose explains the current: no load.
    const risen = settled()
    risen.motor.motor_V += 2
    risen.observer.update(risen.motor.reading({ limited: true, winding_A: 9.2 }), 0.01, true)
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
    observer.update(motor.reading({ winding_A: LEAST_CURRENT_A / 2 }), 0.01, true)
    expect(observer.load_A).toBe(LEAST_CURRENT_A / 2)
    observer.update(motor.reading({ winding_A: LEAST_CURRENT_A }), 0.01, true)
    expect(observer.load_A).not.toBe(LEAST_CURRENT_A)
  })

  it('follows the resistance of a winding that gets warm, within bounds, and keeps it for the next motion', () => {
    const observer = new LoadObserver()
    observer.begin(23)
    const see = (resistance_ohm: number, over: Partial<LoadReading> = {}, steady = true, dt_s = 0.01): void => observer.update({
      winding_A: 8, motor_V: 8 * resistance_ohm + 200 * WINDOW_MOTOR.emf_Vs, speed_pulses_s: 200, limited: false, risen: false, ...over,
    }, dt_s, steady)
    see(0.65)
    expect(observer.resistance_ohm).toBeCloseTo(0.55 + 0.1 * 0.02, 6)
    for (let i = 0; i < 300; i++) see(0.65)
    expect(observer.resistance_ohm).toBeCloseTo(0.65, 3)
    observer.begin(23)
    expect(observer.resistance_ohm).toBeCloseTo(0.65, 3)
    see(0.3, {}, false)
    for (const over of [{ limited: true }, { winding_A: 2 }]) see(0.3, over)
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
    const reading: LoadReading = { winding_A: 6, motor_V: 8, speed_pulses_s: 0, limited: false, risen: false }
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
    expect(climateFactor(23)).toBe(1)
    expect(climateFactor(-27)).toBeCloseTo(1 + 50 * 0.0042, 12)
    expect(climateFactor(73)).toBeCloseTo(1.05, 12)
  })

  it('stretches the cable by its load beyond what it takes to turn', () => {
    expect(stretch_mm(2.5)).toBe(0)
    expect(stretch_mm(1)).toBe(0)
    expect(stretch_mm(4.5)).toBeCloseTo(2 * 28.5 * 0.013, 12)
  })
})
