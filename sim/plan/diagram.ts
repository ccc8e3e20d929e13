import { hubPlace } from '../body/index.ts'
import type { TopologyData } from '../car/index.ts'
import { bodyDataOf, type CablePlan } from './cables.ts'
import type { HubPlanned, Plan } from './plan.ts'

/** A4 across, mm. */
export const SHEET = { width: 297, height: 210, margin: 8 } as const
/** A hub's box, mm. */
const BOX = { width: 46, gap: 2 } as const
/** Between two taps, at least, mm. */
const TAP_PITCH = 17
const FIRST_TAP = 31

/** A hub as it stands on the sheet. */
export interface DrawnHub {
  readonly hub: HubPlanned
  readonly drop: CablePlan
  /** Middle of its box, and of its tap, mm. */
  readonly x: number
  readonly above: boolean
}

/** What a wiring diagram shows, placed on its sheet. */
export interface Diagram {
  readonly plan: Plan
  readonly hubs: readonly DrawnHub[]
  readonly segments: readonly { readonly cable: CablePlan, readonly from_x: number, readonly to_x: number }[]
  /** What closes a ring. */
  readonly ring: CablePlan | undefined
  readonly boxWidth: number
}

/** The battery, mm. */
export const BATTERY_X = 14

/** Right-hand hubs above the spine, left-hand ones below, each straight over its tap: no drop crosses another. */
export function diagramOf(plan: Plan, car: TopologyData): Diagram {
  const body = bodyDataOf(car)
  const drops = plan.cables.filter(cable => cable.kind === 'drop')
  const segments = plan.cables.filter(cable => cable.kind === 'segment')
  const tapX = new Map<string, number>()
  const lastX = { above: -Infinity, below: -Infinity }
  let x = FIRST_TAP - TAP_PITCH
  const hubs = plan.hubs.map((hub): DrawnHub => {
    const above = (hubPlace(body, hub.name)?.y_mm ?? 0) > 0
    const side = above ? 'above' : 'below'
    x = Math.max(x + TAP_PITCH, lastX[side] + BOX.width + BOX.gap, lastX[side] === -Infinity ? BOX.width / 2 + SHEET.margin : 0)
    lastX[side] = x
    const drop = drops.find(cable => cable.number === hub.drop)!
    tapX.set(drop.from === hub.name ? drop.to : drop.from, x)
    return { hub, drop, x, above }
  })
  const right = Math.max(...hubs.map(one => one.x)) + BOX.width / 2
  // What does not fit is pushed together, boxes and all; what leaves room is drawn apart.
  const room = SHEET.width - SHEET.margin
  const squeeze = right > room ? (room - FIRST_TAP) / (right - FIRST_TAP) : 1
  const spread = Math.min(1.25, (room - BOX.width / 2 - FIRST_TAP) / Math.max(1, right - BOX.width / 2 - FIRST_TAP))
  const scale = squeeze < 1 ? squeeze : Math.max(1, spread)
  const moved = (at: number): number => FIRST_TAP + (at - FIRST_TAP) * scale
  const at = (node: string): number => tapX.has(node) ? moved(tapX.get(node)!) : BATTERY_X
  const [first] = segments
  const ring = segments.length > hubs.length ? segments.find(cable => cable.from === first!.from && cable !== first) : undefined
  return {
    plan, hubs: hubs.map(one => ({ ...one, x: moved(one.x) })), ring, boxWidth: squeeze < 1 ? BOX.width * squeeze : BOX.width,
    segments: segments.filter(cable => cable !== ring).map(cable => ({ cable, from_x: at(cable.from), to_x: at(cable.to) })),
  }
}
