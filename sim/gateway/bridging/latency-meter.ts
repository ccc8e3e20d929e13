import { createHistogram } from 'node:perf_hooks'
import type { Link } from '../link.ts'

/** Frames whose way is followed at a time; more are not followed. */
const CAPACITY = 8192
/** Turns of the event loop without progress after which it is looked at less often. */
const EAGER_TURNS = 50
const PATIENT_ms = 5

/** Times of a direction, µs. */
export interface LatencySummary {
  /** Frames measured. */
  readonly frames: number
  readonly p50_us: number
  readonly p99_us: number
  readonly max_us: number
}

/**
 * Measures how long frames stay in the gateway: from when a link handed them over until the other link's medium took
 * them (an adapter that confirms frames: until it did). A link delivers in order, so what it has queued tells which
 * frames are through.
 */
export class LatencyMeter {
  private readonly link: Link
  private readonly histogram = createHistogram({ lowest: 1, highest: 3_600_000_000_000, figures: 3 })
  private readonly entered_ms = new Float64Array(CAPACITY)
  private first = 0
  private used = 0
  private idleTurns = 0
  private watching: 'no' | 'turn' | 'timer' = 'no'
  private closed = false
  private readonly look = (): void => this.check()

  constructor(link: Link) {
    this.link = link
  }

  /** The link took a frame that came in at this time (performance.now). */
  sent(entered_ms: number): void {
    if (this.used === CAPACITY) return
    this.entered_ms[(this.first + this.used) % CAPACITY] = entered_ms
    this.used++
    if (this.watching === 'turn' || this.closed) return
    this.idleTurns = 0
    if (this.watching === 'no') this.schedule()
  }

  /** What is under way is forgotten: the link lost it. */
  forget(): void {
    this.used = 0
  }

  summary(): LatencySummary {
    const { histogram } = this
    const frames = histogram.count
    if (frames === 0) return { frames: 0, p50_us: 0, p99_us: 0, max_us: 0 }
    return { frames, p50_us: histogram.percentile(50) / 1000, p99_us: histogram.percentile(99) / 1000, max_us: histogram.max / 1000 }
  }

  reset(): void {
    this.histogram.reset()
  }

  close(): void {
    this.closed = true
  }

  private schedule(): void {
    if (this.idleTurns < EAGER_TURNS) {
      this.watching = 'turn'
      setImmediate(this.look)
    } else {
      this.watching = 'timer'
      setTimeout(this.look, PATIENT_ms).unref()
    }
  }

  private check(): void {
    this.watching = 'no'
    if (this.closed) return
    const { queued } = this.link
    const now_ms = performance.now()
    let moved = false
    while (this.used > queued) {
      this.histogram.record(Math.max(1, Math.round((now_ms - this.entered_ms[this.first]!) * 1e6)))
      this.first = (this.first + 1) % CAPACITY
      this.used--
      moved = true
    }
    this.idleTurns = moved ? 0 : this.idleTurns + 1
    if (this.used > 0) this.schedule()
  }
}
