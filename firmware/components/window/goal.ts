import { WINDOW_ACTION } from '#protocol/catalogue/enums.ts'
import { GotoGoal } from './goto.ts'
import { LearningRun } from './learning.ts'
import { WINDOW_LIMITS } from './parameters.ts'
import type { GlassPosition } from './position.ts'

/** What a window is at: a `WINDOW_ACTION`, or the reversal after a pinch. */
export const GOAL = {
  none: WINDOW_ACTION.stop, up: WINDOW_ACTION.up, down: WINDOW_ACTION.down, autoUp: WINDOW_ACTION.autoUp,
  autoDown: WINDOW_ACTION.autoDown, goto: WINDOW_ACTION.goto, learn: WINDOW_ACTION.learn, reverse: 16,
} as const

/** What the window is at, which way that is, and whether it is there. */
export class WindowGoal {
  /** `GOAL` */
  code: number
  readonly learning: LearningRun
  private readonly position: GlassPosition
  private readonly target: GotoGoal
  /** Where a reversal ends. */
  private reopenCount: number
  /** What goes on after it. */
  private afterReversal: number

  constructor(position: GlassPosition) {
    this.code = GOAL.none
    this.learning = new LearningRun(position.travel_pulses)
    this.position = position
    this.target = new GotoGoal()
    this.reopenCount = 0
    this.afterReversal = GOAL.none
  }

  /** Back from what was met. */
  reversing(): boolean {
    return this.code === GOAL.reverse
  }

  /** Takes a `WINDOW_ACTION`. The hand comes first: a reversal is finished, then what was asked goes on. */
  take(action: number, position_pct: number, count: number): void {
    if (this.reversing()) {
      this.afterReversal = action
      return
    }
    this.code = action
    this.learning.begin()
    if (action === GOAL.goto) this.aim(position_pct, count)
  }

  /** A held command is over. True: that ended the goal. */
  released(): boolean {
    if (this.afterReversal === GOAL.down) this.afterReversal = GOAL.none
    if (this.code !== GOAL.up && this.code !== GOAL.down) return false
    this.drop()
    return true
  }

  drop(): void {
    this.code = GOAL.none
  }

  /** Away from what was met at `count`: by `reopen_pulses`, or to the lower end. */
  reverse(count: number, reopen_pulses: number): void {
    const low = this.position.known() ? this.position.countAt(100) : this.code === GOAL.learn ? this.learning.lowCount : Infinity
    this.reopenCount = Math.min(count + reopen_pulses, low)
    this.afterReversal = GOAL.none
    this.code = GOAL.reverse
  }

  /** The reversal is finished: what was asked meanwhile is the goal. */
  resume(): void {
    this.code = this.afterReversal
  }

  /** A motion towards it begins. */
  started(): void {
    this.target.started()
  }

  /** Which way it is from `count`: +1 opens, −1 closes, 0: nowhere. */
  direction(count: number): number {
    switch (this.code) {
      case GOAL.learn: return this.learning.direction
      case GOAL.up:
      case GOAL.autoUp: return -1
      case GOAL.down:
      case GOAL.autoDown: return 1
      case GOAL.reverse: return count < this.reopenCount ? 1 : 0
      case GOAL.goto: return this.target.direction(count)
      default: return 0
    }
  }

  /** The way that a goto has left in a direction, pulses; NaN: the goal is no place. */
  left_pulses(count: number, direction: number): number {
    return this.code === GOAL.goto ? this.target.left(count, direction) : NaN
  }

  /** A glass that moves in a direction is to stop now, or, after a reversal, to do what is next. */
  arrived(count: number, direction: number, speed_pulses_s: number): boolean {
    if (this.reversing()) return count >= this.reopenCount
    return this.left_pulses(count, direction) <= speed_pulses_s * WINDOW_LIMITS.brakeLead_ms / 1000
  }

  /** The ends are gone to as such, so that the reference is renewed there. */
  private aim(position_pct: number, count: number): void {
    const tolerance_pct = WINDOW_LIMITS.goalTolerance_pct
    this.target.set(this.position.countAt(position_pct), this.position.travel_pulses)
    if (Math.abs(position_pct - this.position.percent(count)) <= tolerance_pct) return
    if (position_pct <= tolerance_pct) this.code = GOAL.autoUp
    else if (position_pct >= 100 - tolerance_pct) this.code = GOAL.autoDown
  }
}
