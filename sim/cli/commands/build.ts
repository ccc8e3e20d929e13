import { type Command, Option } from 'commander'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { HUB_TYPE, type HubTypeName } from '#protocol/index.ts'
import {
  type Artefact, BuildRefusal, type BuildReport, type Budgets, buildHub, bundleModule, type Engine, ENGINES, type FigureRow, figureRows,
  type Figures, type Growth, growthOf, headOf,
  mapTrace, readReport, TraceError,
} from '#sim/build/index.ts'
import budgets from '#sim/build/budgets.json' with { type: 'json' }
import { readTopology, sedanPower, type TopologyData } from '#sim/car/index.ts'
import { hasXs, meter, XS_COMMAND } from '#sim/engines/index.ts'
import { CAR_HELP, CAR_OPTION, readCar } from '../car/car-file.ts'
import { Failure, fileFailure, usage } from '../lib/failure.ts'
import { makeFolder } from '../lib/folder.ts'
import { refuseIdle, shared, version } from '../lib/options.ts'
import { save } from '../lib/save.ts'
import { right, table } from '../lib/table.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'
import { VERSION } from '../lib/version.ts'

const HUBS = Object.keys(HUB_TYPE) as HubTypeName[]
/** What to do about figures over budget. */
const OVER = '; make it leaner, or raise its row in sim/build/budgets.json: the change is seen in the review'
/** Where artefacts go; git ignores it. */
const FOLDER = 'build'

const HELP = `
Builds the firmware of a hub type (${HUBS.join(', ')}) into one script for a board, FOLDER/door.xs.js; beside it
FOLDER/door.xs.bin, the image that \`npx spine update\` and \`npx spine flash\` take (a header with hub type, engine, version, length
and SHA-256, then the script), and its source map, which stays here. The same sources and version give the same bytes. Costs are read from the meter of Moddable's XS, in bytecodes of a whole callback without what the
board does (\`${XS_COMMAND}\` brings the engine, once): boot is createHub, idleSecond all callbacks of a second with the
ignition on, frameWanted a VehicleState, tickOpening and tickClosing the window's, command the dearest command received, longest
the longest callback after boot, heap in slots of the engine. Over a budget of sim/build/budgets.json it ends with 1.

Examples:
  npx spine build door
  npx spine build --all --engine espruino
  npx spine build --all --json | jq '.[].figures.bytes'
  npx spine build door --car mine.json --out images
  npx spine build door --image-version 0.2.0 && npx spine update FL build/door.xs.bin
  npx spine build door --trace crash.txt                     # a stack trace from a board, with file and line of the sources`

interface Options { all?: boolean, engine: Engine, imageVersion: number, car?: string, out: string, trace?: string, json?: boolean }

/** `spine build`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[hub]', `hub type: ${HUBS.join(', ')}`)
    .option('--all', 'every hub type')
    .addOption(new Option('--engine <name>', 'what the board runs').choices(ENGINES).default('xs'))
    .addOption(new Option('--image-version <x.y.z>', 'version in its header').argParser(version).default(version(VERSION), VERSION))
    .option(CAR_OPTION, `car it is built into: ${CAR_HELP}`)
    .option('--out <folder>', 'where to write', FOLDER)
    .option('--trace <file>', 'build nothing: print this file with places in the artefact as places in the sources')
    .addOption(shared('json', 'figures and modules for programs'))
    .addHelpText('after', HELP)
    .action(async (hub: string | undefined, options: Options) => {
      const hubs = chosen(hub, options.all)
      refuseIdle(command, [[options.trace !== undefined, ['imageVersion', 'car', 'json'], 'with --trace: it builds nothing']])
      if (options.trace !== undefined) {
        if (hub === undefined) throw usage('a trace is of one hub: name its type instead of --all')
        trace(hubs[0]!, options.trace, options, terminal)
        return
      }
      if (options.out === '') throw usage('--out is empty: name a folder')
      if (existsSync(options.out) && !statSync(options.out).isDirectory()) throw usage(`--out ${options.out} is a file: name a folder`)
      const built = await buildAll(hubs, options, terminal)
      const forPrograms = (): unknown => built.map(({ report, image, rows, growth }) => ({ ...report, image, rows, growth }))
      tell(terminal, options.json, forPrograms, () => built.map(each => text(each, terminal)).join('\n'), 2)
      const over = built.filter(({ rows }) => rows.some(row => row.over)).map(({ report }) => report.hub)
      if (over.length > 0) throw new Failure(`over budget: ${over.join(', ')}${OVER}`)
    })
}

function trace(hub: HubTypeName, path: string, options: Options, terminal: Terminal): void {
  const [artefact, map] = [artefactPath(hub, options), mapPath(hub, options)]
  for (const needed of [artefact, map]) if (!existsSync(needed)) throw new Failure(`there is no ${needed}: build what crashed first, without --trace`)
  const built = { artefact: read(artefact), map: read(map) }
  try {
    const { text, found, strange } = mapTrace(read(path), built)
    terminal.write(text)
    const { version, sha256 } = headOf(built.artefact)!
    if (strange > 0) terminal.warn(`${strange} places are not in ${artefact}: another build crashed`)
    else if (found === 0) terminal.warn(`no place of ${artefact} is in ${path}`)
    else terminal.warn(`places of ${artefact}, version ${version}, ${sha256.slice(0, 16)}: of another build they mean nothing`)
  } catch (error) {
    throw error instanceof TraceError ? new Failure(`${artefact}: ${error.message}; build what crashed again`) : error
  }
}

function chosen(hub: string | undefined, all: boolean | undefined): readonly HubTypeName[] {
  if (all === true && hub !== undefined) throw usage(`either ${hub} or --all`)
  if (all === true) return HUBS
  if (hub === undefined) throw usage(`name a hub type (${HUBS.join(', ')}), or --all`)
  if (!HUBS.includes(hub as HubTypeName)) throw usage(`there is no hub type "${hub}": choose from ${HUBS.join(', ')}`)
  return [hub as HubTypeName]
}

interface Built {
  readonly report: BuildReport
  /** Path of the image, its length and version. */
  readonly image: { readonly path: string, readonly bytes: number, readonly version: string }
  readonly rows: readonly FigureRow[]
  readonly growth: readonly Growth[]
}

async function buildAll(hubs: readonly HubTypeName[], options: Options, terminal: Terminal): Promise<Built[]> {
  const car = readCar(options.car)
  const metered = options.engine === 'xs' && hasXs()
  if (options.engine === 'xs' && !metered) terminal.warn(`costs are not metered: \`${XS_COMMAND}\` brings the engine`)
  const board = metered ? await bundleModule('sim/engines/xs/board.ts') : ''
  const built: Built[] = []
  for (const hub of hubs) {
    const artefact = await build(hub, options, car)
    const costs = metered ? meter(hub, board, artefact.text, car) : undefined
    if (costs !== undefined) write(artefactPath(hub, options).replace(/js$/, 'costs.json'), `${JSON.stringify(costs.callbacks, undefined, 2)}\n`)
    built.push(keep(artefact, { ...costs?.costs }, options))
  }
  return built
}

async function build(hub: HubTypeName, { engine, imageVersion }: Options, car: TopologyData): Promise<Artefact> {
  const topology = readTopology(car, 'car')
  try {
    return await buildHub(hub, engine, imageVersion, sedanPower(topology, topology.copper))
  } catch (error) {
    if (error instanceof BuildRefusal) throw new Failure(error.message)
    throw error
  }
}

/** Writes the artefact, its image, its map and a report, with which the next build is compared. */
function keep(artefact: Artefact, costs: Figures, options: Options): Built {
  const { hub, engine, sha256, modules, bytes } = artefact
  const path = artefactPath(hub, options)
  const report: BuildReport = { hub, engine, sha256, figures: { bytes, ...costs }, modules }
  const reportPath = path.replace(/js$/, 'json')
  const before = existsSync(reportPath) ? readReport(read(reportPath)) : undefined
  const imagePath = path.replace(/js$/, 'bin')
  write(path, artefact.text)
  write(imagePath, artefact.image)
  write(mapPath(hub, options), artefact.map)
  write(reportPath, `${JSON.stringify(report, undefined, 2)}\n`)
  return {
    report,
    image: { path: imagePath, bytes: artefact.image.length, version: artefact.version },
    rows: figureRows(report.figures, (budgets as Budgets)[engine]?.[hub], before?.figures),
    growth: growthOf(modules, before?.modules ?? modules),
  }
}

const artefactPath = (hub: HubTypeName, options: Options): string => join(options.out, `${hub}.${options.engine}.js`)
const mapPath = (hub: HubTypeName, options: Options): string => `${artefactPath(hub, options)}.map`

function write(path: string, content: string | Uint8Array): void {
  try {
    makeFolder(dirname(path))
  } catch (error) {
    throw fileFailure('write', path, error)
  }
  save(path, content)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw fileFailure('read', path, error)
  }
}

const COLUMNS = [{ title: 'figure' }, right('now'), right('budget'), right('before'), right('change'), { title: '' }]

function text({ report, image, rows, growth }: Built, terminal: Terminal): string {
  const { colors } = terminal
  return [
    `${colors.bold(`spine build ${report.hub}`)} for ${report.engine}, ${report.sha256.slice(0, 16)}\n`,
    table(terminal, COLUMNS, rows.map(({ name, value, budget, before, over }) => [
      name, grouped(value), budget === undefined ? '' : grouped(budget), before === undefined ? '' : grouped(before),
      before === undefined || before === value ? '' : signed(value - before), over ? colors.red('over budget') : '',
    ])),
    `  ${image.path}: version ${image.version}, ${grouped(image.bytes)} bytes\n`,
    ...growth.map(({ module, before, now }) => `  ${signed(now - before)} bytes in ${module}, now ${grouped(now)}\n`),
  ].join('')
}

const grouped = (value: number): string => Math.round(value).toLocaleString('en')
const signed = (change: number): string => `${change > 0 ? '+' : ''}${grouped(change)}`
