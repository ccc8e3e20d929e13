import { type Command, Option } from 'commander'
import { from } from 'rxjs'
import { HUBS } from '#protocol/index.ts'
import { unknown } from '#protocol/messages/index.ts'
import { type CpuName, CPUS, schedulePowerFaults, withBattery } from '#sim/car/index.ts'
import { CAR_HELP, CAR_OPTION, carJson, readCar } from '../car/car-file.ts'
import { carView } from '../car/car-screen.ts'
import { CarWatch } from '../car/car-watch.ts'
import { readFaultsFile } from '../car/faults-file.ts'
import { LiveCar } from '../car/live-car.ts'
import { parsePress, type ScriptedPress } from '../car/press-script.ts'
import { formatDuration } from '../lib/duration.ts'
import { Failure, usage } from '../lib/failure.ts'
import { endedWell, explained, isLinkUri } from '../lib/link.ts'
import { Live } from '../lib/live.ts'
import { allBut, collect, dataBitrate, REAL_BUSES, refuseIdle, shared, wholeNumber } from '../lib/options.ts'
import type { Terminal } from '../lib/terminal.ts'

/** Where the page is when nothing else is said. */
const PAGE_PORT = 7080
/** Where a car can be reached when nothing else is said. */
const DEFAULT_LISTEN = ['slcan-listen:127.0.0.1:3333', 'spine-listen:127.0.0.1:7030']

const HELP = `
Runs the sedan: dash, four doors, trunk, hood and stereo on one spine; --car names another. Without --listen it listens on
  ${DEFAULT_LISTEN.join('\n  ')}
so that python-can and other SLCAN hosts see its bus on port 3333, and our own tools reach it on 7030; and it serves a page, whose
address it prints. --listen replaces all of them, --page serves the page as well. A car with links runs at speed 1. At another speed it listens on nothing, and the same seed, presses and faults
give the same bytes in --record every time, on every machine. Ctrl-C ends it. A line tells that a link is lost, and, when it is
back, for how long it was gone (in JSON: linkChanges).

--faults reads one record. Of the bus: bitErrorRate, nodeBitErrorRate, frameLossRate, dropped, babbling, cuts,
stuckDominant; of the bus of spine B the same in a record spineB. Of the power, cables being spine.FL (to FL's tap) and drop.FL (from there to the hub):
  "copper": [{"kind": "corrosion", "cable": "drop.FL", "extra_Ohm": 0.3, "at_ms": 2000, "until_ms": 9000}, …]
            kinds: cut ("at_m" along it), corrosion, fuse (blown), short ({"hub": "RR", "resistance_Ohm": 0.05}),
            cableShort ({"cable": "drop.RR", "at_m": 1.2, "resistance_Ohm": 0.05}): its conductors touch there,
            diode ({"cable": "B.drop.RR", "state": "shorted"} or open) in a car with two spines
  "supply": [{"kind": "crank", "level": "II", "at_ms": 3000}, …]
            kinds: crank (levels I to IV of ISO 16750-2, or none: the starter on the battery); and with "duration_ms" for
            how long, loadDump, pulse4, jumpStart, reverse
  "battery": {"charge": 0.4, "resistance_mOhm": 8, "temperature_C": -18, "capacity_Ah": 70}, a weak old one in the cold
  "ambient": {"cabin": 60, "door": 80, "engineBay": 100}, where it is not as the battery's, °C

Examples:
  npx spine car
  npx spine car --listen slcan-listen:127.0.0.1:3334 --listen spine-listen:127.0.0.1:7031
  npx spine car --headless --for 60s --speed max --seed 7 --record drive.log
  npx spine car --headless --for 10s --speed max --press 'DASH.windowFL.down:2s@1s' --record press.log
  npx spine car --car coupe                   the two-door car that comes with the project
  npx spine car --car sedan-dual --listen 'slcan-listen:127.0.0.1:3333?bus=B'   two spines; this link on B only
  npx spine car --print-car > mine.json       the sedan as a file to change; npx spine car --car mine.json
  npx spine car --faults faults.json          with faults.json like {"bitErrorRate": 1e-6, "dropped": ["RL"]}
  npx spine car --cpu esp32-xs                hubs as slow as the boards that they are meant for
  npx spine car --real FL                     leave the hub FL out: a real one takes its place
  npx spine car --real FL --listen gvret:/dev/ttyACM0 --actuate --listen spine-listen:127.0.0.1:7030 --page 7080
                                              a board on the desk, of npx spine flash door --desk, open to monitor, send and the page`

interface Options {
  car?: string
  printCar?: boolean
  headless?: boolean
  for?: number
  speed: number | 'max'
  seed: number
  listen?: string[]
  page?: number
  record?: string
  bitrate: number
  dataBitrate?: number
  press?: ScriptedPress[]
  faults?: string
  real?: string[]
  actuate?: boolean
  cpu: CpuName
  json?: boolean
}

/** `spine car`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option(CAR_OPTION, CAR_HELP)
    .option('--print-car', 'print the car as JSON, and end')
    .option('--headless', 'no display: only what it listens on, and a summary at its end')
    .addOption(shared('for', 'end after so much of the car\'s time'))
    .addOption(shared('speed', 'of real time: 1, 10, max', 1))
    .addOption(shared('seed', undefined, 1))
    .option('--listen <uri>', 'what it listens on; may be repeated', collect(text => text))
    .option('--page <port>', 'serve the page there on loopback; 0 is any that is free', wholeNumber(0, 65_535))
    .option('--record <file>', 'write every frame into a candump log')
    .addOption(shared('bitrate', 'of the spine', 500_000))
    .option('--data-bitrate <bit/s>', 'make it a CAN FD bus: that of FD data, a multiple of --bitrate up to 8M', dataBitrate)
    .option('--press <switch:hold@begin>', 'press a switch by script; may be repeated', collect(parsePress))
    .option('--faults <file>', 'faults of bus and power, as JSON')
    .addOption(new Option('--cpu <name>', 'what its hubs run on: each callback takes as long as measured there').choices(CPUS).default('ideal'))
    .option('--real <hub>', 'leave a hub out; may be repeated', collect(hubName))
    .addOption(shared('actuate', `let commands onto the real buses it listens on (${REAL_BUSES}): real glass moves`))
    .addOption(shared('json', 'a snapshot of the car a second, one JSON object a line (headless: the summary)'))
    .addHelpText('after', HELP)
    .action((options: Options) => {
      refuseIdle(command, [[options.printCar === true, allBut(command, 'printCar', 'car'), 'with --print-car: nothing runs']])
      return drive(options, terminal)
    })
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
  const output = new Live(terminal, { json: options.json === true })
  const live = build(options, output.note)
  try {
    for (const press of options.press ?? []) {
      live.script(press)
      if (press.at_ms >= (options.for ?? Infinity)) output.note(`${press.switch} is not pressed: the run ends after ${formatDuration(options.for!)}, before ${formatDuration(press.at_ms)}`)
    }
    const recorder = options.record === undefined ? undefined : await explained(live.record(recordUri(options.record)))
    for (const uri of options.listen ?? (options.speed === 1 ? DEFAULT_LISTEN : [])) await listen(live, uri, options.actuate === true)
    const page = options.page ?? (options.listen === undefined && options.speed === 1 ? PAGE_PORT : undefined)
    if (page !== undefined) await explained(live.servePage(page))
    const begun_ms = performance.now()
    const run = live.run(options.for ?? Infinity, terminal.stop)
    tellAddresses(live, options, terminal)
    if (options.headless !== true) {
      const watch = new CarWatch(live)
      await output.show(carView(live.car, () => watch.read(), terminal), from(run))
    }
    await run
    await live.close()
    if (recorder !== undefined) endedWell(recorder)
    summary(live, options, performance.now() - begun_ms, terminal)
  } catch (error) {
    if (!(error instanceof Failure)) cameToNoEnd(live, options, terminal)
    throw error
  } finally {
    await live.close()
  }
}

/** Something threw that is nobody's wrong input: how to see it again. The recording is kept up to there. */
function cameToNoEnd(live: LiveCar, options: Options, terminal: Terminal): void {
  const { kernel } = live.car
  terminal.warn(`the car came to no end: ${(kernel.now_ns / 1e9).toFixed(3)} s of its time, seed ${kernel.seed}`
    + `${options.faults === undefined ? '' : `, faults of ${options.faults}`}${options.record === undefined ? '' : `, recorded in ${options.record}`}`)
  terminal.warn('replay: the same command with --headless --speed max, without --listen')
}

/** Where it can be reached; a picture says it itself. */
function tellAddresses(live: LiveCar, options: Options, terminal: Terminal): void {
  const lines = live.links.map(link => `listening on ${link.addresses.join(', ') || link.uri}`)
  if (lines.length > 0) lines.push('runs open: its hubs have no keys and obey whoever reaches a wire; "npx spine keys" gives them some')
  if (options.headless === true) for (const line of lines) terminal.warn(line)
  else if (!terminal.isTTY && options.json !== true) for (const line of lines) terminal.write(`${line}\n`)
}

function build(options: Options, report: (line: string) => void): LiveCar {
  const car = readCar(options.car)
  const faults = options.faults === undefined ? {} : readFaultsFile(options.faults, car)
  const topology = withBattery(car, faults)
  try {
    const { seed, bitrate, speed, cpu } = options
    const fd = options.dataBitrate === undefined ? {} : { dataBitrate: options.dataBitrate }
    const live = new LiveCar({ topology, seed, bitrate, speed, cpu, without: options.real ?? [], report, faults, ...fd })
    schedulePowerFaults(live.car, faults)
    return live
  } catch (error) {
    if (error instanceof RangeError) throw usage(error.message)
    throw error
  }
}

function recordUri(file: string): string {
  return isLinkUri(file) ? file : `file:${file}?as=record`
}

async function listen(live: LiveCar, uri: string, actuate: boolean): Promise<void> {
  try {
    await explained(live.listen(uri, actuate))
  } catch (error) {
    const taken = error instanceof Failure && /in use/.test(error.message) && DEFAULT_LISTEN.includes(uri)
    if (!taken) throw error
    throw new Failure(`${error.message}. Is another car running? "npx spine monitor" shows it; --listen ${uri.replace(/\d+$/, '0')} takes any free port`)
  }
}

function summary(live: LiveCar, options: Options, real_ms: number, terminal: Terminal): void {
  const { bus, kernel } = live.car
  const virtual_s = kernel.now_ns / 1e9
  const load = bus.elapsed_ns > 0 ? bus.busy_ns / bus.elapsed_ns : 0
  const { frames, errorFrames } = bus.counters
  const speed = virtual_s * 1000 / Math.max(real_ms, 0.001)
  if (options.json === true && options.headless === true) {
    terminal.write(`${JSON.stringify({ time_s: virtual_s, seed: kernel.seed, frames, errorFrames, load, speed, lags: live.pacer.lags, slipped_ms: live.pacer.slipped_ms, linkChanges: live.linkWatch.take() })}\n`)
    return
  }
  const lags = live.pacer.lags === 0 ? '' : `, ${formatDuration(live.pacer.slipped_ms)} slipped in ${live.pacer.lags} lags`
  terminal.warn(`${virtual_s.toFixed(1)} s of ${live.car.topology.name} in ${(real_ms / 1000).toFixed(1)} s (${speed.toFixed(speed < 10 ? 2 : 0)}×${lags}): `
    + `${frames} frames, ${errorFrames} error frames, load ${(load * 100).toFixed(2)} %, seed ${kernel.seed}`
    + (options.record === undefined ? '' : `, recorded in ${options.record}`))
}
