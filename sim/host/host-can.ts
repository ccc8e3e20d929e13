import type { CanPort } from '#firmware/index.ts'
import type { CanController, ControllerProfile } from '../bus/index.ts'
import type { Cpu } from './cpu.ts'

/** A CAN port for one life of a hub, as its board handles it. */
export interface HostCan extends CanPort {
  /** Sleep mode; `edge` hears of the dominant level that ends it. */
  sleep(edge: (time_ns: number) => void): void
  /** Back on the bus. */
  wake(): void
  /** The hub is dead: off the bus. */
  dispose(): void
}

/** How the CAN controllers of hubs are modelled. */
export interface CanModel {
  /** What of it is on the bus. */
  readonly profile: ControllerProfile
  /** Makes the port of a hub that boots. */
  readonly make: (controller: CanController, cpu: Cpu) => HostCan
}
