/**
 * Heat of a motor's winding, as the integral of its current squared with one cooling time constant. The cooling is the
 * implicit Euler step 1/(1 + t/τ), which never cools faster than the exponential, for any t.
 */
export class MotorHeat {
  private readonly limit_A2s: number
  private readonly restart_A2s: number
  private readonly cooling_ms: number
  private heat_A2s: number
  private updated_ms: number
  private tooWarm: boolean

  /** Stops at `limit_A2s`, may start again at the share `restart` of it; `cooling_s` is the time constant. */
  constructor(limit_A2s: number, restart: number, cooling_s: number) {
    this.limit_A2s = limit_A2s
    this.restart_A2s = limit_A2s * restart
    this.cooling_ms = cooling_s * 1000
    this.heat_A2s = 0
    this.updated_ms = 0
    this.tooWarm = false
  }

  /** Accounts for the time since the last call, with `current_A` in the winding. Returns whether the motor is too warm. */
  update(now_ms: number, current_A: number): boolean {
    const elapsed_ms = Math.max(0, now_ms - this.updated_ms)
    this.updated_ms = now_ms
    this.heat_A2s = (this.heat_A2s + current_A * current_A * elapsed_ms / 1000) / (1 + elapsed_ms / this.cooling_ms)
    if (this.heat_A2s >= this.limit_A2s) this.tooWarm = true
    else if (this.heat_A2s <= this.restart_A2s) this.tooWarm = false
    return this.tooWarm
  }
}
