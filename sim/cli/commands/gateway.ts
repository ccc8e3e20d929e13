import { type Command, Option } from 'commander'
import { filter, merge, take } from 'rxjs'
import { Bridge, type BridgeOptions } from '#sim/gateway/bridging/bridge.ts'
import type { DirectionOptions } from '#sim/gateway/bridging/direction.ts'
import { compileExpression } from '#sim/gateway/expression/compile.ts'
import type { FrameValue } from '#sim/gateway/expression/names.ts'
import { ExpressionError } from '#sim/gateway/expression/tokens.ts'
import type { Link } from '#sim/gateway/link.ts'
import { createLink } from '#sim/gateway/open-link.ts'
import { SCHEMES, type SchemeSpec } from '#sim/gateway/schemes.ts'
import { Failure, usage } from '../lib/failure.ts'
import { gatewayJson, gatewayLines, gatewaySummary } from '../lib/gateway-screen.ts'
import { linkFailure } from '../lib/link.ts'
import { bitrate, duration, positiveNumber } from '../lib/options.ts'
import { fit } from '../lib/screen.ts'
import { type Terminal, until } from '../lib/terminal.ts'

const HELP = `
Joins two links: what one hears, the other says. Nothing is lost silently: every frame is delivered, filtered, or counted
as dropped with its reason. A lost device is tried again; commands that waited longer than their lifetime are never sent:
it counts from when a link took them, between two of our own ends from when the first did. How long something lay in the
buffers of a system nobody can tell; what is read after this process stood still is held back when it may be too old.
Commands that move something or switch a load, and diagnostics that do or that reset or program a hub, do not get onto a
real bus (slcan:, gvret:, socketcan: but vcan) without --actuate.

--filter passes frames for which an expression is true, --rewrite gives the new identifier. Expressions know id, extended,
remote, fd, error, bus, length, data[0]…, the J1939 parts priority, page, pf, ps, pgn, source, destination, and of our own
messages message, location, kind, actuates; locations (FL) and messages (WindowStatus) by name; numbers like 255, 0xFF, 0b11;
and the operators ! ~ - * / % + << >> & ^ | < <= > >= == != && || ?: and parentheses. & ^ | bind more tightly than ==.

Examples:
  npx spine gateway "slcan:/dev/ttyUSB0?bitrate=500000" spine:
  npx spine gateway slcan-listen:127.0.0.1:3333 socketcan:vcan0
  npx spine gateway spine: socketcan:can0 --actuate --filter-ab "message == WindowCommand" --filter-ba "!actuates"
  npx spine gateway socketcan:can0 spine: --filter "id & 0x1FFFFF00 == 0x18FF8100 && source != 0xF9"
  npx spine gateway slcan:/dev/ttyACM0 file:drive.log?as=record --mode listen --direction ab
  npx spine gateway spine: slcan-listen: --rewrite-ab "source == 0x81 ? id ^ 0x3 : id" --limit 1000`

/** Every kind of link with its options, from the table that reads them. */
function linksHelp(): string {
  const lines = Object.entries<SchemeSpec>(SCHEMES).flatMap(([name, { about, example, options }]) => [
    `  ${name}: ${about}`, `      ${example}`, `      options: ${Object.keys(options).join(', ')}`,
  ])
  return `\nLinks:\n${lines.join('\n')}`
}

/** Repeated frames after which people are asked whether it is a circle. */
const CIRCLE = 100
const SCREEN_INTERVAL_ms = 250
const LINE_INTERVAL_ms = 1000

interface Options {
  filter?: string
  filterAb?: string
  filterBa?: string
  rewrite?: string
  rewriteAb?: string
  rewriteBa?: string
  limit?: number
  direction: 'both' | 'ab' | 'ba'
  mode?: 'listen'
  actuate?: boolean
  bitrate?: number
  for?: number
  interval?: number
  json?: boolean
}

/** `spine gateway`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<A>', 'a link')
    .argument('<B>', 'another link')
    .option('--filter <expression>', 'both ways: pass only frames for which it is true')
    .option('--filter-ab <expression>', 'the same from A to B')
    .option('--filter-ba <expression>', 'the same from B to A')
    .option('--rewrite <expression>', 'both ways: the new identifier of a frame')
    .option('--rewrite-ab <expression>', 'the same from A to B')
    .option('--rewrite-ba <expression>', 'the same from B to A')
    .option('--limit <frames/s>', 'drop what is more than that, each way', positiveNumber)
    .addOption(new Option('--direction <way>', 'which way frames go').choices(['both', 'ab', 'ba']).default('both'))
    .addOption(new Option('--mode <mode>', 'listen: A only hears its bus, nothing gets onto it').choices(['listen']))
    .option('--actuate', 'let commands onto real buses: real glass moves')
    .option('--bitrate <bit/s>', 'of the buses, where a link does not say', bitrate)
    .option('--for <duration>', 'end after so long', duration)
    .option('--interval <duration>', 'between two pictures or lines', duration)
    .option('--json', 'one JSON object an interval')
    .addHelpText('after', HELP)
    .addHelpText('after', linksHelp)
    .action((a: string, b: string, options: Options) => run(a, b, options, terminal))
}

async function run(uriA: string, uriB: string, options: Options, terminal: Terminal): Promise<void> {
  if (uriA === uriB) throw usage(`both links are ${uriA}: a bridge joins two`)
  const bridging = bridgeOptions(options)
  let note = (line: string): void => terminal.warn(line)
  const make = async (uri: string, mode: 'normal' | 'listen'): Promise<Link> => {
    try {
      return await createLink(uri, {
        name: 'gateway', mode, actuate: options.actuate === true, report: line => note(line), ...options.bitrate && { bitrate: options.bitrate },
      })
    } catch (error) {
      throw linkFailure(error)
    }
  }
  const a = await make(uriA, options.mode ?? 'normal')
  const b = await make(uriB, 'normal')
  const bridge = new Bridge(a, b, bridging)
  try {
    // B first: a log begins to play when it is opened.
    const [first, second] = uriB.startsWith('file:') && !/[?&]as=record/.test(uriB) ? [a, b] : [b, a]
    for (const link of [first, second]) await link.open().catch((error: unknown) => Promise.reject(linkFailure(error)))
    await watch(a, b, bridge, options, terminal, (taker) => { note = taker })
  } finally {
    bridge.close()
    await Promise.all([a.close(), b.close()])
  }
}

function bridgeOptions(options: Options): BridgeOptions {
  const one = (filterText: string | undefined, rewriteText: string | undefined): DirectionOptions => ({
    ...filterText !== undefined && { filter: compiled('--filter', filterText) },
    ...rewriteText !== undefined && { rewrite: compiled('--rewrite', rewriteText) },
    ...options.limit !== undefined && { limit_per_s: options.limit },
  })
  if (options.limit === 0) throw usage('--limit 0 lets nothing through: use --direction')
  for (const what of ['filter', 'rewrite'] as const) {
    if (options[what] !== undefined && (options[`${what}Ab`] ?? options[`${what}Ba`]) !== undefined) {
      throw usage(`--${what} is for both ways: give it, or --${what}-ab and --${what}-ba`)
    }
  }
  return {
    aToB: options.direction !== 'ba' && one(options.filterAb ?? options.filter, options.rewriteAb ?? options.rewrite),
    bToA: options.direction !== 'ab' && one(options.filterBa ?? options.filter, options.rewriteBa ?? options.rewrite),
  }
}

function compiled(option: string, text: string): FrameValue {
  try {
    return compileExpression(text)
  } catch (error) {
    if (error instanceof ExpressionError) throw usage(`${option} ${error.message}`)
    throw error
  }
}

/** Shows what happens until Ctrl-C, the end of `--for`, or until one of the links ends. */
async function watch(
  a: Link, b: Link, bridge: Bridge, options: Options, terminal: Terminal, takeNotes: (taker: (line: string) => void) => void,
): Promise<void> {
  const live = terminal.isTTY && options.json !== true
  const picture = live ? await terminal.openPicture() : undefined
  const notes: string[] = []
  const note = (line: string): void => {
    if (picture === undefined) terminal.warn(line)
    else notes.push(line)
  }
  takeNotes(note)
  const ended = new AbortController()
  const closing = merge(a.state$, b.state$).pipe(filter(state => state === 'closed'), take(1)).subscribe({ next: () => ended.abort() })
  const stop = AbortSignal.any([terminal.stop, ended.signal])
  let told = false
  const interval_ms = options.interval ?? (live ? SCREEN_INTERVAL_ms : LINE_INTERVAL_ms)
  const end_ms = performance.now() + (options.for ?? Infinity)
  try {
    while (!stop.aborted && performance.now() < end_ms) {
      await until(stop, Math.max(1, Math.min(interval_ms, end_ms - performance.now())))
      const snapshot = bridge.snapshot()
      if (!told && (snapshot.aToB?.repeats ?? 0) + (snapshot.bToA?.repeats ?? 0) > CIRCLE) {
        told = true
        note('the same frames pass again and again: do both links lead to the same bus? Then they go in circles')
      }
      if (options.json === true) terminal.write(`${JSON.stringify(gatewayJson(a, b, snapshot))}\n`)
      else if (picture === undefined) terminal.write(`${gatewaySummary(a, b, snapshot)}\n`)
      else picture.show(fit([...gatewayLines(a, b, snapshot, terminal), ...notes.slice(-3)], terminal))
      await terminal.drained()
    }
  } finally {
    closing.unsubscribe()
    picture?.close()
    takeNotes(line => terminal.warn(line))
  }
  for (const link of [a, b]) {
    if (link.state === 'closed' && link.problem !== '') throw new Failure(link.problem)
  }
}
