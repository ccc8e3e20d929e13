import { SWITCH, SWITCH_EDGE, WINDOW_ACTION, WINDOW_STATE } from '#protocol/index.ts'
import type { EventOf } from '../trace/index.ts'
import type { Accuse, Checker, CheckerEntry } from './judge.ts'
import { MS_ns, SECOND_ns, type SeenFrame } from './seen.ts'
import { SURROUNDINGS_TOPICS, type Surroundings } from './surroundings.ts'

/** Silence ends a hold after 250 ms, as many may be in queues and controllers; then the glass brakes. */
const RUN_ON_ns = 700 * MS_ns
/** A hold is repeated every 100 ms. */
const REPEATED_ns = 250 * MS_ns
/** A glass that closes brakes and turns round within this, once somebody holds it open. */
const TURNS_ns = SECOND_ns
/** A window that moves says so every 100 ms. What it said longer ago may have changed. */
const NEWS_ns = 350 * MS_ns
/** What it says for so long is no moment between two states. */
const LASTING_ns = SECOND_ns
/** So much of the travel is a motion, and no glass that settles on its cable, %. */
const CLOSED_pct = 1
/** Where it says these it closes only while it is held. Why else it may not (late ticks, an unseen road) changes while it moves. */
const UNGUARDED: readonly number[] = [WINDOW_STATE.unlearned, WINDOW_STATE.motorUnknown]
const MOVES: readonly number[] = [WINDOW_STATE.opening, WINDOW_STATE.closing, WINDOW_STATE.reversing, WINDOW_STATE.waiting]
/** A door's switches for its own window. */
const OWN_UP = 'window.up'
const OWN_DOWN = 'window.down'

const NEEDS = ['signal:position_pct', 'switch', 'plug', 'unplug', 'reset'] as const
type Needed = typeof NEEDS[number]

/** A hold that opens, by its repetitions. */
interface Hold {
  began_ns: number
  seen_ns: number
}

/** A window by its hub, which is the name of its location. */
interface Glass {
  /** Its statuses say since then that it may not close by itself; NaN: they do not. */
  unguarded_ns: number
  told_ns: number
  /** The switch in its door that closes it is pressed. */
  up: boolean
  /** The one that opens it is, and since when its hub said so; NaN: it did not. */
  down: boolean
  down_ns: number
  /** Of other hubs, by name. */
  readonly holds: Map<string, Hold>
  /** Somebody held it closed last, here or by a command. */
  held_ns: number
  /** How far open it was when it might still be closed, or since, and which window that was: one that was pulled may run down. */
  open_pct: number
  window: string
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

  frame({ decoded, sender, end_ns }: SeenFrame): void {
    if (decoded === undefined || decoded.row === undefined) return
    const { name, location, values } = decoded
    const forged = this.around.impostor_ns === end_ns
    if (name === 'WindowCommand' && 'action' in values) {
      const glass = this.glass(location)
      // An impostor's hold is one, too, where it is believed.
      if (values.action === WINDOW_ACTION.up || values.action === WINDOW_ACTION.learn) glass.held_ns = end_ns
      if (values.action !== WINDOW_ACTION.down) glass.holds.delete(sender)
      else if (!forged && this.around.hub(sender) !== undefined) opens(glass, sender, end_ns)
    } else if (name === 'WindowStatus' && 'state' in values && !forged) {
      told(this.glass(location), Number(values['state']), Number(values['learned']), end_ns)
    } else if (name === 'SwitchEvent' && 'edge' in values && sender === location && values['switch'] === SWITCH[OWN_DOWN]) {
      const glass = this.glass(location)
      const edge = values['edge']
      if (glass.down && edge === SWITCH_EDGE.pressed) glass.down_ns = end_ns
      else if (edge !== SWITCH_EDGE.held) glass.down_ns = NaN
    }
  }

  event(event: EventOf<Needed>): void {
    const hub = this.around.hub(event.source)
    if (hub === undefined) return
    const glass = this.glass(hub.name)
    if (event.kind === 'signal') this.moved(glass, event)
    else if (event.kind === 'switch') press(glass, event)
    else {
      glass.down_ns = NaN
      if (event.kind === 'reset') glass.unguarded_ns = NaN
      // Where the glass of another window is, is told when it moves.
      else glass.open_pct = -Infinity
    }
  }

  private moved(glass: Glass, { source, t_ns, value }: EventOf<'signal:position_pct'>): void {
    if (source !== glass.window) {
      glass.window = source
      glass.open_pct = -Infinity
    }
    const silent_ns = t_ns - glass.held_ns
    const isClosedBySomebody = glass.up || silent_ns <= RUN_ON_ns
    const mayNot = t_ns - glass.unguarded_ns > LASTING_ns && t_ns - glass.told_ns <= NEWS_ns
    const heldOpen_ns = this.heldOpen_ns(source, glass, t_ns)
    if (isClosedBySomebody || !(mayNot || heldOpen_ns > TURNS_ns) || value > glass.open_pct) {
      glass.open_pct = value
      return
    }
    if (glass.open_pct - value < CLOSED_pct || glass.accused) return
    glass.accused = true
    const what = mayNot ? 'nobody holds its switch, and it may not by itself' : 'somebody holds it open'
    this.accuse(t_ns, `${source} closes though ${what}`, {
      silent_ms: silent_ns / MS_ns, heldOpen_ms: heldOpen_ns / MS_ns, from: glass.open_pct, to: value,
    })
  }

  /** For how long somebody has held it open whom its hub must have heard. */
  private heldOpen_ns(source: string, { down_ns, holds }: Glass, now_ns: number): number {
    let most_ns = Number.isNaN(down_ns) ? 0 : now_ns - down_ns
    const hub = this.around.hub(source)
    for (const [name, { began_ns, seen_ns }] of holds) {
      const holder = this.around.hub(name)
      if (hub === undefined || holder === undefined || now_ns - seen_ns > REPEATED_ns) continue
      most_ns = Math.max(most_ns, now_ns - Math.max(began_ns, this.around.calmSince_ns(hub), this.around.calmSince_ns(holder)))
    }
    return most_ns
  }

  private glass(hub: string): Glass {
    let glass = this.glasses.get(hub)
    if (glass === undefined) {
      glass = {
        unguarded_ns: NaN, told_ns: -Infinity, up: false, down: false, down_ns: NaN, holds: new Map(), held_ns: -Infinity,
        open_pct: -Infinity, window: '', accused: false,
      }
      this.glasses.set(hub, glass)
    }
    return glass
  }
}

function press(glass: Glass, { name, pressed, t_ns }: EventOf<'switch'>): void {
  if (name === OWN_UP) {
    glass.held_ns = t_ns
    glass.up = pressed
  } else if (name === OWN_DOWN) {
    glass.down = pressed
    glass.down_ns = NaN
  }
}

function opens({ holds }: Glass, sender: string, now_ns: number): void {
  const hold = holds.get(sender)
  if (hold !== undefined && now_ns - hold.seen_ns <= REPEATED_ns) hold.seen_ns = now_ns
  else holds.set(sender, { began_ns: now_ns, seen_ns: now_ns })
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
  contract: 'a window that does not know its travel or its motor closes only while somebody holds its switch, and none closes by itself while '
    + 'somebody holds it open',
  needs: NEEDS,
  asks: SURROUNDINGS_TOPICS,
  create: (accuse, around) => new HeldChecker(accuse, around),
}
