import { type CodeOf, WINDOW_ACTION, type WindowAction } from '#protocol/index.ts'
import { GUARDING } from './inputs.ts'
import type { WindowInputs } from './inputs.ts'
import { MotorHeat } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { LearningRun } from './position.ts'
import type { GlassPosition } from './position.ts'

/** The goal of a goto, on the counter, and how often it was missed. */
export class GotoGoal {
  private count: number
  private tolerance_pulses: number
  private starts: number

  // Stryker disable next-line BlockStatement: a goal is set before it is asked for; the fields only have to exist
  constructor() {
    this.count = 0
    this.tolerance_pulses = 0
    this.starts = 0
  }

  set(count: number, travel_pulses: number): void {
    this.count = count
    this.tolerance_pulses = WINDOW_PARAMETERS.goalTolerance_pct * travel_pulses / 100
    this.starts = 0
  }

  /** A motion towards it begins. */
  started(): void {
    this.starts = this.starts + 1
  }

  /** Where to go from `count`: +1 opens, −1 closes, 0 = near enough, or corrected often enough. */
  direction(count: number): number {
    if (this.starts > WINDOW_PARAMETERS.goalCorrections) return 0
    const error_pulses = this.count - count
    return error_pulses > this.tolerance_pulses ? 1 : error_pulses < -this.tolerance_pulses ? -1 : 0
  }

  /** Pulses left in a direction; negative when it was passed. */
  left(count: number, direction: number): number {
    return direction * (this.count - count)
  }
}

/** What a window is at: a `WINDOW_ACTION`, or the reversal after a pinch. */
export const GOAL = {
  none: WINDOW_ACTION.stop, up: WINDOW_ACTION.up, down: WINDOW_ACTION.down, autoUp: WINDOW_ACTION.autoUp,
  autoDown: WINDOW_ACTION.autoDown, goto: WINDOW_ACTION.goto, learn: WINDOW_ACTION.learn, reverse: 16,
} as const
export type Goal = CodeOf<typeof GOAL>

/** What the window is at, which way that is, and whether it is there. */
export class WindowGoal {
  code: Goal
  readonly learning: LearningRun
  private readonly position: GlassPosition
  private readonly target: GotoGoal
  /** Where a reversal ends. */
  private reopenCount: number
  /** What goes on after it. */
  private afterReversal: WindowAction

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

  /** The hand comes first: a reversal is finished, then what was asked goes on. */
  take(action: WindowAction, position_pct: number, count: number): void {
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
    return this.left_pulses(count, direction) <= speed_pulses_s * WINDOW_PARAMETERS.brakeLead_ms / 1000
  }

  /** The ends are gone to as such, so that the reference is renewed there. */
  private aim(position_pct: number, count: number): void {
    const tolerance_pct = WINDOW_PARAMETERS.goalTolerance_pct
    this.target.set(this.position.countAt(position_pct), this.position.travel_pulses)
    if (Math.abs(position_pct - this.position.percent(count)) <= tolerance_pct) return
    if (position_pct <= tolerance_pct) this.code = GOAL.autoUp
    else if (position_pct >= 100 - tolerance_pct) this.code = GOAL.autoDown
  }
}

/**
 * What a window may do. Closing takes the ignition, and what nobody holds closes only when it can be guarded. A warm motor
 * begins nothing, a hot one goes on with nothing; but a reversal that began is never refused nor ended. What needs a
 * position is refused without one.
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
    const most_A = Math.min(stall_A, WINDOW_PARAMETERS.stallMost_A)
    this.heat = new MotorHeat(WINDOW_PARAMETERS.stallTime_s * most_A * most_A, WINDOW_PARAMETERS.warmShare, WINDOW_PARAMETERS.restartShare,
      WINDOW_PARAMETERS.cooling_s)
  }

  /** Accounts for the time since the last call, with `winding_A` in the winding. */
  warm(winding_A: number): void {
    this.heat.update(this.inputs.now_ms, winding_A)
  }

  /** The motor is too warm to start. */
  tooWarm(): boolean {
    return this.heat.tooWarm
  }

  accepts(action: WindowAction, position_pct: number): boolean {
    if (action === GOAL.none) return true
    const known = this.position.known()
    if (this.goal.reversing()) return action === GOAL.down || (action === GOAL.autoDown && known)
    if (this.heat.tooWarm) return false
    const mayClose = this.inputs.mayClose
    const guarded = this.inputs.guarding === GUARDING.able
    switch (action) {
      case GOAL.up: return mayClose
      case GOAL.down: return true
      case GOAL.autoUp: return mayClose && guarded && known
      case GOAL.autoDown: return known
      case GOAL.goto:
        return known && position_pct >= 0 && position_pct <= 100
          && ((mayClose && guarded) || position_pct >= this.position.percent(this.inputs.count))
      case GOAL.learn: return mayClose && guarded
      default: return false
    }
  }

  /** The glass may begin, or go on, to move in a direction. */
  moves(direction: number): boolean {
    if (this.goal.reversing()) return true
    if (direction > 0) return !this.heat.tooHot
    return !this.heat.tooHot && this.inputs.mayClose && (this.goal.code === GOAL.up || this.inputs.guarding === GUARDING.able)
  }
}
