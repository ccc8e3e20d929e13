import { benchLatency, benchMemory, benchSlcan } from './gateway/index.ts'
import type { BenchOptions, BenchRow } from './measure.ts'

/** The gateway: SLCAN over a pty beside python-can and the raw pty, latency from link to link, an hour of traffic. */
export async function benchGateway(options: BenchOptions): Promise<BenchRow[]> {
  return [
    ...await benchSlcan(),
    ...await benchLatency('9,009 frames/s of 8 bytes', 9009, 8, options.long ? 60 : 5),
    ...await benchLatency('20,000 empty frames/s', 20_000, 0, options.long ? 60 : 5),
    ...await benchMemory(options.long ? 3600 : 600),
  ]
}
