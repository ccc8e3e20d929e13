import { MEDIAN_N, type PinchResult } from './sweep.ts'

/** Forces of one kind of rod. */
export interface RodSummary {
  readonly stiffness_N_mm: number
  readonly cases: number
  readonly passed: number
  /** Reversed from the rod; the others closed over it, pressing less than trips, or the motor was too weak. */
  readonly reversed: number
  /** Reversed before they met the rod, as from friction that was new to them: harmless here, and no part of the quantiles. */
  readonly early: number
  /** Of those that reversed from the rod, N. */
  readonly median_N: number
  readonly p95_N: number
  readonly most_N: number
  readonly worst: PinchResult
}

/** Collects results by stiffness of the rod. */
export class Summary {
  readonly failures: PinchResult[] = []
  private readonly byRod = new Map<number, PinchResult[]>()

  add(result: PinchResult): void {
    const list = this.byRod.get(result.case.stiffness_N_mm)
    if (list === undefined) this.byRod.set(result.case.stiffness_N_mm, [result])
    else list.push(result)
    if (!result.passed) this.failures.push(result)
  }

  get results(): PinchResult[] {
    return [...this.byRod.values()].flat()
  }

  rods(): RodSummary[] {
    return [...this.byRod].sort(([a], [b]) => a - b).map(([stiffness_N_mm, results]) => summarise(stiffness_N_mm, results))
  }

  total(): RodSummary {
    return summarise(NaN, this.results)
  }

  /** The hardest presses, hardest first. */
  worst(count: number): PinchResult[] {
    return this.results.sort((a, b) => b.peak_N - a.peak_N).slice(0, count)
  }

  /** All below the limit, and the median below its aim. */
  get met(): boolean {
    return this.failures.length === 0 && !(this.total().median_N >= MEDIAN_N)
  }
}

function summarise(stiffness_N_mm: number, results: readonly PinchResult[]): RodSummary {
  const reversed = results.filter(result => result.reversed)
  const forces = reversed.map(result => result.peak_N).filter(peak_N => peak_N > 0).sort((a, b) => a - b)
  const worst = results.reduce((most, result) => result.peak_N > most.peak_N ? result : most)
  return {
    stiffness_N_mm, cases: results.length, passed: results.filter(result => result.passed).length, reversed: forces.length,
    early: reversed.length - forces.length,
    median_N: quantile(forces, 0.5), p95_N: quantile(forces, 0.95), most_N: worst.peak_N, worst,
  }
}

/** Of sorted values; NaN without any. */
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return NaN
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}
