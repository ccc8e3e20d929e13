import type { CopperLimits } from './copper-limits.ts'

/** How much of the copper is spoken for. A reservation touches the rows of its own hub only. */
export class CopperLoad {
  /** By hub and row: what each mA of the hub takes. */
  readonly weights: readonly Float64Array[]
  private readonly rows: readonly (readonly number[])[]
  /** By row. */
  private readonly left: Float64Array
  /** Where the rows of a hub begin: 0 while only its static share, which is the first, may be used; else 1. */
  private from: number

  /** Idle currents are taken at once. */
  constructor(copper: CopperLimits) {
    this.weights = copper.weights
    this.rows = copper.rows
    this.left = new Float64Array(copper.limits.length)
    this.from = 1
    for (let i = 0; i < this.left.length; i++) this.left[i] = copper.limits[i]!
    for (let hub = 0; hub < this.rows.length; hub++) this.take(hub, copper.idle_mA[hub]!)
  }

  /** From now on a hub may use its static share only, or whatever the copper carries. */
  restrict(staticOnly: boolean): void {
    this.from = staticOnly ? 0 : 1
  }

  /** Reserves current at a hub; negative gives back. */
  take(hub: number, current_mA: number): void {
    const rows = this.rows[hub]!
    const weights = this.weights[hub]!
    for (let i = 0; i < rows.length; i++) this.left[rows[i]!]! -= weights[rows[i]!]! * current_mA
  }

  /** What a hub may draw on top of all that is reserved, mA; negative when something is over its limit already. */
  room_mA(hub: number): number {
    const rows = this.rows[hub]!
    const weights = this.weights[hub]!
    let room = Infinity
    for (let i = this.from; i < rows.length; i++) room = Math.min(room, this.left[rows[i]!]! / weights[rows[i]!]!)
    return Math.floor(room)
  }

  /**
   * True when current at a hub would leave too little for `other_mA` at another. Not while that one lacks anything that the
   * first does not touch: then it cannot have the rest either.
   */
  competes(hub: number, current_mA: number, other: number, other_mA: number): boolean {
    const rows = this.rows[other]!
    const takes = this.weights[hub]!
    const needs = this.weights[other]!
    let competes = false
    for (let i = this.from; i < rows.length; i++) {
      const row = rows[i]!
      const left = this.left[row]! - needs[row]! * other_mA
      if (left < 0 && takes[row] === 0) return false
      if (left < takes[row]! * current_mA) competes = true
    }
    return competes
  }

  /** The first row without room for a current at a hub, the most local first; −1: it fits. */
  shortRow(hub: number, current_mA: number): number {
    const rows = this.rows[hub]!
    const weights = this.weights[hub]!
    for (let i = this.from; i < rows.length; i++) {
      if (this.left[rows[i]!]! < weights[rows[i]!]! * current_mA) return rows[i]!
    }
    return -1
  }

  /** How much a row lacks for a current at a hub, in the row's unit. */
  lack(row: number, hub: number, current_mA: number): number {
    return this.weights[hub]![row]! * current_mA - this.left[row]!
  }

  /** True when a current fits at a hub once each hub has given back its part of `back_mA`. */
  fitsWithout(hub: number, current_mA: number, back_mA: Float64Array): boolean {
    const rows = this.rows[hub]!
    const weights = this.weights[hub]!
    for (let i = this.from; i < rows.length; i++) {
      let left = this.left[rows[i]!]! - weights[rows[i]!]! * current_mA
      if (left >= 0) continue
      for (let other = 0; other < back_mA.length; other++) left += this.weights[other]![rows[i]!]! * back_mA[other]!
      if (left < 0) return false
    }
    return true
  }

  /** Reserved at a hub beyond its static share. */
  exceedsShare(hub: number): boolean {
    return this.left[hub]! < 0
  }
}
