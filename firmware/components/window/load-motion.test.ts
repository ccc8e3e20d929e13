import { describe, expect, it } from 'vitest'
import { MOTOR_DATA } from '../../testing/index.ts'
import { LoadObserver } from './load.ts'
import type { LoadReading } from './load.ts'
import { WINDOW_DRIVE, WindowMotor } from './motor.ts'

const MOTOR = new WindowMotor(MOTOR_DATA)

/** Ticks of different lengths, and what the rotor and the door do in them. */
const DT_s = [0.01, 0.012, 0.008, 0.02, 0.01, 0.015, 0.01, 0.009, 0.011, 0.03]
const SPEEDS_pulses_s = [20, 55, 70, 74, 90, 130, 131, 133, 160, 180]
const ROAD_m_s2 = [0, 2, -1, 3, 0, -2, 1, 1, -3, 0]

/** What is measured of a motor that takes a current and has a speed. */
function reading(observer: LoadObserver, winding_A: number, speed_pulses_s: number, acceleration_m_s2 = 0): LoadReading {
  const motor_V = winding_A * observer.resistance_ohm + speed_pulses_s * observer.emf_Vs
  return { winding_A, motor_V, acceleration_m_s2, pulses_s: speed_pulses_s }
}

function begun(temperature_C = 23): LoadObserver {
  const observer = new LoadObserver(MOTOR)
  observer.begin(temperature_C)
  return observer
}

describe('the load of a motion that is known', () => {
  it.each([
    ['slows down', -1, 1, 23], ['gathers speed: its rotor may be a quarter heavier', 1, 1.25, 23], ['slows down in the cold', -1, 1, -30],
  ])('is found between what the rotor and the road take, in ticks of any length, of one that %s', (_, sign, doubt, temperature_C) => {
    const observer = begun(temperature_C)
    observer.load_A = 7
    DT_s.forEach((dt_s, i) => {
      const before = Math.max(0, i - 1)
      const accelerates_A = i === 0 ? 0
        : doubt * MOTOR.inertia_As2 * sign * (SPEEDS_pulses_s[i]! - SPEEDS_pulses_s[before]!) / ((DT_s[before]! + dt_s) / 2)
      const road_m_s2 = i === 0 ? ROAD_m_s2[0]! / 2 : (ROAD_m_s2[i]! + ROAD_m_s2[before]!) / 2
      const weighs_A = WINDOW_DRIVE.mass_kg * road_m_s2 / observer.force_N_A
      observer.update(reading(observer, 7 + accelerates_A + weighs_A, 300 + sign * SPEEDS_pulses_s[i]!, ROAD_m_s2[i]), dt_s)
      expect(observer.load_A).toBeCloseTo(7, 9)
    })
  })

  it('is smoothed over 20 ms: what a longer tick shows counts more', () => {
    for (const dt_s of [0.01, 0.02, 0.04]) {
      const observer = begun()
      observer.update(reading(observer, 6, 100), dt_s)
      expect(observer.load_A).toBeCloseTo(6 * dt_s / (dt_s + 0.02), 9)
    }
  })

  it('pulls with what an ampere pushes: in the cold with more', () => {
    const observer = begun(-27)
    observer.load_A = 4
    expect(observer.pull_N()).toBeCloseTo(4 * 1.1 * MOTOR.force_N_A, 9)
  })

  it('of a motor that was off begins anew', () => {
    const observer = begun()
    for (let i = 0; i < 100; i++) observer.update(reading(observer, 6, 100), 0.01)
    observer.begin(23)
    expect(observer.load_A).toBe(0)
    observer.update(reading(observer, 6, 300), 0.01)
    expect(observer.load_A).toBeCloseTo(2, 9)
  })
})

describe('a rotor that gathers speed', () => {
  /** What it takes of a load and an inertia, so that the means of two ticks lie on both exactly. */
  function gather(observer: LoadObserver, inertia_As2: number, load_A: number, ticks = DT_s.length, first_A = load_A): number {
    let current_A = first_A
    for (let i = 0; i < ticks; i++) {
      if (i > 0) {
        const between_s = (DT_s[i - 1]! + DT_s[i]!) / 2
        const charge_As = load_A * between_s + inertia_As2 * (SPEEDS_pulses_s[i]! - SPEEDS_pulses_s[i - 1]!)
        current_A = (2 * charge_As - current_A * DT_s[i - 1]!) / DT_s[i]!
      }
      observer.gather(reading(observer, current_A, SPEEDS_pulses_s[i]!), DT_s[i]!)
    }
    return observer.gathered()
  }

  /** The squares of its speeds above a steady rise from where it was seen first. */
  function seen_pulses2_s2(): number {
    let t_s = 0
    let tt = 0
    let tw = 0
    let ww = 0
    for (let i = 1; i < DT_s.length; i++) {
      t_s += (DT_s[i - 1]! + DT_s[i]!) / 2
      const w = SPEEDS_pulses_s[i]! - SPEEDS_pulses_s[0]!
      tt += t_s * t_s
      tw += t_s * w
      ww += w * w
    }
    return ww - tw * tw / tt
  }

  it.each([0.7, 1.6])('of %s times the usual inertia is believed by the squares of speeds above a steady rise, against 200 of what was known', (share) => {
    const observer = begun()
    gather(observer, share * MOTOR.inertia_As2, 3)
    const seen = seen_pulses2_s2()
    const once = (share * seen + 200) / (seen + 200)
    expect(observer.inertia()).toBeCloseTo(once, 9)
    // What was learned is what is known next time; each start is one of its own.
    observer.begin(23)
    gather(observer, share * MOTOR.inertia_As2, 5)
    expect(observer.inertia()).toBeCloseTo((share * seen + 200 * once) / (seen + 200), 9)
  })

  it('is told apart from what the road makes a glass weigh, which helps to open it', () => {
    const observer = begun()
    for (let i = 0; i < DT_s.length; i++) {
      const helps_A = WINDOW_DRIVE.mass_kg * ROAD_m_s2[i]! / observer.force_N_A
      observer.gather(reading(observer, 3.2 - helps_A, 100, ROAD_m_s2[i]), DT_s[i]!)
    }
    expect(observer.gathered()).toBeCloseTo(3.2, 9)
  })

  it('tells the load of that opening: what the inertia that is believed leaves of the charge; of one tick nothing', () => {
    const observer = begun()
    expect(gather(observer, MOTOR.inertia_As2, 3.2)).toBeCloseTo(3.2, 9)
    observer.begin(23)
    expect(gather(observer, MOTOR.inertia_As2, 3, 1)).toBeNaN()
  })

  it('teaches nothing when a slam shook it, and tells its load by the inertia that was known', () => {
    const observer = begun()
    observer.shaken = true
    expect(gather(observer, 1.6 * MOTOR.inertia_As2, 3)).not.toBeCloseTo(3, 1)
    expect(observer.inertia()).toBe(1)
    const known = begun()
    known.takeInertia(1.6)
    known.shaken = true
    expect(gather(known, 1.6 * MOTOR.inertia_As2, 3)).toBeCloseTo(3, 9)
  })

  it('says nothing that is seen for one tick only', () => {
    const observer = begun()
    observer.takeInertia(1.3)
    gather(observer, MOTOR.inertia_As2, 3, 1)
    expect(observer.inertia()).toBeCloseTo(1.3, 12)
  })

  it('is no lighter than 0.6 and no heavier than 1.9 of the usual', () => {
    const [light, heavy] = [-20, 30].map((share) => {
      const observer = begun()
      gather(observer, share * MOTOR.inertia_As2, 3)
      return observer.inertia()
    })
    expect([light, heavy]).toEqual([expect.closeTo(0.6, 12), expect.closeTo(1.9, 12)])
  })
})

describe('the road', () => {
  it('is as rough as it shakes about its level, followed over 0.5 s; the level is followed over 1 s; a slam counts for no more than 4 m/s²', () => {
    const felt = (offset_m_s2: number, shake_m_s2: number, dt_s: number): number => {
      const observer = begun()
      observer.feel(offset_m_s2, dt_s)
      observer.feel(offset_m_s2 + shake_m_s2, dt_s)
      return observer.rough_m_s2
    }
    const share = (dt_s: number, of_s: number): number => dt_s / (dt_s + of_s)
    for (const dt_s of [0.01, 0.02]) {
      for (const shake_m_s2 of [1, -2]) {
        expect(felt(9.8, shake_m_s2, dt_s)).toBeCloseTo(Math.abs(shake_m_s2) * (1 - share(dt_s, 1)) * share(dt_s, 0.5), 9)
      }
      expect(felt(9.8, 30, dt_s)).toBeCloseTo(4 * share(dt_s, 0.5), 9)
    }
    const observer = begun()
    observer.rough_m_s2 = 2
    observer.feel(0, 0.01)
    expect(observer.rough_m_s2).toBeCloseTo(2 * (1 - share(0.01, 0.5)), 9)
  })
})

describe('the winding', () => {
  it('is what the pulses say, followed over half a second, of 2 A or more', () => {
    const warmed = (winding_A: number, dt_s: number): number => {
      const observer = begun()
      const cold_ohm = observer.resistance_ohm
      observer.follow({ winding_A, motor_V: winding_A * 1.2 * cold_ohm + 100 * observer.emf_Vs, acceleration_m_s2: 0, pulses_s: 100 }, dt_s)
      return observer.resistance_ohm / cold_ohm
    }
    expect([warmed(8, 0.01), warmed(2, 0.02), warmed(8, 0.5), warmed(8, 3)])
      .toEqual([expect.closeTo(1.004, 9), expect.closeTo(1.008, 9), expect.closeTo(1.2, 9), expect.closeTo(1.2, 9)])
    expect(warmed(1.99, 0.1)).toBe(1)
  })

  it('that is warm stays so by share: in a colder door it begins from less', () => {
    const observer = begun()
    observer.follow({ winding_A: 8, motor_V: 8 * 1.2 * observer.resistance_ohm, acceleration_m_s2: 0, pulses_s: 0 }, 1)
    observer.begin(-30)
    expect(observer.resistance_ohm).toBeCloseTo(1.2 * MOTOR.resistance_ohm(-30), 9)
  })

  it('makes of its voltage and current a speed that it has at least, by a resistance that may be higher', () => {
    const observer = begun(-30)
    const least_pulses_s = observer.leastSpeed_pulses_s(6, 4, 1.3)
    expect(least_pulses_s).toBeCloseTo((6 - 1.3 * 4 * MOTOR.resistance_ohm(-30)) / MOTOR.emf_Vs(-30), 9)
  })
})
