import type { PortPower } from '#firmware/components/index.ts'
import { POWER_RULES } from '#firmware/power/index.ts'
import { WISH_RETRY_ms } from '#firmware/power/port/index.ts'
import { EFUSE, type Outlet } from '../plants/index.ts'

/** How often a hub looks whether an eFuse has tripped. */
const WATCH_ms = 100

/**
 * A port's power without bus and manager: a wish is granted at once, with its peak for as long as the rules say. An eFuse
 * that trips ends the grant; it is switched on again for the driver's next wish, after the pause that a hub makes.
 */
export class RigPower implements PortPower {
  private readonly outlet: Outlet
  private readonly eFuse: number
  private readonly changed: (granted: boolean) => void
  readonly takeMeans: () => number
  private now_ms = 0
  private run_A = 0
  private peak_A = 0
  private peakEnd_ms = 0
  private bound_A = Infinity
  private isGranted = false
  private wished = false
  private retry_ms = -Infinity

  /** `eFuse`: what its limit is, as a multiple of what it is told. */
  constructor(outlet: Outlet, eFuse: number, takeMeans: () => number, changed: (granted: boolean) => void) {
    this.takeMeans = takeMeans
    this.outlet = outlet
    this.eFuse = eFuse
    this.changed = changed
    outlet.power(true)
  }

  /** To be called every millisecond, and when time passes at rest. */
  step(now_ms: number): void {
    this.now_ms = now_ms
    if (now_ms === this.peakEnd_ms) this.apply()
    if (now_ms % WATCH_ms === 0 && this.outlet.tripped && now_ms > this.retry_ms) {
      this.retry_ms = now_ms + WISH_RETRY_ms
      this.wished = false
      this.grant(false)
    }
    if (this.wished && !this.isGranted && now_ms >= this.retry_ms) this.begin()
  }

  want(run_A: number, peak_A: number): void {
    this.wished = true
    this.run_A = run_A
    this.peak_A = peak_A
    if (this.now_ms >= this.retry_ms) this.begin()
  }

  granted(): boolean {
    return this.isGranted
  }

  bound(current_A: number): void {
    if (!this.isGranted) return
    this.bound_A = current_A
    this.apply()
  }

  limit_A(): number {
    return this.outlet.currentLimit_A / this.eFuse
  }

  release(): void {
    this.wished = false
    this.grant(false)
  }

  private begin(): void {
    if (this.outlet.tripped) this.outlet.power(true)
    this.peakEnd_ms = this.now_ms + POWER_RULES.peak_ms
    this.apply()
    this.grant(true)
  }

  private grant(granted: boolean): void {
    if (granted === this.isGranted) return
    this.isGranted = granted
    this.bound_A = Infinity
    this.apply()
    this.changed(granted)
  }

  private apply(): void {
    const granted_A = this.now_ms < this.peakEnd_ms ? this.peak_A : this.run_A
    this.outlet.limit(this.eFuse * (this.isGranted ? Math.min(granted_A, this.bound_A) : EFUSE.default_A))
  }
}
