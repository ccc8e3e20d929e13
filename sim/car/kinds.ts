import {
  COMPONENT_CLASS, type ComponentName, type DESCRIPTOR_DATA, type DescriptorContent, LAMP_PLUG, LATCH_FLAG, MIRROR_FLAG,
  SWITCH_LAYOUT, SWITCH_LAYOUT_CODE,
} from '#protocol/index.ts'
import type { Prng } from '../kernel/index.ts'
import {
  AMPLIFIER_PARTS, AmplifierPlant, LAMP_PARTS, LampPlant, LATCH_PARTS, LatchPlant, type LightSource, MIRROR_PARTS, MirrorPlant,
  type Plant, SWITCH_PARTS, SwitchPackPlant, VehiclePlant, WINDOW_REGULATOR, WINDOW_TRAVEL_pulses, WindowPlant,
  SEAT_FAN_PARTS, SeatFanPlant,
} from '../plants/index.ts'
import { type FieldsData, list, must, namesOf, number, object, oneOf, optional, text, whole } from '../schema/index.ts'
import * as z from 'zod/mini'

/** Who made it, which model, which piece. */
interface Identity {
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

/** A component, read. */
export interface ComponentPlan {
  /** Within its hub. */
  readonly name: string
  readonly class: ComponentClass
  readonly identity: Identity
  readonly blueprint: Blueprint
}

export type ComponentClass = ComponentName

const DEFAULT_MAKER = 1
const DEFAULT_MODEL = 1

/** What a topology may say of every component. */
const COMMON = {
  /** Within its hub; by default that of the class. */
  name: optional(text.check(must<string>(name => !name.includes('.'), { error: ({ input }) => `"${String(input)}" has a dot in it` }))),
  maker: optional(whole(0, 0xffff)),
  model: optional(whole(0, 0xffff)),
  /** By default made from its place. */
  serial: optional(whole(0, 0xffff_ffff)),
}

type CommonData = { readonly class: ComponentClass } & FieldsData<typeof COMMON>

/** Name of a component within its hub when the topology gives none: its class, but for the pack of switches. */
export type DefaultName<Class extends ComponentClass> = Class extends 'switchPack' ? 'switches' : Class

function defaultName(name: ComponentClass): DefaultName<ComponentClass> {
  return name === 'switchPack' ? 'switches' : name
}

/** A class: what a topology may say of its components, and the plan that this makes, for a piece whose data name no serial number. */
function kind<Part extends CommonData, Input>(
  fields: z.core.$ZodType<Part, Input> & z.core.$ZodTypeDiscriminable, blueprintOf: (part: Part) => Blueprint,
) {
  return z.pipe(fields, z.transform((part: Part) => (defaultSerial: number): ComponentPlan => {
    const { name = defaultName(part.class), maker = DEFAULT_MAKER, model = DEFAULT_MODEL, serial = defaultSerial } = part
    return { name, class: part.class, identity: { maker, model, serial }, blueprint: blueprintOf(part) }
  }))
}

/** Voltage at which descriptors state currents: a charging battery. */
const RATED_V = 13.5
const CHARGING_V = 14
/** The most that a charging system gives (ISO 16750-2). */
const HIGHEST_V = 16
const AMPLIFIER_POWER_W = 80
/** What the hungriest piece of a series draws, of a typical one: who draws all that its descriptor promises is taken for a liar. */
const SPREAD = 1.05

/** What a window's descriptor says of its motor, unless a topology says something else. */
export const WINDOW_MOTOR_DATA = {
  torque_Nm_A: WINDOW_REGULATOR.motor.emf_Vs, winding_ohm: WINDOW_REGULATOR.motor.resistance_ohm, torqueTolerance_pct: 10,
  windingTolerance_pct: 10,
} as const

/** What a topology may say of a window's motor; 0: its descriptor does not know. */
const WINDOW_FIELDS = {
  opening_pct: optional(number(0, 100, '%')),
  torque_Nm_A: optional(number(0, 0.6, 'N·m/A')),
  winding_ohm: optional(number(0, 6, 'Ω')),
  torqueTolerance_pct: optional(number(0, 100, '%')),
  windingTolerance_pct: optional(number(0, 100, '%')),
}

function windowOf(part: FieldsData<typeof WINDOW_FIELDS>): Blueprint {
  const {
    opening_pct = 0, torque_Nm_A = WINDOW_MOTOR_DATA.torque_Nm_A, winding_ohm = WINDOW_MOTOR_DATA.winding_ohm,
    torqueTolerance_pct = WINDOW_MOTOR_DATA.torqueTolerance_pct, windingTolerance_pct = WINDOW_MOTOR_DATA.windingTolerance_pct,
  } = part
  const stall_A = CHARGING_V / WINDOW_REGULATOR.motor.resistance_ohm
  return {
    build: () => new WindowPlant(opening_pct / 100 * WINDOW_REGULATOR.travel_m),
    describe: identity => ({
      ...identity, class: COMPONENT_CLASS.window, idle_A: WINDOW_REGULATOR.idle_A, run_A: 9, peak_A: stall_A,
      data: { travel_pulses: WINDOW_TRAVEL_pulses, stall_A, torque_Nm_A, winding_ohm, torqueTolerance_pct, windingTolerance_pct },
    }),
  }
}

function mirrorOf(): Blueprint {
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

function latchOf(): Blueprint {
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

function lampOf(sources: readonly LightSource[]): Blueprint {
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

function amplifierOf(): Blueprint {
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

function switchPackOf(layout: keyof typeof SWITCH_LAYOUT): Blueprint {
  return {
    build: dice => new SwitchPackPlant(SWITCH_LAYOUT[layout], dice),
    describe: identity => ({
      ...identity, class: COMPONENT_CLASS.switchPack, idle_A: SWITCH_PARTS.idle_A, run_A: 0.01, peak_A: 0.01,
      data: { layout: SWITCH_LAYOUT_CODE[layout] },
    }),
  }
}

function vehicleOf(): Blueprint {
  return {
    build: () => new VehiclePlant(),
    describe: identity => ({ ...identity, class: COMPONENT_CLASS.vehicle, idle_A: 0, run_A: 0.01, peak_A: 0.01, data: {} }),
  }
}

/** Classes of which a descriptor says nothing but what every component says. */
type PlainClass = { [Name in ComponentName]: (typeof DESCRIPTOR_DATA)[Name] extends readonly [] ? Name : never }[ComponentName]

type Currents = Readonly<Record<'idle_A' | 'run_A' | 'peak_A', number>>

/** A component of such a class; `parts` has its currents at 13.5 V. */
function plainOf(name: PlainClass, parts: Currents, build: () => Plant): Blueprint {
  const { idle_A, run_A, peak_A } = parts
  const most = SPREAD * HIGHEST_V / RATED_V
  return {
    build,
    describe: identity => ({ ...identity, class: COMPONENT_CLASS[name], idle_A, run_A: most * run_A, peak_A: most * peak_A, data: {} }),
  }
}

const lightFields = object({ name: text, kind: oneOf(['bulb', 'led']), rated_W: number(0.1, 100, 'W') })

const fieldsOf = <const Class extends ComponentClass, Own extends z.core.$ZodShape>(name: Class, own: Own) =>
  object({ class: z.literal(name), ...COMMON, ...own })

const plainKind = <const Class extends PlainClass>(name: Class, parts: Currents, build: () => Plant) =>
  kind(fieldsOf(name, {}), () => plainOf(name, parts, build))

/** Every class a car can have: a new one is a plant and an entry here. */
export const KINDS = {
  window: kind(fieldsOf('window', WINDOW_FIELDS), windowOf),
  mirror: kind(fieldsOf('mirror', {}), mirrorOf),
  latch: kind(fieldsOf('latch', {}), latchOf),
  lamp: kind(fieldsOf('lamp', { channels: list(lightFields, 1, LAMP_PLUG.channels) }), part => lampOf(part.channels)),
  amplifier: kind(fieldsOf('amplifier', {}), amplifierOf),
  switchPack: kind(fieldsOf('switchPack', { layout: oneOf(namesOf(SWITCH_LAYOUT)) }), part => switchPackOf(part.layout)),
  vehicle: kind(fieldsOf('vehicle', {}), vehicleOf),
  seatFan: plainKind('seatFan', SEAT_FAN_PARTS, () => new SeatFanPlant()),
} satisfies Readonly<Record<ComponentClass, z.core.$ZodTypeDiscriminable>>
