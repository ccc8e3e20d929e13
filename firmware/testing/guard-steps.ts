import { type ClosingReading, climateFactor, FRICTION_KNOTS, frictionImage, frictionKnot_mm, PinchGuard, WindowMotor } from '../components/window/index.ts'
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
  /** How long a tick is. */
  dt_s: number
  /** Friction that was learned, where the drum has a gap. */
  private readonly learned_A: (gap_mm: number) => number
  private readonly climate: number
  private speed_pulses_s: number

  /** `opened_A`: what the back-off before it took; without one none was. */
  constructor(from_mm: number, temperature_C = 23, learned_A: (gap_mm: number) => number = () => STEPS_FRICTION_A, opened_A?: number) {
    this.motor = new WindowMotor(MOTOR_DATA)
    this.scale = 1
    this.tripped = false
    this.dt_s = 0.01
    this.learned_A = learned_A
    this.climate = climateFactor(temperature_C)
    this.speed_pulses_s = 0
    this.guard = new PinchGuard(this.motor, 9)
    this.guard.profile.decode(frictionImage(Float32Array.from({ length: FRICTION_KNOTS }, (_, i) => learned_A(frictionKnot_mm(i)))))
    for (let i = 0; opened_A !== undefined && i < 10; i++) {
      const motor_V = 100 * this.guard.load.emf_Vs + opened_A * this.guard.load.resistance_ohm
      this.guard.load.gather({ winding_A: opened_A, motor_V, acceleration_m_s2: 0, pulses_s: 100 }, 0.01)
    }
    this.guard.begin(from_mm, temperature_C, false)
    this.reading = { dt_s: 0, elapsed_ms: 0, stalled_ms: 0, gap_mm: from_mm, winding_A: 0, motor_V: 0, acceleration_m_s2: 0, pulses_s: 0 }
  }

  /** One tick with so many newtons beyond friction, in which the drum closes by `way_mm`. True: something is in the way. */
  tick(force_N: number, way_mm = 50 * this.dt_s): boolean {
    const { reading, guard } = this
    const tick_ms = 1000 * this.dt_s
    reading.dt_s = this.dt_s
    reading.elapsed_ms += tick_ms
    reading.stalled_ms = way_mm > 0 ? 0 : reading.stalled_ms + tick_ms
    reading.gap_mm -= way_mm
    reading.pulses_s = way_mm / this.dt_s * 2.1124
    reading.winding_A = this.learned_A(reading.gap_mm) * this.climate * this.scale + force_N / guard.load.force_N_A
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
