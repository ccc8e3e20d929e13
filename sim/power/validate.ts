import { pathsTo, reach } from './graph.ts'
import { read, related } from '../schema/index.ts'
import { placeOf, PLACES } from './places.ts'
import { type Cable, copperFields, type CopperTopology } from './topology.ts'
import { ampacity_A, INSULATION_C } from './wire.ts'

/** Copper that can be built: every field right, every cable protected. */
export const copperSchema = related(copperFields, findFaults)

/** Checks foreign data, JSON for instance, and returns it as copper. Throws `DataError`; `path` is where it stands in its file. */
export function parseCopper(value: unknown, path = 'copper'): CopperTopology {
  return read(copperSchema, value, path)
}

/** Hottest ambient of a cable, °C: its own, its place's where it names that, the topology's, or that of the place it must be at. */
export function hottest_C(topology: CopperTopology, cable: Cable): number {
  if (cable.ambient_C !== undefined) return cable.ambient_C
  if (cable.place !== undefined) return PLACES[cable.place].ambient_C
  return topology.ambient_C ?? PLACES[placeOf(topology.battery, cable)].ambient_C
}

/** What a cable's insulation bears, °C. */
export function insulationLimit_C(topology: CopperTopology, cable: Cable): number {
  return INSULATION_C[cable.insulation ?? PLACES[placeOf(topology.battery, cable)].insulation]
}

/** What a cable carries for ever, A: its thinner conductor, in the hottest ambient of its place unless told otherwise. */
export function cableAmpacity_A(topology: CopperTopology, cable: Cable, ambient_C = hottest_C(topology, cable)): number {
  return ampacity_A(Math.min(cable.gauge_mm2, cable.returnGauge_mm2 ?? cable.gauge_mm2), ambient_C, insulationLimit_C(topology, cable))
}

/** Names first, then the shape, then the fuses: each step takes the ones before for granted. */
function findFaults(topology: CopperTopology, path: string): string[] {
  const problems: string[] = []
  checkNames(topology, path, problems)
  if (problems.length > 0) return problems
  checkShape(topology, path, problems)
  if (problems.length > 0) return problems
  topology.cables.forEach((cable, i) => checkProtection(topology, cable, `${path}.cables[${i}]`, problems))
  return problems
}

function checkNames(topology: CopperTopology, path: string, problems: string[]): void {
  const nodes = new Map([[topology.battery, `${path}.battery`]])
  for (const field of ['taps', 'hubs'] as const) {
    topology[field].forEach((name, i) => claim(nodes, name, `${path}.${field}[${i}]`, problems))
  }
  if (topology.hubs.length === 0) problems.push(`${path}.hubs: there is none`)
  const cables = new Map<string, string>()
  topology.cables.forEach((cable, i) => {
    const at = `${path}.cables[${i}]`
    claim(cables, cable.name, `${at}.name`, problems)
    for (const end of ['from', 'to'] as const) {
      if (!nodes.has(cable[end])) problems.push(`${at}.${end}: there is no node "${cable[end]}"`)
    }
    if (cable.from === cable.to) problems.push(`${at}.to: "${cable.name}" ends where it begins`)
  })
}

function claim(taken: Map<string, string>, name: string, path: string, problems: string[]): void {
  const first = taken.get(name)
  if (first === undefined) taken.set(name, path)
  else problems.push(`${path}: the name "${name}" is already that of ${first}`)
}

function checkShape(topology: CopperTopology, path: string, problems: string[]): void {
  const reached = reach(topology, () => true)
  topology.hubs.forEach((hub, i) => {
    if (!reached.has(hub)) problems.push(`${path}.hubs[${i}]: "${hub}" has no supply: no cable leads to it from "${topology.battery}"`)
  })
  topology.taps.forEach((tap, i) => {
    if (!reached.has(tap)) problems.push(`${path}.taps[${i}]: "${tap}" has no supply: no cable leads to it from "${topology.battery}"`)
  })
  if (reached.size < 1 + topology.taps.length + topology.hubs.length) return
  if (topology.layout === 'dual') {
    checkDual(topology, path, problems)
    return
  }
  topology.cables.forEach((cable, i) => {
    if (cable.diode !== undefined) problems.push(`${path}.cables[${i}].diode: is for ${path}.layout "dual", this is a "${topology.layout}"`)
  })
  const loops = topology.cables.length - reached.size + 1
  if (topology.layout === 'ring') {
    if (loops !== 1) problems.push(`${path}.layout: a ring has one loop, this copper has ${loops}`)
    return
  }
  if (loops === 0) return
  const i = topology.cables.findIndex((cable, place) => closesLoop(topology, cable, place))
  problems.push(`${path}.cables[${i}]: "${topology.cables[i]!.name}" closes a loop, but ${path}.layout is "line", not "ring"`)
}

/** Two spines that meet at the battery and, behind diodes, at the hubs. */
function checkDual(topology: CopperTopology, path: string, problems: string[]): void {
  topology.cables.forEach((cable, i) => {
    const leads = topology.hubs.includes(cable.to)
    if (topology.hubs.includes(cable.from)) problems.push(`${path}.cables[${i}].from: "${cable.from}" is a hub, the end of its drops`)
    else if (leads && cable.diode === undefined) problems.push(`${path}.cables[${i}].diode: is missing: without one the other spine feeds a short here`)
    else if (!leads && cable.diode !== undefined) problems.push(`${path}.cables[${i}].diode: "${cable.to}" is no hub`)
  })
  if (problems.length > 0) return
  topology.hubs.forEach((hub, i) => {
    const ways = pathsTo(topology, hub)
    if (ways.length !== 2) problems.push(`${path}.hubs[${i}]: "${hub}" has ${ways.length} ways from the battery, not one by each of two spines`)
    else if (ways[0]!.some(cable => ways[1]!.includes(cable))) problems.push(`${path}.hubs[${i}]: both ways to "${hub}" lead through one cable`)
  })
  const ends = topology.taps.length + topology.hubs.length
  if (problems.length === 0 && topology.cables.length !== ends + topology.hubs.length) {
    problems.push(`${path}.cables: the spines meet elsewhere than at battery and hubs`)
  }
}

/** Whether the cables before this one already connect its ends. */
function closesLoop(topology: CopperTopology, cable: Cable, place: number): boolean {
  const before = { ...topology, battery: cable.from, cables: topology.cables.slice(0, place) }
  return reach(before, () => true).has(cable.to)
}

/** Every way from the battery into a cable must cross a fuse that the cable outlasts. */
function checkProtection(topology: CopperTopology, cable: Cable, at: string, problems: string[]): void {
  const carries_A = cableAmpacity_A(topology, cable)
  const ambient_C = hottest_C(topology, cable)
  const limit_C = insulationLimit_C(topology, cable)
  if (ambient_C >= limit_C) {
    problems.push(`${at}.ambient_C: ${ambient_C} °C is not below the ${limit_C} °C that the cable's insulation bears`)
    return
  }
  const text = `${cable.gauge_mm2} mm² carries ${carries_A.toFixed(1)} A at ${ambient_C} °C`
  if (cable.fuse && cable.fuse.rating_A > carries_A) {
    problems.push(`${at}.fuse.rating_A: ${cable.fuse.rating_A} A is more than the cable's ampacity: ${text}`)
    return
  }
  const weak = reach(topology, other => other !== cable && !(other.fuse && other.fuse.rating_A <= carries_A))
  if ((weak.has(cable.to) && cable.diode === undefined) || (weak.has(cable.from) && !cable.fuse)) {
    const fuses = pathsTo(topology, cable.from)
      .flatMap(way => way.filter(other => other.fuse).slice(-1))
      .map(other => `"${other.name}" has ${other.fuse?.rating_A} A`)
    problems.push(`${at}.fuse: no fuse protects "${cable.name}": ${text}, ${fuses.length === 0 ? 'and none is before it' : fuses.join(', ')}`)
  }
}
