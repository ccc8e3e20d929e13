import {
  asyncScheduler, concat, filter, firstValueFrom, lastValueFrom, map, merge, NEVER, Observable, of, type SchedulerLike,
  Subject, take, takeUntil,
  takeWhile, timer,
} from 'rxjs'
import type { GivenValues, LocationName } from '#protocol/catalogue/index.ts'
import { LOCATION, senderNibble, TOOL_ADDRESSES, topicOf } from '#protocol/index.ts'
import {
  ENTRIES, entryNamed, FrameDecoder, type MessageEntry, MessageError, MessageSender, parseAssignments, parseTarget, type SenderStart,
} from '#protocol/messages/index.ts'
import { type CarKeys, freshnessRequest, ToolSeal } from './car-keys.ts'
import { createLinkFrame } from '../gateway/browser.ts'
import type { Link, LinkFrame } from '../gateway/index.ts'

/** A command is repeated this often until its status echoes it … */
const REPEAT_ms = 100
/** … and fails after this long. */
const GIVE_UP_ms = 500
const LOOK_AGAIN_ms = 5
/** A hub with keys says its challenge within this: a tenth of a second between two, and as much for the way. */
const CHALLENGE_ms = 250
/** A timer of the engine holds no more, ms. */
const LONGEST_ms = 0x7fff_ffff

/** A message that a tool sends to hubs. */
export interface ToolCommand {
  readonly entry: MessageEntry
  readonly location: LocationName
  readonly values: GivenValues
  /** One of the tools' addresses. */
  readonly source: number
}

export interface SendOptions {
  /** Wait for the echo, where a status has one. Default true. */
  readonly wait?: boolean
  /** Repeat it for so long, as a held switch does, ms. */
  readonly hold_ms?: number
  /** Its first value ends it early. */
  readonly stop$?: Observable<unknown>
}

/**
 * What became of a command. `sent`: nothing is known of it. `accepted`: the hub's status echoed it; of a hub with keys, where this
 * side has some: its receipt is genuine. `unanswered`: neither came in time. `notTaken`: the link refused the frame.
 */
export interface CommandOutcome {
  readonly kind: 'sent' | 'accepted' | 'unanswered' | 'notTaken'
  /** How often it was sent. */
  readonly frames: number
  readonly first: LinkFrame
  readonly sequence: number
  /** From the first frame to the echo. */
  readonly latency_ms?: number
  /** The hub proved with the car's keys that it has taken the command: nobody else can have said so. */
  readonly proved: boolean
  /** Fields of the status that echoed it, or of the last one heard. */
  readonly status?: Readonly<Record<string, number>>
  /** Why it failed, a line for people; empty when it has not. */
  readonly problem: string
}

/**
 * The command of `WindowCommand@FL` and `['action=up']`. Throws MessageError for what is unknown or no command, RangeError
 * for a value or source out of range.
 */
export function toolCommand(target: string, assignments: readonly string[], source: number): ToolCommand {
  const { entry, location } = parseTarget(target)
  const { row } = entry
  if (row.page !== 1) throw new MessageError(`${row.name} is what hubs report: a tool sends commands, such as ${commandLike(entry)}`)
  if (!TOOL_ADDRESSES.includes(source)) throw new RangeError(`${source} is no address of a tool`)
  const values = parseAssignments(assignments)
  new MessageSender().encode(entry, location, values, source)
  if ('action' in row.fields && !isGiven(values, 'action')) {
    throw new MessageError(`${row.name} needs an action: action=${Object.keys(row.fields.action?.values ?? {}).join('|')}`)
  }
  return { entry, location, values, source }
}

/** The status that echoes a command; undefined where there is none. */
export function statusOf({ entry }: ToolCommand): MessageEntry | undefined {
  return ENTRIES.find(({ row }) => row.page === 0 && topicOf(row) === topicOf(entry.row) && 'echoSequence' in row.fields)
}

function isGiven(values: GivenValues, field: string): boolean {
  return Object.keys(values).some(name => name.toLowerCase() === field)
}

function commandLike(entry: MessageEntry): string {
  return ENTRIES.find(({ row }) => row.page === 1 && topicOf(row) === topicOf(entry.row) && row.actuates)?.row.name ?? 'WindowCommand'
}

/** Sends commands through a link until the hub says that it has them, or says why not. */
export class CommandSender {
  private readonly link: Link
  private readonly clock: SchedulerLike
  private readonly sender: MessageSender
  private readonly seal: ToolSeal | undefined

  /**
   * `start`: hubs remember counters and sequences for a second; whoever follows another sender starts elsewhere. `keys`: with
   * the tool's, for a car that has some.
   */
  constructor(link: Link, start: SenderStart = {}, clock: SchedulerLike = asyncScheduler, keys?: CarKeys) {
    this.link = link
    this.clock = clock
    this.sender = new MessageSender(start)
    this.seal = keys === undefined ? undefined : new ToolSeal(keys)
  }

  /** Sends it, repeats it with the same sequence and the next counter, and resolves with what became of it. */
  async send(command: ToolCommand, { wait = true, hold_ms, stop$ = NEVER }: SendOptions = {}): Promise<CommandOutcome> {
    const { link, clock } = this
    const unhear = this.seal === undefined ? undefined : await this.freshen(command, this.seal)
    const next = this.frames(command)
    const { frame: first, tag: firstTag } = next()
    const hearing = new Hearing(command, first)
    const waits = wait && hearing.status !== undefined
    const due_ms = hold_ms ?? (waits ? GIVE_UP_ms : 0)
    const begun_ms = clock.now()
    let sent = 0
    hearing.proves = this.seal?.knows(command.location) === true
    const echo$ = new Observable<void>(subscriber => link.onFrame((frame) => {
      if (frame.error) return
      if (hearing.isProof(this.seal?.receipt(frame))) hearing.proved = true
      else if (hearing.echoes(frame)) hearing.echoed = true
      else return
      if (hearing.proves && !hearing.proved) return
      hearing.latency_ms ??= clock.now() - begun_ms
      if (hold_ms === undefined && hearing.echoed) subscriber.next()
    }))
    const put = (): boolean => {
      const { frame, tag } = sent === 0 ? { frame: first, tag: firstTag } : next()
      const taken = link.send(frame)
      if (!taken) return false
      sent++
      return tag === undefined || link.send(tag)
    }
    const refusal$ = concat(of(0), timer(REPEAT_ms, REPEAT_ms, clock)).pipe(
      take(Math.max(1, Math.ceil(due_ms / REPEAT_ms))),
      filter(() => !put()),
    )
    const isTaken = await firstValueFrom(merge(
      merge(echo$, timer(Math.min(due_ms, LONGEST_ms), clock), stop$).pipe(map(() => true)), refusal$.pipe(map(() => false)),
    ))
    if (due_ms === 0) await this.passedOn()
    unhear?.()
    const { fields, latency_ms, sequence } = hearing
    const kind = !isTaken ? 'notTaken' : !waits ? 'sent' : latency_ms === undefined ? 'unanswered' : 'accepted'
    return {
      kind, frames: sent, first, sequence, proved: hearing.proved, problem: this.problem(kind, command, hearing),
      ...(latency_ms !== undefined && { latency_ms }), ...(fields !== undefined && { status: fields }),
    }
  }

  /** Frames of a command, each with the next counter, and with the tag that follows it if one does. */
  private frames({ entry, location, values, source }: ToolCommand): () => { frame: LinkFrame, tag: LinkFrame | undefined } {
    const sequence = isGiven(values, 'sequence') ? undefined : this.sender.sequence(entry, location, source)
    const given = sequence === undefined ? values : { ...values, sequence }
    return () => {
      const frame = Object.assign(createLinkFrame(), this.sender.encode(entry, location, given, source))
      const tag = this.seal?.seal(frame)
      return { frame, tag: tag === undefined ? undefined : Object.assign(createLinkFrame(), tag) }
    }
  }

  /** With keys: asks the hub for a challenge, and listens for its next ones until the returned function is called. */
  private async freshen({ entry, location, source }: ToolCommand, seal: ToolSeal): Promise<(() => void) | undefined> {
    const { link, clock } = this
    if (!entry.row.actuates || location === 'ALL') return undefined
    const heard$ = new Subject<void>()
    const unhear = link.onFrame((frame) => {
      if (frame.error) return
      seal.hear(frame)
      if (seal.knows(location)) heard$.next()
    })
    const asked = this.sender.encode(entryNamed('FreshnessRequest'), 'ALL', freshnessRequest(location), source)
    const answer = firstValueFrom(merge(heard$, timer(CHALLENGE_ms, clock)))
    link.send(Object.assign(createLinkFrame(), asked))
    await answer
    return unhear
  }

  /** Resolves when the link has passed on everything, after half a second at the latest. */
  private async passedOn(): Promise<void> {
    const { link, clock } = this
    if (link.queued === 0) return
    const looks$ = timer(0, LOOK_AGAIN_ms, clock).pipe(takeWhile(() => link.queued > 0), takeUntil(timer(GIVE_UP_ms, clock)))
    await lastValueFrom(looks$, { defaultValue: 0 })
  }

  private problem(kind: CommandOutcome['kind'], { location }: ToolCommand, hearing: Hearing): string {
    const { status, fields } = hearing
    if (kind === 'notTaken') return this.refusalText()
    if (kind !== 'unanswered') return ''
    const name = `${status!.row.name}@${location}`
    if (hearing.proves && hearing.echoed) return `${name} echoes the command, but ${location} did not prove that it has taken it: somebody forges`
    return fields === undefined
      ? `no ${name} within ${GIVE_UP_ms} ms: is the hub there? See "npx spine monitor"`
      : `${name} came but did not echo the command: the hub refused it, or never received it`
  }

  private refusalText(): string {
    const { uri, state, problem, counters } = this.link
    const reasons = [...counters.sent.dropped].filter(([, count]) => count > 0).map(([reason]) => reason).join(', ')
    return `${uri} did not take the frame (${reasons === '' ? state : reasons})${problem === '' ? '' : `: ${problem}`}`
  }
}

/** Listens for the status that echoes a command. */
class Hearing {
  /** Undefined: no status would echo it. */
  readonly status: MessageEntry | undefined
  readonly sequence: number
  latency_ms: number | undefined
  /** The hub has keys, and is to prove that it took the command; it did so; a status echoed it. */
  proves = false
  proved = false
  echoed = false
  /** Of the last status heard. */
  fields: Record<string, number> | undefined
  private readonly command: ToolCommand
  private readonly decoder = new FrameDecoder()

  constructor(command: ToolCommand, first: LinkFrame) {
    this.command = command
    this.status = statusOf(command)
    const decoded = this.decoder.decode(first)
    this.sequence = decoded !== undefined && 'sequence' in decoded.values ? decoded.values.sequence : 0
  }

  /** True for the receipt of this command. */
  isProof(receipt: ReturnType<ToolSeal['receipt']>): boolean {
    const { entry, location, source } = this.command
    return receipt !== undefined && receipt.topic === topicOf(entry.row) && receipt.location === LOCATION[location]
      && receipt.sender === senderNibble(source) && receipt.sequence === this.sequence
  }

  /** Takes a frame of the bus; true when it is a status that echoes the command. */
  echoes(frame: LinkFrame): boolean {
    if (this.status === undefined) return false
    const decoded = this.decoder.decode(frame)
    if (decoded === undefined || decoded.row !== this.status.row || decoded.location !== this.command.location) return false
    this.fields = { ...decoded.values }
    return this.fields.echoSender === senderNibble(this.command.source) && this.fields.echoSequence === this.sequence
  }
}
