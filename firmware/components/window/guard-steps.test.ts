import { describe, expect, it } from 'vitest'
import { FRICTION_KNOTS, frictionImage } from './friction.ts'
import { WINDOW_MOTOR, stretch_mm, windingResistance_ohm } from './motor.ts'
import { PINCH_LIMITS, PinchGuard } from './pinch.ts'
import type { ClosingState } from './pinch.ts'

const FRICTION_A = 8
const N_A = WINDOW_MOTOR.force_N_A

/** A guard that is told, tick by tick, what force there is beyond the friction that it learned. */
class Steps {
  readonly guard: PinchGuard
  private readonly state: ClosingState

  constructor(from_mm: number, driving = false) {
    this.guard = new PinchGuard(9)
    this.guard.friction.decode(frictionImage(new Float32Array(FRICTION_KNOTS).fill(FRICTION_A)))
    this.guard.begin(0, from_mm, 23, driving)
    this.state = {
      now_ms: 0, elapsed_ms: 0, stalled_ms: 0, gap_mm: from_mm - stretch_mm(FRICTION_A), speed_mm_s: 60, speed_pulses_s: 0, motor_A: 0,
      motor_V: 0, limited: false, risen: false,
    }
  }

  /** One tick with so many newtons beyond friction. True: something is in the way. */
  tick(force_N: number, tick_ms = 10, speed_mm_s = 60): boolean {
    const { state } = this
    state.now_ms += tick_ms
    state.elapsed_ms += tick_ms
    state.speed_mm_s = speed_mm_s
    state.motor_A = FRICTION_A + force_N / N_A
    state.motor_V = state.motor_A * windingResistance_ohm(23)
    return this.guard.update(state)
  }

  /** For a time. */
  pass(duration_ms: number, force_N = 0, speed_mm_s = 60): this {
    for (let t_ms = 0; t_ms < duration_ms; t_ms += 10) expect(this.tick(force_N, 10, speed_mm_s)).toBe(false)
    return this
  }

  /** Forces, a tick each. */
  trips(forces_N: readonly number[], tick_ms = 10): boolean {
    for (const force_N of forces_N) if (this.tick(force_N, tick_ms)) return true
    return false
  }

  /** What the eFuse's limit lies above friction, N. */
  get beyond_N(): number {
    return (this.guard.limit_A() - this.guard.friction_A()) * N_A
  }
}

describe('a force that grows', () => {
  it('is looked at 8 ms ahead at a tick of 10 ms, and trips before it has grown', () => {
    expect(new Steps(150).pass(600).trips([30, 44, 46])).toBe(true)
    expect(new Steps(150).pass(600).trips([30, 39, 42])).toBe(false)
    // Without a slope it is what it is.
    expect(new Steps(150).pass(600).trips([15, 25, 32, 37, 40, 42, 43, 44, 44, 44])).toBe(false)
  })

  it('is looked at 16 ms ahead at 20 ms, and 20 ms at most', () => {
    expect(new Steps(150).pass(600).trips([20, 42, 47], 20)).toBe(true)
    expect(new Steps(150).pass(600).trips([20, 42, 45], 40)).toBe(false)
    expect(new Steps(150).pass(600).trips([20, 44, 50], 40)).toBe(true)
  })

  it('is not looked at ahead in the first moments, nor on a rough road', () => {
    expect(new Steps(150).pass(300).trips([40, 60, 62])).toBe(false)
    expect(new Steps(150, true).pass(600).trips([38, 52, 53])).toBe(false)
    expect(new Steps(150, true).pass(600).trips([38, 58, 60])).toBe(true)
  })
})

describe('the friction of today', () => {
  it('is not followed before the glass moves, and fast from then to half a second', () => {
    const slack_A = new Steps(150).pass(340, -40).guard.friction_A()
    expect(slack_A).toBeCloseTo(FRICTION_A, 9)
    const first = new Steps(150).pass(500, 15)
    expect(first.guard.friction_A()).toBeGreaterThan(FRICTION_A + 10 / N_A)
  })

  it('is followed fast far open, at any time, and slowly near', () => {
    const far = new Steps(440).pass(1000).pass(400, 40)
    expect(far.guard.friction_A()).toBeGreaterThan(FRICTION_A + 36 / N_A)
    const near = new Steps(150).pass(1000).pass(400, 14)
    expect(near.guard.friction_A()).toBeLessThan(FRICTION_A + 5 / N_A)
    expect(near.guard.friction_A()).toBeGreaterThan(FRICTION_A + 2 / N_A)
  })

  it('is not followed up by a glass that creeps near, but down, and far open', () => {
    const creeping = PINCH_LIMITS.creeping_mm_s - 1
    const before = new Steps(150).pass(1000)
    expect(before.pass(400, 30, creeping).guard.friction_A()).toBeCloseTo(FRICTION_A, 9)
    expect(before.pass(400, 30, creeping + 2).guard.friction_A()).toBeGreaterThan(FRICTION_A + 2 / N_A)
    const easier = new Steps(150).pass(1000).pass(400, -14, creeping)
    expect(easier.guard.friction_A()).toBeLessThan(FRICTION_A - 2 / N_A)
    const far = new Steps(440).pass(1000).pass(400, 40, creeping)
    expect(far.guard.friction_A()).toBeGreaterThan(FRICTION_A + 36 / N_A)
  })
})

describe('a road', () => {
  const smooth_N = PINCH_LIMITS.trip_N + PINCH_LIMITS.margin_N

  it('is one of a moving car only, and shows only once the glass moves', () => {
    const standing = new Steps(150).pass(600)
    standing.tick(-60)
    expect(standing.beyond_N).toBeCloseTo(smooth_N, 6)
    const start = new Steps(150, true).pass(340, -60).pass(30)
    expect(start.beyond_N).toBeLessThan(smooth_N + 10)
    const driving = new Steps(150, true).pass(600)
    driving.tick(-60)
    expect(driving.beyond_N).toBeCloseTo(smooth_N + PINCH_LIMITS.roadMost_N, 6)
  })

  it('is forgotten over seconds, and counts far open too', () => {
    const far = new Steps(440, true).pass(1000)
    const farSmooth_N = PINCH_LIMITS.tripFar_N + PINCH_LIMITS.margin_N
    // 20 N at first, by a third of a time constant less, of which 10 N are nothing.
    const road_N = PINCH_LIMITS.roadFirst_N * Math.exp(-1 / PINCH_LIMITS.roadForgets_s) - PINCH_LIMITS.roadFrom_N
    expect(Math.abs(far.beyond_N - farSmooth_N - road_N)).toBeLessThan(0.1)
    expect(new Steps(150, true).pass(3000).beyond_N).toBeCloseTo(smooth_N, 6)
  })
})
