import type { PowerPlan } from '../plan.ts'

const MILLI = 1000
const MICRO = 1_000_000
const NANO = 1_000_000_000

/**
 * All that limits what the hubs may draw, as rows of one kind: the sum of each hub's current times its weight is within
 * the limit. Whole numbers (mA and thousandths, µΩ, so µA and nV), so that what is taken and given back again and again
 * leaves no trace.
 */
export interface CopperLimits {
  /** By row: static shares of the hubs, mA; feeders, µA; volts that may be lost on the way to the hubs, nV. */
  readonly limits: Float64Array
  /** By hub and row: what each mA of the hub takes. */
  readonly weights: readonly Float64Array[]
  /** By hub: the rows it has to look at: its static share first, then its feeders from the drop on, then the volts. */
  readonly rows: readonly (readonly number[])[]
  /** By hub, drawn without any lease. */
  readonly idle_mA: Float64Array
}

/** True when no current that `by` allows can be too much for `feeder`: in a line the first segment speaks for the others. */
function implied(weights: readonly Float64Array[], limits: Float64Array, feeder: number, by: number): boolean {
  for (const weight of weights) {
    if (weight[feeder]! * limits[by]! > weight[by]! * limits[feeder]!) return false
  }
  return true
}

/** Feeders that others do not imply, in the order of the plan, as rows. */
function bindingFeeders(weights: readonly Float64Array[], limits: Float64Array, from: number, to: number): boolean[] {
  const binds: boolean[] = []
  for (let row = 0; row < to; row++) binds.push(row >= from)
  for (let row = from; row < to; row++) {
    for (let by = from; by < to && binds[row]; by++) {
      if (by !== row && binds[by] && implied(weights, limits, row, by)) binds[row] = false
    }
  }
  return binds
}

/** The limits of a plan. */
export function copperLimitsOf(plan: PowerPlan): CopperLimits {
  const hubs = plan.hubs.length
  const volts = hubs + plan.feeders_A.length
  const limits = new Float64Array(volts + hubs)
  const idle_mA = new Float64Array(hubs)
  const weights: Float64Array[] = []
  const rows: number[][] = []
  for (let i = 0; i < plan.feeders_A.length; i++) limits[hubs + i] = Math.floor(plan.feeders_A[i]! * MICRO)
  for (let hub = 0; hub < hubs; hub++) {
    const supply = plan.hubs[hub]!
    const weight = new Float64Array(limits.length)
    weight[hub] = 1
    for (let i = 0; i < supply.path.length; i++) weight[hubs + supply.path[i]!] = Math.max(1, Math.ceil(supply.fraction[i]! * MILLI))
    for (let i = 0; i < hubs; i++) weight[volts + i] = Math.ceil((supply.transfer_Ohm[i]! + plan.source_Ohm) * MICRO)
    weights.push(weight)
    limits[hub] = Math.floor(supply.share_A * MILLI)
    limits[volts + hub] = Math.round((plan.source_V - plan.least_V) * NANO)
    idle_mA[hub] = Math.ceil(supply.idle_A * MILLI)
  }
  const binds = bindingFeeders(weights, limits, hubs, volts)
  for (let hub = 0; hub < hubs; hub++) {
    const path = plan.hubs[hub]!.path
    const own = [hub]
    for (let i = path.length - 1; i >= 0; i--) {
      if (binds[hubs + path[i]!]) own.push(hubs + path[i]!)
    }
    for (let row = volts; row < limits.length; row++) own.push(row)
    rows.push(own)
  }
  return { limits: limits, weights: weights, rows: rows, idle_mA: idle_mA }
}
