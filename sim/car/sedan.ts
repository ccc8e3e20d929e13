import { divided, SEDAN_COPPER, twoSpines } from '../power/index.ts'
import type { HubData, HubName, TopologyData } from './topology.ts'

/** A bulb or LED of a lamp. */
export function light(name: string, kind: 'bulb' | 'led', rated_W: number): { name: string, kind: 'bulb' | 'led', rated_W: number } {
  return { name, kind, rated_W }
}

const puddle = { class: 'lamp', channels: [light('puddle', 'led', 2)] } as const

/** A door with a mirror. */
export const frontDoor = <const Location extends HubName>(location: Location) => ({
  location,
  image: 'door',
  ports: [{ class: 'window' }, { class: 'mirror' }, { class: 'latch' }, { class: 'switchPack', layout: 'door' }, puddle],
} as const)

export const rearDoor = <const Location extends HubName>(location: Location) => ({
  location,
  image: 'door',
  ports: [{ class: 'window' }, { class: 'latch' }, { class: 'switchPack', layout: 'door' }, puddle],
} as const)

export const hood = {
  location: 'HOOD',
  image: 'hood',
  ports: [
    { class: 'latch' },
    {
      class: 'lamp',
      channels: [
        light('low beam left', 'bulb', 55), light('low beam right', 'bulb', 55),
        light('indicator left', 'bulb', 21), light('indicator right', 'bulb', 21),
      ],
    },
  ],
} as const

export const dash = <const Layout extends 'driver' | 'driver2'>(layout: Layout) => ({
  location: 'DASH',
  image: 'dash',
  ports: [
    { class: 'vehicle' },
    { class: 'switchPack', layout },
    { class: 'lamp', channels: [light('interior', 'led', 8), light('cluster', 'led', 4)] },
  ],
} as const)

export const stereo = { location: 'STEREO', image: 'stereo', ports: [{ class: 'amplifier' }] } as const

export const trunk = {
  location: 'TRUNK',
  image: 'trunk',
  ports: [
    { class: 'latch' },
    { class: 'switchPack', layout: 'trunk' },
    {
      class: 'lamp',
      channels: [
        light('tail left', 'bulb', 5), light('tail right', 'bulb', 5), light('brake', 'bulb', 21), light('trunk', 'bulb', 5),
      ],
    },
  ],
} as const

/** The car everything is tried on: eight hubs, front to rear. Bulbs are the common W5W, P21W and H7. */
export const SEDAN = {
  name: 'sedan',
  body: { type: 'sedan' },
  copper: SEDAN_COPPER,
  battery: { capacity_Ah: 70, charge: 0.9, temperature_C: 23 },
  hubs: [
    hood, dash('driver'), frontDoor('FL'), frontDoor('FR'), stereo, rearDoor('RL'), rearDoor('RR'), trunk,
  ],
} as const satisfies TopologyData

/** The sedan on two spines, each with power and data, each alone enough for all that the sedan does. */
export const SEDAN_DUAL = {
  ...SEDAN, name: 'sedan-dual', copper: twoSpines(divided(SEDAN_COPPER, 'spine.RL', 60)),
} as const satisfies TopologyData

/** The coupe's hubs are those of the sedan but for the rear doors, and its driver has no switches for those. */
export const COUPE_HUBS = [hood, dash('driver2'), frontDoor('FL'), frontDoor('FR'), stereo, trunk] as const satisfies readonly HubData[]
