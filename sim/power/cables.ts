import type { Cable, CopperTopology } from './topology.ts'

/** A piece of spine that ends at a tap. Bolted or welded, 0.5 mΩ where there is a plug; cross-linked insulation, as it is loaded most. */
export function segment(from: string, to: string, length_m: number, gauge_mm2: number, connectors: number): Cable {
  return { name: `spine.${to.slice('tap.'.length)}`, from, to, length_m, gauge_mm2, connectors, contact_mOhm: 0.5, insulation: 'C' }
}

/** A hub's drop with its fuse at the tap. One plug at the tap and one at the hub, ordinary contacts. */
export function drop(hub: string, length_m: number, gauge_mm2: number, rating_A: number): Cable {
  return { name: `drop.${hub}`, from: `tap.${hub}`, to: hub, length_m, gauge_mm2, connectors: 2, contact_mOhm: 3, fuse: { rating_A } }
}

/** The piece of spine at the battery, in the engine bay: insulated like a starter cable, behind the spine's bolted fuse. */
export function mainSegment(to: string, length_m: number, gauge_mm2: number, rating_A: number): Cable {
  return { ...segment('battery', to, length_m, gauge_mm2, 1), insulation: 'D', fuse: { rating_A, kind: 'bolted' } }
}

/** What the taps and cables of spine B are called, beside those of spine A. */
export const SPINE_B = 'B.'

/**
 * The same copper twice, from one battery to the same hubs: spine A with the names that it has, spine B with `B.` before them. An ideal
 * diode ends each drop.
 */
export function twoSpines(single: CopperTopology): CopperTopology & { readonly layout: 'dual' } {
  const spineA = single.cables.map((cable): Cable => single.hubs.includes(cable.to) ? { ...cable, diode: {} } : cable)
  const renamed = (node: string): string => single.taps.includes(node) ? SPINE_B + node : node
  const spineB = spineA.map((cable): Cable => ({ ...cable, name: SPINE_B + cable.name, from: renamed(cable.from), to: renamed(cable.to) }))
  return { ...single, layout: 'dual', taps: [...single.taps, ...single.taps.map(renamed)], cables: [...spineA, ...spineB] }
}

/** The copper with a bolted fuse before a segment of its spine: a short behind it leaves the front of the spine. */
export function divided<Copper extends CopperTopology>(copper: Copper, segment: string, rating_A: number): Copper {
  const cables = copper.cables.map((cable): Cable => cable.name === segment ? { ...cable, fuse: { rating_A, kind: 'bolted' } } : cable)
  return { ...copper, cables }
}

/** A hub of a line: the spine before its tap (m, plugs in it), its drop (m, mm², fuse in A). */
type LineRow = readonly [hub: string, segment_m: number, connectors: number, drop_m: number, gauge_mm2: number, fuse_A: number]

/** A spine of one gauge; what comes from the battery, and its fuse. */
interface LineSpine {
  readonly gauge_mm2: number
  readonly main_mm2: number
  readonly fuse_A: number
}

/** A line of copper from the battery to the rear, hub by hub; the first row's segment is that from the battery. */
export function lineCopper({ gauge_mm2, main_mm2, fuse_A }: LineSpine, rows: readonly LineRow[]): CopperTopology {
  const hubs = rows.map(([hub]) => hub)
  return {
    layout: 'line', battery: 'battery', taps: hubs.map(hub => `tap.${hub}`), hubs,
    cables: [
      ...rows.map(([hub, length_m, connectors], i) => i === 0
        ? mainSegment(`tap.${hub}`, length_m, main_mm2, fuse_A) : segment(`tap.${hubs[i - 1]!}`, `tap.${hub}`, length_m, gauge_mm2, connectors)),
      ...rows.map(([hub, , , length_m, gauge, rating_A]) => drop(hub, length_m, gauge, rating_A)),
    ],
  }
}
