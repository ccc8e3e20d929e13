import type { PinchGuard } from './pinch.ts'
import { LEARNED } from './learning.ts'
import type { LearningRun } from './learning.ts'
import { stretch_mm } from './motor.ts'
import { WINDOW_LIMITS } from './parameters.ts'
import type { GlassPosition } from './position.ts'

/** What the ends of the travel teach: where the glass is, how long its travel is, and what closing took on the way. */
export class TravelEnds {
  private readonly position: GlassPosition
  private readonly learning: LearningRun
  private readonly guard: PinchGuard

  constructor(position: GlassPosition, learning: LearningRun, guard: PinchGuard) {
    this.position = position
    this.learning = learning
    this.guard = guard
  }

  /** The glass stands at the lower stop. Its travel was measured: by that of a descriptor, the guard might end where no end is. */
  open(count: number): void {
    this.position.reference(count, this.position.travel_pulses)
  }

  /** It stands at the upper end; when it is pressed into the stop, that is the reference. */
  closed(count: number): void {
    if (!this.guard.pressed()) return
    this.position.reference(count, -this.stretch_pulses())
    this.guard.finish()
  }

  /** It stands on the learning run, first at the lower end, then at the upper; or has passed it. Returns what that is (`LEARNED`). */
  learn(count: number): number {
    const learned = this.learning.stands(count)
    if (learned === LEARNED.done) this.learned(count)
    else if (learned !== LEARNED.lowerEnd) this.position.forget()
    return learned
  }

  private learned(count: number): void {
    const stretch_pulses = this.stretch_pulses()
    this.position.measure(this.learning.travel_pulses - stretch_pulses)
    this.position.reference(count, -stretch_pulses)
    if (this.learning.asDescribed(stretch_pulses + this.position.toPulses(WINDOW_LIMITS.describedWithin_mm))) this.guard.finish()
  }

  /** Pressed into the upper stop, the drum has wound up what the cable gives. */
  private stretch_pulses(): number {
    return this.position.toPulses(stretch_mm(this.guard.load.load_A))
  }
}
