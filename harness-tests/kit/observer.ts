import type { CanFrame } from '#protocol/index.ts'
import { FrameDecoder, readValues } from '#protocol/messages/index.ts'
import { duration } from './limits.ts'
import { type Heard, heard, type Reading, type ReadingAt } from './names.ts'

/** One frame of the history. */
export interface Observed<Values = Reading> {
  readonly t_ms: number
  /** `WindowStatus@FL`, `AddressClaimed@FL`. */
  readonly target: string
  /** Source address. */
  readonly source: number
  readonly values: Values
}

/** Frames kept for `history`, some 40 minutes of a sedan; of older ones only that they were. */
const HISTORY = 200_000

/** Remembers what was said on the bus, by message and location; of frames at least the last `kept`. */
export class Observer {
  readonly decoder = new FrameDecoder()
  /** Frames seen. */
  frames = 0
  /** Of each target, so many frames. */
  readonly counts = new Map<string, number>()
  private readonly latest = new Map<string, Observed>()
  private readonly log: Observed[] = []
  /** What was earlier is forgotten, ms. */
  private kept_ms = 0
  private readonly kept: number

  constructor(kept = HISTORY) {
    this.kept = kept
  }

  observe(frame: CanFrame, t_ns: number): void {
    this.frames++
    const decoded = this.decoder.decode(frame)
    if (decoded === undefined) return
    const values: Reading = decoded.row === undefined ? { ...decoded.values } : readValues(decoded.row, { ...decoded.values })
    const observed = { t_ms: t_ns / 1e6, target: `${decoded.name}@${decoded.location}`, source: decoded.source, values }
    this.latest.set(observed.target, observed)
    this.counts.set(observed.target, (this.counts.get(observed.target) ?? 0) + 1)
    this.log.push(observed)
    if (this.log.length <= 2 * this.kept) return
    this.kept_ms = this.log[this.kept]!.t_ms
    this.log.splice(0, this.kept)
  }

  /** The newest reading of `WindowStatus@FL`; undefined before the first. Throws MessageError for a name that does not exist. */
  last<From extends Heard>(target: From): Observed<ReadingAt<From>> | undefined {
    const found = this.latest.get(target) ?? this.latest.get(heard(target))
    return found as Observed<ReadingAt<From>> | undefined
  }

  /** The newest reading of every message at every location. */
  get newest(): Iterable<Observed> {
    return this.latest.values()
  }

  /** Frames of a target since `from_ms`, oldest first. Throws RangeError for a time that is none, or that is forgotten. */
  history<From extends Heard>(target: From, from_ms = 0): Observed<ReadingAt<From>>[] {
    const wanted = heard(target)
    if (duration('history: from_ms', from_ms) < this.kept_ms) {
      throw new RangeError(`history of ${wanted} since ${from_ms} ms: only the last ${this.kept} frames are kept for sure, here those since ${this.kept_ms} ms`)
    }
    return this.keptOf(target, from_ms)
  }

  /** Those of them that are kept. */
  keptOf<From extends Heard>(target: From, from_ms: number): Observed<ReadingAt<From>>[] {
    const wanted = heard(target)
    return this.since(from_ms).filter(entry => entry.target === wanted) as Observed<ReadingAt<From>>[]
  }

  /** All frames since `from_ms`, oldest first. */
  since(from_ms: number): Observed[] {
    return this.log.filter(entry => entry.t_ms >= from_ms)
  }
}
