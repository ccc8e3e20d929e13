import { MotorHeat } from '../motor-heat.ts'
import { GOAL } from './goal.ts'
import type { WindowGoal } from './goal.ts'
import type { WindowInputs } from './inputs.ts'
import { WINDOW_LIMITS } from './parameters.ts'
import type { GlassPosition } from './position.ts'

/**
 * What a window may do. Closing takes the ignition. A warm motor begins nothing, a hot one goes on with nothing; but a
 * reversal that began is never refused nor ended. What needs a position is refused without one.
 */
export class Permission {
  private readonly inputs: WindowInputs
  private readonly position: GlassPosition
  private readonly goal: WindowGoal
  private readonly heat: MotorHeat

  constructor(inputs: WindowInputs, position: GlassPosition, goal: WindowGoal, stall_A: number) {
    this.inputs = inputs
    this.position = position
    this.goal = goal
    const most_A = Math.min(stall_A, WINDOW_LIMITS.stallMost_A)
    this.heat = new MotorHeat(WINDOW_LIMITS.stallTime_s * most_A * most_A, WINDOW_LIMITS.warmShare, WINDOW_LIMITS.restartShare,
      WINDOW_LIMITS.cooling_s)
  }

  /** Accounts for the time since the last call, with `motor_A` in the winding. */
  warm(motor_A: number): void {
    this.heat.update(this.inputs.now_ms, motor_A)
  }

  /** The motor is too warm to start. */
  tooWarm(): boolean {
    return this.heat.tooWarm
  }

  /** A `WINDOW_ACTION` is accepted. */
  accepts(action: number, position_pct: number): boolean {
    if (action === GOAL.none) return true
    const known = this.position.known()
    if (this.goal.reversing()) return action === GOAL.down || (action === GOAL.autoDown && known)
    if (this.heat.tooWarm) return false
    const mayClose = this.inputs.mayClose
    switch (action) {
      case GOAL.up: return mayClose
      case GOAL.down: return true
      case GOAL.autoUp: return mayClose && known
      case GOAL.autoDown: return known
      case GOAL.goto:
        return known && position_pct >= 0 && position_pct <= 100
          && (mayClose || position_pct >= this.position.percent(this.inputs.count))
      case GOAL.learn: return mayClose
      default: return false
    }
  }

  /** The glass may begin, or go on, to move in a direction. */
  moves(direction: number): boolean {
    if (this.goal.reversing()) return true
    return !this.heat.tooHot && (direction > 0 || this.inputs.mayClose)
  }
}
