import { type DropLimits, dropPeak_A, dropRun_A } from '../plan.ts'

/** A rounding error of sums, A. */
const ROUNDING_A = 1e-6

/** A port, as the ceiling counts it: what it may draw for long, and now, A. */
export interface CountedPort {
  runLimit_A(): number
  limit_A(): number
}

/**
 * The ceiling of a hub's own feed: whatever managers grant, its ports together take no more than its drop carries at the temperature
 * that the hub has now, its idle current included.
 */
export class FeedCeiling {
  private readonly drop: DropLimits | undefined
  private readonly temperature_C: () => number
  private readonly ports: readonly CountedPort[]

  /** `drop` undefined: not known, there is no ceiling. `ports`: those of the hub, as they join it. */
  constructor(drop: DropLimits | undefined, temperature_C: () => number, ports: readonly CountedPort[]) {
    this.drop = drop
    this.temperature_C = temperature_C
    this.ports = ports
  }

  /** What a port may take for long, besides what the others hold, A; negative: they hold more already. */
  run_A(port: CountedPort): number {
    if (this.drop === undefined) return Infinity
    let rest_A = dropRun_A(this.drop, this.temperature_C()) - this.drop.idle_A + ROUNDING_A
    for (let i = 0; i < this.ports.length; i++) if (this.ports[i] !== port) rest_A -= this.ports[i]!.runLimit_A()
    return rest_A
  }

  /** What it may take as a peak. */
  peak_A(port: CountedPort): number {
    if (this.drop === undefined) return Infinity
    let rest_A = dropPeak_A(this.drop, this.temperature_C()) - this.drop.idle_A + ROUNDING_A
    for (let i = 0; i < this.ports.length; i++) if (this.ports[i] !== port) rest_A -= this.ports[i]!.limit_A()
    return rest_A
  }
}
