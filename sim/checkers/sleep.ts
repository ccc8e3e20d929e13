import { HUB_STATE } from '#protocol/index.ts'
import { BUS_FAULTS, type EventOf, type SignalName, type SignalTopic, signalTopic, type Topic } from '../trace/index.ts'
import type { Accuse, Checker, CheckerEntry } from './judge.ts'
import { MS_ns, SECOND_ns, type SeenFrame } from './seen.ts'
import type { Surroundings } from './surroundings.ts'

/** 40 s after the last activity the manager proposes; once it may be vetoed, by a hub that saw later activity, and asks again 5 s later. */
const MANAGED_ns = 48 * SECOND_ns
/** Without a manager each sleeps by itself after 60 s. */
const ALONE_ns = 66 * SECOND_ns
/** Whose VehicleState is older has no manager. */
const MANAGER_ns = 2 * SECOND_ns

/** While one of these is not 0, something is in use and may be so all night. */
const IN_USE = [
  'heating', 'light0_pct', 'light1_pct', 'light2_pct', 'light3_pct', 'light4_pct', 'light5_pct', 'light6_pct', 'light7_pct',
  'source', 'playing', 'output_pct', 'speed_kmh',
] as const satisfies readonly SignalName[]
/** Who sees one of these change has seen something move. */
const MOVING = ['position_pct', 'tiltX_deg', 'tiltY_deg', 'folded_pct', 'ajar', 'locked'] as const satisfies readonly SignalName[]
type SeenSignal = typeof IN_USE[number] | typeof MOVING[number]
const SIGNAL_TOPICS = [...IN_USE, ...MOVING].map(signalTopic)
/** What people do to the car, and what happens to its hubs: from then on it may be awake for as long again. */
const HAPPENINGS = ['plug', 'unplug', 'gear', 'reset', 'pause', 'copperFault', 'copperRepair', 'fuseOpened'] as const satisfies readonly Topic[]
type Needed = SignalTopic<SeenSignal> | typeof HAPPENINGS[number] | 'ignition' | 'switch'

const USED: ReadonlySet<string> = new Set(IN_USE)

class SleepChecker implements Checker {
  private readonly accuse: Accuse
  private readonly around: Surroundings
  private isOff = false
  /** Something happened last. */
  private stirred_ns = -Infinity
  private managed_ns = -Infinity
  /** Switches that are held and signals of what is in use. */
  private readonly used = new Set<string>()
  /** What each lamp was told last: an indicator is in use as long as its commands change, whether or not its hub is there to blink. */
  private readonly lit = new Map<string, number>()
  /** Who is awake since then was told. */
  private accused_ns = -Infinity

  constructor(accuse: Accuse, around: Surroundings) {
    this.accuse = accuse
    this.around = around
  }

  event(event: EventOf<Needed>): void {
    this.stirred_ns = event.t_ns
    if (event.kind === 'ignition') this.isOff = event.position === 'off'
    else if (event.kind === 'switch') this.use(`${event.source} ${event.name}`, event.pressed)
    else if (event.kind === 'signal' && USED.has(event.name)) this.use(`${event.source} ${event.name}`, event.value !== 0)
  }

  private use(what: string, isUsed: boolean): void {
    if (isUsed) this.used.add(what)
    else this.used.delete(what)
  }

  frame({ decoded, sender, end_ns }: SeenFrame): void {
    if (this.around.hub(sender) === undefined) this.stirred_ns = end_ns
    else if (decoded?.name === 'VehicleState') this.managed_ns = end_ns
    else if (decoded?.name === 'LightCommand') this.light(`${decoded.location} ${decoded.values.channel}`, decoded.values.level_pct, end_ns)
    else if (decoded?.name === 'HubStatus' && decoded.values.state !== HUB_STATE.sleeping) this.awake(sender, end_ns)
  }

  private light(lamp: string, level_pct: number, now_ns: number): void {
    if (this.lit.get(lamp) !== level_pct) this.stirred_ns = now_ns
    this.lit.set(lamp, level_pct)
  }

  private awake(name: string, now_ns: number): void {
    const { around } = this
    if (!this.isOff || this.used.size > 0 || this.accused_ns > this.stirred_ns || around.hubs.some(hub => hub.resigned)) return
    const quiet_ns = now_ns - Math.max(this.stirred_ns, around.calmSince_ns(around.hub(name)!))
    if (quiet_ns <= (now_ns - this.managed_ns < MANAGER_ns ? MANAGED_ns : ALONE_ns)) return
    this.accused_ns = now_ns
    this.accuse(now_ns, `${name} does not sleep though the car is left alone`, { quiet_ms: quiet_ns / MS_ns })
  }
}

export const sleep: CheckerEntry<Needed> = {
  name: 'sleep',
  contract: 'a car whose ignition is off, in which nothing is used and to which nothing happens, sleeps: with a manager after 48 s, '
    + 'each hub without one after 66 s',
  needs: [...SIGNAL_TOPICS, ...HAPPENINGS, 'ignition', 'switch'],
  asks: ['reset', 'pause', 'signal:supply_V', ...BUS_FAULTS],
  create: (accuse, around) => new SleepChecker(accuse, around),
}
