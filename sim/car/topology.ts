import { type HubTypeName, HUB_TYPE, HUBS } from '#protocol/catalogue/locations.ts'
import type { PlantClass } from '../plants/plant.ts'
import type { BatteryOptions } from '../power/battery.ts'
import type { CopperTopology } from '../power/topology.ts'
import { CopperError, parseCopper } from '../power/validate.ts'
import { type Blueprint, type Identity, KINDS } from './kinds.ts'
import { Reader } from './reader.ts'

export { TopologyError } from './reader.ts'

/** Where a hub can sit. */
export type HubName = (typeof HUBS)[number]

/** A component as a topology states it; what else it may say depends on the class (`KINDS`). */
export interface ComponentData {
  readonly class: string
  /** Name within its hub; by default that of the class. */
  readonly name?: string
  readonly maker?: number
  readonly model?: number
  readonly serial?: number
  readonly [field: string]: unknown
}

/** A hub as a topology states it. */
export interface HubData {
  readonly location: string
  /** Firmware image. */
  readonly image: string
  /** Of the board, 21 bits; by default made from its place. */
  readonly serial?: number
  /** What is plugged in, by port; `null` is an empty socket. */
  readonly ports: readonly (ComponentData | null)[]
}

/** A car as plain data: hubs from front to rear in the order in which the spine reaches them. */
export interface TopologyData {
  readonly name: string
  readonly hubs: readonly HubData[]
  /** Battery node, taps, the same hubs by location, cables and fuses. */
  readonly copper: CopperTopology
  /** By default 70 Ah, well charged, at 23 °C. */
  readonly battery?: BatteryOptions
}

export interface ComponentPlan {
  /** Within its hub. */
  readonly name: string
  readonly class: PlantClass
  readonly identity: Identity
  readonly blueprint: Blueprint
}

export interface HubPlan {
  readonly location: HubName
  readonly image: HubTypeName
  readonly serial: number
  readonly ports: readonly (ComponentPlan | undefined)[]
}

/** A topology that has been checked. */
export interface Topology {
  readonly name: string
  readonly hubs: readonly HubPlan[]
  readonly copper: CopperTopology
  readonly battery: BatteryOptions
}

/** The port number has four bits in every message. */
const MOST_PORTS = 16
const LARGEST_SERIAL = 0x1f_ffff
const DEFAULT_MAKER = 1
const DEFAULT_MODEL = 1
/** Least and most. */
const BATTERY_FIELDS: Readonly<Record<keyof BatteryOptions, readonly [number, number, string]>> = {
  capacity_Ah: [10, 200, 'Ah'], charge: [0, 1, ''], temperature_C: [-40, 80, '°C'], resistance_mOhm: [1, 100, 'mΩ'],
}

/**
 * Checks a topology.
 * @throws TopologyError with one line for each field that is wrong, its path first.
 */
export function readTopology(data: unknown, path = 'topology'): Topology {
  const reader = new Reader(data, path)
  reader.only(['name', 'hubs', 'copper', 'battery'])
  const name = reader.attempt(() => reader.field('name').text()) ?? ''
  const hubs = reader.attempt(() => readHubs(reader.field('hubs'))) ?? []
  const copper = reader.attempt(() => readCopper(reader.field('copper')))
  const battery = reader.attempt(() => readBattery(reader.optional('battery'))) ?? {}
  if (copper !== undefined && reader.flawless) compare(reader, hubs, copper)
  reader.finish()
  return { name, hubs, copper: copper!, battery }
}

function readHubs(reader: Reader): HubPlan[] {
  const hubs: HubPlan[] = []
  for (const [index, item] of reader.items(1, HUBS.length).entries()) {
    const hub = item.attempt(() => readHub(item, index))
    if (hub === undefined) continue
    if (hubs.some(other => other.location === hub.location)) item.note(`${item.path}.location: there is a hub at ${hub.location} already`)
    hubs.push(hub)
  }
  return hubs
}

/** Undefined when nobody knows where it is, which is noted. */
function readHub(reader: Reader, index: number): HubPlan | undefined {
  reader.only(['location', 'image', 'serial', 'ports'])
  const location = reader.attempt(() => reader.field('location').oneOf(HUBS))
  const image = reader.attempt(() => reader.field('image').oneOf(Object.keys(HUB_TYPE) as HubTypeName[])) ?? 'door'
  const serial = reader.optional('serial')?.attempt(field => field.whole(0, LARGEST_SERIAL)) ?? 1000 + index
  const ports: (ComponentPlan | undefined)[] = []
  for (const [port, item] of reader.field('ports').items(0, MOST_PORTS).entries()) {
    const component = item.isNull ? undefined : item.attempt(() => readPlan(item, serial * MOST_PORTS + port))
    if (component !== undefined && ports.some(other => other?.name === component.name)) {
      item.note(`${item.path}.name: "${component.name}" is taken at ${location ?? reader.path}: give each a name`)
    }
    ports.push(component)
  }
  return location === undefined ? undefined : { location, image, serial, ports }
}

function readCopper(reader: Reader): CopperTopology | undefined {
  try {
    return parseCopper(reader.raw(), reader.path)
  } catch (error) {
    if (!(error instanceof CopperError)) throw error
    reader.note(...error.problems)
    return undefined
  }
}

/** A battery's figures; none: those of the default one. */
export function readBattery(reader: Reader | undefined): BatteryOptions {
  if (reader === undefined) return {}
  reader.only(Object.keys(BATTERY_FIELDS))
  const battery: Record<string, number> = {}
  for (const [name, [low, high, unit]] of Object.entries(BATTERY_FIELDS)) {
    const value = reader.optional(name)?.attempt(field => field.number(low, high, unit))
    if (value !== undefined) battery[name] = value
  }
  return battery
}

/** Hubs and copper must speak of the same places. */
function compare(reader: Reader, hubs: readonly HubPlan[], copper: CopperTopology): void {
  hubs.forEach((hub, i) => {
    if (!copper.hubs.includes(hub.location)) {
      reader.note(`${reader.path}.hubs[${i}].location: ${hub.location} has no supply: ${reader.path}.copper.hubs does not name it`)
    }
  })
  copper.hubs.forEach((name, i) => {
    if (!hubs.some(hub => hub.location === name)) {
      reader.note(`${reader.path}.copper.hubs[${i}]: there is no hub at "${name}" in ${reader.path}.hubs`)
    }
  })
}

/**
 * Checks one component; `serial` is for a piece whose data name none.
 * @throws TopologyError
 */
export function readComponent(data: unknown, path: string, serial: number): ComponentPlan {
  const reader = new Reader(data, path)
  const plan = reader.attempt(() => readPlan(reader, serial))
  reader.finish()
  return plan!
}

function readPlan(reader: Reader, defaultSerial: number): ComponentPlan {
  const kindName = reader.field('class').oneOf(Object.keys(KINDS) as (keyof typeof KINDS)[])
  const kind = KINDS[kindName]
  reader.only(['class', 'name', 'maker', 'model', 'serial', ...kind.fields])
  const name = reader.optional('name')?.attempt(readName) ?? kind.defaultName
  return {
    name,
    class: kindName,
    identity: {
      maker: reader.optional('maker')?.attempt(field => field.whole(0, 0xffff)) ?? DEFAULT_MAKER,
      model: reader.optional('model')?.attempt(field => field.whole(0, 0xffff)) ?? DEFAULT_MODEL,
      serial: reader.optional('serial')?.attempt(field => field.whole(0, 0xffff_ffff)) ?? defaultSerial,
    },
    blueprint: kind.read(reader),
  }
}

function readName(reader: Reader): string {
  const name = reader.text()
  if (name.includes('.')) reader.fail(`"${name}" has a dot in it`)
  return name
}
