import { createHistogram } from 'node:perf_hooks'

const INTERVAL_ms = 5
const RANGE = { lowest: 1, highest: 3_600_000_000_000, figures: 3 } as const

/** How late this process comes to its work, ms: what every frame may have to wait. */
export interface LagSummary {
  readonly p50_ms: number
  readonly p99_ms: number
  readonly max_ms: number
  /** The part of it, at most, that this process computed away itself; the rest the machine gave to others. */
  readonly own_p99_ms: number
  readonly own_max_ms: number
}

/**
 * Measures the lag of the event loop, by a timer of 5 ms beside everything else. The processor time that the process
 * used since the timer was set tells its own doing from that of a busy machine.
 */
export class LoopLag {
  private readonly late = createHistogram(RANGE)
  private readonly own = createHistogram(RANGE)
  private timer: NodeJS.Timeout | undefined
  private set_ms = 0
  private used_us = 0

  start(): void {
    this.used_us = processorTime_us()
    this.set_ms = performance.now()
    this.timer = setInterval(() => this.tick(), INTERVAL_ms).unref()
  }

  stop(): void {
    clearInterval(this.timer)
  }

  summary(): LagSummary {
    const { late, own } = this
    if (late.count === 0) return { p50_ms: 0, p99_ms: 0, max_ms: 0, own_p99_ms: 0, own_max_ms: 0 }
    return {
      p50_ms: late.percentile(50) / 1e6, p99_ms: late.percentile(99) / 1e6, max_ms: late.max / 1e6,
      own_p99_ms: own.percentile(99) / 1e6, own_max_ms: own.max / 1e6,
    }
  }

  reset(): void {
    this.late.reset()
    this.own.reset()
  }

  private tick(): void {
    const now_ms = performance.now()
    const used_us = processorTime_us()
    const late_ms = Math.max(0, now_ms - this.set_ms - INTERVAL_ms)
    this.late.record(Math.max(1, Math.round(late_ms * 1e6)))
    this.own.record(Math.max(1, Math.round(Math.min(late_ms, (used_us - this.used_us) / 1000) * 1e6)))
    this.set_ms = now_ms
    this.used_us = used_us
  }
}

function processorTime_us(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
