import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MOTOR_DATA, runs } from '../../testing/index.ts'
import { Closing } from './closing.ts'
import { LAW } from './guard.ts'
import { FRICTION_KNOTS, frictionImage, frictionKnot_mm } from './load.ts'
import { climateFactor, WindowMotor } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'

const FRICTION_A = 8
const MOTOR = new WindowMotor(MOTOR_DATA)
const PLUG_V = 40
const R_ohm = MOTOR.resistance_ohm(23)
const TICK_s = 0.01

type Measured = Parameters<Closing['update']>[0]

function measured(taken_ms: number, part: Partial<Measured> = {}): Measured {
  return { taken_ms, port_A: 4, plug_V: 13.5, limit_A: Infinity, acceleration_m_s2: 0, ...part }
}

/** A closing under way where the glass has a gap, at a plug that gives whatever it asks for. */
class Drive {
  readonly closing = new Closing(MOTOR, 9)
  nearGoal = false

  constructor(gap_mm: number, found = true, from_mm = gap_mm, backed = false) {
    const { guard, reading } = this.closing
    guard.profile.decode(frictionImage(new Float32Array(FRICTION_KNOTS).fill(FRICTION_A)))
    this.closing.begin(0, from_mm, 23, backed, false)
    guard.found = found
    this.at(gap_mm)
    Object.assign(reading, { dt_s: TICK_s, stalled_ms: 0, pulses_s: 0 })
  }

  at(gap_mm: number): this {
    const { guard, reading } = this.closing
    guard.glass_mm = gap_mm
    guard.far = gap_mm > LAW.guarded_mm
    reading.gap_mm = gap_mm
    return this
  }

  /** What the motor is given after one more tick, V. */
  next_V(): number {
    return this.closing.duty(PLUG_V, this.nearGoal) * PLUG_V
  }

  /** And after so many that it grows no more. */
  settled_V(): number {
    for (let i = 0; i < 1000; i++) this.next_V()
    return this.next_V()
  }

  /** The speed that this voltage gives against friction, mm/s. */
  speed_mm_s(): number {
    return this.beyondFriction_V(this.settled_V()) / MOTOR.emf_Vs(23) / WINDOW_PARAMETERS.pulses_mm
  }

  beyondFriction_V(motor_V: number): number {
    const { guard } = this.closing
    return motor_V - guard.friction_A * guard.load.resistance_ohm
  }
}

/** How fast the glass is driven where it has a gap. */
const SPEEDS = [[0, 24], [15, 24], [30, 24], [45, 35.5], [60, 47], [135, 49], [210, 51], [225, 84.5], [240, 118], [400, 118]] as const

describe('the speed that a closing is driven for', () => {
  it.each(SPEEDS)('at %s mm is %s mm/s', (gap_mm, speed_mm_s) => {
    expect(new Drive(gap_mm).speed_mm_s()).toBeCloseTo(speed_mm_s, 6)
  })

  it('where a hand may be is 54 mm/s at most, and 10 mm/s less for each m/s² of a rough road; far open what it is', () => {
    const rough = (gap_mm: number, rough_m_s2: number): number => {
      const drive = new Drive(gap_mm)
      drive.closing.guard.load.rough_m_s2 = rough_m_s2
      return drive.speed_mm_s()
    }
    expect([rough(214, 0), rough(135, 1), rough(135, 2), rough(20, 2), rough(225, 2)].map(Math.round)).toEqual([54, 44, 34, 24, 85])
  })

  it('where a hand may be is less by 2 % for each millisecond that ticks are longer than 10 ms, seen over eight, down to 70 %', () => {
    const share = (gap_mm: number, ...ticks_ms: number[]): number => {
      const drive = new Drive(gap_mm)
      let taken_ms = 0
      for (const tick_ms of ticks_ms) drive.closing.update(measured(taken_ms += tick_ms), 0.3)
      drive.at(gap_mm).closing.guard.found = true
      Object.assign(drive.closing.reading, { dt_s: TICK_s, stalled_ms: 0, pulses_s: 0 })
      return drive.speed_mm_s() / new Drive(gap_mm).speed_mm_s()
    }
    expect(share(135, 10, 10)).toBeCloseTo(1, 9)
    expect(share(135, 30)).toBeCloseTo(1 - 20 * 0.02 / 8, 9)
    expect(share(135, 30, 30)).toBeCloseTo(1 - 20 * 0.02 * (1 / 8 + 7 / 64), 9)
    expect(share(135, ...new Array<number>(60).fill(60))).toBeCloseTo(0.7, 9)
    expect(share(135, 4, 4)).toBeCloseTo(1, 9)
    expect(share(225, 30, 30)).toBeCloseTo(1, 9)
  })

  it('near a goal is 45 mm/s at most', () => {
    const near = (gap_mm: number): number => {
      const drive = new Drive(gap_mm)
      drive.nearGoal = true
      return drive.speed_mm_s()
    }
    expect([near(300), near(135), near(20)].map(Math.round)).toEqual([45, 45, 24])
  })

  it('on the learning run is nowhere more than where a hand may be, and less on a rough road', () => {
    const learning = (gap_mm: number, rough_m_s2: number): number => {
      const drive = new Drive(gap_mm)
      drive.closing.begin(0, gap_mm, 23, false, true)
      drive.at(gap_mm).closing.guard.found = true
      drive.closing.reading.dt_s = TICK_s
      drive.closing.guard.load.rough_m_s2 = rough_m_s2
      return drive.speed_mm_s()
    }
    expect([learning(400, 0), learning(135, 0), learning(20, 0), learning(400, 2)].map(Math.round)).toEqual([51, 49, 24, 34])
  })

  it('after a back-off is 20 mm/s until the drum is 20 mm further than where it began', () => {
    const soft = (gap_mm: number, backed: boolean): number => new Drive(gap_mm, true, 150, backed).speed_mm_s()
    expect([soft(150, true), soft(130.01, true), soft(130, true), soft(150, false)].map(Math.round)).toEqual([20, 20, 49, 49])
  })
})

describe('the voltage of a closing', () => {
  it('begins with 2.5 V, and grows by 30 V/s and falls by 25 V/s, whatever the tick', () => {
    for (const dt_s of [TICK_s, 0.02]) {
      const drive = new Drive(300)
      drive.closing.reading.dt_s = dt_s
      expect(drive.next_V()).toBeCloseTo(2.5 + 30 * dt_s, 9)
      expect(drive.next_V()).toBeCloseTo(2.5 + 60 * dt_s, 9)
      const before_V = drive.settled_V()
      drive.at(20)
      expect(drive.next_V()).toBeCloseTo(before_V - 25 * dt_s, 9)
    }
  })

  it('is no more than the plug has, and from there on it falls at once', () => {
    const { closing } = new Drive(300)
    for (let i = 0; i < 300; i++) closing.duty(6, false)
    expect(closing.duty(6, false)).toBe(1)
    expect(closing.duty(12, false)).toBeCloseTo((6 + 0.3) / 12, 9)
  })

  it('is a twentieth of the plug\'s at least, where there is any', () => {
    expect(new Drive(20).closing.duty(100, false)).toBe(0.05)
    expect([0, -1].map(plug_V => new Drive(20).closing.duty(plug_V, false))).toEqual([0, 0])
  })

  it.each([[true, 80], [false, 0]])('of a glass that stands grows by 6 V/s up to 8 V: its friction found: %s', (found, patience_ms) => {
    const drive = new Drive(135, found)
    const { reading } = drive.closing
    const target_pulses_s = 49 * WINDOW_PARAMETERS.pulses_mm
    const moves_pulses_s = found ? 0 : 0.5 * target_pulses_s
    reading.pulses_s = moves_pulses_s
    reading.stalled_ms = patience_ms
    const before_V = drive.settled_V()
    reading.stalled_ms = found ? patience_ms + 1 : 0
    reading.pulses_s = found ? 0 : moves_pulses_s - 0.01
    expect(drive.next_V() - before_V).toBeCloseTo(0.06, 9)
    expect(drive.next_V() - before_V).toBeCloseTo(0.12, 9)
    reading.dt_s = 0.02
    expect(drive.next_V() - before_V).toBeCloseTo(0.24, 9)
    expect(drive.settled_V() - before_V).toBeCloseTo(8, 9)
  })

  it('of a glass that is more than a quarter too fast falls by 8 V/s, by 0.8 V at most', () => {
    const drive = new Drive(135)
    const { reading } = drive.closing
    reading.pulses_s = 1.25 * 49 * WINDOW_PARAMETERS.pulses_mm
    const before_V = drive.settled_V()
    reading.pulses_s += 0.01
    expect(drive.next_V() - before_V).toBeCloseTo(-0.08, 9)
    reading.dt_s = 0.02
    expect(drive.next_V() - before_V).toBeCloseTo(-0.24, 9)
    expect(drive.settled_V() - before_V).toBeCloseTo(-0.8, 9)
  })

  it('goes back by 1.5 V/s to what friction takes once the glass moves as it is to; the last volt ever more slowly', () => {
    const drive = new Drive(135)
    const { reading } = drive.closing
    const before_V = drive.settled_V()
    reading.stalled_ms = 100
    const pushed_V = drive.settled_V()
    reading.stalled_ms = 0
    expect(pushed_V - drive.next_V()).toBeCloseTo(1.5 * TICK_s, 9)
    reading.dt_s = 0.02
    expect(pushed_V - drive.next_V()).toBeCloseTo(1.5 * 0.03, 9)
    reading.dt_s = TICK_s
    while (drive.next_V() - before_V > 0.5);
    const left_V = drive.next_V() - before_V
    expect(drive.next_V() - before_V).toBeCloseTo(left_V * (1 - 1.5 * TICK_s), 9)
    // And of a glass that was held back, the other way.
    reading.pulses_s = 1000
    const held_V = drive.settled_V() - before_V
    reading.pulses_s = 0
    expect(drive.next_V() - before_V).toBeCloseTo(held_V * (1 - 1.5 * TICK_s), 9)
  })

  it('while friction is not found keeps what it was given to go', () => {
    const drive = new Drive(135, false)
    const { reading } = drive.closing
    drive.settled_V()
    reading.pulses_s = 49 * WINDOW_PARAMETERS.pulses_mm
    expect(drive.next_V()).toBeCloseTo(drive.settled_V(), 9)
  })

  it('grows no more while friction is not found and the glass goes as fast as it is to', () => {
    const drive = new Drive(135, false)
    const { reading } = drive.closing
    const target_pulses_s = 49 * WINDOW_PARAMETERS.pulses_mm
    reading.pulses_s = target_pulses_s - 0.01
    expect(drive.next_V()).toBeCloseTo(2.8, 9)
    reading.pulses_s = target_pulses_s
    expect([drive.next_V(), drive.settled_V()].map(volts => volts.toFixed(6))).toEqual(['2.800000', '2.800000'])
    // Found, it has what friction and speed take; too fast, it is given less all the same.
    drive.closing.guard.found = true
    expect(drive.next_V()).toBeCloseTo(3.1, 9)
    drive.closing.guard.found = false
    drive.closing['motor_V'] = 30
    expect(drive.next_V()).toBeCloseTo(30 - 25 * TICK_s, 9)
  })

  it.each([
    ['pushed by more than it finds', 0.4, 1.6, 1.6 - 0.4 * R_ohm], ['pushed by less: held back', 0.4, 0.1, 0.1 - 0.4 * R_ohm],
    ['by 0.8 V at most', 2.5, 0.3, -0.8], ['that finds less than it expected: no more than before', -1, 0.3, 0.3],
  ])('of a glass that finds its friction stays what it goes by: %s', (_how, more_A, pushed_V, push_V) => {
    const { closing } = new Drive(135, false)
    const { guard } = closing
    closing['push_V'] = pushed_V
    let finds = false
    guard.update = () => {
      guard.found = finds
      guard.friction_A += more_A
      return false
    }
    closing.update(measured(10), 0.5)
    expect(closing['push_V']).toBe(pushed_V)
    finds = true
    closing.update(measured(20), 0.5)
    expect(closing['push_V']).toBeCloseTo(push_V, 9)
    closing.update(measured(30), 0.5)
    expect(closing['push_V']).toBeCloseTo(push_V, 9)
  })

  it('of a closing that begins is not what the one before was given', () => {
    const drive = new Drive(135)
    drive.closing.reading.stalled_ms = 100
    drive.settled_V()
    drive.closing.begin(5000, 135, 23, false, false)
    drive.closing.guard.found = true
    Object.assign(drive.at(135).closing.reading, { dt_s: TICK_s, stalled_ms: 0 })
    expect(drive.next_V()).toBeCloseTo(2.8, 9)
    expect(drive.settled_V()).toBeCloseTo(new Drive(135).settled_V(), 9)
  })
})

describe('what was measured', () => {
  it('is nothing before the first closing: no slam, and no eFuse that held', () => {
    const closing = new Closing(MOTOR, 9)
    expect([closing.slammed, closing.wasLimited(0), closing.bound_A]).toEqual([false, false, Infinity])
  })

  it('is the winding\'s: current by the duty, voltage with it, the time since the last interval', () => {
    const { closing } = new Drive(135)
    closing.update(measured(10), 0.25)
    closing.update(measured(22, { acceleration_m_s2: NaN }), 0.5)
    expect(closing.reading).toMatchObject({ dt_s: 0.012, winding_A: 8, motor_V: 6.75, acceleration_m_s2: 0 })
  })

  it('with the motor off is no load, and after it no acceleration is known', () => {
    const { closing } = new Drive(135)
    closing.update(measured(10), 0.5)
    const { load_A } = closing.guard.load
    closing.update(measured(20), 0)
    expect(closing.reading.winding_A).toBe(0)
    expect(closing.guard.load.load_A).toBe(load_A)
    closing.update(measured(30, { plug_V: 20 }), 0.5)
    // Twelve pulses more within 10 ms would be 20 A.
    expect(closing.guard.load.load_A).toBeCloseTo(load_A + (8 - load_A) / 3, 9)
  })

  it('is held by the eFuse from 95 % of its limit on; nothing is not, and a closing that begins was not', () => {
    const held = (port_A: number, limit_A: number): boolean => {
      const { closing } = new Drive(135)
      closing.update(measured(10, { port_A, limit_A }), 0.5)
      return closing.wasLimited(10)
    }
    expect([held(9.4, 10), held(9.5, 10), held(12, 10), held(0, 0), held(-1, -2)]).toEqual([false, true, true, false, false])
    const { closing } = new Drive(135)
    closing.update(measured(10, { port_A: 10, limit_A: 10 }), 0.5)
    closing.begin(20, 135, 23, false, false)
    expect(closing.wasLimited(20)).toBe(false)
  })

  it('is a slam beyond 12 m/s², for less than 150 ms', () => {
    const { closing } = new Drive(135)
    const slammed = (taken_ms: number, acceleration_m_s2: number): boolean => {
      closing.update(measured(taken_ms, { acceleration_m_s2 }), 0.5)
      return closing.slammed
    }
    expect([slammed(10, 12), slammed(20, -12.01), slammed(169, 0), slammed(170, 0)]).toEqual([false, true, true, false])
    expect(slammed(180, 13)).toBe(true)
    closing.begin(200, 135, 23, false, false)
    expect(closing.slammed).toBe(false)
  })

  it('of an opening tells the road up to 400 ms, and the rotor after the first 60 ms', () => {
    const { closing } = new Drive(135)
    const felt: number[] = []
    const gathered: number[] = []
    let now_ms = 0
    closing.guard.load.feel = () => { felt.push(now_ms) }
    closing.guard.load.gather = () => { gathered.push(now_ms) }
    closing.beginOpening(1000, 23)
    for (now_ms = 20; now_ms <= 500; now_ms += 20) closing.opening(measured(1000 + now_ms), 0.5)
    closing.opening(measured(1000 + now_ms), 0.5)
    expect([felt[0], felt.at(-1), gathered[0], gathered.at(-1)]).toEqual([20, 400, 80, 400])
    // The same interval again says nothing.
    closing.beginOpening(3000, 23)
    now_ms = 3000
    closing.opening(measured(3000), 0.5)
    expect(felt.at(-1)).toBe(400)
  })

  it.each([[12, true], [12.01, false], [-12.01, false]])('of an opening with %s m/s² in it teaches the rotor: %s', (shake_m_s2, learned) => {
    const { closing } = new Drive(135)
    const { load } = closing.guard
    const open = (from_ms: number, shaken_m_s2: number): boolean => {
      const before = load.inertia()
      closing.beginOpening(from_ms, 23)
      for (let i = 1; i <= 40; i++) {
        const acceleration_m_s2 = i === 4 ? shaken_m_s2 : 0
        closing.opening(measured(from_ms + 10 * i, { acceleration_m_s2, port_A: i > 10 ? 2 : 6 }), 0.5)
      }
      load.gathered()
      return load.inertia() !== before
    }
    expect(open(0, shake_m_s2)).toBe(learned)
    // The next one does.
    expect(open(1000, 0)).toBe(true)
  })

  it('of an opening counts once it is over: the next one, or a closing, begins with the rotor that it showed', () => {
    const { closing } = new Drive(135)
    let counted = 0
    closing.guard.load.gathered = () => ++counted
    closing.beginOpening(1000, -30)
    expect([counted, closing.guard.load.emf_Vs]).toEqual([1, MOTOR.emf_Vs(-30)])
    closing.begin(2000, 135, 23, false, false)
    expect([counted, closing.guard.load.emf_Vs]).toEqual([2, MOTOR.emf_Vs(23)])
  })
})

describe('what a closing will take', () => {
  function speed_mm_s(gap_mm: number): number {
    const above = SPEEDS.findIndex(([at_mm]) => at_mm >= gap_mm)
    if (above <= 0) return above < 0 ? 118 : 24
    const [low_mm, low_mm_s] = SPEEDS[above - 1]!
    const [high_mm, high_mm_s] = SPEEDS[above]!
    return low_mm_s + (high_mm_s - low_mm_s) * (gap_mm - low_mm) / (high_mm - low_mm)
  }

  it('is the most of what it takes at each place below: the winding\'s need, by the share of the supply that the speed there takes', () => {
    const between = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })
    const steps = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: FRICTION_KNOTS, maxLength: FRICTION_KNOTS })
    const place_mm = fc.oneof(fc.constant(NaN), fc.integer({ min: 0, max: 4600 }).map(tenths => tenths / 10))
    fc.assert(fc.property(steps, place_mm, between(-30, 80), between(8, 16), (tenths_A, gap_mm, temperature_C, supply_V) => {
      const { closing } = new Drive(135)
      closing.guard.profile.decode(frictionImage(Float32Array.from(tenths_A.map(tenths => tenths / 10))))
      const knots = Array.from({ length: FRICTION_KNOTS }, (_, i) => i)
      const first = knots.findIndex(i => frictionKnot_mm(i) >= gap_mm)
      const port_A = knots.filter(i => first < 0 || i <= first).map((i) => {
        const knot_mm = frictionKnot_mm(i)
        const usual_A = closing.guard.profile.knot_A(i) * climateFactor(temperature_C)
        const motor_V = speed_mm_s(knot_mm) * WINDOW_PARAMETERS.pulses_mm * MOTOR.emf_Vs(temperature_C)
          + usual_A * 1.15 * MOTOR.resistance_ohm(temperature_C)
        return closing.guard.windingNeeds_A(knot_mm, usual_A, usual_A * 1.15) * Math.min(1, motor_V / supply_V)
      })
      expect(closing.forecast_A(gap_mm, temperature_C, supply_V)).toBeCloseTo(Math.max(...port_A), 9)
    }), { seed: 71, numRuns: runs(300) })
  })

  it('here and now is by the friction that is found, or until then by what it takes if that is more', () => {
    const needed_A = (found: boolean, load_A: number, gap_mm: number): number => {
      const { closing } = new Drive(gap_mm, found)
      closing.guard.load.load_A = load_A
      return closing.neededNow_A(0.5)
    }
    const shows_A = (LAW.trip_N + LAW.margin_N) / MOTOR.force_N_A
    const guarded_A = (friction_A: number): unknown => expect.closeTo(0.5 * (1.1 * friction_A + shows_A), 6)
    expect([needed_A(true, 12, 135), needed_A(false, 12, 135), needed_A(false, 5, 135)])
      .toEqual([guarded_A(8), guarded_A(12), guarded_A(8)])
    expect(needed_A(false, 12, 300)).toBeCloseTo(0.5 * 1.15 * 12, 6)
  })
})
