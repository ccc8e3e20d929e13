import { pick, scaled, whole } from '../dice.ts'
import { figure, kinds, text } from './kind.ts'

const CAUSES = ['external', 'watchdog', 'requested'] as const
type Cause = (typeof CAUSES)[number]

/** What happens to hubs and plugs. */
export const HUB_KINDS = kinds([
  {
    name: 'unplug', summary: 'a component is pulled out, and plugged in again', perMinute: 3,
    draw: (dice, names) => ({ for_ms: whole(dice, 5, 6000), with: { component: pick(dice, names.components) } }),
    begin: ({ car }, params) => {
      const name = text(params, 'component')
      if (car.component(name).outlet === undefined) return false
      car.unplug(name)
      return true
    },
    end: ({ car }, params) => car.plug(text(params, 'component')),
  },
  {
    name: 'descriptor', summary: 'a component is pulled out and comes back with a damaged descriptor, then with a good one', perMinute: 1,
    draw: (dice, names) => ({
      for_ms: whole(dice, 500, 6000), with: { component: pick(dice, names.components), byte: dice.below(64), flip: whole(dice, 1, 255) },
    }),
    begin: ({ car }, params) => {
      const name = text(params, 'component')
      const { outlet, plant } = car.component(name)
      if (outlet === undefined || plant.memory.length === 0) return false
      car.unplug(name)
      car.setDescriptor(name, damaged(plant.memory, params))
      car.plug(name)
      return true
    },
    end: ({ car }, params) => {
      const name = text(params, 'component')
      const { outlet, plant } = car.component(name)
      if (outlet !== undefined) car.unplug(name)
      car.setDescriptor(name, damaged(plant.memory, params))
      if (outlet !== undefined) car.plug(name)
    },
  },
  {
    name: 'reset', summary: 'a hub is reset', perMinute: 2.5,
    draw: (dice, names) => ({ for_ms: 0, with: { hub: pick(dice, names.hubs), cause: pick(dice, CAUSES) } }),
    begin: ({ car }, params) => {
      car.resetHub(text(params, 'hub'), text(params, 'cause') as Cause)
      return true
    },
  },
  {
    name: 'power', summary: 'a hub loses its power for a while', perMinute: 2,
    draw: (dice, names) => ({ for_ms: Math.round(scaled(dice, 1, 8000)), with: { hub: pick(dice, names.hubs) } }),
    begin: ({ car }, params) => {
      if (!car.hub(text(params, 'hub')).on) return false
      car.powerHub(text(params, 'hub'), false)
      return true
    },
    end: ({ car }, params) => car.powerHub(text(params, 'hub'), true),
  },
  {
    name: 'pause', summary: 'the processor of a hub rests: a flash write, a garbage collection', perMinute: 6,
    draw: (dice, names) => ({
      for_ms: 0, with: { hub: pick(dice, names.hubs), pause_ms: dice.chance(0.7) ? whole(dice, 1, 15) : whole(dice, 15, 400) },
    }),
    begin: ({ car }, params) => {
      if (!car.hub(text(params, 'hub')).running) return false
      car.pauseHub(text(params, 'hub'), figure(params, 'pause_ms'))
      return true
    },
  },
])

/** One byte is wrong; done twice, it is right again. */
function damaged(memory: Uint8Array, params: Parameters<typeof figure>[0]): Uint8Array {
  const bytes = memory.slice()
  const at = figure(params, 'byte') % bytes.length
  bytes[at] ^= figure(params, 'flip')
  return bytes
}
