import { SEDAN_COPPER } from '../power/sedan-copper.ts'
import type { ComponentData, HubData, HubName, TopologyData } from './topology.ts'

/** A bulb or LED of a lamp. */
function light(name: string, kind: 'bulb' | 'led', rated_W: number): { name: string, kind: 'bulb' | 'led', rated_W: number } {
  return { name, kind, rated_W }
}

const puddle: ComponentData = { class: 'lamp', channels: [light('puddle', 'led', 2)] }

function door(location: HubName, mirror: boolean): HubData {
  return {
    location,
    image: 'door',
    ports: [
      { class: 'window' },
      ...(mirror ? [{ class: 'mirror' } as const] : []),
      { class: 'latch' },
      { class: 'switchPack', layout: 'door' },
      puddle,
    ],
  }
}

/** The car everything is tried on: eight hubs, front to rear. Bulbs are the common W5W, P21W and H7. */
export const SEDAN: TopologyData = {
  name: 'sedan',
  copper: SEDAN_COPPER,
  battery: { capacity_Ah: 70, charge: 0.9, temperature_C: 23 },
  hubs: [
    {
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
    },
    {
      location: 'DASH',
      image: 'dash',
      ports: [
        { class: 'vehicle' },
        { class: 'switchPack', layout: 'driver' },
        { class: 'lamp', channels: [light('interior', 'led', 8), light('cluster', 'led', 4)] },
      ],
    },
    door('FL', true),
    door('FR', true),
    { location: 'STEREO', image: 'stereo', ports: [{ class: 'amplifier' }] },
    door('RL', false),
    door('RR', false),
    {
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
    },
  ],
}
