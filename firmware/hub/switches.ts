import type { Encoder } from '#protocol/index.ts'
import { COMPONENTS, type Switch, SWITCH_EDGE, type SwitchEdge, topicOf } from '#protocol/index.ts'
import { fieldOf, setField } from '../message.ts'
import type { CommandEncoder, CommandValues } from '../message.ts'
import type { HubCounters, Job, Schedule } from '../runtime/index.ts'
import type { KnownStatus } from './known-status.ts'
import { OWN, TAP_ms } from './switch-action.ts'
import type { Fields, SwitchAction } from './switch-action.ts'

/** Switches that a frame can name. */
const CODES = 256

/** A row, as far as its topic goes. */
type Topical = Parameters<typeof topicOf>[0]

/** How a command leaves: to another hub or to a component of this one. */
export interface CommandOutlet {
  sendCommand<V extends CommandValues>(codec: Encoder<V>, location: number, values: V, hold: boolean, port: number): void
  endHold<V extends CommandValues>(codec: Encoder<V>, location: number, values: V, port: number): void
}

/** Tells displays and logs. */
export interface EventOutlet {
  add(port: number, code: Switch, edge: SwitchEdge, duration_ms: number): void
}

function filled(codec: CommandEncoder, fields: Fields): CommandValues {
  const values = codec.create()
  for (const name in fields) setField(values, name, fieldOf(fields, name))
  return values
}

/** What a switch has still to command: to each target of its action, and to each channel there. */
interface Outstanding {
  readonly action: SwitchAction
  /** In the table of actions; `BLINKING`: nobody holds anything by it. */
  readonly index: number
  readonly values: CommandValues
  readonly hold: boolean
  readonly ends: boolean
  readonly port: number
  /** The next command: channels of the first target, then those of the next. */
  place: number
}

const BLINKING = -1

/**
 * Says what the hub's switches do: looks each one up in the hub's table and sends the commands: one at once,
 * each further one in a callback of the board for itself, as a switch may command the whole car; so the events that tell of it.
 */
export class Switches {
  private readonly actions: readonly SwitchAction[]
  /** By switch: 1 + its action in the table; 0: it has none. */
  private readonly indexes: Uint8Array
  private readonly location: number
  /** By location code: whether there is a hub; undefined: everywhere. */
  private readonly present: readonly boolean[] | undefined
  private readonly outlet: CommandOutlet
  private readonly events: EventOutlet
  private readonly known: KnownStatus
  private readonly counters: HubCounters
  /** By component (topic << 4 | location): 1 + the action whose switch holds it; 0: none does. */
  private readonly holders: Uint8Array
  /** By action: its switch is pressed. */
  private readonly pressed: Uint8Array
  private readonly schedule: Schedule
  private readonly commandJob: Job
  private readonly blinkJob: Job
  private outstanding: Outstanding | undefined
  private blinking: SwitchAction | undefined
  private blinkPort: number
  private lit: boolean

  constructor(actions: readonly SwitchAction[], location: number, outlet: CommandOutlet, events: EventOutlet, known: KnownStatus,
    schedule: Schedule, counters: HubCounters, present?: readonly boolean[]) {
    this.actions = actions
    this.indexes = new Uint8Array(CODES)
    for (let i = actions.length - 1; i >= 0; i--) this.indexes[actions[i]!.code] = i + 1
    this.location = location
    this.present = present
    this.outlet = outlet
    this.events = events
    this.known = known
    this.counters = counters
    this.holders = new Uint8Array(COMPONENTS)
    this.pressed = new Uint8Array(actions.length)
    this.schedule = schedule
    this.commandJob = schedule.loner('commands of a switch', () => this.step())
    this.outstanding = undefined
    this.blinkJob = schedule.job('indicators', () => this.blink())
    this.blinking = undefined
    this.blinkPort = 0
    this.lit = false
  }

  /** A switch of the pack at `port` changed. First comes what it commands. */
  changed(port: number, code: Switch, edge: SwitchEdge, duration_ms: number): void {
    this.act(port, code, edge, duration_ms)
    this.events.add(port, code, edge, duration_ms)
  }

  /** A switch holds this component of the hub, whether it is plugged in or not, and insists. */
  insists(codec: Topical): boolean {
    const holder = this.holders[this.componentOf(codec, OWN)]!
    return holder > 0 && this.actions[holder - 1]!.insists === true
  }

  private act(port: number, code: Switch, edge: SwitchEdge, duration_ms: number): void {
    const index = this.indexes[code]! - 1
    const action = this.actions[index]
    if (action === undefined) this.counters.switchesUnknown++
    else if (edge === SWITCH_EDGE.pressed) {
      this.pressed[index] = 1
      this.press(index, action, port)
    } else if (edge !== SWITCH_EDGE.held) {
      this.pressed[index] = 0
      this.release(index, action, port, edge === SWITCH_EDGE.released && duration_ms < TAP_ms)
    }
  }

  private press(index: number, action: SwitchAction, port: number): void {
    if (action.blink_ms !== undefined) this.toggleBlinking(action, port)
    else this.send(index, action, action.press, action.release !== undefined, port)
  }

  private release(index: number, action: SwitchAction, port: number, short: boolean): void {
    if (action.release === undefined) return
    const opposite = this.heldOpposite(action)
    // What is held all the while goes on, and nothing closes by itself beside it.
    const holds = this.holders[this.componentOf(action.codec, action.targets[0]!)] === index + 1
    if (opposite >= 0 && holds) this.press(opposite, this.actions[opposite]!, port)
    else this.send(index, action, short && action.tap !== undefined ? action.tap : action.release, false, port)
  }

  /** Index of a switch for the same component that insists and is held; -1: none. */
  private heldOpposite(action: SwitchAction): number {
    for (let i = 0; i < this.actions.length; i++) {
      if (this.pressed[i] === 0) continue
      const other = this.actions[i]!
      if (other.insists === true && other.codec === action.codec && other.targets[0] === action.targets[0]) return i
    }
    return -1
  }

  private componentOf(codec: Topical, target: number): number {
    return topicOf(codec) << 4 | (target === OWN ? this.location : target)
  }

  private send(index: number, action: SwitchAction, fields: Fields, hold: boolean, port: number): void {
    const values = filled(action.codec, fields)
    const known = action.known
    if (known !== undefined) this.known.expect(known, known.adapt(values, this.known.value(known)))
    this.command(index, action, values, hold, action.release !== undefined && !hold, port)
  }

  /** Begins to command; what another switch has commanded goes first. */
  private command(index: number, action: SwitchAction, values: CommandValues, hold: boolean, ends: boolean, port: number): void {
    while (this.outstanding !== undefined) this.step()
    this.outstanding = { action: action, index: index, values: values, hold: hold, ends: ends, port: port, place: 0 }
    this.step()
  }

  /** The next command of a switch. */
  private step(): void {
    const outstanding = this.outstanding
    if (outstanding === undefined) return
    const targets = outstanding.action.targets
    const channels = outstanding.action.channels
    const each = channels === undefined ? 1 : channels.length
    const last = targets.length * each
    let sent = false
    while (outstanding.place < last && !sent) {
      const target = targets[Math.floor(outstanding.place / each)]!
      const channel = outstanding.place % each
      const location = target === OWN ? this.location : target
      if (this.isAbsent(location) || (channel === 0 && !this.takesOver(outstanding, location))) outstanding.place += each - channel
      else {
        if (channels !== undefined) setField(outstanding.values, 'channel', channels[channel]!)
        outstanding.place++
        this.sendOne(outstanding, location)
        sent = true
      }
    }
    if (outstanding.place < last) this.schedule.startIn(this.commandJob, 0)
    else this.outstanding = undefined
  }

  /** Hubs that the car does not have get no commands. */
  private isAbsent(location: number): boolean {
    return this.present !== undefined && !this.present[location]
  }

  /**
   * Who was pressed last has the component. A thumb that slides to the opposite switch closes one contact about when it opens the
   * other, and both bounce: the release that comes late must not end the new hold. `false`: it would.
   */
  private takesOver(outstanding: Outstanding, location: number): boolean {
    const index = outstanding.index
    if (index === BLINKING) return true
    const component = this.componentOf(outstanding.action.codec, location)
    const holder = this.holders[component]!
    if (outstanding.ends && holder !== index + 1) return false
    this.holders[component] = outstanding.hold ? index + 1 : 0
    if (!outstanding.hold && !outstanding.ends && holder > 0) this.endFor(this.actions[holder - 1]!, location, outstanding.port)
    return true
  }

  /** Ends what a switch holds before another one commands something that is not held, and would not end it. */
  private endFor(action: SwitchAction, location: number, port: number): void {
    if (action.release !== undefined) this.outlet.endHold(action.codec, location, filled(action.codec, action.release), port)
  }

  private sendOne(outstanding: Outstanding, location: number): void {
    const codec = outstanding.action.codec
    if (outstanding.ends) this.outlet.endHold(codec, location, outstanding.values, outstanding.port)
    else this.outlet.sendCommand(codec, location, outstanding.values, outstanding.hold, outstanding.port)
  }

  /** One side at a time: the other's switch takes over, the same one ends it. */
  private toggleBlinking(action: SwitchAction, port: number): void {
    const before = this.blinking
    if (before !== undefined && this.lit) this.sendBlink(before, 0)
    this.blinking = before === action ? undefined : action
    this.blinkPort = port
    this.lit = false
    this.schedule.stop(this.blinkJob)
    if (this.blinking !== undefined) this.blink()
  }

  private blink(): void {
    const action = this.blinking
    if (action === undefined || action.blink_ms === undefined) return
    this.lit = !this.lit
    this.sendBlink(action, this.lit ? fieldOf(action.press, 'level_pct') : 0)
    this.schedule.startIn(this.blinkJob, action.blink_ms)
  }

  private sendBlink(action: SwitchAction, level_pct: number): void {
    const values = filled(action.codec, action.press)
    setField(values, 'level_pct', level_pct)
    this.command(BLINKING, action, values, false, false, this.blinkPort)
  }
}
