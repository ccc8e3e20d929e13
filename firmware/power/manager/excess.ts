import { rounded } from '#protocol/index.ts'
import type { PowerPlan } from '../plan.ts'
import { POWER_RULES } from '../rules.ts'

const MILLI = 1000
const MORE: number = 1 + POWER_RULES.excessFraction

/**
 * Compares what the ports of each hub report that they draw with what was granted to them, and finds the hub that does not keep
 * to it: a hub cuts a port that draws too much by itself, unless its firmware is broken.
 */
export class Excess {
  private readonly plan: PowerPlan
  /** By port, hub after hub: what it last reported, mA; and by hub the sum of its ports. */
  private readonly first: Uint16Array
  private readonly drawn_mA: Int32Array
  private readonly sums_mA: Int32Array
  /** By hub: what it may draw before it counts, where nothing is granted to it, mA. */
  private readonly free_mA: Float64Array
  /** By hub: since when its reports are too high; Infinity: they are not. */
  private readonly since_ms: Float64Array
  private readonly accused: Uint8Array

  constructor(plan: PowerPlan) {
    const hubs = plan.hubs.length
    this.plan = plan
    this.first = new Uint16Array(hubs + 1)
    for (let i = 0; i < hubs; i++) this.first[i + 1] = this.first[i]! + plan.hubs[i]!.ports
    this.drawn_mA = new Int32Array(this.first[hubs]!)
    this.sums_mA = new Int32Array(hubs)
    this.free_mA = new Float64Array(hubs)
    for (let i = 0; i < hubs; i++) this.free_mA[i] = rounded((plan.hubs[i]!.idle_A * MORE + POWER_RULES.excess_A) * MILLI)
    this.since_ms = new Float64Array(hubs)
    this.since_ms.fill(Infinity)
    this.accused = new Uint8Array(hubs)
  }

  /** A port reports what it draws, A; NaN, not available, counts as nothing. */
  reported(hub: number, port: number, current_A: number): void {
    if (port >= this.plan.hubs[hub]!.ports) return
    const index = this.first[hub]! + port
    const drawn_mA = current_A > 0 ? rounded(current_A * MILLI) : 0
    this.sums_mA[hub]! += drawn_mA - this.drawn_mA[index]!
    this.drawn_mA[index] = drawn_mA
  }

  /** What the ports of a hub last reported, together, A. */
  sum_A(hub: number): number {
    return this.sums_mA[hub]! / MILLI
  }

  /**
   * Looks at the hubs from `from` on, to which `granted_mA` are granted now beyond their idle currents, but not at those that are missed.
   * The first that has drawn too much for too long, once, and again when it did not keep to it after it had; −1: none.
   */
  find(from: number, granted_mA: Float64Array, missed: Uint8Array, now_ms: number): number {
    const sums_mA = this.sums_mA
    const free_mA = this.free_mA
    for (let hub = from; hub < sums_mA.length; hub++) {
      if (missed[hub] !== 0) continue
      if (sums_mA[hub]! > granted_mA[hub]! * MORE + free_mA[hub]!) {
        if (this.exceeds(hub, now_ms)) return hub
      } else if (this.since_ms[hub] !== Infinity) {
        this.since_ms[hub] = Infinity
        this.accused[hub] = 0
      }
    }
    return -1
  }

  private exceeds(hub: number, now_ms: number): boolean {
    if (this.since_ms[hub] === Infinity) this.since_ms[hub] = now_ms
    if (this.accused[hub] === 1 || now_ms - this.since_ms[hub]! < POWER_RULES.excessReported_ms) return false
    this.accused[hub] = 1
    return true
  }
}
