import {
  type ClosingReading, FRICTION_KNOTS, frictionImage, PinchGuard, stretch_mm, windingResistance_ohm, WINDOW_MOTOR,
} from '../components/window/index.ts'

/** Friction that a guard in tests has learned, and one so small that no load up to 2.5 A stretches the cable. */
export const STEPS_FRICTION_A = 8
export const LIGHT_A = Math.fround(0.1)

/** A guard that is told, tick by tick, what force there is beyond the friction that it learned. */
export class GuardSteps {
  readonly guard: PinchGuard
  /** Of the next tick; `tick` fills in times, speed, current and voltage. */
  readonly reading: ClosingReading
  /** Of the motor; what the guard expects unless told otherwise. */
  winding_ohm: number
  /** What the last tick said: something is in the way. */
  tripped: boolean
  private readonly friction_A: number

  constructor(from_mm: number, driving = false, friction_A: number = STEPS_FRICTION_A) {
    this.friction_A = friction_A
    this.winding_ohm = windingResistance_ohm(23)
    this.tripped = false
    this.guard = new PinchGuard(9)
    this.guard.profile.decode(frictionImage(new Float32Array(FRICTION_KNOTS).fill(friction_A)))
    this.guard.begin(0, from_mm, 23, driving)
    this.reading = {
      now_ms: 0, elapsed_ms: 0, stalled_ms: 0, gap_mm: from_mm - stretch_mm(friction_A), speed_mm_s: 60, speed_pulses_s: 0, winding_A: 0,
      motor_V: 0, limited: false, risen: false,
    }
  }

  /** One tick with so many newtons beyond friction. True: something is in the way. */
  tick(force_N: number, tick_ms = 10, speed_mm_s = 60): boolean {
    const { reading } = this
    reading.now_ms += tick_ms
    reading.elapsed_ms += tick_ms
    reading.speed_mm_s = speed_mm_s
    reading.winding_A = this.friction_A + force_N / WINDOW_MOTOR.force_N_A
    reading.motor_V = reading.winding_A * this.winding_ohm
    this.tripped = this.guard.update(reading)
    return this.tripped
  }

  /** For a time, in which nothing may be in the way. */
  pass(duration_ms: number, force_N = 0, speed_mm_s = 60): this {
    for (let t_ms = 0; t_ms < duration_ms; t_ms += 10) {
      if (this.tick(force_N, 10, speed_mm_s)) throw new Error(`${force_N} N tripped after ${this.reading.elapsed_ms} ms`)
    }
    return this
  }

  /** Forces, a tick each. */
  trips(forces_N: readonly number[], tick_ms = 10): boolean {
    for (const force_N of forces_N) if (this.tick(force_N, tick_ms)) return true
    return false
  }

  /** What the eFuse's limit lies above friction, N. */
  get beyond_N(): number {
    return (this.guard.windingBound_A() - this.guard.friction_A) * WINDOW_MOTOR.force_N_A
  }
}

/** Tells a story whose last force is `force_N` to the last digit of the guard's arithmetic: the current is nudged until it is. */
export function exactly(force_N: number, story: (force_N: number) => GuardSteps): GuardSteps {
  for (let nudge = 0; nudge < 100; nudge++) {
    for (const sign of [1, -1]) {
      const steps = story(force_N * (1 + sign * nudge * Number.EPSILON))
      if (steps.guard.excess_N === force_N) return steps
    }
  }
  throw new Error(`no current makes ${force_N} N`)
}
