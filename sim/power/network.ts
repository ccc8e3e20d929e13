import { Conductor } from './conductor.ts'
import type { ConductorName } from './copper-faults.ts'
import { Fuse, fuseResistance_Ohm } from './fuse.ts'
import { Loads } from './loads.ts'
import { Solver } from './solver.ts'
import type { Cable, CopperTopology } from './topology.ts'
import { DEFAULT_CONNECTORS, DEFAULT_CONTACT_MOHM } from './topology.ts'
import { parseCopper } from './validate.ts'
import { copperFactor, wireResistance_Ohm } from './wire.ts'

/** Load slots a hub has unless told otherwise: seven ports and the board itself. */
export const DEFAULT_SLOTS = 8

/**
 * The copper between battery and hubs, with the loads on it: volts at each hub, amperes in each cable. Set source, loads and
 * faults, `solve`, read. Hubs and cables go by index in the order of the topology; `hubIndex` and `cableIndex` find them.
 * After a change of loads or source, a solve costs some microseconds and allocates nothing; after a change of a
 * cable the nodal matrix is factored again.
 */
export class Network {
  readonly topology: CopperTopology
  readonly loads: Loads
  /** By cable; undefined where there is none. */
  readonly fuses: readonly (Fuse | undefined)[]
  /** Between a hub's supply and return terminals, V; 0 when either has no way to the battery. */
  readonly voltage_V: Float64Array
  /** Solves that ended without an exact solution. */
  nonConvergences = 0
  /** Times a nodal matrix was factored. */
  factorings = 0
  private readonly supply: Conductor
  private readonly back: Conductor
  private readonly solver: Solver
  /** The fuses there are, and their cables. */
  private readonly fuseList: readonly Fuse[]
  private readonly fused: Int32Array
  private readonly cableNames: readonly string[]
  private readonly hubNodes: Int32Array
  /** By cable: copper at 20 °C, good contacts and fuse, contacts gone bad, cut: supply first, then return. */
  private readonly wire_Ohm: Float64Array
  private readonly fixed_Ohm: Float64Array
  private readonly corrosion_Ohm: Float64Array
  private readonly cuts: Uint8Array
  /** By fuse. */
  private readonly fused_A: Float64Array
  private copperFactor = 1
  private stale = true
  private flowsStale = true
  private emf_V = 0
  private source_Ohm = 0
  private total_A = 0

  /** Throws `DataError` when the topology is not right. `slots` loads a hub. */
  constructor(topology: CopperTopology, slots = DEFAULT_SLOTS) {
    this.topology = parseCopper(topology)
    const cables = topology.cables
    const names = [topology.battery, ...topology.taps, ...topology.hubs]
    const from = Int32Array.from(cables, cable => names.indexOf(cable.from))
    const to = Int32Array.from(cables, cable => names.indexOf(cable.to))
    const hubs = topology.hubs.length
    this.cableNames = cables.map(cable => cable.name)
    this.hubNodes = Int32Array.from(topology.hubs, hub => names.indexOf(hub))
    this.supply = new Conductor(names.length, from, to, this.hubNodes)
    this.back = new Conductor(names.length, from, to, this.hubNodes)
    this.loads = new Loads(hubs, slots)
    this.solver = new Solver(hubs, this.loads)
    this.fuses = cables.map(cable => cable.fuse && new Fuse(cable.fuse))
    this.fuseList = this.fuses.filter(fuse => fuse !== undefined)
    this.fused = Int32Array.from(this.fuseList, fuse => this.fuses.indexOf(fuse))
    this.voltage_V = new Float64Array(hubs)
    this.wire_Ohm = new Float64Array(2 * cables.length)
    this.fixed_Ohm = new Float64Array(2 * cables.length)
    this.corrosion_Ohm = new Float64Array(2 * cables.length)
    this.cuts = new Uint8Array(2 * cables.length)
    this.fused_A = new Float64Array(this.fused.length)
    cables.forEach((cable, i) => this.layCable(cable, i))
  }

  /** Throws RangeError when there is no such hub. */
  hubIndex(name: string): number {
    return find(this.topology.hubs, name, 'hub')
  }

  /** Throws RangeError when there is no such cable. */
  cableIndex(name: string): number {
    return find(this.cableNames, name, 'cable')
  }

  /** Battery node: open-circuit voltage (may be negative) behind a resistance ≥ 0. */
  setSource(emf_V: number, source_Ohm: number): void {
    if (!Number.isFinite(emf_V)) throw new RangeError(`source voltage ${emf_V} V is not a number`)
    if (!(source_Ohm >= 0) || source_Ohm === Infinity) throw new RangeError(`source resistance ${source_Ohm} Ω is not 0 or more`)
    this.emf_V = emf_V
    this.source_Ohm = source_Ohm
  }

  /** All copper at this temperature, −60…200 °C; 20 °C at the start. */
  setTemperature_C(temperature_C: number): void {
    if (!(temperature_C >= -60 && temperature_C <= 200)) throw new RangeError(`copper at ${temperature_C} °C is not in −60…200 °C`)
    this.copperFactor = copperFactor(temperature_C)
    this.stale = true
  }

  setCut(cable: number, conductor: ConductorName, cut: boolean): void {
    this.eachConductor(cable, conductor, i => this.cuts[i] = cut ? 1 : 0)
  }

  /** Contacts that grew worse: adds `extra_Ohm` ≥ 0 (corroded: 0.05 Ω and more) to those the cable has; 0 cleans them. */
  setCorrosion(cable: number, conductor: ConductorName, extra_Ohm: number): void {
    if (!(extra_Ohm >= 0) || extra_Ohm === Infinity) throw new RangeError(`contact resistance ${extra_Ohm} Ω is not 0 or more`)
    this.eachConductor(cable, conductor, i => this.corrosion_Ohm[i] = extra_Ohm)
  }

  /** Opens a fuse (`true`) or puts a new one in. Throws RangeError where the cable has none. */
  setFuse(cable: number, blown: boolean): void {
    const fuse = this.fuses[cable]
    if (!fuse) throw new RangeError(`cable ${this.topology.cables[cable]?.name ?? cable} has no fuse`)
    if (blown) fuse.blow()
    else fuse.replace()
    this.stale = true
  }

  /** Lets the currents of the last solve flow for `dt_s`. `opened` hears of each cable whose fuse opened; then solve again. */
  advanceFuses(dt_s: number, opened: (cable: number) => void): void {
    this.computeFlows()
    const { fused, fuseList, fused_A } = this
    for (let i = 0; i < fused.length; i++) {
      if (fuseList[i]!.advance(fused_A[i]!, dt_s)) {
        this.stale = true
        opened(fused[i]!)
      }
    }
  }

  /** Whether a fuse is on its way to opening: it carries more than it can for ever. */
  get melting(): boolean {
    this.computeFlows()
    const { fuseList, fused_A } = this
    for (let i = 0; i < fused_A.length; i++) {
      const current_A = fused_A[i]!
      if (current_A > fuseList[i]!.melting_A || current_A < -fuseList[i]!.melting_A) return true
    }
    return false
  }

  /** `false`: not converged (counted); the voltages are then approximate. */
  solve(): boolean {
    if (this.stale) this.rebuild()
    const { solver, loads, voltage_V } = this
    const converged = solver.solve(this.emf_V, this.source_Ohm)
    if (!converged) this.nonConvergences++
    let total_A = 0
    for (let i = 0; i < solver.count; i++) {
      const hub = solver.live[i]!
      voltage_V[hub] = solver.voltage_V[i]!
      total_A += loads.current_A[hub]!
    }
    this.total_A = total_A
    this.flowsStale = true
    return converged
  }

  /** Lets later solves begin at this solution: quicker, the same within a microvolt. For who solves along a time line. */
  anchor(): void {
    this.solver.anchor(this.source_Ohm)
  }

  /** All hubs together, A. */
  get hubsCurrent_A(): number {
    return this.total_A
  }

  /** At the battery's terminals, were no hub to draw, V. */
  get source_V(): number {
    return this.emf_V
  }

  /** At the battery's terminals, V. */
  get batteryVoltage_V(): number {
    return this.emf_V - this.source_Ohm * this.total_A
  }

  /** Drawn by a hub, A. */
  hubCurrent_A(hub: number): number {
    return this.loads.current_A[hub]!
  }

  /** In a cable's supply conductor, positive in the direction from → to, A. */
  current_A(cable: number): number {
    return this.flow_A(this.supply, cable)
  }

  /** In a cable's return conductor, positive in the direction to → from, A. Differs from the supply only in a ring. */
  currentBack_A(cable: number): number {
    return this.flow_A(this.back, cable)
  }

  /** How far a hub's ground is above the battery's negative pole, V. With an open return the ground floats up to the hub's supply. */
  groundOffset_V(hub: number): number {
    if (this.back.connected[this.hubNodes[hub]!] === 1) return this.lost_V(this.back, hub)
    return this.supply.connected[this.hubNodes[hub]!] === 1 ? this.batteryVoltage_V - this.lost_V(this.supply, hub) : 0
  }

  /** Of a cable as it is now, both conductors, Ω; Infinity when cut or its fuse has opened. */
  resistance_Ohm(cable: number): number {
    if (this.stale) this.rebuild()
    return this.supply.resistance_Ohm[cable]! + this.back.resistance_Ohm[cable]!
  }

  /** Volts lost at hub `at` by each ampere drawn at hub `by`, in both conductors, Ω. Meaningless when either is off. */
  transfer_Ohm(at: number, by: number): number {
    if (this.stale) this.rebuild()
    const i = at * this.hubNodes.length + by
    return this.supply.transfer_Ohm[i]! + this.back.transfer_Ohm[i]!
  }

  /** Share of a hub's current that flows through a cable's supply conductor from → to. */
  share(cable: number, hub: number): number {
    if (this.stale) this.rebuild()
    return this.supply.share[cable * this.hubNodes.length + hub]!
  }

  private lost_V(conductor: Conductor, hub: number): number {
    const hubs = this.hubNodes.length
    let lost_V = 0
    for (let k = 0; k < hubs; k++) lost_V += conductor.transfer_Ohm[hub * hubs + k]! * this.loads.current_A[k]!
    return lost_V
  }

  private layCable(cable: Cable, i: number): void {
    const back = this.topology.cables.length + i
    const contacts_Ohm = (cable.connectors ?? DEFAULT_CONNECTORS) * (cable.contact_mOhm ?? DEFAULT_CONTACT_MOHM) / 1000
    this.wire_Ohm[i] = wireResistance_Ohm(cable.gauge_mm2, cable.length_m)
    this.wire_Ohm[back] = wireResistance_Ohm(cable.returnGauge_mm2 ?? cable.gauge_mm2, cable.length_m)
    this.fixed_Ohm[i] = contacts_Ohm + (cable.fuse ? fuseResistance_Ohm(cable.fuse) : 0)
    this.fixed_Ohm[back] = contacts_Ohm
  }

  private eachConductor(cable: number, conductor: ConductorName, change: (i: number) => void): void {
    const cables = this.topology.cables.length
    if (!(Number.isInteger(cable) && cable >= 0 && cable < cables)) throw new RangeError(`cable index ${cable} is not in 0…${cables - 1}`)
    if (conductor !== 'return') change(cable)
    if (conductor !== 'supply') change(cables + cable)
    this.stale = true
  }

  private rebuild(): void {
    const { supply, back, solver, wire_Ohm, fixed_Ohm, corrosion_Ohm, cuts, fuses, hubNodes, voltage_V } = this
    const cables = fuses.length
    for (let i = 0; i < 2 * cables; i++) {
      const conductor = i < cables ? supply : back
      const open = cuts[i] === 1 || (i < cables && fuses[i]?.blown === true)
      conductor.resistance_Ohm[i % cables] = open ? Infinity : wire_Ohm[i]! * this.copperFactor + fixed_Ohm[i]! + corrosion_Ohm[i]!
    }
    supply.build()
    back.build()
    solver.release()
    this.factorings++
    const hubs = hubNodes.length
    let count = 0
    for (let hub = 0; hub < hubs; hub++) {
      if (supply.connected[hubNodes[hub]!] === 1 && back.connected[hubNodes[hub]!] === 1) {
        solver.live[count++] = hub
      } else {
        voltage_V[hub] = 0
        this.loads.current_A[hub] = 0
      }
    }
    solver.count = count
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < count; k++) {
        const at = solver.live[i]! * hubs + solver.live[k]!
        solver.transfer_Ohm[i * hubs + k] = supply.transfer_Ohm[at]! + back.transfer_Ohm[at]!
      }
    }
    this.stale = false
  }

  private computeFlows(): void {
    if (!this.flowsStale) return
    this.flowsStale = false
    const { fused, fused_A } = this
    for (let i = 0; i < fused.length; i++) fused_A[i] = this.flow_A(this.supply, fused[i]!)
  }

  private flow_A(conductor: Conductor, cable: number): number {
    const hubs = this.hubNodes.length
    const current_A = this.loads.current_A
    const share = conductor.share
    let sum_A = 0
    for (let k = 0, at = cable * hubs; k < hubs; k++, at++) sum_A += share[at]! * current_A[k]!
    return sum_A
  }
}

function find(names: readonly string[], name: string, what: string): number {
  const index = names.indexOf(name)
  if (index < 0) throw new RangeError(`there is no ${what} "${name}"; there are ${names.join(', ')}`)
  return index
}
