/**
 * What happened, for people, checkers and failing tests: one stream of records in virtual time. Frames are not in it;
 * they are tapped at the bus.
 */
export type TraceKind = 'log' | 'reset' | 'switch' | 'command' | 'fault' | 'signal'

export interface TraceRecord {
  readonly t_ns: number
  readonly kind: TraceKind
  /** Who: a hub (`FL`), a component (`FL.window`), a cable. */
  readonly source: string
  /** What, in a few words; of a signal its name. */
  readonly text: string
  /** Of a signal: its value, in the unit its name ends in. */
  readonly value?: number
}

export type TraceListener = (record: TraceRecord) => void

export class Trace {
  private readonly listeners = new Set<TraceListener>()

  /** Producers of frequent records ask before they build one. */
  get active(): boolean {
    return this.listeners.size > 0
  }

  emit(record: TraceRecord): void {
    for (const listener of this.listeners) listener(record)
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: TraceListener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
}
