import { type ClosingReading, FRICTION_KNOTS, frictionImage, PinchGuard, WindowMotor } from '../components/window/index.ts'
import { MOTOR_DATA } from './descriptors.ts'

/** Friction that a guard in tests has learned. */
export const STEPS_FRICTION_A = 8

/** A guard that is told, tick by tick, what a motor at a steady speed draws: today's friction, and a force beyond it. */
export class GuardSteps {
  readonly motor: WindowMotor
  readonly guard: PinchGuard
  /** Of the next tick; `tick` fills in times, speed, current and voltage. */
  readonly reading: ClosingReading
  /** Friction of today over the learned one. */
  scale: number
  /** What the last tick said: something is in the way. */
  tripped: boolean
  private speed_pulses_s: number

  constructor(from_mm: number) {
    this.motor = new WindowMotor(MOTOR_DATA)
    this.scale = 1
    this.tripped = false
    this.speed_pulses_s = 0
    this.guard = new PinchGuard(this.motor, 9)
    this.guard.profile.decode(frictionImage(new Float32Array(FRICTION_KNOTS).fill(STEPS_FRICTION_A)))
    this.guard.begin(from_mm, 23)
    this.reading = { dt_s: 0, elapsed_ms: 0, stalled_ms: 0, gap_mm: from_mm, winding_A: 0, motor_V: 0, acceleration_m_s2: 0, pulses_s: 0 }
  }

  /** One tick with so many newtons beyond friction, in which the drum closes by `way_mm`. True: something is in the way. */
  tick(force_N: number, way_mm = 0.5): boolean {
    const { reading, guard } = this
    reading.dt_s = 0.01
    reading.elapsed_ms += 10
    reading.stalled_ms = way_mm > 0 ? 0 : reading.stalled_ms + 10
    reading.gap_mm -= way_mm
    reading.pulses_s = 100 * way_mm * 2.1124
    reading.winding_A = STEPS_FRICTION_A * this.scale + force_N / this.motor.force_N_A
    // A rotor does not stop at once.
    this.speed_pulses_s += Math.max(-1, Math.min(8, reading.pulses_s - this.speed_pulses_s))
    reading.motor_V = this.speed_pulses_s * guard.load.emf_Vs + reading.winding_A * guard.load.resistance_ohm
    this.tripped = guard.update(reading)
    return this.tripped
  }

  /** For a time, in which nothing may be in the way. */
  pass(duration_ms: number, force_N = 0, way_mm = 0.5): this {
    for (let t_ms = 0; t_ms < duration_ms; t_ms += 10) {
      if (this.tick(force_N, way_mm)) throw new Error(`${force_N} N tripped after ${this.reading.elapsed_ms} ms, excess ${this.guard.excess_N} N`)
    }
    return this
  }

  /** How long a force takes to be told, ms; NaN: it is not within `limit_ms`. */
  told_ms(force_N: number, limit_ms: number, way_mm = 0.5): number {
    for (let t_ms = 10; t_ms <= limit_ms; t_ms += 10) if (this.tick(force_N, way_mm)) return t_ms
    return NaN
  }
}
