import type { Job, Schedule } from './schedule.ts'

/**
 * Sends a family of up to 16 frames (a lamp's channels, a hub's ports) in turn: each on change, all of them every
 * period, two never closer than the row's minimum interval.
 */
export class FrameCycle {
  private readonly schedule: Schedule
  private readonly send: (index: number) => void
  private readonly minimum_ms: number
  private readonly job: Job
  private count: number
  /** A bit for each frame. */
  private all: number
  private dirty: number
  private period_ms: number
  private round_ms: number
  private last_ms: number
  private cursor: number
  private running: boolean

  constructor(schedule: Schedule, name: string, minimum_ms: number, send: (index: number) => void) {
    this.schedule = schedule
    this.send = send
    this.minimum_ms = minimum_ms
    this.job = schedule.job(name, () => this.fire())
    this.count = 0
    this.all = 0
    this.dirty = 0
    this.period_ms = 0
    this.round_ms = Infinity
    this.last_ms = -Infinity
    this.cursor = 0
    this.running = false
  }

  /** Begins with `count` frames, none marked. `period_ms` 0 = on change only; the first round starts after `phase_ms`. */
  start(count: number, period_ms: number, phase_ms: number): void {
    this.count = count
    this.all = (1 << count) - 1
    this.dirty = 0
    this.cursor = 0
    this.period_ms = period_ms
    const now = this.schedule.now()
    this.round_ms = period_ms > 0 ? now + phase_ms : Infinity
    this.running = true
    this.arm(now)
  }

  stop(): void {
    this.running = false
    this.schedule.stop(this.job)
  }

  stopped(): boolean {
    return !this.running
  }

  /** Another period from now on; the next round comes no later than it says. */
  setPeriod(period_ms: number): void {
    if (period_ms === this.period_ms) return
    this.period_ms = period_ms
    const now = this.schedule.now()
    const next_ms = period_ms > 0 ? now + period_ms : Infinity
    if (next_ms < this.round_ms) this.round_ms = next_ms
    if (this.running) this.arm(now)
  }

  /** Frame `index` has news; −1 = all. */
  mark(index: number): void {
    if (!this.running || index >= this.count) return
    this.dirty |= index < 0 ? this.all : 1 << index
    this.arm(this.schedule.now())
  }

  /** All frames once more, beginning `delay_ms` from now. */
  repeatIn(delay_ms: number): void {
    const now = this.schedule.now()
    const at_ms = now + delay_ms
    if (at_ms < this.round_ms) this.round_ms = at_ms
    if (this.running) this.arm(now)
  }

  private after(index: number): number {
    return index + 1 === this.count ? 0 : index + 1
  }

  private arm(now: number): void {
    if (this.count === 0) return
    const wanted_ms = this.dirty === 0 ? this.round_ms : this.last_ms + this.minimum_ms
    const due_ms = wanted_ms < now ? now : wanted_ms
    if (due_ms < Infinity && (!this.job.armed || this.job.due_ms > due_ms)) this.schedule.startAt(this.job, due_ms)
  }

  private fire(): void {
    const now = this.schedule.now_ms
    if (now >= this.round_ms) {
      this.dirty = this.all
      this.round_ms = this.period_ms > 0 ? this.round_ms + this.period_ms : Infinity
      if (this.round_ms <= now) this.round_ms = now + this.period_ms
    }
    if (this.dirty !== 0 && now >= this.last_ms + this.minimum_ms) {
      let index = this.cursor
      while ((this.dirty & (1 << index)) === 0) index = this.after(index)
      this.cursor = this.after(index)
      this.dirty ^= 1 << index
      this.last_ms = now
      this.send(index)
    }
    if (this.running) this.arm(now)
  }
}
