/** The timers of a board. */
export interface BoardTimers {
  /** ms since boot. */
  now(): number
  /** Calls `fire` once, not before `delay_ms`. Answers a handle > 0. */
  set(fire: () => void, delay_ms: number): number
  clear(handle: number): void
}

/** Timers, and sleep: what runs out meanwhile fires when the board is awake. */
export class SleepClock {
  private readonly timers: BoardTimers
  private asleep: boolean
  private held: (() => void)[]

  constructor(timers: BoardTimers) {
    this.timers = timers
    this.asleep = false
    this.held = []
  }

  now(): number {
    return this.timers.now()
  }

  after(delay_ms: number, fire: () => void): number {
    return this.timers.set(() => {
      if (this.asleep) this.held.push(fire)
      else fire()
    }, delay_ms)
  }

  cancel(handle: number): void {
    if (handle > 0) this.timers.clear(handle)
  }

  sleep(): void {
    this.asleep = true
  }

  wake(): void {
    const held = this.held
    this.asleep = false
    this.held = []
    for (let i = 0; i < held.length; i++) this.timers.set(held[i]!, 0)
  }
}
