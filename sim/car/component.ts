import type { Outlet, Plant, PlantClass } from '../plants/index.ts'
import type { HubName } from './topology.ts'

/** A component of the car, plugged in or not. */
export interface CarComponent {
  /** `FL.window` */
  readonly name: string
  readonly class: PlantClass
  readonly plant: Plant
  /** The hub it belongs to, and the port it is plugged into or was last. */
  readonly hub: HubName
  port: number
  /** Undefined while it is unplugged. */
  outlet: Outlet | undefined
}
