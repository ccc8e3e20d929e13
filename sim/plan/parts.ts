import { bodyOf, straight_mm } from '../body/index.ts'
import { type ComponentData, readTopology, type TopologyData } from '../car/index.ts'
import { byName, type Data, number, object, oneOf, read, text } from '../schema/index.ts'
import { bodyDataOf, type CablePlan, spinesOf } from './cables.ts'
import { partPins, PIGTAIL_m } from './pins.ts'
import { cable_g_m, COLOURS, COPPER_g_m_mm2, DATA_mm2 } from './standards.ts'

type PartUnit = 'm' | 'piece'

/** One line of a parts list. */
export interface PartLine {
  /** By which prices are given: `wire-16-RD`. */
  readonly id: string
  readonly what: string
  readonly unit: PartUnit
  /** Metres, or pieces. */
  readonly amount: number
  readonly mass_kg: number
  readonly copper_kg: number
  readonly cost: number | undefined
}

const PRICE_FIELDS = object({ price: number(0, 1e6), per: oneOf(['m', 'piece']) })
const pricesSchema = object({ currency: text, prices: byName(PRICE_FIELDS) })
/** What a user pays: a currency, and by id of the parts list a price per metre or piece. */
export type PriceTable = Data<typeof pricesSchema>

/** Checks a price table. Throws DataError with a line for each field that is wrong. */
export function readPrices(data: unknown, path = 'prices'): PriceTable {
  return read(pricesSchema, data, path)
}

/** Other masses, kg a piece: estimates from sheets of common parts. */
const PIECES = {
  'fuse-blade': { what: 'blade fuse', mass_kg: 0.001 },
  'fuse-bolted': { what: 'bolted fuse', mass_kg: 0.01 },
  'holder-blade': { what: 'holder for a blade fuse, sealed', mass_kg: 0.02 },
  'holder-bolted': { what: 'holder for a bolted fuse', mass_kg: 0.06 },
  tap: { what: 'tap: welded splices of supply, return and pair, in a boot', mass_kg: 0.02 },
  'plug-inline': { what: 'plug connection in the spine, both halves', mass_kg: 0.06 },
  'plug-drop': { what: 'plug of a drop, 8 contacts, one half', mass_kg: 0.02 },
  'plug-part': { what: 'standard plug of a component, one half', mass_kg: 0.015 },
  'terminal-ring': { what: 'ring terminal', mass_kg: 0.01 },
  'terminator-120': { what: 'terminating resistor 120 Ω in a plug', mass_kg: 0.005 },
  board: { what: 'hub board in its housing', mass_kg: 0.12 },
  'board-dual': { what: 'hub board with two CAN ports and ideal diodes, in its housing', mass_kg: 0.14 },
  label: { what: 'label', mass_kg: 0.0005 },
} as const
type PieceId = keyof typeof PIECES

/** Everything to buy for the wiring of a car: spine, drops, and the pigtails from hubs to components. */
export function partsOf(car: TopologyData, cables: readonly CablePlan[], prices?: PriceTable): PartLine[] {
  const wires = new Map<string, { gauge_mm2: number, what: string, length_m: number }>()
  const pieces = new Map<string, { what: string, count: number, mass_kg: number }>()
  const wire = (gauge_mm2: number, colour: keyof typeof COLOURS, length_m: number): void => {
    const id = `wire-${gauge_mm2}-${colour}`
    const before = wires.get(id)?.length_m ?? 0
    wires.set(id, { gauge_mm2, what: `wire ${gauge_mm2} mm² ${COLOURS[colour].name}`, length_m: before + length_m })
  }
  const piece = (id: PieceId, count: number, suffix = '', detail = ''): void => {
    const { what, mass_kg } = PIECES[id]
    const before = pieces.get(id + suffix)?.count ?? 0
    if (count > 0) pieces.set(id + suffix, { what: `${what}${detail}`, count: before + count, mass_kg })
  }
  for (const cable of cables) {
    for (const { gauge_mm2, colour } of cable.wires) wire(gauge_mm2, colour, cable.length_m)
    if (cable.fuse !== undefined) {
      piece(`fuse-${cable.fuse.kind}`, 1, `-${cable.fuse.rating_A}`, ` ${cable.fuse.rating_A} A`)
      piece(`holder-${cable.fuse.kind}`, 1)
    }
    if (cable.kind === 'drop') piece('plug-drop', 2 * cable.connectors)
    else if (cable.wires.length > 2) piece('plug-inline', cable.connectors)
    else piece('terminal-ring', 2)
    piece('label', 2)
  }
  piece('tap', car.copper.taps.length)
  piece('terminator-120', 2 * spinesOf(car.copper).length)
  for (const { image } of car.hubs) piece(car.copper.layout === 'dual' ? 'board-dual' : 'board', 1, `-${image}`, `, image ${image}`)
  for (const { part, length_m } of pigtailsOf(car)) {
    piece('plug-part', 2)
    for (const { colour, pin } of partPins(part)) if (colour !== '') wire(pin <= 2 ? PIGTAIL_mm2[part.class] : DATA_mm2, colour, length_m)
  }
  return [
    ...[...wires].map(([id, { gauge_mm2, what, length_m }]) => ({
      id, what, unit: 'm' as const, amount: length_m, mass_kg: cable_g_m(gauge_mm2) * length_m / 1000, copper_kg: COPPER_g_m_mm2 * gauge_mm2 * length_m / 1000,
    })).sort((a, b) => a.id < b.id ? -1 : 1),
    ...[...pieces].map(([id, { what, count, mass_kg }]) => ({ id, what, unit: 'piece' as const, amount: count, mass_kg: count * mass_kg, copper_kg: 0 })),
  ].map(line => ({ ...line, cost: costOf(line, prices) }))
}

/** What leads from a hub to one of its components. */
export interface Pigtail {
  readonly hub: string
  readonly part: ComponentData
  readonly length_m: number
}

/** By component: straight from its hub to its place, with slack and two ends, where the car's file says that; otherwise as is usual. */
export function pigtailsOf(car: TopologyData): Pigtail[] {
  const { places, slack_pct, end_mm } = bodyOf(bodyDataOf(car), car.copper)
  const names = readTopology(car, 'car').hubs.map(hub => hub.ports.map(part => part?.name))
  return car.hubs.flatMap((hub, i) => hub.ports.flatMap((part, port): Pigtail[] => {
    if (part === null) return []
    const [from, to] = [places.get(hub.location), places.get(`${hub.location}.${names[i]![port]}`)]
    const told_m = from && to && (straight_mm(from, to) * (1 + slack_pct / 100) + 2 * end_mm) / 1000
    return [{ hub: hub.location, part, length_m: told_m ?? PIGTAIL_m[part.class] }]
  }))
}

/** Feed and return of a component, mm². */
export const PIGTAIL_mm2: Readonly<Record<keyof typeof PIGTAIL_m, number>> = {
  window: 2.5, mirror: 1, latch: 1.5, lamp: 1.5, amplifier: 2.5, switchPack: 0.5, vehicle: 0.5,
  seatFan: 1,
}

/** Undefined: there is no price for it. */
function costOf({ id, amount }: { readonly id: string, readonly amount: number }, prices: PriceTable | undefined): number | undefined {
  const entry = prices !== undefined && Object.hasOwn(prices.prices, id) ? prices.prices[id] : undefined
  return entry === undefined ? undefined : entry.price * amount
}

/** Prices whose unit is not that of the line, or for which there is no line, each with its path. */
export function priceProblems(prices: PriceTable, lines: readonly PartLine[], path = 'prices'): string[] {
  return Object.entries(prices.prices).flatMap(([id, { per }]) => {
    const line = lines.find(one => one.id === id)
    if (line === undefined || line.unit === per) return []
    return [`${path}.prices.${id}.per: is ${per}, but it is counted in ${line.unit === 'm' ? 'metres (m)' : 'pieces'}`]
  })
}
