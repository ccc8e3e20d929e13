import type { TopologyData } from '../car/index.ts'
import { ASSUMPTIONS, type Assumption, type AssumptionName, type Assumptions, type Range } from './assumptions.ts'
import { type Case, knownCases } from './cases.ts'
import type { CablePlan } from './cables.ts'
import { PIGTAIL_mm2, pigtailsOf } from './parts.ts'
import { partPins } from './pins.ts'
import { type Plan, planOf } from './plan.ts'
import { type Sensitivity, sensitivityOf } from './sensitivity.ts'
import { exactly, minus, plus, scaled, times } from './range.ts'
import { COPPER_g_m_mm2, DATA_mm2 } from './standards.ts'
import { TODAY_FROM, type Wiring, wiringOf, wiringToday } from './today.ts'

interface ComparisonRow {
  readonly what: string
  readonly unit: string
  readonly digits: number
  readonly today: Range
  readonly spine: Range
  /** Today less spine. */
  readonly saved: Range
  /** Assumptions it rests on. */
  readonly from: readonly AssumptionName[]
}

export interface Comparison {
  readonly car: string
  readonly family: readonly string[]
  readonly rows: readonly ComparisonRow[]
  readonly assumptions: readonly (Assumption & { readonly name: string })[]
  readonly cases: readonly Case[]
  /** Row by row, what would make it wrong: the assumptions that its range rests on most. */
  readonly sensitivity: readonly Sensitivity[]
}

const LENGTH_FROM: readonly AssumptionName[] = [...TODAY_FROM, 'route.factor', 'ground.length_m']
const MASS_FROM: readonly AssumptionName[] = [
  ...LENGTH_FROM, 'window.power.mm2', 'mirror.power.mm2', 'latch.power.mm2', 'lamp.power.mm2', 'amplifier.power.mm2',
  'seatFan.power.mm2',
  'doorModule.mm2', 'mainFeed.mm2', 'signal.mm2',
]

/** The same functions wired point to point and by one cable, side by side; `family`: cars that are built together, this one among them. */
export function compare(car: TopologyData, family: readonly TopologyData[] = [car], a: Assumptions = ASSUMPTIONS): Comparison {
  return comparing(car, family)(a)
}

/** The same for one assumption after another: what does not rest on them is computed once. */
export function comparing(car: TopologyData, family: readonly TopologyData[] = [car]): (a: Assumptions) => Comparison {
  const spine = wiringSpine(car, planOf(car))
  const today = wiringToday(car)
  const rowsWith = (a: Assumptions): ComparisonRow[] => rowsOf(today(a), spine, family, a)
  return (a) => {
    const rows = rowsWith(a)
    return {
      car: car.name, family: family.map(one => one.name), rows, cases: knownCases(today(a), spine, a),
      assumptions: Object.entries(a).map(([name, one]) => ({ name, ...one })), sensitivity: sensitivityOf(rows, a, rowsWith),
    }
  }
}

function rowsOf(today: Wiring, spine: Wiring, family: readonly TopologyData[], a: Assumptions): ComparisonRow[] {
  const row = (
    what: string, unit: string, digits: number, now: Range, one: Range, from: readonly AssumptionName[], saved = minus(now, one),
  ): ComparisonRow => ({ what, unit, digits, today: now, spine: one, saved, from })
  return [
    row('wires', '', 0, today.wires, spine.wires, TODAY_FROM),
    row('wire', 'm', 0, today.metres, spine.metres, LENGTH_FROM),
    row('copper', 'kg', 1, today.copper_kg, spine.copper_kg, MASS_FROM),
    row('contacts', '', 0, today.contacts, spine.contacts, [...TODAY_FROM, 'inline.perWire']),
    row('harness part numbers', '', 0, numbersToday(family, a), numbersSpine(family, a), ['harness.levels', 'harness.changes', 'family.years', 'spine.step_m', 'spine.changes']),
    row('assembly of the wiring', 'min', 0, minutes(today, a), minutes(spine, a), [
      ...LENGTH_FROM, 'inline.perWire', 'contact_s', 'layWire_s', 'layWire_s_m', 'tape_s_m', 'install_s_m', 'plug_s', 'wiresPerPlug',
    ], minutesSaved(today, spine, a)),
    row('repair of one broken wire', 'min', 0, plus(a['repair.find_min'], a['repair.mend_min']), plus(a['repair.spineFind_min'], a['repair.spineMend_min']), [
      'repair.find_min', 'repair.mend_min', 'repair.spineFind_min', 'repair.spineMend_min',
    ]),
  ]
}

/** What the plan counts, as ranges of no width. */
function wiringSpine(car: TopologyData, plan: Plan): Wiring {
  const pigtails = pigtailsOf(car).map(one => ({ ...one, wires: partPins(one.part).length }))
  const total = <Item>(items: readonly Item[], of: (item: Item) => number): number => items.reduce((sum, item) => sum + of(item), 0)
  const pigtail_g = total(pigtails, ({ part, wires, length_m }) =>
    length_m * COPPER_g_m_mm2 * (2 * PIGTAIL_mm2[part.class] + (wires - 2) * DATA_mm2))
  const plugs = total(plan.cables, cable => cable.connectors) + 2 * pigtails.length
  return {
    wires: exactly(total(plan.cables, cable => cable.wires.length) + total(pigtails, one => one.wires)),
    metres: exactly(plan.totals.wires_m), copper_kg: exactly(plan.totals.copper_kg),
    contacts: exactly(total(plan.cables, contactsOf) + total(pigtails, one => 2 * one.wires)),
    bundle_m: exactly(total(plan.cables, cable => cable.length_m) + total(pigtails, one => one.length_m)),
    plugs: exactly(plugs), power_kg: exactly(total(plan.cables, cable => cable.copper_kg) + pigtail_g / 1000),
  }
}

/** Crimped ones: at a tap conductors are welded, at a board the plug's other half is soldered to it. */
function contactsOf(cable: CablePlan): number {
  if (cable.wires.length === 2) return 2 * cable.wires.length
  return cable.wires.length * (cable.kind === 'drop' ? 2 * cable.connectors - 1 : 2 * cable.connectors)
}

/** To make the bundles and to lay them in the car. */
function minutes(wiring: Wiring, a: Assumptions): Range {
  const seconds = plus(
    times(wiring.contacts, a['contact_s']), times(wiring.wires, a['layWire_s']), times(wiring.metres, a['layWire_s_m']),
    times(wiring.bundle_m, plus(a['tape_s_m'], a['install_s_m'])), times(wiring.plugs, a['plug_s']))
  return scaled(seconds, 1 / 60)
}

/** Hands are as quick with the one as with the other: the same rates on both sides, the slowest or the quickest. */
function minutesSaved(today: Wiring, spine: Wiring, a: Assumptions): Range {
  const saved = (['low', 'high'] as const).flatMap((wiring) => {
    const now = minutes(wiringOf(figure => exactly(today[figure][wiring])), a)
    const one = minutes(spine, a)
    return [now.low - one.low, now.high - one.high]
  })
  return { low: Math.min(...saved), high: Math.max(...saved) }
}

/** A harness for dashboard and body, each door, hood and trunk; each in as many levels as options make it, again after each change. */
function numbersToday(family: readonly TopologyData[], a: Assumptions): Range {
  const harnesses = family.reduce((sum, car) => sum + 1 + car.hubs.filter(hub => hub.location !== 'STEREO').length, 0)
  return times(exactly(harnesses), a['harness.levels'], lives(a['harness.changes'], a['family.years']))
}

/** Cables that differ in gauge or in rounded length, and a pigtail for each class. */
function numbersSpine(family: readonly TopologyData[], a: Assumptions): Range {
  const distinct = (step_m: number): number => {
    const cables = family.flatMap(car => car.copper.cables.map((cable) => {
      const drop = car.copper.hubs.includes(cable.to) || car.copper.hubs.includes(cable.from)
      // Pieces of spine are cut from the drum; a spine is one part for each car.
      return drop ? `drop ${cable.gauge_mm2} ${Math.ceil(cable.length_m / step_m)}` : `spine ${car.name}`
    }))
    const classes = family.flatMap(car => car.hubs.flatMap(hub => hub.ports.flatMap(part => part === null ? [] : [part.class])))
    return new Set([...cables, ...classes]).size
  }
  const { low, high } = a['spine.step_m']
  return times({ low: distinct(low), high: distinct(high) }, lives(a['spine.changes'], a['family.years']))
}

function lives(changes: Range, years: Range): Range {
  return { low: 1 + changes.low * (years.low - 1), high: 1 + changes.high * (years.high - 1) }
}
