import { CableState } from './cable-state.ts'
import { Conductor } from './conductor.ts'
import type { ConductorName, DiodeFault, OneConductor } from './copper-faults.ts'
import { type DiodeReadings, Diodes, type DiodesOff } from './diodes.ts'
import { FlowSquares } from './flow-squares.ts'
import { reach } from './graph.ts'
import { Fuse } from './fuse.ts'
import { Loads } from './loads.ts'
import { LEAST_OHM, type Piece, piecesOf, type Spot } from './pieces.ts'
import { type Ambients, PLACE_NAMES, type PlaceName } from './places.ts'
import { inRange } from './range.ts'
import { Solver } from './solver.ts'
import type { CopperTopology } from './topology.ts'
import { cableAmpacity_A, parseCopper } from './validate.ts'

/** Load slots a hub has unless told otherwise: seven ports and the board itself. */
export const DEFAULT_SLOTS = 8
/** Spots along cables where conductors may touch at the same time. */
const MOST_SPOTS = 8
/** Solves in search of which diodes conduct; after the first ones they change one by one. */
const MOST_SEARCHES = 60
const BOLD_SEARCHES = 4

/** A short between the conductors of a cable. */
interface Short extends Spot {
  readonly resistance_Ohm: number
}

/**
 * The copper between battery and hubs, with the loads on it: volts at each hub, amperes in each cable. Set source, loads and
 * faults, `solve`, read. Hubs and cables go by index in the order of the topology; `hubIndex` and `cableIndex` find them.
 * After a change of loads or source, a solve costs some microseconds and allocates nothing; after a change of a
 * cable the nodal matrix is factored again. A short along a cable divides it in two, with a load that is the short between them:
 * one more hub for the solver, which no one else sees.
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
  private readonly state: CableState
  private readonly diodes: Diodes
  private supply!: Conductor
  private back!: Conductor
  private solver!: Solver
  private pieces: readonly Piece[] = []
  /** The fuses there are, and their cables. */
  private readonly fuseList: readonly Fuse[]
  private readonly fused: Int32Array
  private readonly cableNames: readonly string[]
  private readonly nodes: number
  private readonly ends: readonly { readonly from: number, readonly to: number }[]
  private readonly hubs: number
  private hubNodes!: Int32Array
  private readonly squares: FlowSquares
  private shorts: readonly Short[] = []
  /** By fuse. */
  private readonly fused_A: Float64Array
  /** What cables carry for ever, and the ambient that this was computed for. */
  private readonly ampacities_A: Float64Array
  private readonly ampacityAt_C: Float64Array
  /** Most that a hub's ground is lifted by each ampere of all, Ω. */
  private lift_Ohm = 0
  private readonly diodeReadings: DiodeReadings = {
    current_A: diode => this.diodeCurrent_A(diode), across_V: diode => this.diodeAcross_V(diode),
  }

  private stale = true
  /** Nodes that the battery reaches without a way back through a diode; undefined: to be found anew. */
  private fed: ReadonlySet<string> | undefined = undefined
  private flowsStale = true
  private emf_V = 0
  private source_Ohm = 0
  private total_A = 0

  /** Throws `DataError` when the topology is not right. `slots` loads a hub. */
  constructor(topology: CopperTopology, slots = DEFAULT_SLOTS) {
    this.topology = parseCopper(topology)
    const cables = topology.cables
    const names = [topology.battery, ...topology.taps, ...topology.hubs]
    this.cableNames = cables.map(cable => cable.name)
    this.diodes = new Diodes(cables, topology.hubs)
    this.nodes = names.length + this.diodes.count
    // A cable with a diode ends before it, at a node of its own.
    this.ends = cables.map((cable, i) => ({
      from: names.indexOf(cable.from),
      to: cable.diode === undefined ? names.indexOf(cable.to) : names.length + this.diodes.cables.indexOf(i),
    }))
    this.hubs = topology.hubs.length
    this.loads = new Loads(this.hubs, slots, MOST_SPOTS)
    this.fuses = cables.map(cable => cable.fuse && new Fuse(cable.fuse))
    this.fuseList = this.fuses.filter(fuse => fuse !== undefined)
    this.fused = Int32Array.from(this.fuseList, fuse => this.fuses.indexOf(fuse))
    this.voltage_V = new Float64Array(this.hubs)
    this.state = new CableState(topology, this.fuses)
    this.squares = new FlowSquares(cables.length, this.hubs + MOST_SPOTS)
    this.ampacities_A = new Float64Array(cables.length)
    this.ampacityAt_C = new Float64Array(cables.length).fill(NaN)
    this.fused_A = new Float64Array(this.fused.length)
    this.lay()
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

  /** All copper, and what is around it, at this temperature, or at that of its place, −60…200 °C; 20 °C at the start. */
  setTemperature_C(temperature_C: number | Ambients): void {
    if (typeof temperature_C === 'number') {
      inRange('copper', temperature_C, -60, 200, '°C')
      this.state.heat.ambient_C.fill(temperature_C)
    } else {
      for (const place of PLACE_NAMES) this.state.setAmbient_C(place, temperature_C[place])
    }
    this.settleHeat()
  }

  /** What is around the cables at a place, −60…200 °C, which they come to with time. */
  setAmbient_C(place: PlaceName, ambient_C: number): void {
    this.state.setAmbient_C(place, ambient_C)
  }

  /** Each cable as hot as the ambient that its ampacity stands for. */
  setHottest(): void {
    this.state.setHottest()
    this.stale = true
  }

  /** The copper has stood for long: it is as warm as what is around it. */
  settleHeat(): void {
    this.state.heat.settle()
    this.stale = true
  }

  /** When a resistance will have moved by half a percent if all currents stay, s; Infinity: never. */
  get warming_s(): number {
    return this.state.heat.next_s
  }

  /** What a cable carries for ever in the ambient that it has now, A. */
  ampacity_A(cable: number): number {
    const ambient_C = this.state.heat.ambient_C[this.state.checkCable(cable)]!
    if (ambient_C !== this.ampacityAt_C[cable]) {
      this.ampacityAt_C[cable] = ambient_C
      this.ampacities_A[cable] = cableAmpacity_A(this.topology, this.topology.cables[cable]!, ambient_C)
    }
    return this.ampacities_A[cable]!
  }

  /** Of a cable's warmer conductor, °C. */
  temperature_C(cable: number): number {
    const { temperature_C } = this.state.heat
    return Math.max(temperature_C[this.state.checkCable(cable)]!, temperature_C[this.topology.cables.length + cable]!)
  }

  /** Cuts conductors of a cable at a spot, by default at its end towards the battery, or joins them again. */
  setCut(cable: number, conductor: ConductorName, cut: boolean, at_m = 0): void {
    this.state.setCut(cable, conductor, cut, at_m)
    this.stale = true
  }

  /** Lets the conductors of a cable touch at a spot, with 0.1 mΩ or more between them; undefined: no longer. At most 8 spots at once. */
  setShort(cable: number, at_m: number, resistance_Ohm: number | undefined): void {
    this.state.checkSpot(cable, at_m)
    const others = this.shorts.filter(other => other.cable !== cable || other.at_m !== at_m)
    if (resistance_Ohm !== undefined) {
      if (others.length >= MOST_SPOTS) throw new RangeError(`shorts along cables ${others.length + 1} are not in 0…${MOST_SPOTS}`)
      this.loads.setSpot(0, resistance_Ohm)
    }
    this.shorts = resistance_Ohm === undefined ? others : [...others, { cable, at_m, resistance_Ohm }]
    for (let i = 0; i < MOST_SPOTS; i++) this.loads.setSpot(i, this.shorts[i]?.resistance_Ohm)
    this.lay()
  }

  /** Contacts that grew worse: adds `extra_Ohm` ≥ 0 (corroded: 0.05 Ω and more) to those the cable has; 0 cleans them. */
  setCorrosion(cable: number, conductor: ConductorName, extra_Ohm: number): void {
    this.state.setCorrosion(cable, conductor, extra_Ohm)
    this.stale = true
  }

  /** Opens a fuse (`true`) or puts a new one in. Throws RangeError where the cable has none. */
  setFuse(cable: number, blown: boolean): void {
    const fuse = this.fuses[cable]
    if (!fuse) throw new RangeError(`cable ${this.topology.cables[cable]?.name ?? cable} has no fuse`)
    if (blown) fuse.blow()
    else fuse.replace()
    this.stale = true
  }

  /** Lets the diode of a cable fail, or puts a good one in. Throws RangeError where the cable has none. */
  setDiode(cable: number, fault: DiodeFault | undefined): void {
    this.diodes.setFault(cable, this.cableNames[cable] ?? String(cable), fault)
    this.stale = true
  }

  /**
   * Lets the currents of the last solve flow for `dt_s` through fuses and copper. `opened` hears of each cable whose fuse opened.
   * `true`: the copper is another, by a fuse or by a resistance that its heat moved by half a percent; then solve again.
   */
  advance(dt_s: number, opened: (cable: number) => void): boolean {
    this.computeFlows()
    const { fused, fuseList, fused_A } = this
    const { heat } = this.state
    for (let i = 0; i < fused.length; i++) {
      if (fuseList[i]!.advance(fused_A[i]!, dt_s)) {
        this.stale = true
        opened(fused[i]!)
      }
    }
    if (heat.rests(dt_s)) this.warm()
    this.squares.hold(dt_s)
    if (heat.wait(dt_s)) this.warm()
    return this.stale
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
    for (let search = 0; ; search++) {
      const converged = this.solveOnce()
      if (this.diodes.count === 0 || !this.diodes.change(this.diodeReadings, search >= BOLD_SEARCHES)) return converged
      this.stale = true
      if (search < MOST_SEARCHES) continue
      this.nonConvergences++
      return false
    }
  }

  /** Lets the copper have the heat of what flowed. */
  private warm(): void {
    this.square()
    if (this.state.heat.advance(this.squares.square_A2s)) this.stale = true
    this.squares.clear()
  }

  /** Sums what flowed through the cables as they are. */
  private square(): void {
    const hubs = this.hubNodes.length
    this.squares.sum(this.loads.current_A, hubs)
    this.squares.square(this.supply, this.back, hubs)
  }

  /** With the diodes that conduct now. */
  private solveOnce(): boolean {
    if (this.stale) this.rebuild()
    else this.squares.sum(this.loads.current_A, this.hubNodes.length)
    const { solver, loads, voltage_V, hubs } = this
    const converged = solver.solve(this.emf_V, this.source_Ohm)
    if (!converged) this.nonConvergences++
    let total_A = 0
    for (let i = 0; i < solver.count; i++) {
      const hub = solver.live[i]!
      if (hub < hubs) voltage_V[hub] = solver.voltage_V[i]!
      total_A += loads.current_A[hub]!
    }
    this.total_A = total_A
    this.flowsStale = true
    return converged
  }

  /** Of a diode, towards its hub, A. */
  diodeCurrent_A(diode: number): number {
    return this.flow_A(this.supply, this.pieces.length + diode)
  }

  /** Of a diode's feed above its hub, V. */
  diodeAcross_V(diode: number): number {
    const { supply, hubNodes, diodes, loads } = this
    if (supply.connected[this.nodes - diodes.count + diode] === 0) return 0
    const hub = diodes.hubs[diode]!
    const hubs = hubNodes.length
    let feed_V = this.batteryVoltage_V
    for (let k = 0; k < hubs; k++) feed_V -= supply.watched_Ohm[diode * hubs + k]! * loads.current_A[k]!
    const hub_V = supply.connected[hubNodes[hub]!] === 1 ? this.batteryVoltage_V - this.lost_V(supply, hub) : this.lost_V(this.back, hub)
    return feed_V - hub_V
  }

  /** Of a hub with two feeds: spine A's (0) or B's (1) before its diode, V above the hub's ground; 0 when nothing reaches it. */
  feed_V(hub: number, spine: number): number {
    const diode = this.diodes.of(hub, spine)
    const cable = this.diodes.cables[diode]!
    // What hangs behind diodes that carry nothing is at their hubs' voltage in the solution, and at none in a car.
    this.fed ??= this.reached(() => true)
    const fed = this.fed.has(this.topology.cables[cable]!.from) && this.conducts(cable)
    return fed || this.diodes.isShorted(diode) ? this.voltage_V[hub]! + this.diodeAcross_V(diode) : 0
  }

  /** What a hub with two feeds has while the transistors of its diodes are off for a moment; what others draw stays as it is. */
  diodesOff(hub: number): DiodesOff {
    const { diodes } = this
    const others = this.reached(other => other !== hub)
    const two = ([0, 1] as const).map((spine) => {
      const diode = diodes.of(hub, spine)
      const cable = diodes.cables[diode]!
      const lives = others.has(this.topology.cables[cable]!.from) && this.conducts(cable)
      return { diode, before_V: lives ? this.feed_V(hub, spine) : 0 }
    })
    const supply_V = Math.max(0, ...two.map(({ diode, before_V }) => before_V - diodes.off_V(diode)))
    const [a_V, b_V] = two.map(({ diode, before_V }) => before_V === 0 && diodes.isShorted(diode) ? supply_V : before_V)
    return { supply_V, feeds_V: [a_V!, b_V!] }
  }

  /** Nodes that the battery reaches, also backwards through the shorted diodes of some hubs. */
  private reached(leaky: (hub: number) => boolean): ReadonlySet<string> {
    const { diodes, topology } = this
    return reach(topology, ({ name }) => this.conducts(this.cableIndex(name)), ({ name }) => {
      const diode = diodes.cables.indexOf(this.cableIndex(name))
      return diodes.isShorted(diode) && leaky(diodes.hubs[diode]!)
    })
  }

  /** Whether the supply conductor of a cable leads from one end to the other, its diode aside. */
  private conducts(cable: number): boolean {
    return this.pieces.every((piece, i) => piece.cable !== cable || this.supply.resistance_Ohm[i]! < Infinity)
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

  /** Where a cable begins, in its supply positive from → to, in its return to → from, A. They differ where there is a way around. */
  current_A(cable: number, conductor: OneConductor = 'supply'): number {
    return this.flow_A(conductor === 'supply' ? this.supply : this.back, cable)
  }

  /** No hub's ground can be further above the battery's negative pole than this by the last solution, V; one with an open return may. */
  get groundBound_V(): number {
    return this.lift_Ohm * this.total_A
  }

  /** How far a hub's ground is above the battery's negative pole, V. With an open return the ground floats up to the hub's supply. */
  groundOffset_V(hub: number): number {
    if (this.back.connected[this.hubNodes[hub]!] === 1) return this.lost_V(this.back, hub)
    return this.supply.connected[this.hubNodes[hub]!] === 1 ? this.batteryVoltage_V - this.lost_V(this.supply, hub) : 0
  }

  /** Of a cable as it is now, both conductors, Ω; Infinity when cut or its fuse has opened. */
  resistance_Ohm(cable: number): number {
    if (this.stale) this.rebuild()
    let sum_Ohm = 0
    for (let i = 0; i < this.pieces.length; i++) {
      if (this.pieces[i]!.cable === cable) sum_Ohm += this.supply.resistance_Ohm[i]! + this.back.resistance_Ohm[i]!
    }
    const diode = this.diodes.cables.indexOf(cable)
    return diode < 0 ? sum_Ohm : sum_Ohm + this.diodes.own_Ohm[diode]!
  }

  /** Volts lost at hub `at` by each ampere drawn at hub `by`, in both conductors, Ω. Meaningless when either is off. */
  transfer_Ohm(at: number, by: number): number {
    if (this.stale) this.rebuild()
    const i = at * this.hubNodes.length + by
    return this.supply.transfer_Ohm[i]! + this.back.transfer_Ohm[i]!
  }

  /** Share of a hub's current that flows through a cable's supply conductor from → to, or comes back through its return. */
  share(cable: number, hub: number, conductor: OneConductor = 'supply'): number {
    if (this.stale) this.rebuild()
    return (conductor === 'supply' ? this.supply : this.back).share[cable * this.hubNodes.length + hub]!
  }

  private lost_V(conductor: Conductor, hub: number): number {
    const hubs = this.hubNodes.length
    let lost_V = 0
    for (let k = 0; k < hubs; k++) lost_V += conductor.transfer_Ohm[hub * hubs + k]! * this.loads.current_A[k]!
    return lost_V
  }

  /** Divides the cables at the spots that there are. */
  private lay(): void {
    const { topology, shorts, nodes } = this
    if (this.supply !== undefined) this.square()
    this.pieces = piecesOf(this.ends, topology.cables, shorts, nodes)
    const hubs = topology.hubs.length + shorts.length
    // Spots are nodes behind all others.
    const { taps } = topology
    this.hubNodes = Int32Array.from({ length: hubs }, (_, i) => i < this.hubs ? 1 + taps.length + i : nodes + i - this.hubs)
    const { diodes } = this
    const feeds = Int32Array.from({ length: diodes.count }, (_, i) => nodes - diodes.count + i)
    const from = Int32Array.from([...this.pieces.map(piece => piece.from), ...feeds])
    const to = Int32Array.from([...this.pieces.map(piece => piece.to), ...diodes.hubs.map(hub => this.hubNodes[hub]!)])
    this.supply = new Conductor(nodes + shorts.length, from, to, this.hubNodes, feeds)
    this.back = new Conductor(nodes + shorts.length, from, to, this.hubNodes, new Int32Array(0))
    this.solver = new Solver(hubs, this.loads)
    this.stale = true
  }

  private rebuild(): void {
    this.square()
    this.fed = undefined
    const { supply, back, solver, hubNodes, voltage_V, pieces } = this
    for (let i = 0; i < pieces.length; i++) {
      supply.resistance_Ohm[i] = this.state.resistance_Ohm(pieces[i]!, true)
      back.resistance_Ohm[i] = this.state.resistance_Ohm(pieces[i]!, false)
    }
    for (let i = 0; i < this.diodes.count; i++) {
      supply.resistance_Ohm[pieces.length + i] = this.diodes.resistance_Ohm(i)
      back.resistance_Ohm[pieces.length + i] = LEAST_OHM
    }
    supply.build()
    back.build()
    solver.release()
    this.factorings++
    const hubs = hubNodes.length
    let count = 0
    this.lift_Ohm = 0
    for (let hub = 0; hub < hubs; hub++) {
      if (supply.connected[hubNodes[hub]!] === 1 && back.connected[hubNodes[hub]!] === 1) {
        solver.live[count++] = hub
      } else {
        if (hub < this.hubs) voltage_V[hub] = 0
        this.loads.current_A[hub] = 0
      }
      for (let by = 0; by < hubs; by++) this.lift_Ohm = Math.max(this.lift_Ohm, back.transfer_Ohm[hub * hubs + by]!)
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
