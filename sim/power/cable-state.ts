import { ConductorHeat } from './conductor-heat.ts'
import type { ConductorName } from './copper-faults.ts'
import type { Fuse } from './fuse.ts'
import { type Cut, cutIn, fixed_Ohm, type Piece } from './pieces.ts'
import { placeOf, type PlaceName } from './places.ts'
import { inRange } from './range.ts'
import type { CopperTopology } from './topology.ts'
import { hottest_C } from './validate.ts'
import { wireResistance_Ohm } from './wire.ts'

/** Copper that nobody told otherwise, °C: resistances of data sheets are those at 20 °C. */
const SHEET_C = 20

/** What the cables of a car are like at present: how warm, where cut, which contacts went bad. */
export class CableState {
  /** Supply conductors by cable, then the return conductors. */
  readonly heat: ConductorHeat
  private readonly topology: CopperTopology
  private readonly fuses: readonly (Fuse | undefined)[]
  private readonly cables: number
  /** By conductor: copper at 20 °C, and what contacts that went bad add. */
  private readonly wire_Ohm: Float64Array
  private readonly corrosion_Ohm: Float64Array
  private cuts: readonly Cut[] = []

  constructor(topology: CopperTopology, fuses: readonly (Fuse | undefined)[]) {
    const { cables } = topology
    this.topology = topology
    this.fuses = fuses
    this.cables = cables.length
    const gauges_mm2 = [...cables.map(cable => cable.gauge_mm2), ...cables.map(cable => cable.returnGauge_mm2 ?? cable.gauge_mm2)]
    this.heat = new ConductorHeat(gauges_mm2.map(gauge_mm2 => ({ gauge_mm2, ambient_C: SHEET_C })))
    this.wire_Ohm = Float64Array.from(gauges_mm2, (gauge_mm2, i) => wireResistance_Ohm(gauge_mm2, cables[i % cables.length]!.length_m))
    this.corrosion_Ohm = new Float64Array(2 * cables.length)
  }

  setAmbient_C(place: PlaceName, ambient_C: number): void {
    inRange('ambient', ambient_C, -60, 200, '°C')
    this.topology.cables.forEach((cable, i) => {
      if (placeOf(this.topology.battery, cable) !== place) return
      this.heat.setAmbient_C(i, ambient_C)
      this.heat.setAmbient_C(this.cables + i, ambient_C)
    })
  }

  setHottest(): void {
    this.topology.cables.forEach((cable, i) => {
      this.heat.ambient_C[i] = this.heat.ambient_C[this.cables + i] = hottest_C(this.topology, cable)
    })
    this.heat.settle()
  }

  setCut(cable: number, conductor: ConductorName, cut: boolean, at_m: number): void {
    this.checkSpot(cable, at_m)
    const touched = conductor === 'both' ? ['supply', 'return'] as const : [conductor]
    for (const one of touched) {
      this.cuts = this.cuts.filter(other => other.cable !== cable || other.at_m !== at_m || other.conductor !== one)
      if (cut) this.cuts = [...this.cuts, { cable, conductor: one, at_m }]
    }
  }

  setCorrosion(cable: number, conductor: ConductorName, extra_Ohm: number): void {
    if (!(extra_Ohm >= 0) || extra_Ohm === Infinity) throw new RangeError(`contact resistance ${extra_Ohm} Ω is not 0 or more`)
    this.checkCable(cable)
    if (conductor !== 'return') this.corrosion_Ohm[cable] = extra_Ohm
    if (conductor !== 'supply') this.corrosion_Ohm[this.cables + cable] = extra_Ohm
  }

  /** Of one conductor of a piece, Ω; Infinity: it is open. */
  resistance_Ohm(piece: Piece, supply: boolean): number {
    const { cable, foremost, last } = piece
    const spec = this.topology.cables[cable]!
    if (supply && foremost && this.fuses[cable]?.blown === true) return Infinity
    const conductor = supply ? 'supply' : 'return'
    if (this.cuts.some(cut => cut.conductor === conductor && cutIn(piece, cut))) return Infinity
    const i = supply ? cable : this.cables + cable
    const share = foremost && last ? 1 : (piece.end_m - piece.begin_m) / spec.length_m
    return this.wire_Ohm[i]! * share * this.heat.factor[i]! + fixed_Ohm(spec, piece, supply) + (foremost ? this.corrosion_Ohm[i]! : 0)
  }

  /** The index, if there is such a cable. */
  checkCable(cable: number): number {
    if (!(Number.isInteger(cable) && cable >= 0 && cable < this.cables)) throw new RangeError(`cable index ${cable} is not in 0…${this.cables - 1}`)
    return cable
  }

  checkSpot(cable: number, at_m: number): void {
    const { name, length_m } = this.topology.cables[this.checkCable(cable)]!
    inRange(`spot along ${name}`, at_m, 0, length_m, 'm')
  }
}
