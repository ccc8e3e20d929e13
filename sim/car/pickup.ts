import { lineCopper } from '../power/index.ts'
import { dash, frontDoor, hood, light, rearDoor, stereo, trunk } from './sedan.ts'
import type { TopologyData } from './topology.ts'

/** Latch, switches and lamps of the trunk, at the tailgate; a light for the bed. */
const tailgate = {
  ...trunk,
  ports: [trunk.ports[0], trunk.ports[1], { class: 'lamp', channels: [...trunk.ports[2].channels.slice(0, 3), light('bed', 'led', 20)] }],
} as const

/** A pickup with four doors: the spine goes on below the bed to the tailgate. Lengths along its body, gauges as sizing chose them. */
export const PICKUP = {
  name: 'pickup',
  body: { type: 'pickup' },
  hubs: [hood, dash('driver'), frontDoor('FL'), frontDoor('FR'), stereo, rearDoor('RL'), rearDoor('RR'), tailgate],
  copper: lineCopper({ gauge_mm2: 16, main_mm2: 25, fuse_A: 100 }, [
    ['HOOD', 0.38, 0, 0.7, 4, 25],
    ['DASH', 0.72, 1, 0.36, 1, 10],
    ['FL', 0.41, 0, 1.65, 4, 30],
    ['FR', 0.22, 0, 2.36, 4, 30],
    ['STEREO', 0.76, 0, 0.6, 1, 15],
    ['RL', 0.37, 0, 1.5, 2.5, 20],
    ['RR', 0.19, 0, 2.21, 2.5, 20],
    ['TRUNK', 3.18, 1, 0.75, 1.5, 20],
  ]),
  battery: { capacity_Ah: 80, charge: 0.9, temperature_C: 23 },
} as const satisfies TopologyData
