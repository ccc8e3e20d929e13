import { factorLdl, solveLdl } from './ldl.ts'

/**
 * All supply conductors, or all return conductors, of the car: a resistive network hung on the battery's pole (node 0).
 * Its nodal matrix is factored when a cable changes; what is kept of it is how it looks from the hubs, so that changing
 * loads cost a small multiplication.
 */
export class Conductor {
  /** Of every cable, Ω; Infinity = open. Call `build` after a change. */
  readonly resistance_Ohm: Float64Array
  /** Whether the battery's pole is reached from a node. */
  readonly connected: Uint8Array
  /** Volts lost at hub h by each ampere that hub k draws: [h · hubs + k], Ω. 0 where not connected. */
  readonly transfer_Ohm: Float64Array
  /** Volts lost at each watched node by each ampere that hub k draws: [w · hubs + k], Ω. */
  readonly watched_Ohm: Float64Array
  /** Share of hub k's current that flows through cable b, in direction from → to: [b · hubs + k]. */
  readonly share: Float64Array
  private readonly nodes: number
  private readonly from: Int32Array
  private readonly to: Int32Array
  private readonly hubNodes: Int32Array
  private readonly watched: Int32Array
  private readonly matrix: Float64Array
  private readonly column: Float64Array

  constructor(nodes: number, from: Int32Array, to: Int32Array, hubNodes: Int32Array, watched: Int32Array) {
    const cables = from.length
    const hubs = hubNodes.length
    this.nodes = nodes
    this.from = from
    this.to = to
    this.hubNodes = hubNodes
    this.watched = watched
    this.watched_Ohm = new Float64Array(watched.length * hubs)
    this.resistance_Ohm = new Float64Array(cables)
    this.connected = new Uint8Array(nodes)
    this.transfer_Ohm = new Float64Array(hubs * hubs)
    this.share = new Float64Array(cables * hubs)
    this.matrix = new Float64Array(nodes * nodes)
    this.column = new Float64Array(nodes)
  }

  build(): void {
    this.findConnected()
    this.stampMatrix()
    factorLdl(this.matrix, this.nodes, this.nodes)
    const { hubNodes, watched, watched_Ohm, share, transfer_Ohm, column, connected } = this
    const hubs = hubNodes.length
    for (let k = 0; k < hubs; k++) {
      column.fill(0)
      if (connected[hubNodes[k]!] === 1) {
        column[hubNodes[k]!] = 1
        solveLdl(this.matrix, this.nodes, this.nodes, column)
      }
      for (let h = 0; h < hubs; h++) transfer_Ohm[h * hubs + k] = column[hubNodes[h]!]!
      for (let w = 0; w < watched.length; w++) watched_Ohm[w * hubs + k] = column[watched[w]!]!
      for (let b = 0; b < this.from.length; b++) {
        share[b * hubs + k] = (column[this.to[b]!]! - column[this.from[b]!]!) / this.resistance_Ohm[b]!
      }
    }
  }

  private findConnected(): void {
    const { connected, from, to, resistance_Ohm } = this
    connected.fill(0)
    connected[0] = 1
    for (let grown = true; grown;) {
      grown = false
      for (let b = 0; b < from.length; b++) {
        if (resistance_Ohm[b] === Infinity || connected[from[b]!] === connected[to[b]!]) continue
        connected[from[b]!] = connected[to[b]!] = 1
        grown = true
      }
    }
  }

  /** The pole and nodes that hang in the air are rows of the unit matrix: they stay at 0. */
  private stampMatrix(): void {
    const { matrix, nodes, connected, from, to, resistance_Ohm } = this
    matrix.fill(0)
    for (let node = 0; node < nodes; node++) if (node === 0 || connected[node] === 0) matrix[node * nodes + node] = 1
    for (let b = 0; b < from.length; b++) {
      const a = from[b]!
      const z = to[b]!
      if (resistance_Ohm[b] === Infinity || connected[a] === 0) continue
      const conductance_S = 1 / resistance_Ohm[b]!
      if (a !== 0) matrix[a * nodes + a]! += conductance_S
      if (z !== 0) matrix[z * nodes + z]! += conductance_S
      if (a !== 0 && z !== 0) {
        matrix[a * nodes + z]! -= conductance_S
        matrix[z * nodes + a]! -= conductance_S
      }
    }
  }
}
