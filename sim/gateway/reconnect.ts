/** First and longest pause before what was lost is tried again, ms. */
const FIRST_ms = 250
const LONGEST_ms = 5000

/** Tries again and again, with back-off, to reach what was lost. */
export class Reconnect {
  private readonly connect: () => void | Promise<void>
  private readonly failed: (error: Error) => void
  private pause_ms = FIRST_ms
  private timer: NodeJS.Timeout | undefined
  private ended = false

  /** `connect` throws or rejects while it cannot be; `failed` hears of it, and the next attempt comes later. */
  constructor(connect: () => void | Promise<void>, failed: (error: Error) => void) {
    this.connect = connect
    this.failed = failed
  }

  /** It was lost: the next attempt comes after a pause, twice as long each time. */
  later(): void {
    if (this.ended) return
    this.timer = setTimeout(() => void this.attempt(), this.pause_ms)
    this.pause_ms = Math.min(2 * this.pause_ms, LONGEST_ms)
  }

  /** It is there: the next pause is a short one again. */
  succeeded(): void {
    this.pause_ms = FIRST_ms
  }

  /** No attempt follows. */
  end(): void {
    this.ended = true
    clearTimeout(this.timer)
  }

  private async attempt(): Promise<void> {
    try {
      await this.connect()
    } catch (error) {
      this.failed(error as Error)
      this.later()
    }
  }
}
