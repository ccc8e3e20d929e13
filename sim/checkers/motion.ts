import { LOCATION, senderNibble, WINDOW_ACTION, WINDOW_STATE } from '#protocol/index.ts'
import { type EventOf, type SignalName, type SignalTopic, signalTopic, type Topic } from '../trace/index.ts'
import type { Accuse, Checker, CheckerEntry } from './judge.ts'
import { type Echo, MS_ns, REPEATED_ns, SECOND_ns, type SeenFrame } from './seen.ts'
import type { Surroundings } from './surroundings.ts'

/** What moves, by the name of its signal: how far from rest is a motion, and which command row may cause it. */
const MOTIONS = {
  position_pct: { least: 1, command: 'WindowCommand' },
  tiltX_deg: { least: 0.6, command: 'MirrorCommand' },
  tiltY_deg: { least: 0.6, command: 'MirrorCommand' },
  folded_pct: { least: 3, command: 'MirrorCommand' },
  locked: { least: 0.5, command: 'LatchCommand' },
} as const satisfies Readonly<Partial<Record<SignalName, { readonly least: number, readonly command: string }>>>
type MotionTopic = SignalTopic<keyof typeof MOTIONS>
const MOTION_TOPICS = (Object.keys(MOTIONS) as (keyof typeof MOTIONS)[]).map(signalTopic)
/** What somebody does to a hub or to what is plugged into it. */
const HANDLING = [
  'switch', 'ignition', 'gear', 'obstacle', 'obstacleGone', 'plug', 'unplug', 'pause', 'exception', 'copperFault', 'copperRepair',
] as const satisfies readonly Topic[]
type Needed = MotionTopic | typeof HANDLING[number] | 'reset' | 'slam'
/** Unchanged for so long, it rests. */
const REST_ns = 1.5 * SECOND_ns
/** A cause works within this: waiting for power, strokes that come before. */
const CAUSE_ns = 4 * SECOND_ns
/** A held command whose repetitions end is over after 250 ms; then the glass brakes. */
const RUN_ON_ns = 700 * MS_ns
/** A hold is over after a gap like this in its repetitions: what comes of it later begins nothing and prolongs nothing. */
const HOLD_GAP_ns = 400 * MS_ns
/** A glass that has stood for so long may be that of a hub that heard nothing for 3 s: of a hold the next frame is a command to it. */
const DEAF_ns = 2.5 * SECOND_ns
/** Two commands within this may get one status, with the echo of the later. */
const OVERTAKEN_ns = 100 * MS_ns
/** A motor whose hub is reset runs down within this; with the heaviest rotor, hot and downhill, so long as it slows. */
const RUN_DOWN_ns = 300 * MS_ns
const LONGEST_RUN_DOWN_ns = 650 * MS_ns
/** A slam shakes a glass on its slack cable for so long: where that leaves it, it rests. */
const SHAKEN_ns = 300 * MS_ns
/** A closing that follows on so much opening is another one, %. */
const TURN_pct = 1
/** No glass has closed by so much so soon after it was asked to: what was asked then is for the next closing. */
const TURN_ns = 50 * MS_ns
/** A switch of a door for its own window. */
const OWN_WINDOW = /^window\./
/** After these a window goes to and fro by itself. */
const WANDERING: readonly number[] = [WINDOW_ACTION.goto, WINDOW_ACTION.learn]

interface Motion {
  readonly component: string
  readonly hub: string
  readonly command: string
  readonly least: number
  /** Where it rested. */
  rest: number
  last: number
  changed_ns: number
  /** Between its last two changes, its unit a nanosecond; it is less than before. */
  speed: number
  slows: boolean
  moving: boolean
  accused: boolean
  /** Of a window: which way it goes, how far it came, and when it last began to close. */
  closes: boolean
  turn: number
  closed_ns: number
  /** Of a window: where it was when it was last allowed to go. */
  allowed: number
}

/** A command seen on the bus to a component class at a location, with its repetitions. */
interface Cause {
  readonly sender: number
  readonly sequence: number
  readonly action: number
  /** It lasts as long as it is repeated. */
  readonly held: boolean
  readonly began_ns: number
  /** When it was last seen. */
  seen_ns: number
  /** When it was last seen to any effect. */
  t_ns: number
  /** It was executed: a status echoed it. */
  echoed: boolean
}

/** Which command a component obeys, by its last status. */
interface Obeyed {
  readonly cause: Cause
  /** When that status came, and the one before it. */
  readonly told_ns: number
  readonly earlier_ns: number
  /** When it last said that it opens by itself, from what was in its way. */
  readonly reversed_ns: number
}

class MotionChecker implements Checker {
  private readonly accuse: Accuse
  private readonly around: Surroundings
  private readonly motions = new Map<string, Motion>()
  /** The last command to each component class at a location that was no repetition, and the last of each sender. */
  private readonly commanded = new Map<string, Cause>()
  private readonly given = new Map<string, Cause>()
  private readonly obeyed = new Map<string, Obeyed>()
  /** Somebody at this hub did something with their hands: a switch, a plug, an obstacle. */
  private readonly handled_ns = new Map<string, number>()
  /** By hub: the switches for its own window that somebody holds. */
  private readonly held = new Map<string, Set<string>>()
  /** When the last slam was over. */
  private slammed_ns = -Infinity

  constructor(accuse: Accuse, around: Surroundings) {
    this.accuse = accuse
    this.around = around
  }

  frame({ decoded, end_ns }: SeenFrame): void {
    if (decoded === undefined || decoded.row === undefined) return
    const { values, location, name, source } = decoded
    if ('echoSequence' in values) {
      const reverses = name === 'WindowStatus' && 'state' in values && values.state === WINDOW_STATE.reversing
      const own = LOCATION[location]
      this.echo(`${name.replace('Status', 'Command')}@${location}`, values, own, reverses, end_ns)
    }
    if (decoded.row.page !== 1 || !decoded.row.actuates) return
    const action = 'action' in values ? values.action : -1
    // What an impostor said may have been believed or not: it excuses much and forbids nothing.
    const forged = this.around.impostor_ns === end_ns
    const held = !forged && name === 'WindowCommand' && (action === WINDOW_ACTION.up || action === WINDOW_ACTION.down)
    const target = `${name}@${location}`
    const sender = senderNibble(source)
    const sequence = 'sequence' in values ? values.sequence : -1
    const before = this.given.get(`${target} ${sender}`)
    if (before !== undefined && before.sequence === sequence && !forged && end_ns - before.seen_ns < REPEATED_ns) {
      repeat(before, end_ns)
      return
    }
    const cause: Cause = { sender, sequence, action, held, began_ns: end_ns, seen_ns: end_ns, t_ns: end_ns, echoed: false }
    this.given.set(`${target} ${sender}`, cause)
    this.commanded.set(target, cause)
  }

  private echo(target: string, echo: Echo, own: number, reverses: boolean, now_ns: number): void {
    const last = this.given.get(`${target} ${echo.echoSender}`)
    const before = this.obeyed.get(target)
    const cause = isEchoed(last, echo) ? last : before?.cause
    let inForce: Cause | undefined = undefined
    if (isEchoed(cause, echo)) {
      inForce = this.inForce(target, cause, before?.cause, now_ns)
      cause.echoed = true
    } else if (echo.echoSender === own) inForce = ownCause(echo, now_ns)
    if (inForce === undefined) this.obeyed.delete(target)
    else {
      const { told_ns: earlier_ns = -Infinity, reversed_ns = -Infinity } = before ?? {}
      this.obeyed.set(target, { cause: inForce, told_ns: now_ns, earlier_ns, reversed_ns: reverses ? now_ns : reversed_ns })
    }
  }

  /** A repetition brings back the echo of its command, but not the command: what was echoed since is in force. Undefined: not known. */
  private inForce(target: string, cause: Cause, before: Cause | undefined, now_ns: number): Cause | undefined {
    if (!cause.echoed) return cause
    if (before !== undefined && before.began_ns > cause.began_ns) return before
    const last = this.commanded.get(target)
    return last === undefined || last === cause || last.echoed || last.began_ns < now_ns - OVERTAKEN_ns ? cause : undefined
  }

  event(event: EventOf<Needed>): void {
    if (event.kind === 'signal') this.moved(event)
    else if (event.kind === 'reset') this.reset(event.source)
    else if (event.kind === 'slam') this.slammed_ns = event.t_ns + event.duration_ms * MS_ns
    else {
      const hub = this.around.hub(event.source)
      if (hub !== undefined) this.handled_ns.set(hub.name, event.t_ns)
      if (hub !== undefined && event.kind === 'switch' && OWN_WINDOW.test(event.name)) this.hold(hub.name, event.name, event.pressed)
    }
  }

  private hold(hub: string, name: string, pressed: boolean): void {
    const held = this.held.get(hub) ?? new Set()
    if (pressed) held.add(name)
    else held.delete(name)
    this.held.set(hub, held)
  }

  /**
   * Whatever moved before must have a cause again; what was executed before is not known to the hub any more: one that hears a hold
   * for the first time takes it for a press.
   */
  private reset(hub: string): void {
    for (const [key, cause] of this.given) if (key.includes(`@${hub} `)) cause.echoed = false
    for (const motion of this.motions.values()) {
      if (motion.hub !== hub) continue
      settle(motion)
      motion.closed_ns = -Infinity
    }
  }

  private moved({ source, name, t_ns, value }: EventOf<MotionTopic>): void {
    const key = `${source} ${name}`
    const motion = this.motions.get(key)
    if (motion === undefined) {
      const { least, command } = MOTIONS[name]
      const hub = this.around.hub(source)?.name ?? source
      this.motions.set(key, {
        component: source, hub, command, least, rest: value, last: value, changed_ns: t_ns, speed: 0, slows: false, moving: false,
        accused: false, closes: false, turn: value, closed_ns: -Infinity, allowed: value,
      })
      return
    }
    if (t_ns - motion.changed_ns > REST_ns) settle(motion)
    if (t_ns - motion.changed_ns > DEAF_ns) motion.closed_ns = -Infinity
    const direction = Math.sign(value - motion.last)
    const speed = Math.abs(value - motion.last) / (t_ns - motion.changed_ns)
    motion.slows = speed < motion.speed
    motion.speed = speed
    motion.last = value
    motion.changed_ns = t_ns
    if (motion.accused) return
    if (!motion.moving && t_ns - this.slammed_ns <= SHAKEN_ns) motion.rest = value
    if (!motion.moving && Math.abs(value - motion.rest) >= motion.least) {
      motion.moving = true
      this.judgeStart(motion, name, t_ns)
    }
    if (!motion.moving || name !== 'position_pct') return
    if (this.mayGo(motion, direction, t_ns)) motion.allowed = value
    else this.judgeHold(motion, t_ns)
    this.judgeTurn(motion, t_ns)
  }

  /** Who closes, opens and closes again was asked again: a repetition of the command that closed it first is none. */
  private judgeTurn(motion: Motion, now_ns: number): void {
    const value = motion.last
    if (motion.closes ? value < motion.turn : value > motion.turn) motion.turn = value
    if (Math.abs(value - motion.turn) < TURN_pct) return
    motion.turn = value
    motion.closes = !motion.closes
    if (!motion.closes) return
    const closed_ns = motion.closed_ns
    const before_ns = closed_ns - TURN_ns
    motion.closed_ns = now_ns
    const cause = this.commanded.get(targetOf(motion))
    if (cause === undefined || WANDERING.includes(cause.action) || cause.began_ns > before_ns) return
    if ((this.handled_ns.get(motion.hub) ?? -Infinity) > before_ns) return
    motion.accused = true
    this.accuse(now_ns, `${motion.component} closes again though nobody asked again`, {
      closedBefore_ms: (now_ns - closed_ns) / MS_ns, commandedBefore_ms: (now_ns - cause.began_ns) / MS_ns, position_pct: value,
    })
  }

  /** A motion needs a cause that is not older than the hub's life. */
  private judgeStart(motion: Motion, signal: string, now_ns: number): void {
    const handled_ns = this.handled_ns.get(motion.hub) ?? -Infinity
    const target = targetOf(motion)
    const obeyed = this.obeyed.get(target)
    // A glass that frees a hand goes on trying.
    const reversed_ns = signal === 'position_pct' && motion.last > motion.rest ? obeyed?.reversed_ns ?? -Infinity : -Infinity
    const cause_ns = Math.max(handled_ns, reversed_ns, this.commanded.get(target)?.t_ns ?? -Infinity, obeyed?.cause.t_ns ?? -Infinity)
    const born_ns = this.around.hub(motion.hub)?.reset_ns ?? -Infinity
    if (now_ns - cause_ns <= CAUSE_ns && cause_ns > born_ns) return
    if (now_ns - born_ns <= (motion.slows ? LONGEST_RUN_DOWN_ns : RUN_DOWN_ns)) return settle(motion)
    motion.accused = true
    this.accuse(now_ns, `${motion.component} moves (${signal}) and nothing explains it`, {
      from: motion.rest, to: motion.last, causeBefore_ms: (now_ns - cause_ns) / MS_ns, resetBefore_ms: (now_ns - born_ns) / MS_ns,
    })
  }

  /**
   * What was commanded with a held switch ends when its repetitions end. A later command may have been executed, its echo not seen yet:
   * the first status behind it may have waited for a bus that somebody jams.
   */
  private mayGo(motion: Motion, direction: number, now_ns: number): boolean {
    const target = targetOf(motion)
    const obeyed = this.obeyed.get(target)
    if (obeyed === undefined) return true
    const { cause, told_ns, earlier_ns, reversed_ns } = obeyed
    const last = this.commanded.get(target)!
    const explained_ns = Math.max(cause.t_ns, direction > 0 ? reversed_ns : -Infinity)
    if (!cause.held || now_ns - explained_ns <= RUN_ON_ns) return true
    if (last !== cause && (told_ns - last.seen_ns <= RUN_ON_ns || earlier_ns <= last.began_ns)) return true
    if (direction !== (cause.action === WINDOW_ACTION.down ? 1 : -1)) return true
    return (this.handled_ns.get(motion.hub) ?? -Infinity) > cause.t_ns - CAUSE_ns || (this.held.get(motion.hub)?.size ?? 0) > 0
  }

  /** A glass that the cold held on a stretched cable goes on by a little when the cold ends. */
  private judgeHold(motion: Motion, now_ns: number): void {
    if (Math.abs(motion.last - motion.allowed) < motion.least) return
    motion.accused = true
    this.accuse(now_ns, `${motion.component} goes on though nobody holds the switch any more`, {
      silent_ms: (now_ns - this.obeyed.get(targetOf(motion))!.cause.t_ns) / MS_ns, position_pct: motion.last,
    })
  }
}

function isEchoed(cause: Cause | undefined, { echoSender, echoSequence }: Echo): cause is Cause {
  return cause?.sender === echoSender && cause.sequence === echoSequence
}

/** A command from the hub itself, which no bus has seen. */
function ownCause({ echoSender, echoSequence }: Echo, now_ns: number): Cause {
  return {
    sender: echoSender, sequence: echoSequence, action: -1, held: false, began_ns: now_ns, seen_ns: now_ns, t_ns: now_ns, echoed: true,
  }
}

function targetOf({ command, hub }: Motion): string {
  return `${command}@${hub}`
}

/** A repetition that comes late holds nothing any more. */
function repeat(cause: Cause, now_ns: number): void {
  const isOver = cause.held && cause.echoed && (cause.t_ns !== cause.seen_ns || now_ns - cause.seen_ns > HOLD_GAP_ns)
  cause.seen_ns = now_ns
  if (!isOver) cause.t_ns = now_ns
}

/** It rests, as far as anybody knows; from here it needs a cause to go on. */
function settle(motion: Motion): void {
  motion.moving = false
  motion.accused = false
  motion.rest = motion.last
}

export const motion: CheckerEntry<Needed> = {
  name: 'motion',
  contract: 'nothing moves without a command, a switch or a reversal, from a hand or from none, that explains it, and nothing by itself '
    + 'after a reset',
  needs: [...MOTION_TOPICS, ...HANDLING, 'reset', 'slam'],
  asks: ['reset'],
  create: (accuse, around) => new MotionChecker(accuse, around),
}
