import { copperLimitsOf, CopperLoad } from '#firmware/power/allocator/index.ts'
import { type Capability, capabilityOf, type PredictedSource, predictMinimumVoltage, type Prediction, WEAK_BATTERY } from '../power/index.ts'
import type { ComponentClass } from './kinds.ts'
import { type Claim, claimOf, powerPlanOf } from './power-plan.ts'
import type { Topology } from './topology.ts'

const MILLI = 1000

/** A component as the power manager counts it. */
export interface Consumer extends Claim {
  readonly name: string
  readonly hub: string
  readonly class: ComponentClass
}

/** A, by hub. */
export type Currents = Readonly<Record<string, number>>

/** What the power manager of a car grants, by its own book-keeping. */
export class Admission {
  readonly capability: Capability
  readonly source: PredictedSource
  /** Front to rear. */
  readonly consumers: readonly Consumer[]
  /** By hub: board and components at rest; static safe share. */
  readonly idle: Currents
  readonly shares: Currents
  private readonly load: CopperLoad
  private readonly names: readonly string[]

  constructor(car: Topology, source: PredictedSource = WEAK_BATTERY) {
    this.source = source
    this.capability = capabilityOf(car.copper)
    this.consumers = car.hubs.flatMap(hub => hub.ports.flatMap(part => part === undefined
      ? [] : [{ name: `${hub.location}.${part.name}`, hub: hub.location, class: part.class, ...claimOf(part) }]))
    const plan = powerPlanOf(this.capability, car, source)
    this.load = new CopperLoad(copperLimitsOf(plan))
    this.names = car.hubs.map(hub => hub.location)
    this.idle = Object.fromEntries(this.names.map((name, i) => [name, plan.hubs[i]!.idle_A]))
    this.shares = Object.fromEntries(this.names.map((name, i) => [name, plan.hubs[i]!.share_A]))
  }

  /** By hub: boards and all components idle, and `more` of each component. */
  sum(more: (one: Consumer) => number): Record<string, number> {
    const currents = { ...this.idle }
    for (const one of this.consumers) currents[one.hub]! += more(one)
    return currents
  }

  /** By hub, with these running. */
  currentsOf(running: readonly Consumer[]): Record<string, number> {
    return this.sum(one => running.includes(one) ? one.run_A : 0)
  }

  /** What these currents come to, or those with these components running. */
  predict(currents: Currents | readonly Consumer[]): Prediction {
    return predictMinimumVoltage(this.capability, isList(currents) ? this.currentsOf(currents) : currents, this.source)
  }

  /** Whether the manager would grant these currents, `peaks` of them on top for a moment. */
  fits(currents: Currents, peaks: Currents = {}): boolean {
    const { idle, load, names } = this
    const take = (sign: 1 | -1): void => names.forEach((name, i) => {
      const run_mA = Math.round((currents[name]! - idle[name]!) * MILLI)
      load.take(i, sign * run_mA, sign * (run_mA + Math.round((peaks[name] ?? 0) * MILLI)))
    })
    take(1)
    const fits = names.every((_, i) => load.room_mA(i) >= 0)
    take(-1)
    return fits
  }

  /** Whether the manager would grant all these at once. */
  admits(running: readonly Consumer[]): boolean {
    return this.fits(this.currentsOf(running))
  }
}

function isList(currents: Currents | readonly Consumer[]): currents is readonly Consumer[] {
  return Array.isArray(currents)
}
