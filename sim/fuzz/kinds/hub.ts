import { COMPONENT_CLASS, decodeDescriptor, type Descriptor, encodeDescriptor } from '#protocol/index.ts'
import { pick, scaled, whole } from '../dice.ts'
import { makersMemory, plugBack, SPARES, type Stage } from '../stage.ts'
import { figure, kinds, type Params, text } from './kind.ts'

const CAUSES = ['external', 'watchdog', 'requested'] as const
type Cause = (typeof CAUSES)[number]

/** What happens to hubs and plugs. */
export const HUB_KINDS = kinds({
  unplug: {
    summary: 'a component is pulled out, and plugged in again', perMinute: 3,
    draw: (dice, names) => ({ for_ms: whole(dice, 5, 6000), with: { component: pick(dice, names.components) } }),
    begin: (stage, params) => pulled(stage, text(params, 'component')),
    end: (stage, params) => plugBack(stage, text(params, 'component')),
  },
  swap: {
    summary: 'a component makes way for one of another make, and comes back', perMinute: 1.5, needs: ['spareable'],
    draw: (dice, names) => ({
      for_ms: whole(dice, 2000, 12_000),
      with: {
        component: pick(dice, names.spareable), maker: whole(dice, 2, 0xffff), serial: dice.below(0x1_0000),
        opening_pct: whole(dice, 0, 100),
      },
    }),
    begin: (stage, params) => {
      const { car } = stage
      const { hub, port, class: type, name } = car.component(text(params, 'component'))
      const spare = SPARES.find(one => one === type)
      if (spare === undefined || car.components.has(spareOf(name)) || !pulled(stage, name)) return false
      const make = { name: spareOf(name).slice(hub.length + 1), maker: figure(params, 'maker'), model: 2, serial: figure(params, 'serial') }
      const own = spare === 'window' ? { class: spare, opening_pct: figure(params, 'opening_pct') } : { class: spare }
      car.plug(car.addComponent(hub, port, { ...own, ...make }))
      return true
    },
    end: (stage, params) => {
      const name = text(params, 'component')
      pulled(stage, spareOf(name))
      plugBack(stage, name)
    },
  },
  descriptor: {
    summary: 'a component is pulled out and comes back with a damaged descriptor, then with a good one', perMinute: 1,
    draw: (dice, names) => ({
      for_ms: whole(dice, 500, 6000), with: { component: pick(dice, names.components), byte: dice.below(64), flip: whole(dice, 1, 255) },
    }),
    begin: (stage, params) => rewritten(stage, params, memory => damaged(memory, figure(params, 'byte'), figure(params, 'flip'))),
    end: restored,
  },
  liar: {
    summary: 'a component whose descriptor lies about its currents, then one that does not', perMinute: 1,
    draw: (dice, names) => ({
      for_ms: whole(dice, 2000, 12_000), with: { component: pick(dice, names.components), factor: scaled(dice, 0.05, 8) },
    }),
    begin: (stage, params) => rewritten(stage, params, memory => lyingMemory(memory, figure(params, 'factor'))),
    end: restored,
  },
  reset: {
    summary: 'a hub is reset', perMinute: 2.5,
    draw: (dice, names) => ({ for_ms: 0, with: { hub: pick(dice, names.hubs), cause: pick(dice, CAUSES) } }),
    begin: ({ car }, params) => {
      car.resetHub(text(params, 'hub'), text(params, 'cause') as Cause)
      return true
    },
  },
  power: {
    summary: 'a hub loses its power for a while', perMinute: 2,
    draw: (dice, names) => ({ for_ms: Math.round(scaled(dice, 1, 8000)), with: { hub: pick(dice, names.hubs) } }),
    begin: ({ car }, params) => {
      if (!car.hub(text(params, 'hub')).on) return false
      car.powerHub(text(params, 'hub'), false)
      return true
    },
    end: ({ car }, params) => car.powerHub(text(params, 'hub'), true),
  },
  pause: {
    summary: 'the processor of a hub rests: a flash write, a garbage collection', perMinute: 6,
    draw: (dice, names) => {
      const length = dice.next()
      const pause_ms = length < 0.6 ? whole(dice, 1, 15) : length < 0.9 ? whole(dice, 15, 400) : whole(dice, 400, 1500)
      return { for_ms: 0, with: { hub: pick(dice, names.hubs), pause_ms } }
    },
    begin: ({ car }, params) => {
      if (!car.hub(text(params, 'hub')).running) return false
      car.pauseHub(text(params, 'hub'), figure(params, 'pause_ms'))
      return true
    },
  },
})

function spareOf(name: string): string {
  return `${name}Spare`
}

/** `false`: it is out already, or was never there. */
function pulled({ car }: Stage, name: string): boolean {
  if (!car.components.has(name) || car.component(name).outlet === undefined) return false
  car.unplug(name)
  return true
}

/** Pulls a component, writes its memory and plugs it in. */
function rewritten(stage: Stage, params: Params, write: (memory: Uint8Array) => Uint8Array | undefined): boolean {
  const name = text(params, 'component')
  const memory = write(makersMemory(stage, name))
  if (memory === undefined || memory.length === 0 || !pulled(stage, name)) return false
  stage.car.setDescriptor(name, memory)
  stage.car.plug(name)
  return true
}

function restored(stage: Stage, params: Params): void {
  const name = text(params, 'component')
  const out = !pulled(stage, name)
  stage.car.setDescriptor(name, makersMemory(stage, name))
  if (!out) plugBack(stage, name)
}

/** One byte is wrong. */
function damaged(memory: Uint8Array, byte: number, flip: number): Uint8Array {
  const bytes = memory.slice()
  if (bytes.length > 0) bytes[byte % bytes.length]! ^= flip
  return bytes
}

/** Currents that are not true, `factor` times what they are, in a descriptor that is right in all else. Undefined: it cannot be read. */
export function lyingMemory(memory: Uint8Array, factor: number): Uint8Array | undefined {
  const { descriptor } = decodeDescriptor(memory)
  if (descriptor === undefined) return undefined
  const { idle_A, run_A, peak_A } = descriptor
  const lie: Descriptor = { ...descriptor, idle_A: idle_A * factor, run_A: run_A * factor, peak_A: peak_A * factor }
  if (lie.class === COMPONENT_CLASS.window) lie.data = { ...lie.data, stall_A: lie.data.stall_A * factor }
  return encodeDescriptor(lie)
}
