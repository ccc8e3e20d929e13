import type { Command } from 'commander'
import { filter, firstValueFrom, merge, type Observable, take } from 'rxjs'
import { DEFAULT_QUEUE_FRAMES, droppedTotal, type Link, parseLinkUri } from '#sim/gateway/index.ts'
import type { FrameValue } from '#sim/gateway/expression/index.ts'
import { FileReplay, Flow } from '#sim/gateway/file/index.ts'
import type { ReadableFormat } from '#sim/gateway/logs/index.ts'
import { compiled } from '../lib/expression.ts'
import { Failure } from '../lib/failure.ts'
import { DEFAULT_LINK, explained, toldBitrates, withLink } from '../lib/link.ts'
import { Live } from '../lib/live.ts'
import { kindOption, readFormat } from '../lib/log-format.ts'
import { REAL_BUSES, shared, wholeNumber } from '../lib/options.ts'
import { type ReplayCounts, replayJson, replaySum, replayView } from '../lib/replay-text.ts'
import { aborted, after, closed } from '../lib/streams.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Sends the frames of a log (candump, ASC, BLF, pcapng, pcap, TRC, told by its ending) through a link, each at its distance from the first.
A link that cannot keep up is waited for: frames are late then, not lost. What a link that is down does not take is counted.
At the end every frame is accounted for; the exit code is 1 when one of them was not delivered. Commands that move
something or switch a load do not get onto a real bus (${REAL_BUSES}) without --actuate.

--filter sends only frames for which an expression is true; "npx spine gateway --help" has its language.

Examples:
  npx spine replay drive.log
  npx spine replay drive.pcapng slcan-listen:127.0.0.1:3333 --speed 10
  npx spine replay drive.asc socketcan:vcan0 --speed max --loop 100
  npx spine replay drive.log spine: --filter "message == WindowCommand && location == FL"
  npx spine replay drive.log "slcan:/dev/ttyUSB0?bitrate=500000" --actuate --filter "bus == 0"`

const MOST_LOOPS = 1_000_000_000
const LOOK_AGAIN_ms = 5

interface Options {
  speed: number | 'max'
  loop: number
  filter?: string
  from?: ReadableFormat
  actuate?: boolean
  json?: boolean
}

/** `spine replay`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<file>', 'the log')
    .argument('[target]', 'the link', DEFAULT_LINK)
    .addOption(shared('speed', undefined, 1))
    .option('--loop <times>', 'how often', wholeNumber(1, MOST_LOOPS), 1)
    .option('--filter <expression>', 'send only frames for which it is true')
    .addOption(kindOption('--from <kind>', 'read'))
    .addOption(shared('actuate'))
    .addOption(shared('json', 'the counts at the end for programs'))
    .addHelpText('after', HELP)
    .action((file: string, target: string, options: Options) => replay(file, target, options, terminal))
}

async function replay(file: string, target: string, options: Options, terminal: Terminal): Promise<void> {
  const wanted = options.filter === undefined ? undefined : compiled('--filter', options.filter)
  const live = new Live(terminal, options)
  const source = openLog(file, options, live.note)
  await explained(source.open())
  try {
    await withLink(target, { actuate: options.actuate === true, name: 'replay', report: live.note }, async (link) => {
      if (link.state === 'listening') live.note(`waiting for a client on ${link.addresses.join(' or ')}`)
      await firstValueFrom(merge(ready(link), closed(link), aborted(terminal.stop)))
      await play(source, link, wanted, options, terminal, live)
    })
  } finally {
    await source.close()
  }
}

function openLog(file: string, options: Options, report: (line: string) => void): FileReplay {
  const words = new Map(options.speed === 'max' ? [['speed', 'max']] : [])
  const numbers = new Map([['loop', options.loop], ...options.speed === 'max' ? [] : [['speed', options.speed] as const]] as [string, number][])
  return new FileReplay({ text: `file:${file}`, scheme: 'file', target: file, numbers, words }, { report }, file, readFormat(file, options.from))
}

async function play(
  source: FileReplay, link: Link, wanted: FrameValue | undefined, options: Options, terminal: Terminal, live: Live,
): Promise<void> {
  const counts: ReplayCounts = { read: 0, filtered: 0, errorFrames: 0, offered: 0 }
  const flow = flowTo(link, options)
  const started_ms = performance.now()
  const took_ms = (): number => performance.now() - started_ms
  source.hold(frame => frame.error || (wanted !== undefined && wanted(frame) === 0) ? 0 : flow?.wait_ms(performance.now()) ?? 0)
  if (!terminal.stop.aborted && link.state !== 'closed') {
    source.onFrame((frame) => {
      counts.read++
      // An error frame tells of a bus and is none that could be sent.
      if (frame.error) counts.errorFrames++
      else if (wanted !== undefined && wanted(frame) === 0) counts.filtered++
      else {
        counts.offered++
        flow?.occupy(frame, performance.now())
        link.send(frame)
      }
    })
  }
  await live.show(replayView(source, link, counts, took_ms), closed(source, link))
  await source.close()
  await passedOn(link, terminal.stop)
  flow?.close()
  finish(source, link, counts, options, terminal, took_ms())
}

/** A file takes all at once, a link what it can, a bus behind it what it carries. */
function flowTo(link: Link, options: Options): Flow | undefined {
  if (link.uri.startsWith('file:')) return undefined
  const queue = parseLinkUri(link.uri).numbers.get('queue') ?? DEFAULT_QUEUE_FRAMES
  return new Flow(link, { queue, waitsUntilUp: options.speed === 'max', ...toldBitrates(link) })
}

/** Emits once somebody is there: a link that others connect to has nobody to send to at first. */
function ready(link: Link): Observable<unknown> {
  return link.state$.pipe(filter(state => state === 'up' || state === 'error-passive'), take(1))
}

/** Resolves when the link has passed on what it was given, or cannot any more. */
async function passedOn(link: Link, stop: AbortSignal): Promise<void> {
  const waits = (): boolean => link.counters.sent.queued > 0 && (link.state === 'up' || link.state === 'error-passive') && !stop.aborted
  while (waits()) await firstValueFrom(merge(after(LOOK_AGAIN_ms), aborted(stop)))
}

function finish(source: FileReplay, link: Link, counts: ReplayCounts, options: Options, terminal: Terminal, took_ms: number): void {
  const stopped = terminal.stop.aborted
  if (source.problem !== '' && !stopped) throw new Failure(source.problem)
  const sums = [source, link, counts, took_ms, stopped] as const
  tell(terminal, options.json, () => replayJson(...sums), () => replaySum(...sums))
  if (stopped) return
  if (link.state === 'closed') throw new Failure(link.problem === '' ? `${link.uri} was closed` : link.problem)
  const lost = droppedTotal(link.counters.sent) + link.counters.sent.queued
  if (lost > 0) throw new Failure(`${lost.toLocaleString('en')} frames were not delivered`)
}
