import type { BodyData, BodyLine, BodyPlace } from './fields.ts'
import { type BodyShape, type BodyType, type Share, SHAPES } from './shapes.ts'
import { REACH_mm, type Way, Ways } from './ways.ts'

const DEFAULT_SLACK_PCT = 5
const DEFAULT_END_MM = 60
/** Two taps cannot be nearer to each other, mm. */
const TAP_PITCH_mm = 100
/** Sizes are rounded up to this, mm: nobody cuts a cable to the millimetre. */
const CUT_mm = 10
/** A way is longer than its cable by rounding, mm. */
const ROUNDING_mm = 5

/** What of a car's copper the body has to know. */
export interface LaidCopper {
  readonly battery: string
  readonly taps: readonly string[]
  readonly hubs: readonly string[]
  readonly cables: readonly { readonly name: string, readonly from: string, readonly to: string, readonly length_m: number }[]
}

/** A cable laid in a body. */
interface Laid extends Way {
  /** To be cut, with slack and ends, mm. */
  readonly cut_mm: number
}

/** A body with everything that its type says of it. */
export interface Body {
  readonly type: BodyType
  readonly length_mm: number
  readonly width_mm: number
  readonly height_mm: number
  readonly slack_pct: number
  readonly end_mm: number
  /** Battery, taps, hubs, and those components whose place is told. */
  readonly places: ReadonlyMap<string, BodyPlace>
  /** By cable; none where no lines lead from end to end. */
  readonly laid: ReadonlyMap<string, Laid>
  /** What cannot be, each with its path below that of the body. */
  readonly problems: readonly string[]
}

/** The type of body that a car without one most likely has. */
export function likelyBody(hubs: readonly string[]): BodyData {
  return { type: hubs.includes('RL') || hubs.includes('RR') ? 'sedan' : 'coupe' }
}

/** Where a hub sits: as it is told, or as its type has it; undefined: such a body has none there. */
export function hubPlace(data: BodyData, hub: string): BodyPlace | undefined {
  const shape: BodyShape = SHAPES[data.type]
  const share = Object.hasOwn(shape.hubs, hub) ? shape.hubs[hub] : undefined
  return placeIn(data, hub) ?? (share === undefined ? undefined : scaled(share, data))
}

function placeIn({ places }: BodyData, name: string): BodyPlace | undefined {
  return places !== undefined && Object.hasOwn(places, name) ? places[name] : undefined
}

/** Its size, mm. */
export function bodySize(data: BodyData): Pick<BodyShape, 'length_mm' | 'width_mm' | 'height_mm'> {
  const { length_mm, width_mm, height_mm } = SHAPES[data.type]
  return { length_mm: data.length_mm ?? length_mm, width_mm: data.width_mm ?? width_mm, height_mm: data.height_mm ?? height_mm }
}

/** Lays the cables of a car along the lines of its body. */
export function bodyOf(data: BodyData, copper: LaidCopper): Body {
  const shape: BodyShape = SHAPES[data.type]
  const lines = linesOf(shape, data)
  const size = bodySize(data)
  const larger = Math.max(1, size.length_mm / shape.length_mm, size.width_mm / shape.width_mm, size.height_mm / shape.height_mm)
  const ways = new Ways(lines, larger)
  const places = new Map<string, BodyPlace>()
  const problems: string[] = []
  const put = (name: string, place: BodyPlace): void => {
    places.set(name, place)
    if (!ways.add(name, place)) problems.push(`places.${name}: is more than ${REACH_mm} mm from every line of the body: no cable reaches it`)
  }
  const told = (name: string): BodyPlace | undefined => placeIn(data, name)
  put(copper.battery, told(copper.battery) ?? lines['spine']!.points[0]!)
  for (const hub of copper.hubs) {
    const place = hubPlace(data, hub)
    if (place === undefined) problems.push(`places.${hub}: is missing, and a ${data.type} has no place for it`)
    else put(hub, place)
  }
  for (const tap of copper.taps) {
    const hub = copper.cables.find(cable => cable.from === tap && copper.hubs.includes(cable.to))?.to
    const place = told(tap) ?? (hub === undefined ? undefined : ways.meets(hub, 'spine'))
    if (place !== undefined) put(tap, place)
    else if (hub === undefined) problems.push(`places.${tap}: is missing: no hub's drop begins there, so nothing says where it is`)
    else if (ways.has(hub)) problems.push(`places.${hub}: no line leads from it to the spine`)
  }
  for (const [name, place] of Object.entries(data.places ?? {})) if (!places.has(name)) places.set(name, place)
  const laid = new Map<string, Laid>()
  for (const cable of copper.cables) {
    const way = ways.way(cable.from, cable.to)
    if (way !== undefined) laid.set(cable.name, { ...way, cut_mm: cutOf_mm(way.length_mm, cable, copper, data) })
  }
  const { slack_pct, end_mm } = extrasOf(data)
  return { type: data.type, ...size, slack_pct, end_mm, places, laid, problems }
}

/** What is wrong with a body, and with the lengths of the copper in it, each with its path. */
export function bodyProblems(data: BodyData, copper: LaidCopper, path: string, components: readonly string[]): string[] {
  const body = bodyOf(data, copper)
  const known = [copper.battery, ...copper.taps, ...copper.hubs, ...components]
  const unknown = Object.keys(data.places ?? {}).filter(name => !known.includes(name))
    .map(name => `${path}.body.places.${name}: there is nothing of that name in the car`)
  const short = copper.cables.flatMap((cable, i) => {
    const way = body.laid.get(cable.name)
    if (way === undefined || cable.length_m * 1000 >= way.length_mm - ROUNDING_mm) return []
    return [`${path}.copper.cables[${i}].length_m: is ${cable.length_m} m, but the way of "${cable.name}" along the body is ${(way.length_mm / 1000).toFixed(2)} m`]
  })
  return [...unknown, ...body.problems.map(problem => `${path}.body.${problem}`), ...short]
}

function extrasOf({ slack_pct = DEFAULT_SLACK_PCT, end_mm = DEFAULT_END_MM }: BodyData): Pick<Body, 'slack_pct' | 'end_mm'> {
  return { slack_pct, end_mm }
}

function cutOf_mm(way_mm: number, cable: LaidCopper['cables'][number], copper: LaidCopper, data: BodyData): number {
  const plugs = [cable.from, cable.to].filter(end => copper.hubs.includes(end)).length
  const { slack_pct, end_mm } = extrasOf(data)
  const least_mm = copper.hubs.includes(cable.from) || copper.hubs.includes(cable.to) ? 0 : TAP_PITCH_mm
  return Math.ceil(Math.max(way_mm * (1 + slack_pct / 100) + plugs * end_mm, least_mm) / CUT_mm) * CUT_mm
}

function linesOf(shape: BodyShape, data: BodyData): Record<string, BodyLine> {
  const own = Object.fromEntries(Object.entries(shape.lines).map(([name, { points, hinge_mm = 0 }]) =>
    [name, { points: points.map(point => scaled(point, data)), hinge_mm }]))
  return { ...own, ...data.lines }
}

function scaled([x, y, z]: Share, data: BodyData): BodyPlace {
  const { length_mm, width_mm, height_mm } = bodySize(data)
  return { x_mm: Math.round(x * length_mm), y_mm: Math.round(y * width_mm / 2), z_mm: Math.round(z * height_mm) }
}
