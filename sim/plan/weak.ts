import { bodyOf } from '../body/index.ts'
import { Admission, readTopology, type TopologyData } from '../car/index.ts'
import { type Cable, CONTINUOUS, GAUGES_MM2 } from '../power/index.ts'
import { DataError } from '../schema/index.ts'
import type { CablePlan } from './cables.ts'
import { type Demand, demandsOf, hubSatisfied, start_A, togetherSatisfied } from './demand.ts'
import { changed, copperOf_kg, dropFor, sizeCar, type SizeGoal } from './size.ts'
import { BLADE_A, BOLTED_A } from './standards.ts'

/** How bad it is: it does not work, it has to take turns, it should be known. */
type Severity = 'fails' | 'takes turns' | 'note'

/** What is too weak, and the smallest change that mends it. */
export interface Weakness {
  readonly severity: Severity
  readonly where: string
  readonly what: string
  /** Undefined: none was found, or there is nothing to mend. */
  readonly mend: string | undefined
}

type Works = (admission: Admission) => boolean

/** Shares of its let-through that a fuse may see each time a board is plugged in. */
const INRUSH_SHARE = 0.3

/** Everything that is weak in a car, the worst first. */
export function weaknesses(car: TopologyData, admission: Admission, cables: readonly CablePlan[], goal: SizeGoal): Weakness[] {
  const demands = demandsOf(admission)
  const found = [
    ...components(car, admission), ...hubs(car, admission, demands), ...together(car, admission, demands, goal), ...shorts(cables),
    ...lengths(car),
  ]
  const order: readonly Severity[] = ['fails', 'takes turns', 'note']
  return found.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
}

function components(car: TopologyData, admission: Admission): Weakness[] {
  return admission.consumers.filter(one => one.run_A > 0).flatMap((one): Weakness[] => {
    const runs: Works = other => other.admits(other.consumers.filter(({ name }) => name === one.name))
    if (!runs(admission)) {
      return [{ severity: 'fails', where: one.name, what: `never gets its ${one.run_A.toFixed(1)} A`, mend: smallest(car, one.hub, runs) }]
    }
    const more = { [one.hub]: start_A(one) - one.run_A }
    const starts: Works = other => other.fits(other.currentsOf(other.consumers.filter(({ name }) => name === one.name)), more)
    if (starts(admission)) return []
    const what = `runs, but never gets the ${start_A(one).toFixed(1)} A with which it begins`
    return [{ severity: 'fails', where: one.name, what, mend: smallest(car, one.hub, starts) }]
  })
}

function hubs(car: TopologyData, admission: Admission, demands: readonly Demand[]): Weakness[] {
  return demands.filter(demand => !hubSatisfied(admission, demand)).map(demand => ({
    severity: 'takes turns', where: demand.hub,
    what: `its components cannot all run at once: ${demand.run_A.toFixed(1)} A, ${demand.peak_A.toFixed(1)} A while one begins`,
    mend: smallest(car, demand.hub, other => hubSatisfied(other, demand)),
  }))
}

function together(car: TopologyData, admission: Admission, demands: readonly Demand[], goal: SizeGoal): Weakness[] {
  if (togetherSatisfied(admission, demands, goal.together)) return []
  const first = car.hubs[0]!.location
  return [{
    severity: 'takes turns', where: 'spine', what: `${(100 * goal.together).toFixed(0)} % of all that lasts cannot run at once`,
    mend: smallest(car, first, other => togetherSatisfied(other, demands, goal.together)) ?? resized(car, goal),
  }]
}

function resized(car: TopologyData, goal: SizeGoal): string | undefined {
  try {
    const { copper_kg } = sizeCar(car, goal)
    return `spine plan --size: ${(copper_kg - copperOf_kg(car.copper)).toFixed(2)} kg of copper`
  } catch (error) {
    if (error instanceof DataError) return undefined
    throw error
  }
}

function shorts(cables: readonly CablePlan[]): Weakness[] {
  return cables.flatMap((cable): Weakness[] => {
    const found: Weakness[] = []
    if (cable.short_A < cable.clears_A) {
      const thicker = GAUGES_MM2.find(gauge_mm2 => gauge_mm2 > cable.gauge_mm2)
      found.push({
        severity: 'note', where: cable.name,
        what: `a short at its end draws ${cable.short_A.toFixed(0)} A, less than the ${cable.clears_A.toFixed(0)} A that open its fuse at once`,
        mend: thicker === undefined ? undefined : `${thicker} mm² instead of ${cable.gauge_mm2}`,
      })
    }
    if (cable.letThrough_A2s > cable.bears_A2s) {
      found.push({
        severity: 'fails', where: cable.name,
        what: `its fuse lets ${cable.letThrough_A2s.toFixed(0)} A²s through on a short, the conductor bears ${cable.bears_A2s.toFixed(0)}`,
        mend: 'a thicker conductor or a faster fuse',
      })
    }
    if (cable.fuse !== undefined && cable.inrush_A2s > INRUSH_SHARE * cable.letThrough_A2s) {
      found.push({
        severity: 'note', where: cable.name,
        what: `boards that are connected draw ${cable.inrush_A2s.toFixed(1)} A²s, near the ${cable.letThrough_A2s.toFixed(1)} that open its fuse`,
        mend: ratingAbove(cable.fuse),
      })
    }
    return found
  })
}

function ratingAbove({ rating_A, kind }: NonNullable<CablePlan['fuse']>): string | undefined {
  const next_A = (kind === 'bolted' ? BOLTED_A : BLADE_A).find(other_A => other_A > rating_A)
  return next_A === undefined ? undefined : `a fuse of ${next_A} A`
}

/** Cables that are shorter than their way with slack and ends. */
function lengths(car: TopologyData): Weakness[] {
  if (car.body === undefined) return []
  const { laid } = bodyOf(car.body, car.copper)
  return car.copper.cables.flatMap(({ name, length_m }): Weakness[] => {
    const cut_m = (laid.get(name)?.cut_mm ?? 0) / 1000
    if (length_m >= cut_m) return []
    const what = `${length_m} m leave less slack than is usual: with it and ends, its way is ${cut_m.toFixed(2)} m`
    return [{ severity: 'note', where: name, what, mend: `cut it ${cut_m.toFixed(2)} m long` }]
  })
}

/** The change of least copper after which it works: the hub's fuse, its drop, the main fuse, the spine. */
function smallest(car: TopologyData, hub: string, works: Works): string | undefined {
  const before_kg = copperOf_kg(car.copper)
  const changes = [...dropChanges(car, hub), ...spineChanges(car)]
    .map(one => ({ ...one, added_kg: copperOf_kg(one.car.copper) - before_kg }))
    .sort((a, b) => a.added_kg - b.added_kg || a.fuse_A - b.fuse_A)
  const found = changes.find(({ car: other }) => {
    try {
      return works(new Admission(readTopology(other, 'car')))
    } catch (error) {
      if (error instanceof DataError) return false
      throw error
    }
  })
  return found === undefined ? undefined : `${found.text}${found.added_kg === 0 ? '' : `, ${found.added_kg > 0 ? '+' : ''}${found.added_kg.toFixed(2)} kg of copper`}`
}

interface Change {
  readonly car: TopologyData
  readonly text: string
  readonly fuse_A: number
}

function dropChanges(car: TopologyData, hub: string): Change[] {
  const drops = car.copper.cables.filter(cable => cable.to === hub || cable.from === hub)
  if (drops.length === 0 || drops.some(drop => drop.fuse === undefined)) return []
  const least_A = Math.min(...drops.map(drop => drop.fuse!.rating_A))
  return [...BLADE_A, ...BOLTED_A].filter(rating_A => rating_A > least_A).flatMap((rating_A): Change[] => {
    const changes = drops.filter(drop => drop.fuse!.rating_A < rating_A).map((drop) => {
      const least = dropFor(car.copper, drop, { hub, run_A: CONTINUOUS * rating_A, peak_A: 0 })
      return least && { drop, gauge_mm2: Math.max(least.gauge_mm2, drop.gauge_mm2), fuse: least.fuse }
    })
    return changes.every(change => change !== undefined) ? [changeOf(car, changes)] : []
  })
}

/** The whole spine in one gauge, its fuse with it. */
function spineChanges(car: TopologyData): Change[] {
  const { copper } = car
  const mains = copper.cables.filter(cable => cable.from === copper.battery && cable.fuse !== undefined)
  if (mains.length === 0) return []
  const least_A = Math.min(...mains.map(main => main.fuse!.rating_A))
  const drops = copper.cables.filter(cable => copper.hubs.includes(cable.to) || copper.hubs.includes(cable.from))
  const least_mm2 = Math.min(...copper.cables.filter(cable => !drops.includes(cable)).map(cable => cable.gauge_mm2))
  const spineOf = (least: number, rating_A: number) => (cable: Cable): Cable => drops.includes(cable) ? cable : {
    ...cable, gauge_mm2: Math.max(least, cable.gauge_mm2), ...cable.fuse !== undefined && { fuse: { rating_A, kind: 'bolted' } },
  }
  const ratings_A = BOLTED_A.filter(rating_A => rating_A >= least_A)
  return GAUGES_MM2.filter(gauge_mm2 => gauge_mm2 >= least_mm2).flatMap(gauge_mm2 => ratings_A.map((rating_A): Change => ({
    car: { ...car, copper: { ...copper, cables: copper.cables.map(spineOf(gauge_mm2, rating_A)) } },
    text: `a spine of ${gauge_mm2} mm² behind ${rating_A} A`, fuse_A: rating_A,
  })))
}

interface DropChange {
  readonly drop: Cable
  readonly gauge_mm2: number
  readonly fuse: NonNullable<Cable['fuse']>
}

function changeOf(car: TopologyData, changes: readonly DropChange[]): Change {
  const texts = changes.map(({ drop, gauge_mm2, fuse }) => {
    const gauge = gauge_mm2 === drop.gauge_mm2 ? [] : [`${gauge_mm2} mm² instead of ${drop.gauge_mm2}`]
    return `${drop.name}: ${[...gauge, `a fuse of ${fuse.rating_A} A instead of ${drop.fuse?.rating_A ?? 0}`].join(' and ')}`
  })
  return {
    car: changes.reduce((car, change) => changed(car, thickened(change)), car), text: texts.join('; '),
    fuse_A: Math.max(...changes.map(({ fuse }) => fuse.rating_A)),
  }
}

function thickened({ drop, gauge_mm2, fuse }: DropChange): Cable {
  const { returnGauge_mm2 } = drop
  return { ...drop, gauge_mm2, fuse, ...returnGauge_mm2 !== undefined && { returnGauge_mm2: Math.max(gauge_mm2, returnGauge_mm2) } }
}
