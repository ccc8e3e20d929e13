import { attachNode, type BusPort } from '../car/attach.ts'
import { type Car, createCar } from '../car/car.ts'
import { carFacts } from '../car/facts.ts'
import type { Judges } from '../checkers/index.ts'
import { watch } from '../checkers/index.ts'

/** What a car has that a script can name. */
export interface CarNames {
  readonly hubs: readonly string[]
  readonly components: readonly string[]
  readonly windows: readonly string[]
  readonly switches: readonly string[]
  /** Data pairs. */
  readonly cables: readonly string[]
  /** Power conductors. */
  readonly copper: readonly string[]
}

/** A car with its judges, and a tool on its bus. */
export interface Stage {
  readonly car: Car
  readonly tool: BusPort
  readonly judges: Judges
  /** E2E counters of what the tool sends, by identifier. */
  readonly counters: Map<number, number>
}

export function createStage(seed: number): Stage {
  const car = createCar({ seed })
  const judges = watch(car, carFacts(car))
  const tool = attachNode(car, { name: 'fuzz', queue: 64 })
  return { car, tool, judges, counters: new Map() }
}

/** Names of the car that all runs use. */
export function carNames(): CarNames {
  const car = createCar()
  return {
    hubs: [...car.hubs.keys()],
    components: [...car.components.keys()],
    windows: car.componentsOf('window'),
    switches: car.switches,
    cables: car.cableNames,
    copper: car.power.supply.capability.cables.map(cable => cable.name),
  }
}
