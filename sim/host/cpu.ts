import type { Kernel, Timer } from '../kernel/index.ts'

const MS_ns = 1_000_000
/** Interrupts that wait, at most; an Espruino's event queue is of this order. */
const QUEUE_LENGTH = 256
const QUEUE_MASK = QUEUE_LENGTH - 1
/** Timers at once, at most. */
const TIMER_SLOTS = 256
/** Handles are slot + generation × TIMER_SLOTS, so a stale handle cancels nothing. */
const GENERATIONS = 0x3f_ffff
const LONGEST_DELAY_ms = 1e10

/** Something that waits for the processor: a timer that ran out, an interrupt. `a`, `b` are the source's business. */
export interface InterruptSource {
  /** Runs the firmware's handler. */
  serve(a: number, b: number): void
}

interface Slot {
  readonly timer: Timer
  fire: (() => void) | undefined
  generation: number
}

/**
 * The processor of a board as firmware sees it: one callback at a time, each to its end. What happens meanwhile, or
 * during a pause, waits in order. Callbacks take no time unless `cost_ns` says so.
 */
export class Cpu {
  /** Time one callback takes. */
  cost_ns = 0
  /** Interrupts lost because the queue was full. */
  lost = 0
  /** Callbacks run since boot. */
  callbacks = 0
  /** How long what is served now waited behind others that waited, once the callback or pause was over in which it came. */
  behind_ns = 0
  private readonly kernel: Kernel
  private readonly name: string
  private readonly failed: (error: unknown) => void
  private readonly alarm: Timer
  private readonly slots: Slot[] = []
  private readonly freeSlots: number[] = []
  private readonly sources = new Array<InterruptSource | undefined>(QUEUE_LENGTH).fill(undefined)
  private readonly as = new Int32Array(QUEUE_LENGTH)
  private readonly bs = new Int32Array(QUEUE_LENGTH)
  /** When each could have been served, had nothing else waited. */
  private readonly dues_ns = new Float64Array(QUEUE_LENGTH)
  private readonly timerSource: InterruptSource
  private head = 0
  private length = 0
  private running = false
  private busy = false
  private ready_ns = 0
  private epoch = 0
  private roused: (() => void) | undefined = undefined
  /** Timers that ran out while it slept: slot and generation. */
  private readonly overdue: number[] = []

  /** `failed`: a callback threw. */
  constructor(kernel: Kernel, name: string, failed: (error: unknown) => void) {
    this.kernel = kernel
    this.name = name
    this.failed = failed
    this.alarm = kernel.timer(`${name}.cpu`, () => this.drain())
    this.timerSource = { serve: (slot, generation) => this.fireSlot(slot, generation) }
  }

  /** Runs `boot` as the first callback of a new life. */
  start(boot: () => void): void {
    this.running = true
    this.ready_ns = this.kernel.now_ns
    this.run(() => boot())
    this.settle()
  }

  /** The image is dead: its timers, waiting interrupts and pauses are gone. */
  stop(): void {
    this.running = false
    this.epoch++
    this.alarm.stop()
    while (this.length > 0) this.shift()
    for (let i = 0; i < this.slots.length; i++) if (this.slots[i]!.fire !== undefined) this.release(i)
    this.callbacks = 0
    this.lost = 0
    this.roused = undefined
    this.overdue.length = 0
  }

  /** Stands still from the end of the present callback on. An interrupt calls `roused`, and waits like all others until `wake`. */
  sleep(roused: () => void): void {
    this.roused = roused
    if (this.length > 0) roused()
  }

  /** Runs `first`, then what has waited, as far as the processor is free. */
  wake(first: () => void): void {
    if (this.roused === undefined) return
    this.roused = undefined
    this.run(first)
    for (let i = 0; i < this.overdue.length; i += 2) this.post(this.timerSource, this.overdue[i]!, this.overdue[i + 1]!)
    this.overdue.length = 0
    this.settle()
  }

  get asleep(): boolean {
    return this.roused !== undefined
  }

  get alive(): boolean {
    return this.running
  }

  /** The processor does nothing else for `duration_ms` (a flash write, a garbage collection). Pauses add up. */
  pause(duration_ms: number): void {
    if (!(duration_ms >= 0 && duration_ms <= LONGEST_DELAY_ms)) throw new RangeError(`pause ${duration_ms} ms is not in 0…${LONGEST_DELAY_ms} ms`)
    if (!this.running) return
    this.ready_ns = Math.max(this.ready_ns, this.kernel.now_ns) + Math.round(duration_ms * MS_ns)
    if (this.alarm.armed) this.alarm.startAt(this.ready_ns)
  }

  get paused(): boolean {
    return this.ready_ns > this.kernel.now_ns
  }

  /** Serves `source` now if the processor is free, else as soon as it is. */
  interrupt(source: InterruptSource, a: number, b: number): void {
    if (!this.running) return
    if (this.busy || this.roused !== undefined || this.length > 0 || this.ready_ns > this.kernel.now_ns) {
      this.post(source, a, b)
      return
    }
    this.behind_ns = 0
    this.serve(source, a, b)
    this.settle()
  }

  /** Serves `source` after the present event, never within it. */
  post(source: InterruptSource, a: number, b: number): void {
    if (!this.running) return
    if (this.length === QUEUE_LENGTH) {
      this.lost++
      return
    }
    const slot = (this.head + this.length) & QUEUE_MASK
    this.sources[slot] = source
    this.as[slot] = a
    this.bs[slot] = b
    this.dues_ns[slot] = Math.max(this.ready_ns, this.kernel.now_ns)
    this.length++
    if (this.roused !== undefined) this.roused()
    else if (!this.busy && !this.alarm.armed) this.alarm.startAt(Math.max(this.ready_ns, this.kernel.now_ns))
  }

  /** Hal.after. */
  after(delay_ms: number, fire: () => void): number {
    if (!(delay_ms >= 0 && delay_ms <= LONGEST_DELAY_ms)) throw new RangeError(`delay ${delay_ms} ms is not in 0…${LONGEST_DELAY_ms} ms`)
    if (!this.running) return 0
    const index = this.takeSlot()
    const slot = this.slots[index]!
    slot.fire = fire
    slot.timer.startIn(Math.round(delay_ms * MS_ns))
    return index + slot.generation * TIMER_SLOTS
  }

  /** Hal.cancel; a handle that has fired or was cancelled does nothing. */
  cancel(handle: number): void {
    const index = handle % TIMER_SLOTS
    const slot = this.slots[index]
    if (slot === undefined || slot.fire === undefined || slot.generation !== (handle - index) / TIMER_SLOTS) return
    this.release(index)
  }

  private serve(source: InterruptSource, a: number, b: number): void {
    const { epoch } = this
    this.busy = true
    this.callbacks++
    try {
      source.serve(a, b)
    } catch (error) {
      if (epoch === this.epoch) this.failed(error)
    }
    this.busy = false
    if (this.cost_ns > 0) this.ready_ns = Math.max(this.ready_ns, this.kernel.now_ns) + this.cost_ns
  }

  private run(callback: () => void): void {
    this.serve({ serve: callback }, 0, 0)
  }

  /** Serves what waits, as long as the processor is free. */
  private drain(): void {
    const now_ns = this.kernel.now_ns
    while (this.length > 0 && this.roused === undefined && this.ready_ns <= now_ns) {
      const { head } = this
      const source = this.sources[head]!
      const a = this.as[head]!
      const b = this.bs[head]!
      this.behind_ns = now_ns - this.dues_ns[head]!
      this.shift()
      this.serve(source, a, b)
    }
    this.settle()
  }

  /** Arms the wake-up for what waits. */
  private settle(): void {
    if (this.length > 0 && this.roused === undefined && !this.alarm.armed) this.alarm.startAt(Math.max(this.ready_ns, this.kernel.now_ns))
  }

  private shift(): void {
    this.sources[this.head] = undefined
    this.head = (this.head + 1) & QUEUE_MASK
    this.length--
  }

  private takeSlot(): number {
    const free = this.freeSlots.pop()
    if (free !== undefined) return free
    const index = this.slots.length
    if (index === TIMER_SLOTS) throw new Error(`no timer free: ${TIMER_SLOTS} are running`)
    const timer = this.kernel.timer(`${this.name}.timer${index}`, () => this.expired(index))
    this.slots.push({ timer, fire: undefined, generation: 1 })
    return index
  }

  private release(index: number): void {
    const slot = this.slots[index]!
    slot.timer.stop()
    slot.fire = undefined
    slot.generation = slot.generation === GENERATIONS ? 1 : slot.generation + 1
    this.freeSlots.push(index)
  }

  private expired(index: number): void {
    const { generation } = this.slots[index]!
    if (this.roused === undefined) this.interrupt(this.timerSource, index, generation)
    else this.overdue.push(index, generation)
  }

  private fireSlot(index: number, generation: number): void {
    const slot = this.slots[index]!
    const { fire } = slot
    if (fire === undefined || slot.generation !== generation) return
    this.release(index)
    fire()
  }
}
