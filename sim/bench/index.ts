import { benchBuses } from './bus.ts'
import { benchCodec } from './codec.ts'
import { benchGateway } from './gateway.ts'
import { benchKernelCan } from './kernel-can.ts'
import { benchLogs } from './logs.ts'
import type { BenchOptions, BenchRow } from './measure.ts'
import { benchSedan } from './sedan.ts'

/** The benchmarks by name, in the order in which they run. */
export const BENCHES: Readonly<Record<string, (options: BenchOptions) => BenchRow[] | Promise<BenchRow[]>>> = {
  bus: benchBuses,
  sedan: benchSedan,
  codec: benchCodec,
  gateway: benchGateway,
  logs: benchLogs,
  socketcan: benchKernelCan,
}

export type { BenchRow } from './measure.ts'
