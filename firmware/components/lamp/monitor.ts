import { LIGHT_FAULT, type LightFault } from '#protocol/index.ts'
import { LAMP_SENSE } from './parameters.ts'

/** Judges one channel's current: pure, one instance a channel. */
export class BulbMonitor {
  private readonly nominal_A: number
  private lit_ms: number
  private suspect: LightFault
  private suspect_ms: number

  constructor(nominal_A: number) {
    this.nominal_A = nominal_A
    this.lit_ms = -1
    this.suspect = LIGHT_FAULT.none
    this.suspect_ms = 0
  }

  /** Something may be wrong: look again after `confirm_ms`. */
  suspicious(): boolean {
    return this.suspect !== LIGHT_FAULT.none
  }

  /** A lit channel draws what it should; the inrush of a cold filament says nothing yet. */
  sound(now_ms: number): boolean {
    return this.warm(now_ms) && !this.suspicious()
  }

  /** What was suspected is forgotten: the channel is set anew. */
  clear(): void {
    this.suspect = LIGHT_FAULT.none
  }

  /** The channel goes dark. */
  reset(): void {
    this.lit_ms = -1
    this.clear()
  }

  /** A dark channel is lit: its filament is cold. */
  start(now_ms: number): void {
    this.lit_ms = now_ms
  }

  /** Takes a reading of a driven channel, `level` 0–1. Returns the confirmed fault, or `none`. */
  read(now_ms: number, level: number, current_A: number): LightFault {
    if (level < LAMP_SENSE.leastLevel) {
      this.reset()
      return LIGHT_FAULT.none
    }
    if (this.lit_ms < 0) this.lit_ms = now_ms
    const seen = this.judge(now_ms, level, current_A)
    if (seen !== this.suspect) {
      this.suspect = seen
      this.suspect_ms = now_ms
    }
    return seen !== LIGHT_FAULT.none && now_ms - this.suspect_ms >= LAMP_SENSE.confirm_ms ? seen : LIGHT_FAULT.none
  }

  private judge(now_ms: number, level: number, current_A: number): LightFault {
    if (current_A < LAMP_SENSE.open * level * this.nominal_A) return LIGHT_FAULT.openCircuit
    const short_A = Math.min(LAMP_SENSE.short * this.nominal_A, LAMP_SENSE.top_A)
    return this.warm(now_ms) && current_A > short_A ? LIGHT_FAULT.shortCircuit : LIGHT_FAULT.none
  }

  private warm(now_ms: number): boolean {
    return this.lit_ms >= 0 && now_ms - this.lit_ms >= LAMP_SENSE.inrush_ms
  }
}
