import { FrameDecoder } from '#protocol/messages.ts'
import type { Trace, TraceRecord } from '../kernel/trace.ts'
import { CHECKERS } from './registry.ts'
import { type Checker, type CheckerEntry, type Facts, MS_ns, type SeenFrame, type TappedFrame, type Verdict } from './judge.ts'
import { Surroundings } from './surroundings.ts'

const LOOK_ns = 100 * MS_ns
/** A checker that has said this much is taken to be understood. */
const MOST_VERDICTS = 20

/** What is judged: anything with a trace and a bus to tap, a car above all. */
export interface Judged {
  readonly trace: Pick<Trace, 'subscribe'>
  readonly bus: { tap(tap: (tapped: TappedFrame) => void): () => void }
}

/** The bench of judges: hands every frame and record to every checker, and keeps what they say. */
export class Judges {
  readonly verdicts: Verdict[] = []
  private readonly around: Surroundings
  private readonly checkers: Checker[] = []
  private readonly decoder = new FrameDecoder()
  private readonly seen: { -readonly [Key in keyof SeenFrame]: SeenFrame[Key] }
  private readonly framed: Checker[]
  private readonly told: Checker[]
  private look_ns = LOOK_ns

  /** `more`: watchers beside the judges. */
  constructor(facts: Facts, more: readonly CheckerEntry[] = []) {
    this.around = new Surroundings(facts)
    for (const { name, create } of [...CHECKERS, ...more]) {
      let said = 0
      this.checkers.push(create((t_ns, what, numbers = {}) => {
        if (said++ < MOST_VERDICTS) this.verdicts.push({ checker: name, t_ns, what, numbers })
      }, this.around, facts))
    }
    this.framed = this.checkers.filter(checker => checker.frame !== undefined)
    this.told = this.checkers.filter(checker => checker.event !== undefined)
    this.seen = { frame: NO_FRAME, end_ns: 0, sender: '', half: 0, decoded: undefined, failure: undefined }
  }

  frame(tapped: TappedFrame): void {
    this.pass(tapped.end_ns)
    const { seen, decoder } = this
    seen.frame = tapped.frame
    seen.end_ns = tapped.end_ns
    seen.sender = tapped.sender
    seen.half = tapped.half
    seen.decoded = decoder.decode(tapped.frame)
    seen.failure = decoder.failure
    this.around.frame(seen)
    for (const checker of this.framed) checker.frame!(seen)
  }

  event(record: TraceRecord): void {
    this.pass(record.t_ns)
    this.around.event(record)
    for (const checker of this.told) checker.event!(record)
  }

  /** The run is over at `now_ns`; returns all verdicts. */
  finish(now_ns: number): readonly Verdict[] {
    this.look(now_ns)
    return this.verdicts
  }

  private pass(t_ns: number): void {
    if (t_ns < this.look_ns) return
    this.look_ns = (Math.floor(t_ns / LOOK_ns) + 1) * LOOK_ns
    this.look(t_ns)
  }

  private look(now_ns: number): void {
    for (const checker of this.checkers) checker.look?.(now_ns)
  }
}

const NO_FRAME = { id: 0, extended: true, remote: false, fd: false, brs: false, bus: 0, length: 0, data: new Uint8Array(8) }

/** Seats the judges before a car that has no power yet. */
export function watch(judged: Judged, facts: Facts, more: readonly CheckerEntry[] = []): Judges {
  const judges = new Judges(facts, more)
  judged.trace.subscribe(record => judges.event(record), { signals: true })
  judged.bus.tap(tapped => judges.frame(tapped))
  return judges
}

/** A verdict as one line. */
export function describeVerdict({ checker, t_ns, what, numbers }: Verdict): string {
  const figures = Object.entries(numbers).map(([name, value]) => `${name}=${Number.isInteger(value) ? value : Number(value.toPrecision(5))}`)
  return `${checker} at ${(t_ns / 1e9).toFixed(3)} s: ${what}${figures.length === 0 ? '' : ` (${figures.join(', ')})`}`
}
