import { rounded } from '#protocol/index.ts'
import type { Hal } from '../hal.ts'

/**
 * A reading in the steps of its field. What rounding takes off one frame is given to the next, so that the mean of many
 * frames is true to far less than a step. NaN passes.
 */
export class SteppedReading {
  /** Steps of one unit, so that codes are whole numbers: 10 for 0.1 V. */
  private readonly steps: number
  private rest: number

  constructor(steps: number) {
    this.steps = steps
    this.rest = 0
  }

  next(value: number): number {
    const exact = value * this.steps + this.rest
    if (!(exact > -Infinity && exact < Infinity)) return value
    const code = exact > 0 ? rounded(exact) : 0
    // A sensor whose offset is negative would owe more and more.
    this.rest = exact < -1 ? -1 : exact - code
    return code / this.steps
  }
}

/** Readings behind each voltage that is told. */
export const SUPPLY_READINGS = 8

/**
 * The supply as frames tell it: the mean of `SUPPLY_READINGS` one after the other, so that a diagnosis of the copper has their noise
 * off; what a load does to it within a tick is told as it is.
 */
export function meanSupply_V(hal: Pick<Hal, 'supply_V'>): number {
  const half_V = hal.supply_V() + hal.supply_V() + hal.supply_V() + hal.supply_V()
  return (half_V + hal.supply_V() + hal.supply_V() + hal.supply_V() + hal.supply_V()) / SUPPLY_READINGS
}

/** Of supply voltages and of port currents in the catalogue: 0.1 V and 0.2 A. */
export const SUPPLY_STEPS = 10
export const CURRENT_STEPS = 5
