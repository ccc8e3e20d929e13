import type { Conductor } from './conductor.ts'

/**
 * What heats the copper: the square of the current of each conductor, summed over time. Currents stay between two solutions, and flow
 * through a conductor in proportion to what hubs draw as long as no cable changes. So it is enough to sum the products of what two
 * hubs draw, which takes a multiplication a pair and solution, and to make squares of them when somebody asks.
 */
export class FlowSquares {
  /** By conductor: supply by cable, then return; since they were last taken, A²s. */
  readonly square_A2s: Float64Array
  private readonly cables: number
  /** Sums of the products of what hubs `k ≥ l` draw, row by row, A²s. */
  private readonly products_A2s: Float64Array
  /** Time for which the present solution has been flowing and is not yet summed. */
  private held_s = 0
  private empty = true

  /** `places`: the most hubs and spots there may be. */
  constructor(cables: number, places: number) {
    this.cables = cables
    this.square_A2s = new Float64Array(2 * cables)
    this.products_A2s = new Float64Array(places * (places + 1) / 2)
  }

  /** The present solution flows for so long. */
  hold(dt_s: number): void {
    this.held_s += dt_s
  }

  /** To be called before what hubs draw changes. */
  sum(current_A: Float64Array, hubs: number): void {
    const dt_s = this.held_s
    if (dt_s === 0) return
    this.held_s = 0
    this.empty = false
    const { products_A2s } = this
    for (let k = 0, at = 0; k < hubs; k++) {
      const charge_As = current_A[k]! * dt_s
      if (charge_As === 0) {
        at += k + 1
        continue
      }
      for (let l = 0; l <= k; l++, at++) products_A2s[at]! += charge_As * current_A[l]!
    }
  }

  /** To be called before shares change, after `sum`; and before the squares are read. */
  square(supply: Conductor, back: Conductor, hubs: number): void {
    if (this.empty) return
    this.empty = true
    this.add(supply.share, 0, hubs)
    this.add(back.share, this.cables, hubs)
    this.products_A2s.fill(0)
  }

  /** They have heated the copper. */
  clear(): void {
    this.square_A2s.fill(0)
  }

  private add(share: Float64Array, first: number, hubs: number): void {
    const { products_A2s, square_A2s, cables } = this
    for (let cable = 0; cable < cables; cable++) {
      const row = cable * hubs
      let sum_A2s = 0
      for (let k = 0, at = 0; k < hubs; k++) {
        const own = share[row + k]!
        if (own === 0) {
          at += k + 1
          continue
        }
        for (let l = 0; l < k; l++, at++) sum_A2s += 2 * own * share[row + l]! * products_A2s[at]!
        sum_A2s += own * own * products_A2s[at++]!
      }
      // Rounding may leave less than nothing where currents cancel.
      if (sum_A2s > 0) square_A2s[first + cable]! += sum_A2s
    }
  }
}
