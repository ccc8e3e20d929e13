import { type BoardName, BOARDS } from '#firmware/boards/index.ts'
import { bodySize } from '../body/index.ts'
import { Admission, readTopology, type TopologyData } from '../car/index.ts'
import { DataError } from '../schema/index.ts'
import { bodyDataOf, type CablePlan, cablePlans } from './cables.ts'
import { type PartLine, partsOf, priceProblems, type PriceTable } from './parts.ts'
import { hubPins, partPins, type Pin, portOf, USUAL_BOARD } from './pins.ts'
import { GOAL, type SizeGoal } from './size.ts'
import { type Weakness, weaknesses } from './weak.ts'
import { worstCases } from './worst.ts'

interface SocketPlan {
  readonly port: number
  /** Empty: nothing is plugged in. */
  readonly component: string
  readonly class: string
  readonly run_A: number
  readonly peak_A: number
  readonly pins: readonly Pin[]
}

export interface HubPlanned {
  readonly name: string
  readonly image: string
  /** Least that the worst admitted load leaves it, V. */
  readonly least_V: number
  /** One for each of its drops. */
  readonly plugs: readonly HubPlug[]
  readonly sockets: readonly SocketPlan[]
}

interface HubPlug {
  /** The hub's name; of two `FL.A` and `FL.B`. */
  readonly name: string
  /** Number of its cable. */
  readonly drop: number
  readonly pins: readonly Pin[]
}

interface Totals {
  readonly spine_m: number
  readonly drops_m: number
  readonly wires_m: number
  readonly copper_kg: number
  readonly mass_kg: number
  /** Of what has a price; undefined without a price table. */
  readonly cost: { readonly currency: string, readonly amount: number, readonly without: readonly string[] } | undefined
}

/** The wiring of a car: what to buy, cut, plug in and label, and what flows in it. */
export interface Plan {
  readonly car: string
  /** `told`: the file says it, it is not supposed. */
  readonly body: ReturnType<typeof bodySize> & { readonly type: string, readonly told: boolean }
  readonly source: { readonly emf_V: number, readonly resistance_Ohm: number }
  /** Of which the hubs are made. */
  readonly board: BoardName
  readonly cables: readonly CablePlan[]
  readonly hubs: readonly HubPlanned[]
  readonly parts: readonly PartLine[]
  readonly totals: Totals
  readonly weak: readonly Weakness[]
}

interface PlanOptions {
  readonly prices?: PriceTable | undefined
  readonly goal?: SizeGoal
  readonly board?: BoardName | undefined
}

/**
 * Plans the wiring of a car.
 * @throws DataError for a car that is none, or prices per metre of what is counted in pieces.
 */
export function planOf(car: TopologyData, { prices, goal = GOAL, board = USUAL_BOARD }: PlanOptions = {}): Plan {
  const admission = new Admission(readTopology(car, 'car'))
  const worst = worstCases(admission)
  const cables = cablePlans(car, admission, worst)
  const parts = partsOf(car, cables, prices)
  const wrong = prices === undefined ? [] : priceProblems(prices, parts)
  if (wrong.length > 0) throw new DataError(wrong)
  const body = bodyDataOf(car)
  return {
    car: car.name, body: { type: body.type, told: car.body !== undefined, ...bodySize(body) }, source: admission.source, board, cables,
    hubs: hubsOf(car, admission, cables, worst.hubs.map(one => one.value), board), parts, totals: totalsOf(cables, parts, prices),
    weak: weaknesses(car, admission, cables, goal),
  }
}

function hubsOf(
  car: TopologyData, admission: Admission, cables: readonly CablePlan[], least_V: readonly number[], board: BoardName,
): HubPlanned[] {
  const names = readTopology(car, 'car').hubs
  return car.hubs.map((hub, i) => ({
    name: hub.location, image: hub.image, least_V: least_V[car.copper.hubs.indexOf(hub.location)]!,
    plugs: cables.filter(cable => cable.to === hub.location || cable.from === hub.location).map((cable, i, drops) => (
      { name: drops.length === 1 ? hub.location : `${hub.location}.${car.copper.layout === 'dual' ? cable.spine : i + 1}`, drop: cable.number, pins: hubPins(hub.location, board, i) })),
    sockets: hub.ports.map((part, port): SocketPlan => {
      const name = names[i]!.ports[port]?.name ?? ''
      const claim = admission.consumers.find(one => one.name === `${hub.location}.${name}`)
      return {
        port, component: name, class: part?.class ?? '', run_A: claim?.run_A ?? 0, peak_A: claim?.peak_A ?? 0,
        pins: part === null ? [] : partPins(part, portOf(board, port)),
      }
    }),
  }))
}

/** The plug, tap or pair of terminals at an end of a cable. */
export function jointAt({ hubs }: Plan, cable: CablePlan, node: string): string {
  return hubs.find(hub => hub.name === node)?.plugs.find(plug => plug.drop === cable.number)?.name ?? node
}

/** What a board has and has not for the hubs of a plan. */
export function boardText({ board, hubs }: Pick<Plan, 'board' | 'hubs'>): string {
  const contacts = hubs.flatMap(hub => hub.sockets.flatMap(socket => socket.pins))
  const without = contacts.filter(pin => pin.board === '').length
  const { title, ports } = BOARDS[board]
  const sockets = ports.length === 1 ? 'its one socket' : `its ${ports.length} sockets`
  const missing = without === 0
    ? '' : `; ${without} of ${contacts.length} contacts of components have no pin there, and need a port expander and eFuses beside the board`
  return `Pins of the board: ${title}, ${sockets} as firmware/boards has it${missing}`
}

function totalsOf(cables: readonly CablePlan[], parts: readonly PartLine[], prices: PriceTable | undefined): Totals {
  const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number => items.reduce((total, item) => total + of(item), 0)
  const drops = cables.filter(cable => cable.kind === 'drop')
  return {
    spine_m: sum(cables, cable => cable.length_m) - sum(drops, cable => cable.length_m), drops_m: sum(drops, cable => cable.length_m),
    wires_m: sum(parts.filter(line => line.unit === 'm'), line => line.amount),
    copper_kg: sum(parts, line => line.copper_kg), mass_kg: sum(parts, line => line.mass_kg),
    cost: prices && {
      currency: prices.currency, amount: sum(parts, line => line.cost ?? 0),
      without: parts.filter(line => line.cost === undefined).map(line => line.id),
    },
  }
}
