import { VEHICLE_PLUG } from '#protocol/index.ts'
import { VEHICLE_PARAMETERS } from './parameters.ts'

const SLOTS = VEHICLE_PARAMETERS.windowReadings + 1
const KMH_PER_M_PER_MS = 3600

/** Road speed from the wheel sensor: pulses over a sliding window of readings. */
class WheelSpeed {
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

/** No car loses speed faster, m/s²: 1.7 g. */
const BRAKES_m_s2 = 16.7
/** A car that cannot but have gone so far since the last pulse has lost its sensor: three pulses. Below 12 km/h it may have stopped. */
const UNSEEN_m = 0.35
/** The sensor is back when pulses come in so many readings on end. */
const BACK_readings = 5

/** The car's speed as far as its wheel can be believed: pulses that end faster than any car stops are lost, and the speed stays. */
export class RoadSpeed {
  kmh: number
  /** The sensor gives no pulses: `kmh` is what was known last. */
  lost: boolean
  private readonly wheel: WheelSpeed
  private count: number
  private read_ms: number
  /** At the last pulse; since then at least, braked as hard as can be, and how far that is. */
  private known_kmh: number
  private least_m_s: number
  private unseen_m: number
  private pulsing: number

  constructor() {
    this.kmh = 0
    this.lost = false
    this.wheel = new WheelSpeed()
    this.count = NaN
    this.read_ms = 0
    this.known_kmh = 0
    this.least_m_s = 0
    this.unseen_m = 0
    this.pulsing = 0
  }

  /** Takes a reading of the counter. */
  read(now_ms: number, count: number): void {
    const seen_kmh = this.wheel.read(now_ms, count)
    const dt_s = (now_ms - this.read_ms) / 1000
    if (count === this.count) this.miss(dt_s)
    else this.see(seen_kmh)
    this.count = count
    this.read_ms = now_ms
    this.kmh = this.lost ? this.known_kmh : seen_kmh
  }

  private see(seen_kmh: number): void {
    if (this.pulsing < BACK_readings) this.pulsing = this.pulsing + 1
    if (this.lost && this.pulsing < BACK_readings) return
    this.lost = false
    this.known_kmh = seen_kmh
    this.least_m_s = seen_kmh / 3.6
    this.unseen_m = 0
  }

  private miss(dt_s: number): void {
    const braking_s = Math.min(dt_s, this.least_m_s / BRAKES_m_s2)
    this.pulsing = 0
    this.unseen_m = this.unseen_m + (this.least_m_s - BRAKES_m_s2 * braking_s / 2) * braking_s
    this.least_m_s = this.least_m_s - BRAKES_m_s2 * braking_s
    if (this.unseen_m > UNSEEN_m) this.lost = true
  }
}
