import { benchBuses } from './bus.ts'
import { benchCodec } from './codec.ts'
import type { BenchRow } from './measure.ts'
import { benchSedan } from './sedan.ts'

/** The benchmarks by name, in the order in which they run. */
export const BENCHES: Readonly<Record<string, () => BenchRow[] | Promise<BenchRow[]>>> = {
  bus: benchBuses,
  sedan: benchSedan,
  codec: benchCodec,
}

export type { BenchRow } from './measure.ts'
