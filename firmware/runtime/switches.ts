import { SWITCH_EDGE } from '#protocol/catalogue/enums.ts'
import type { AnyCodec, Values } from '../components/component.ts'
import type { HubCounters } from './counters.ts'
import type { KnownStatus } from './known-status.ts'
import type { Job, Schedule } from './schedule.ts'
import { OWN, TAP_ms } from './switch-action.ts'
import type { Fields, SwitchAction } from './switch-action.ts'

/** How a command leaves: to another hub or to a component of this one. */
export interface CommandOutlet {
  sendCommand(codec: AnyCodec, location: number, values: Values, hold: boolean, port: number): void
  endHold(codec: AnyCodec, location: number, values: Values, port: number): void
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
  /** For each action 1 while it is held. */
  private readonly held: Uint8Array
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
    this.held = new Uint8Array(actions.length)
    this.schedule = schedule
    this.blinkJob = schedule.job('indicators', () => this.blink())
    this.blinking = undefined
    this.blinkPort = 0
    this.lit = false
  }

  /** A switch of the pack at `port` changed (`SWITCH`, `SWITCH_EDGE`). */
  changed(port: number, code: number, edge: number, duration_ms: number): void {
    for (let i = 0; i < this.actions.length; i++) {
      const action = this.actions[i]
      if (action.code !== code) continue
      if (edge === SWITCH_EDGE.pressed) this.press(i, action, port)
      else if (edge !== SWITCH_EDGE.held) this.release(i, action, port, edge === SWITCH_EDGE.released && duration_ms < TAP_ms)
      return
    }
    this.counters.switchesUnknown++
  }

  private press(index: number, action: SwitchAction, port: number): void {
    if (action.blink_ms !== undefined) {
      this.toggleBlinking(action, port)
      return
    }
    const holds = action.release !== undefined
    if (holds) this.held[index] = 1
    this.send(action, action.press, holds, port)
  }

  private release(index: number, action: SwitchAction, port: number, short: boolean): void {
    if (this.held[index] === 0 || action.release === undefined) return
    this.held[index] = 0
    this.send(action, short && action.tap !== undefined ? action.tap : action.release, false, port)
  }

  private send(action: SwitchAction, fields: Fields, hold: boolean, port: number): void {
    const values = action.codec.create()
    for (const name in fields) values[name] = fields[name]
    const known = action.known
    if (known !== undefined) this.known.expect(known, known.adapt(values, this.known.value(known)))
    const ends = action.release !== undefined && !hold
    for (const target of action.targets) {
      const location = target === OWN ? this.location : target
      if (this.present !== undefined && !this.present[location]) continue
      if (action.channels === undefined) this.sendOne(action, location, values, hold, ends, port)
      else {
        for (const channel of action.channels) {
          values.channel = channel
          this.sendOne(action, location, values, hold, ends, port)
        }
      }
    }
  }

  private sendOne(action: SwitchAction, location: number, values: Values, hold: boolean, ends: boolean, port: number): void {
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
    this.sendBlink(action, this.lit ? action.press.level_pct : 0)
    this.schedule.startIn(this.blinkJob, action.blink_ms)
  }

  private sendBlink(action: SwitchAction, level_pct: number): void {
    const values = action.codec.create()
    for (const name in action.press) values[name] = action.press[name]
    values.level_pct = level_pct
    for (const target of action.targets) {
      if (this.present !== undefined && !this.present[target]) continue
      for (const channel of action.channels ?? []) {
        values.channel = channel
        this.outlet.sendCommand(action.codec, target, values, false, this.blinkPort)
      }
    }
  }
}
