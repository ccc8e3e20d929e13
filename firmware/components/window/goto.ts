import { WINDOW_LIMITS } from './parameters.ts'

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
    this.tolerance_pulses = WINDOW_LIMITS.goalTolerance_pct * travel_pulses / 100
    this.starts = 0
  }

  /** A motion towards it begins. */
  started(): void {
    this.starts = this.starts + 1
  }

  /** Where to go from `count`: +1 opens, −1 closes, 0 = near enough, or corrected often enough. */
  direction(count: number): number {
    if (this.starts > WINDOW_LIMITS.goalCorrections) return 0
    const error_pulses = this.count - count
    return error_pulses > this.tolerance_pulses ? 1 : error_pulses < -this.tolerance_pulses ? -1 : 0
  }

  /** Pulses left in a direction; negative when it was passed. */
  left(count: number, direction: number): number {
    return direction * (this.count - count)
  }
}
