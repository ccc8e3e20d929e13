import type { Car } from './car.ts'

interface Feeder {
  readonly name: string
  readonly ampacity_A: number
  /** What leases may allow for ever, and in a peak. */
  readonly run_A: number
  readonly peak_A: number
  /** By hub. */
  readonly shares: Readonly<Record<string, number>>
}

/** What judges of its trace may know of a car: names and ratings. */
export interface CarFacts {
  /** Hubs front to rear, as the spine reaches them. */
  readonly spine: readonly string[]
  /** Cables: what each carries for ever, and the share of each hub's current that flows in it. */
  readonly feeders: readonly Feeder[]
}

/** Names and ratings of a car. */
export function carFacts(car: Car): CarFacts {
  const { cables, hubs, share } = car.power.supply.capability
  return {
    spine: car.topology.hubs.map(hub => hub.location),
    feeders: cables.map((cable, i) => ({
      name: cable.name, ampacity_A: cable.ampacity_A, run_A: cable.limit_A, peak_A: cable.peakLimit_A,
      shares: Object.fromEntries(hubs.map((hub, j) => [hub.name, Math.abs(share[i]![j]!)])),
    })),
  }
}
