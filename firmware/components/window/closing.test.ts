import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { MOTOR_DATA, runs } from '../../testing/index.ts'
import { Closing } from './closing.ts'
import { LAW } from './guard.ts'
import { FRICTION_KNOTS, frictionImage } from './load.ts'
import { WindowMotor } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'

const FRICTION_A = 8
const MOTOR = new WindowMotor(MOTOR_DATA)
const R_ohm = MOTOR.resistance_ohm(23)
const EMF_Vs = MOTOR.emf_Vs(23)
const TICK_ms = 10

/** How soon the rotor has the speed that its voltage gives. */
const STARTS_s = MOTOR.inertia_As2 * R_ohm / EMF_Vs

/** A glass on its motor, with a friction of its own. */
class Bench {
  readonly closing = new Closing(MOTOR, 9)
  plug_V = 13.5
  friction_A = FRICTION_A
  nearGoal = false
  acceleration_m_s2 = 0
  gap_mm: number
  now_ms = 100
  tick_ms = TICK_ms
  duty = 0
  speed_mm_s = 0
  stalled_ms = 0
  pinched = false

  constructor(from_mm: number, backed = false) {
    this.gap_mm = from_mm
    this.closing.guard.profile.decode(frictionImage(new Float32Array(FRICTION_KNOTS).fill(FRICTION_A)))
    this.closing.begin(this.now_ms, from_mm, 23, backed, false)
    this.duty = this.closing.duty(this.plug_V, false)
  }

  get motor_V(): number {
    return this.duty * this.plug_V
  }

  tick(): this {
    const { closing } = this
    const { reading } = closing
    const steady_pulses_s = (this.motor_V - this.friction_A * R_ohm) / EMF_Vs
    const before_pulses_s = this.speed_mm_s * WINDOW_PARAMETERS.pulses_mm
    const dt_s = this.tick_ms / 1000
    const pulses_s = Math.max(0, before_pulses_s + (steady_pulses_s - before_pulses_s) * dt_s / (dt_s + STARTS_s))
    this.speed_mm_s = pulses_s / WINDOW_PARAMETERS.pulses_mm
    this.gap_mm -= this.speed_mm_s * this.tick_ms / 1000
    this.now_ms += this.tick_ms
    this.stalled_ms = pulses_s > 0 ? 0 : this.stalled_ms + this.tick_ms
    const winding_A = (this.motor_V - EMF_Vs * pulses_s) / R_ohm
    Object.assign(reading, { elapsed_ms: this.now_ms - 100, stalled_ms: this.stalled_ms, gap_mm: this.gap_mm, pulses_s })
    this.pinched = closing.update(this.measured(winding_A * this.duty), this.duty)
    this.duty = closing.duty(this.plug_V, this.nearGoal)
    return this
  }

  measured(port_A: number, limit_A = Infinity): Parameters<Closing['update']>[0] {
    return { taken_ms: this.now_ms, port_A, plug_V: this.plug_V, limit_A, acceleration_m_s2: this.acceleration_m_s2 }
  }

  /** To a gap, at most for a time, while nothing is in the way. */
  run(until_mm: number, most_ms = 30_000): this {
    const end_ms = this.now_ms + most_ms
    while (this.gap_mm > until_mm && this.now_ms < end_ms && !this.pinched) this.tick()
    return this
  }
}

describe('an opening', () => {
  /** Learned from one with a light rotor, which was watched for so long: of the way from the usual inertia to the true one. */
  function learned(watched_ms: number, after_ms = 0): number {
    const inertia = 0.7
    const { closing } = new Bench(300)
    const { load } = closing.guard
    closing.beginOpening(0, 23)
    let speed_pulses_s = 0
    for (let now_ms = TICK_ms; now_ms <= watched_ms; now_ms += TICK_ms) {
      const motor_V = now_ms % 500 < 200 ? 6 : 12
      let sum_A = 0
      for (let i = 0; i < 100; i++) {
        const winding_A = (motor_V - EMF_Vs * speed_pulses_s) / R_ohm
        speed_pulses_s += (winding_A - 3) / (inertia * MOTOR.inertia_As2) * 0.0001
        sum_A += winding_A / 100
      }
      if (now_ms > after_ms) {
        const port_A = sum_A * motor_V / 13.5
        closing.opening({ taken_ms: now_ms, port_A, plug_V: 13.5, limit_A: Infinity, acceleration_m_s2: 0 }, motor_V / 13.5)
      }
    }
    closing.begin(watched_ms, 300, 23, false, false)
    return (1 - load['inertia_As2'] / MOTOR.inertia_As2) / (1 - inertia)
  }

  it('tells how heavy the rotor is, once it turns, and until it has its speed', () => {
    expect(learned(400)).toBeGreaterThan(0.6)
    expect(learned(60)).toBe(0)
    expect(learned(900, 400)).toBe(0)
  })
})

describe('the speed of a closing', () => {
  it.each([13.5, 16])('is high far open, lower where a hand may be, lowest where rods are stiffest: at %s V', (plug_V) => {
    const bench = new Bench(440)
    bench.plug_V = plug_V
    for (const [gap_mm, wanted_mm_s] of [[300, 118], [200, 50], [100, 47], [50, 39], [20, 24], [5, 24]] as const) {
      bench.run(gap_mm)
      expect(Math.abs(bench.speed_mm_s - wanted_mm_s), `${bench.speed_mm_s} mm/s near ${gap_mm} mm`).toBeLessThan(0.15 * wanted_mm_s)
    }
    expect(bench.pinched).toBe(false)
    expect(bench.now_ms).toBeLessThan(8000)
  })

  it('is lower on a rough road where a hand may be, and only there', () => {
    const bench = new Bench(440)
    bench.closing.guard.load.feel = () => {}
    bench.closing.guard.load.rough_m_s2 = 1.5
    expect(bench.run(300).speed_mm_s).toBeGreaterThan(100)
    expect(Math.abs(bench.run(120).speed_mm_s - 39)).toBeLessThan(3)
    expect(Math.abs(bench.run(20).speed_mm_s - 24)).toBeLessThan(2)
  })

  it.each([[10, 47], [15, 42], [20, 38], [60, 33]])('is lower where a hand may be with longer ticks: of %s ms', (tick_ms, wanted_mm_s) => {
    const bench = new Bench(440)
    bench.tick_ms = tick_ms
    expect(bench.run(300).speed_mm_s).toBeGreaterThan(100)
    expect(Math.abs(bench.run(100).speed_mm_s - wanted_mm_s)).toBeLessThan(2)
  })

  it('is what the supply gives, where that is less', () => {
    const bench = new Bench(440)
    bench.plug_V = 8
    bench.run(300)
    expect([bench.duty, bench.speed_mm_s < 100]).toEqual([1, true])
    bench.run(15)
    expect(bench.duty).toBeLessThan(1)
  })

  it('is lower near a goal', () => {
    const bench = new Bench(440)
    bench.nearGoal = true
    expect(Math.abs(bench.run(350).speed_mm_s - 45)).toBeLessThan(5)
    expect(bench.run(15).speed_mm_s).toBeLessThan(30)
  })

  it('is soft after a back-off, until the glass is past where it was', () => {
    const soft_mm = WINDOW_PARAMETERS.backOff_mm + 6
    const backed = new Bench(150, true).run(150 - soft_mm + 2)
    expect(backed.speed_mm_s).toBeLessThan(24)
    expect(backed.run(150 - soft_mm - 15).speed_mm_s).toBeGreaterThan(45)
    expect(new Bench(150).run(150 - soft_mm + 2).speed_mm_s).toBeGreaterThan(45)
  })

  it('begins with 2.5 V, grows by 30 V/s at most and shrinks by 25 V/s', () => {
    const bench = new Bench(440)
    expect(bench.motor_V).toBeCloseTo(2.5, 9)
    let most_V = 0
    let least_V = 0
    while (bench.gap_mm > 5) {
      const before_V = bench.motor_V
      bench.tick()
      most_V = Math.max(most_V, bench.motor_V - before_V)
      least_V = Math.min(least_V, bench.motor_V - before_V)
    }
    expect([most_V <= 0.3 + 1e-9, most_V > 0.29, least_V >= -0.25 - 1e-9, least_V < -0.01], `${most_V} V, ${least_V} V`).toEqual([true, true, true, true])
  })
})

describe('a glass that stands', () => {
  it('whose friction is not found yet is given up to 8 V more', () => {
    const bench = new Bench(150)
    const { guard } = bench.closing
    const normal_V = 53 * WINDOW_PARAMETERS.pulses_mm * EMF_Vs + guard.friction_A * R_ohm
    bench.plug_V = 40
    bench.friction_A = 60
    bench.run(0, 500)
    expect([bench.speed_mm_s, guard.found, bench.pinched]).toEqual([0, false, false])
    expect(bench.motor_V).toBeGreaterThan(normal_V + 2)
    let motor_V = 0
    for (let i = 0; i < 300; i++) motor_V = 40 * bench.closing.duty(40, false)
    expect(Math.abs(motor_V - normal_V - 8)).toBeLessThan(0.5)
  })

  it('under way is given nothing more for 80 ms, then 6 V/s', () => {
    const bench = new Bench(150).run(110)
    expect(bench.closing.guard.found).toBe(true)
    const before_V = bench.motor_V
    const { closing } = bench
    const after_V = (stalled_ms: number): number => {
      closing.reading.stalled_ms = stalled_ms
      closing.reading.pulses_s = 0
      closing.reading.dt_s = 0.01
      return closing.duty(bench.plug_V, false) * bench.plug_V
    }
    expect(Math.abs(after_V(80) - before_V)).toBeLessThan(0.02)
    const first_V = after_V(90)
    for (let i = 0; i < 9; i++) after_V(100)
    expect(after_V(200) - first_V).toBeCloseTo(0.6, 1)
  })
})

describe('a glass that goes too fast', () => {
  it('is held back, by 0.8 V at most, and not for long', () => {
    const bench = new Bench(150).run(110)
    const { closing } = bench
    const after_V = (pulses_s: number): number => {
      closing.reading.stalled_ms = 0
      closing.reading.pulses_s = pulses_s
      closing.reading.dt_s = 0.01
      return closing.duty(bench.plug_V, false) * bench.plug_V
    }
    for (let i = 0; i < 500; i++) after_V(110)
    const before_V = after_V(110)
    for (let i = 0; i < 50; i++) after_V(400)
    expect(after_V(400)).toBeCloseTo(before_V - 0.8, 1)
    for (let i = 0; i < 500; i++) after_V(110)
    expect(after_V(110)).toBeCloseTo(before_V, 1)
  })
})

describe('a slam of the door', () => {
  it('turns the motor off until 150 ms after it, and begins again with 2.5 V', () => {
    const bench = new Bench(150).run(100)
    bench.acceleration_m_s2 = -13
    expect(bench.tick().duty).toBe(0)
    const { load_A } = bench.closing.guard.load
    bench.acceleration_m_s2 = 0
    let off_ms = 0
    while (bench.tick().duty === 0 && off_ms < 1000) off_ms += TICK_ms
    expect(off_ms).toBe(140)
    expect(bench.closing.slammed).toBe(false)
    // What was measured meanwhile is no load.
    expect(bench.motor_V).toBeLessThan(2.5 + 0.3 + 1e-9)
    expect(bench.closing.guard.load.load_A).not.toBe(0)
    expect(load_A).toBeGreaterThan(7)
    bench.run(60)
    expect([bench.pinched, bench.gap_mm < 60]).toEqual([false, true])
  })

  it('is none below 12 m/s², nor where nothing measures it', () => {
    for (const acceleration_m_s2 of [11.9, -11.9, NaN]) {
      const bench = new Bench(150).run(100)
      bench.acceleration_m_s2 = acceleration_m_s2
      bench.tick()
      expect(bench.closing.slammed, `${acceleration_m_s2} m/s²`).toBe(false)
      expect(bench.closing.reading.acceleration_m_s2).toBe(isNaN(acceleration_m_s2) ? 0 : acceleration_m_s2)
    }
  })

  it('is not judged by what it does to the motor', () => {
    const bench = new Bench(150).run(100)
    bench.acceleration_m_s2 = 30
    bench.friction_A = 30
    expect(bench.tick().pinched).toBe(false)
  })
})

describe('a closing', () => {
  it('tells an obstacle', () => {
    const bench = new Bench(150).run(100)
    bench.friction_A = FRICTION_A + (LAW.trip_N + 30) / MOTOR.force_N_A
    bench.run(0, 200)
    expect(bench.pinched).toBe(true)
  })

  it('takes each interval of means once, and none without a duty', () => {
    const bench = new Bench(150).run(100)
    const { closing } = bench
    const { load_A } = closing.guard.load
    expect(closing.update(bench.measured(100), 1)).toBe(false)
    expect(closing.guard.load.load_A).toBe(load_A)
    bench.now_ms += TICK_ms
    expect(closing.update(bench.measured(100), 0)).toBe(false)
    expect(closing.guard.load.load_A).toBe(load_A)
  })

  it('drives nothing without a supply', () => {
    const bench = new Bench(150)
    expect([bench.closing.duty(0, false), bench.closing.bound_A]).toEqual([0, 0])
    // By an accelerometer that is beyond its range the glass falls upwards.
    bench.closing.guard.windingBound_A = () => -1
    expect([bench.closing.duty(12, false) > 0, bench.closing.bound_A]).toEqual([true, 0])
  })

  it('has the eFuse hold at the limit of the winding times the duty', () => {
    const bench = new Bench(150)
    for (const gap_mm of [140, 120, 80, 40]) {
      bench.run(gap_mm)
      expect(bench.closing.bound_A).toBeCloseTo(bench.duty * bench.closing.guard.windingBound_A(), 9)
    }
  })

  it('knows for 200 ms that the eFuse held it, from 95 % of its limit on', () => {
    const bench = new Bench(150).run(100)
    const { closing } = bench
    const took = (share: number): boolean => {
      bench.now_ms += TICK_ms
      closing.update(bench.measured(10 * share, 10), 1)
      return closing.wasLimited(bench.now_ms)
    }
    expect([took(0.94), took(0.96)]).toEqual([false, true])
    expect([closing.wasLimited(bench.now_ms + 200), closing.wasLimited(bench.now_ms + 201)]).toEqual([true, false])
  })
})

describe('what a closing will take', () => {
  it('grows with cold, and shrinks with the supply; from below, no more than from above', () => {
    const { closing } = new Bench(150)
    const forecast_A = closing.forecast_A(150, 23, 13.5)
    expect(closing.forecast_A(150, -30, 13.5)).toBeGreaterThan(forecast_A)
    expect(closing.forecast_A(150, 23, 9)).toBeGreaterThan(forecast_A)
    expect(closing.forecast_A(450, 23, 13.5)).toBeGreaterThanOrEqual(forecast_A)
    expect(closing.forecast_A(NaN, 23, 13.5)).toBe(closing.forecast_A(450, 23, 13.5))
  })

  it('is the most that any one place takes, be the others free of friction', () => {
    const { closing } = new Bench(150)
    const between = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })
    const climates = fc.record({ temperature_C: between(-30, 80), supply_V: between(8, 16) })
    const gap = fc.oneof(fc.constant(NaN), between(0, 460))
    const steps = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: FRICTION_KNOTS, maxLength: FRICTION_KNOTS })
    fc.assert(fc.property(steps, gap, climates, (tenths_A, gap_mm, { temperature_C, supply_V }) => {
      const forecast_A = (friction_A: readonly number[]): number => {
        closing.guard.profile.decode(frictionImage(Float32Array.from(friction_A)))
        return closing.forecast_A(gap_mm, temperature_C, supply_V)
      }
      const friction_A = tenths_A.map(tenths => tenths / 10)
      const alone = friction_A.map((_, i) => forecast_A(friction_A.map((here_A, j) => j === i ? here_A : 0.1)))
      expect(forecast_A(friction_A)).toBe(Math.max(...alone))
    }), { seed: 54, numRuns: runs(100) })
  })

  it('is at least what it takes now, before friction is found: a grant below it would stop the glass', () => {
    const bench = new Bench(440)
    bench.friction_A = 1.5 * FRICTION_A
    for (let i = 0; i < 30; i++) bench.tick()
    expect([bench.closing.guard.found, bench.pinched]).toEqual([false, false])
    expect(bench.closing.neededNow_A(1)).toBeGreaterThan(bench.friction_A)
  })

  it('includes what shows a hand, here and now', () => {
    const bench = new Bench(150).run(100)
    const beyond_A = (LAW.trip_N + LAW.margin_N) / MOTOR.force_N_A
    expect(bench.closing.neededNow_A(0.5)).toBeCloseTo(0.5 * (LAW.eFuse * bench.closing.guard.friction_A + beyond_A), 6)
  })
})
