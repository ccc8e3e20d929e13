import { filter, take } from 'rxjs'
import type { Command } from 'commander'
import { droppedTotal } from '#sim/gateway/counters.ts'
import { compileExpression } from '#sim/gateway/expression/compile.ts'
import type { FrameValue } from '#sim/gateway/expression/names.ts'
import { ExpressionError } from '#sim/gateway/expression/tokens.ts'
import type { Link } from '#sim/gateway/link.ts'
import { DEFAULT_QUEUE_FRAMES } from '#sim/gateway/link-base.ts'
import { FileReplay } from '#sim/gateway/logs/file-replay.ts'
import { Flow } from '#sim/gateway/logs/flow.ts'
import { LOG_FORMATS, type LogFormat, logFormatOf } from '#sim/gateway/logs/format.ts'
import { parseLinkUri } from '#sim/gateway/uri.ts'
import { Failure, usage } from '../lib/failure.ts'
import { DEFAULT_LINK, linkFailure, open } from '../lib/link.ts'
import { FORMAT_NAMES, logFormat } from '../lib/log-format.ts'
import { speedFactor, wholeNumber } from '../lib/options.ts'
import { type ReplayCounts, replayJson, replayLine, replaySum } from '../lib/replay-text.ts'
import { fit } from '../lib/screen.ts'
import { type Terminal, until } from '../lib/terminal.ts'

const HELP = `
Sends the frames of a log (candump, ASC, pcapng, told by its ending) through a link, each at its distance from the first.
A link that cannot keep up is waited for: frames are late then, not lost. What a link that is down does not take is counted.
At the end every frame is accounted for; the exit code is 1 when one of them was not delivered. Commands that move
something or switch a load do not get onto a real bus (slcan:, gvret:, socketcan: but vcan) without --actuate.

--filter sends only frames for which an expression is true; "npx spine gateway --help" has its language.

Examples:
  npx spine replay drive.log
  npx spine replay drive.pcapng slcan-listen:127.0.0.1:3333 --speed 10
  npx spine replay drive.asc socketcan:vcan0 --speed max --loop 100
  npx spine replay drive.log spine: --filter "message == WindowCommand && location == FL"
  npx spine replay drive.log "slcan:/dev/ttyUSB0?bitrate=500000" --actuate --filter "bus == 0"`

const SCREEN_INTERVAL_ms = 250
const LINE_INTERVAL_ms = 5000
const MOST_LOOPS = 1_000_000_000

interface Options {
  speed: number | 'max'
  loop: number
  filter?: string
  from?: LogFormat
  actuate?: boolean
  json?: boolean
}

/** `spine replay`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<file>', 'the log')
    .argument('[target]', 'the link', DEFAULT_LINK)
    .option('--speed <factor>', 'of real time, or max', speedFactor, 1)
    .option('--loop <times>', 'how often', wholeNumber(1, MOST_LOOPS), 1)
    .option('--filter <expression>', 'send only frames for which it is true')
    .option('--from <kind>', `kind of log: ${FORMAT_NAMES}`, logFormat)
    .option('--actuate', 'let commands onto real buses: real glass moves')
    .option('--json', 'the counts at the end for programs')
    .addHelpText('after', HELP)
    .action((file: string, target: string, options: Options) => replay(file, target, options, terminal))
}

async function replay(file: string, target: string, options: Options, terminal: Terminal): Promise<void> {
  const wanted = options.filter === undefined ? undefined : compiled(options.filter)
  const stop = terminal.stop
  const notes = new Notes(terminal)
  const source = openLog(file, options, line => notes.add(line))
  await source.open().catch((error: unknown) => Promise.reject(linkFailure(error)))
  try {
    const link = await open(target, { actuate: options.actuate === true, name: 'replay', report: line => notes.add(line) })
    try {
      await untilUp(link, stop, notes)
      await play(source, link, wanted, options, terminal, notes)
    } finally {
      await link.close()
    }
  } finally {
    await source.close()
  }
}

function openLog(file: string, options: Options, report: (line: string) => void): FileReplay {
  const words = new Map(options.speed === 'max' ? [['speed', 'max']] : [])
  const numbers = new Map([['loop', options.loop], ...options.speed === 'max' ? [] : [['speed', options.speed] as const]] as [string, number][])
  const format = options.from ?? logFormatOf(file) ?? LOG_FORMATS[0]
  return new FileReplay({ text: `file:${file}`, scheme: 'file', target: file, numbers, words }, { report }, file, format!)
}

function compiled(text: string): FrameValue {
  try {
    return compileExpression(text)
  } catch (error) {
    if (error instanceof ExpressionError) throw usage(`--filter ${error.message}`)
    throw error
  }
}

/** A link that others connect to has nobody to send to at first. */
async function untilUp(link: Link, stop: AbortSignal, notes: Notes): Promise<void> {
  if (link.state === 'listening') notes.add(`waiting for a client on ${link.addresses.join(' or ')}`)
  const ready = new AbortController()
  const states = link.state$.pipe(filter(state => state === 'up' || state === 'error-passive' || state === 'closed'), take(1)).subscribe(() => ready.abort())
  await until(AbortSignal.any([stop, ready.signal]))
  states.unsubscribe()
}

async function play(
  source: FileReplay, link: Link, wanted: FrameValue | undefined, options: Options, terminal: Terminal, notes: Notes,
): Promise<void> {
  const counts: ReplayCounts = { read: 0, filtered: 0, errorFrames: 0, offered: 0 }
  const queue = parseLinkUri(link.uri).numbers.get('queue') ?? DEFAULT_QUEUE_FRAMES
  const { bitrate, dataBitrate } = (link as { greeting?: { bitrate?: number, dataBitrate?: number } }).greeting ?? {}
  const flow = link.uri.startsWith('file:')
    ? undefined
    : new Flow(link, { queue, waitsUntilUp: options.speed === 'max', ...bitrate !== undefined && bitrate > 0 && { bitrate, ...dataBitrate !== undefined && { dataBitrate } } })
  source.hold(frame => frame.error || (wanted !== undefined && wanted(frame) === 0) ? 0 : flow?.wait_ms(performance.now()) ?? 0)
  const ended = new AbortController()
  const ends = [source, link].map(each => each.state$.pipe(filter(state => state === 'closed'), take(1)).subscribe(() => ended.abort()))
  const stop = AbortSignal.any([terminal.stop, ended.signal])
  const started_ms = performance.now()
  if (!stop.aborted) {
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
  await show(source, link, counts, started_ms, stop, options, terminal, notes)
  await source.close()
  if (!terminal.stop.aborted) await drained(link, terminal.stop)
  flow?.close()
  for (const end of ends) end.unsubscribe()
  finish(source, link, counts, options, terminal, performance.now() - started_ms)
}

async function show(
  source: FileReplay, link: Link, counts: ReplayCounts, started_ms: number, stop: AbortSignal, options: Options, terminal: Terminal,
  notes: Notes,
): Promise<void> {
  const live = terminal.isTTY && options.json !== true
  const picture = live ? await terminal.openPicture() : undefined
  if (picture !== undefined) notes.hold()
  while (!stop.aborted) {
    picture?.show(fit([replayLine(source, link, counts, performance.now() - started_ms), ...notes.last], terminal))
    await until(stop, live ? SCREEN_INTERVAL_ms : LINE_INTERVAL_ms)
    if (!live && !stop.aborted) terminal.warn(replayLine(source, link, counts, performance.now() - started_ms))
  }
  picture?.show(fit([replayLine(source, link, counts, performance.now() - started_ms)], terminal))
  picture?.close()
  notes.release()
}

/** Until the link has passed on what it was given, or cannot any more. */
async function drained(link: Link, stop: AbortSignal): Promise<void> {
  while (link.counters.sent.queued > 0 && (link.state === 'up' || link.state === 'error-passive') && !stop.aborted) await until(stop, 5)
}

function finish(source: FileReplay, link: Link, counts: ReplayCounts, options: Options, terminal: Terminal, took_ms: number): void {
  const stopped = terminal.stop.aborted
  if (source.problem !== '' && !stopped) throw new Failure(source.problem)
  if (options.json === true) terminal.write(`${JSON.stringify(replayJson(source, link, counts, took_ms, stopped))}\n`)
  else terminal.write(replaySum(source, link, counts, took_ms, stopped))
  if (stopped) return
  if (link.state === 'closed') throw new Failure(link.problem === '' ? `${link.uri} was closed` : link.problem)
  const lost = droppedTotal(link.counters.sent) + link.counters.sent.queued
  if (lost > 0) throw new Failure(`${lost.toLocaleString('en')} frames were not delivered`)
}

/** Lines for people; while a picture is shown the last of them are part of it. */
class Notes {
  private readonly terminal: Terminal
  private held: string[] | undefined

  constructor(terminal: Terminal) {
    this.terminal = terminal
  }

  get last(): readonly string[] {
    return this.held?.slice(-3) ?? []
  }

  add(line: string): void {
    if (this.held) this.held.push(line)
    else this.terminal.warn(line)
  }

  hold(): void {
    this.held = []
  }

  release(): void {
    const lines = this.held ?? []
    this.held = undefined
    for (const line of lines) this.terminal.warn(line)
  }
}
