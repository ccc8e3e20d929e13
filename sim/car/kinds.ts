import { COMPONENT_CLASS } from '#protocol/catalogue/enums.ts'
import { type DescriptorContent, LATCH_FLAG, MIRROR_FLAG } from '#protocol/descriptor.ts'
import { LAMP_PLUG, SWITCH_LAYOUT, SWITCH_LAYOUT_CODE } from '#protocol/plug.ts'
import type { Prng } from '../kernel/prng.ts'
import { AMPLIFIER_PARTS, AmplifierPlant } from '../plants/amplifier.ts'
import { LAMP_PARTS, LampPlant, type LightSource } from '../plants/lamp.ts'
import { LATCH_PARTS, LatchPlant } from '../plants/latch.ts'
import { MIRROR_PARTS, MirrorPlant } from '../plants/mirror.ts'
import type { Plant, PlantClass } from '../plants/plant.ts'
import { SWITCH_PARTS, SwitchPackPlant } from '../plants/switch-pack.ts'
import { VehiclePlant } from '../plants/vehicle.ts'
import { WINDOW_REGULATOR, WINDOW_TRAVEL_pulses, WindowPlant } from '../plants/window.ts'
import type { Reader } from './reader.ts'

/** Who made it, which model, which piece. */
export interface Identity {
  readonly maker: number
  readonly model: number
  readonly serial: number
}

/** What a topology says of one component, read and ready to be built. */
export interface Blueprint {
  /** Makes the plant; `dice` are its own. */
  readonly build: (dice: Prng) => Plant
  /** The content of its memory. */
  readonly describe: (identity: Identity) => DescriptorContent
}

/** A component class as topologies use it. */
export interface Kind {
  /** Name in a car when the topology gives none. */
  readonly defaultName: string
  /** Fields of its own that the topology may have. */
  readonly fields: readonly string[]
  readonly read: (plan: Reader) => Blueprint
}

/** Voltage at which descriptors state currents: a charging battery. */
const RATED_V = 13.5
const CHARGING_V = 14
const AMPLIFIER_POWER_W = 80
/** What the hungriest piece of a series draws, of a typical one: who draws all that its descriptor promises is taken for a liar. */
const SPREAD = 1.05

function readWindow(plan: Reader): Blueprint {
  const opening_pct = plan.optional('opening_pct')?.number(0, 100, '%') ?? 0
  const stall_A = CHARGING_V / WINDOW_REGULATOR.motor.resistance_ohm
  return {
    build: () => new WindowPlant(opening_pct / 100 * WINDOW_REGULATOR.travel_m),
    describe: identity => ({
      ...identity, class: COMPONENT_CLASS.window, idle_A: WINDOW_REGULATOR.idle_A, run_A: 9, peak_A: stall_A,
      data: { travel_pulses: WINDOW_TRAVEL_pulses, stall_A },
    }),
  }
}

function readMirror(): Blueprint {
  const heater_A = RATED_V / MIRROR_PARTS.heaterCold_ohm
  const tilt_A = 2 * CHARGING_V / MIRROR_PARTS.tilt.resistance_ohm
  return {
    build: () => new MirrorPlant(),
    describe: identity => ({
      ...identity, class: COMPONENT_CLASS.mirror, idle_A: MIRROR_PARTS.idle_A, run_A: heater_A + 1.5,
      peak_A: heater_A + tilt_A + CHARGING_V / MIRROR_PARTS.fold.resistance_ohm,
      data: { flags: MIRROR_FLAG.heater | MIRROR_FLAG.fold },
    }),
  }
}

function readLatch(): Blueprint {
  return {
    build: () => new LatchPlant(),
    describe: identity => ({
      ...identity, class: COMPONENT_CLASS.latch, idle_A: LATCH_PARTS.idle_A, run_A: 5,
      // Pawl and lock take turns.
      peak_A: CHARGING_V / LATCH_PARTS.pawl.resistance_ohm,
      data: { flags: LATCH_FLAG.cinch | LATCH_FLAG.lock },
    }),
  }
}

function readLamp(plan: Reader): Blueprint {
  const sources: LightSource[] = plan.field('channels').items(1, LAMP_PLUG.channels).map((channel) => {
    channel.only(['name', 'kind', 'rated_W'])
    return {
      name: channel.attempt(() => channel.field('name').text()) ?? '',
      kind: channel.attempt(() => channel.field('kind').oneOf(['bulb', 'led'])) ?? 'led',
      rated_W: channel.attempt(() => channel.field('rated_W').number(0.1, 100, 'W')) ?? 1,
    }
  })
  const nominal_A = sources.map(source => source.rated_W / LAMP_PARTS.rated_V)
  const run_A = nominal_A.reduce((sum_A, current_A) => sum_A + current_A, 0)
  return {
    build: () => new LampPlant(sources),
    describe: identity => ({
      // Twice the run current warms a cold filament in a fraction of the time that the eFuse allows.
      ...identity, class: COMPONENT_CLASS.lamp, idle_A: 0, run_A, peak_A: 2 * run_A,
      data: { channels: sources.length, nominal_A },
    }),
  }
}

function readAmplifier(): Blueprint {
  const full_A = AMPLIFIER_PARTS.awake_A + AMPLIFIER_PARTS.full_A
  return {
    build: () => new AmplifierPlant(),
    describe: identity => ({
      ...identity, class: COMPONENT_CLASS.amplifier, idle_A: AMPLIFIER_PARTS.off_A, run_A: SPREAD * full_A,
      peak_A: 1.2 * full_A,
      data: { power_W: AMPLIFIER_POWER_W },
    }),
  }
}

function readSwitchPack(plan: Reader): Blueprint {
  const layout = plan.field('layout').oneOf(Object.keys(SWITCH_LAYOUT) as (keyof typeof SWITCH_LAYOUT)[])
  return {
    build: dice => new SwitchPackPlant(SWITCH_LAYOUT[layout], dice),
    describe: identity => ({
      ...identity, class: COMPONENT_CLASS.switchPack, idle_A: SWITCH_PARTS.idle_A, run_A: 0.01, peak_A: 0.01,
      data: { layout: SWITCH_LAYOUT_CODE[layout] },
    }),
  }
}

function readVehicle(): Blueprint {
  return {
    build: () => new VehiclePlant(),
    describe: identity => ({ ...identity, class: COMPONENT_CLASS.vehicle, idle_A: 0, run_A: 0.01, peak_A: 0.01, data: {} }),
  }
}

/** Every class a car can have: a new one is a plant and a line here. */
export const KINDS: Readonly<Record<Exclude<PlantClass, 'none'>, Kind>> = {
  window: { defaultName: 'window', fields: ['opening_pct'], read: readWindow },
  mirror: { defaultName: 'mirror', fields: [], read: readMirror },
  latch: { defaultName: 'latch', fields: [], read: readLatch },
  lamp: { defaultName: 'lamp', fields: ['channels'], read: readLamp },
  amplifier: { defaultName: 'amplifier', fields: [], read: readAmplifier },
  switchPack: { defaultName: 'switches', fields: ['layout'], read: readSwitchPack },
  vehicle: { defaultName: 'vehicle', fields: [], read: readVehicle },
}
