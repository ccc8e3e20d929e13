import { performance } from 'node:perf_hooks'

/** One line of `spine bench`. */
export interface BenchRow {
  readonly name: string
  /** What we do, per second or as a multiple of real time. */
  readonly value: number
  readonly unit: string
  /** The peer or the hand-written limit measured beside it in the same run; absent when it could not run here. */
  readonly peer?: { readonly name: string, readonly value: number }
  /** value ÷ peer. */
  readonly ratio?: number
  /** The promise: least ratio, or least or largest value where there is no peer. */
  readonly target?: { readonly atLeast: number, readonly of: 'ratio' | 'value' } | { readonly atMost: number, readonly of: 'value' }
  readonly met?: boolean
  /** Why a peer is missing, or what else a reader must know. */
  readonly note?: string
}

export interface BenchOptions {
  /** Run those that say so for as long as their promise does: a minute at a rate, an hour of traffic. */
  readonly long: boolean
}

/** A piece of work that does `count` operations. */
export type Work = (count: number) => void

const ROUNDS = 7

/**
 * Operations per second of each work, as medians over rounds in which the works take turns, so that a machine whose
 * speed drifts drifts for all of them.
 */
export function ratesOf(works: readonly Work[], round_ms = 120): number[] {
  const counts = works.map(work => calibrate(work, round_ms))
  const samples: number[][] = works.map(() => [])
  for (let round = 0; round < ROUNDS; round++) {
    works.forEach((work, i) => samples[i]!.push(counts[i]! / (elapsed_ms(work, counts[i]!) / 1000)))
  }
  return samples.map(median)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}

/** Completes a row from its measured parts. */
export function row(parts: Omit<BenchRow, 'ratio' | 'met'>): BenchRow {
  const ratio = parts.peer === undefined ? undefined : parts.value / parts.peer.value
  const judged = parts.target?.of === 'ratio' ? ratio : parts.value
  return {
    ...parts,
    ...(ratio === undefined ? {} : { ratio }),
    ...(parts.target === undefined || judged === undefined ? {} : { met: meets(judged, parts.target) }),
  }
}

function meets(value: number, target: NonNullable<BenchRow['target']>): boolean {
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast
}

function calibrate(work: Work, round_ms: number): number {
  let count = 64
  for (;;) {
    const took_ms = elapsed_ms(work, count)
    if (took_ms >= round_ms / 4) return Math.max(1, Math.round(count * round_ms / took_ms))
    count *= 2
  }
}

function elapsed_ms(work: Work, count: number): number {
  const start = performance.now()
  work(count)
  return performance.now() - start
}
