import type { Observable } from 'rxjs'
import { map, timer, type Subscription } from 'rxjs'
import type { Link } from '../link.ts'
import { BridgeDirection, type DirectionCounts, type DirectionOptions } from './direction.ts'
import type { IdentifierCount } from './identifiers.ts'
import type { LatencySummary } from './latency-meter.ts'
import { type LagSummary, LoopLag } from './loop-lag.ts'

export interface BridgeOptions {
  /** `false`: nothing goes that way. */
  readonly aToB?: DirectionOptions | false
  readonly bToA?: DirectionOptions | false
}

export interface DirectionSnapshot extends Readonly<DirectionCounts> {
  /** Since the last snapshot, or since the bridge was made. */
  readonly frames_per_s: number
  readonly latency: LatencySummary
  readonly identifiers: readonly IdentifierCount[]
  /** Frames that equal one that passed within 20 ms before: many of them mean that both links lead to one bus. */
  readonly repeats: number
}

export interface BridgeSnapshot {
  /** Since the bridge was made, s. */
  readonly time_s: number
  readonly aToB: DirectionSnapshot | undefined
  readonly bToA: DirectionSnapshot | undefined
  readonly lag: LagSummary
}

/** Identifiers a snapshot lists: the busiest. */
const LISTED = 10

/**
 * Joins two links, with filters, rewriting and limits in each direction, and measures what it does. A frame never goes
 * back to where it came from: links see to that by its origin.
 */
export class Bridge {
  private readonly directions: { readonly aToB: BridgeDirection | undefined, readonly bToA: BridgeDirection | undefined }
  private readonly stops: (() => void)[] = []
  private readonly subscriptions: Subscription[] = []
  private readonly lag = new LoopLag()
  private readonly begun_ms = performance.now()
  private readonly last = { time_ms: this.begun_ms, aToB: 0, bToA: 0 }

  /** The links may be opened before or after. */
  constructor(a: Link, b: Link, options: BridgeOptions = {}) {
    const make = (from: Link, to: Link, wanted: DirectionOptions | false | undefined): BridgeDirection | undefined => {
      if (wanted === false) {
        this.stops.push(from.onFrame(() => true))
        return undefined
      }
      const direction = new BridgeDirection(to, wanted ?? {})
      this.stops.push(from.onFrame(frame => direction.forward(frame)))
      this.subscriptions.push(to.state$.subscribe((state) => {
        if (state !== 'up' && state !== 'error-passive') direction.latency.forget()
      }))
      return direction
    }
    this.directions = { aToB: make(a, b, options.aToB), bToA: make(b, a, options.bToA) }
    this.lag.start()
  }

  /** What happened until now; only frames_per_s counts from the last snapshot. */
  snapshot(): BridgeSnapshot {
    const now_ms = performance.now()
    const elapsed_s = Math.max(1e-3, (now_ms - this.last.time_ms) / 1000)
    const { aToB, bToA } = this.directions
    const of = (direction: BridgeDirection | undefined, before: number): DirectionSnapshot | undefined => direction && {
      ...direction.counts,
      frames_per_s: (direction.counts.forwarded - before) / elapsed_s,
      latency: direction.latency.summary(),
      repeats: direction.repeats.count,
      identifiers: direction.identifiers.list(LISTED).map(seen => ({ ...seen })),
    }
    const snapshot: BridgeSnapshot = {
      time_s: (now_ms - this.begun_ms) / 1000, aToB: of(aToB, this.last.aToB), bToA: of(bToA, this.last.bToA), lag: this.lag.summary(),
    }
    Object.assign(this.last, { time_ms: now_ms, aToB: aToB?.counts.forwarded ?? 0, bToA: bToA?.counts.forwarded ?? 0 })
    return snapshot
  }

  /** A snapshot each interval. */
  snapshots(interval_ms: number): Observable<BridgeSnapshot> {
    return timer(interval_ms, interval_ms).pipe(map(() => this.snapshot()))
  }

  /** Parts the links; they stay open. */
  close(): void {
    for (const stop of this.stops.splice(0)) stop()
    for (const subscription of this.subscriptions.splice(0)) subscription.unsubscribe()
    this.directions.aToB?.latency.close()
    this.directions.bToA?.latency.close()
    this.lag.stop()
  }
}
