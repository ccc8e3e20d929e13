import { type HubTypeName, HUB_TYPE, HUBS } from '#protocol/catalogue/locations.ts'
import type { PlantClass } from '../plants/plant.ts'
import { type Blueprint, type Identity, KINDS } from './kinds.ts'
import { Reader, TopologyError } from './reader.ts'

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
}

/** The port number has four bits in every message. */
const MOST_PORTS = 16
const LARGEST_SERIAL = 0x1f_ffff
const DEFAULT_MAKER = 1
const DEFAULT_MODEL = 1

/**
 * Checks a topology.
 * @throws TopologyError naming the path of the first field that is wrong.
 */
export function readTopology(data: unknown, path = 'topology'): Topology {
  const reader = new Reader(data, path)
  reader.only(['name', 'hubs'])
  const name = reader.field('name').text()
  const hubs: HubPlan[] = []
  for (const [index, item] of reader.field('hubs').items(1, HUBS.length).entries()) {
    const hub = readHub(item, index)
    if (hubs.some(other => other.location === hub.location)) {
      throw new TopologyError(`${item.path}.location`, `there is a hub at ${hub.location} already`)
    }
    hubs.push(hub)
  }
  return { name, hubs }
}

function readHub(reader: Reader, index: number): HubPlan {
  reader.only(['location', 'image', 'serial', 'ports'])
  const location = reader.field('location').oneOf(HUBS)
  const image = reader.field('image').oneOf(Object.keys(HUB_TYPE) as HubTypeName[])
  const serial = reader.optional('serial')?.whole(0, LARGEST_SERIAL) ?? 1000 + index
  const ports: (ComponentPlan | undefined)[] = []
  for (const [port, item] of reader.field('ports').items(0, MOST_PORTS).entries()) {
    const component = item.isNull ? undefined : readPlan(item, serial * MOST_PORTS + port)
    if (component !== undefined && ports.some(other => other?.name === component.name)) {
      throw new TopologyError(`${item.path}.name`, `"${component.name}" is taken at ${location}: give each a name`)
    }
    ports.push(component)
  }
  return { location, image, serial, ports }
}

/**
 * Checks one component; `serial` is for a piece whose data name none.
 * @throws TopologyError
 */
export function readComponent(data: unknown, path: string, serial: number): ComponentPlan {
  return readPlan(new Reader(data, path), serial)
}

function readPlan(reader: Reader, defaultSerial: number): ComponentPlan {
  const kindName = reader.field('class').oneOf(Object.keys(KINDS) as (keyof typeof KINDS)[])
  const kind = KINDS[kindName]
  reader.only(['class', 'name', 'maker', 'model', 'serial', ...kind.fields])
  const name = reader.optional('name')?.text() ?? kind.defaultName
  if (name.includes('.')) reader.field('name').fail(`"${name}" has a dot in it`)
  return {
    name,
    class: kindName,
    identity: {
      maker: reader.optional('maker')?.whole(0, 0xffff) ?? DEFAULT_MAKER,
      model: reader.optional('model')?.whole(0, 0xffff) ?? DEFAULT_MODEL,
      serial: reader.optional('serial')?.whole(0, 0xffff_ffff) ?? defaultSerial,
    },
    blueprint: kind.read(reader),
  }
}
