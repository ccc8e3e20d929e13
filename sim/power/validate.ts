import { pathsTo, reach } from './graph.ts'
import type { Cable, CopperTopology } from './topology.ts'
import { AMBIENT_C } from './topology.ts'
import { ampacity_A, GAUGES_MM2 } from './wire.ts'

/** What is wrong with a description of copper: `problems` holds one line each, beginning with the path of the wrong field. */
export class CopperError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'CopperError'
    this.problems = problems
  }
}

/** Checks foreign data, JSON for instance, and returns it as copper. Throws `CopperError`; `path` is where it stands in its file. */
export function parseCopper(value: unknown, path = 'copper'): CopperTopology {
  const problems = findProblems(value, path)
  if (problems.length > 0) throw new CopperError(problems)
  return value as CopperTopology
}

/** What a cable carries for ever, A: its thinner conductor in its ambient. */
export function cableAmpacity_A(topology: CopperTopology, cable: Cable): number {
  const ambient_C = cable.ambient_C ?? topology.ambient_C ?? AMBIENT_C
  return ampacity_A(Math.min(cable.gauge_mm2, cable.returnGauge_mm2 ?? cable.gauge_mm2), ambient_C)
}

/** All that is wrong, as `path: reason` lines. Relations between fields are judged only when each field alone is right. */
export function findProblems(value: unknown, path = 'copper'): string[] {
  const problems: string[] = []
  checkFields(value, path, problems)
  if (problems.length > 0) return problems
  const topology = value as CopperTopology
  checkNames(topology, path, problems)
  if (problems.length > 0) return problems
  checkShape(topology, path, problems)
  if (problems.length > 0) return problems
  topology.cables.forEach((cable, i) => checkProtection(topology, cable, `${path}.cables[${i}]`, problems))
  return problems
}

type Rule = (value: unknown) => string | undefined
type Rules = Readonly<Record<string, Rule>>

const text: Rule = value => typeof value === 'string' && value !== '' ? undefined : `${show(value)} is not a name`

function number(lowest: number, highest: number, unit: string): Rule {
  return value => typeof value === 'number' && value >= lowest && value <= highest
    ? undefined
    : `${show(value)} is not a number in ${lowest}…${highest}${unit}`
}

const gauge: Rule = value => GAUGES_MM2.includes(value as number) ? undefined : `${show(value)} mm² is not one of ${GAUGES_MM2.join(', ')}`
const list: Rule = value => Array.isArray(value) ? undefined : `${show(value)} is not a list`
const optional = (rule: Rule): Rule => value => value === undefined ? undefined : rule(value)
const ambient = optional(number(-40, 69, ' °C'))

const TOPOLOGY_RULES: Rules = {
  layout: value => value === 'line' || value === 'ring' ? undefined : `${show(value)} is not "line" or "ring"`,
  battery: text, taps: list, hubs: list, cables: list, ambient_C: ambient,
}

const CABLE_RULES: Rules = {
  name: text, from: text, to: text, length_m: number(0.01, 50, ' m'), gauge_mm2: gauge, returnGauge_mm2: optional(gauge),
  connectors: optional(value => Number.isInteger(value) ? number(0, 8, '')(value) : `${show(value)} is not a whole number`),
  contact_mOhm: optional(number(0, 1000, ' mΩ')),
  fuse: optional(value => isRecord(value) ? undefined : `${show(value)} is not an object`),
  ambient_C: ambient,
}

const FUSE_RULES: Rules = {
  rating_A: number(1, 500, ' A'),
  i2t_A2s: optional(number(0.1, 1e7, ' A²s')),
  resistance_mOhm: optional(number(0, 1000, ' mΩ')),
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return `"${value.slice(0, 40)}"`
  return Array.isArray(value) ? 'a list' : isRecord(value) ? 'an object' : String(value)
}

function checkRecord(value: unknown, rules: Rules, path: string, problems: string[]): value is Record<string, unknown> {
  if (!isRecord(value)) {
    problems.push(`${path}: ${show(value)} is not an object`)
    return false
  }
  for (const name of Object.keys(rules)) {
    const problem = rules[name]!(value[name])
    if (problem !== undefined) problems.push(`${path}.${name}: ${value[name] === undefined ? 'is missing' : problem}`)
  }
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(rules, name)) problems.push(`${path}.${name}: unknown field; known are ${Object.keys(rules).join(', ')}`)
  }
  return true
}

function checkFields(value: unknown, path: string, problems: string[]): void {
  if (!checkRecord(value, TOPOLOGY_RULES, path, problems)) return
  for (const field of ['taps', 'hubs']) {
    const names = value[field]
    if (Array.isArray(names)) {
      names.forEach((name, i) => {
        const problem = text(name)
        if (problem !== undefined) problems.push(`${path}.${field}[${i}]: ${problem}`)
      })
    }
  }
  if (!Array.isArray(value.cables)) return
  value.cables.forEach((cable: unknown, i) => {
    const at = `${path}.cables[${i}]`
    if (!checkRecord(cable, CABLE_RULES, at, problems)) return
    if (isRecord(cable.fuse)) checkRecord(cable.fuse, FUSE_RULES, `${at}.fuse`, problems)
  })
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
  const loops = topology.cables.length - reached.size + 1
  if (topology.layout === 'ring') {
    if (loops !== 1) problems.push(`${path}.layout: a ring has one loop, this copper has ${loops}`)
    return
  }
  if (loops === 0) return
  const i = topology.cables.findIndex((cable, place) => closesLoop(topology, cable, place))
  problems.push(`${path}.cables[${i}]: "${topology.cables[i]!.name}" closes a loop, but ${path}.layout is "line", not "ring"`)
}

/** Whether the cables before this one already connect its ends. */
function closesLoop(topology: CopperTopology, cable: Cable, place: number): boolean {
  const before = { ...topology, battery: cable.from, cables: topology.cables.slice(0, place) }
  return reach(before, () => true).has(cable.to)
}

/** Every way from the battery into a cable must cross a fuse that the cable outlasts. */
function checkProtection(topology: CopperTopology, cable: Cable, at: string, problems: string[]): void {
  const carries_A = cableAmpacity_A(topology, cable)
  const text = `${cable.gauge_mm2} mm² carries ${carries_A.toFixed(1)} A here`
  if (cable.fuse && cable.fuse.rating_A > carries_A) {
    problems.push(`${at}.fuse.rating_A: ${cable.fuse.rating_A} A is more than the cable's ampacity: ${text}`)
    return
  }
  const weak = reach(topology, other => other !== cable && !(other.fuse && other.fuse.rating_A <= carries_A))
  if (weak.has(cable.to) || (weak.has(cable.from) && !cable.fuse)) {
    const fuses = pathsTo(topology, cable.from)
      .flatMap(way => way.filter(other => other.fuse).slice(-1))
      .map(other => `"${other.name}" has ${other.fuse?.rating_A} A`)
    problems.push(`${at}.fuse: no fuse protects "${cable.name}": ${text}, ${fuses.length === 0 ? 'and none is before it' : fuses.join(', ')}`)
  }
}
