import { WINDOW_ACTION, WINDOW_STATE } from '#protocol/index.ts'
import type { EventOf } from '../trace/index.ts'
import type { Accuse, Checker, CheckerEntry } from './judge.ts'
import { MS_ns, SECOND_ns, type SeenFrame } from './seen.ts'
import type { Surroundings } from './surroundings.ts'

/** Silence ends a hold after 250 ms, as many may be in queues and controllers; then the glass brakes. */
const RUN_ON_ns = 700 * MS_ns
/** A window that moves says so every 100 ms. What it said longer ago may have changed. */
const NEWS_ns = 350 * MS_ns
/** What it says for so long is no moment between two states. */
const LASTING_ns = SECOND_ns
/** So much of the travel is a motion, and no glass that settles on its cable, %. */
const CLOSED_pct = 1
/** Where it says these it closes only while it is held. Why else it may not (late ticks, an unseen road) changes while it moves. */
const UNGUARDED: readonly number[] = [WINDOW_STATE.unlearned, WINDOW_STATE.motorUnknown]
const MOVES: readonly number[] = [WINDOW_STATE.opening, WINDOW_STATE.closing, WINDOW_STATE.reversing, WINDOW_STATE.waiting]
/** A door's switches that close its own window. */
const OWN_UP = /^window\.up/

const NEEDS = ['signal:position_pct', 'switch', 'plug', 'unplug', 'reset'] as const
type Needed = typeof NEEDS[number]

/** A window by its hub, which is the name of its location. */
interface Glass {
  /** Its statuses say since then that it may not close by itself; NaN: they do not. */
  unguarded_ns: number
  told_ns: number
  /** Switches of its door that somebody holds. */
  readonly pressed: Set<string>
  /** Somebody held it last, here or by a command. */
  held_ns: number
  /** How far open it was when that ended, or since. */
  open_pct: number
  accused: boolean
}

class HeldChecker implements Checker<Needed> {
  private readonly accuse: Accuse
  private readonly around: Surroundings
  private readonly glasses = new Map<string, Glass>()

  constructor(accuse: Accuse, around: Surroundings) {
    this.accuse = accuse
    this.around = around
  }

  frame({ decoded, end_ns }: SeenFrame): void {
    if (decoded === undefined || decoded.row === undefined) return
    const { name, location, values } = decoded
    if (name === 'WindowCommand' && 'action' in values) {
      // An impostor's hold is one, too, where it is believed.
      if (values.action === WINDOW_ACTION.up || values.action === WINDOW_ACTION.learn) this.glass(location).held_ns = end_ns
    } else if (name === 'WindowStatus' && 'state' in values && this.around.impostor_ns !== end_ns) {
      told(this.glass(location), Number(values['state']), Number(values['learned']), end_ns)
    }
  }

  event(event: EventOf<Needed>): void {
    const hub = this.around.hub(event.source)
    if (hub === undefined) return
    const glass = this.glass(hub.name)
    if (event.kind === 'signal') this.moved(glass, event)
    else if (event.kind === 'reset') glass.unguarded_ns = NaN
    // Where the glass of another window is, is told when it moves.
    else if (event.kind !== 'switch') glass.open_pct = -Infinity
    else if (OWN_UP.test(event.name)) {
      glass.held_ns = event.t_ns
      if (event.pressed) glass.pressed.add(event.name)
      else glass.pressed.delete(event.name)
    }
  }

  private moved(glass: Glass, { source, t_ns, value }: EventOf<'signal:position_pct'>): void {
    const silent_ns = t_ns - glass.held_ns
    const mayNot = t_ns - glass.unguarded_ns > LASTING_ns && t_ns - glass.told_ns <= NEWS_ns
    if (!mayNot || glass.pressed.size > 0 || silent_ns <= RUN_ON_ns || value > glass.open_pct) {
      glass.open_pct = value
      return
    }
    if (glass.open_pct - value < CLOSED_pct || glass.accused) return
    glass.accused = true
    this.accuse(t_ns, `${source} closes though nobody holds its switch, and may not by itself`, {
      silent_ms: silent_ns / MS_ns, from: glass.open_pct, to: value,
    })
  }

  private glass(hub: string): Glass {
    let glass = this.glasses.get(hub)
    if (glass === undefined) {
      glass = { unguarded_ns: NaN, told_ns: -Infinity, pressed: new Set(), held_ns: -Infinity, open_pct: -Infinity, accused: false }
      this.glasses.set(hub, glass)
    }
    return glass
  }
}

/** A status of the window: while it moves it does not say what it would say at rest, but for its travel. */
function told(glass: Glass, state: number, learned: number, now_ns: number): void {
  glass.told_ns = now_ns
  const unguarded = state !== WINDOW_STATE.learning && (learned === 0 || UNGUARDED.includes(state))
  if (unguarded && Number.isNaN(glass.unguarded_ns)) glass.unguarded_ns = now_ns
  else if (!unguarded && !MOVES.includes(state)) glass.unguarded_ns = NaN
}

export const held: CheckerEntry<Needed> = {
  name: 'held',
  contract: 'a window that does not know its travel or its motor closes only while somebody holds its switch',
  needs: NEEDS,
  asks: [],
  create: (accuse, around) => new HeldChecker(accuse, around),
}
