import { SWITCH_LAYOUT } from '#protocol/index.ts'
import { bodyOf } from '../body/index.ts'
import type { ComponentData, HubData, TopologyData } from '../car/index.ts'
import type { AssumptionName, Assumptions, Range } from './assumptions.ts'
import { bodyDataOf } from './cables.ts'
import { type Pigtail, pigtailsOf } from './parts.ts'
import { exactly, plus, scaled, times } from './range.ts'
import { COPPER_g_m_mm2 } from './standards.ts'

/** The wiring of a car or of a part of it, as ranges. */
export interface Wiring {
  readonly wires: Range
  readonly metres: Range
  readonly copper_kg: Range
  readonly contacts: Range
  /** Bundles, as they are taped and clipped. */
  readonly bundle_m: Range
  readonly plugs: Range
  /** Of the copper: what carries power. */
  readonly power_kg: Range
}

type Duty = 'power' | 'ground' | 'signal'
/** Wires of a component by duty. */
type Circuits = readonly { readonly duty: Duty, readonly wires: Range, readonly mm2: Range }[]

const DOORS: readonly string[] = ['FL', 'FR', 'RL', 'RR']
const FIGURES = ['wires', 'metres', 'copper_kg', 'contacts', 'bundle_m', 'plugs', 'power_kg'] as const satisfies readonly (keyof Wiring)[]

/** A wiring figure by figure. */
export function wiringOf(of: (figure: keyof Wiring) => Range): Wiring {
  return Object.fromEntries(FIGURES.map(figure => [figure, of(figure)])) as Record<keyof Wiring, Range>
}

const NOTHING = wiringOf(() => exactly(0))

/** Names of assumptions that the wiring of today rests on. */
export const TODAY_FROM: readonly AssumptionName[] = [
  'window.power.wires', 'window.signal.wires', 'mirror.power.wires', 'mirror.signal.wires', 'latch.power.wires', 'latch.signal.wires', 'lamp.power.wires',
  'lamp.ground.wires', 'amplifier.power.wires', 'amplifier.signal.wires', 'switchPack.signal.wires', 'switchPack.power.wires', 'vehicle.signal.wires',
  'seatFan.power.wires', 'seatFan.signal.wires',
  'doorModule.wires', 'door.central',
]

/** The same functions wired as today: low with a module in each door, high with every wire to a controller behind the dashboard. */
export function wiringToday(car: TopologyData): (a: Assumptions) => Wiring {
  const central = car.hubs.some(hub => hub.location === 'DASH') ? 'DASH' : car.copper.battery
  const hubs = car.hubs.filter(hub => hub.ports.some(part => part !== null))
  const { laid } = bodyOf(bodyDataOf(car), {
    ...car.copper, cables: [
      ...hubs.map(hub => ({ name: `way.${hub.location}`, from: hub.location, to: central, length_m: 0 })),
      { name: 'way.feed', from: car.copper.battery, to: central, length_m: 0 },
    ],
  })
  const pigtails = pigtailsOf(car)
  const feed_m = (laid.get('way.feed')?.length_mm ?? 0) / 1000
  const ways = hubs.map(hub => ({
    hub, pigtails: pigtails.filter(one => one.hub === hub.location), way_m: (laid.get(`way.${hub.location}`)?.length_mm ?? 0) / 1000,
  }))
  return a => sum([mainFeed(scaled(a['route.factor'], feed_m), a), ...ways.map(({ hub, pigtails, way_m }) => hubToday(hub, pigtails, way_m, a))])
}

/** From the battery to the fuse box. */
function mainFeed(length_m: Range, a: Assumptions): Wiring {
  const copper_kg = scaled(times(length_m, a['mainFeed.mm2']), COPPER_g_m_mm2 / 1000)
  return { ...NOTHING, wires: exactly(1), metres: length_m, copper_kg, contacts: exactly(2), power_kg: copper_kg }
}

function hubToday(hub: HubData, pigtails: readonly Pigtail[], way_m: number, a: Assumptions): Wiring {
  const door = DOORS.includes(hub.location)
  const route_m = scaled(a['route.factor'], way_m)
  const parts = pigtails.map(({ part, length_m }) => {
    // A module in the door keeps the wires of its components there; without one they go on to the controller.
    const onward = door ? a['door.central'] : exactly(1)
    const to_m = plus(exactly(length_m), times(onward, route_m))
    const crossings = times(onward, a['inline.perWire'])
    return circuitsToday(circuitsOf(part, a), to_m, hub.location === 'DASH' ? exactly(0) : crossings, a)
  })
  const { wires, mm2 } = { wires: a['doorModule.wires'], mm2: a['doorModule.mm2'] }
  const module: Wiring = !door ? NOTHING : withModules(a['door.central'], circuitsToday(
    [{ duty: 'power', wires: scaled(wires, 0.5), mm2 }, { duty: 'signal', wires: scaled(wires, 0.5), mm2: a['signal.mm2'] }], route_m, a['inline.perWire'], a))
  const bundle: Wiring = { ...NOTHING, bundle_m: route_m }
  return sum([...parts, module, bundle])
}

/** What leads to modules in the doors: the less, the more goes on to a controller. */
function withModules(central: Range, wiring: Wiring): Wiring {
  const ending: Range = { low: Math.max(0, 1 - central.low), high: Math.max(0, 1 - central.high) }
  return { ...wiringOf(figure => times(wiring[figure], ending)), bundle_m: exactly(0) }
}

function circuitsToday(circuits: Circuits, to_m: Range, crossings: Range, a: Assumptions): Wiring {
  const each = circuits.map(({ duty, wires, mm2 }): Wiring => {
    const length_m = duty === 'ground' ? a['ground.length_m'] : to_m
    const metres = times(wires, length_m)
    const copper_kg = scaled(times(metres, mm2), COPPER_g_m_mm2 / 1000)
    return {
      wires, metres, copper_kg, contacts: times(wires, plus(exactly(2), scaled(duty === 'ground' ? exactly(0) : crossings, 2))), bundle_m: exactly(0),
      plugs: scaled({ low: wires.low / a['wiresPerPlug'].high, high: wires.high / a['wiresPerPlug'].low }, 2), power_kg: duty === 'signal' ? exactly(0) : copper_kg,
    }
  })
  return sum(each)
}

/** What a component is wired with today. */
function circuitsOf(part: ComponentData, a: Assumptions): Circuits {
  const signal = (wires: Range): Circuits[number] => ({ duty: 'signal', wires, mm2: a['signal.mm2'] })
  const power = (wires: Range, mm2: Range): Circuits[number] => ({ duty: 'power', wires, mm2 })
  switch (part.class) {
    case 'window': return [power(a['window.power.wires'], a['window.power.mm2']), signal(a['window.signal.wires'])]
    case 'mirror': return [power(a['mirror.power.wires'], a['mirror.power.mm2']), signal(a['mirror.signal.wires'])]
    case 'latch': return [power(a['latch.power.wires'], a['latch.power.mm2']), signal(a['latch.signal.wires'])]
    case 'lamp': return [
      power(scaled(a['lamp.power.wires'], part.channels.length), a['lamp.power.mm2']),
      { duty: 'ground', wires: scaled(a['lamp.ground.wires'], part.channels.length), mm2: a['lamp.power.mm2'] },
    ]
    case 'amplifier': return [power(a['amplifier.power.wires'], a['amplifier.power.mm2']), signal(a['amplifier.signal.wires'])]
    case 'switchPack': return [
      signal(scaled(a['switchPack.signal.wires'], SWITCH_LAYOUT[part.layout].length)), power(a['switchPack.power.wires'], a['signal.mm2']),
    ]
    case 'vehicle': return [signal(a['vehicle.signal.wires'])]
    case 'seatFan': return [power(a['seatFan.power.wires'], a['seatFan.power.mm2']), signal(a['seatFan.signal.wires'])]
  }
}

function sum(all: readonly Wiring[]): Wiring {
  return wiringOf(figure => plus(...all.map(one => one[figure])))
}
