import type { Car } from './car.ts'

/** What judges of its trace may know of a car: names and ratings. */
export interface CarFacts {
  /** Hubs front to rear, as the spine reaches them. */
  readonly spine: readonly string[]
  /** Conductors with what they carry for ever, and the hubs that each feeds alone. */
  readonly feeders: readonly { readonly name: string, readonly ampacity_A: number, readonly hubs: readonly string[] }[]
}

/** Names and ratings of a car. Until copper is laid in it, it has no feeders. */
export function carFacts(car: Car): CarFacts {
  return { spine: car.topology.hubs.map(hub => hub.location), feeders: [] }
}
