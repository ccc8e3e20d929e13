import type { Car } from '../car/index.ts'
import type { Pressed } from './functions.ts'

/** How often it is looked at whether what is wanted works. */
export const LOOK_ms = 10
const TAP_ms = 120
/** Nothing comes of a press for so long: it is pressed once more. */
const AGAIN_ms = 1000

/** How a function did in one slot. */
export interface Outage {
  readonly function: string
  readonly from_ms: number
  readonly to_ms: number
  /** Of the slot, how long it did not work. */
  readonly idle_ms: number
  /** It was so before anybody asked for it in this slot: nothing is proved by it. */
  readonly already: boolean
}

/** Fingers come so much later than they were to, ms. */
export type Hesitation = (pressed: Pressed) => number

/** To the instant. */
const PUNCTUAL: Hesitation = () => 0

interface Running {
  readonly pressed: Pressed
  readonly idle_ms: number[]
  readonly already: readonly boolean[]
  since_ms: number
}

/** People who press switches at their times, press again when nothing comes of it, and note for how long nothing does. */
export class Drive {
  readonly outages: Outage[] = []
  private readonly car: Car
  private readonly agenda: { readonly pressed: Pressed, readonly at_ms: number }[]
  private running: Running[] = []

  constructor(car: Car, wanted: readonly Pressed[], hesitation = PUNCTUAL) {
    this.car = car
    this.agenda = wanted.map(pressed => ({ pressed, at_ms: pressed.from_ms + hesitation(pressed) })).sort((a, b) => a.at_ms - b.at_ms)
  }

  /** To be called every `LOOK_ms`. */
  look(now_ms: number): void {
    this.car.world.sync()
    for (const running of this.running) this.watch(running, now_ms)
    const ended = this.running.filter(({ pressed }) => pressed.to_ms <= now_ms)
    if (ended.length > 0) this.running = this.running.filter(running => !ended.includes(running))
    for (const running of ended) this.end(running)
    while (this.agenda.length > 0 && this.agenda[0]!.at_ms <= now_ms) this.begin(this.agenda.shift()!.pressed, now_ms)
  }

  private begin(pressed: Pressed, now_ms: number): void {
    pressed.before()
    const already = pressed.watched.map(({ works }) => works())
    this.running.push({ pressed, idle_ms: already.map(() => 0), already, since_ms: now_ms })
    if (!pressed.spare || !already.includes(true)) this.finger(pressed.switch, true)
  }

  private watch(running: Running, now_ms: number): void {
    const { pressed: { switch: name, watched, held, to_ms }, idle_ms } = running
    let works = false
    for (let i = 0; i < watched.length; i++) {
      if (watched[i]!.works()) works = true
      else idle_ms[i]! += LOOK_ms
    }
    if (works && running.pressed.spare) running.since_ms = now_ms - TAP_ms
    const for_ms = now_ms - running.since_ms
    if (!held && for_ms >= TAP_ms) this.finger(name, false)
    if (works || for_ms < AGAIN_ms || to_ms - now_ms < TAP_ms) return
    // A finger that lets go for a moment: the next look presses.
    this.finger(name, false)
    if (for_ms < AGAIN_ms + TAP_ms) return
    this.finger(name, true)
    running.since_ms = now_ms
  }

  private end({ pressed, idle_ms, already }: Running): void {
    this.finger(pressed.switch, false)
    pressed.after()
    const { from_ms, to_ms } = pressed
    pressed.watched.forEach((one, i) => {
      this.outages.push({ function: one.function, from_ms, to_ms, idle_ms: idle_ms[i]!, already: already[i]! })
    })
  }

  private finger(name: string, down: boolean): void {
    if (this.car.isPressed(name) === down) return
    if (down) this.car.press(name)
    else this.car.release(name)
  }
}
