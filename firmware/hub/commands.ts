import type { Encoder } from '#protocol/index.ts'
import { SLEEP_REASON, topicOf } from '#protocol/index.ts'
import type { ComponentEntry } from '../components/index.ts'
import type { Hal } from '../hal.ts'
import type { CommandEncoder, CommandValues } from '../message.ts'
import {
  COMMAND_RESULT, type CommandReceiver, type CommandResultHandler, type CommandSender, type HubCounters, type SleepControl,
} from '../runtime/index.ts'
import type { CommandOutlet } from './switches.ts'

/** A port, as commands see it: the user of one, or the component that obeys. */
export interface CommandedPort {
  readonly entry: ComponentEntry | undefined
  readonly commands: CommandReceiver
  commandFinished(delivered: boolean): void
}

/** Tells the port whose user gave a command what became of it. */
export function commandResults(ports: readonly CommandedPort[], hal: Hal): CommandResultHandler {
  return (port, result, codec, location) => {
    ports[port]!.commandFinished(result === COMMAND_RESULT.echoed)
    if (result === COMMAND_RESULT.echoed) return
    hal.log(`${codec.name} to location ${location} ${result === COMMAND_RESULT.lost ? 'was not executed' : 'was dropped'}`)
  }
}

/** Where the commands of this hub's switches go: onto the bus for another hub, or straight to a component of this one. */
export class Commands implements CommandOutlet {
  private readonly location: number
  private readonly sender: CommandSender
  private readonly ports: readonly CommandedPort[]
  private readonly counters: HubCounters
  private readonly sleep: Pick<SleepControl, 'activity'>
  private readonly finished: CommandResultHandler

  constructor(location: number, sender: CommandSender, ports: readonly CommandedPort[], counters: HubCounters,
    sleep: Pick<SleepControl, 'activity'>, finished: CommandResultHandler) {
    this.location = location
    this.sender = sender
    this.ports = ports
    this.counters = counters
    this.sleep = sleep
    this.finished = finished
  }

  sendCommand<V extends CommandValues>(codec: Encoder<V>, location: number, values: V, hold: boolean, port: number): void {
    this.sleep.activity(SLEEP_REASON.switch)
    if (location === this.location) this.execute(codec, values, port)
    else this.sender.send(codec, location, values, hold, port)
  }

  endHold<V extends CommandValues>(codec: Encoder<V>, location: number, values: V, port: number): void {
    if (location === this.location) this.execute(codec, values, port)
    else this.sender.override(codec, location, values, port)
  }

  /** A command for a component of this hub. */
  private execute(codec: CommandEncoder, values: CommandValues, port: number): void {
    values.sequence = this.sender.nextSequence(topicOf(codec), this.location)
    for (const target of this.ports) {
      if (target.entry === undefined || target.entry.command === undefined || topicOf(target.entry.command) !== topicOf(codec)) continue
      const done = target.commands.executeLocal(values, this.location)
      this.finished(port, done ? COMMAND_RESULT.echoed : COMMAND_RESULT.lost, codec, this.location)
      return
    }
    this.counters.rxNoComponent++
    this.finished(port, COMMAND_RESULT.lost, codec, this.location)
  }
}
