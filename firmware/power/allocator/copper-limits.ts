import { rounded } from '#protocol/index.ts'
import type { PowerPlan } from '../plan.ts'

const MILLI = 1000
const MICRO = 1_000_000
const NANO = 1_000_000_000

/**
 * All that limits what the hubs may draw, as rows of one kind: the sum of each hub's current times its weight is within
 * the limit. Of a lease every row counts what it allows now, the peak while it may be drawn; but the last rows, which a fuse
 * that is loaded for ever sets, count its run current. Whole numbers (mA and thousandths, µΩ, so µA and nV), so that what is
 * taken and given back again and again leaves no trace.
 */
export interface CopperLimits {
  /** By row: static shares of the hubs, mA; feeders, µA; volts that may be lost on the way to the hubs, nV; feeders for ever, µA. */
  readonly limits: Float64Array
  /** The first of the rows that count run currents only. */
  readonly lasting: number
  /** By hub and row: what each mA of the hub takes. */
  readonly weights: readonly Float64Array[]
  /**
   * By hub: the rows it has to look at: its static share first, then its feeders from the drop on, then the volts, then its
   * feeders for ever.
   */
  readonly rows: readonly (readonly number[])[]
  /** By hub: where those for ever begin in its `rows`. */
  readonly ends: readonly number[]
  /** By hub, drawn without any lease. */
  readonly idle_mA: Float64Array
}

/** True when no current that `by` allows can be too much for `feeder`: in a line the first segment speaks for the others. */
function implied(users: readonly Float64Array[], limits: Float64Array, feeder: number, by: number): boolean {
  for (const weight of users) {
    if (weight[feeder]! * limits[by]! > weight[by]! * limits[feeder]!) return false
  }
  return true
}

function usersOf(weights: readonly Float64Array[], row: number): Float64Array[] {
  return weights.filter(weight => weight[row] !== 0)
}

/**
 * Unmarks the feeders that others imply, in the order of the plan; their rows begin at `from`. What implies one is on the way of all
 * hubs that use it, so those on the way of the first of them are tried.
 */
function unmarkImplied(binds: boolean[], plan: PowerPlan, weights: readonly Float64Array[], limits: Float64Array, from: number): void {
  for (let feeder = 0; feeder < plan.feeders_A.length; feeder++) {
    const row = from + feeder
    if (!binds[row]) continue
    const users = usersOf(weights, row)
    const first = weights.indexOf(users[0]!)
    // Nobody uses it: no hub looks at it.
    if (first < 0) continue
    for (const by of plan.hubs[first]!.path) {
      if (by !== feeder && binds[from + by] && implied(users, limits, row, from + by)) binds[row] = false
    }
  }
}

/** By row: whether it can be the tightest. What a feeder bears for ever does not bind where its peaks are bound by as little. */
function bindingRows(plan: PowerPlan, weights: readonly Float64Array[], limits: Float64Array, feeders: number, lasting: number): boolean[] {
  const binds: boolean[] = []
  for (let row = 0; row < limits.length; row++) binds.push(row < lasting || limits[row]! < limits[feeders + row - lasting]!)
  unmarkImplied(binds, plan, weights, limits, feeders)
  unmarkImplied(binds, plan, weights, limits, lasting)
  return binds
}

function addBinding(own: number[], binds: readonly boolean[], from: number, path: readonly number[]): void {
  for (let i = path.length - 1; i >= 0; i--) {
    if (binds[from + path[i]!]) own.push(from + path[i]!)
  }
}

/** The limits of a plan. */
export function copperLimitsOf(plan: PowerPlan): CopperLimits {
  const hubs = plan.hubs.length
  const feeders = plan.feeders_A.length
  const volts = hubs + feeders
  const lasting = volts + hubs
  const limits = new Float64Array(lasting + feeders)
  const idle_mA = new Float64Array(hubs)
  const weights: Float64Array[] = []
  const rows: number[][] = []
  const ends: number[] = []
  for (let i = 0; i < feeders; i++) {
    limits[hubs + i] = Math.floor(plan.peaks_A[i]! * MICRO)
    limits[lasting + i] = Math.floor(plan.feeders_A[i]! * MICRO)
  }
  for (let hub = 0; hub < hubs; hub++) {
    const supply = plan.hubs[hub]!
    const weight = new Float64Array(limits.length)
    weight[hub] = 1
    for (let i = 0; i < supply.path.length; i++) {
      const thousandths = Math.max(1, Math.ceil(supply.fraction[i]! * MILLI))
      weight[hubs + supply.path[i]!] = thousandths
      weight[lasting + supply.path[i]!] = thousandths
    }
    for (let i = 0; i < hubs; i++) weight[volts + i] = Math.ceil((supply.transfer_Ohm[i]! + plan.source_Ohm) * MICRO)
    weights.push(weight)
    limits[hub] = Math.floor(supply.share_A * MILLI)
    limits[volts + hub] = rounded((plan.source_V - plan.least_V) * NANO)
    idle_mA[hub] = Math.ceil(supply.idle_A * MILLI)
  }
  const binds = bindingRows(plan, weights, limits, hubs, lasting)
  for (let hub = 0; hub < hubs; hub++) {
    const path = plan.hubs[hub]!.path
    const own = [hub]
    addBinding(own, binds, hubs, path)
    for (let row = volts; row < lasting; row++) own.push(row)
    ends.push(own.length)
    addBinding(own, binds, lasting, path)
    rows.push(own)
  }
  return { limits: limits, lasting: lasting, weights: weights, rows: rows, ends: ends, idle_mA: idle_mA }
}
