import { WINDOW_ACTION } from '#protocol/index.ts'
import { COPPER_EVENTS, type EventOf, type SignalTopic, type Topic } from '../trace/index.ts'
import type { Accuse, Checker, CheckerEntry } from './judge.ts'
import { MS_ns, SECOND_ns, type SeenFrame } from './seen.ts'
import type { Surroundings } from './surroundings.ts'

/** FMVSS 118, UN R21: the glass reverses before this. */
const LIMIT_N = 100
/** The rods of the test, by the opening they stand for (mm) and their stiffness (N/mm). */
const SPEC = [
  { from_mm: 4, to_mm: 25, most_N_mm: 65 },
  { from_mm: 25, to_mm: 200, most_N_mm: 20 },
]
const HIGHEST_V = 16
/** Below this a motor may be too weak to open again. */
const LOWEST_V = 9
/** Who presses like this has met something, and opens again, and not only stops. */
const PRESSING_N = 55
const PRESSED_ns = 1.5 * SECOND_ns
/** After its hub died, or its plug was pulled, a rotor may run down without a brake. */
const RUNDOWN_ns = 2 * SECOND_ns

/** Whoever let go, or stopped it, so shortly before or after it began to press left it there: it stays where it is. */
const STOPPED_ns = 300 * MS_ns
/** A switch that was held for longer was no tap. */
const TAP_ns = 400 * MS_ns
/** A hold that is not repeated is over after this. */
const HOLD_ns = 250 * MS_ns
/** A switch that closes its own door's window, or that of another (`windowFL.up`). */
const CLOSES = /^window(.*)\.up$/

/** What closes a window at a location, and who stopped it. */
interface Hands {
  pressed_ns: number
  /** The last repetition of a held closing. */
  held_ns: number
  stopped_ns: number
}

interface Window {
  obstacle_mm: number
  stiffness_N_mm: number
  unplugged_ns: number
  /** It has pressed since then; NaN: it does not. */
  pressing_ns: number
  accused: boolean
}

const NEEDS = [
  'obstacle', 'obstacleGone', 'unplug', 'switch', 'signal:supply_V', 'signal:peakContactForce_N', 'signal:contactForce_N',
] as const satisfies readonly Topic[]
type Needed = typeof NEEDS[number]
type Told = EventOf<Needed>

class ForceChecker implements Checker {
  private readonly accuse: Accuse
  private readonly around: Surroundings
  private readonly windows = new Map<string, Window>()
  private readonly supplies_V = new Map<string, number>()
  /** By location. */
  private readonly hands = new Map<string, Hands>()

  constructor(accuse: Accuse, around: Surroundings) {
    this.accuse = accuse
    this.around = around
  }

  event(event: Told): void {
    const { source, t_ns } = event
    switch (event.kind) {
      case 'obstacle': {
        const { opening_mm, stiffness_N_mm } = event
        this.windows.set(source, { stiffness_N_mm, obstacle_mm: opening_mm, unplugged_ns: -Infinity, pressing_ns: NaN, accused: false })
        break
      }
      case 'obstacleGone':
        this.windows.delete(source)
        break
      case 'unplug':
        if (this.windows.has(source)) this.windows.get(source)!.unplugged_ns = t_ns
        break
      case 'switch':
        this.turn(event)
        break
      case 'signal': this.signal(event)
    }
  }

  frame({ decoded, end_ns }: SeenFrame): void {
    if (decoded?.name !== 'WindowCommand') return
    const { action } = decoded.values
    if (action === WINDOW_ACTION.stop) this.handsAt(decoded.location).stopped_ns = end_ns
    else if (action === WINDOW_ACTION.up) this.handsAt(decoded.location).held_ns = end_ns
  }

  private turn({ source, name, pressed, t_ns }: EventOf<'switch'>): void {
    const closes = CLOSES.exec(name)
    if (closes === null) return
    const hands = this.handsAt(closes[1] === '' ? source : closes[1]!)
    if (pressed) hands.pressed_ns = t_ns
    else if (t_ns - hands.pressed_ns > TAP_ns) hands.stopped_ns = t_ns
  }

  private handsAt(location: string): Hands {
    let hands = this.hands.get(location)
    if (hands === undefined) {
      hands = { pressed_ns: -Infinity, held_ns: -Infinity, stopped_ns: -Infinity }
      this.hands.set(location, hands)
    }
    return hands
  }

  /** Somebody stopped it when it began to press. */
  private isStopped(source: string, { pressing_ns }: Window): boolean {
    const hands = this.hands.get(this.around.hub(source)?.name ?? source)
    if (hands === undefined) return false
    return Math.min(Math.abs(pressing_ns - hands.stopped_ns), Math.abs(pressing_ns - hands.held_ns - HOLD_ns)) <= STOPPED_ns
  }

  private signal({ name, source, t_ns, value }: EventOf<Extract<Needed, SignalTopic>>): void {
    if (name === 'supply_V') {
      this.supplies_V.set(source, value)
      return
    }
    const window = this.windows.get(source)
    if (window === undefined) return
    if (name === 'peakContactForce_N') this.force(source, window, t_ns, value)
    else press(window, t_ns, value)
  }

  look(now_ns: number): void {
    for (const [source, window] of this.windows) {
      if (window.accused || !(now_ns - window.pressing_ns > PRESSED_ns) || !inSpec(window) || isSoft(window)) continue
      const supply_V = this.supply_V(source)
      if (!(supply_V >= LOWEST_V && supply_V <= HIGHEST_V) || this.around.copperFaults.size > 0) continue
      // A hub that was reset moves nothing by itself: what its last life pressed on stays so until somebody comes.
      if (!this.isCalm(source, window, now_ns) || window.pressing_ns < this.died_ns(source, window) + RUNDOWN_ns) continue
      if (this.isStopped(source, window)) continue
      window.accused = true
      this.accuse(now_ns, `${source} does not open again from what is in its way`, {
        pressing_ms: (now_ns - window.pressing_ns) / MS_ns, obstacle_mm: window.obstacle_mm, stiffness_N_mm: window.stiffness_N_mm,
        supply_V,
      })
    }
  }

  private force(source: string, window: Window, t_ns: number, force_N: number): void {
    if (window.accused || !(force_N > LIMIT_N) || !inSpec(window)) return
    const supply_V = this.supply_V(source)
    if (!this.isCalm(source, window, t_ns) || supply_V > HIGHEST_V) return
    window.accused = true
    this.accuse(t_ns, `${source} presses on what is in its way`, {
      force_N, limit_N: LIMIT_N, obstacle_mm: window.obstacle_mm, stiffness_N_mm: window.stiffness_N_mm, supply_V,
    })
  }

  /** Of its hub; NaN as long as it is not known. */
  private supply_V(source: string): number {
    const hub = this.around.hub(source)
    return (hub === undefined ? undefined : this.supplies_V.get(hub.name)) ?? NaN
  }

  /** Nothing was done to it or its hub of late. */
  private isCalm(source: string, window: Window, now_ns: number): boolean {
    return now_ns - Math.max(this.died_ns(source, window), this.around.hub(source)?.paused_ns ?? -Infinity) >= RUNDOWN_ns
  }

  /** When it last lost its hub. */
  private died_ns(source: string, window: Window): number {
    return Math.max(window.unplugged_ns, this.around.hub(source)?.reset_ns ?? -Infinity)
  }
}

function press(window: Window, t_ns: number, force_N: number): void {
  if (!(force_N >= PRESSING_N)) window.pressing_ns = NaN
  else if (Number.isNaN(window.pressing_ns)) window.pressing_ns = t_ns
}

function inSpec({ obstacle_mm, stiffness_N_mm }: Window): boolean {
  return SPEC.some(zone => obstacle_mm >= zone.from_mm && obstacle_mm <= zone.to_mm && stiffness_N_mm <= zone.most_N_mm)
}

/** A window that closes over it does not press more than it may. */
function isSoft({ obstacle_mm, stiffness_N_mm }: Window): boolean {
  return obstacle_mm * stiffness_N_mm <= LIMIT_N
}

export const force: CheckerEntry<Needed> = {
  name: 'force',
  contract: `a window presses on a rod of FMVSS 118 with at most ${LIMIT_N} N, and opens again, whatever the road, slams, the supply's ripple, `
    + 'its seals and its piece of hardware are within their tolerances; one that turns round from nothing is not accused',
  needs: NEEDS,
  asks: ['reset', 'pause', ...COPPER_EVENTS],
  create: (accuse, around) => new ForceChecker(accuse, around),
}
