import type { Command } from 'commander'
import { HUBS } from '#protocol/catalogue/locations.ts'
import { MessageError, unknown } from '#protocol/messages/errors.ts'
import { LinkUriError } from '#sim/gateway/uri.ts'
import { schedulePowerFaults, withBattery } from '#sim/car/power-faults.ts'
import { CAR_HELP, CAR_OPTION, carJson, readCar } from '../car/car-file.ts'
import { carLines, carSummary } from '../car/car-screen.ts'
import { CarWatch } from '../car/car-watch.ts'
import { readFaults } from '../car/faults-file.ts'
import { LiveCar } from '../car/live-car.ts'
import { parsePress, type ScriptedPress } from '../car/press-script.ts'
import { formatDuration } from '../lib/duration.ts'
import { Failure, describe, usage } from '../lib/failure.ts'
import { isLinkUri, linkFailure } from '../lib/link.ts'
import { bitrate, collect, dataBitrate, duration, speedFactor, wholeNumber } from '../lib/options.ts'
import { fit } from '../lib/screen.ts'
import { type Terminal, until } from '../lib/terminal.ts'

/** Where a car can be reached when nothing else is said. */
export const DEFAULT_LISTEN = ['slcan-listen:127.0.0.1:3333', 'spine-listen:127.0.0.1:7030']

const PICTURE_INTERVAL_ms = 100
const LINE_INTERVAL_ms = 5000
const JSON_INTERVAL_ms = 1000

const HELP = `
Runs the sedan: dash, four doors, trunk, hood and stereo on one spine; --car names another. Without --listen it listens on
  ${DEFAULT_LISTEN.join('\n  ')}
so that python-can and other SLCAN hosts see its bus on port 3333, and our own tools reach it on 7030. --listen replaces
both. A car with links runs at speed 1. At another speed it listens on nothing, and the same seed, presses and faults
give the same bytes in --record every time, on every machine. Ctrl-C ends it.

--faults reads one record. Of the bus: bitErrorRate, nodeBitErrorRate, frameLossRate, dropped, babbling, cuts,
stuckDominant. Of the power, cables being spine.FL (to FL's tap) and drop.FL (from there to the hub):
  "copper": [{"kind": "corrosion", "cable": "drop.FL", "extra_Ohm": 0.3, "at_ms": 2000, "until_ms": 9000}, …]
            kinds: cut, corrosion, fuse (blown), short ({"hub": "RR", "resistance_Ohm": 0.05})
  "supply": [{"kind": "crank", "level": "II", "at_ms": 3000}, …]
            kinds: crank (levels I to IV of ISO 16750-2, or none: the starter on the battery), loadDump, pulse4,
            jumpStart, reverse; "duration_ms" for how long
  "battery": {"charge": 0.4, "resistance_mOhm": 8, "temperature_C": -18, "capacity_Ah": 70}, a weak old one in the cold

Examples:
  npx spine car
  npx spine car --listen slcan-listen:127.0.0.1:3334 --listen spine-listen:127.0.0.1:7031
  npx spine car --headless --for 60s --speed max --seed 7 --record drive.log
  npx spine car --headless --for 10s --speed max --press 'DASH.windowFL.down:2s@1s' --record press.log
  npx spine car --car coupe                   the two-door car that comes with the project
  npx spine car --print-car > mine.json       the sedan as a file to change; npx spine car --car mine.json
  npx spine car --faults faults.json          with faults.json like {"bitErrorRate": 1e-6, "dropped": ["RL"]}
  npx spine car --real FL                     leave the hub FL out: a real one takes its place`

interface Options {
  car?: string
  printCar?: boolean
  headless?: boolean
  for?: number
  speed: number | 'max'
  seed: number
  listen?: string[]
  record?: string
  bitrate: number
  dataBitrate?: number
  press?: ScriptedPress[]
  faults?: string
  real?: string[]
  actuate?: boolean
  json?: boolean
}

/** `spine car`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option(CAR_OPTION, CAR_HELP)
    .option('--print-car', 'print the car as JSON, and end')
    .option('--headless', 'no display: only what it listens on, and a summary at its end')
    .option('--for <duration>', 'end after so much of the car\'s time', duration)
    .option('--speed <factor>', 'of real time: 1, 10, max', speedFactor, 1)
    .option('--seed <n>', 'of all dice', wholeNumber(0, 0xffff_ffff), 1)
    .option('--listen <uri>', 'what it listens on; may be repeated', collect(text => text))
    .option('--record <file>', 'write every frame into a candump log')
    .option('--bitrate <bit/s>', 'of the spine', bitrate, 500_000)
    .option('--data-bitrate <bit/s>', 'make it a CAN FD bus: that of FD data, a multiple of --bitrate up to 8M', dataBitrate)
    .option('--press <switch:hold@begin>', 'press a switch by script; may be repeated', collect(parsePress))
    .option('--faults <file>', 'faults of bus and power, as JSON')
    .option('--real <hub>', 'leave a hub out; may be repeated', collect(hubName))
    .option('--actuate', 'let commands onto the real buses it listens on (slcan:, gvret:, socketcan: but vcan): real glass moves')
    .option('--json', 'a snapshot of the car a second, one JSON object a line (headless: the summary)')
    .addHelpText('after', HELP)
    .action((options: Options) => drive(options, terminal))
}

function hubName(text: string): string {
  const hub = HUBS.find(name => name === text.toUpperCase())
  if (hub === undefined) throw usage(unknown('hub', text, HUBS).message)
  return hub
}

async function drive(options: Options, terminal: Terminal): Promise<void> {
  if (options.printCar === true) {
    terminal.write(carJson(readCar(options.car)))
    return
  }
  if (options.speed === 'max' && options.for === undefined) throw usage('--speed max needs an end: add --for 60s')
  if (options.speed !== 1 && options.listen !== undefined) throw usage('a car with links runs at speed 1: leave out --listen, or --speed')
  const stop = terminal.stop
  let note = (line: string): void => terminal.warn(line)
  const live = build(options, line => note(line))
  try {
    for (const press of options.press ?? []) live.script(press)
    const recorder = options.record === undefined ? undefined : await opened(live.record(recordUri(options.record)))
    for (const uri of options.listen ?? (options.speed === 1 ? DEFAULT_LISTEN : [])) {
      await opened(live.listen(uri, options.actuate === true), uri)
    }
    const begun_ms = performance.now()
    const run = live.run(options.for ?? Infinity, stop)
    if (options.headless === true) {
      for (const link of live.links) terminal.warn(`listening on ${link.addresses.join(', ') || link.uri}`)
      await run
    } else {
      const watch = new CarWatch(live)
      note = line => watch.note(line)
      await Promise.all([run, display(live, watch, run, options, terminal)])
      note = line => terminal.warn(line)
    }
    await live.close()
    if (recorder !== undefined && recorder.problem !== '') throw new Failure(recorder.problem)
    summary(live, options, performance.now() - begun_ms, terminal)
  } finally {
    await live.close()
  }
}

function build(options: Options, report: (line: string) => void): LiveCar {
  const { bus: faults, power } = options.faults === undefined ? { bus: {}, power: {} } : readFaults(options.faults)
  const topology = withBattery(readCar(options.car), power)
  try {
    const { seed, bitrate, speed } = options
    const fd = options.dataBitrate === undefined ? {} : { dataBitrate: options.dataBitrate }
    const live = new LiveCar({ topology, seed, bitrate, speed, without: options.real ?? [], report, faults, ...fd })
    schedulePowerFaults(live.car, power)
    return live
  } catch (error) {
    if (error instanceof RangeError) throw usage(error.message)
    throw error
  }
}

function recordUri(file: string): string {
  return isLinkUri(file) ? file : `file:${file}?as=record`
}

async function opened<T>(opening: Promise<T>, uri = ''): Promise<T> {
  try {
    return await opening
  } catch (error) {
    if (error instanceof LinkUriError || error instanceof MessageError || error instanceof Failure) throw linkFailure(error)
    const text = describe(error)
    const taken = /in use/.test(text) && DEFAULT_LISTEN.includes(uri)
    throw new Failure(taken ? `${text}. Is another car running? "npx spine monitor" shows it; --listen ${uri.replace(/\d+$/, '0')} takes any free port` : text)
  }
}

/** Draws until the run is over. */
async function display(live: LiveCar, watch: CarWatch, run: Promise<void>, options: Options, terminal: Terminal): Promise<void> {
  const over = new AbortController()
  const end = (): void => over.abort()
  run.then(end, end)
  const picture = terminal.isTTY && options.json !== true ? await terminal.openPicture() : undefined
  if (picture === undefined && options.json !== true) {
    for (const link of live.links) terminal.write(`listening on ${link.addresses.join(', ') || link.uri}\n`)
  }
  const interval_ms = picture !== undefined ? PICTURE_INTERVAL_ms : options.json === true ? JSON_INTERVAL_ms : LINE_INTERVAL_ms
  while (!over.signal.aborted) {
    await until(over.signal, interval_ms)
    const snapshot = live.car.snapshot()
    const status = watch.status(snapshot)
    const { load, links, faults } = status
    if (options.json === true) terminal.write(`${JSON.stringify({ ...snapshot, load, links, faults })}\n`)
    else if (picture !== undefined) picture.show(fit(carLines(live.car, snapshot, status, terminal), terminal))
    else terminal.write(`${carSummary(snapshot, status)}\n`)
    await terminal.drained()
  }
  picture?.close()
}

function summary(live: LiveCar, options: Options, real_ms: number, terminal: Terminal): void {
  const { bus, kernel } = live.car
  const virtual_s = kernel.now_ns / 1e9
  const load = bus.elapsed_ns > 0 ? bus.busy_ns / bus.elapsed_ns : 0
  const { frames, errorFrames } = bus.counters
  const speed = virtual_s * 1000 / Math.max(real_ms, 0.001)
  if (options.json === true && options.headless === true) {
    terminal.write(`${JSON.stringify({ time_s: virtual_s, seed: kernel.seed, frames, errorFrames, load, speed, lags: live.pacer.lags, slipped_ms: live.pacer.slipped_ms })}\n`)
    return
  }
  const lags = live.pacer.lags === 0 ? '' : `, ${formatDuration(live.pacer.slipped_ms)} slipped in ${live.pacer.lags} lags`
  terminal.warn(`${virtual_s.toFixed(1)} s of ${live.car.topology.name} in ${(real_ms / 1000).toFixed(1)} s (${speed.toFixed(speed < 10 ? 2 : 0)}×${lags}): `
    + `${frames} frames, ${errorFrames} error frames, load ${(load * 100).toFixed(2)} %, seed ${kernel.seed}`
    + (options.record === undefined ? '' : `, recorded in ${options.record}`))
}
