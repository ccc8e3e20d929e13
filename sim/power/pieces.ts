import type { OneConductor } from './copper-faults.ts'
import { fuseResistance_Ohm } from './fuse.ts'
import type { Cable } from './topology.ts'
import { DEFAULT_CONNECTORS, DEFAULT_CONTACT_MOHM } from './topology.ts'

/** Least resistance of a piece, Ω: one of no length is still a conductor. */
export const LEAST_OHM = 1e-6

/** A spot along a cable, where its conductors touch. */
export interface Spot {
  readonly cable: number
  /** From its end towards the battery, m. */
  readonly at_m: number
}

/** A conductor that is interrupted at a spot. */
export interface Cut extends Spot {
  readonly conductor: OneConductor
}

/** A cable, or what of it lies between two spots. */
export interface Piece {
  readonly cable: number
  /** Nodes of its ends, that towards the battery first. */
  readonly from: number
  readonly to: number
  readonly begin_m: number
  readonly end_m: number
  /** It begins, or ends, where the cable does: half of its good contacts are at each end. */
  readonly foremost: boolean
  readonly last: boolean
}

/** The pieces of all cables: the foremost of each in their order, then the others. `nodes`: how many there are without spots. */
export function piecesOf(
  ends: readonly { readonly from: number, readonly to: number }[], cables: readonly Cable[], spots: readonly Spot[], nodes: number,
): Piece[] {
  const first: Piece[] = []
  const others: Piece[] = []
  cables.forEach(({ length_m }, cable) => {
    const { from, to } = ends[cable]!
    const along = spots.map((spot, i) => ({ ...spot, node: nodes + i }))
      .filter(spot => spot.cable === cable).sort((a, b) => a.at_m - b.at_m)
    const stops = [{ at_m: 0, node: from }, ...along, { at_m: length_m, node: to }]
    for (let i = 1; i < stops.length; i++) {
      const begin = stops[i - 1]!
      const end = stops[i]!
      const piece = {
        cable, from: begin.node, to: end.node, begin_m: begin.at_m, end_m: end.at_m, foremost: i === 1, last: i === stops.length - 1,
      }
      if (i === 1) first.push(piece)
      else others.push(piece)
    }
  })
  return [...first, ...others]
}

/** True when the cut lies in the piece: at a spot it is behind it. */
export function cutIn(piece: Piece, cut: Cut): boolean {
  return cut.cable === piece.cable && cut.at_m >= piece.begin_m && (piece.last ? cut.at_m <= piece.end_m : cut.at_m < piece.end_m)
}

/** What of a piece's resistance is not copper: contacts, and the fuse in the supply conductor. Ω. */
export function fixed_Ohm(cable: Cable, { foremost, last }: Piece, supply: boolean): number {
  const contacts_Ohm = (cable.connectors ?? DEFAULT_CONNECTORS) * (cable.contact_mOhm ?? DEFAULT_CONTACT_MOHM) / 1000
  const fuse_Ohm = supply && foremost && cable.fuse !== undefined ? fuseResistance_Ohm(cable.fuse) : 0
  if (foremost && last) return contacts_Ohm + fuse_Ohm
  return Math.max((foremost || last ? contacts_Ohm / 2 : 0) + fuse_Ohm, LEAST_OHM)
}
