import type { Command } from 'commander'
import { filter, take } from 'rxjs'
import { monitorJson } from '#sim/diag/monitor-json.ts'
import { MonitorModel } from '#sim/diag/monitor-model.ts'
import type { Link } from '#sim/gateway/link.ts'
import { Failure } from '../lib/failure.ts'
import { DEFAULT_LINK, open } from '../lib/link.ts'
import { monitorLines, monitorSummary } from '../lib/monitor-screen.ts'
import { bitrate, duration } from '../lib/options.ts'
import { fit } from '../lib/screen.ts'
import { type Picture, type Terminal, until } from '../lib/terminal.ts'

const HELP = `
Shows what a bus says: hubs with their volts and error counters, ports with drawn and granted amperes, components with
position and state, the exact load over the last second (every bit counted, stuff bits too), end-to-end errors, faults.
It only listens: it acknowledges nothing and sends nothing. Off a terminal it prints a line an interval. Ctrl-C ends it.

Examples:
  npx spine monitor
  npx spine monitor --for 10s --json | jq .bus.load
  npx spine monitor "file:drive.log?speed=max"`

const SCREEN_INTERVAL_ms = 200
const LINE_INTERVAL_ms = 1000

/** Time that jumps back by so much has begun anew. */
const RESTART_ns = 1e9

interface Options { for?: number, interval?: number, bitrate?: number, json?: boolean }

/** `spine monitor`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[link]', 'the bus to watch', DEFAULT_LINK)
    .option('--for <duration>', 'end after so long', duration)
    .option('--interval <duration>', 'between two pictures or lines', duration)
    .option('--bitrate <bit/s>', 'of the bus, when the link does not tell', bitrate)
    .option('--json', 'one JSON object an interval')
    .addHelpText('after', HELP)
    .action(async (uri: string, options: Options) => {
      const link = await open(uri, { mode: 'listen' })
      try {
        await watch(link, options, terminal)
      } finally {
        await link.close()
      }
    })
}

async function watch(link: Link, options: Options, terminal: Terminal): Promise<void> {
  const rate = options.bitrate ?? greetedBitrate(link) ?? 500_000
  const dataRate = (link as { greeting?: { dataBitrate: number } }).greeting?.dataBitrate ?? rate
  let model = new MonitorModel(rate, dataRate)
  const clock = new BusClock()
  const live = terminal.isTTY && options.json !== true
  const picture = live ? await terminal.openPicture() : undefined
  const interval_ms = options.interval ?? (live ? SCREEN_INTERVAL_ms : LINE_INTERVAL_ms)
  const ended = new AbortController()
  link.state$.pipe(filter(state => state === 'closed'), take(1)).subscribe(() => ended.abort())
  const unsubscribe = link.onFrame((frame) => {
    // Another car, or another log: nothing that was known holds for it.
    if (frame.timestamp_ns < clock.last_ns - RESTART_ns) model = new MonitorModel(rate, dataRate)
    clock.heard(frame.timestamp_ns)
    model.receive(frame)
  })
  const stop = AbortSignal.any([terminal.stop, ended.signal])
  const end_ms = performance.now() + (options.for ?? Infinity)
  try {
    while (!stop.aborted && performance.now() < end_ms) {
      await until(stop, Math.max(1, Math.min(interval_ms, end_ms - performance.now())))
      if (!link.uri.startsWith('file:')) model.advance(clock.now_ns)
      report(model, link, options, picture, terminal)
      await terminal.drained()
    }
  } finally {
    unsubscribe()
    picture?.close()
  }
  if (ended.signal.aborted && link.problem !== '') throw new Failure(link.problem)
}

function report(model: MonitorModel, link: Link, options: Options, picture: Picture | undefined, terminal: Terminal): void {
  const heading = `${link.uri} ${link.state}${link.problem === '' ? '' : ` (${link.problem})`}`
  if (options.json === true) terminal.write(`${JSON.stringify({ link: link.uri, state: link.state, lost: link.counters.unknownLost, ...monitorJson(model) })}\n`)
  else if (picture !== undefined) picture.show(fit(monitorLines(model, heading, terminal), terminal))
  else terminal.write(`${monitorSummary(model, heading)}\n`)
}

function greetedBitrate(link: Link): number | undefined {
  const greeting = (link as { greeting?: { bitrate: number } }).greeting
  return greeting !== undefined && greeting.bitrate > 0 ? greeting.bitrate : undefined
}

/** The time on the bus between two frames: that of the last one and what has passed here since. */
class BusClock {
  /** Time of the last frame. */
  last_ns = 0
  private at_ms = 0

  heard(time_ns: number): void {
    this.last_ns = time_ns
    this.at_ms = performance.now()
  }

  get now_ns(): number {
    return this.at_ms === 0 ? 0 : this.last_ns + (performance.now() - this.at_ms) * 1e6
  }
}
