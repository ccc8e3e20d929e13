import type { SupplyProfile } from './profiles.ts'

/** Where a running profile is. */
export class ProfilePlayer {
  readonly profile: SupplyProfile
  private readonly start_ns: number
  /** Index of the point that ends the present line; the number of points when over. */
  private next = 1

  constructor(profile: SupplyProfile, start_ns: number) {
    this.profile = profile
    this.start_ns = start_ns
  }

  /** Voltage at `now_ns`, which must not go back. */
  voltage_V(now_ns: number): number {
    const { x, y } = this.profile.points
    const t_ms = (now_ns - this.start_ns) / 1e6
    while (this.next < x.length && x[this.next]! <= t_ms) this.next++
    const i = this.next
    return i === x.length ? y[i - 1]! : y[i - 1]! + (y[i]! - y[i - 1]!) * ((t_ms - x[i - 1]!) / (x[i]! - x[i - 1]!))
  }

  /** After `voltage_V(now)`: the profile is over. */
  get over(): boolean {
    return this.next === this.profile.points.x.length
  }

  /** After `voltage_V(now)`: the line it is on is level. */
  get level(): boolean {
    const { y } = this.profile.points
    return !this.over && y[this.next] === y[this.next - 1]
  }

  /** When the present line ends, ns. */
  get lineEnd_ns(): number {
    return this.start_ns + Math.ceil(this.profile.points.x[this.next]! * 1e6)
  }
}
