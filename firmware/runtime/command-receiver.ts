import { senderNibble } from '#protocol/index.ts'
import { type Component, HOLD_TIMEOUT_ms } from '../components/index.ts'
import type { CommandValues } from '../message.ts'
import type { HubCounters } from './counters.ts'
import type { Job, Schedule } from './schedule.ts'

/**
 * A command with the sender and sequence of one seen this recently is its repetition. Longer than any pause in the
 * repetitions of a held command that still counts as holding, shorter than sixteen presses take.
 */
export const REPEAT_WINDOW_ms = 1000

const SENDERS = 16

/**
 * Commands for one component: executes each one once however often it is repeated, remembers whom to echo, and tells
 * the driver when the sender falls silent.
 */
export class CommandReceiver {
  /** Sender nibble and sequence of the last accepted command, for the status; 0 = none since boot. */
  echoSender: number
  echoSequence: number
  private readonly schedule: Schedule
  private readonly counters: HubCounters
  private readonly accepted: () => void
  private readonly sequences: Uint8Array
  private readonly heard_ms: Float64Array
  private readonly silenceJob: Job
  private component: Component | undefined
  /** Sender nibble of the command in force. */
  private owner: number

  /** `accepted` is called when there is a new echo. */
  constructor(name: string, schedule: Schedule, counters: HubCounters, accepted: () => void) {
    this.echoSender = 0
    this.echoSequence = 0
    this.schedule = schedule
    this.counters = counters
    this.accepted = accepted
    this.sequences = new Uint8Array(SENDERS)
    this.heard_ms = new Float64Array(SENDERS)
    this.silenceJob = schedule.job(name, () => this.checkSilence())
    this.component = undefined
    this.owner = 0
    this.forget()
  }

  /** Serves this driver from now on; undefined: none. */
  bind(component: Component | undefined): void {
    this.component = component
    this.schedule.stop(this.silenceJob)
    this.forget()
  }

  /** A command from the bus that passed its checks. */
  receive(values: CommandValues, source: number): void {
    const sender = senderNibble(source)
    const now = this.schedule.now()
    const repeated = this.sequences[sender] === values.sequence && now - this.heard_ms[sender]! <= REPEAT_WINDOW_ms
    if (repeated) this.repeat(sender, now)
    else if (this.execute(values, sender) && this.component !== undefined && this.component.released !== undefined) {
      this.schedule.startAt(this.silenceJob, now + HOLD_TIMEOUT_ms)
    }
  }

  /** A command of this hub's own switches: it lasts until the next one. `false`: refused. */
  executeLocal(values: CommandValues, sender: number): boolean {
    this.schedule.stop(this.silenceJob)
    return this.execute(values, sender)
  }

  private execute(values: CommandValues, sender: number): boolean {
    const component = this.component
    if (component === undefined || component.command === undefined || !component.command(values, sender)) {
      this.counters.commandsRefused++
      return false
    }
    this.counters.commandsExecuted++
    this.sequences[sender] = values.sequence
    this.heard_ms[sender] = this.schedule.now()
    this.owner = sender
    this.echo(sender, values.sequence)
    return true
  }

  private echo(sender: number, sequence: number): void {
    this.echoSender = sender
    this.echoSequence = sequence
    this.accepted()
  }

  private repeat(sender: number, now: number): void {
    this.counters.commandsRepeated++
    this.heard_ms[sender] = now
    // Its echo was overtaken by another sender's: without one of its own it would count its command as lost.
    if (sender !== this.echoSender) this.echo(sender, this.sequences[sender]!)
    const component = this.component
    if (sender !== this.owner || component === undefined || !this.silenceJob.armed) return
    if (component.repeated !== undefined) component.repeated()
  }

  private checkSilence(): void {
    const due_ms = this.heard_ms[this.owner]! + HOLD_TIMEOUT_ms
    if (due_ms > this.schedule.now()) {
      this.schedule.startAt(this.silenceJob, due_ms)
      return
    }
    this.counters.holdsReleased++
    const component = this.component
    if (component !== undefined && component.released !== undefined) component.released()
  }

  private forget(): void {
    this.owner = 0
    this.echoSender = 0
    this.echoSequence = 0
    for (let i = 0; i < SENDERS; i++) this.heard_ms[i] = -Infinity
  }
}
