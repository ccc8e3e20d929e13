import { availableParallelism } from 'node:os'
import { type Command, Option } from 'commander'
import { createCar, type TopologyData } from '#sim/car/index.ts'
import {
  type Choice, csvText, FAULT_KINDS, faultName, faultsOf, faultTrees, Fmea, functionsOf, htmlPage, type Report, type Row, SEVERITIES,
  threatText, treeText,
} from '#sim/fmea/index.ts'
import { CAR_HELP, CAR_OPTION, readCar } from '../car/car-file.ts'
import { compareText, reportText, rowText } from '../fmea/text.ts'
import { RunKeeper } from '../fmea/keep.ts'
import { formatDuration } from '../lib/duration.ts'
import { describe, Failure, usage } from '../lib/failure.ts'
import { allBut, collect, refuseIdle, refuseSeveral, shared, wholeNumber } from '../lib/options.ts'
import { type Part, parsePart, runParts, sendUp } from '../lib/parts.ts'
import { Progress } from '../lib/progress.ts'
import { save } from '../lib/save.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'

const HELP = `
Every single fault of a car is run in the simulator, each in four scenes: everything is used twice, windows close on hands, releases
are pressed at 120 km/h, the car sleeps and wakes. The table says, beside the healthy car in the same scenes: which functions are lost,
worse, or interrupted and for how long; who says what about it (trouble codes, faults on the bus, a hub that is missed); whether a
hazard came or a judge of the trace objects; and the command that runs it again, with its traces in .traces/.

How bad, worst first:
${Object.entries(SEVERITIES).map(([name, meaning]) => `  ${name.padEnd(18)} ${meaning}`).join('\n')}

Faults, as --fault names them (kind@place; --list has every place):
${Object.entries(FAULT_KINDS).map(([name, { summary }]) => `  ${name.padEnd(14)} ${summary}`).join('\n')}

The same car and seed give the same table, whatever --jobs. Ctrl-C ends it with what is done. Exit code 1: something is unsafe.
--threats prints the threat analysis in the shape of ISO/SAE 21434, as Markdown; it runs nothing.

Examples:
  npx spine fmea --html fmea.html --csv fmea.csv
  npx spine fmea --car mine.json --json > fmea.json
  npx spine fmea --car sedan --compare coupe --html both.html
  npx spine fmea --pairs 200 --seed 7
  npx spine fmea --fault severed@drop.FL
  npx spine fmea --fault mute@DASH --fault blown@drop.TRUNK
  npx spine fmea --car coupe --list
  npx spine fmea --threats > threats.md`

interface Options {
  car?: string
  compare?: string
  pairs?: number
  fault?: string[]
  list?: boolean
  threats?: boolean
  all?: boolean
  seed: number
  jobs: number
  part?: Part
  json?: boolean
  csv?: string
  html?: string
}

/** `spine fmea`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option(CAR_OPTION, CAR_HELP, 'sedan')
    .option('--compare <name|file>', 'another car beside it')
    .option('--pairs <n>', 'so many pairs of faults, drawn by --seed, instead of single ones', wholeNumber(1, 1_000_000))
    .option('--fault <kind@place>', 'only this one; given several times: all of them at once', collect(text => text))
    .option('--list', 'the faults and functions of the car, without running any')
    .option('--threats', 'the threat analysis instead')
    .option('--all', 'every row in the terminal, not only the worst')
    .addOption(shared('seed', 'of the car, and of the pairs', 1))
    .option('--jobs <n>', 'processes that it uses', wholeNumber(1, 256), availableParallelism())
    .addOption(new Option('--part <i/n>').argParser(parsePart).hideHelp())
    .addOption(shared('json'))
    .option('--csv <file>', 'the table for a spreadsheet')
    .option('--html <file>', 'the table, with fault trees, as a page that needs nothing else')
    .addHelpText('after', HELP)
    .action((options: Options) => {
      const { threats, list } = options
      refuseSeveral(command, ['pairs', 'fault', 'list', 'threats'], 'ways')
      refuseIdle(command, [
        [threats === true, allBut(command, 'threats'), 'with --threats: it is of every car'],
        [list === true, allBut(command, 'list', 'car', 'json'), 'with --list: nothing runs'],
      ])
      return act(options, terminal)
    })
}

async function act(options: Options, terminal: Terminal): Promise<void> {
  if (options.compare !== undefined && options.fault !== undefined) throw usage('--fault is for one car: leave --compare out')
  if (options.threats === true) return terminal.write(threatText())
  const cars = [options.car, options.compare].filter(name => name !== undefined)
  if (options.list === true) return list(readCar(cars[0]), options, terminal)
  const tables = cars.map(name => tableOf(name, options))
  if (options.part !== undefined) return workPart(tables, options.part, terminal)
  // Who cannot be written to is found out before minutes of work.
  for (const file of [options.csv, options.html]) if (file !== undefined) save(file, '')
  const reports = options.fault === undefined ? await runAll(tables, options, terminal) : [await runOne(tables[0]!, terminal)]
  tellAll(reports, options, terminal)
}

/** A car as it was named, and what is to be run of it. */
interface Table {
  readonly name: string
  readonly fmea: Fmea
}

function tableOf(name: string, { pairs, fault, seed }: Options): Table {
  const choice: Choice = { ...(pairs !== undefined && { pairs }), ...(fault !== undefined && { only: fault }) }
  const car = readCar(name)
  try {
    return { name, fmea: new Fmea(car, seed, choice) }
  } catch (error) {
    if (error instanceof RangeError) throw usage(describe(error))
    throw error
  }
}

/** One row of one of the tables. */
interface Made {
  readonly table: number
  readonly row: Row
}

/** Rows of the tables in the order in which they are made; of a part every so-many-th. */
function* numbers(tables: readonly Table[], { index, count }: Part): Generator<{ table: number, number: number }> {
  let i = 0
  for (const [table, { fmea }] of tables.entries()) {
    for (const { number } of fmea.tasks) if (i++ % count === index) yield { table, number }
  }
}

async function work(tables: readonly Table[], part: Part, terminal: Terminal, give: (made: Made) => Promise<void> | void): Promise<void> {
  for (const { table, number } of numbers(tables, part)) {
    if (terminal.stop.aborted) return
    await give({ table, row: await tables[table]!.fmea.row(number) })
    // Signals and the screen get their turn.
    await new Promise(resolve => setImmediate(resolve))
  }
}

function workPart(tables: readonly Table[], part: Part, terminal: Terminal): Promise<void> {
  return work(tables, part, terminal, sendUp)
}

async function runAll(tables: readonly Table[], options: Options, terminal: Terminal): Promise<Report[]> {
  const asked = tables.reduce((sum, { fmea }) => sum + fmea.tasks.length, 0)
  const rows: Row[][] = tables.map(() => [])
  const begun_ms = performance.now()
  let done = 0
  const progress = await Progress.open(terminal, () => {
    const unsafe = rows.flat().filter(row => row.severity === 'unsafe').length
    const left_ms = (performance.now() - begun_ms) / done * (asked - done)
    return `${done} of ${asked} faults, ${unsafe} unsafe${done === 0 ? '' : `, ${formatDuration(left_ms)} to go`}`
  }, { plain: options.json === true })
  const add = ({ table, row }: Made): void => {
    rows[table]!.push(row)
    done++
    progress.show()
  }
  const jobs = Math.min(options.jobs, asked)
  try {
    if (jobs > 1) await runParts<Made>(jobs, words(options), terminal, add)
    else await work(tables, { index: 0, count: 1 }, terminal, add)
  } finally {
    progress.close()
  }
  if (done < asked) terminal.warn(`stopped after ${done} of ${asked}: what follows is of those`)
  return tables.map(({ fmea }, i) => fmea.report(rows[i]!))
}

/** The same again for a part. */
function words({ car, compare, pairs, seed }: Options): string[] {
  return [
    'fmea', '--car', car!, '--seed', String(seed), ...compare === undefined ? [] : ['--compare', compare],
    ...pairs === undefined ? [] : ['--pairs', String(pairs)],
  ]
}

/** One row, with what its scenes showed kept in files. */
async function runOne({ fmea }: Table, terminal: Terminal): Promise<Report> {
  const keeper = new RunKeeper(`fmea-${fmea.tasks[0]!.faults.map(faultName).join('+')}`)
  const row = await fmea.row(0, (car, scene) => keeper.watch(car, scene))
  for (const file of keeper.save()) terminal.warn(`trace: ${file}`)
  return fmea.report([row])
}

function tellAll(reports: readonly Report[], options: Options, terminal: Terminal): void {
  const names = [options.car!, options.compare]
  const replayOf = (report: Report) => (row: Row): string => replay(names[reports.indexOf(report)]!, report.seed, row)
  if (options.csv !== undefined) {
    save(options.csv, csvText(reports.flatMap(report => report.rows.map(row => ({ car: report.car, row, replay: replayOf(report)(row) })))))
  }
  if (options.html !== undefined) save(options.html, htmlPage(reports, replayOf))
  tell(terminal, options.json, () => {
    const whole = reports.map(report => ({ ...report, rows: report.rows.map(row => ({ ...row, replay: replayOf(report)(row) })) }))
    return whole.length === 1 ? whole[0] : whole
  }, () => {
    if (options.fault !== undefined) return rowText(reports[0]!.rows[0]!, terminal)
    return [
      ...reports.map(report => reportText(report, replayOf(report), options.all === true, terminal)),
      ...reports.map(report => `${faultTrees(report).map(treeText).join('\n')}\n`),
      ...reports.length === 2 ? [compareText(reports[0]!, reports[1]!, terminal)] : [],
    ].join('\n')
  }, 2)
  const unsafe = reports.flatMap(({ rows }) => rows).filter(row => row.severity === 'unsafe').length
  if (unsafe > 0) throw new Failure(`${unsafe} of ${reports.reduce((sum, { rows }) => sum + rows.length, 0)} faults are unsafe`)
}

/** The command line that runs one row again. */
function replay(car: string, seed: number, { faults }: Row): string {
  return ['npx spine fmea', ...car === 'sedan' ? [] : [`--car ${quoted(car)}`], ...seed === 1 ? [] : [`--seed ${seed}`], ...faults.map(fault => `--fault ${quoted(fault)}`)].join(' ')
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll('\'', '\'\\\'\'')}'`
}

function list(topology: TopologyData, { json }: Options, terminal: Terminal): void {
  const car = createCar({ topology })
  const [faults, functions] = [faultsOf(car).map(faultName), functionsOf(car)]
  tell(terminal, json, () => ({ faults, functions }), () =>
    `${faults.join('\n')}\n\n${functions.join('\n')}\n\n${faults.length} faults, ${functions.length} functions\n`, 2)
}
