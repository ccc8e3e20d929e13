import { describe, expect, it } from 'vitest'
import { Closing } from './closing.ts'
import { FRICTION_KNOTS, frictionImage } from './load.ts'
import { stretch_mm, windingResistance_ohm, WINDOW_MOTOR } from './motor.ts'

const FRICTION_A = 8
const MM_PULSE = 450 / 950
const R_ohm = windingResistance_ohm(23)

interface World { supply_V: number, friction_A: number, nearGoal: boolean }

/** A glass that obeys its motor at once, with a friction of its own: speed and bound of a closing, tick by tick. */
class Bench {
  readonly closing = new Closing(9)
  readonly world: World = { supply_V: 13.5, friction_A: FRICTION_A, nearGoal: false }
  glass_mm: number
  now_ms = 100
  duty = 0
  speed_mm_s = 0
  pinched = false

  constructor(from_mm: number, learned = true) {
    this.glass_mm = from_mm
    if (learned) this.closing.guard.profile.decode(frictionImage(new Float32Array(FRICTION_KNOTS).fill(FRICTION_A)))
    this.closing.begin(this.now_ms, from_mm, 23, false)
  }

  /** Runs to a gap, or for a time. Returns the time it took. */
  run(until_mm: number, most_ms = 30_000): number {
    const start_ms = this.now_ms
    while (this.glass_mm > until_mm && this.now_ms - start_ms < most_ms && !this.pinched) this.tick(start_ms)
    return this.now_ms - start_ms
  }

  private tick(_start_ms: number): void {
    const { closing, world } = this
    const motor_V = this.duty * world.supply_V
    const pulses_s = Math.max(0, (motor_V - world.friction_A * R_ohm) / WINDOW_MOTOR.emf_Vs)
    this.speed_mm_s = pulses_s * MM_PULSE
    this.glass_mm -= this.speed_mm_s / 100
    this.now_ms += 10
    const winding_A = pulses_s > 0 ? world.friction_A : motor_V / R_ohm
    const reading = closing.reading
    reading.elapsed_ms = this.now_ms - 100
    reading.stalled_ms = 0
    reading.gap_mm = this.glass_mm - stretch_mm(winding_A)
    reading.speed_pulses_s = pulses_s
    reading.speed_mm_s = this.speed_mm_s
    this.pinched = closing.update({
      now_ms: this.now_ms, port_A: winding_A * this.duty, limit_A: closing.bound_A, supply_V: world.supply_V,
    }, this.duty)
    this.duty = closing.duty(world.supply_V, world.nearGoal)
  }
}

describe('the speed of a closing', () => {
  it('is high far open, lower where a hand may be, lowest where rods are stiffest', () => {
    for (const supply_V of [13.5, 16]) {
      const bench = new Bench(440)
      bench.world.supply_V = supply_V
      const speeds = [300, 200, 100, 50, 25, 5].map((gap_mm) => {
        bench.run(gap_mm)
        return bench.speed_mm_s
      })
      const wanted = [110, 58, 55, 44, 25, 25]
      for (let i = 0; i < wanted.length; i++) {
        expect(speeds[i]!, `near ${[300, 200, 100, 50, 25, 5][i]} mm at ${supply_V} V`).toBeGreaterThan(0.85 * wanted[i]!)
        expect(speeds[i]!).toBeLessThan(1.15 * wanted[i]!)
      }
      expect(bench.pinched).toBe(false)
      expect(bench.now_ms).toBeLessThan(8000)
    }
  })

  it('is what the supply gives, where that is less', () => {
    const bench = new Bench(440)
    bench.world.supply_V = 9
    bench.run(300)
    expect(bench.duty).toBe(1)
    bench.run(10)
    expect(bench.duty).toBeLessThan(1)
  })

  it('is lower where friction is not learned, but not far open', () => {
    const bench = new Bench(440, false)
    bench.run(300)
    expect(bench.speed_mm_s).toBeGreaterThan(95)
    bench.run(100)
    expect(bench.speed_mm_s).toBeLessThan(50)
    expect(bench.speed_mm_s).toBeGreaterThan(38)
  })

  it('is lower near a goal', () => {
    const bench = new Bench(440)
    bench.world.nearGoal = true
    bench.run(350)
    expect(bench.speed_mm_s).toBeGreaterThan(38)
    expect(bench.speed_mm_s).toBeLessThan(50)
    bench.run(20)
    expect(bench.speed_mm_s).toBeLessThan(30)
  })

  it('grows over the start and shrinks gently', () => {
    const bench = new Bench(440)
    let last_V = 0
    let most_V = 0
    let least_V = 0
    bench.run(439)
    while (bench.glass_mm > 20) {
      bench.run(0, 10)
      const motor_V = bench.duty * 13.5
      most_V = Math.max(most_V, motor_V - last_V)
      if (last_V > 0) least_V = Math.min(least_V, motor_V - last_V)
      last_V = motor_V
    }
    expect(least_V).toBeGreaterThan(-0.2501)
    expect(bench.now_ms).toBeGreaterThan(1000)
    expect(most_V).toBeLessThan(10)
  })

  it('is corrected when friction is less or more than expected, but not against what may be a hand', () => {
    const bench = new Bench(140)
    bench.run(80)
    bench.world.friction_A = FRICTION_A + 6 / WINDOW_MOTOR.force_N_A
    bench.run(66)
    expect(Math.abs(bench.speed_mm_s - 56)).toBeLessThan(5)
    const held = new Bench(140)
    held.run(80)
    held.world.friction_A = FRICTION_A + 30 / WINDOW_MOTOR.force_N_A
    const before_V = held.duty * 13.5
    held.run(0, 100)
    expect(held.duty * 13.5).toBeLessThan(before_V + 0.1)
  })
})

describe('the bound of the eFuse', () => {
  it('is the limit of the motor times the duty, every tick', () => {
    const bench = new Bench(140)
    for (const gap_mm of [120, 80, 40, 1]) {
      bench.run(gap_mm)
      expect(bench.closing.bound_A).toBeCloseTo(bench.duty * bench.closing.guard.windingBound_A(), 9)
    }
  })

  it('at work, it says so to the guard', () => {
    const bench = new Bench(140)
    bench.run(100)
    const { closing } = bench
    const bound_A = closing.bound_A
    const at = (now_ms: number, share: number): object => {
      closing.update({ now_ms, port_A: bound_A * share, limit_A: bound_A, supply_V: 13.5 }, bench.duty)
      return closing.reading
    }
    expect(at(bench.now_ms + 10, 0.94)).toMatchObject({ limited: false })
    expect(at(bench.now_ms + 20, 0.96)).toMatchObject({ limited: true })
  })
})

describe('a closing', () => {
  it('ignores a second look within 4 ms, and works without a supply', () => {
    const bench = new Bench(140)
    bench.run(100)
    const { closing } = bench
    const duty = bench.duty
    expect(closing.update({ now_ms: bench.now_ms + 3, port_A: 100, limit_A: 200, supply_V: 13.5 }, 1)).toBe(false)
    expect(closing.reading.now_ms).toBe(bench.now_ms)
    expect(closing.duty(13.5, false)).toBeCloseTo(duty, 9)
    closing.update({ now_ms: bench.now_ms + 10, port_A: 0, limit_A: 200, supply_V: 0 }, 0)
    expect(closing.reading.winding_A).toBe(0)
    expect(closing.duty(0, false)).toBe(0)
    expect(closing.bound_A).toBe(0)
  })

  it('tells an obstacle', () => {
    const bench = new Bench(140)
    bench.run(100)
    bench.world.friction_A = FRICTION_A + 90 / WINDOW_MOTOR.force_N_A
    bench.run(0, 200)
    expect(bench.pinched).toBe(true)
  })
})
