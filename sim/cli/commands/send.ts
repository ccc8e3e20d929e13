import type { Command } from 'commander'
import type { LocationName } from '#protocol/catalogue/index.ts'
import { E2E_COUNTER_MAX, nextCounter } from '#protocol/e2e.ts'
import { TOOL_ADDRESSES, senderNibble } from '#protocol/id.ts'
import {
  ENTRIES, FrameDecoder, MessageError, addressNamed, encodeEntry, parseAssignments, parseTarget, type MessageEntry,
} from '#protocol/messages.ts'
import { identifierText } from '#sim/diag/describe-frame.ts'
import { fieldsJson, fieldsText } from '#sim/diag/fields.ts'
import { createLinkFrame } from '#sim/gateway/link-frame.ts'
import type { Link, LinkFrame } from '#sim/gateway/link.ts'
import { duration } from '../lib/options.ts'
import { Failure, usage } from '../lib/failure.ts'
import { DEFAULT_LINK, isLinkUri, open } from '../lib/link.ts'
import { type Terminal, until } from '../lib/terminal.ts'

const HELP = `
Builds the frame with its end-to-end protection, sends it through the link and, where the hub answers with a status,
repeats it every 100 ms until the status echoes sender and sequence; after 500 ms it fails. A held command (window up,
mirror tilt) lasts while it is repeated: --hold does that. Fields left out do not matter.

Examples:
  npx spine send WindowCommand@RR action=goto position_pct=50
  npx spine send WindowCommand@FL action=up --hold 2s
  npx spine send LightCommand@DASH action=set channel=0 level=40% fade=500ms
  npx spine send spine:127.0.0.1:7030 LatchCommand@TRUNK action=release --json`

const REPEAT_ms = 100
const GIVE_UP_ms = 500
/** Steps of counter and sequence between two runs of this command: less than a sixth of the second for which hubs remember them. */
const STEP_ms = 170
const SEQUENCES = 16

interface Options { wait: boolean, hold?: number, source: string, actuate?: boolean, json?: boolean }

/** `spine send`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<words...>', '[LINK] Message@LOCATION field=value …')
    .option('--no-wait', 'send once and do not wait for the echo')
    .option('--hold <duration>', 'repeat it for so long, as a held switch does', duration)
    .option('--source <address>', `address to send from: ${TOOL_ADDRESSES.map(address => `0x${address.toString(16).toUpperCase()}`).join(' or ')}`, 'tool')
    .option('--actuate', 'let it onto a real bus (slcan:, gvret:, socketcan: but vcan): real glass moves')
    .option('--json', 'the result for programs')
    .addHelpText('after', HELP)
    .action(async (words: readonly string[], options: Options) => {
      const wish = readWish(words, options)
      const link = await open(wish.uri, { actuate: options.actuate === true, name: 'send', report: line => terminal.warn(line) })
      try {
        const outcome = await deliver(link, wish, options, terminal)
        terminal.write(options.json === true ? `${JSON.stringify(outcomeJson(wish, outcome))}\n` : outcomeText(wish, outcome, terminal))
        if (outcome.kind === 'unanswered') throw new Failure(unansweredText(wish, outcome))
      } finally {
        await link.close()
      }
    })
}

interface Wish {
  readonly uri: string
  readonly entry: MessageEntry
  readonly location: LocationName
  readonly source: number
  /** Undefined: there is no status that would echo it. */
  readonly status: MessageEntry | undefined
  readonly sequence: number
  frame(counter: number): LinkFrame
}

function readWish(words: readonly string[], options: Options): Wish {
  const named = isLinkUri(words[0]!)
  const [target, ...assignments] = named ? words.slice(1) : words
  if (target === undefined) throw usage('which message? For example: WindowCommand@FL action=up')
  try {
    const { entry, location } = parseTarget(target)
    if (entry.row.page !== 1) throw usage(`${entry.row.name} is what hubs report: a tool sends commands, such as ${commandLike(entry)}`)
    const values: Record<string, number | string | boolean> = parseAssignments(assignments)
    const given = (field: string): boolean => Object.keys(values).some(name => name.toLowerCase() === field)
    if ('sequence' in entry.row.fields && !given('sequence')) values.sequence = Math.floor(Date.now() / STEP_ms) % SEQUENCES
    const source = addressNamed(options.source)
    if (!TOOL_ADDRESSES.includes(source)) throw usage(`a tool sends from ${TOOL_ADDRESSES.map(a => `0x${a.toString(16).toUpperCase()}`).join(' or ')}, not from ${options.source}`)
    const frame = (counter: number): LinkFrame =>
      Object.assign(createLinkFrame(), encodeEntry(entry, location, values, { source, counter }))
    frame(0)
    if ('action' in entry.row.fields && !given('action')) {
      throw usage(`${entry.row.name} needs an action: action=${Object.keys(entry.row.fields.action.values ?? {}).join('|')}`)
    }
    const status = ENTRIES.find(({ row }) => row.page === 0 && row.kind === entry.row.kind && 'echoSequence' in row.fields)
    return { uri: named ? words[0]! : DEFAULT_LINK, entry, location, source, status, sequence: Number(values.sequence ?? 0), frame }
  } catch (error) {
    if (error instanceof MessageError || error instanceof RangeError) throw usage(error.message)
    throw error
  }
}

function commandLike(entry: MessageEntry): string {
  return ENTRIES.find(({ row }) => row.page === 1 && row.kind === entry.row.kind && row.actuates)?.row.name ?? 'WindowCommand'
}

type Outcome = {
  readonly kind: 'sent' | 'accepted' | 'unanswered'
  readonly frames: number
  readonly first: LinkFrame
  readonly latency_ms?: number
  /** Fields of the status that echoed it, or of the last one heard. */
  readonly status?: Readonly<Record<string, number>>
  /** Frames heard from the hub meanwhile. */
  readonly heard: number
}

async function deliver(link: Link, wish: Wish, options: Options, terminal: Terminal): Promise<Outcome> {
  const stop = terminal.stop
  const decoder = new FrameDecoder()
  const begun_ms = performance.now()
  let heard = 0
  let status: Record<string, number> | undefined
  let latency_ms: number | undefined
  const echoed = new AbortController()
  const unsubscribe = link.onFrame((frame) => {
    if (wish.status === undefined || frame.error) return
    const decoded = decoder.decode(frame)
    if (decoded?.row !== wish.status.row || decoded.location !== wish.location) return
    heard++
    if (latency_ms !== undefined && options.hold === undefined) return
    status = { ...decoded.values }
    if (status.echoSender !== senderNibble(wish.source) || status.echoSequence !== wish.sequence) return
    latency_ms ??= performance.now() - begun_ms
    if (options.hold === undefined) echoed.abort()
  })
  const ends = AbortSignal.any([stop, echoed.signal])
  const waits = wish.status !== undefined && options.wait
  let counter = Math.floor(Date.now() / STEP_ms) % (E2E_COUNTER_MAX + 1)
  const first = wish.frame(counter)
  let frames = 0
  const due_ms = options.hold ?? (waits ? GIVE_UP_ms : 0)
  do {
    put(link, frames === 0 ? first : wish.frame(counter))
    frames++
    counter = nextCounter(counter)
    if (due_ms > 0) await until(ends, Math.min(REPEAT_ms, begun_ms + due_ms - performance.now()))
  } while (!ends.aborted && performance.now() - begun_ms < due_ms)
  unsubscribe()
  if (!waits) {
    if (due_ms === 0) await flushed(link)
    return { kind: 'sent', frames, first, heard }
  }
  const kind = latency_ms === undefined ? 'unanswered' : 'accepted'
  return { kind, frames, first, heard, ...(latency_ms === undefined ? {} : { latency_ms }), ...(status === undefined ? {} : { status }) }
}

function put(link: Link, frame: LinkFrame): void {
  if (link.send(frame)) return
  const why = [...link.counters.sent.dropped].filter(([, count]) => count > 0).map(([reason]) => reason).join(', ')
  throw new Failure(`${link.uri} did not take the frame (${why === '' ? link.state : why})${link.problem === '' ? '' : `: ${link.problem}`}`)
}

/** Waits until the link has passed everything on, at most half a second. */
async function flushed(link: Link): Promise<void> {
  for (let waited_ms = 0; link.counters.sent.queued > 0 && waited_ms < GIVE_UP_ms; waited_ms += 5) {
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

function frameText(frame: LinkFrame): string {
  return `${identifierText(frame.id, true)}#${Buffer.from(frame.data.subarray(0, frame.length)).toString('hex').toUpperCase()}`
}

function times(count: number): string {
  return count === 1 ? 'sent once' : `sent ${count} times`
}

function outcomeText(wish: Wish, outcome: Outcome, terminal: Terminal): string {
  const { colors } = terminal
  const head = `${wish.entry.row.name}@${wish.location} ${colors.dim(frameText(outcome.first))} ${times(outcome.frames)}`
  if (outcome.kind !== 'accepted') return `${head}\n`
  const status = wish.status!
  return `${head}, ${colors.green('accepted')} after ${outcome.latency_ms!.toFixed(0)} ms\n`
    + `${status.row.name}@${wish.location} ${fieldsText(status.row, outcome.status!)}\n`
}

function unansweredText(wish: Wish, outcome: Outcome): string {
  const status = `${wish.status!.row.name}@${wish.location}`
  if (outcome.heard > 0) return `${status} came but did not echo the command: the hub refused it, or never received it`
  return `no ${status} within ${GIVE_UP_ms} ms: is the hub there? See "npx spine monitor"`
}

function outcomeJson(wish: Wish, outcome: Outcome): Record<string, unknown> {
  return {
    message: wish.entry.row.name, location: wish.location, id: outcome.first.id, frame: frameText(outcome.first), sequence: wish.sequence,
    outcome: outcome.kind, frames: outcome.frames,
    ...(outcome.latency_ms === undefined ? {} : { latency_ms: Math.round(outcome.latency_ms) }),
    ...(outcome.status === undefined ? {} : { status: fieldsJson(wish.status!.row, outcome.status) }),
  }
}
