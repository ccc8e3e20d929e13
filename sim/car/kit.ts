import { lineCopper } from '../power/index.ts'
import { dash, hood, light, trunk } from './sedan.ts'
import type { HubName, TopologyData } from './topology.ts'

/** A light door: no glass, no mirror that moves. */
const lightDoor = <const Location extends HubName>(location: Location) => ({
  location,
  image: 'door',
  ports: [{ class: 'latch' }, { class: 'switchPack', layout: 'door' }, { class: 'lamp', channels: [light('puddle', 'led', 2)] }],
} as const)

/** A two-seat kit car: five hubs, no stereo. Lengths along its body, gauges as sizing chose them. */
export const KIT = {
  name: 'kit',
  body: { type: 'kit' },
  hubs: [hood, dash('driver2'), lightDoor('FL'), lightDoor('FR'), trunk],
  copper: lineCopper({ gauge_mm2: 4, main_mm2: 4, fuse_A: 40 }, [
    ['HOOD', 0.22, 0, 0.55, 4, 25],
    ['DASH', 0.79, 1, 0.31, 1, 10],
    ['FL', 0.31, 0, 1.39, 1.5, 15],
    ['FR', 0.17, 0, 1.72, 1.5, 15],
    ['TRUNK', 1.65, 0, 0.5, 1, 15],
  ]),
  battery: { capacity_Ah: 45, charge: 0.9, temperature_C: 23, resistance_mOhm: 6 },
} as const satisfies TopologyData
