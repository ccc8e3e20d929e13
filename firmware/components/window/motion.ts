/** One run of the glass in one direction: what the pulses say of it. */
export class Motion {
  /** +1 opens, −1 closes. */
  direction: number
  began_ms: number
  /** Magnitude, smoothed over a few ticks. */
  speed_pulses_s: number
  private lastCount: number
  private lastTick_ms: number
  private lastPulse_ms: number

  constructor() {
    this.direction = 0
    this.began_ms = 0
    this.speed_pulses_s = 0
    this.lastCount = 0
    this.lastTick_ms = 0
    this.lastPulse_ms = 0
  }

  begin(now_ms: number, count: number, direction: number): void {
    this.direction = direction
    this.began_ms = now_ms
    this.speed_pulses_s = 0
    this.lastCount = count
    this.lastTick_ms = now_ms
    this.lastPulse_ms = now_ms
  }

  /** Takes the counter at a tick. */
  update(now_ms: number, count: number): void {
    const elapsed_ms = now_ms - this.lastTick_ms
    if (!(elapsed_ms > 0)) return
    const pulses = Math.abs(count - this.lastCount)
    if (pulses > 0) this.lastPulse_ms = now_ms
    this.speed_pulses_s = this.speed_pulses_s + (pulses * 1000 / elapsed_ms - this.speed_pulses_s) / 4
    this.lastCount = count
    this.lastTick_ms = now_ms
  }

  elapsed_ms(now_ms: number): number {
    return now_ms - this.began_ms
  }

  /** Time without a pulse. */
  stalled_ms(now_ms: number): number {
    return now_ms - this.lastPulse_ms
  }
}
