import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import {
  type Baseline, baselineOf, breakText, Check, checkPage, type Diagnosis, findingText, isUnknown, mOhm, parseBaseline, type Severity,
  severityOf, stateText,
} from '#sim/check/index.ts'
import type { ReadableFormat } from '#sim/gateway/logs/index.ts'
import { readTopology, type Topology } from '#sim/car/index.ts'
import { CAR_HELP, CAR_OPTION, readCar } from '../car/car-file.ts'
import { readBus } from '../check/live.ts'
import { trial } from '../check/trial.ts'
import { Failure, usage } from '../lib/failure.ts'
import { readData } from '../lib/json-file.ts'
import { keysOf } from '../lib/key-file.ts'
import { DEFAULT_LINK, isLiveLink } from '../lib/link.ts'
import { kindOption, readFormat } from '../lib/log-format.ts'
import { LogInput } from '../lib/log-input.ts'
import { allBut, duration, refuseIdle, shared, wholeNumber } from '../lib/options.ts'
import { save } from '../lib/save.ts'
import { right, table } from '../lib/table.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Finds bad contacts by what the hubs measure. It reads the bus for 30 s, switches lamps, windows, mirror heaters and the amplifier
on and off meanwhile, each at times of its own (the ignition must be on), and puts everything back. The volts and amperes
that the hubs tell then say which cable loses more than its description, how much, and how sure that is. What carried
no current is "not excited", and cables that always carry the same current are named together. Nothing else can be told
from frames: a leak to ground shows only as its fuse opens, plus and return only as their sum. Of two spines (--car sedan-dual) a
cable is named with its twin, as no hub tells what it draws from which; in a spine, where the other carries what a bad one does not,
most is "not to be told".

With a log it does the same with what was recorded. With --baseline the car is compared with itself: the file is read if it is
there, and written anew, with what was learned. It ends with 0 when nothing was found, with 3 when a contact begins to go bad
(below 30 mΩ), with 4 when something has to be repaired, with 1 when it could not be checked.

--trial judges the estimator itself, with random faults in the virtual car and sensors of 50 mV and 100 mA rms, offsets of that
size and gains of ±2 %: drives of two minutes, or with --staged checks of 30 s. A seventh are of healthy cars; each of those drives is
judged with --draws sets of sensors, as false alarms are rare and come from sensors. A quarter are of a ring; --car
sedan-ring: all, --car sedan-dual: all of two spines.

Examples:
  npx spine check
  npx spine check slcan:/dev/ttyUSB0 --actuate --html car.html
  npx spine check --passive --for 2min --baseline mine.json
  npx spine check drive.log --json | jq .findings
  npx spine check --trial 100 --seed 5
  npx spine check --trial 64 --staged
  npx spine check --trial 1000 --draws 200 --seed 8            # 950 h of healthy cars`

interface Options {
  car?: string
  for: number
  passive?: boolean
  keys?: string
  actuate?: boolean
  from?: ReadableFormat
  html?: string
  baseline?: string
  save?: string
  json?: boolean
  trial?: number
  seed: number
  staged?: boolean
  draws: number
}

const CODES: Readonly<Record<Severity, number>> = { good: 0, watch: 3, repair: 4 }
const LEAST_ms = 5000
const MOST_TRIALS = 100_000

/** `spine check`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[bus]', 'a link, or a log', DEFAULT_LINK)
    .option(CAR_OPTION, CAR_HELP)
    .option('--for <duration>', 'how long to read a bus', duration, 30_000)
    .option('--passive', 'only listen: switch nothing')
    .addOption(shared('actuate'))
    .addOption(shared('keys'))
    .addOption(kindOption('--from <kind>', 'read'))
    .option('--html <file>', 'write a page with plots')
    .option('--baseline <file>', 'compare with what was learned of this car, and learn')
    .option('--save <file>', 'write what was learned of this car')
    .option('--trial <n>', 'so many random cases in the virtual car, beside the aims', wholeNumber(1, MOST_TRIALS))
    .option('--staged', 'cases are checks of 30 s instead of drives')
    .option('--draws <n>', 'sets of sensors with which each healthy drive of a trial is judged', wholeNumber(1, MOST_TRIALS), 10)
    .addOption(shared('seed', 'of the cases', 1))
    .addOption(shared('json'))
    .addHelpText('after', HELP)
    .action(async (bus: string, options: Options) => {
      const live = isLiveLink(bus)
      refuseIdle(command, [
        [options.trial !== undefined, allBut(command, 'trial', 'staged', 'draws', 'seed', 'car', 'json'), 'with --trial: it is of the virtual car'],
        [options.trial === undefined, ['staged', 'draws', 'seed'], 'without --trial'],
        [!live, ['for', 'passive', 'actuate', 'keys'], 'with a log'],
        [live, ['from'], 'with a link'],
        [options.passive === true, ['actuate', 'keys'], 'with --passive: nothing is sent'],
      ])
      if (options.trial === undefined) return checkCar(bus, options, terminal)
      if (bus !== DEFAULT_LINK) throw usage(`--trial is of the virtual car, and reads no "${bus}"`)
      return trial({ ...options, trial: options.trial }, terminal)
    })
}

async function checkCar(bus: string, options: Options, terminal: Terminal): Promise<void> {
  const car = readTopology(readCar(options.car), 'car')
  const check = new Check(car.copper)
  const before = options.baseline === undefined || !existsSync(options.baseline) ? undefined
    : readData(options.baseline, 'is no baseline', parseBaseline)
  if (isLiveLink(bus)) {
    if (options.for < LEAST_ms) throw usage(`--for: ${options.for / 1000} s are too short: ${LEAST_ms / 1000} s or more`)
    const { for: for_ms, passive = false, actuate = false, json: plain = false } = options
    await readBus(bus, check, { for_ms, passive, actuate, plain, keys: keysOf(options.keys, 'tool') }, terminal)
  } else {
    await readLog(bus.replace(/^file:/, ''), check, options, terminal)
  }
  if (check.readings.volts.length === 0) {
    throw new Failure(`no hub of "${car.name}" said what it measures: is the car awake, and is it this car? See "npx spine monitor", and --car`)
  }
  const { strangers } = check.readings
  if (strangers.size > 0) {
    throw new Failure(`${[...strangers].join(', ')} ${strangers.size === 1 ? 'is' : 'are'} heard, and "${car.name}" has no such hub: which car is it? --car names it`)
  }
  const diagnosis = check.diagnoseWith(before)
  if (options.html !== undefined) save(options.html, checkPage(`${car.name}: its cables and contacts`, car.copper, check, diagnosis))
  const after = baselineOf(check.model, car.name, diagnosis.learned)
  for (const path of new Set([options.baseline, options.save])) if (path !== undefined) save(path, `${JSON.stringify(after, undefined, 2)}\n`)
  const severity = severityOf(diagnosis)
  tell(terminal, options.json, () => json(car, diagnosis, severity, before), () => text(car, diagnosis, severity, before, terminal), 2)
  if (severity === 'good' && diagnosis.places.every(isUnknown)) {
    throw new Failure('nothing could be judged: no place carried enough. Read for longer, with loads on, and not --passive')
  }
  if (severity !== 'good') throw new Failure(severity === 'watch' ? 'a contact begins to go bad' : 'something has to be repaired', CODES[severity])
}

async function readLog(file: string, check: Check, options: Options, terminal: Terminal): Promise<void> {
  const log = new LogInput(terminal, file, readFormat(file, options.from))
  await log.read({
    onFrame: (frame) => { if (!frame.error) check.readings.receive(frame, frame.timestamp_ns) },
    flush: () => Promise.resolve(),
  })
  log.finish()
}

function json(car: Topology, diagnosis: Diagnosis, severity: Severity, before: Baseline | undefined): object {
  const { duration_s, readings, findings, breaks, places } = diagnosis
  return {
    car: car.name, severity, duration_s, readings, compared: before !== undefined,
    findings: findings.map(one => ({ ...one, text: findingText(car.copper, one) })),
    breaks: breaks.map(one => ({ ...one, text: breakText(one) })),
    // Infinity, a place that carried nothing, is null in JSON.
    places,
  }
}

function text(car: Topology, diagnosis: Diagnosis, severity: Severity, before: Baseline | undefined, terminal: Terminal): string {
  const { colors } = terminal
  const colour = { good: colors.green, watch: colors.yellow, repair: colors.red }[severity]
  const { duration_s, readings, findings, breaks, places } = diagnosis
  const rows = places.map((place) => {
    const finding = findings.find(one => one.cables.join() === place.cables.join())
    const known = finding !== undefined || place.state === 'good'
    const deviation_Ohm = finding?.deviation_Ohm ?? place.resolution_Ohm
    const state = stateText(place)
    return [
      place.cables.join(' or '), mOhm(place.nominal_Ohm), known ? mOhm(Math.max(0, place.nominal_Ohm + place.added_Ohm)) : '',
      known ? `± ${mOhm(2 * deviation_Ohm)}` : '', place.state === 'bad' ? colors.red(state) : place.state === 'good' ? colors.green(state) : colors.dim(state),
    ]
  })
  const excited = places.filter(place => !isUnknown(place)).length
  return [
    `${colors.bold('spine check')} ${car.name}: ${readings} readings of ${duration_s.toFixed(0)} s, ${excited} of ${places.length} places carried enough to be judged`,
    `${before === undefined ? '' : ', compared with what was learned before'}\n\n`,
    table(terminal, [{ title: 'cable' }, right('described mΩ'), right('now'), right(''), { title: '' }], rows), '\n',
    ...breaks.map(one => `${colour(breakText(one))}\n`),
    ...findings.map(one => `${colour(findingText(car.copper, one))}\n`),
    breaks.some(one => one.never) ? 'Who was never heard may not be there at all: if it is another car, --car names it.\n' : '',
    findings.length + breaks.length === 0 && excited > 0 ? `${colour('No bad contact was found.')}\n` : '',
  ].join('')
}
