import { COUPE } from './coupe.ts'
import { KIT } from './kit.ts'
import { PICKUP } from './pickup.ts'
import { SEDAN, SEDAN_DUAL } from './sedan.ts'
import type { TopologyData } from './topology.ts'
import { VAN } from './van.ts'

/** The cars that come with the project, by name. */
export const CARS: Readonly<Record<string, TopologyData>> = {
  sedan: SEDAN, coupe: COUPE, 'sedan-dual': SEDAN_DUAL, pickup: PICKUP, van: VAN, kit: KIT,
}
