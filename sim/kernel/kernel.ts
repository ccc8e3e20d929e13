import { Prng } from './prng.ts'

/**
 * The only clock of the simulator: an event queue in integer nanoseconds. Events at one instant fire in the order in
 * which they were armed. Timers are made once and armed again, so a running simulation does not allocate here.
 */
export class Kernel {
  readonly seed: number
  private readonly heap: Timer[] = []
  private size = 0
  private time_ns = 0
  private armings = 0

  /** `seed` 0–2³²−1. */
  constructor(seed = 1) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff) {
      throw new RangeError(`seed ${seed} is not a whole number in 0…4294967295`)
    }
    this.seed = seed
  }

  get now_ns(): number {
    return this.time_ns
  }

  /** A named timer, not armed yet. The name is printed when a test waits in vain. */
  timer(name: string, fire: () => void): Timer {
    return new Timer(this, name, fire)
  }

  /** Arms a new one-shot timer `delay_ns` from now. */
  after(delay_ns: number, name: string, fire: () => void): Timer {
    const timer = new Timer(this, name, fire)
    timer.startIn(delay_ns)
    return timer
  }

  /** The dice of `name`: same seed and name, same numbers. */
  prng(name: string): Prng {
    return new Prng(this.seed, name)
  }

  /** Time of the next event, or Infinity. */
  get next_ns(): number {
    return this.size === 0 ? Infinity : this.heap[0]!.at_ns
  }

  /** Fires the next event; `false` when none is armed. */
  step(): boolean {
    if (this.size === 0) return false
    const timer = this.heap[0]!
    this.remove(timer)
    this.time_ns = timer.at_ns
    timer.fire()
    return true
  }

  /** Fires all events up to and at `end_ns`, then stands at `end_ns`. */
  runUntil(end_ns: number): void {
    while (this.size > 0 && this.heap[0]!.at_ns <= end_ns) this.step()
    if (end_ns > this.time_ns) this.time_ns = end_ns
  }

  /** What is armed, soonest first. For failure messages. */
  pending(): { name: string, at_ns: number }[] {
    return this.heap.slice(0, this.size)
      .sort((a, b) => a.at_ns - b.at_ns || a.order - b.order)
      .map(timer => ({ name: timer.name, at_ns: timer.at_ns }))
  }

  /** @internal Called by Timer. */
  insert(timer: Timer, at_ns: number): void {
    if (!Number.isSafeInteger(at_ns) || at_ns < this.time_ns) {
      throw new RangeError(`timer "${timer.name}" at ${at_ns} ns: not a whole number of ns from now (${this.time_ns} ns) on`)
    }
    if (timer.slot >= 0) this.remove(timer)
    timer.at_ns = at_ns
    timer.order = this.armings++
    this.rise(timer, this.size++)
  }

  /** @internal Called by Timer. */
  remove(timer: Timer): void {
    const slot = timer.slot
    timer.slot = -1
    const last = this.heap[--this.size]!
    if (last === timer) return
    const parent = (slot - 1) >> 1
    if (slot > 0 && before(last, this.heap[parent]!)) this.rise(last, slot)
    else this.sink(last, slot)
  }

  private rise(timer: Timer, from: number): void {
    const heap = this.heap
    let slot = from
    while (slot > 0) {
      const parent = (slot - 1) >> 1
      const above = heap[parent]!
      if (!before(timer, above)) break
      heap[slot] = above!
      above.slot = slot
      slot = parent
    }
    heap[slot] = timer
    timer.slot = slot
  }

  private sink(timer: Timer, from: number): void {
    const heap = this.heap
    const size = this.size
    let slot = from
    for (;;) {
      let child = 2 * slot + 1
      if (child >= size) break
      if (child + 1 < size && before(heap[child + 1]!, heap[child]!)) child++
      const below = heap[child]!
      if (!before(below, timer)) break
      heap[slot] = below!
      below.slot = slot
      slot = child
    }
    heap[slot] = timer
    timer.slot = slot
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.at_ns < b.at_ns || (a.at_ns === b.at_ns && a.order < b.order)
}

/** A reusable one-shot event. Arming an armed timer moves it. */
export class Timer {
  readonly name: string
  readonly fire: () => void
  /** When it fires (or last fired), ns. */
  at_ns = 0
  /** @internal Tie-breaker among events of one instant. */
  order = 0
  /** @internal Place in the heap; −1 = not armed. */
  slot = -1
  private readonly kernel: Kernel

  constructor(kernel: Kernel, name: string, fire: () => void) {
    this.kernel = kernel
    this.name = name
    this.fire = fire
  }

  get armed(): boolean {
    return this.slot >= 0
  }

  startAt(at_ns: number): void {
    this.kernel.insert(this, at_ns)
  }

  startIn(delay_ns: number): void {
    this.kernel.insert(this, this.kernel.now_ns + delay_ns)
  }

  stop(): void {
    if (this.slot >= 0) this.kernel.remove(this)
  }
}
