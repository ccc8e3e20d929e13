import type { Codec } from '#protocol/index.ts'
import { type Switch, SWITCH_EDGE, type SwitchEdge, topicOf, TOPICS } from '#protocol/index.ts'
import { fieldOf, setField } from '../message.ts'
import type { CommandCodec, CommandValues } from '../message.ts'
import type { HubCounters, Job, Schedule } from '../runtime/index.ts'
import type { KnownStatus } from './known-status.ts'
import { OWN, TAP_ms } from './switch-action.ts'
import type { Fields, SwitchAction } from './switch-action.ts'

const COMPONENTS = TOPICS << 4

/** How a command leaves: to another hub or to a component of this one. */
export interface CommandOutlet {
  sendCommand<V extends CommandValues>(codec: Codec<V>, location: number, values: V, hold: boolean, port: number): void
  endHold<V extends CommandValues>(codec: Codec<V>, location: number, values: V, port: number): void
}

function filled(codec: CommandCodec, fields: Fields): CommandValues {
  const values = codec.create()
  for (const name in fields) setField(values, name, fieldOf(fields, name))
  return values
}

/** Says what the hub's switches do: looks each one up in the hub's table and sends the commands. */
export class Switches {
  private readonly actions: readonly SwitchAction[]
  private readonly location: number
  /** By location code: whether there is a hub; undefined: everywhere. */
  private readonly present: readonly boolean[] | undefined
  private readonly outlet: CommandOutlet
  private readonly known: KnownStatus
  private readonly counters: HubCounters
  /** By component (topic << 4 | location): 1 + the action whose switch holds it; 0: none does. */
  private readonly holders: Uint8Array
  private readonly schedule: Schedule
  private readonly blinkJob: Job
  private blinking: SwitchAction | undefined
  private blinkPort: number
  private lit: boolean

  constructor(actions: readonly SwitchAction[], location: number, outlet: CommandOutlet, known: KnownStatus,
    schedule: Schedule, counters: HubCounters, present?: readonly boolean[]) {
    this.actions = actions
    this.location = location
    this.present = present
    this.outlet = outlet
    this.known = known
    this.counters = counters
    this.holders = new Uint8Array(COMPONENTS)
    this.schedule = schedule
    this.blinkJob = schedule.job('indicators', () => this.blink())
    this.blinking = undefined
    this.blinkPort = 0
    this.lit = false
  }

  /** A switch of the pack at `port` changed. */
  changed(port: number, code: Switch, edge: SwitchEdge, duration_ms: number): void {
    for (let i = 0; i < this.actions.length; i++) {
      const action = this.actions[i]!
      if (action.code !== code) continue
      if (edge === SWITCH_EDGE.pressed) this.press(i, action, port)
      else if (edge !== SWITCH_EDGE.held) this.release(i, action, port, edge === SWITCH_EDGE.released && duration_ms < TAP_ms)
      return
    }
    this.counters.switchesUnknown++
  }

  private press(index: number, action: SwitchAction, port: number): void {
    if (action.blink_ms !== undefined) this.toggleBlinking(action, port)
    else this.send(index, action, action.press, action.release !== undefined, port)
  }

  private release(index: number, action: SwitchAction, port: number, short: boolean): void {
    if (action.release === undefined) return
    this.send(index, action, short && action.tap !== undefined ? action.tap : action.release, false, port)
  }

  private send(index: number, action: SwitchAction, fields: Fields, hold: boolean, port: number): void {
    const values = filled(action.codec, fields)
    const known = action.known
    if (known !== undefined) this.known.expect(known, known.adapt(values, this.known.value(known)))
    const ends = action.release !== undefined && !hold
    for (const target of action.targets) {
      const location = target === OWN ? this.location : target
      if (this.isAbsent(location)) continue
      if (!this.takesOver(index, location, hold, ends, port)) continue
      if (action.channels === undefined) this.sendOne(action, location, values, ends, hold, port)
      else {
        for (const channel of action.channels) {
          setField(values, 'channel', channel)
          this.sendOne(action, location, values, ends, hold, port)
        }
      }
    }
  }

  /** Hubs that the car does not have get no commands. */
  private isAbsent(location: number): boolean {
    return this.present !== undefined && !this.present[location]
  }

  /**
   * Who was pressed last has the component. A thumb that slides to the opposite switch closes one contact about when it opens the
   * other, and both bounce: the release that comes late must not end the new hold. `false`: it would.
   */
  private takesOver(index: number, location: number, hold: boolean, ends: boolean, port: number): boolean {
    const component = topicOf(this.actions[index]!.codec) << 4 | location
    const holder = this.holders[component]!
    if (ends && holder !== index + 1) return false
    this.holders[component] = hold ? index + 1 : 0
    if (!hold && !ends && holder > 0) this.endFor(this.actions[holder - 1]!, location, port)
    return true
  }

  /** Ends what a switch holds before another one commands something that is not held, and would not end it. */
  private endFor(action: SwitchAction, location: number, port: number): void {
    if (action.release !== undefined) this.outlet.endHold(action.codec, location, filled(action.codec, action.release), port)
  }

  private sendOne(action: SwitchAction, location: number, values: CommandValues, ends: boolean, hold: boolean, port: number): void {
    if (ends) this.outlet.endHold(action.codec, location, values, port)
    else this.outlet.sendCommand(action.codec, location, values, hold, port)
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
    for (const target of action.targets) {
      if (this.isAbsent(target)) continue
      for (const channel of action.channels ?? []) {
        setField(values, 'channel', channel)
        this.outlet.sendCommand(action.codec, target, values, false, this.blinkPort)
      }
    }
  }
}
