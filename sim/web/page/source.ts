import type { ControlRequest, ControlResult } from '#sim/gateway/spine/index.ts'
import type { LinkFrame } from '#sim/gateway/browser.ts'

/** What a bus says of itself. */
export interface Hello {
  readonly name: string
  readonly bitrate: number
  readonly dataBitrate: number
}

/** Who takes what a source brings. Memory is lent. */
export interface Sink {
  /** It is up, for the first time or again: everything before is of another session. */
  hello(hello: Hello): void
  frame(frame: LinkFrame): void
  /** Pairs of seconds and value of a watched signal. */
  samples(signal: string, points: Float64Array): void
  /** So many frames were not shown, since it is up. */
  lost(frames: number): void
  /** It is not up any more; empty: it ended as it should. */
  ended(reason: string): void
}

export type SourceKind = 'worker' | 'served' | 'log' | 'serial'

/** Where a page's bus is: a car in a worker, a served car or bus, a log, an adapter. */
export interface Source {
  readonly kind: SourceKind
  start(sink: Sink): void
  /** Asks the car behind it. Rejects when there is none, or with its own words. */
  ask(request: ControlRequest): Promise<ControlResult>
  /** Puts a frame onto the bus; false: it cannot. */
  send(frame: LinkFrame): boolean
  stop(): void
}
