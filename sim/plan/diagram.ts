import { hubPlace } from '../body/index.ts'
import type { TopologyData } from '../car/index.ts'
import { bodyDataOf, type CablePlan } from './cables.ts'
import type { HubPlanned, Plan } from './plan.ts'

/** A4 across, mm; the foot is for title and legend. */
export const SHEET = { width: 297, height: 210, margin: 8, foot: 27 } as const
/** A hub's box, mm: its width, what is between two, its head with the pins, and a line of it at most. */
export const BOX = { width: 46, gap: 2, head: 11, line: 3.4 } as const
/** From the outer spine to a box, and between two spines, mm. */
const REACH = 26
const BETWEEN = 16
/** Between two taps at least, mm: with one spine, with two. */
const TAP_PITCH = { one: 17, two: 30 } as const
/** What stands beside the second of two drops reaches over the box, mm. */
const LABEL_OVER = 4
/** Of two drops of a hub from its middle, as a share of its box. */
const APART = 0.25
const FIRST_TAP = 31
/** For each cable that is led around, mm. */
export const AROUND = 8

/** The battery, mm. */
export const BATTERY_X = 14

/** A drop from its spine up or down to its hub. */
interface DrawnDrop {
  readonly cable: CablePlan
  readonly x: number
}

/** A hub as it stands on the sheet. */
export interface DrawnHub {
  readonly hub: HubPlanned
  readonly drops: readonly DrawnDrop[]
  /** Middle of its box, mm. */
  readonly x: number
  readonly above: boolean
}

export interface DrawnSegment {
  readonly cable: CablePlan
  readonly from_x: number
  readonly to_x: number
}

/** What a wiring diagram shows, placed on its sheet. */
export interface Diagram {
  readonly plan: Plan
  readonly hubs: readonly DrawnHub[]
  /** Of the spines, the pieces that lie between neighbours. */
  readonly segments: readonly DrawnSegment[]
  /** Pieces that others lie between: what closes a ring, a branch. They are led around below. */
  readonly around: readonly DrawnSegment[]
  /** Taps with several drops: from the first to the last. */
  readonly bars: readonly DrawnSegment[]
  /** Middle of each spine, mm from the top. */
  readonly spine_y: Readonly<Record<CablePlan['spine'], number>>
  /** Edges of the boxes towards the spines, mm from the top, and how high is a line in them. */
  readonly above_y: number
  readonly below_y: number
  readonly line: number
  readonly boxWidth: number
}

interface Span { readonly from: number, readonly to: number }

/** Right-hand hubs above the spine, left-hand ones below, each straight over its tap: no drop crosses another. */
export function diagramOf(plan: Plan, car: TopologyData): Diagram {
  const dual = plan.cables.some(cable => cable.spine === 'B')
  const placed = hubsAcross(plan, car, dual)
  const last = Math.max(...placed.map(one => one.x))
  const right = last + BOX.width / 2
  // What does not fit is pushed together, boxes and all; what leaves room is drawn apart.
  const rings = plan.cables.filter(cable => cable.spine === 'A' && [cable.from, cable.to].includes(plan.cables[0]!.from)).length > 1
  const room = SHEET.width - SHEET.margin - (rings ? AROUND : 0) - (dual ? LABEL_OVER : 0)
  const squeeze = right > room ? (room - FIRST_TAP) / (right - FIRST_TAP) : 1
  const spread = Math.min(1.25, (room - BOX.width / 2 - FIRST_TAP) / Math.max(1, last - FIRST_TAP))
  const scale = squeeze < 1 ? squeeze : Math.max(1, spread)
  const boxWidth = Math.min(1, squeeze) * BOX.width
  const hubs = placed.map(({ hub, x, above }): DrawnHub => {
    const middle = FIRST_TAP + (x - FIRST_TAP) * scale
    const drops = plan.cables.filter(cable => hub.plugs.some(plug => plug.drop === cable.number))
    const offset = (i: number): number => drops.length === 1 ? 0 : (i / (drops.length - 1) - 0.5) * 2 * APART * boxWidth
    return { hub, x: middle, above, drops: drops.map((cable, i) => ({ cable, x: middle + offset(i) })) }
  })
  return { plan, hubs, boxWidth, ...spinesAcross(plan, hubs), ...downwards(plan, hubs, dual) }
}

/** Middles of the boxes before they are fitted to the sheet, in the order in which the spine comes to them. */
function hubsAcross(plan: Plan, car: TopologyData, dual: boolean): Pick<DrawnHub, 'hub' | 'x' | 'above'>[] {
  const body = bodyDataOf(car)
  const order = walked(plan)
  const tapOf = (hub: HubPlanned): number => order.indexOf(nearEnd(plan.cables[hub.plugs[0]!.drop - 1]!, hub.name))
  const lastX = { above: -Infinity, below: -Infinity }
  const pitch = dual ? TAP_PITCH.two : TAP_PITCH.one
  // The foremost hub leaves room for what stands at the battery.
  const least = BOX.width / 2 + SHEET.margin + (dual ? APART * BOX.width / 2 : 0)
  let x = FIRST_TAP - pitch
  return [...plan.hubs].sort((a, b) => tapOf(a) - tapOf(b)).map((hub) => {
    const above = (hubPlace(body, hub.name)?.y_mm ?? 0) > 0
    const side = above ? 'above' : 'below'
    x = Math.max(x + pitch, lastX[side] + BOX.width + BOX.gap, lastX[side] === -Infinity ? least : 0)
    lastX[side] = x
    return { hub, x, above }
  })
}

function nearEnd(drop: CablePlan, hub: string): string {
  return drop.to === hub ? drop.from : drop.to
}

/** Nodes of the spines as one comes to them from the battery, the longest way first where they branch. */
function walked({ cables }: Plan): string[] {
  const segments = cables.filter(cable => cable.kind === 'segment')
  const seen: string[] = []
  const beyond = (node: string, before: readonly string[]): string[] => segments
    .filter(cable => cable.from === node || cable.to === node).map(cable => nearEnd(cable, node)).filter(other => !before.includes(other))
  const depth = (node: string, before: readonly string[]): number =>
    1 + Math.max(0, ...beyond(node, before).map(other => depth(other, [...before, other])))
  const visit = (node: string): void => {
    seen.push(node)
    const next = beyond(node, seen).map((other, i) => ({ other, i, deep: depth(other, [...seen, other]) }))
    for (const { other } of next.sort((a, b) => b.deep - a.deep || a.i - b.i)) if (!seen.includes(other)) visit(other)
  }
  visit(cables[0]!.from)
  return seen
}

/** Where the taps are, and the pieces of spine between them. */
function spinesAcross(plan: Plan, hubs: readonly DrawnHub[]): Pick<Diagram, 'segments' | 'around' | 'bars'> {
  const battery = plan.cables[0]!.from
  const taps = new Map<string, Span>([[battery, { from: BATTERY_X, to: BATTERY_X }]])
  for (const { hub, drops } of hubs) {
    for (const { cable, x } of drops) {
      const tap = nearEnd(cable, hub.name)
      const before = taps.get(tap)
      taps.set(tap, { from: Math.min(x, before?.from ?? x), to: Math.max(x, before?.to ?? x) })
    }
  }
  let at = BATTERY_X
  for (const node of walked(plan)) {
    // A tap without a drop stands behind the one before it.
    if (!taps.has(node)) taps.set(node, { from: at + 6, to: at + 6 })
    at = taps.get(node)!.to
  }
  const segments = plan.cables.filter(cable => cable.kind === 'segment').map((cable) => {
    const [a, b] = [taps.get(cable.from)!, taps.get(cable.to)!]
    const [from_x, to_x] = a.from <= b.from ? [a.to, b.from] : [a.from, b.to]
    const nodes = plan.cables.flatMap(other => other.spine === cable.spine ? [other.from, other.to] : [])
    const own = [...taps].filter(([node]) => nodes.includes(node))
    const between = own.some(([, { from }]) => from > Math.min(from_x, to_x) && from < Math.max(from_x, to_x))
    return { cable, from_x, to_x, between }
  })
  const bars = [...taps].flatMap(([node, { from, to }]) => {
    const cable = plan.cables.find(one => one.kind === 'drop' && (one.from === node || one.to === node))
    return cable === undefined || from === to ? [] : [{ cable, from_x: from, to_x: to }]
  })
  return { segments: segments.filter(one => !one.between), around: segments.filter(one => one.between), bars }
}

/** Boxes as high as what is in them, the spines between them where there is room. */
function downwards(plan: Plan, hubs: readonly DrawnHub[], dual: boolean): Pick<Diagram, 'spine_y' | 'above_y' | 'below_y' | 'line'> {
  const { around } = spinesAcross(plan, hubs)
  const most = (above: boolean): number => Math.max(1, ...hubs.filter(one => one.above === above).map(one => one.hub.sockets.length))
  const [top, bottom] = [SHEET.margin, SHEET.height - SHEET.foot - around.length * AROUND]
  const half = dual ? BETWEEN / 2 : 0
  const line = Math.min(BOX.line, (bottom - top - 2 * (half + REACH + BOX.head)) / (most(true) + most(false)))
  const need = (above: boolean): number => half + REACH + BOX.head + most(above) * line
  const middle = Math.min(Math.max(104, top + need(true)), bottom - need(false))
  return {
    spine_y: { A: middle - half, B: middle + half }, above_y: middle - half - REACH, below_y: middle + half + REACH, line,
  }
}
