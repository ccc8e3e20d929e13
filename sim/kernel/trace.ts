/**
 * What happened, for people, checkers and failing tests: one stream of records in virtual time. Frames are not in it;
 * they are tapped at the bus.
 */
export type TraceKind = 'log' | 'reset' | 'switch' | 'command' | 'fault' | 'signal'

export interface TraceRecord {
  readonly t_ns: number
  readonly kind: TraceKind
  /** Who: a hub (`FL`), a component (`FL.window`), a port (`FL.0`), a cable, the bus. */
  readonly source: string
  /** What, in a few words; of a signal its name. */
  readonly text: string
  /** Of a signal: its value, in the unit its name ends in. Of a standing fault: how much of it there is, 0 = over. */
  readonly value?: number
}

export type TraceListener = (record: TraceRecord) => void

export interface SubscribeOptions {
  /** Also the signals: samples of what is physical. They cost time, so nobody gets them unasked. */
  readonly signals?: boolean
}

export class Trace {
  private readonly listeners = new Set<TraceListener>()
  private readonly samplers = new Set<TraceListener>()
  private readonly greeters = new Set<(listener: TraceListener) => void>()

  /** Producers of frequent records ask before they build one. */
  get active(): boolean {
    return this.listeners.size > 0
  }

  /** Somebody listens to signals. */
  get sampled(): boolean {
    return this.samplers.size > 0
  }

  emit(record: TraceRecord): void {
    for (const listener of record.kind === 'signal' ? this.samplers : this.listeners) listener(record)
  }

  /** Returns the function that ends the subscription. Who comes late is told what stands. */
  subscribe(listener: TraceListener, options: SubscribeOptions = {}): () => void {
    this.listeners.add(listener)
    if (options.signals === true) this.samplers.add(listener)
    for (const greeter of this.greeters) greeter(listener)
    return () => {
      this.samplers.delete(listener)
      this.listeners.delete(listener)
    }
  }

  /** A producer of standing faults or signals: `greeter` tells each new listener those that there are. */
  greet(greeter: (listener: TraceListener) => void): void {
    this.greeters.add(greeter)
  }
}
