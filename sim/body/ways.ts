import type { BodyLine, BodyPlace } from './fields.ts'

/** Where the end of a line counts as joined to another line, mm: in a body as large as its type; in a larger one more. */
const JOINED_mm = 30
/** As far from the nearest line a place may be, mm: a cable is clipped to the body, not stretched through the cabin. */
export const REACH_mm = 600

/** A cable's way. */
export interface Way {
  readonly points: readonly BodyPlace[]
  /** With the loops of the hinges, mm. */
  readonly length_mm: number
  /** Names of the lines, in their order. */
  readonly lines: readonly string[]
}

interface Edge {
  readonly to: number
  readonly length_mm: number
  readonly line: string | undefined
}

interface Spot {
  /** Share of its segment. */
  readonly at: number
  readonly vertex: number
}

interface Nearest {
  readonly line: number
  readonly segment: number
  readonly at: number
  readonly point: BodyPlace
  readonly distance_mm: number
}

/** The lines of a body as a network, and the ways along them. */
export class Ways {
  private readonly names: readonly string[]
  private readonly lines: readonly BodyLine[]
  private readonly points: BodyPlace[] = []
  private readonly edges: Edge[][] = []
  /** By line and segment: what is joined to it. */
  private readonly spots: Spot[][][]
  /** By line: its vertices. */
  private readonly vertices: number[][]
  private readonly places = new Map<string, number>()
  private linked = false

  constructor(lines: Readonly<Record<string, BodyLine>>, larger = 1) {
    this.names = Object.keys(lines)
    this.lines = Object.values(lines)
    this.vertices = this.lines.map(line => line.points.map(point => this.vertex(point)))
    this.spots = this.lines.map(line => line.points.slice(1).map(() => []))
    this.lines.forEach((line, own) => {
      for (const end of [0, line.points.length - 1]) {
        this.lines.forEach((_, other) => {
          if (other === own) return
          const near = this.nearestOn(other, line.points[end]!)
          if (near.distance_mm <= larger * JOINED_mm) this.join(this.vertices[own]![end]!, near)
        })
      }
    })
  }

  /** Puts a place beside its nearest line; false: it is out of reach. */
  add(name: string, place: BodyPlace): boolean {
    const near = this.lines.map((_, line) => this.nearestOn(line, place))
      .reduce((best, other) => other.distance_mm < best.distance_mm ? other : best)
    if (near.distance_mm > REACH_mm) return false
    const vertex = this.vertex(place)
    this.places.set(name, vertex)
    this.join(vertex, near)
    return true
  }

  /** Whether a place is within reach of the lines. */
  has(name: string): boolean {
    return this.places.has(name)
  }

  /** From the place to where its shortest way meets the line; undefined: none does. */
  meets(name: string, line: string): BodyPlace | undefined {
    this.link()
    const index = this.names.indexOf(line)
    const onLine = new Set([...this.vertices[index] ?? [], ...(this.spots[index] ?? []).flat().map(spot => spot.vertex)])
    const from = this.places.get(name)
    if (from === undefined) return undefined
    const path = this.search(from, vertex => onLine.has(vertex))
    return path === undefined ? undefined : this.points[path.at(-1)!.to]
  }

  /** The shortest way; undefined: no lines lead from one place to the other. */
  way(from: string, to: string): Way | undefined {
    this.link()
    const [begin, end] = [this.places.get(from), this.places.get(to)]
    if (begin === undefined || end === undefined) return undefined
    const path = this.search(begin, vertex => vertex === end)
    if (path === undefined) return undefined
    const lines = path.flatMap(edge => edge.length_mm > 0 ? edge.line ?? [] : [])
    return {
      points: [this.points[begin]!, ...path.map(edge => this.points[edge.to]!)],
      length_mm: path.reduce((sum_mm, edge) => sum_mm + edge.length_mm, 0),
      lines: lines.filter((line, i) => line !== lines[i - 1]),
    }
  }

  private vertex(point: BodyPlace): number {
    this.edges.push([])
    return this.points.push(point) - 1
  }

  private nearestOn(line: number, place: BodyPlace): Nearest {
    const { points } = this.lines[line]!
    let best: Nearest | undefined
    for (let segment = 0; segment + 1 < points.length; segment++) {
      const at = shareOf(points[segment]!, points[segment + 1]!, place)
      const point = between(points[segment]!, points[segment + 1]!, at)
      const distance_mm = straight_mm(point, place)
      if (best === undefined || distance_mm < best.distance_mm) best = { line, segment, at, point, distance_mm }
    }
    return best!
  }

  private join(vertex: number, { line, segment, at, point, distance_mm }: Nearest): void {
    const spot = this.vertex(point)
    this.spots[line]![segment]!.push({ at, vertex: spot })
    this.edge(vertex, spot, distance_mm, undefined)
    this.linked = false
  }

  private edge(a: number, b: number, length_mm: number, line: string | undefined): void {
    this.edges[a]!.push({ to: b, length_mm, line })
    this.edges[b]!.push({ to: a, length_mm, line })
  }

  /** Edges along the lines, from spot to spot. Joining again splits them again; the longer old edges do no harm. */
  private link(): void {
    if (this.linked) return
    this.linked = true
    this.lines.forEach(({ points, hinge_mm = 0 }, line) => {
      const whole_mm = points.slice(1).reduce((sum_mm, point, i) => sum_mm + straight_mm(points[i]!, point), 0)
      const factor = whole_mm === 0 ? 1 : 1 + hinge_mm / whole_mm
      this.spots[line]!.forEach((spots, segment) => {
        const [begin, end] = [this.vertices[line]![segment]!, this.vertices[line]![segment + 1]!]
        const stops = [begin, ...[...spots].sort((a, b) => a.at - b.at).map(spot => spot.vertex), end]
        for (let i = 1; i < stops.length; i++) {
          const [a, b] = [stops[i - 1]!, stops[i]!]
          this.edge(a, b, factor * straight_mm(this.points[a]!, this.points[b]!), this.names[line])
        }
      })
    })
  }

  /** Dijkstra's: the edges from a vertex to the first that is wanted. */
  private search(from: number, wanted: (vertex: number) => boolean): Edge[] | undefined {
    const distance_mm = this.points.map(() => Infinity)
    const before: ({ edge: Edge, from: number } | undefined)[] = []
    const open = new Set([from])
    distance_mm[from] = 0
    while (open.size > 0) {
      const at = [...open].reduce((best, vertex) => distance_mm[vertex]! < distance_mm[best]! ? vertex : best)
      open.delete(at)
      if (wanted(at)) {
        const path: Edge[] = []
        for (let vertex = at; vertex !== from; vertex = before[vertex]!.from) path.unshift(before[vertex]!.edge)
        return path
      }
      for (const edge of this.edges[at]!) {
        const length_mm = distance_mm[at]! + edge.length_mm
        if (length_mm >= distance_mm[edge.to]!) continue
        distance_mm[edge.to] = length_mm
        before[edge.to] = { edge, from: at }
        open.add(edge.to)
      }
    }
    return undefined
  }
}

/** From one place straight to another, mm. */
export function straight_mm(a: BodyPlace, b: BodyPlace): number {
  const [x, y, z] = [a.x_mm - b.x_mm, a.y_mm - b.y_mm, a.z_mm - b.z_mm]
  return Math.sqrt(x * x + y * y + z * z)
}

/** Share of the segment at which it is nearest to the place. */
function shareOf(a: BodyPlace, b: BodyPlace, place: BodyPlace): number {
  const [x, y, z] = [b.x_mm - a.x_mm, b.y_mm - a.y_mm, b.z_mm - a.z_mm]
  const square = x * x + y * y + z * z
  if (square === 0) return 0
  const along = (place.x_mm - a.x_mm) * x + (place.y_mm - a.y_mm) * y + (place.z_mm - a.z_mm) * z
  return Math.min(1, Math.max(0, along / square))
}

function between(a: BodyPlace, b: BodyPlace, at: number): BodyPlace {
  return { x_mm: a.x_mm + at * (b.x_mm - a.x_mm), y_mm: a.y_mm + at * (b.y_mm - a.y_mm), z_mm: a.z_mm + at * (b.z_mm - a.z_mm) }
}
