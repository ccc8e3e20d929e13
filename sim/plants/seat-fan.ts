import { SEAT_FAN_PLUG } from '#protocol/index.ts'
import type { ObservationOf } from './observation.ts'
import { Plant } from './plant.ts'

export const SEAT_FAN_PARTS = {
  /** Drawn with the output off, at the plug. */
  idle_A: 0.005,
  /** Drawn at full output, settled and at first, both at `rated_V`. */
  run_A: 2,
  peak_A: 3,
  rated_V: 13.5,
  /** Time constant of the output, and with it of the inrush. */
  settle_s: 0.1,
} as const

/** A load that draws more at first than later: its output follows the duty, and the inrush ends as it arrives. */
export class SeatFanPlant extends Plant {
  private duty = 0
  /** 0–1. */
  private output = 0
  private broken = false

  constructor() {
    super('seatFan')
  }

  /** Its lead breaks, or is mended. */
  setBroken(broken: boolean): void {
    this.broken = broken
    this.wake()
  }

  override drive(channel: number, duty: number): void {
    if (channel !== SEAT_FAN_PLUG.output) return
    this.duty = duty > 0 ? duty : 0
    this.wake()
  }

  override float(): void {
    this.duty = 0
    this.wake()
  }

  override demand_A(supply_V: number): number {
    if (supply_V <= 0) return 0
    const p = SEAT_FAN_PARTS
    const drawn_A = this.broken ? 0 : p.peak_A * this.duty - (p.peak_A - p.run_A) * this.output
    return p.idle_A + (drawn_A > 0 ? drawn_A * supply_V / p.rated_V : 0)
  }

  override step(dt_s: number, supply_V: number): void {
    const goal = this.broken || supply_V <= 0 ? 0 : this.duty
    const change = goal - this.output
    const settled = change < 0.001 && change > -0.001
    this.output += settled ? change : change * dt_s / SEAT_FAN_PARTS.settle_s
    this.current_A = this.demand_A(supply_V)
    this.active = !settled
  }

  override observe(): ObservationOf<'seatFan'> {
    return { output_pct: 100 * this.output }
  }
}
