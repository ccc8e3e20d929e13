import type { InsulationName } from './wire.ts'

/** Where in a car a cable lies: what is around it in the worst case, and which insulation is laid there. */
export interface Place {
  /** Ambient that ampacities stand for, °C. */
  readonly ambient_C: number
  readonly insulation: InsulationName
}

export type PlaceName = 'cabin' | 'door' | 'engineBay'

/**
 * Cabin: under carpet and trim of a car parked in the sun, an estimate below the 85 °C that ISO 16750-4 asks of electronics there.
 * Door: the 80 °C up to which the window is claimed to work. Engine bay: away from the exhaust, 100 °C, where PVC is not laid.
 */
export const PLACES: Readonly<Record<PlaceName, Place>> = {
  cabin: { ambient_C: 70, insulation: 'B' },
  door: { ambient_C: 80, insulation: 'B' },
  engineBay: { ambient_C: 100, insulation: 'C' },
}

/** How warm it is at each place, °C. */
export type Ambients = Readonly<Record<PlaceName, number>>

export const PLACE_NAMES = ['cabin', 'door', 'engineBay'] as const satisfies readonly PlaceName[]

/** Hubs that are not in the cabin. */
const PLACE_OF_HUB: Readonly<Record<string, PlaceName>> = { FL: 'door', FR: 'door', RL: 'door', RR: 'door', HOOD: 'engineBay' }

interface Laid {
  readonly from: string
  readonly to: string
  readonly place?: PlaceName | undefined
}

/** Where a hub sits. */
export function placeOfHub(hub: string): PlaceName {
  return PLACE_OF_HUB[hub] ?? 'cabin'
}

/** Where a cable lies, if it does not say so: at its hub, and in the engine bay where it comes from the battery. */
export function placeOf(battery: string, { from, to, place }: Laid): PlaceName {
  if (place !== undefined) return place
  if (from === battery || to === battery) return 'engineBay'
  return PLACE_OF_HUB[to] ?? PLACE_OF_HUB[from] ?? 'cabin'
}
