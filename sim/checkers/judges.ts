import { FrameDecoder } from '#protocol/messages/index.ts'
import { type Topic, topicOf, type Trace, type TraceEvent } from '../trace/index.ts'
import { CHECKERS } from './registry.ts'
import { LateCopies } from './late-copies.ts'
import type { Checker, CheckerEntry, Verdict } from './judge.ts'
import { type Facts, MS_ns, type SeenFrame, type TappedFrame } from './seen.ts'
import { SURROUNDINGS_TOPICS, Surroundings } from './surroundings.ts'

const LOOK_ns = 100 * MS_ns
/** A checker that has said this much is taken to be understood. */
const MOST_VERDICTS = 20
/** Checker name of verdicts about checkers: one needs what nothing tells, and would be silent whatever happens. */
export const BLIND = 'blind'

/** What is judged: anything with a trace and frames, a car above all. */
export interface Judged {
  readonly trace: Pick<Trace, 'subscribe' | 'topics'>
  tapFrames(tap: (tapped: TappedFrame) => void): () => void
}

interface Hearer {
  event?(event: TraceEvent): void
}

/** The bench of judges: hands every frame to every checker, every event to those that need it, and keeps what they say. */
export class Judges {
  readonly verdicts: Verdict[] = []
  private readonly entries: readonly CheckerEntry[]
  private readonly told: ReadonlySet<Topic> | undefined
  private readonly around: Surroundings
  private readonly checkers: Checker[] = []
  private readonly decoder = new FrameDecoder()
  private readonly seen: { -readonly [Key in keyof SeenFrame]: SeenFrame[Key] }
  private readonly framed: Checker[]
  /** Of them, those that hear late copies. */
  private readonly copied: Checker[]
  private readonly copies = new LateCopies()
  private readonly hearers = new Map<Topic, Hearer[]>()
  private look_ns = LOOK_ns

  /** `more`: watchers beside the judges. `told`: what the producers of the trace tell; undefined: everything. */
  constructor(facts: Facts, more: readonly CheckerEntry[] = [], told?: ReadonlySet<Topic>) {
    this.told = told
    this.around = new Surroundings(facts)
    this.hear(this.around, SURROUNDINGS_TOPICS)
    this.entries = [...CHECKERS, ...more]
    this.copied = []
    for (const { name, needs, hearsCopies, create } of this.entries) {
      let said = 0
      const checker = create((t_ns, what, numbers = {}) => {
        if (said++ < MOST_VERDICTS) this.verdicts.push({ checker: name, t_ns, what, numbers })
      }, this.around, facts)
      this.checkers.push(checker)
      if (hearsCopies === true) this.copied.push(checker)
      this.hear(checker, needs)
    }
    this.framed = this.checkers.filter(checker => checker.frame !== undefined)
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
    for (const checker of this.copies.isOne(seen) ? this.copied : this.framed) checker.frame!(seen)
  }

  event(event: TraceEvent): void {
    this.pass(event.t_ns)
    if (event.kind === 'reset') this.copies.forget(event.source)
    const hearers = this.hearers.get(topicOf(event))
    if (hearers !== undefined) for (const hearer of hearers) hearer.event!(event)
  }

  /** The run is over at `now_ns`; returns all verdicts, those about blind judges last. */
  finish(now_ns: number): readonly Verdict[] {
    this.look(now_ns)
    return [...this.verdicts, ...this.blind(now_ns)]
  }

  /** The judges that need what nobody tells. */
  private blind(now_ns: number): Verdict[] {
    return this.entries.flatMap(({ name, needs, asks }) => {
      const missing = [...new Set([...needs, ...asks])].filter(topic => this.told?.has(topic) === false)
      return missing.length === 0 ? [] : [{ checker: BLIND, t_ns: now_ns, what: `${name} is blind: nothing tells ${missing.join(', ')}`, numbers: {} }]
    })
  }

  private hear(hearer: Hearer, topics: readonly Topic[]): void {
    for (const topic of topics) {
      const others = this.hearers.get(topic)
      if (others === undefined) this.hearers.set(topic, [hearer])
      else others.push(hearer)
    }
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
  const judges = new Judges(facts, more, judged.trace.topics)
  judged.trace.subscribe(event => judges.event(event), { signals: true })
  judged.tapFrames(tapped => judges.frame(tapped))
  return judges
}

/** A verdict as one line. */
export function describeVerdict({ checker, t_ns, what, numbers }: Verdict): string {
  const figures = Object.entries(numbers).map(([name, value]) => `${name}=${Number.isInteger(value) ? value : Number(value.toPrecision(5))}`)
  return `${checker} at ${(t_ns / 1e9).toFixed(3)} s: ${what}${figures.length === 0 ? '' : ` (${figures.join(', ')})`}`
}
