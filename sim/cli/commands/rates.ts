import { carriedFrames, type Encoding, ENCODINGS, requiredBaud, saturatedRate, UART_BAUDS } from '#sim/gateway/index.ts'
import { MOST_JITTER_ms, ON_NEED_ms, type RateRow, type Rates, rates } from '#sim/diag/index.ts'
import { type Command, Option } from 'commander'
import type { LocationName, MessageRow } from '#protocol/catalogue/index.ts'
import { type CpuName, CPUS, SEDAN } from '#sim/car/index.ts'
import { LEAST_OBSERVED_ms, type ObservedResponse, ResponseObserver } from '#sim/fuzz/index.ts'
import { formatDuration } from '../lib/duration.ts'
import { Failure, usage } from '../lib/failure.ts'
import { duration, positiveNumber, refuseIdle, shared, upTo } from '../lib/options.ts'
import { Progress } from '../lib/progress.ts'
import { type Column, right, table } from '../lib/table.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
One line per message and location. "moving": every message at its active period and each one that is sent on change or
on need once in ${ON_NEED_ms} ms, all at the worst instant. "peak": all that the catalogue permits at once, each message at its
active period or its least interval. Response: from queueing to the end of transmission, worst case after Davis, Burns,
Bril and Lukkien (2007), worst stuffing, of the sender with the lowest priority; "!": longer than the deadline. "none": no
bound, because higher priorities alone may fill the bus. A sender leaves 10 ms between two frames to one hub, or to all, but not before or behind
urgent ones (priority 0 and 1: safety, power, latches); it has three transmit buffers and takes a frame back for a more urgent
one. All ports of a hub may ask for power, and be answered, at once. Of the two power managers one sends. Hubs have the
sedan's ports, lamps its channels. Address claims and diagnostics are not in it.

--observe puts the virtual sedan to random use (presses, commands of a tool, hands, ignition) for so long, as fast as it can,
and prints the longest response seen beside the bound (that of "peak") and the deadline; of what nobody sent nothing is said. Exit code 1 when one is above either; with
--cpu, where a frame also waits for the callback that it comes out of, above its deadline.
Ctrl-C ends it with what was seen so far.

Examples:
  npx spine rates
  npx spine rates --bitrate 250k --jitter 10ms
  npx spine rates --errors-per-s 20
  npx spine rates --observe 600s --seed 7
  npx spine rates --observe 600s --cpu esp32-xs              its hubs as slow as the boards that they are meant for
  npx spine rates --json | jq '.required.peak_per_s'`

const DEFAULT_bitrate = 500_000

/** Messages that a hub sends once for each of its ports. */
const PER_PORT = ['PortStatus', 'PowerRequest', 'PowerGrant']

/** How many ports the sedan's hubs have, and how many channels its lamps. */
function instances(row: MessageRow, location: LocationName): number {
  const ports = SEDAN.hubs.find(hub => hub.location === location)?.ports ?? []
  if (PER_PORT.includes(row.name)) return Math.max(1, ports.length)
  if (row.name !== 'LightStatus') return 1
  const channels = ports.map(port => port?.class === 'lamp' && Array.isArray(port.channels) ? port.channels.length : 0)
  return Math.max(1, ...channels)
}

interface Options { bitrate: number, jitter: number, errorsPerS: number, observe?: number, seed: number, cpu: CpuName, json?: boolean }

/** `spine rates`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .addOption(shared('bitrate', undefined, DEFAULT_bitrate))
    .option('--jitter <ms>', 'most by which queueing lags behind a period, ms', upTo(MOST_JITTER_ms), 0)
    .option('--errors-per-s <n>', 'bit errors a second that destroy a frame', positiveNumber, 0)
    .option('--observe <duration>', 'watch random use of the virtual car for so long of its time', duration)
    .addOption(shared('seed', 'of the random use', 1))
    .addOption(new Option('--cpu <name>', 'what the observed hubs run on').choices(CPUS).default('ideal'))
    .addOption(shared('json', 'the whole table for programs'))
    .addHelpText('after', HELP)
    .action((options: Options) => {
      refuseIdle(command, [[options.observe === undefined, ['seed', 'cpu'], 'without --observe: the bounds are of the bus']])
      const result = rates({ bitrate: options.bitrate, jitter_ms: options.jitter, errors_per_s: options.errorsPerS, instances })
      if (options.observe !== undefined) return observe(result, options, options.observe, terminal)
      // A bound that is missing is Infinity, which JSON writes as null.
      tell(terminal, options.json, () => ({ ...result, links: links(result) }), () => text(result, terminal), 2)
      return undefined
    })
}

interface Observation extends ObservedResponse {
  /** Infinity: none. */
  readonly bound_ms: number
  readonly deadline_ms: number
  readonly good: boolean
}

/** The same table as its computed rows, with what was seen until the end or Ctrl-C. */
async function observe(result: Rates, options: Options, for_ms: number, terminal: Terminal): Promise<void> {
  if (options.bitrate !== DEFAULT_bitrate) throw usage('--observe watches the sedan, whose bus has 500 kbit/s')
  if (for_ms < LEAST_OBSERVED_ms) throw usage(`--observe: give it ${LEAST_OBSERVED_ms / 1000} s or more`)
  const observer = new ResponseObserver(options.seed, for_ms, options.cpu)
  const { stop } = terminal
  const far = (): string => `${formatDuration(observer.observed_ms)} of ${formatDuration(for_ms)}`
  const progress = await Progress.open(terminal, far, { plain: options.json === true })
  while (!stop.aborted && observer.next()) {
    progress.show()
    await new Promise(resolve => setImmediate(resolve))
  }
  progress.close()
  if (stop.aborted) terminal.warn(`stopped after ${formatDuration(observer.observed_ms)}: what follows is of those`)
  const observed = observer.rows.map((seen, i): Observation => {
    const { response_ms, deadline_ms } = result.rows[i]!
    // The bound is of the bus: what a processor takes until a frame is in its controller comes on top.
    const most_ms = options.cpu === 'ideal' ? Math.min(response_ms.peak, deadline_ms) : deadline_ms
    return { ...seen, bound_ms: response_ms.peak, deadline_ms, good: seen.worst_ms <= most_ms }
  })
  const late = observed.filter(row => !row.good)
  const report = { seed: options.seed, for_ms: observer.observed_ms, observed }
  tell(terminal, options.json, () => report, () => observationText(observed, terminal), 2)
  if (late.length > 0) throw new Failure(`${late.length} messages took longer than their bound or deadline`)
}

const OBSERVED_COLUMNS: readonly Column[] = [
  { title: 'message' }, right('frames'), right('longest ms'), right('bound ms'), right('deadline ms'), { title: 'the longest: sender, minute, second' },
]

function observationText(observed: readonly Observation[], terminal: Terminal): string {
  const { colors } = terminal
  const rows = observed.map((row) => {
    const { message, location, frames, worst_ms, bound_ms, deadline_ms, sender, run, at_ms, good } = row
    const longest = frames === 0 ? '-' : `${worst_ms.toFixed(2)}${good ? '' : ' !'}`
    return [
      `${message}@${location}`, String(frames), good ? longest : colors.red(longest), bound_ms === Infinity ? 'none' : bound_ms.toFixed(2),
      String(deadline_ms), frames === 0 ? '' : `${sender} ${run + 1} ${(at_ms / 1000).toFixed(3)}`,
    ]
  })
  const frames = observed.reduce((sum, row) => sum + row.frames, 0)
  const verdict = observed.every(row => row.good) ? colors.green('none above its bound or its deadline') : colors.red('some are above')
  const unsent = observed.filter(row => row.frames === 0).length
  return `${table(terminal, OBSERVED_COLUMNS, rows)}${round(frames)} frames: ${verdict}.${unsent === 0 ? '' : ` ${unsent} of ${observed.length} messages were not sent.`}\n`
}

const COLUMNS: readonly Column[] = [
  { title: 'message' }, right('bytes'), right('bits'), right('period ms'), right('interval ms'), right('deadline'), right('lifetime'),
  right('load moving'), right('load peak'), right('response moving'), right('response peak'),
]

function text(result: Rates, terminal: Terminal): string {
  const { colors } = terminal
  const rows = result.rows.map(row => [
    `${row.message}@${row.location}`, String(row.bytes), String(row.bits), period(row), String(row.minimumInterval_ms),
    String(row.deadline_ms), String(row.lifetime_ms), percent(row.load.moving), percent(row.load.peak),
    response(row, 'moving', terminal), response(row, 'peak', terminal),
  ])
  const late = result.rows.filter(row => !row.meetsDeadline.moving)
  const latePeak = result.rows.filter(row => !row.meetsDeadline.peak)
  const { total, required } = result
  return [
    table(terminal, COLUMNS, rows),
    `${colors.bold('Bus')} at ${result.bitrate / 1000} kbit/s, worst stuffing: idle ${percent(total.idle.load)} (${round(total.idle.rate_per_s)} frames/s), `
    + `moving ${percent(total.moving.load)} (${round(total.moving.rate_per_s)} frames/s), peak ${percent(total.peak.load)} (${round(total.peak.rate_per_s)} frames/s).\n`,
    verdict(late, 'While everything moves', colors.green, colors.red),
    verdict(latePeak, 'With everything the catalogue permits at once', colors.green, colors.yellow),
    `${colors.bold('What the core requires')}: ${round(required.peak_per_s)} frames/s at peak (offered ${round(required.offered_per_s)}; the bus carries `
    + `${round(required.carriedLeast_per_s)} to ${round(required.carriedMost_per_s)} of this mix; ${round(saturatedRate(result.bitrate, true, 8))} with 8 bytes and no stuff bits).\n\n`,
    linkText(result, terminal),
  ].join('')
}

function verdict(late: readonly RateRow[], when: string, good: (s: string) => string, bad: (s: string) => string): string {
  if (late.length === 0) return `${when}: ${good('every deadline is met')}.\n`
  const names = [...new Set(late.map(row => row.message))]
  return `${when}: ${bad(`${late.length} of the lines above can miss their deadline`)} (${names.join(', ')}).\n`
}

function period(row: RateRow): string {
  if (row.idlePeriod_ms === 0 && row.activePeriod_ms === 0) return 'on need'
  if (row.activePeriod_ms === 0) return `${row.idlePeriod_ms}, on change`
  if (row.idlePeriod_ms === 0) return `- / ${row.activePeriod_ms}`
  return row.idlePeriod_ms === row.activePeriod_ms ? String(row.idlePeriod_ms) : `${row.idlePeriod_ms} / ${row.activePeriod_ms}`
}

function response(row: RateRow, situation: 'moving' | 'peak', terminal: Terminal): string {
  const value = row.response_ms[situation]
  const shown = value === Infinity ? 'none' : value.toFixed(2)
  return row.meetsDeadline[situation] ? shown : terminal.colors.red(`${shown} !`)
}

interface LinkNeed {
  readonly encoding: Encoding
  readonly baudForPeak: number
  readonly baudForSaturatedBus: number
  readonly bauds: readonly BaudVerdict[]
}

interface BaudVerdict {
  readonly baud: number
  readonly frames_per_s: number
  readonly carriesPeak: boolean
  readonly carriesSaturatedBus: boolean
}

/** Which serial links carry the peak, and a saturated bus of 8-byte frames. */
function links(result: Rates): LinkNeed[] {
  const { peak_per_s, meanBytes } = result.required
  const saturated = saturatedRate(result.bitrate, true, 8)
  return ENCODINGS.map((encoding) => {
    const baudForPeak = Math.ceil(requiredBaud(encoding, true, meanBytes, peak_per_s))
    const baudForSaturatedBus = Math.ceil(requiredBaud(encoding, true, 8, saturated))
    return {
      encoding, baudForPeak, baudForSaturatedBus,
      bauds: UART_BAUDS.map(baud => ({
        baud, frames_per_s: Math.floor(carriedFrames(encoding, true, 8, baud)),
        carriesPeak: baud >= baudForPeak, carriesSaturatedBus: baud >= baudForSaturatedBus,
      })),
    }
  })
}

function linkText(result: Rates, terminal: Terminal): string {
  const needs = links(result)
  const { colors } = terminal
  const rows = needs.map(need => [
    need.encoding, need.baudForPeak.toLocaleString('en'), need.baudForSaturatedBus.toLocaleString('en'),
    ...need.bauds.map(at => (at.carriesSaturatedBus ? colors.green : at.carriesPeak ? colors.yellow : colors.dim)(
      `${at.frames_per_s}${at.carriesSaturatedBus ? ' all' : at.carriesPeak ? ' peak' : ''}`,
    )),
  ])
  const columns = [{ title: 'serial link' }, right('baud for peak'), right('for a full bus'), ...UART_BAUDS.map(baud => right(baudName(baud)))]
  return `${table(terminal, columns, rows)}Numbers under a baud rate: 8-byte frames/s it carries; "peak" and "all" mean it carries the peak, and the saturated bus.\n`
    + 'A USB port that only looks like a UART ignores its baud rate; TCP, SocketCAN and spine: links carry all of it.\n'
}

function baudName(baud: number): string {
  return baud >= 1_000_000 ? `${baud / 1_000_000}M` : `${baud / 1000}k`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 2 : 1)} %`
}

function round(value: number): string {
  return Math.round(value).toLocaleString('en')
}
