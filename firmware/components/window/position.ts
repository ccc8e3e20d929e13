import { WINDOW_LIMITS } from './parameters.ts'

/**
 * Where the glass is, from the Hall counter. The counter is relative; the reference is the count at the closed end. The
 * travel is the measured one, or the descriptor's until there is one.
 */
export class GlassPosition {
  /** From closed to open. */
  travel_pulses: number
  /** The travel was found between the stops of this very window. */
  measured: boolean
  private closedCount: number

  constructor(travel_pulses: number) {
    this.travel_pulses = travel_pulses
    this.measured = false
    this.closedCount = NaN
  }

  measure(travel_pulses: number): void {
    this.travel_pulses = travel_pulses
    this.measured = true
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
    return Math.max(0, Math.min(100, this.pulses(count) * 100 / this.travel_pulses))
  }

  /** The count at a percentage. */
  countAt(percent: number): number {
    return this.closedCount + percent * this.travel_pulses / 100
  }

  /** A length of glass in pulses. */
  toPulses(length_mm: number): number {
    return length_mm * WINDOW_LIMITS.pulses_mm
  }

  toMillimetres(pulses: number): number {
    return pulses / WINDOW_LIMITS.pulses_mm
  }

  /** Distance to the end in a direction (+1 open, −1 closed), mm; NaN when not known. */
  gap_mm(count: number, direction: number): number {
    const pulses = this.pulses(count)
    return this.toMillimetres(direction === 1 ? this.travel_pulses - pulses : pulses)
  }

  /** The counter reads what it cannot, were the position true. */
  astray(count: number): boolean {
    return Math.min(this.gap_mm(count, -1), this.gap_mm(count, 1)) < -WINDOW_LIMITS.astray_mm
  }
}
