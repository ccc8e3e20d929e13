import { type CanFrame, hubAddress, nextCounter } from '#protocol/index.ts'
import { type GivenValues, LOCATION, type LocationName } from '#protocol/catalogue/index.ts'
import { encodeEntry, parseTarget } from '#protocol/messages/index.ts'
import { type ResetCause, type SignalName, type Topic, topicOf, type TraceEvent, type Untimed } from '../../trace/index.ts'
import type { Verdict } from '../judge.ts'
import type { Facts } from '../seen.ts'
import { Judges } from '../judges.ts'

/** Hubs of the stories, front to rear, and one cable that feeds both doors. */
export const STORY_FACTS: Facts = {
  spine: ['DASH', 'FL', 'FR', 'TRUNK'],
  feeders: [
    { name: 'spine.FL', ampacity_A: 30, run_A: 26, peak_A: 30, shares: { FL: 1, FR: 1 } },
    { name: 'drop.FL', ampacity_A: 25, run_A: 25, peak_A: 25, shares: { FL: 1, FR: 1e-16 } },
  ],
}

/** A trace that nobody drove: tells the judges what a story says, in its time. */
export class Fabricated {
  readonly judges = new Judges(STORY_FACTS)
  /** Topics of its events. */
  readonly told = new Set<Topic>()
  private readonly without: Topic | undefined
  private readonly said: { readonly sender: string, readonly frame: CanFrame }[] = []
  private now_ms = 0
  private readonly counters = new Map<number, number>()

  /** `without`: the judges are not told events of this topic. */
  constructor(without?: Topic) {
    this.without = without
  }

  /** Every hub has power and says so every second until `until_ms`, in steps of 100 ms with VehicleState between. */
  live(until_ms: number, silent: readonly string[] = []): this {
    while (this.now_ms < until_ms) {
      const before_s = Math.floor(this.now_ms / 1000)
      this.at(this.now_ms + 100)
      if (!silent.includes('DASH')) this.say('DASH', 'VehicleState@ALL', { ignition: 'on', manager: 'active' })
      if (Math.floor(this.now_ms / 1000) === before_s) continue
      for (const hub of STORY_FACTS.spine) if (!silent.includes(hub)) this.say(hub, `HubStatus@${hub}`, { state: 'operating' })
    }
    return this
  }

  /** All hubs get power now. */
  boot(): this {
    for (const hub of STORY_FACTS.spine) this.reset(hub, 'powerOn')
    return this
  }

  at(t_ms: number): this {
    this.now_ms = t_ms
    return this
  }

  tell(untimed: Untimed<TraceEvent>): this {
    const event = { t_ns: this.now_ms * 1e6, ...untimed }
    const topic = topicOf(event)
    this.told.add(topic)
    if (topic !== this.without) this.judges.event(event)
    return this
  }

  reset(source: string, cause: ResetCause = 'external'): this {
    return this.tell({ kind: 'reset', source, cause })
  }

  signal(source: string, name: SignalName, value: number): this {
    return this.tell({ kind: 'signal', source, name, value })
  }

  /** A signal that goes from one value to another within `for_ms`, in steps of 10 ms. */
  ramp(source: string, name: SignalName, from: number, to: number, for_ms: number): this {
    const begin_ms = this.now_ms
    for (let t_ms = 10; t_ms <= for_ms; t_ms += 10) {
      this.at(begin_ms + t_ms).signal(source, name, from + (to - from) * t_ms / for_ms)
    }
    return this
  }

  /** A hub sends a message; its counters count unless `counter` is given. */
  say(sender: string, target: string, values: GivenValues, counter?: number): this {
    return this.send(sender, this.frameOf(sender, target, values, counter))
  }

  /** The same, of which the sender sees an error at the end, when the others have taken it. */
  sayBroken(sender: string, target: string, values: GivenValues): this {
    return this.send('', this.frameOf(sender, target, values))
  }

  private frameOf(sender: string, target: string, values: GivenValues, counter?: number): CanFrame {
    const { entry, location } = parseTarget(target)
    const source = hubAddress(LOCATION[sender as LocationName])
    const { id } = encodeEntry(entry, location, values, { source })
    const counted = counter ?? this.counters.get(id) ?? 0
    this.counters.set(id, nextCounter(counted))
    return encodeEntry(entry, location, values, { source, counter: counted })
  }

  /** The last `back` + 1st frame of a hub comes on the other spine, too, now. */
  copy(back = 0): this {
    const { sender, frame } = this.said.at(-1 - back)!
    this.judges.frame({ frame: { ...frame, bus: 1 - frame.bus }, end_ns: this.now_ms * 1e6, sender, half: 0 })
    return this
  }

  send(sender: string, frame: CanFrame, half = 0): this {
    this.said.push({ sender, frame })
    this.judges.frame({ frame, end_ns: this.now_ms * 1e6, sender, half })
    return this
  }

  verdicts(): readonly Verdict[] {
    return this.judges.finish(this.now_ms * 1e6)
  }
}
