import { LATCH_PLUG, MIRROR_PLUG } from '#protocol/index.ts'
import type { Car, TopologyData } from '../car/index.ts'
import { lyingMemory } from '../fuzz/index.ts'
import {
  LampPlant, LatchPlant, MirrorPlant, type MotorFault, type PlantClass, VehiclePlant, WindowPlant,
  SeatFanPlant,
} from '../plants/index.ts'
import { namesOf, notOneOf } from '../schema/index.ts'

/** Where a fault is: the rows of a table of kinds are grouped by it. */
export const FAULT_GROUPS = ['cable', 'fuse', 'hub', 'bus', 'supply', 'port', 'component', 'switch'] as const
type FaultGroup = typeof FAULT_GROUPS[number]

/** A way in which a part of a car can break. */
interface FaultKind {
  readonly summary: string
  readonly group: FaultGroup
  /** It is there before the hubs boot: they look at it then. */
  readonly early?: true
  /** Without a finger on the switch at its place it changes nothing. */
  readonly whilePressed?: true
  /** Where a car can have it. */
  readonly places: (car: Car) => readonly string[]
  /** The car as it is built with it. */
  readonly build?: (topology: TopologyData) => TopologyData
  readonly begin: (car: Car, place: string) => void
}

/** A contact that has corroded, Ω: at 9 A it takes 2.7 V. */
const CORRODED_Ohm = 0.3
/** Copper on copper, Ω. */
const SHORT_Ohm = 0.005
/** A short within a component, Ω: a chafed lead. */
const INNER_SHORT_Ohm = 0.1
/** A hub that resets again and again lives so long each time. */
const RESET_EVERY_ms = 700
/** A processor that hangs does nothing for so long, unless its watchdog ends it. */
const HANG_ms = 60_000
/** Frames of a babbling hub win against all others. */
const BABBLE_ID = 0
/** Chance per bit with which a hub, or all, sees a bit wrong: one frame in some is destroyed, one in a hundred gets through. */
const NOISE = { hub: 0.03, bus: 2e-3 }
/** What a lying descriptor says of its currents, as a multiple of what is true. */
const LIES = { low: 0.2, high: 5 }
/** Flat and old: it starts no engine. */
const WEAK_BATTERY = { charge: 0.15, resistance_mOhm: 20 }
const NO_MEMORY = new Uint8Array(0)

const TABLE = kinds({
  severed: {
    summary: 'a cable is cut through: both conductors, and its data pair', group: 'cable', places: cables,
    begin: (car, cable) => {
      car.powerFault({ kind: 'cut', cable })
      if (car.cableNames.includes(cable)) car.cutCable(cable)
    },
  },
  supplyOpen: { summary: 'its supply conductor is open', group: 'cable', places: cables, begin: (car, cable) => car.powerFault({ kind: 'cut', cable, conductor: 'supply' }) },
  returnOpen: { summary: 'its return conductor is open', group: 'cable', places: cables, begin: (car, cable) => car.powerFault({ kind: 'cut', cable, conductor: 'return' }) },
  supplyCorroded: {
    summary: `a contact of its supply conductor has ${CORRODED_Ohm} Ω`, group: 'cable', places: cables,
    begin: (car, cable) => car.powerFault({ kind: 'corrosion', cable, conductor: 'supply', extra_Ohm: CORRODED_Ohm }),
  },
  returnCorroded: {
    summary: `a contact of its return conductor has ${CORRODED_Ohm} Ω`, group: 'cable', places: cables,
    begin: (car, cable) => car.powerFault({ kind: 'corrosion', cable, conductor: 'return', extra_Ohm: CORRODED_Ohm }),
  },
  crushed: {
    summary: 'its two conductors touch half way', group: 'cable', places: cables,
    begin: (car, cable) => car.powerFault({ kind: 'cableShort', cable, at_m: lengthOf(car, cable) / 2, resistance_Ohm: SHORT_Ohm }),
  },
  pairOpen: { summary: 'its data pair is open', group: 'cable', places: car => car.cableNames, begin: (car, cable) => car.cutCable(cable) },
  blown: {
    summary: 'its fuse is blown', group: 'fuse',
    places: car => car.topology.copper.cables.filter(cable => cable.fuse !== undefined).map(cable => cable.name),
    begin: (car, cable) => car.powerFault({ kind: 'fuse', cable }),
  },
  hubShort: { summary: 'its supply is shorted at its terminals', group: 'hub', places: hubs, begin: (car, hub) => car.powerFault({ kind: 'short', hub, resistance_Ohm: SHORT_Ohm }) },
  diodeOpen: {
    summary: 'the ideal diode at its end lets nothing through', group: 'hub', places: diodes,
    begin: (car, cable) => car.powerFault({ kind: 'diode', cable, state: 'open' }),
  },
  diodeShorted: {
    summary: 'the ideal diode at its end lets current back', group: 'hub', places: diodes,
    begin: (car, cable) => car.powerFault({ kind: 'diode', cable, state: 'shorted' }),
  },
  dead: { summary: 'its board does nothing any more', group: 'hub', places: hubs, begin: (car, hub) => car.powerHub(hub, false) },
  resets: { summary: `its board resets every ${RESET_EVERY_ms} ms`, group: 'hub', places: hubs, begin: resetLoop },
  hangs: { summary: 'its processor hangs, once, with all outputs as they are', group: 'hub', places: hubs, begin: (car, hub) => car.pauseHub(hub, HANG_ms) },
  babbles: { summary: 'it sends the most important frame without a pause', group: 'hub', places: hubs, begin: (car, hub) => car.bus.faults.babble(hub, { id: BABBLE_ID }) },
  mute: { summary: 'its transceiver hears, and sends nothing', group: 'hub', places: hubs, begin: mute },
  deaf: { summary: 'its transceiver sends, and hears nothing', group: 'hub', places: hubs, begin: (car, hub) => car.bus.faults.loseFrames(hub, 1) },
  noisy: { summary: `it sees one bit in ${1 / NOISE.hub | 0} wrong`, group: 'hub', places: hubs, begin: (car, hub) => car.bus.faults.bitErrorsAt(hub, NOISE.hub) },
  jammed: { summary: 'the pair is held dominant, or shorted', group: 'bus', places: () => ['bus'], begin: car => car.bus.faults.holdDominant(true) },
  disturbed: { summary: `all see one bit in ${1 / NOISE.bus} wrong`, group: 'bus', places: () => ['bus'], begin: car => car.bus.faults.bitErrors(NOISE.bus) },
  weak: {
    summary: `the battery is old and at ${100 * WEAK_BATTERY.charge} %`, group: 'supply', early: true, places: () => ['battery'], begin: () => undefined,
    build: topology => ({ ...topology, battery: { ...topology.battery, ...WEAK_BATTERY } }),
  },
  portOpen: { summary: 'the eFuse of its port, or the supply contact of its plug, is open', group: 'port', places: components, begin: (car, part) => car.component(part).outlet!.fail('open') },
  portShorted: { summary: 'the eFuse of its port does not switch off any more and limits nothing', group: 'port', places: components, begin: (car, part) => car.component(part).outlet!.fail('shorted') },
  unplugged: { summary: 'it is unplugged', group: 'component', places: components, begin: (car, part) => car.unplug(part) },
  signalsOpen: {
    summary: 'the signal contacts of its plug are open: its sensors tell nothing', group: 'component', places: components,
    begin: (car, part) => { car.component(part).outlet!.signalsOpen = true },
  },
  shorted: { summary: 'it is shorted inside', group: 'component', places: components, begin: (car, part) => car.component(part).outlet!.bridge(INNER_SHORT_Ohm) },
  saysLess: { summary: 'its descriptor says a fifth of its currents', group: 'component', early: true, places: components, begin: (car, part) => lie(car, part, LIES.low) },
  saysMore: { summary: 'its descriptor says five times its currents', group: 'component', early: true, places: components, begin: (car, part) => lie(car, part, LIES.high) },
  saysNothing: { summary: 'its descriptor cannot be read', group: 'component', early: true, places: components, begin: (car, part) => car.setDescriptor(part, NO_MEMORY) },
  blocked: { summary: 'what its motor moves is stuck', group: 'component', places: car => breaks(car, 'blocked'), begin: (car, place) => breakAt(car, place, 'blocked') },
  burnt: { summary: 'its motor, filament or driver is open', group: 'component', places: car => breaks(car, 'open'), begin: (car, place) => breakAt(car, place, 'open') },
  leadShorted: { summary: 'the lead of its light is shorted to ground', group: 'component', places: car => breaks(car, 'shorted'), begin: (car, place) => breakAt(car, place, 'shorted') },
  wheelLost: {
    summary: 'its wheel sensor gives no pulses', group: 'component', places: car => car.componentsOf('vehicle'),
    begin: (car, part) => car.plant(part, VehiclePlant).loseWheel(true),
  },
  stuck: { summary: 'its contact stays closed', group: 'switch', places: car => car.switches, begin: (car, place) => car.failSwitch(place, 'stuck') },
  contactOpen: { summary: 'its contact never closes', group: 'switch', whilePressed: true, places: car => car.switches, begin: (car, place) => car.failSwitch(place, 'open') },
})

function kinds<Name extends string>(table: Readonly<Record<Name, FaultKind>>): Readonly<Record<Name, FaultKind>> {
  return table
}

export type FaultKindName = keyof typeof TABLE
/** Every way in which a part of a car can break, by name. */
export const FAULT_KINDS: Readonly<Record<FaultKindName, FaultKind>> = TABLE
const KIND_NAMES = namesOf(TABLE)

/** One fault of a car. */
export interface Fault {
  readonly kind: FaultKindName
  readonly place: string
}

/** `severed@drop.FL`, as it is typed. */
export function faultName({ kind, place }: Fault): string {
  return `${kind}@${place}`
}

/** What broke, for people: `drop.FL: its fuse is blown`. */
export function faultText({ kind, place }: Fault): string {
  return `${place}: ${FAULT_KINDS[kind].summary}`
}

/** Every single fault that a car can have, in the order of the table. */
export function faultsOf(car: Car): Fault[] {
  return KIND_NAMES.flatMap(kind => FAULT_KINDS[kind].places(car).map(place => ({ kind, place })))
}

/** Reads `severed@drop.FL`. @throws RangeError that lists what the car can have. */
export function parseFault(text: string, car: Car): Fault {
  const at = text.indexOf('@')
  const name = at < 0 ? text : text.slice(0, at)
  const kind = KIND_NAMES.find(one => one === name)
  if (kind === undefined) throw new RangeError(`fault "${text}": ${notOneOf(name, KIND_NAMES)}`)
  const places = FAULT_KINDS[kind].places(car)
  const place = at < 0 ? '' : text.slice(at + 1)
  if (!places.includes(place)) throw new RangeError(`fault "${text}": ${notOneOf(place, places)}`)
  return { kind, place }
}

function cables(car: Car): readonly string[] {
  return car.topology.copper.cables.map(cable => cable.name)
}

function diodes(car: Car): readonly string[] {
  return car.topology.copper.cables.filter(cable => cable.diode !== undefined).map(cable => cable.name)
}

function lengthOf(car: Car, name: string): number {
  return car.topology.copper.cables.find(cable => cable.name === name)!.length_m
}

function hubs(car: Car): readonly string[] {
  return [...car.hubs.keys()]
}

function components(car: Car): readonly string[] {
  return [...car.components.keys()]
}

function resetLoop(car: Car, hub: string): void {
  const timer = car.kernel.timer(`${hub} resets`, () => {
    timer.startIn(RESET_EVERY_ms * 1e6)
    car.resetHub(hub)
  })
  timer.startIn(0)
}

function mute(car: Car, hub: string): void {
  for (const controller of car.hub(hub).controllers) {
    const { online } = controller
    controller.online = false
    controller.listenOnly = true
    controller.online = online
  }
}

function lie(car: Car, part: string, factor: number): void {
  car.setDescriptor(part, lyingMemory(car.component(part).plant.memory, factor) ?? NO_MEMORY)
}

/** What breaks inside a component, by its class: parts by name, how each can break. */
type Inside = Readonly<Record<string, { readonly ways: readonly Way[], readonly channel: number }>>
type Way = MotorFault | 'shorted'
const MOTOR = ['blocked', 'open'] as const
const LIGHT = ['open', 'shorted'] as const

const INSIDES: Readonly<Record<PlantClass, (car: Car, name: string) => Inside>> = {
  window: () => ({ motor: { ways: MOTOR, channel: 0 } }),
  mirror: () => ({
    tiltX: { ways: MOTOR, channel: MIRROR_PLUG.tiltX }, tiltY: { ways: MOTOR, channel: MIRROR_PLUG.tiltY },
    fold: { ways: MOTOR, channel: MIRROR_PLUG.fold },
  }),
  latch: () => ({ pawl: { ways: MOTOR, channel: LATCH_PLUG.pawl }, lock: { ways: MOTOR, channel: LATCH_PLUG.lock } }),
  lamp: (car, name) => {
    const { channels } = car.plant(name, LampPlant)
    return Object.fromEntries(Array.from({ length: channels }, (_, channel) => [channel, { ways: LIGHT, channel }]))
  },
  seatFan: () => ({ motor: { ways: ['open'], channel: 0 } }),
  // Their switches, and the wheel sensor, are kinds of their own; of an amplifier nothing is modelled inside.
  amplifier: () => ({}), switchPack: () => ({}), vehicle: () => ({}), none: () => ({}),
}

function breaks(car: Car, way: Way): string[] {
  return [...car.components.values()].flatMap(({ name, class: type }) => Object.entries(INSIDES[type](car, name))
    .filter(([, { ways }]) => ways.includes(way)).map(([inner]) => `${name}.${inner}`))
}

function breakAt(car: Car, place: string, way: Way): void {
  const dot = place.lastIndexOf('.')
  const name = place.slice(0, dot)
  const { plant, class: type } = car.component(name)
  const { channel } = INSIDES[type](car, name)[place.slice(dot + 1)]!
  if (plant instanceof LampPlant) plant.setFault(channel, way === 'shorted' ? 'shorted' : 'burnt')
  else if (plant instanceof SeatFanPlant) plant.setBroken(true)
  else if (way !== 'shorted') breakMotor(plant, channel, way)
}

function breakMotor(plant: object, channel: number, fault: MotorFault): void {
  if (plant instanceof WindowPlant) plant.fail(fault)
  else if (plant instanceof MirrorPlant || plant instanceof LatchPlant) plant.fail(channel, fault)
}
