import { rounded } from '#protocol/index.ts'
import type { PowerPlan } from '../plan.ts'
import { POWER_RULES } from '../rules.ts'

const MILLI = 1000
/** A report may be that old: until then it is compared with the most that was granted since. */
const OLD_ms = 1500
/** Who was not looked at for so long is looked at afresh. */
const GAP_ms = 1000
/** What it drew too much is forgotten when it has drawn nothing for so long. */
const MEMORY_ms = 5000
const MORE: number = 1 + POWER_RULES.excessFraction

/**
 * Compares what the ports of each hub report that they draw with what was granted to them, and finds the hub that does not keep
 * to it: a hub cuts a port that draws too much by itself, unless its firmware is broken. Pulses count by their mean.
 */
export class Excess {
  private readonly plan: PowerPlan
  /** By port, hub after hub: what it last reported, mA; and by hub the sum of its ports. */
  private readonly first: Uint16Array
  private readonly drawn_mA: Int32Array
  private readonly sums_mA: Int32Array
  /** By hub: what it may draw before it counts, where nothing is granted to it, mA. */
  private readonly free_mA: Float64Array
  /** By hub: what was granted to it at the last look; the most of late, if that was more, and until when that counts. */
  private readonly granted_mA: Float64Array
  private readonly most_mA: Float64Array
  private readonly mostUntil_ms: Float64Array
  /** By hub: when it was looked at last. */
  private readonly looked_ms: Float64Array
  /** By hub: how much more it drew on average than it may, A·µs, since that began, and how long its reports were too high in that time. */
  private readonly excess: Float64Array
  private readonly over_ms: Float64Array
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
    this.granted_mA = new Float64Array(hubs)
    this.most_mA = new Float64Array(hubs)
    this.mostUntil_ms = new Float64Array(hubs)
    this.looked_ms = new Float64Array(hubs)
    this.excess = new Float64Array(hubs)
    this.over_ms = new Float64Array(hubs)
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

  /** A hub may draw, or may still report, so much more than what is granted to it. */
  allow(hub: number, more_mA: number, now_ms: number): void {
    const most_mA = this.granted_mA[hub]! + more_mA
    if (most_mA > this.most_mA[hub]! || now_ms > this.mostUntil_ms[hub]!) this.most_mA[hub] = most_mA
    this.mostUntil_ms[hub] = now_ms + OLD_ms
  }

  /**
   * Looks at a hub, to which `granted_mA` are granted now beyond its idle currents. True: it has drawn too much for too long; once, and
   * again when it did not keep to it after it had.
   */
  look(hub: number, granted_mA: number, now_ms: number): boolean {
    if (granted_mA < this.granted_mA[hub]!) this.allow(hub, 0, now_ms)
    this.granted_mA[hub] = granted_mA
    const passed_ms = now_ms - this.looked_ms[hub]!
    this.looked_ms[hub] = now_ms
    const sum_mA = this.sums_mA[hub]!
    if (this.excess[hub] === 0 && sum_mA <= granted_mA * MORE + this.free_mA[hub]!) return false
    return this.weigh(hub, sum_mA, passed_ms, now_ms)
  }

  private weigh(hub: number, sum_mA: number, passed_ms: number, now_ms: number): boolean {
    const granted_mA = this.granted_mA[hub]!
    const most_mA = now_ms <= this.mostUntil_ms[hub]! ? Math.max(granted_mA, this.most_mA[hub]!) : granted_mA
    const may_mA = most_mA * MORE + this.free_mA[hub]!
    const excess = this.excess[hub]! + (sum_mA - may_mA) * passed_ms
    if (passed_ms > GAP_ms || excess <= 0) {
      this.excess[hub] = 0
      this.over_ms[hub] = 0
      this.accused[hub] = 0
      return false
    }
    this.excess[hub] = Math.min(excess, may_mA * MEMORY_ms)
    if (sum_mA > may_mA) this.over_ms[hub]! += passed_ms
    if (this.accused[hub] === 1 || this.over_ms[hub]! <= POWER_RULES.excessReported_ms) return false
    this.accused[hub] = 1
    return true
  }
}
