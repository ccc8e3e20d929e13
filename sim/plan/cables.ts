import { bodyOf, type BodyData, likelyBody } from '../body/index.ts'
import { type Admission, type TopologyData } from '../car/index.ts'
import { type Cable, type CopperTopology, fuseLetThrough_A2s, placeOfCable, type PlaceName, settled_C } from '../power/index.ts'
import { bears_A2s, cable_g_m, CLEARS, type ColourCode, COPPER_g_m_mm2, DATA_mm2, inrush_A2s, type WireKind, WIRES } from './standards.ts'
import type { WorstCases } from './worst.ts'

/** One wire of a cable. */
interface Wire {
  /** Of the cable, and which in it: `7.1`. */
  readonly number: string
  readonly kind: WireKind
  readonly terminal: string
  readonly colour: ColourCode
  readonly gauge_mm2: number
}

export interface CablePlan {
  /** Counted from the battery on. */
  readonly number: number
  readonly name: string
  readonly kind: 'segment' | 'drop'
  /** A of a car with one; B: the second of a car with two. */
  readonly spine: 'A' | 'B'
  readonly from: string
  readonly to: string
  /** To be cut. */
  readonly length_m: number
  /** Along the lines of the body, hinges included; undefined: nobody knows the body. */
  readonly way_m: number | undefined
  readonly lines: readonly string[]
  readonly gauge_mm2: number
  readonly fuse: { readonly rating_A: number, readonly kind: 'blade' | 'bolted' } | undefined
  readonly place: PlaceName
  readonly ambient_C: number
  readonly insulation_C: number
  readonly ampacity_A: number
  /** What the manager lets flow for ever. */
  readonly limit_A: number
  /** At the worst admitted load: what flows, what it costs, how warm the conductor becomes. */
  readonly load_A: number
  readonly running: readonly string[]
  readonly drop_V: number
  readonly temperature_C: number
  /** A short at its end: what flows with a weak battery, the least that must to open the fuse before it in time. */
  readonly short_A: number
  readonly clears_A: number
  /** Let-through of its fuse, what the conductor bears, what the boards behind it draw when they are connected, A²s. */
  readonly letThrough_A2s: number
  readonly bears_A2s: number
  readonly inrush_A2s: number
  readonly copper_kg: number
  readonly mass_kg: number
  readonly connectors: number
  readonly wires: readonly Wire[]
}

/** Every cable of a car with what flows in it at the worst admitted load. */
export function cablePlans(car: TopologyData, admission: Admission, worst: WorstCases): CablePlan[] {
  const { copper } = car
  const laid = car.body === undefined ? undefined : bodyOf(car.body, copper).laid
  const [, second = []] = spinesOf(copper)
  return copper.cables.map((cable, i) => {
    const rating = admission.capability.cables[i]!
    const load_A = worst.cables[i]!.value
    const thinner_mm2 = Math.min(cable.gauge_mm2, cable.returnGauge_mm2 ?? cable.gauge_mm2)
    const wires = wiresOf(copper, cable, i + 1)
    const fuse = fuseBefore(copper, i, admission)
    const loop_Ohm = admission.source.resistance_Ohm + loopTo_Ohm(i, admission)
    const way = laid?.get(cable.name)
    return {
      number: i + 1, name: cable.name, kind: rating.kind, spine: second.includes(i) ? 'B' : 'A', from: cable.from, to: cable.to, length_m: cable.length_m,
      way_m: way === undefined ? undefined : way.length_mm / 1000, lines: way?.lines ?? [], gauge_mm2: cable.gauge_mm2,
      fuse: cable.fuse && { rating_A: cable.fuse.rating_A, kind: cable.fuse.kind ?? 'blade' },
      place: placeOfCable(copper.battery, cable), ambient_C: rating.ambient_C, insulation_C: rating.insulation_C,
      ampacity_A: rating.ampacity_A, limit_A: rating.limit_A, load_A, running: worst.cables[i]!.running,
      drop_V: load_A * rating.resistance_Ohm, temperature_C: settled_C(thinner_mm2, rating.ambient_C, load_A),
      short_A: admission.source.emf_V / loop_Ohm, clears_A: CLEARS * (fuse?.rating_A ?? 0),
      letThrough_A2s: fuse === undefined ? Infinity : fuseLetThrough_A2s(fuse), bears_A2s: bears_A2s(thinner_mm2),
      inrush_A2s: inrush_A2s(admission.source.emf_V, loop_Ohm) * boardsBehind(i, admission),
      copper_kg: wires.reduce((sum_g, wire) => sum_g + wire.gauge_mm2 * COPPER_g_m_mm2 * cable.length_m, 0) / 1000,
      mass_kg: wires.reduce((sum_g, wire) => sum_g + cable_g_m(wire.gauge_mm2) * cable.length_m, 0) / 1000,
      connectors: cable.connectors ?? 2, wires,
    }
  })
}

/** Gauges of supply and return, mm²: `16`, or `16/10` where they differ. */
export function gauges({ wires: [supply, back] }: CablePlan): string {
  return supply!.gauge_mm2 === back!.gauge_mm2 ? String(supply!.gauge_mm2) : `${supply!.gauge_mm2}/${back!.gauge_mm2}`
}

/** Supply and return; the pair as well, but for what comes from the battery: there is no hub. */
function wiresOf(copper: CopperTopology, cable: Cable, number: number): Wire[] {
  const kinds: readonly WireKind[] = cable.from === copper.battery || cable.to === copper.battery ? ['supply', 'return'] : ['supply', 'return', 'canHigh', 'canLow']
  const gauges: Readonly<Record<WireKind, number>> = {
    supply: cable.gauge_mm2, return: cable.returnGauge_mm2 ?? cable.gauge_mm2, canHigh: DATA_mm2, canLow: DATA_mm2,
  }
  return kinds.map((kind, i) => ({ number: `${number}.${i + 1}`, kind, ...WIRES[kind], gauge_mm2: gauges[kind] }))
}

/** By spine its cables, drops included, as indices: one of a line or ring, two of a car with two. */
export function spinesOf({ layout, battery, hubs, cables }: CopperTopology): number[][] {
  if (layout !== 'dual') return [cables.map((_, i) => i)]
  return cables.filter(cable => cable.from === battery || cable.to === battery).map((begin) => {
    const reached = new Set([begin.from, begin.to].filter(node => node !== battery))
    for (let before = 0; before < reached.size;) {
      before = reached.size
      for (const { from, to } of cables) {
        const inside = ![from, to].some(node => node === battery || hubs.includes(node))
        if (inside && reached.has(from) !== reached.has(to)) reached.add(from).add(to)
      }
    }
    return cables.flatMap((cable, i) => cable === begin || [cable.from, cable.to].some(node => reached.has(node)) ? [i] : [])
  })
}

/** Every way to a cable's far end, as indices, the cable itself last. */
function waysTo(cable: number, { capability }: Admission): number[][] {
  return capability.hubs.flatMap(hub => hub.paths).filter(way => way.includes(cable)).map(way => way.slice(0, way.indexOf(cable) + 1))
}

/** Of the longest way to its far end, Ω: supply and return. */
function loopTo_Ohm(cable: number, admission: Admission): number {
  const { cables } = admission.capability
  const ways_Ohm = waysTo(cable, admission).map(way => way.reduce((sum_Ohm, at) => sum_Ohm + cables[at]!.resistance_Ohm, 0))
  return Math.max(...ways_Ohm, cables[cable]!.resistance_Ohm)
}

/** The last fuse before the far end of a cable. */
function fuseBefore(copper: CopperTopology, cable: number, admission: Admission): Cable['fuse'] {
  const [way = [cable]] = waysTo(cable, admission)
  return way.map(at => copper.cables[at]!.fuse).filter(fuse => fuse !== undefined).at(-1)
}

function boardsBehind(cable: number, { capability }: Admission): number {
  return capability.share[cable]!.filter(share => Math.abs(share) > 1e-6).length
}

/** The body that a car says, or the one that it most likely has. */
export function bodyDataOf(car: TopologyData): BodyData {
  return car.body ?? likelyBody(car.hubs.map(hub => hub.location))
}
