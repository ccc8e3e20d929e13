import { type Command, Option } from 'commander'
import { Bridge, type BridgeOptions, type BridgeSnapshot, type DirectionOptions } from '#sim/gateway/bridging/index.ts'
import { sealCommands } from '#sim/diag/index.ts'
import { createLink, type Link, type LinkMode, SCHEMES, type SchemeSpec } from '#sim/gateway/index.ts'
import { compiled } from '../lib/expression.ts'
import { usage } from '../lib/failure.ts'
import { gatewayView } from '../lib/gateway-screen.ts'
import { keysOf } from '../lib/key-file.ts'
import { endedWell, explained } from '../lib/link.ts'
import { Live } from '../lib/live.ts'
import { positiveNumber, REAL_BUSES, shared } from '../lib/options.ts'
import { closed } from '../lib/streams.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Joins two links: what one hears, the other says. Nothing is lost silently: every frame is delivered, filtered, or counted
as dropped with its reason. A lost device is tried again; commands that waited longer than their lifetime are never sent:
it counts from when a link took them, between two of our own ends from when the first did. How long something lay in the
buffers of a system nobody can tell; what is read after this process stood still is held back when it may be too old.
Commands that move something or switch a load, and diagnostics that do or that reset or program a hub, do not get onto a
real bus (${REAL_BUSES}) without --actuate.

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
  npx spine gateway slcan-listen: socketcan:can0 --actuate --keys car.keys     # python-can at a car with keys
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
  keys?: string
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
    .addOption(shared('actuate'))
    .addOption(shared('keys', 'the car\'s keys, or the tool\'s alone: commands of tools get their tags here, both ways'))
    .addOption(shared('bitrate', 'of the buses, where a link does not say'))
    .addOption(shared('for'))
    .addOption(shared('interval'))
    .addOption(shared('json', 'one JSON object an interval'))
    .addHelpText('after', HELP)
    .addHelpText('after', linksHelp)
    .action((a: string, b: string, options: Options) => run(a, b, options, terminal))
}

async function run(uriA: string, uriB: string, options: Options, terminal: Terminal): Promise<void> {
  if (uriA === uriB) throw usage(`both links are ${uriA}: a bridge joins two`)
  const bridging = bridgeOptions(options)
  const live = new Live(terminal, options)
  const keys = keysOf(options.keys, 'tool')
  const make = (uri: string, mode: LinkMode): Promise<Link> => explained(createLink(uri, {
    name: 'gateway', mode, actuate: options.actuate === true, report: live.note, ...options.bitrate && { bitrate: options.bitrate },
  }))
  const a = await make(uriA, options.mode ?? 'normal')
  const b = await make(uriB, 'normal')
  if (keys !== undefined) for (const link of [a, b]) sealCommands(link, keys)
  const bridge = new Bridge(a, b, bridging)
  try {
    // B first: a log begins to play when it is opened.
    const [first, second] = uriB.startsWith('file:') && !/[?&]as=record/.test(uriB) ? [a, b] : [b, a]
    for (const link of [first, second]) await explained(link.open())
    await live.show(gatewayView(a, b, warnOfCircles(bridge, live), terminal), closed(a, b))
  } finally {
    bridge.close()
    await Promise.all([a.close(), b.close()])
  }
  endedWell(a, b)
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

/** What the bridge counted; says once that frames seem to go in circles. */
function warnOfCircles(bridge: Bridge, live: Live): () => BridgeSnapshot {
  let told = false
  return () => {
    const snapshot = bridge.snapshot()
    if (!told && (snapshot.aToB?.repeats ?? 0) + (snapshot.bToA?.repeats ?? 0) > CIRCLE) {
      told = true
      live.note('the same frames pass again and again: do both links lead to the same bus? Then they go in circles')
    }
    return snapshot
  }
}
