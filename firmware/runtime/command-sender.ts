import type { Encoder } from '#protocol/index.ts'
import { CLASSIC_DATA_BYTES, type CodeOf, COMPONENTS, senderNibble, sourceOf, topicOf } from '#protocol/index.ts'
import type { AnyEncoder, CommandEncoder, CommandValues } from '../message.ts'
import type { HubCounters } from './counters.ts'
import type { Job, Schedule } from './schedule.ts'
import type { Transmitter } from './transmit.ts'

/** A command is repeated this often until the status echoes it, and given up after this long. */
export const REPEAT_ms = 100
export const ECHO_TIMEOUT_ms = 500

/**
 * A hold of which nothing left the hub for this long is lost, as its target has let go by then (`HOLD_TIMEOUT_ms`): nothing comes of
 * it when the bus is back, so its user has to know.
 */
export const HELD_UNSENT_ms = 200

/** A held command whose target reports nothing for this long (it reports every second at rest) is lost too. */
export const HELD_SILENCE_ms = 2500

const SEQUENCES = 16

/** What became of a command. */
export const COMMAND_RESULT = { echoed: 0, lost: 1, dropped: 2 } as const
type CommandResult = CodeOf<typeof COMMAND_RESULT>
export type CommandResultHandler = (port: number, result: CommandResult, codec: AnyEncoder, location: number) => void

/** Idle, behind an earlier command to the same component, or on its way. */
const PHASE = { idle: 0, waiting: 1, sending: 2 } as const

interface Pending {
  phase: CodeOf<typeof PHASE>
  codec: AnyEncoder
  location: number
  /** Socket of the component whose user wants it. */
  port: number
  data: Uint8Array
  sequence: number
  hold: boolean
  echoed: boolean
  started_ms: number
  /** When the target last reported, whatever it echoed: somebody else may have commanded it meanwhile. */
  heard_ms: number
  due_ms: number
  /** When none of its frames waited last. */
  left_ms: number
}

function isFor(pending: Pending, topic: number, location: number): boolean {
  return pending.location === location && topicOf(pending.codec) === topic
}

function idlePending(codec: AnyEncoder): Pending {
  return {
    phase: PHASE.idle, codec: codec, location: 0, port: 0, data: new Uint8Array(CLASSIC_DATA_BYTES), sequence: 0,
    hold: false, echoed: false, started_ms: 0, heard_ms: 0, due_ms: 0, left_ms: 0,
  }
}

/**
 * Commands of this hub's users to other hubs: each is repeated until the component's status echoes its sender and
 * sequence, or fails loudly after 500 ms. Commands to one component go one after the other, since a status echoes
 * only the last; what is held gives way at once to whatever comes after it.
 */
export class CommandSender {
  /** In a car with keys: whether the hub at a location proves that it takes commands, so that no echo is believed. */
  proves: ((location: number) => boolean) | undefined
  private readonly schedule: Schedule
  private readonly transmit: Transmitter
  private readonly counters: HubCounters
  private readonly finished: CommandResultHandler
  private readonly sender: number
  /** Those under way first, in the order in which they were given; then those that are free. */
  private readonly pool: Pending[]
  private readonly sequences: Uint8Array
  /** The echo of a command of this hub last seen from each target, sender << 4 | sequence: a new command never takes that sequence. */
  private readonly echoes: Uint8Array
  private readonly job: Job
  private active: number

  /** `room`: how many commands may be under way; `firstSequence` random, so that a reset hub is not taken for itself. */
  constructor(schedule: Schedule, transmit: Transmitter, counters: HubCounters, address: number, room: number,
    firstSequence: number, idle: AnyEncoder, finished: CommandResultHandler) {
    this.proves = undefined
    this.schedule = schedule
    this.transmit = transmit
    this.counters = counters
    this.finished = finished
    this.sender = senderNibble(sourceOf(address))
    this.pool = []
    for (let i = 0; i < room; i++) this.pool.push(idlePending(idle))
    this.sequences = new Uint8Array(COMPONENTS)
    this.echoes = new Uint8Array(COMPONENTS)
    this.sequences.fill(firstSequence)
    this.job = schedule.job('commands', () => this.fire())
    this.active = 0
  }

  /**
   * Sends a command and watches over it; `values.sequence` is filled in. A held one takes the place of all that is under
   * way to this component, as a thumb on a switch wants an answer now; others only that of a held one.
   */
  send<V extends CommandValues>(codec: Encoder<V>, location: number, values: V, hold: boolean, port: number): void {
    this.replaceAll(topicOf(codec), location, !hold)
    this.submit(codec, location, values, hold, port)
  }

  /** Sends a command in place of all that is under way to this component. */
  override<V extends CommandValues>(codec: Encoder<V>, location: number, values: V, port: number): void {
    this.replaceAll(topicOf(codec), location, false)
    this.submit(codec, location, values, false, port)
  }

  /** The number of the next command to a component; also for commands that never leave the hub. */
  nextSequence(topic: number, location: number): number {
    const target = topic << 4 | location
    let next = (this.sequences[target]! + 1) % SEQUENCES
    if (this.echoes[target] === (this.sender << 4 | next)) next = (next + 1) % SEQUENCES
    this.sequences[target] = next
    return next
  }

  /** A component's status, with its echo. */
  observe(topic: number, location: number, echoSender: number, echoSequence: number): void {
    if (echoSender === this.sender) this.echoes[topic << 4 | location] = echoSender << 4 | echoSequence
    for (let i = 0; i < this.active; i++) {
      const pending = this.pool[i]!
      if (pending.phase !== PHASE.sending || !isFor(pending, topic, location)) continue
      pending.heard_ms = this.schedule.now()
      if (echoSender === this.sender && (this.proves === undefined || !this.proves(location))) this.took(pending, echoSequence)
      return
    }
  }

  /** A proof that the hub at a location has taken a command. */
  confirm(topic: number, location: number, sequence: number): void {
    for (let i = 0; i < this.active; i++) {
      const pending = this.pool[i]!
      if (pending.phase !== PHASE.sending || !isFor(pending, topic, location)) continue
      this.took(pending, sequence)
      return
    }
  }

  /** What is on its way to this hub goes out at once, not at its next repetition: what was sent before cannot count there. */
  hurry(location: number): void {
    const now = this.schedule.now()
    for (let i = 0; i < this.active; i++) {
      const pending = this.pool[i]!
      if (pending.phase !== PHASE.sending || pending.location !== location || pending.echoed) continue
      pending.due_ms = now
      this.schedule.notLater(this.job, now)
    }
  }

  /** Commands under way or waiting. */
  underWay(): number {
    return this.active
  }

  private took(pending: Pending, sequence: number): void {
    if (pending.echoed || sequence !== pending.sequence) return
    pending.echoed = true
    this.counters.commandsEchoed++
    this.finished(pending.port, COMMAND_RESULT.echoed, pending.codec, pending.location)
    if (!pending.hold) this.finish(pending)
  }

  private submit(codec: CommandEncoder, location: number, values: CommandValues, hold: boolean, port: number): void {
    if (this.active === this.pool.length && !this.makeRoom()) {
      this.counters.commandsDropped++
      this.finished(port, COMMAND_RESULT.dropped, codec, location)
      return
    }
    const pending = this.pool[this.active]!
    values.sequence = this.nextSequence(topicOf(codec), location)
    codec.encode(values, pending.data)
    pending.codec = codec
    pending.location = location
    pending.port = port
    pending.sequence = values.sequence
    pending.hold = hold
    pending.echoed = false
    pending.phase = PHASE.waiting
    this.active++
    this.counters.commandsSent++
    this.beginNext(topicOf(codec), location)
  }

  private beginNext(topic: number, location: number): void {
    const next = this.earliest(topic, location)
    if (next !== undefined && next.phase === PHASE.waiting) this.begin(next)
  }

  private begin(pending: Pending): void {
    pending.phase = PHASE.sending
    pending.started_ms = this.schedule.now()
    this.transmitOnce(pending)
  }

  private transmitOnce(pending: Pending): void {
    const now = this.schedule.now()
    pending.due_ms = now + REPEAT_ms
    if (!this.transmit.waits(pending.codec, pending.location)) pending.left_ms = now
    this.transmit.sendEncoded(pending.codec, pending.location, pending.data, 0)
    this.schedule.notLater(this.job, pending.due_ms)
  }

  private fire(): void {
    const now = this.schedule.now()
    let next_ms = Infinity
    for (let i = 0; i < this.active;) {
      const pending = this.pool[i]!
      if (pending.phase === PHASE.sending && pending.due_ms <= now) this.again(pending, now)
      if (this.pool[i] === pending && pending.phase !== PHASE.idle) i++
    }
    for (let i = 0; i < this.active; i++) {
      const pending = this.pool[i]!
      if (pending.phase === PHASE.sending && pending.due_ms < next_ms) next_ms = pending.due_ms
    }
    this.schedule.notLater(this.job, next_ms)
  }

  private again(pending: Pending, now: number): void {
    if (now < this.deadline_ms(pending)) {
      this.counters.commandRepeats++
      this.transmitOnce(pending)
      return
    }
    this.counters.commandsLost++
    this.finished(pending.port, COMMAND_RESULT.lost, pending.codec, pending.location)
    this.finish(pending)
  }

  private deadline_ms(pending: Pending): number {
    if (!pending.echoed) return pending.started_ms + ECHO_TIMEOUT_ms
    const silence_ms = pending.heard_ms + HELD_SILENCE_ms
    if (!this.transmit.waits(pending.codec, pending.location)) return silence_ms
    return Math.min(silence_ms, pending.left_ms + HELD_UNSENT_ms)
  }

  private finish(pending: Pending): void {
    this.free(pending)
    this.beginNext(topicOf(pending.codec), pending.location)
  }

  private replaceAll(topic: number, location: number, heldOnly: boolean): void {
    for (let i = this.active - 1; i >= 0; i--) {
      const pending = this.pool[i]!
      if ((heldOnly && !pending.hold) || !isFor(pending, topic, location)) continue
      if (!pending.echoed) this.counters.commandsReplaced++
      this.free(pending)
    }
  }

  /** It is under way no more: those given after it move up. */
  private free(pending: Pending): void {
    pending.phase = PHASE.idle
    this.active--
    for (let i = this.pool.indexOf(pending); i < this.active; i++) this.pool[i] = this.pool[i + 1]!
    this.pool[this.active] = pending
  }

  /**
   * All are taken: the oldest that waits for the component for which most wait gives its place away, so that one that does not answer
   * keeps nobody from the others. `false`: none waits.
   */
  private makeRoom(): boolean {
    let found: Pending | undefined = undefined
    let most = 0
    for (let i = 0; i < this.active; i++) {
      const pending = this.pool[i]!
      if (pending.phase !== PHASE.waiting) continue
      const waiting = this.waiting(pending)
      if (found !== undefined && waiting <= most) continue
      found = pending
      most = waiting
    }
    if (found === undefined) return false
    this.free(found)
    this.counters.commandsDropped++
    this.finished(found.port, COMMAND_RESULT.dropped, found.codec, found.location)
    return true
  }

  /** How many wait for its component. */
  private waiting(one: Pending): number {
    const topic = topicOf(one.codec)
    let waiting = 0
    for (let i = 0; i < this.active; i++) {
      const pending = this.pool[i]!
      if (pending.phase === PHASE.waiting && isFor(pending, topic, one.location)) waiting++
    }
    return waiting
  }

  /** The oldest command for a component. */
  private earliest(topic: number, location: number): Pending | undefined {
    for (let i = 0; i < this.active; i++) {
      if (isFor(this.pool[i]!, topic, location)) return this.pool[i]
    }
    return undefined
  }
}
