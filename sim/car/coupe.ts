import { drop, mainSegment, segment } from '../power/index.ts'
import { COUPE_HUBS } from './sedan.ts'
import type { TopologyData } from './topology.ts'

const HUBS = COUPE_HUBS.map(hub => hub.location)
const SPINE_mm2 = 10

/** A two-door car: six hubs on a shorter and thinner spine behind a fuse of 70 A, longer drops to its large doors, a smaller battery. */
export const COUPE = {
  name: 'coupe',
  body: { type: 'coupe' },
  hubs: COUPE_HUBS,
  copper: {
    layout: 'line',
    battery: 'battery',
    taps: HUBS.map(hub => `tap.${hub}`),
    hubs: HUBS,
    cables: [
      mainSegment('tap.HOOD', 0.4, 16, 70),
      segment('tap.HOOD', 'tap.DASH', 1.1, SPINE_mm2, 1),
      segment('tap.DASH', 'tap.FL', 0.5, SPINE_mm2, 0),
      segment('tap.FL', 'tap.FR', 0.3, SPINE_mm2, 0),
      segment('tap.FR', 'tap.STEREO', 0.4, SPINE_mm2, 0),
      segment('tap.STEREO', 'tap.TRUNK', 1.9, SPINE_mm2, 1),
      drop('HOOD', 0.8, 4, 25),
      drop('DASH', 0.6, 1.5, 15),
      drop('FL', 1.6, 4, 25),
      drop('FR', 2.4, 4, 25),
      drop('STEREO', 0.6, 2.5, 20),
      drop('TRUNK', 0.8, 2.5, 20),
    ],
  },
  battery: { capacity_Ah: 55, charge: 0.9, temperature_C: 23, resistance_mOhm: 5 },
} as const satisfies TopologyData
