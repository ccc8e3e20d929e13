import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_ms = 10

/** How late this process comes to its work, ms: what every frame may have to wait. */
export interface LagSummary {
  readonly p50_ms: number
  readonly p99_ms: number
  readonly max_ms: number
}

/** Measures the lag of the event loop, by a timer of 10 ms beside everything else. */
export class LoopLag {
  private readonly histogram = monitorEventLoopDelay({ resolution: RESOLUTION_ms })

  start(): void {
    this.histogram.enable()
  }

  stop(): void {
    this.histogram.disable()
  }

  summary(): LagSummary {
    const { histogram } = this
    const late = (delay_ns: number): number => Number.isFinite(delay_ns) ? Math.max(0, delay_ns / 1e6 - RESOLUTION_ms) : 0
    if (histogram.count === 0) return { p50_ms: 0, p99_ms: 0, max_ms: 0 }
    return { p50_ms: late(histogram.percentile(50)), p99_ms: late(histogram.percentile(99)), max_ms: late(histogram.max) }
  }

  reset(): void {
    this.histogram.reset()
  }
}
