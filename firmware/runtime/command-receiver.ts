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

const TOOK = 1
const INSISTS = 2

/** The port of a receiver. */
export interface ReceiverPort {
  /** There is a new echo. */
  statusChanged(index: number): void
  /** A switch of this hub is held that insists, on a component of the class that is plugged in. */
  insists(): boolean
}

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
  private readonly port: ReceiverPort
  private readonly sequences: Uint8Array
  private readonly heard_ms: Float64Array
  /** By sender, of its last command: `TOOK` when the component took it, `INSISTS` when it insists, taken or not. */
  private readonly marks: Uint8Array
  private readonly silenceJob: Job
  private component: Component | undefined
  /** Sender nibble of the command in force. */
  private owner: number

  constructor(name: string, schedule: Schedule, counters: HubCounters, port: ReceiverPort) {
    this.echoSender = 0
    this.echoSequence = 0
    this.inhibited = false
    this.schedule = schedule
    this.counters = counters
    this.port = port
    this.sequences = new Uint8Array(SENDERS)
    this.heard_ms = new Float64Array(SENDERS)
    this.marks = new Uint8Array(SENDERS)
    this.silenceJob = schedule.job(name, () => this.checkSilence())
    this.component = undefined
    this.owner = 0
    this.sequences.fill(NO_SEQUENCE)
    this.heard_ms.fill(-Infinity)
  }

  /** Serves this driver from now on; undefined: none. What was given to the one before is no command to this one. */
  bind(component: Component | undefined): void {
    this.component = component
    this.schedule.stop(this.silenceJob)
    this.owner = 0
    this.echoSender = 0
    this.echoSequence = 0
    this.marks.fill(0)
  }

  /** A command from the bus that passed its checks. `true`: it was executed, now or when it came first. */
  receive(values: CommandValues, source: number): boolean {
    const sender = senderNibble(source)
    const now = this.schedule.now()
    const isRepeated = this.isRepeated(values, sender, now)
    const rank = this.rank(values, sender, now)
    if (isRepeated) return this.repeat(rank, sender, now)
    if (!this.execute(rank, values, sender)) return false
    if (this.component!.released !== undefined) this.schedule.startAt(this.silenceJob, now + HOLD_TIMEOUT_ms)
    return true
  }

  /** A command that comes too early to be executed: nor are its repetitions. Its sender misses the echo, and says so. */
  pass(values: CommandValues, source: number): void {
    this.passOver(values, senderNibble(source))
  }

  private passOver(values: CommandValues, sender: number): void {
    const now = this.schedule.now()
    if (!this.isRepeated(values, sender, now)) this.marks[sender] = 0
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
  executeLocal(values: CommandValues, sender: number): boolean {
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
    let marks = this.marks[sender]! & TOOK
    if (rank === COMMAND_RANK.insists) {
      marks |= INSISTS
      this.heard_ms[sender] = now
    }
    this.marks[sender] = marks
    return rank
  }

  private execute(rank: CommandRank, values: CommandValues, sender: number): boolean {
    const component = this.component
    if (rank === COMMAND_RANK.yields && this.isOutranked()) {
      this.counters.commandsRefused++
      this.passOver(values, sender)
      return false
    }
    if (this.inhibited || component === undefined || !component.command!(values, sender)) {
      this.counters.commandsRefused++
      this.sequences[sender] = NO_SEQUENCE
      if (rank === COMMAND_RANK.insists) this.outrank()
      return false
    }
    this.counters.commandsExecuted++
    this.marks[sender]! |= TOOK
    this.sequences[sender] = values.sequence
    this.heard_ms[sender] = this.schedule.now()
    this.owner = sender
    this.echo(sender, values.sequence)
    return true
  }

  /** Somebody holds what insists: not who asks, whose last command this is. This hub's own switches do not repeat. */
  private isOutranked(): boolean {
    if (this.port.insists()) return true
    const oldest_ms = this.schedule.now() - HOLD_TIMEOUT_ms
    for (let i = 0; i < SENDERS; i++) if (this.marks[i]! >= INSISTS && this.heard_ms[i]! >= oldest_ms) return true
    return false
  }

  private echo(sender: number, sequence: number): void {
    this.echoSender = sender
    this.echoSequence = sequence
    this.port.statusChanged(-1)
  }

  private repeat(rank: CommandRank, sender: number, now: number): boolean {
    const component = this.component!
    const took = this.marks[sender]! & TOOK
    this.heard_ms[sender] = now
    if (rank === COMMAND_RANK.insists && (took === 0 || sender !== this.owner)) this.outrank()
    if (took === 0) {
      this.counters.commandsRefused++
      return false
    }
    this.counters.commandsRepeated++
    // Its echo was overtaken by another sender's: without one of its own it would count its command as lost.
    if (sender !== this.echoSender) this.echo(sender, this.sequences[sender]!)
    if (sender === this.owner && this.silenceJob.armed && component.repeated !== undefined) component.repeated()
    return true
  }

  private outrank(): void {
    const component = this.component!
    if (component.outranked !== undefined) component.outranked()
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
    const component = this.component!
    if (component.released !== undefined) component.released()
  }
}
