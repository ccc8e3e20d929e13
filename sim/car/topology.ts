import { HUB_TYPE, HUBS, type HubTypeName } from '#protocol/index.ts'
import type * as z from 'zod/mini'
import { bodyProblems, bodySchema, type BodyData } from '../body/index.ts'
import { type BatteryOptions, batterySchema, copperSchema, type CopperTopology } from '../power/index.ts'
import { type Data, list, namesOf, nullable, object, oneOf, oneOfObjects, optional, read, related, text, whole } from '../schema/index.ts'
import { type ComponentPlan, KINDS } from './kinds.ts'

/** Where a hub can sit. */
export type HubName = (typeof HUBS)[number]

/** The port number has four bits in every message. */
const MOST_PORTS = 16
const LARGEST_SERIAL = 0x1f_ffff

const [firstKind, ...otherKinds] = Object.values(KINDS)
const componentSchema = oneOfObjects('class', [firstKind!, ...otherKinds])

const hubSchema = object({
  location: oneOf(HUBS),
  /** Firmware image. */
  image: oneOf(namesOf(HUB_TYPE)),
  /** Of the board, 21 bits; by default made from its place. */
  serial: optional(whole(0, LARGEST_SERIAL)),
  /** What is plugged in, by port; `null` is an empty socket. */
  ports: list(nullable(componentSchema), 0, MOST_PORTS),
})

const topologyFields = object({
  name: text,
  hubs: list(hubSchema, 1, HUBS.length),
  /** Battery node, taps, the same hubs by location, cables and fuses. */
  copper: copperSchema,
  /** By default 70 Ah, well charged, at 23 °C. */
  battery: optional(batterySchema),
  /** How large it is, and where things sit; by default nobody knows, and it is drawn as the likeliest type. */
  body: optional(bodySchema),
})

const topologySchema = related(topologyFields, findFaults)

/** A component as a topology states it; what else it may say depends on the class (`KINDS`). */
export type ComponentData = Data<typeof componentSchema>

/** A hub as a topology states it. */
export type HubData = Data<typeof hubSchema>

/** A car as plain data: hubs from front to rear in the order in which the spine reaches them. */
export type TopologyData = Data<typeof topologyFields>

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
  readonly body: BodyData | undefined
}

/** How many spines it has, each with power and a bus. */
export function spinesOf({ copper }: { readonly copper: CopperTopology }): 1 | 2 {
  return copper.layout === 'dual' ? 2 : 1
}

/**
 * Checks a topology.
 * @throws DataError with one line for each field that is wrong, its path first.
 */
export function readTopology(data: unknown, path = 'topology'): Topology {
  const { name, hubs, copper, battery = {}, body } = read(topologySchema, data, path)
  return { name, hubs: hubs.map(planOf), copper, battery, body }
}

/**
 * Checks one component; `serial` is for a piece whose data name none.
 * @throws DataError
 */
export function readComponent(data: unknown, path: string, serial: number): ComponentPlan {
  return read(componentSchema, data, path)(serial)
}

function planOf({ location, image, serial, ports }: z.output<typeof hubSchema>, index: number): HubPlan {
  const own = serial ?? 1000 + index
  return { location, image, serial: own, ports: ports.map((component, port) => component?.(own * MOST_PORTS + port)) }
}

/** Each place and name once; hubs and copper must speak of the same places. */
function findFaults({ hubs, copper, body }: z.output<typeof topologyFields>, path: string): string[] {
  const problems: string[] = []
  const plans = hubs.map(planOf)
  plans.forEach(({ location, ports }, i) => {
    const at = `${path}.hubs[${i}]`
    if (plans.findIndex(other => other.location === location) < i) problems.push(`${at}.location: there is a hub at ${location} already`)
    if (!copper.hubs.includes(location)) problems.push(`${at}.location: ${location} has no supply: ${path}.copper.hubs does not name it`)
    ports.forEach((part, port) => {
      if (part === undefined || ports.findIndex(other => other?.name === part.name) === port) return
      problems.push(`${at}.ports[${port}].name: "${part.name}" is taken at ${location}: give each a name`)
    })
  })
  copper.hubs.forEach((name, i) => {
    if (!plans.some(hub => hub.location === name)) problems.push(`${path}.copper.hubs[${i}]: there is no hub at "${name}" in ${path}.hubs`)
  })
  if (problems.length > 0 || body === undefined) return problems
  return bodyProblems(body, copper, path, plans.flatMap(({ location, ports }) => ports.flatMap(part => part === undefined ? [] : [`${location}.${part.name}`])))
}
