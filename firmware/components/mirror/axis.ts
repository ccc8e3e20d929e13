import { MIRROR_PARAMETERS } from './parameters.ts'

/** Position of the potentiometer (0–1) as a tilt. */
export function tiltOf(analog: number): number {
  return (analog * 2 - 1) * MIRROR_PARAMETERS.range_deg
}

/** One tilt axis: runs in a direction until told to stop, at a goal, when it stalls, or when its time is over. */
export class TiltAxis {
  /** What the motor does: −1, 0, +1. */
  direction: number
  private goal_deg: number
  private began_ms: number
  private windowBegan_ms: number
  private windowStart: number

  constructor() {
    this.direction = 0
    this.goal_deg = NaN
    this.began_ms = -1
    this.windowBegan_ms = 0
    this.windowStart = 0
  }

  stop(): void {
    this.direction = 0
    this.began_ms = -1
  }

  /** Runs while it is held: −1 or +1. The limits go on counting when the direction stays. */
  hold(direction: number): void {
    if (direction === this.direction && !(this.goal_deg === this.goal_deg)) return
    this.stop()
    this.direction = direction
    this.goal_deg = NaN
  }

  /** Runs to `goal_deg` from a position of the potentiometer. NaN: this axis is not meant. */
  goto(goal_deg: number, analog: number): void {
    this.stop()
    const error_deg = goal_deg - tiltOf(analog)
    if (!(Math.abs(error_deg) > MIRROR_PARAMETERS.tolerance_deg)) return
    this.goal_deg = goal_deg
    this.direction = error_deg > 0 ? 1 : -1
  }

  /** One tick with power: decides whether the motor goes on. */
  step(now_ms: number, analog: number): void {
    if (this.direction === 0) return
    if (this.began_ms < 0) {
      this.began_ms = now_ms
      this.windowBegan_ms = now_ms
      this.windowStart = analog
    }
    if (this.arrived(analog) || now_ms - this.began_ms >= MIRROR_PARAMETERS.tilt_ms || this.stalled(now_ms, analog)) this.stop()
  }

  private arrived(analog: number): boolean {
    return this.direction * (this.goal_deg - tiltOf(analog)) <= MIRROR_PARAMETERS.tolerance_deg / 2
  }

  private stalled(now_ms: number, analog: number): boolean {
    if (now_ms - this.windowBegan_ms < MIRROR_PARAMETERS.stallWindow_ms) return false
    const moved = Math.abs(analog - this.windowStart)
    this.windowBegan_ms = now_ms
    this.windowStart = analog
    return moved < MIRROR_PARAMETERS.stallChange
  }
}
