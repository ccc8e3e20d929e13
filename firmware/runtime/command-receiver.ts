import { senderNibble } from '#protocol/index.ts'
import { COMMAND_RANK, type CommandRank, type Component, HOLD_TIMEOUT_ms } from '../components/index.ts'
import type { CommandValues } from '../message.ts'
import type { HubCounters } from './counters.ts'
import type { Job, Schedule } from './schedule.ts'

/**
 * A command with the sender and sequence of one seen this recently is its repetition. By then a sender that hears nothing has given
 * up what it held, and its last frame is too old to be sent; sixteen presses take longer.
 */
export const REPEAT_WINDOW_ms = 3000

const SENDERS = 16
/** No command has it. */
const NO_SEQUENCE = 16

/**
 * Commands for one component: executes each one once however often it is repeated, remembers whom to echo, and tells
 * the driver when the sender falls silent. What was given before there was a component, or before it may answer, is not
 * executed later: a hold begins with a press.
 */
export class CommandReceiver {
  /** Sender nibble and sequence of the last accepted command, for the status; 0 = none since boot. */
  echoSender: number
  echoSequence: number
  /** While true, every command is refused: the hub is being programmed. */
  inhibited: boolean
  private readonly schedule: Schedule
  private readonly counters: HubCounters
  private readonly accepted: () => void
  /** Sender nibble of this hub's switches. */
  private readonly own: number
  private readonly sequences: Uint8Array
  private readonly heard_ms: Float64Array
  /** By sender: 1 when the component took its last command. */
  private readonly taken: Uint8Array
  private readonly silenceJob: Job
  private component: Component | undefined
  /** Sender nibble of the command in force. */
  private owner: number
  /** A bit for each sender whose last frame insisted, executed or not. */
  private insisters: number

  /** `accepted` is called when there is a new echo; `location`: of this hub, the sender of what its switches command. */
  constructor(name: string, location: number, schedule: Schedule, counters: HubCounters, accepted: () => void) {
    this.echoSender = 0
    this.echoSequence = 0
    this.inhibited = false
    this.schedule = schedule
    this.counters = counters
    this.accepted = accepted
    this.own = location
    this.sequences = new Uint8Array(SENDERS)
    this.heard_ms = new Float64Array(SENDERS)
    this.taken = new Uint8Array(SENDERS)
    this.silenceJob = schedule.job(name, () => this.checkSilence())
    this.component = undefined
    this.owner = 0
    this.insisters = 0
    this.sequences.fill(NO_SEQUENCE)
    this.heard_ms.fill(-Infinity)
  }

  /** Serves this driver from now on; undefined: none. What was given to the one before is no command to this one. */
  bind(component: Component | undefined): void {
    this.component = component
    this.schedule.stop(this.silenceJob)
    this.forget()
  }

  /** A command from the bus that passed its checks. `true`: it was executed, now or when it came first. */
  receive(values: CommandValues, source: number): boolean {
    const sender = senderNibble(source)
    const now = this.schedule.now()
    const isRepeated = this.isRepeated(values, sender, now)
    const rank = this.rank(values, sender, now)
    if (isRepeated) return this.repeat(rank, sender, now)
    if (!this.execute(rank, values, sender)) return false
    if (this.component !== undefined && this.component.released !== undefined) this.schedule.startAt(this.silenceJob, now + HOLD_TIMEOUT_ms)
    return true
  }

  /** A command that comes too early to be executed: nor are its repetitions. Its sender misses the echo, and says so. */
  pass(values: CommandValues, source: number): void {
    this.passOver(values, senderNibble(source))
  }

  private passOver(values: CommandValues, sender: number): void {
    const now = this.schedule.now()
    if (!this.isRepeated(values, sender, now)) this.taken[sender] = 0
    this.sequences[sender] = values.sequence
    this.heard_ms[sender] = now
  }

  private isRepeated(values: CommandValues, sender: number, now: number): boolean {
    return this.sequences[sender] === values.sequence && now - this.heard_ms[sender]! <= REPEAT_WINDOW_ms
  }

  /**
   * A command of this hub's own switches: it lasts until the next one. `false`: refused; what they held ends all the same, as a thumb
   * that only tapped holds nothing. What another hub holds is its own to end.
   */
  executeLocal(values: CommandValues): boolean {
    const sender = this.own
    if (this.execute(this.rank(values, sender, this.schedule.now()), values, sender)) {
      this.schedule.stop(this.silenceJob)
      return true
    }
    if (sender === this.owner) this.release()
    return false
  }

  /** Remembers who insists: a hold whose beginning was missed, or refused, is none that may be undone. */
  private rank(values: CommandValues, sender: number, now: number): CommandRank {
    const component = this.component
    if (component === undefined || component.rank === undefined) return COMMAND_RANK.any
    const rank = component.rank(values)
    if (rank === COMMAND_RANK.insists) {
      this.insisters = this.insisters | 1 << sender
      this.heard_ms[sender] = now
    } else this.insisters = this.insisters & ~(1 << sender)
    return rank
  }

  private execute(rank: CommandRank, values: CommandValues, sender: number): boolean {
    const component = this.component
    if (rank === COMMAND_RANK.yields && this.isOutranked()) {
      this.counters.commandsRefused++
      this.passOver(values, sender)
      return false
    }
    if (this.inhibited || component === undefined || component.command === undefined || !component.command(values, sender)) {
      this.counters.commandsRefused++
      this.sequences[sender] = NO_SEQUENCE
      return false
    }
    this.counters.commandsExecuted++
    this.taken[sender] = 1
    this.sequences[sender] = values.sequence
    this.heard_ms[sender] = this.schedule.now()
    this.owner = sender
    this.echo(sender, values.sequence)
    return true
  }

  /** Somebody holds what insists: not who asks, whose last command this is; this hub's own switches do not repeat. */
  private isOutranked(): boolean {
    const now = this.schedule.now()
    let sender = 0
    for (let bits = this.insisters; bits !== 0; bits >>= 1) {
      if ((bits & 1) !== 0 && (sender === this.own || now - this.heard_ms[sender]! <= HOLD_TIMEOUT_ms)) return true
      sender++
    }
    return false
  }

  private echo(sender: number, sequence: number): void {
    this.echoSender = sender
    this.echoSequence = sequence
    this.accepted()
  }

  private repeat(rank: CommandRank, sender: number, now: number): boolean {
    const component = this.component
    this.heard_ms[sender] = now
    if (rank === COMMAND_RANK.insists && (this.taken[sender] === 0 || sender !== this.owner)) this.outrank()
    if (this.taken[sender] === 0) {
      this.counters.commandsRefused++
      return false
    }
    this.counters.commandsRepeated++
    // Its echo was overtaken by another sender's: without one of its own it would count its command as lost.
    if (sender !== this.echoSender) this.echo(sender, this.sequences[sender]!)
    if (sender === this.owner && component !== undefined && this.silenceJob.armed && component.repeated !== undefined) component.repeated()
    return true
  }

  private outrank(): void {
    const component = this.component
    if (component !== undefined && component.outranked !== undefined) component.outranked()
  }

  private checkSilence(): void {
    const due_ms = this.heard_ms[this.owner]! + HOLD_TIMEOUT_ms
    if (due_ms > this.schedule.now()) {
      this.schedule.startAt(this.silenceJob, due_ms)
      return
    }
    this.counters.holdsReleased++
    this.release()
  }

  private release(): void {
    const component = this.component
    if (component !== undefined && component.released !== undefined) component.released()
  }

  private forget(): void {
    this.owner = 0
    this.insisters = 0
    this.echoSender = 0
    this.echoSequence = 0
    this.taken.fill(0)
  }
}
