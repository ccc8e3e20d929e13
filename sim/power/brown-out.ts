import type { Kernel, Timer } from '../kernel/index.ts'

/** A supply as a reset circuit meets it: `Supply`, or what a test puts in its place. */
export interface WatchedSupply {
  /** Index of a hub. */
  hub(name: string): number
  voltage_V(hub: number): number
  /** Calls `listener` after every change of voltages. */
  onStep(listener: () => void): () => void
  /** Brings the voltages to now. */
  sync(): void
}

export interface BrownOutLimits {
  /** Below this for `hold_ms` the board resets. Default 4.0 V, 1 ms. */
  readonly reset_V?: number
  readonly hold_ms?: number
  /** From this on it boots again, default 4.5 V. */
  readonly start_V?: number
}

/** Watches a hub's supply as the reset circuit of its board does. Held down from the start if there is no voltage. */
export class BrownOut {
  private readonly supply: WatchedSupply
  private readonly hub: number
  private readonly reset_V: number
  private readonly start_V: number
  private readonly hold_ns: number
  private readonly timer: Timer
  private readonly change: (down: boolean) => void
  private readonly stop: () => void
  private isDown: boolean

  /** `change(true)` when the board resets, `change(false)` when it may boot. */
  constructor(kernel: Kernel, supply: WatchedSupply, hub: string, change: (down: boolean) => void, limits: BrownOutLimits = {}) {
    this.supply = supply
    this.hub = supply.hub(hub)
    this.reset_V = limits.reset_V ?? 4
    this.start_V = limits.start_V ?? 4.5
    this.hold_ns = Math.round((limits.hold_ms ?? 1) * 1e6)
    this.change = change
    this.timer = kernel.timer(`brown-out ${hub}`, () => this.expire())
    this.isDown = supply.voltage_V(this.hub) < this.start_V
    this.stop = supply.onStep(() => this.look())
  }

  get down(): boolean {
    return this.isDown
  }

  close(): void {
    this.timer.stop()
    this.stop()
  }

  private look(): void {
    const voltage_V = this.supply.voltage_V(this.hub)
    if (this.isDown) {
      if (voltage_V >= this.start_V) this.turn(false)
    } else if (voltage_V >= this.reset_V) {
      this.timer.stop()
    } else if (!this.timer.armed) {
      this.timer.startIn(this.hold_ns)
    }
  }

  private expire(): void {
    this.supply.sync()
    if (!this.isDown && this.supply.voltage_V(this.hub) < this.reset_V) this.turn(true)
  }

  private turn(down: boolean): void {
    this.isDown = down
    this.change(down)
  }
}
