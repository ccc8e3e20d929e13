import { type BodyData, bodySize, type BodyType, hubPlace, likelyBody } from '#sim/body/index.ts'
import type { TopologyData } from '#sim/car/index.ts'

/** A place on the car from above: along 0 (front) … 100 (rear), across −50 (left) … 50 (right). */
export interface Place { readonly along: number, readonly across: number }
export interface Point { readonly x: number, readonly y: number }

/** Half of the body's width, across. */
export const BODY = 33

const ELSEWHERE: Place = { along: 50, across: 0 }

const bodyDataOf = (car: TopologyData): BodyData => car.body ?? likelyBody(car.hubs.map(hub => hub.location))

/** Where a hub of the car sits, as its body says. */
export function placeOfHub(car: TopologyData, hub: string): Place {
  const body = bodyDataOf(car)
  const place = hubPlace(body, hub)
  if (place === undefined) return ELSEWHERE
  const { length_mm, width_mm } = bodySize(body)
  return { along: 100 * place.x_mm / length_mm, across: 2 * BODY * place.y_mm / width_mm }
}

/** Panes that do not move, along: windscreen, rear window. */
const PANES: Readonly<Record<BodyType, readonly [front: readonly [number, number], rear: readonly [number, number]]>> = {
  sedan: [[24, 33], [79, 85]], coupe: [[26, 35], [74, 83]],
  pickup: [[19, 27], [60, 63]], van: [[8, 16], [97, 99]], kit: [[37, 43], [72, 74]],
}

export const panesOf = (car: TopologyData): (typeof PANES)[BodyType] => PANES[bodyDataOf(car).type]

export interface Frame {
  readonly width: number
  readonly height: number
  readonly wide: boolean
  /** From a place on the car to the picture. */
  at(place: Place): Point
}

/** The car lies with its front to the left on a wide screen, to the top on a narrow one. */
export function frameFor(wide: boolean): Frame {
  return wide
    ? { wide, width: 1000, height: 660, at: ({ along, across }) => ({ x: 44 + along * 9.1, y: 330 - across * 6.7 }) }
    : { wide, width: 560, height: 960, at: ({ along, across }) => ({ x: 280 + across * 5.7, y: 48 + along * 8.7 }) }
}

/** A cable as it is drawn. */
export interface Route {
  readonly name: string
  readonly points: readonly Place[]
  /** Where its number stands; of a drop where its hub is. */
  readonly label: Place
  readonly isDrop: boolean
  readonly gauge_mm2: number
  readonly fuse_A: number | undefined
}

/** Every cable of a topology, from node to node: taps stand along the spine in their order. */
export function routesOf(topology: TopologyData): Route[] {
  const { taps, battery, hubs, cables } = topology.copper
  const nodes = new Map<string, Place>([[battery, { along: 2, across: 0 }]])
  taps.forEach((tap, i) => nodes.set(tap, { along: tapPlace(topology, tap, i, taps.length), across: 0 }))
  for (const hub of hubs) nodes.set(hub, placeOfHub(topology, hub))
  return cables.map(({ name, from, to, gauge_mm2, fuse }) => {
    const a = nodes.get(from) ?? ELSEWHERE
    const b = nodes.get(to) ?? ELSEWHERE
    const far = a.across === 0 && b.across === 0 && Math.abs(a.along - b.along) > 45
    // What closes a ring runs beside the spine; a drop leaves it at a right angle.
    const beside = [{ along: a.along, across: -4 }, { along: b.along, across: -4 }]
    const straight = a.across === b.across
    const points = far ? [a, ...beside, b] : straight ? [a, b] : [a, { along: a.along, across: b.across }, b]
    const middle = { along: (a.along + b.along) / 2, across: far ? -4 : 0 }
    const label = straight ? middle : { along: a.along, across: b.across }
    return { name, points, label, isDrop: !straight, gauge_mm2, fuse_A: fuse?.rating_A }
  })
}

/** The number of a drop stands on it, clear of the boxes of hubs; beyond the tap where a wide box leaves no room. */
export function labelOf({ label, points, isDrop }: Route, { wide }: Frame): Place {
  if (!isDrop) return label
  const { along, across } = label
  // The dashboard's box stands beside the drops of the left doors.
  if (wide) return { along, across: across * (across < -20 ? 0.7 : 0.5) }
  const isBeside = Math.abs(points.at(-1)!.along - along) < 4 && Math.abs(across) < 24
  return { along, across: isBeside ? -5.5 * Math.sign(across) : across * 0.5 }
}

/** A tap stands where its hub is, as far as the order along the spine lets it. */
function tapPlace(car: TopologyData, tap: string, index: number, count: number): number {
  const even = count < 2 ? 50 : 8 + 84 * index / (count - 1)
  const hub = tap.slice(tap.indexOf('.') + 1)
  return car.copper.hubs.includes(hub) ? 0.35 * placeOfHub(car, hub).along + 0.65 * even : even
}

/** Where a component is drawn: at the edge of the body, in front of or behind its hub. */
export function placeOfPart(car: TopologyData, hub: string, className: string, n: number): Place {
  const { along, across } = placeOfHub(car, hub)
  const side = Math.sign(across)
  const door = Math.abs(across) > 20
  if (door) {
    switch (className) {
      case 'window': return { along, across: side * (BODY + 3.5) }
      case 'mirror': return { along: along - 10.5, across: side * (BODY + 6) }
      case 'latch': return { along: along + 11.5, across: side * (BODY - 3) }
      case 'lamp': return { along: along - 9.5, across: side * (BODY - 3) }
      case 'switchPack': return { along: along + 8.2, across: side * (BODY - 15) }
    }
  }
  const front = hub === 'HOOD'
  switch (className) {
    case 'latch': return { along: front ? 1.5 : 98.5, across: front || hub === 'TRUNK' ? 0 : across }
    case 'lamp': return hub === 'DASH' ? { along: along - 9, across: across + 4 } : { along: front ? -1 : 101, across: 0 }
    case 'vehicle': return { along: along - 6, across: across - 9 }
    case 'switchPack': return { along: hub === 'TRUNK' ? along - 8 : along, across: hub === 'TRUNK' ? across - 1 : across - 9 }
    case 'amplifier': return { along: along + 9, across }
    default: return { along: along + 8 * n, across: across + (side > 0 ? -7 : 7) }
  }
}
