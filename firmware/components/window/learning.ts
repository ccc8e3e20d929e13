import { WINDOW_LIMITS } from './parameters.ts'

/** What the end of a leg of the learning run means. */
export const LEARNED = { lowerEnd: 0, done: 1, failed: 2 } as const

/** A travel that was found may be that of a component that says `nominal_pulses`. */
export function plausible(travel_pulses: number, nominal_pulses: number): boolean {
  return travel_pulses >= WINDOW_LIMITS.travelLeast * nominal_pulses && travel_pulses <= WINDOW_LIMITS.travelMost * nominal_pulses
}

/** The learning run: to the lower end, then to the upper; the travel between them is compared with the descriptor's. */
export class LearningRun {
  /** +1 on the way to the lower end, then −1. */
  direction: number
  /** Counter at the lower end, once it was found. */
  lowCount: number
  /** From closed to open, once both ends were found. */
  travel_pulses: number
  private readonly nominal_pulses: number

  constructor(nominal_pulses: number) {
    this.direction = 1
    this.lowCount = 0
    this.travel_pulses = 0
    this.nominal_pulses = nominal_pulses
  }

  begin(): void {
    this.direction = 1
  }

  /** Pulses to the upper end, by the descriptor's travel. */
  gap_pulses(count: number): number {
    return this.nominal_pulses - (this.lowCount - count)
  }

  /** The learned travel is the descriptor's, within `most_pulses`. */
  asDescribed(most_pulses: number): boolean {
    return Math.abs(this.travel_pulses - this.nominal_pulses) <= most_pulses
  }

  /** On the way up, it is where no end can be any more. */
  astray(count: number): boolean {
    return this.direction === -1 && this.lowCount - count > WINDOW_LIMITS.travelMost * this.nominal_pulses
  }

  /** The glass stands under current, or is astray, with the counter at `count`. Returns what that is (`LEARNED`). */
  stands(count: number): number {
    if (this.direction === 1) {
      this.lowCount = count
      this.direction = -1
      return LEARNED.lowerEnd
    }
    this.travel_pulses = this.lowCount - count
    return plausible(this.travel_pulses, this.nominal_pulses) ? LEARNED.done : LEARNED.failed
  }
}
