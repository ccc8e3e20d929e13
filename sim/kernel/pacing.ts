import type { Kernel } from './kernel.ts'

/** Where real time comes from. */
export interface Host {
  /** Monotonic, ms. */
  now_ms(): number
  /** Calls `fire` once after `delay_ms`; 0 = as soon as waiting input and output were served. Returns what cancels it. */
  after(delay_ms: number, fire: () => void): () => void
}

export interface PacerOptions {
  /** Virtual time per real time, > 0, or as fast as the host can. */
  speed: number | 'max'
  /** The host lagged by more than 100 ms; that much real time was skipped. */
  onLag?: (lag_ms: number) => void
}

/** A host further behind than this lets time slip instead of catching up. */
const MAX_LAG_MS = 100
/** Longest time without a turn for the rest of the program, ms. */
const SLICE_MS = 10
/** Virtual time between two looks at the host's clock. */
const CHUNK_NS = 1_000_000
const NS_PER_MS = 1_000_000

/**
 * Runs a kernel in step with real time, in slices, so that links and displays get their turn. A host that cannot keep
 * up makes virtual time slip: what was missed is never made up for in a burst.
 */
export class Pacer {
  /** How often the host lagged by more than 100 ms. */
  lags = 0
  /** Real time skipped because of that. */
  slipped_ms = 0
  private readonly kernel: Kernel
  private readonly host: Host
  private readonly speed: number | 'max'
  private readonly onLag: ((lag_ms: number) => void) | undefined
  private end_ns = Infinity
  private origin_ms = 0
  private origin_ns = 0
  private running = false
  private inSlice = false
  private cancel: (() => void) | undefined = undefined
  private settle: ((reached: boolean) => void) | undefined = undefined
  private fail: ((error: unknown) => void) | undefined = undefined

  /** RangeError for a speed that is not above 0. */
  constructor(kernel: Kernel, host: Host, options: PacerOptions) {
    if (options.speed !== 'max' && !(options.speed > 0 && options.speed < Infinity)) {
      throw new RangeError(`speed ${options.speed} is not above 0`)
    }
    this.kernel = kernel
    this.host = host
    this.speed = options.speed
    this.onLag = options.onLag
  }

  /**
   * Runs until virtual time `end_ns`. Resolves to true when it is reached, to false after `stop`; rejects with what an
   * event threw. Error when it runs already.
   */
  start(end_ns = Infinity): Promise<boolean> {
    if (this.running) throw new Error('the pacer runs already')
    this.end_ns = end_ns
    this.running = true
    this.origin_ms = this.host.now_ms()
    this.origin_ns = this.kernel.now_ns
    return new Promise((resolve, reject) => {
      this.settle = resolve
      this.fail = reject
      this.schedule(0)
    })
  }

  /** Ends it at once; no event fires after this. */
  stop(): void {
    this.finish(false)
  }

  /**
   * Something came in from outside: brings virtual time up to now, does `action` there, and serves at once what it
   * armed. From within an event, and when the pacer stands, it is just done.
   */
  wake(action: () => void): void {
    if (!this.running || this.inSlice) {
      action()
      return
    }
    this.slice()
    if (!this.running) return
    action()
    this.cancel?.()
    this.schedule(0)
  }

  private schedule(delay_ms: number): void {
    this.cancel = this.host.after(delay_ms, () => {
      this.cancel = undefined
      this.slice()
      if (this.running && this.cancel === undefined) this.schedule(this.pause_ms())
    })
  }

  /** Runs events that are due, for at most one slice of host time. */
  private slice(): void {
    const kernel = this.kernel
    const start_ms = this.host.now_ms()
    const target_ns = this.target(start_ms)
    this.inSlice = true
    try {
      do {
        let chunk_ns = kernel.now_ns + CHUNK_NS
        if (kernel.next_ns > chunk_ns) chunk_ns = kernel.next_ns
        if (chunk_ns > target_ns) chunk_ns = target_ns
        if (chunk_ns === Infinity) break
        while (this.running && kernel.next_ns <= chunk_ns) kernel.step()
        if (this.running) kernel.runUntil(chunk_ns)
      } while (this.running && kernel.now_ns < target_ns && this.host.now_ms() - start_ms < SLICE_MS)
    } catch (error) {
      this.abandon(error)
    } finally {
      this.inSlice = false
    }
    if (kernel.now_ns >= this.end_ns) this.finish(true)
  }

  /** Virtual time that ought to be now. Lets time slip when that is too far ahead. */
  private target(now_ms: number): number {
    if (this.speed === 'max') return this.end_ns
    const due_ns = this.origin_ns + Math.floor((now_ms - this.origin_ms) * NS_PER_MS * this.speed)
    const lag_ms = (due_ns - this.kernel.now_ns) / NS_PER_MS / this.speed
    if (lag_ms <= MAX_LAG_MS) return Math.min(Math.max(due_ns, this.kernel.now_ns), this.end_ns)
    this.lags++
    this.slipped_ms += lag_ms
    this.origin_ms = now_ms
    this.origin_ns = this.kernel.now_ns
    this.onLag?.(lag_ms)
    return this.kernel.now_ns
  }

  /** Host time until the next event is due, at most one slice. */
  private pause_ms(): number {
    const next_ns = Math.min(this.kernel.next_ns, this.end_ns)
    if (this.speed === 'max') return next_ns === Infinity ? SLICE_MS : 0
    const due_ms = this.origin_ms + (next_ns - this.origin_ns) / NS_PER_MS / this.speed - this.host.now_ms()
    return Math.min(Math.max(due_ms, 0), SLICE_MS)
  }

  private finish(reached: boolean): void {
    if (!this.running) return
    this.halt()
    this.settle?.(reached)
  }

  private abandon(error: unknown): void {
    if (!this.running) return
    this.halt()
    this.fail?.(error)
  }

  private halt(): void {
    this.running = false
    this.cancel?.()
    this.cancel = undefined
  }
}
