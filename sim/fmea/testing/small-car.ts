import type { TopologyData } from '../../car/index.ts'
import { drop, mainSegment, segment } from '../../power/index.ts'

/** Two doors, a dashboard and a lid on copper that carries all of it at once, so that what one loses is its own. */
export const SMALL = {
  name: 'small',
  copper: {
    layout: 'line',
    battery: 'battery',
    taps: ['tap.DASH', 'tap.FL', 'tap.FR', 'tap.TRUNK'],
    hubs: ['DASH', 'FL', 'FR', 'TRUNK'],
    cables: [
      mainSegment('tap.DASH', 0.4, 35, 150), segment('tap.DASH', 'tap.FL', 0.5, 35, 0), segment('tap.FL', 'tap.FR', 0.3, 35, 0),
      segment('tap.FR', 'tap.TRUNK', 0.8, 35, 0),
      drop('DASH', 0.6, 4, 25), drop('FL', 0.8, 6, 40), drop('FR', 0.8, 6, 40), drop('TRUNK', 0.8, 4, 25),
    ],
  },
  battery: { capacity_Ah: 70, charge: 0.9, temperature_C: 23 },
  hubs: [
    { location: 'DASH', image: 'dash', ports: [{ class: 'vehicle' }, { class: 'switchPack', layout: 'driver2' }] },
    { location: 'FL', image: 'door', ports: [{ class: 'window' }, { class: 'latch' }, { class: 'switchPack', layout: 'door' }] },
    { location: 'FR', image: 'door', ports: [{ class: 'window' }] },
    { location: 'TRUNK', image: 'trunk', ports: [{ class: 'latch' }] },
  ],
} as const satisfies TopologyData
