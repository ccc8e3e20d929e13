import { bodyOf } from '../body/index.ts'
import { Admission, readTopology, type TopologyData } from '../car/index.ts'
import { type Cable, cableAmpacity_A, CONTINUOUS, type CopperTopology, divided, GAUGES_MM2, twoSpines } from '../power/index.ts'
import { DataError } from '../schema/index.ts'
import { spinesOf } from './cables.ts'
import { type Demand, demandsOf, satisfied, togetherOf } from './demand.ts'
import { BLADE_A, BOLTED_A, CLEARS, COPPER_g_m_mm2, SELECTIVE } from './standards.ts'

/** What a sized car has to be able to do. */
export interface SizeGoal {
  /** Share of all that lasts that runs at the same time, 0–1; each hub by itself has all of it. */
  readonly together: number
  /** A line from the front; a ring whose either way carries everything; two spines of which each does. Left out: as the car is. */
  readonly layout?: CopperTopology['layout'] | undefined
}

export const GOAL: SizeGoal = { together: 0.8 }

/** What was chosen for a cable, and what it was. */
interface Choice {
  readonly name: string
  readonly gauge_mm2: number
  readonly fuse_A: number | undefined
  readonly was_mm2: number | undefined
  readonly wasFuse_A: number | undefined
}

export interface Sizing {
  readonly car: TopologyData
  readonly goal: Required<SizeGoal>
  readonly choices: readonly Choice[]
  /** Spines that were tried. */
  readonly tried: number
  readonly copper_kg: number
}

/** Thinner ones break in the hands that lay them, mm². */
const LEAST_mm2 = 0.75
/** Smaller fuses are opened by a board that is plugged in, A. */
const LEAST_FUSE_A = 5
const RING = 'spine.ring'

/**
 * Chooses gauges and fuses: of all spines of one gauge the one with which the car has least copper, each drop as thin as its fuse
 * lets it be, thicker where a hub would have less than 9 V. Lengths are those of the body where the car says it.
 * @throws DataError naming every hub or component that no gauge can feed.
 */
export function sizeCar(data: TopologyData, goal: SizeGoal = GOAL): Sizing {
  const layout = goal.layout ?? data.copper.layout
  const given = laid(laidOut(data, layout))
  const admission = new Admission(readTopology(given, 'car'))
  const demands = demandsOf(admission)
  const drops = dropsOf(given, admission, demands)
  const together_A = togetherOf(admission, demands, goal.together)
  const total_A = Object.values(together_A).reduce((sum_A, hub_A) => sum_A + hub_A, 0)
  const main_A = boltedFor(demands, together_A, goal)
  if (main_A === undefined) {
    throw new DataError([`car.hubs: ${total_A.toFixed(0)} A should flow at once, more than a fuse of ${BOLTED_A.at(-1)} A carries for ever`])
  }
  const car = withDividers(given, layout === 'dual' && data.copper.layout !== 'dual', main_A, (cable) => {
    const behind = admission.capability.hubs.filter((_, i) => Math.abs(admission.capability.share[cable]![i]!) > 0).map(hub => hub.name)
    return layout === 'ring' ? main_A : boltedFor(demands.filter(one => behind.includes(one.hub)), together_A, goal) ?? main_A
  })
  let best: { car: TopologyData, copper_kg: number } | undefined
  let tried = 0
  for (const spine_mm2 of GAUGES_MM2) {
    const sized = fitted(car, drops, spine_mm2, main_A, demands, goal)
    tried++
    if (sized === undefined) continue
    const copper_kg = copperOf_kg(sized.copper)
    if (best === undefined || copper_kg < best.copper_kg) best = { car: sized, copper_kg }
  }
  if (best === undefined) {
    throw new DataError([`car.copper: no spine up to ${GAUGES_MM2.at(-1)} mm² behind ${main_A} A brings ${total_A.toFixed(0)} A to the hubs with 9 V`])
  }
  return { car: best.car, goal: { ...goal, layout }, tried, copper_kg: best.copper_kg, choices: choicesOf(best.car, data) }
}

/** Mass of the supply and return conductors. */
export function copperOf_kg({ cables }: CopperTopology): number {
  const of_mm2_m = cables.map(({ gauge_mm2, returnGauge_mm2 = gauge_mm2, length_m }) => (gauge_mm2 + returnGauge_mm2) * length_m)
  return of_mm2_m.reduce((sum, one) => sum + one, 0) * COPPER_g_m_mm2 / 1000
}

interface DropChoice { readonly gauge_mm2: number, readonly fuse: NonNullable<Cable['fuse']> }

/** The smallest fuse for each hub's demand and the thinnest cable that it protects. */
function dropsOf(car: TopologyData, admission: Admission, demands: readonly Demand[]): Map<string, DropChoice> {
  const drops = new Map<string, DropChoice>()
  const problems: string[] = []
  for (const cable of car.copper.cables) {
    const demand = demands.find(one => one.hub === cable.to || one.hub === cable.from)
    if (demand === undefined) continue
    const choice = dropFor(car.copper, cable, demand)
    if (choice !== undefined) {
      drops.set(cable.name, choice)
      continue
    }
    const i = car.hubs.findIndex(hub => hub.location === demand.hub)
    const largest = admission.consumers.filter(one => one.hub === demand.hub).reduce((most, one) => one.run_A > most.run_A ? one : most)
    const least_A = admission.idle[demand.hub]! + largest.run_A
    const alone = dropFor(car.copper, cable, { hub: demand.hub, run_A: least_A, peak_A: 0 }) === undefined
    problems.push(alone
      ? `car.hubs[${i}].ports: ${largest.name} draws ${largest.run_A.toFixed(1)} A; no gauge up to ${GAUGES_MM2.at(-1)} mm² with a fuse can feed it`
      : `car.hubs[${i}]: its components draw ${demand.run_A.toFixed(1)} A at once; no gauge up to ${GAUGES_MM2.at(-1)} mm² with a fuse can feed them`)
  }
  if (problems.length > 0) throw new DataError(problems)
  return drops
}

/** Undefined: there is none. */
export function dropFor(copper: CopperTopology, cable: Cable, { run_A, peak_A }: Demand): DropChoice | undefined {
  const carries = (rating_A: number): boolean => rating_A >= LEAST_FUSE_A && CONTINUOUS * rating_A >= run_A && rating_A >= peak_A
  const blade_A = BLADE_A.find(carries)
  const rating_A = blade_A ?? BOLTED_A.find(carries)
  if (rating_A === undefined) return undefined
  const gauge_mm2 = thinnest(copper, cable, rating_A)
  return gauge_mm2 === undefined ? undefined : { gauge_mm2, fuse: blade_A === undefined ? { rating_A, kind: 'bolted' } : { rating_A } }
}

/** That a fuse of this rating protects at the cable's place. */
function thinnest(copper: CopperTopology, cable: Cable, rating_A: number): number | undefined {
  return GAUGES_MM2.find(gauge_mm2 => gauge_mm2 >= LEAST_mm2 && cableAmpacity_A(copper, withGauge(cable, gauge_mm2)) >= rating_A)
}

/** The smallest bolted fuse for hubs: their share of all that lasts with the largest start on top, and each by itself. */
function boltedFor(demands: readonly Demand[], together_A: Readonly<Record<string, number>>, { together }: SizeGoal): number | undefined {
  const sum_A = demands.reduce((sum, { hub }) => sum + together_A[hub]!, 0)
  const start_A = together * Math.max(...demands.map(({ run_A, peak_A }) => peak_A - run_A))
  const run_A = Math.max(sum_A, ...demands.map(one => one.run_A))
  const peak_A = Math.max(sum_A + start_A, ...demands.map(one => one.peak_A))
  return BOLTED_A.find(rating_A => CONTINUOUS * rating_A >= run_A && rating_A >= peak_A)
}

/**
 * The car with the fuses inside its spines rated for what is behind them. `begin`: each spine gets one, before the foremost segment that
 * does with so small a one that the main fuse outlasts it on a short.
 */
function withDividers(car: TopologyData, begin: boolean, main_A: number, rating_A: (cable: number) => number): TopologyData {
  const { copper } = car
  const inside = (cable: Cable): boolean => copper.taps.includes(cable.from) && copper.taps.includes(cable.to)
  const rated = copper.cables.map((cable, i): Cable =>
    inside(cable) && cable.fuse !== undefined ? { ...cable, fuse: { rating_A: Math.min(main_A, rating_A(i)), kind: 'bolted' } } : cable)
  const sized: TopologyData = { ...car, copper: { ...copper, cables: rated } }
  if (!begin) return sized
  return spinesOf(copper).reduce((fused, cables) => {
    const first = cables.find(i => inside(copper.cables[i]!) && rating_A(i) * SELECTIVE <= main_A)
    return first === undefined ? fused : { ...fused, copper: divided(fused.copper, copper.cables[first]!.name, rating_A(first)) }
  }, sized)
}

function withGauge(cable: Cable, gauge_mm2: number): Cable {
  return { ...cable, gauge_mm2, returnGauge_mm2: gauge_mm2 }
}

/** The car with a spine of this gauge, drops thickened as far as its hubs need it; undefined: that does not do. */
function fitted(
  car: TopologyData, drops: ReadonlyMap<string, DropChoice>, spine_mm2: number, main_A: number, demands: readonly Demand[], goal: SizeGoal,
): TopologyData | undefined {
  const cables = car.copper.cables.map((cable): Cable => {
    const drop = drops.get(cable.name)
    if (drop !== undefined) return { ...withGauge(cable, drop.gauge_mm2), fuse: drop.fuse }
    const first = cable.from === car.copper.battery || cable.to === car.copper.battery
    return first ? { ...withGauge(cable, spine_mm2), fuse: { rating_A: main_A, kind: 'bolted' } } : withGauge(cable, spine_mm2)
  })
  // What comes from the battery lies in the heat of the engine bay, and may need more.
  for (const [i, cable] of cables.entries()) {
    if (drops.has(cable.name)) continue
    const gauge_mm2 = cable.fuse === undefined ? spine_mm2 : Math.max(spine_mm2, thinnest(car.copper, cable, main_A) ?? Infinity)
    if (gauge_mm2 === Infinity || cableAmpacity_A(car.copper, withGauge(cable, gauge_mm2)) < main_A) return undefined
    cables[i] = withGauge(cable, gauge_mm2)
  }
  let sized: TopologyData = { ...car, copper: { ...car.copper, cables } }
  for (;;) {
    const weak = weakest(sized, demands, goal)
    if (weak === undefined) return sized
    const thicker = GAUGES_MM2.find(gauge_mm2 => gauge_mm2 > weak.gauge_mm2)
    if (thicker === undefined || !drops.has(weak.name)) return undefined
    sized = changed(sized, { ...weak, gauge_mm2: thicker })
  }
}

/** The car with one of its cables in another make. */
export function changed(car: TopologyData, cable: Cable): TopologyData {
  return { ...car, copper: { ...car.copper, cables: car.copper.cables.map(other => other.name === cable.name ? cable : other) } }
}

/** The drop of the hub that is worst off while the goal is not met, or whose fuse a short would not open; undefined: all is well. */
function weakest(car: TopologyData, demands: readonly Demand[], goal: SizeGoal): Cable | undefined {
  for (const line of linesOf(car)) {
    const admission = new Admission(readTopology(line, 'car'))
    const { capability: { cables, hubs }, source } = admission
    const loop_Ohm = (way: readonly number[]): number =>
      way.reduce((sum_Ohm, at) => sum_Ohm + cables[at]!.resistance_Ohm, source.resistance_Ohm)
    const drop = (way: readonly number[]): Cable => line.copper.cables[way.at(-1)!]!
    const unopened = hubs.flatMap(hub => hub.paths).find(way => source.emf_V / loop_Ohm(way) < CLEARS * (drop(way).fuse?.rating_A ?? 0))
    if (unopened !== undefined) return drop(unopened)
    if (satisfied(admission, demands, goal.together)) continue
    const lowest = admission.predict(togetherOf(admission, demands, goal.together)).hub
    return drop(hubs.find(hub => hub.name === lowest)!.paths.reduce((worse, way) => loop_Ohm(way) > loop_Ohm(worse) ? way : worse))
  }
  return undefined
}

/** A line itself; of a ring both lines that a cut leaves of it. */
function linesOf(car: TopologyData): TopologyData[] {
  const { copper } = car
  if (copper.layout !== 'ring') return [car]
  const ends = copper.cables.filter(cable => cable.from === copper.battery || cable.to === copper.battery)
  return ends.map(end => ({ ...car, copper: { ...copper, layout: 'line', cables: copper.cables.filter(cable => cable !== end) } }))
}

/** The car in another layout; a ring is opened at the later of its two beginnings, of two spines the first is kept. */
function laidOut(car: TopologyData, layout: CopperTopology['layout']): TopologyData {
  if (car.copper.layout === layout) return car
  const line = asLine(car)
  if (layout === 'ring') return withRing(line)
  return layout === 'dual' ? { ...line, copper: twoSpines(line.copper) } : line
}

function asLine(car: TopologyData): TopologyData {
  const { copper } = car
  if (copper.layout === 'ring') return linesOf(car).at(-1)!
  if (copper.layout === 'line') return car
  const [first] = spinesOf(copper)
  const cables = first!.map((i): Cable => ({ ...copper.cables[i]!, diode: undefined }))
  const taps = copper.taps.filter(tap => cables.some(cable => cable.from === tap || cable.to === tap))
  return { ...car, copper: { ...copper, layout: 'line', taps, cables } }
}

/** Closes the spine by a cable from the battery to its rear, behind a fuse of its own. */
function withRing(car: TopologyData): TopologyData {
  const { copper } = car
  const main = copper.cables.find(cable => cable.from === copper.battery)!
  const length_m = copper.cables.filter(cable => copper.taps.includes(cable.to)).reduce((sum_m, cable) => sum_m + cable.length_m, 0)
  const ring: Cable = { ...main, name: RING, to: copper.taps.at(-1)!, length_m, connectors: 2, place: 'cabin', insulation: 'C' }
  return { ...car, copper: { ...copper, layout: 'ring', cables: [...copper.cables, ring] } }
}

/** Lengths along the body, where the car says it. */
export function laid(car: TopologyData): TopologyData {
  if (car.body === undefined) return car
  const { laid: ways } = bodyOf(car.body, car.copper)
  const cables = car.copper.cables.map(cable => ({ ...cable, length_m: (ways.get(cable.name)?.cut_mm ?? 1000 * cable.length_m) / 1000 }))
  return { ...car, copper: { ...car.copper, cables } }
}

function choicesOf(car: TopologyData, before: TopologyData): Choice[] {
  return car.copper.cables.map(({ name, gauge_mm2, fuse }) => {
    const was = before.copper.cables.find(cable => cable.name === name)
    return { name, gauge_mm2, fuse_A: fuse?.rating_A, was_mm2: was?.gauge_mm2, wasFuse_A: was?.fuse?.rating_A }
  })
}
