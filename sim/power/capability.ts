import { pathsTo } from './graph.ts'
import { CONTINUOUS } from './fuse.ts'
import { Network } from './network.ts'
import type { Ambients } from './places.ts'
import type { CopperTopology } from './topology.ts'
import { cableAmpacity_A, hottest_C, insulationLimit_C } from './validate.ts'

/** One cable as the power manager sees it. */
export interface CableCapability {
  readonly name: string
  readonly kind: 'segment' | 'drop'
  /** Hottest ambient of its place, and what its insulation bears, °C. */
  readonly ambient_C: number
  readonly insulation_C: number
  /** What the copper carries for ever in the hottest ambient of its place, A. */
  readonly ampacity_A: number
  /** Rating of its own fuse, A; Infinity without one. */
  readonly fuse_A: number
  /** What may flow through it for ever: the smallest of its ampacity and `CONTINUOUS` of the fuses on every way to it, A. */
  readonly limit_A: number
  /** What may flow for the time of a peak, less than a second: a fuse bears its rating for hours. */
  readonly peakLimit_A: number
  /** Supply and return conductor with contacts and fuse, Ω, as hot as was asked. */
  readonly resistance_Ohm: number
}

interface HubCapability {
  readonly name: string
  /** Each way from the battery as indices of cables, battery first: one in a line, two in a ring or a dual car. */
  readonly paths: readonly (readonly number[])[]
}

/** What the copper of a car can carry, as plain data; the power manager's tables and `spine budget` are made of it. */
export interface Capability {
  readonly cables: readonly CableCapability[]
  readonly hubs: readonly HubCapability[]
  /** [cable][hub]: share of the hub's current in the cable (0 or 1 in a line; in a dual car what it may come to), positive from → to. */
  readonly share: readonly (readonly number[])[]
  /** [hub][other hub]: volts lost at the hub by each ampere of the other, Ω. */
  readonly transfer_Ohm: readonly (readonly number[])[]
}

/**
 * Resistances are of copper at `copper_C`, or that of its place; by default as hot as its place may be. Throws `DataError` when the
 * topology is not right.
 */
export function capabilityOf(topology: CopperTopology, copper_C?: number | Ambients): Capability {
  const network = new Network(topology, 1)
  if (copper_C === undefined) network.setHottest()
  else network.setTemperature_C(copper_C)
  const hubs = topology.hubs.map(name => ({
    name,
    paths: pathsTo(topology, name).map(way => way.map(cable => topology.cables.indexOf(cable))),
  }))
  const cables = topology.cables.map((cable, i) => {
    const ampacity_A = cableAmpacity_A(topology, cable)
    const fuse_A = cable.fuse?.rating_A ?? Infinity
    // In a ring the other way may help out, so only what is on every way counts; in a line all before it is.
    const ways = hubs.flatMap(hub => hub.paths).filter(way => way.includes(i)).map(way => way.slice(0, way.indexOf(i)))
    const before = topology.cables.filter((_, at) => ways.length > 0 && ways.every(way => way.includes(at)))
    const fuses_A = before.reduce((least, other) => Math.min(least, other.fuse?.rating_A ?? Infinity), fuse_A)
    return {
      name: cable.name,
      kind: topology.hubs.includes(cable.to) || topology.hubs.includes(cable.from) ? 'drop' as const : 'segment' as const,
      ambient_C: hottest_C(topology, cable),
      insulation_C: insulationLimit_C(topology, cable),
      ampacity_A, fuse_A, limit_A: Math.min(ampacity_A, CONTINUOUS * fuses_A), peakLimit_A: Math.min(ampacity_A, fuses_A),
      resistance_Ohm: network.resistance_Ohm(i),
    }
  })
  if (topology.layout === 'dual') return { cables, hubs, ...aloneOf(cables, hubs) }
  return {
    cables,
    hubs,
    share: cables.map((_, cable) => hubs.map((_, hub) => network.share(cable, hub))),
    transfer_Ohm: hubs.map((_, at) => hubs.map((_, by) => network.transfer_Ohm(at, by))),
  }
}

/** Of two spines each is to carry everything alone: every hub draws all it has by either, and loses the more of what it would. */
function aloneOf(cables: readonly CableCapability[], hubs: readonly HubCapability[]): Pick<Capability, 'share' | 'transfer_Ohm'> {
  const shared_Ohm = (way: readonly number[], other: readonly number[]): number =>
    way.reduce((sum_Ohm, cable) => other.includes(cable) ? sum_Ohm + cables[cable]!.resistance_Ohm : sum_Ohm, 0)
  return {
    share: cables.map((_, cable) => hubs.map(hub => hub.paths.some(way => way.includes(cable)) ? 1 : 0)),
    transfer_Ohm: hubs.map(at => hubs.map(by => Math.max(...at.paths.flatMap(way => by.paths.map(other => shared_Ohm(way, other)))))),
  }
}

/** The supply that a prediction assumes: by default a half-charged battery with no alternator, cold, 12.0 V behind 15 mΩ. */
export interface PredictedSource {
  readonly emf_V: number
  readonly resistance_Ohm: number
}

export const WEAK_BATTERY: PredictedSource = { emf_V: 12, resistance_Ohm: 0.015 }

export interface Prediction {
  /** The hub that is worst off. */
  readonly hub: string
  /** Its voltage, V. */
  readonly minimum_V: number
  /** By hub, in the order of the topology, V. */
  readonly voltage_V: readonly number[]
  /** By cable, in the order of the topology, A. */
  readonly current_A: readonly number[]
  /** Cables that carry more than their limit, and of them those that carry more than a peak may be. */
  readonly overloaded: readonly string[]
  readonly overPeak: readonly string[]
}

/**
 * Voltage at the hubs and current in the cables if the hubs named draw these currents, whatever their voltage. Pure: for
 * repeated use hand in the `Capability` once made. Throws RangeError on an unknown hub or a current that is negative or no number.
 */
export function predictMinimumVoltage(
  copper: CopperTopology | Capability, currents_A: Readonly<Record<string, number>>, source: PredictedSource = WEAK_BATTERY,
): Prediction {
  const capability = 'share' in copper ? copper : capabilityOf(copper)
  const names = capability.hubs.map(hub => hub.name)
  for (const name of Object.keys(currents_A)) {
    if (!names.includes(name)) throw new RangeError(`there is no hub "${name}"; there are ${names.join(', ')}`)
    if (!(currents_A[name]! >= 0 && currents_A[name]! < Infinity)) throw new RangeError(`current ${currents_A[name]} A at ${name} is not 0 or more`)
  }
  const drawn_A = names.map(name => Object.hasOwn(currents_A, name) ? currents_A[name] : 0)
  const weigh = (row: readonly number[]): number => row.reduce((sum, factor, hub) => sum + factor * drawn_A[hub]!, 0)
  const terminal_V = source.emf_V - source.resistance_Ohm * drawn_A.reduce((sum, hub_A) => sum! + hub_A!, 0)!
  const voltage_V = capability.transfer_Ohm.map(row => terminal_V - weigh(row))
  const minimum_V = Math.min(...voltage_V)
  const current_A = capability.share.map(weigh)
  const over = (limit_A: (cable: CableCapability) => number): string[] =>
    capability.cables.filter((cable, i) => Math.abs(current_A[i]!) > limit_A(cable)).map(cable => cable.name)
  return {
    hub: names[voltage_V.indexOf(minimum_V)]!, minimum_V, voltage_V, current_A,
    overloaded: over(cable => cable.limit_A), overPeak: over(cable => cable.peakLimit_A),
  }
}
