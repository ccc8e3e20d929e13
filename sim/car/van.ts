import { lineCopper } from '../power/index.ts'
import { dash, frontDoor, hood, light, stereo, trunk } from './sedan.ts'
import type { TopologyData } from './topology.ts'

/** In the furniture on the left: the roof's fan and the lights of the galley. */
const furniture = {
  location: 'RL', image: 'door',
  ports: [{ class: 'seatFan', name: 'roofFan' }, { class: 'lamp', channels: [light('galley', 'led', 12), light('bed', 'led', 6)] }],
} as const

/** The sliding door has no window that moves. */
const slidingDoor = {
  location: 'RR', image: 'door',
  ports: [{ class: 'latch' }, { class: 'switchPack', layout: 'door' }, { class: 'lamp', channels: [light('step', 'led', 4), light('awning', 'led', 20)] }],
} as const

/** A camper van: a high body, a hub in the furniture and one at the sliding door. Lengths along its body, gauges as sizing chose them. */
export const VAN = {
  name: 'van',
  body: { type: 'van' },
  hubs: [hood, dash('driver2'), frontDoor('FL'), frontDoor('FR'), stereo, slidingDoor, furniture, trunk],
  copper: lineCopper({ gauge_mm2: 16, main_mm2: 16, fuse_A: 80 }, [
    ['HOOD', 0.19, 0, 0.69, 4, 25],
    ['DASH', 0.55, 1, 0.34, 1, 10],
    ['FL', 0.49, 0, 1.53, 4, 30],
    ['FR', 0.2, 0, 2.33, 4, 30],
    ['STEREO', 0.54, 0, 0.64, 1, 15],
    ['RR', 1.03, 0, 2.79, 1.5, 15],
    ['RL', 1.14, 0, 0.96, 1, 10],
    ['TRUNK', 2.6, 1, 1.53, 1, 15],
  ]),
  battery: { capacity_Ah: 95, charge: 0.9, temperature_C: 23 },
} as const satisfies TopologyData
