import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MOTOR_DATA, runs } from '../../testing/index.ts'
import { FRICTION_BYTES, FRICTION_KNOTS, frictionImage, frictionKnot_mm, FrictionProfile, LoadObserver, rotorImage, rotorOf } from './load.ts'
import type { LoadReading } from './load.ts'
import { climateFactor, WindowMotor } from './motor.ts'

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
    expect([-5, 0, 3, 6, 9].map(gap_mm => Math.round(100 * profile.usual_A(gap_mm)) / 100)).toEqual([11, 11, 10.5, 10, 9.5])
    expect(profile.changed).toBe(false)
  })

  it('learns the first closing as it is, and interpolates between the knots', () => {
    const profile = new FrictionProfile(9)
    const line = (gap_mm: number): number => 7 + gap_mm / 100
    closing(profile, line)
    expect(profile.changed).toBe(true)
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
    expect(profile.usual_A(0)).toBe(11)
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
    expect([profile.usual_A(0), profile.usual_A(3), profile.usual_A(450)]).toEqual([25.5, 10.5, 9])
  })

  it('finds the next knot further down that takes more, learned or not', () => {
    // Few knots are learned; what the seal adds to the others comes in halves of an ampere.
    const currents = fc.array(fc.constantFrom(0, 0, 0, 7, 9, 10), { minLength: FRICTION_KNOTS, maxLength: FRICTION_KNOTS })
    const knot = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: FRICTION_KNOTS - 1 }))
    fc.assert(fc.property(currents, knot, knot, fc.integer({ min: 12, max: 24 }), (currents_A, index, last, halves_A) => {
      const profile = new FrictionProfile(9)
      profile.decode(frictionImage(Float32Array.from(currents_A)))
      const load_A = halves_A / 2
      let expected = index
      while (expected >= last && profile.knot_A(expected) <= load_A) expected--
      expect(profile.heavier(index, last, load_A)).toBe(expected)
    }), { seed: 12, numRuns: runs(1000) })
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

const MOTOR = new WindowMotor(MOTOR_DATA)

/** A motor with a given load, integrated finely, and what a board means of it. */
class Motor {
  speed_pulses_s = 0
  motor_V = 0
  load_A = 0
  inertia = 1
  private readonly observer: LoadObserver

  constructor(observer: LoadObserver) {
    this.observer = observer
    observer.begin(23)
  }

  /** Runs for so many ticks, each of which is observed. */
  run(ticks: number, dt_s = 0.01, acceleration_m_s2 = 0, take = (reading: LoadReading): void => this.observer.update(reading, dt_s)): void {
    const step_s = 1e-5
    for (let tick = 0; tick < ticks; tick++) {
      let sum_A = 0
      const steps = Math.round(dt_s / step_s)
      for (let i = 0; i < steps; i++) {
        const winding_A = (this.motor_V - MOTOR.emf_Vs(23) * this.speed_pulses_s) / MOTOR.resistance_ohm(23)
        this.speed_pulses_s += step_s * (winding_A - this.load_A) / (this.inertia * MOTOR.inertia_As2)
        sum_A += winding_A
      }
      const reading: LoadReading = { winding_A: sum_A / steps, motor_V: this.motor_V, acceleration_m_s2, pulses_s: this.speed_pulses_s }
      take(reading)
    }
  }
}

function settled(dt_s = 0.01): { motor: Motor, observer: LoadObserver } {
  const observer = new LoadObserver(MOTOR)
  const motor = new Motor(observer)
  motor.load_A = 7
  motor.motor_V = 12
  motor.run(100, dt_s)
  return { motor, observer }
}

describe('LoadObserver', () => {
  it.each([0.005, 0.01, 0.02])('sees a load sooner than the current does, with ticks of %s s', (dt_s) => {
    const { motor, observer } = settled(dt_s)
    expect(observer.load_A).toBeCloseTo(7, 2)
    motor.load_A = 9
    motor.run(Math.round(0.06 / dt_s), dt_s)
    expect(observer.load_A).toBeGreaterThan(8.6)
    expect(observer.load_A).toBeLessThan(9.1)
  })

  it('does not take a step of the voltage for one of the load', () => {
    const { motor, observer } = settled()
    for (const motor_V of [13.5, 11]) {
      motor.motor_V = motor_V
      for (let i = 0; i < 10; i++) {
        motor.run(1)
        expect(Math.abs(observer.load_A - 7)).toBeLessThan(0.7)
      }
      motor.run(5)
      expect(observer.load_A).toBeCloseTo(7, 1)
    }
  })

  it('takes off what the road makes the glass weigh', () => {
    const { motor, observer } = settled()
    motor.load_A = 7 + 5 * 2 / MOTOR.force_N_A
    motor.run(30, 0.01, 2)
    expect(observer.load_A).toBeCloseTo(7, 2)
  })

  it.each([[0.7, 10], [1, 20], [1.7, 14]])('learns a rotor of %s times the usual inertia from its start, with ticks of %s ms', (inertia, tick_ms) => {
    const dt_s = tick_ms / 1000
    const observer = new LoadObserver(MOTOR)
    observer.begin(23)
    const motor = new Motor(observer)
    motor.inertia = inertia
    motor.load_A = 3
    for (let t_s = 0; t_s < 0.25; t_s += dt_s) {
      motor.motor_V = Math.min(7, 3 + 40 * t_s)
      motor.run(1, dt_s, 0, reading => observer.gather(reading, dt_s))
    }
    observer.gathered()
    observer.begin(23)
    motor.run(30, dt_s)
    // A load that brakes it: without the rotor's part it is seen at once, with a wrong one too little or too much.
    motor.load_A = 7
    motor.run(Math.round(0.1 / dt_s), dt_s)
    expect(Math.abs(observer.load_A - 7)).toBeLessThan(0.15)
  })

  it('believes what it saw of an inertia by how much it saw: a start that was cut short says little', () => {
    /** Of the way from the usual inertia to the true one, what is believed after a start that lasts so long. */
    const believed = (start_s: number, starts: number): number => {
      const observer = new LoadObserver(MOTOR)
      for (let i = 0; i < starts; i++) {
        observer.begin(23)
        const motor = new Motor(observer)
        motor.inertia = 0.7
        motor.load_A = 3
        motor.motor_V = 7
        motor.run(Math.round(start_s / 0.01), 0.01, 0, reading => observer.gather(reading, 0.01))
        observer.gathered()
      }
      return (1 - observer['inertia_As2'] / MOTOR.inertia_As2) / 0.3
    }
    expect(believed(0, 1)).toBe(0)
    expect(believed(0.03, 1)).toBeLessThan(0.4)
    expect(believed(0.25, 1)).toBeGreaterThan(0.85)
    expect(Math.abs(believed(0.25, 3) - 1)).toBeLessThan(Math.abs(believed(0.25, 1) - 1))
  })

  it('believes an inertia within bounds, and none that it has not seen', () => {
    const braked_A = (seen: number): number => {
      const observer = new LoadObserver(MOTOR)
      observer.begin(23)
      const motor = new Motor(observer)
      motor.inertia = seen
      motor.load_A = 3
      motor.motor_V = 7
      if (seen > 0) motor.run(20, 0.01, 0, reading => observer.gather(reading, 0.01))
      observer.gathered()
      observer.begin(23)
      const braking: LoadReading = { winding_A: 5, motor_V: 0, acceleration_m_s2: 0, pulses_s: 0 }
      for (let i = 0; i < 60; i++) observer.update({ ...braking, motor_V: 12 - 0.1 * i }, 0.01)
      return observer.load_A - 5
    }
    const usual_A = braked_A(0)
    expect(braked_A(0.3) / usual_A).toBeCloseTo(0.6, 4)
    expect(braked_A(1) / usual_A).toBeCloseTo(1, 1)
    expect(braked_A(4) / usual_A).toBeCloseTo(1.9, 4)
  })

  it('holds a quarter more for possible while it gathers speed', () => {
    const change_A = (volts: number): number => {
      const observer = new LoadObserver(MOTOR)
      observer.begin(23)
      for (let i = 0; i < 60; i++) observer.update({ winding_A: 5, motor_V: 8 + volts * i, acceleration_m_s2: 0, pulses_s: 0 }, 0.01)
      return Math.abs(observer.load_A - 5)
    }
    expect(change_A(0.1) / change_A(-0.1)).toBeCloseTo(1.25, 4)
  })

  it('feels how rough the road is, whatever the offset of the sensor; a slam is none', () => {
    const rough_m_s2 = (at: (i: number) => number): number => {
      const observer = new LoadObserver(MOTOR)
      for (let i = 0; i < 300; i++) observer.feel(at(i), 0.01)
      return observer.rough_m_s2
    }
    expect(rough_m_s2(() => 0.5)).toBe(0)
    expect(rough_m_s2(i => i % 2 === 0 ? 2.5 : -1.5)).toBeCloseTo(2, 1)
    expect(rough_m_s2(i => i === 290 ? 30 : 0)).toBeLessThan(0.15)
  })

  it('knows that an ampere pushes more with cold magnets', () => {
    const observer = new LoadObserver(MOTOR)
    observer.begin(-27)
    expect(observer.force_N_A / MOTOR.force_N_A).toBeCloseTo(1.1, 9)
  })

  it('after a rest knows no acceleration at first', () => {
    const { observer } = settled()
    observer.rest()
    const reading: LoadReading = { winding_A: 7, motor_V: 7 * MOTOR.resistance_ohm(23), acceleration_m_s2: 0, pulses_s: 0 }
    for (let i = 0; i < 10; i++) observer.update(reading, 0.01)
    expect(observer.load_A).toBeCloseTo(7, 2)
  })

  it('follows the resistance that the pulses tell, within bounds, and keeps it for the next motion', () => {
    const observer = new LoadObserver(MOTOR)
    observer.begin(23)
    const see = (resistance_ohm: number, winding_A = 8, dt_s = 0.01): void => observer.follow(
      { winding_A, motor_V: winding_A * resistance_ohm + 200 * MOTOR.emf_Vs(23), acceleration_m_s2: 0, pulses_s: 200 }, dt_s)
    see(0.65)
    expect(observer.resistance_ohm).toBeCloseTo(0.55 + 0.1 * 0.02, 6)
    for (let i = 0; i < 300; i++) see(0.65)
    expect(observer.resistance_ohm).toBeCloseTo(0.65, 3)
    observer.begin(23)
    see(0.3, 1.9)
    expect(observer.resistance_ohm).toBeCloseTo(0.65, 3)
    for (let i = 0; i < 500; i++) see(5)
    expect(observer.resistance_ohm).toBeCloseTo(1.5 * 0.55, 9)
    for (let i = 0; i < 500; i++) see(-5)
    expect(observer.resistance_ohm).toBeCloseTo(0.75 * 0.55, 9)
    see(0.55, 8, 2)
    expect(observer.resistance_ohm).toBeCloseTo(0.55, 9)
  })

  it('begins with the winding and the magnets that the door\'s temperature makes', () => {
    const { observer } = settled()
    observer.begin(-30)
    expect([observer.load_A, observer.resistance_ohm, observer.emf_Vs]).toEqual([0, MOTOR.resistance_ohm(-30), MOTOR.emf_Vs(-30)])
  })
})

describe('the motor', () => {
  it('has a resistance that grows and magnets that weaken with temperature', () => {
    expect(MOTOR.resistance_ohm(23)).toBeCloseTo(0.55, 12)
    expect(MOTOR.resistance_ohm(80)).toBeCloseTo(0.15 + 0.4 * (1 + 0.0039 * 57), 12)
    expect(MOTOR.emf_Vs(23)).toBeCloseTo(0.02 * Math.PI / 2, 6)
    expect(MOTOR.emf_Vs(-27) / MOTOR.emf_Vs(23)).toBeCloseTo(1.1, 12)
  })

  it('pushes the glass by its torque constant, through worm and drum', () => {
    expect(MOTOR.force_N_A).toBeCloseTo(28.5, 1)
    expect(new WindowMotor({ ...MOTOR_DATA, torque_Nm_A: 0.026 }).force_N_A).toBeCloseTo(1.3 * MOTOR.force_N_A, 9)
  })

  it.each([
    { torque_Nm_A: 0 }, { winding_ohm: 0 }, { winding_ohm: 0.15 }, { torqueTolerance_pct: 10.5 }, { windingTolerance_pct: 10.5 },
  ])('is not rated, and a common one, with %o', (part) => {
    const motor = new WindowMotor({ ...MOTOR_DATA, ...part })
    expect([motor.rated, motor.force_N_A, motor.resistance_ohm(23)]).toEqual([false, MOTOR.force_N_A, MOTOR.resistance_ohm(23)])
    expect(MOTOR.rated).toBe(true)
  })

  it('takes more in the cold, a little more in the heat', () => {
    expect(climateFactor(23)).toBe(1)
    expect(climateFactor(-27)).toBeCloseTo(1 + 50 * 0.0042, 12)
    expect(climateFactor(73)).toBeCloseTo(1.05, 12)
  })

  it('stretches the cable by its load beyond what it takes to turn', () => {
    expect([MOTOR.stretch_mm(2.5), MOTOR.stretch_mm(1)]).toEqual([0, 0])
    expect(MOTOR.stretch_mm(4.5)).toBeCloseTo(2 * MOTOR.force_N_A * 0.013, 12)
  })
})

describe('the record of a rotor', () => {
  it('gives back a hundredth as it was, for the window that it is of, and for no other', () => {
    const drawn = [fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 60, max: 190 }), fc.nat(31)] as const
    fc.assert(fc.property(...drawn, (serial, hundredths, bit) => {
      const image = rotorImage(serial, hundredths / 100)
      expect(Math.round(100 * rotorOf(image, serial))).toBe(hundredths)
      expect(rotorOf(image, (serial ^ (1 << bit)) >>> 0)).toBe(NaN)
    }), { seed: 73, numRuns: runs(200) })
  })

  it('is none when it is missing, of another version or of another length', () => {
    const image = rotorImage(7, 1.3)
    expect([undefined, image.subarray(1), Uint8Array.of(2, ...image.subarray(1)), Uint8Array.of(...image, 0)].map(one => rotorOf(one, 7)))
      .toEqual([NaN, NaN, NaN, NaN])
  })

  it('is taken as far as a rotor may be', () => {
    const observer = new LoadObserver(MOTOR)
    const taken = [0, 0.6, 1.25, 1.9, 2.55].map((share) => {
      observer.takeInertia(share)
      return observer.inertia()
    })
    taken.forEach((share, i) => expect(share).toBeCloseTo([0.6, 0.6, 1.25, 1.9, 1.9][i]!, 12))
  })
})
