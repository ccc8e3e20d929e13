import type { EventOf, Topic, TraceEvent } from './events.ts'

export type TraceListener = (event: TraceEvent) => void

export interface SubscribeOptions {
  /** Also the signals: samples of what is physical. They cost time, so nobody gets them unasked. */
  readonly signals?: boolean
}

/** The side of a trace on which a producer tells what it declared. */
export interface Producer<T extends Topic> {
  /** Somebody listens: asked before an event is built. */
  readonly active: boolean
  /** Somebody listens to signals. */
  readonly sampled: boolean
  emit(event: EventOf<T>): void
  /** Of standing faults, or of signals: `greeter` is called with each new listener, and tells it those that there are. */
  greet(greeter: (listener: (event: EventOf<T>) => void) => void): void
}

/**
 * What happened, for people, checkers and failing tests: one stream of events in virtual time. Producers declare what they
 * tell, so that a listener knows what it will never hear.
 */
export class Trace {
  private readonly told = new Set<Topic>()
  private readonly output = new Output()

  /** What is told by some producer. */
  get topics(): ReadonlySet<Topic> {
    return this.told
  }

  /** For who tells events of these topics, and no others. */
  producer<T extends Topic>(topics: readonly T[]): Producer<T> {
    for (const topic of topics) this.told.add(topic)
    return this.output
  }

  /** Returns the function that ends the subscription. Who comes late is told what stands. */
  subscribe(listener: TraceListener, options: SubscribeOptions = {}): () => void {
    const { listeners, samplers, greeters } = this.output
    listeners.add(listener)
    if (options.signals === true) samplers.add(listener)
    for (const greeter of greeters) greeter(listener)
    return () => {
      samplers.delete(listener)
      listeners.delete(listener)
    }
  }
}

class Output implements Producer<Topic> {
  readonly listeners = new Set<TraceListener>()
  readonly samplers = new Set<TraceListener>()
  readonly greeters = new Set<(listener: TraceListener) => void>()

  get active(): boolean {
    return this.listeners.size > 0
  }

  get sampled(): boolean {
    return this.samplers.size > 0
  }

  emit(event: TraceEvent): void {
    for (const listener of event.kind === 'signal' ? this.samplers : this.listeners) listener(event)
  }

  greet(greeter: (listener: TraceListener) => void): void {
    this.greeters.add(greeter)
  }
}
