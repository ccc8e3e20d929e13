const BEAT_ms = 20

/**
 * Knows when this process stood still: stopped, swapped out, or busy with itself. What is read right after that may have
 * waited in the buffers of the system all the time. One for the whole process.
 */
class StallWatch {
  private beat_ms = 0
  private gap_ms = 0
  private users = 0
  private timer: NodeJS.Timeout | undefined

  /** Begins to watch, for whoever calls it first; each call needs its `stop`. */
  start(): void {
    if (this.users++ > 0) return
    this.beat_ms = performance.now()
    this.gap_ms = 0
    this.timer = setInterval(() => {
      const now_ms = performance.now()
      this.gap_ms = now_ms - this.beat_ms
      this.beat_ms = now_ms
    }, BEAT_ms).unref()
  }

  stop(): void {
    if (--this.users === 0) clearInterval(this.timer)
  }

  /** How long what is read now may have waited unread, ms: at most. Some tens of ms while all is well. */
  waited_ms(): number {
    return this.users === 0 ? 0 : Math.max(this.gap_ms, performance.now() - this.beat_ms)
  }
}

export const STALLS = new StallWatch()
