import type { CopperLimits } from './copper-limits.ts'

/** How much of the copper is spoken for. A reservation touches the rows of its own hub only. */
export class CopperLoad {
  private readonly weights: readonly Float64Array[]
  private readonly rows: readonly (readonly number[])[]
  /** The first of the rows that count run currents only; and by hub, where these begin in its `rows`, at the end. */
  private readonly lasting: number
  private readonly ends: readonly number[]
  /** By row. */
  private readonly left: Float64Array
  /** By hub: what it took, what is held back for it at least, and what of it the rows count; for long, and at present. */
  private readonly run_mA: Float64Array
  private readonly now_mA: Float64Array
  private readonly leastRun_mA: Float64Array
  private readonly least_mA: Float64Array
  private readonly countedRun_mA: Float64Array
  private readonly counted_mA: Float64Array
  /** Where the rows of a hub begin: 0 while only its static share, which is the first, may be used; else 1. */
  private from: number

  /** Idle currents are taken at once. */
  constructor(copper: CopperLimits) {
    this.weights = copper.weights
    this.rows = copper.rows
    this.lasting = copper.lasting
    this.ends = copper.ends
    this.left = copper.limits.slice()
    this.run_mA = new Float64Array(this.rows.length)
    this.now_mA = new Float64Array(this.rows.length)
    this.leastRun_mA = new Float64Array(this.rows.length)
    this.least_mA = new Float64Array(this.rows.length)
    this.countedRun_mA = new Float64Array(this.rows.length)
    this.counted_mA = new Float64Array(this.rows.length)
    this.from = 1
    for (let hub = 0; hub < this.rows.length; hub++) this.take(hub, copper.idle_mA[hub]!, copper.idle_mA[hub]!)
  }

  /** From now on a hub may use its static share only, or whatever the copper carries. */
  restrict(staticOnly: boolean): void {
    this.from = staticOnly ? 0 : 1
  }

  /** Reserves current at a hub, `run_mA` of it for long and `now_mA` at present; negative gives back. */
  take(hub: number, run_mA: number, now_mA: number): void {
    this.run_mA[hub] = this.run_mA[hub]! + run_mA
    this.now_mA[hub] = this.now_mA[hub]! + now_mA
    this.count(hub)
  }

  /** A hub counts for this at least, whatever is reserved there: for long, and at present. */
  holdBack(hub: number, run_mA: number, now_mA: number): void {
    this.leastRun_mA[hub] = run_mA
    this.least_mA[hub] = now_mA
    this.count(hub)
  }

  /** What counts for a hub for long, and at present, mA. */
  countedRunOf_mA(hub: number): number {
    return this.countedRun_mA[hub]!
  }

  countedOf_mA(hub: number): number {
    return this.counted_mA[hub]!
  }

  /** What a hub may draw for long on top of all that is reserved, mA; negative when something is over its limit already. */
  room_mA(hub: number): number {
    return Math.min(this.peakRoom_mA(hub), this.lastingRoom_mA(hub))
  }

  /** The same by what is drawn at present only: for a peak, of which fuses bear more. */
  peakRoom_mA(hub: number): number {
    return this.roomIn_mA(hub, this.from, this.ends[hub]!)
  }

  /** The same by what fuses bear for ever only; Infinity where they set no limit. */
  lastingRoom_mA(hub: number): number {
    return this.roomIn_mA(hub, this.ends[hub]!, this.rows[hub]!.length)
  }

  /**
   * True when current at a hub would leave too little for another, each `run_mA` for long and `now_mA` at present more than it has.
   * Not while that one lacks anything that the first does not touch: then it cannot have the rest either.
   */
  competes(hub: number, run_mA: number, now_mA: number, other: number, otherRun_mA: number, otherNow_mA: number): boolean {
    const rows = this.rows[other]!
    const takes = this.weights[hub]!
    const needs = this.weights[other]!
    const end = this.ends[other]!
    let competes = false
    for (let i = this.from; i < rows.length; i++) {
      const row = rows[i]!
      const left = this.left[row]! - needs[row]! * (i < end ? otherNow_mA : otherRun_mA)
      if (left < 0 && takes[row] === 0) return false
      if (left < takes[row]! * (i < end ? now_mA : run_mA)) competes = true
    }
    return competes
  }

  /** The first row without room for a current at a hub, the most local first; −1: it fits. */
  shortRow(hub: number, run_mA: number, now_mA: number): number {
    const rows = this.rows[hub]!
    const weights = this.weights[hub]!
    const end = this.ends[hub]!
    for (let i = this.from; i < rows.length; i++) {
      if (this.left[rows[i]!]! < weights[rows[i]!]! * (i < end ? now_mA : run_mA)) return rows[i]!
    }
    return -1
  }

  /** How much a row lacks for a current at a hub, in the row's unit. */
  lack(row: number, hub: number, run_mA: number, now_mA: number): number {
    return this.takes(row, hub, run_mA, now_mA) - this.left[row]!
  }

  /** What a current at a hub takes of a row, in the row's unit. */
  takes(row: number, hub: number, run_mA: number, now_mA: number): number {
    return this.weights[hub]![row]! * (row < this.lasting ? now_mA : run_mA)
  }

  /** True when a current fits at a hub once each hub has given back its part of both. */
  fitsWithout(hub: number, run_mA: number, now_mA: number, backRun_mA: Float64Array, backNow_mA: Float64Array): boolean {
    const rows = this.rows[hub]!
    for (let i = this.from; i < rows.length; i++) {
      let lack = this.lack(rows[i]!, hub, run_mA, now_mA)
      if (lack <= 0) continue
      for (let other = 0; other < backRun_mA.length; other++) lack -= this.takes(rows[i]!, other, backRun_mA[other]!, backNow_mA[other]!)
      if (lack > 0) return false
    }
    return true
  }

  /** More is reserved than this row bears: of the first, a hub's static share; of the others, the copper. */
  isShort(row: number): boolean {
    return this.left[row]! < 0
  }

  /** A current at this hub counts in this row. */
  concerns(row: number, hub: number): boolean {
    return this.weights[hub]![row]! > 0
  }

  private count(hub: number): void {
    const run_mA = Math.max(this.run_mA[hub]!, this.leastRun_mA[hub]!)
    const now_mA = Math.max(this.now_mA[hub]!, this.least_mA[hub]!)
    const moreRun_mA = run_mA - this.countedRun_mA[hub]!
    const more_mA = now_mA - this.counted_mA[hub]!
    this.countedRun_mA[hub] = run_mA
    this.counted_mA[hub] = now_mA
    const rows = this.rows[hub]!
    const weights = this.weights[hub]!
    const end = this.ends[hub]!
    for (let i = 0; i < end; i++) this.left[rows[i]!]! -= weights[rows[i]!]! * more_mA
    for (let i = end; i < rows.length; i++) this.left[rows[i]!]! -= weights[rows[i]!]! * moreRun_mA
  }

  private roomIn_mA(hub: number, from: number, end: number): number {
    const rows = this.rows[hub]!
    const weights = this.weights[hub]!
    let room = Infinity
    for (let i = from; i < end; i++) room = Math.min(room, this.left[rows[i]!]! / weights[rows[i]!]!)
    return Math.floor(room)
  }
}
