/**
 * Heat of a motor's winding, as the integral of its current squared with one cooling time constant. The cooling is the
 * implicit Euler step 1/(1 + t/τ), which never cools faster than the exponential, for any t.
 */
export class MotorHeat {
  /** Too warm to begin anything; until it has cooled to the restart level. */
  tooWarm: boolean
  /** So warm that what runs must end. Well above `tooWarm`, so that what was begun can be finished. */
  tooHot: boolean
  private readonly limit_A2s: number
  private readonly warm_A2s: number
  private readonly restart_A2s: number
  private readonly cooling_ms: number
  private heat_A2s: number
  private updated_ms: number

  /** `limit_A2s`: too hot; `warm` and `restart`: shares of it, 0–1; `cooling_s`: the time constant. */
  constructor(limit_A2s: number, warm: number, restart: number, cooling_s: number) {
    this.tooWarm = false
    this.tooHot = false
    this.limit_A2s = limit_A2s
    this.warm_A2s = limit_A2s * warm
    this.restart_A2s = limit_A2s * restart
    this.cooling_ms = cooling_s * 1000
    this.heat_A2s = 0
    this.updated_ms = 0
  }

  /** Accounts for the time since the last call, with `current_A` in the winding. */
  update(now_ms: number, current_A: number): void {
    const elapsed_ms = Math.max(0, now_ms - this.updated_ms)
    this.updated_ms = now_ms
    this.heat_A2s = (this.heat_A2s + current_A * current_A * elapsed_ms / 1000) / (1 + elapsed_ms / this.cooling_ms)
    this.tooHot = this.heat_A2s >= this.limit_A2s
    if (this.heat_A2s >= this.warm_A2s) this.tooWarm = true
    else if (this.heat_A2s <= this.restart_A2s) this.tooWarm = false
  }
}
