import type { Car } from '../car/index.ts'
import { FUZZ_KINDS, type FuzzEvent, kindNamed, type Script, type Stage, stageAround } from '../fuzz/index.ts'
import type { Deed } from '../gateway/spine/index.ts'

/** Longer than any session: what was begun and has not ended. */
const OPEN_ms = 100_000_000
/** A session keeps so many deeds for its script; the oldest go first. */
const MOST_EVENTS = 10_000

/** A deed that has begun. */
interface Standing { readonly deed: Deed, readonly at_ms: number, readonly event: FuzzEvent }

/** Does things to a car as they are asked for, and remembers them as a script that does them again at the same instants. */
export class Hands {
  private readonly car: Car
  private own: Stage | undefined
  private readonly events: FuzzEvent[] = []
  private readonly begun = new Map<string, Standing>()

  constructor(car: Car) {
    this.car = car
  }

  /**
   * Does it now. What it contradicts (the same switch, another position of the key) is over with it.
   * @throws RangeError for a kind or name that there is not, and when it makes no sense now.
   */
  begin(deed: Deed): void {
    const name = kindNamed(deed.kind)
    const kind = FUZZ_KINDS[name]
    if (!kind.begin(this.stage, deed.with)) throw new RangeError(`${deed.kind} makes no sense now`)
    const at_ms = this.now_ms
    const event: FuzzEvent = { at_ms, kind: name, for_ms: kind.end === undefined ? 0 : OPEN_ms, with: deed.with }
    this.note(event)
    if (kind.end !== undefined) this.begun.set(keyOf(deed), { deed, at_ms, event })
  }

  /** Puts it right again; nothing when it had not begun. */
  end(deed: Deed): void {
    const key = keyOf(deed)
    const standing = this.begun.get(key)
    if (standing === undefined) return
    this.begun.delete(key)
    FUZZ_KINDS[standing.event.kind].end!(this.stage, deed.with)
    this.replace(standing.event, { ...standing.event, for_ms: this.now_ms - standing.at_ms })
  }

  /** What was done elsewhere, for the script. */
  note(event: FuzzEvent): void {
    this.events.push(event)
    if (this.events.length > MOST_EVENTS) this.events.shift()
  }

  /** What has begun and has not ended, oldest first. */
  get standing(): readonly Deed[] {
    return [...this.begun.values()].map(({ deed }) => deed)
  }

  /** All that was done up to now. */
  get script(): Script {
    return { seed: this.car.kernel.seed, for_ms: Math.ceil(this.now_ms), events: this.events }
  }

  /** A car that nobody touches has no tool on its bus. */
  private get stage(): Stage {
    return this.own ??= stageAround(this.car)
  }

  private get now_ms(): number {
    return this.car.now_ns / 1e6
  }

  private replace(event: FuzzEvent, other: FuzzEvent): void {
    const at = this.events.lastIndexOf(event)
    if (at >= 0) this.events[at] = other
  }
}

function keyOf(deed: Deed): string {
  return `${deed.kind} ${JSON.stringify(Object.entries(deed.with).sort())}`
}
