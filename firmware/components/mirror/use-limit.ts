/**
 * How long a motor may be used before it rests: a bucket that fills while the motor runs and drains, slower, while it
 * rests. Full: locked, until it has drained to the release level.
 */
export class UseLimit {
  private readonly most_ms: number
  private readonly release_ms: number
  private readonly drainPerMs: number
  private used_ms: number
  private updated_ms: number
  private full: boolean

  /** `drainPerMs`: use forgotten per ms of rest, 0–1. */
  constructor(most_ms: number, release_ms: number, drainPerMs: number) {
    this.most_ms = most_ms
    this.release_ms = release_ms
    this.drainPerMs = drainPerMs
    this.used_ms = 0
    this.updated_ms = 0
    this.full = false
  }

  /** Accounts for the time since the last call, in which the motor did or did not run. Returns whether it is locked. */
  update(now_ms: number, running: boolean): boolean {
    const elapsed_ms = Math.max(0, now_ms - this.updated_ms)
    this.updated_ms = now_ms
    this.used_ms = running ? this.used_ms + elapsed_ms : Math.max(0, this.used_ms - elapsed_ms * this.drainPerMs)
    if (this.used_ms >= this.most_ms) this.full = true
    else if (this.used_ms <= this.release_ms) this.full = false
    return this.full
  }
}
