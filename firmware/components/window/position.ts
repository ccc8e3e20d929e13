import { WINDOW_LIMITS } from './parameters.ts'

/**
 * Where the glass is, from the Hall counter. The counter is relative; the reference is the count at the closed end. The
 * travel is the learned one, or the descriptor's until there is one.
 */
export class GlassPosition {
  /** From closed to open. */
  travel_pulses: number
  private closedCount: number

  constructor(travel_pulses: number) {
    this.travel_pulses = travel_pulses
    this.closedCount = NaN
  }

  known(): boolean {
    return this.closedCount === this.closedCount
  }

  forget(): void {
    this.closedCount = NaN
  }

  /** The counter reads `count` at `pulses` from the closed end. */
  reference(count: number, pulses: number): void {
    this.closedCount = count - pulses
  }

  /** Pulses from the closed end; NaN when not known. */
  pulses(count: number): number {
    return count - this.closedCount
  }

  /** 0 closed … 100 open; NaN when not known. */
  percent(count: number): number {
    const percent = this.pulses(count) * 100 / this.travel_pulses
    return percent < 0 ? 0 : percent > 100 ? 100 : percent
  }

  /** The count at a percentage. */
  countAt(percent: number): number {
    return this.closedCount + percent * this.travel_pulses / 100
  }

  /** A length of glass in pulses. */
  toPulses(length_mm: number): number {
    return length_mm * this.travel_pulses / WINDOW_LIMITS.travel_mm
  }

  toMillimetres(pulses: number): number {
    return pulses * WINDOW_LIMITS.travel_mm / this.travel_pulses
  }

  /** Distance to the end in a direction (+1 open, −1 closed), mm; NaN when not known. */
  gap_mm(count: number, direction: number): number {
    const pulses = this.pulses(count)
    return this.toMillimetres(direction > 0 ? this.travel_pulses - pulses : pulses)
  }
}
