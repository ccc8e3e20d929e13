import { VEHICLE_PLUG } from '#protocol/index.ts'
import { VEHICLE_PARAMETERS } from './parameters.ts'

const SLOTS = VEHICLE_PARAMETERS.windowReadings + 1
const KMH_PER_M_PER_MS = 3600

/** Road speed from the wheel sensor: pulses over a sliding window of readings. */
export class WheelSpeed {
  private readonly counts: Int32Array
  private readonly times_ms: Float64Array
  private newest: number
  private filled: number

  constructor() {
    this.counts = new Int32Array(SLOTS)
    this.times_ms = new Float64Array(SLOTS)
    this.newest = 0
    this.filled = 0
  }

  /** Takes a reading of the counter. Returns the speed in km/h, 0 at the first reading, never negative. */
  read(now_ms: number, count: number): number {
    const next = (this.newest + 1) % SLOTS
    this.counts[next] = count
    this.times_ms[next] = now_ms
    this.newest = next
    if (this.filled < SLOTS) this.filled = this.filled + 1
    const oldest = (next + SLOTS - this.filled + 1) % SLOTS
    const elapsed_ms = now_ms - this.times_ms[oldest]!
    if (!(elapsed_ms > 0)) return 0
    const pulses = Math.abs((count - this.counts[oldest]!) | 0)
    return pulses * VEHICLE_PLUG.wheelPulse_m / elapsed_ms * KMH_PER_M_PER_MS
  }
}
