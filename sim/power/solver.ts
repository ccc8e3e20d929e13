import type { Loads } from './loads.ts'

/** Residual at which a solution is exact, V: far below the millivolt that anyone measures. */
const EXACT_V = 1e-6
/**
 * Slopes that, times the copper before them, come to less than this are left out of the matrix: iterating brings them in as
 * fast, and a car whose loads are boards and regulated currents is solved without elimination.
 */
const FLAT = 0.01
/** Bounds on evaluations of all loads in one solve. */
const WARM_EVALUATIONS = 6
const FAST_EVALUATIONS = 40
const SLOW_STEPS = 300
/** A step is halved at most down to this share. */
const SMALLEST_STEP = 1 / 64

/**
 * Solves V = E − R·ΣI(V) − W·I(V) for the voltages of the hubs that have both conductors, W being the copper as seen from
 * the hubs (ohms, hub by hub) and E behind R the source. Newton's method from the open-circuit voltage down, so that of
 * several solutions (a converter may have two) the one with the highest voltage is found, whatever was before. Where there
 * cannot be a second one it may begin at the anchor instead, an earlier solution, which is quicker.
 */
export class Solver {
  /** Hubs that take part, as indices into `Loads`. */
  live: Int32Array
  /** W, order `count`, rows `hubs` apart. */
  readonly transfer_Ohm: Float64Array
  count = 0
  /** Voltage at each taking part, in the order of `live`. */
  readonly voltage_V: Float64Array
  private readonly anchor_V: Float64Array
  private anchored = false
  private readonly loads: Loads
  private readonly stride: number
  private readonly current_A: Float64Array
  private readonly residual_V: Float64Array
  private readonly step_V: Float64Array
  private readonly before_V: Float64Array
  private readonly matrix: Float64Array
  /** Hubs in the elimination, as places in `live`; their slopes, and their part of the step. */
  private readonly sloped: Int32Array
  private readonly steep_S: Float64Array
  private readonly sloped_V: Float64Array

  constructor(hubs: number, loads: Loads) {
    this.loads = loads
    this.stride = hubs
    this.live = new Int32Array(hubs)
    this.transfer_Ohm = new Float64Array(hubs * hubs)
    this.voltage_V = new Float64Array(hubs)
    this.anchor_V = new Float64Array(hubs)
    this.current_A = new Float64Array(hubs)
    this.residual_V = new Float64Array(hubs)
    this.step_V = new Float64Array(hubs)
    this.before_V = new Float64Array(hubs)
    this.matrix = new Float64Array(hubs * hubs)
    this.sloped = new Int32Array(hubs)
    this.steep_S = new Float64Array(hubs)
    this.sloped_V = new Float64Array(hubs)
  }

  /** `false` if it did not converge; then `voltage_V` is the last of what was tried. The loads' currents are left in `Loads`. */
  solve(emf_V: number, source_Ohm: number): boolean {
    if (this.anchored) {
      this.voltage_V.set(this.anchor_V)
      if (this.solveFast(emf_V, source_Ohm, WARM_EVALUATIONS) && this.unique(source_Ohm)) return true
    }
    this.voltage_V.fill(emf_V)
    return this.solveFast(emf_V, source_Ohm, FAST_EVALUATIONS) || this.solveSlowly(emf_V, source_Ohm)
  }

  /** Takes the present solution as the beginning of later ones, as long as no other solution exists. */
  anchor(source_Ohm: number): void {
    this.anchored = this.unique(source_Ohm)
    this.anchor_V.set(this.voltage_V)
  }

  /** Forgets the anchor: the copper has changed. */
  release(): void {
    this.anchored = false
  }

  /**
   * Whether the loads at the last evaluation leave no room for a second solution: no converter in collapse, and the falling
   * currents of the others, times the copper before them, far below one. All other loads rise with the voltage.
   */
  private unique(source_Ohm: number): boolean {
    if (this.loads.fragile) return false
    let falling = 0
    for (let i = 0; i < this.count; i++) {
      const slope_S = this.loads.slope_S[this.live[i]!]!
      if (slope_S < 0) falling -= slope_S * (source_Ohm + this.transfer_Ohm[i * this.stride + i]!)
    }
    return falling < 0.5
  }

  /** Newton's steps from `voltage_V`, each halved until the error falls. */
  private solveFast(emf_V: number, source_Ohm: number, most: number): boolean {
    const { count, voltage_V, before_V, step_V } = this
    let error_V = this.evaluate(emf_V, source_Ohm)
    let evaluations = 1
    while (error_V > EXACT_V && evaluations < most) {
      this.newtonStep(source_Ohm, 1)
      for (let i = 0; i < count; i++) before_V[i] = voltage_V[i]!
      const start_V = error_V
      let share = 1
      for (;;) {
        for (let i = 0; i < count; i++) voltage_V[i] = before_V[i]! + share * step_V[i]!
        error_V = this.evaluate(emf_V, source_Ohm)
        evaluations++
        if (error_V < start_V || share <= SMALLEST_STEP) break
        share *= 0.5
      }
    }
    return error_V <= EXACT_V
  }

  /**
   * For loads with kinks that throw Newton's method to and fro (a converter at its lowest voltage, a port at its limit): each
   * hub as if it had a capacitor, charged from the open-circuit voltage to rest in implicit steps that grow while the error falls.
   */
  private solveSlowly(emf_V: number, source_Ohm: number): boolean {
    const { count, voltage_V, step_V } = this
    for (let i = 0; i < count; i++) voltage_V[i] = emf_V
    let error_V = this.evaluate(emf_V, source_Ohm)
    let inertia = 1
    for (let steps = 0; error_V > EXACT_V && steps < SLOW_STEPS; steps++) {
      this.newtonStep(source_Ohm, 1 + inertia)
      for (let i = 0; i < count; i++) voltage_V[i]! += step_V[i]!
      const start_V = error_V
      error_V = this.evaluate(emf_V, source_Ohm)
      inertia *= error_V < start_V ? 0.6 : 2
    }
    return error_V <= EXACT_V
  }

  /** Loads and residuals at `voltage_V`; returns the largest residual. */
  private evaluate(emf_V: number, source_Ohm: number): number {
    const { count, stride, live, loads, voltage_V, transfer_Ohm, residual_V } = this
    const current_A = this.current_A
    let total_A = 0
    loads.fragile = false
    for (let i = 0; i < count; i++) {
      const hub = live[i]!
      loads.evaluate(hub, voltage_V[i]!)
      const hub_A = loads.current_A[hub]!
      current_A[i] = hub_A!
      total_A += hub_A
    }
    const terminal_V = emf_V - source_Ohm * total_A
    let largest_V = 0
    const last = count - 1
    // Four rows at a time, as that reads each current once for all of them; at the end the last row stands in for those that are missing.
    for (let i = 0; i < count; i += 4) {
      const j = i + 1 < last ? i + 1 : last
      const k = i + 2 < last ? i + 2 : last
      const l = i + 3 < last ? i + 3 : last
      const a = i * stride
      const b = j * stride
      const c = k * stride
      const d = l * stride
      let a_V = voltage_V[i]! - terminal_V
      let b_V = voltage_V[j]! - terminal_V
      let c_V = voltage_V[k]! - terminal_V
      let d_V = voltage_V[l]! - terminal_V
      for (let by = 0; by < count; by++) {
        const by_A = current_A[by]!
        a_V += transfer_Ohm[a + by]! * by_A
        b_V += transfer_Ohm[b + by]! * by_A
        c_V += transfer_Ohm[c + by]! * by_A
        d_V += transfer_Ohm[d + by]! * by_A
      }
      residual_V[i] = a_V
      residual_V[j] = b_V
      residual_V[k] = c_V
      residual_V[l] = d_V
    }
    for (let i = 0; i < count; i++) {
      const size = residual_V[i]! < 0 ? -residual_V[i]! : residual_V[i]!
      if (size > largest_V) largest_V = size!
    }
    return largest_V
  }

  /**
   * Puts the solution of (mass + (R + W)·diag(slope))·step = −residual into `step_V`. Only hubs with a slope take part
   * in the elimination.
   */
  private newtonStep(source_Ohm: number, mass: number): void {
    const { count, stride, live, transfer_Ohm, residual_V, step_V, sloped, steep_S, sloped_V } = this
    const slope_S = this.loads.slope_S
    let order = 0
    for (let i = 0; i < count; i++) {
      const hub_S = slope_S[live[i]!]!
      const weight = hub_S * (source_Ohm + transfer_Ohm[i * stride + i]!)
      step_V[i] = -residual_V[i]!
      if (!(weight > FLAT || weight < -FLAT)) continue
      steep_S[order] = hub_S!
      sloped_V[order] = -residual_V[i]!
      sloped[order++] = i
    }
    this.eliminate(order, source_Ohm, mass)
    let next = 0
    for (let i = 0; i < count; i++) {
      if (next < order && sloped[next] === i) {
        step_V[i] = sloped_V[next++]!
        continue
      }
      let step = step_V[i]!
      const row = i * stride
      for (let k = 0; k < order; k++) step -= (source_Ohm + transfer_Ohm[row + sloped[k]!]!) * steep_S[k]! * sloped_V[k]!
      step_V[i] = step / mass
    }
  }

  /**
   * Gaussian elimination among the `order` sloped hubs, row by row, of `sloped_V` in place. A vanishing pivot (a collapse) is kept off
   * zero; the halving of steps then bounds what it does.
   */
  private eliminate(order: number, source_Ohm: number, mass: number): void {
    const { stride, transfer_Ohm, sloped, steep_S, sloped_V, matrix } = this
    for (let r = 0; r < order; r++) {
      const row = r * stride
      const from = sloped[r]! * stride
      let right_V = sloped_V[r]!
      for (let c = 0; c < order; c++) {
        let sum = (source_Ohm + transfer_Ohm[from + sloped[c]!]!) * steep_S[c]!
        if (c === r) sum += mass
        const above = c < r ? c : r
        for (let p = 0, at = c; p < above; p++, at += stride) sum -= matrix[row + p]! * matrix[at]!
        if (c < r) {
          sum /= matrix[c * stride + c]!
          right_V -= sum * sloped_V[c]!
        } else if (c === r && sum < 1e-3 && sum > -1e-3) sum = 1e-3
        matrix[row + c] = sum
      }
      sloped_V[r] = right_V!
    }
    for (let r = order - 1; r >= 0; r--) {
      const row = r * stride
      let sum = sloped_V[r]!
      for (let c = r + 1; c < order; c++) sum -= matrix[row + c]! * sloped_V[c]!
      sloped_V[r] = sum / matrix[row + r]!
    }
  }
}
