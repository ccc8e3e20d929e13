import { type Command, InvalidArgumentError, Option } from 'commander'
import type { TopologyData } from '#sim/car/index.ts'
import {
  ASSUMPTIONS, type Assumptions, compare, type Comparison, diagramOf, diagramSvg, GOAL, kblXml, labelsSvg, partsCsv, type Plan, planHtml,
  PIN_BOARDS, planOf, readAssumptions, type SizeGoal, sizeCar, type Sizing, USUAL_BOARD, wiresCsv, wirevizYaml,
} from '#sim/plan/index.ts'
import { CAR_HELP, CAR_OPTION, carJson, readCar } from '../car/car-file.ts'
import { dataAsUsage, usage } from '../lib/failure.ts'
import { readData } from '../lib/json-file.ts'
import { shared } from '../lib/options.ts'
import { save } from '../lib/save.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'
import { assumptionsText, compareText } from '../plan/compare-text.ts'
import { planText, sizingText } from '../plan/plan-text.ts'
import { readPriceFile } from '../plan/price-file.ts'

const HELP = `
What to buy, cut, plug in and label for the one cable of a car, from its file, and what flows in it: each cable with its fuse, the
current, the volts lost and the heat at the worst load that the power manager admits; connectors and pins; parts with metres and
mass; what is too weak, with the smallest change that mends it. Places, lines and slack of the body are in the car's file.

--size chooses gauges (ISO 6722) and fuses (ISO 8820): of all spines the one with least copper with which every hub can have all that
lasts at once and the largest start on top, the car --together of that, no hub falls below 9 V, each fuse protects its cable and a
short at a hub opens its drop's. --layout dual lays two spines of which each does all that. Lengths are those of the body. --save writes the sized car as a file for --car.

--compare puts the same functions beside it, wired point to point as cars are today: ranges, never points, each from assumptions by
name. --list-assumptions prints them with their sources; a file for --assumptions replaces some: { "contact_s": { "low": 5, "high": 9 } }.

Prices are yours: JSON { "currency": "EUR", "prices": { "wire-16-RD": { "price": 2.1, "per": "m" } } } or CSV with the columns id, price,
per, currency; the ids are those of the parts list. An output without a file name, or named -, goes to standard output.

Examples:
  npx spine plan
  npx spine plan --car van --html van.html --svg van.svg
  npx spine plan --car mine.json --size --save sized.json
  npx spine plan --compare --family sedan coupe
  npx spine plan --csv parts.csv --wires wires.csv --prices prices.json`

interface Planned {
  readonly car: TopologyData
  readonly plan: Plan
  readonly comparison: Comparison | undefined
}

/** What a plan can be written as, by the name of its option. */
const OUTPUTS = {
  html: { about: 'all of it as a page, to print too', make: ({ car, plan, comparison }) => planHtml(diagramOf(plan, car), comparison) },
  svg: { about: 'the wiring diagram, one sheet A4', make: ({ car, plan }) => diagramSvg(diagramOf(plan, car)) },
  labels: { about: 'labels for the ends of the cables, as SVG', make: ({ plan }) => labelsSvg(plan) },
  csv: { about: 'the parts list as CSV', make: ({ plan }) => partsCsv(plan) },
  wires: { about: 'the wires as CSV, to cut and crimp by', make: ({ plan }) => wiresCsv(plan) },
  wireviz: { about: 'spine and drops for WireViz, as YAML', make: ({ plan }) => wirevizYaml(plan) },
  kbl: { about: 'spine and drops as KBL 2.4 (VDA 4964), as XML', make: ({ car, plan }) => kblXml(plan, car) },
} as const satisfies Readonly<Record<string, { readonly about: string, readonly make: (planned: Planned) => string }>>
type Output = keyof typeof OUTPUTS

/** An output is a file, or `true`: standard output. */
interface Options extends Partial<Record<Output, string | true>> {
  readonly car?: string
  readonly size?: boolean
  readonly layout?: SizeGoal['layout']
  readonly together: number
  readonly save?: string
  readonly prices?: string
  readonly pins?: boolean
  readonly board: (typeof PIN_BOARDS)[number]
  readonly compare?: boolean
  readonly family?: readonly string[]
  readonly assumptions?: string
  readonly listAssumptions?: boolean
  readonly json?: boolean
}

/** `spine plan`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option(CAR_OPTION, CAR_HELP)
    .option('--size', 'choose gauges and fuses')
    .addOption(new Option('--layout <how>', 'with --size: a ring carries everything either way, of two spines each does (default: as the car is)').choices(['line', 'ring', 'dual']))
    .option('--together <share>', 'with --size: share of all that lasts that runs at once', share, GOAL.together)
    .option('--save <file>', 'with --size: write the sized car there')
    .option('--compare', 'beside the same functions wired point to point')
    .option('--family <cars...>', 'with --compare: cars that are built together')
    .option('--assumptions <file>', 'yours, in the place of some of the comparison\'s')
    .option('--list-assumptions', 'print every assumption of the comparison')
    .option('--prices <file>', 'a price table of yours, JSON or CSV')
    .option('--pins', 'the contacts of every plug, too, and which pins of the board are behind them')
    .addOption(new Option('--board <name>', 'of which the hubs are made').choices(PIN_BOARDS).default(USUAL_BOARD))
  for (const [name, { about }] of Object.entries(OUTPUTS)) command.option(`--${name} [file]`, about, file => file === '-' ? true : file)
  command
    .addOption(shared('json', 'all of it for programs'))
    .addHelpText('after', HELP)
    .action((options: Options) => dataAsUsage(() => act(options, terminal)))
}

function act(options: Options, terminal: Terminal): void {
  const outputs = (Object.keys(OUTPUTS) as Output[]).filter(name => options[name] !== undefined)
  check(outputs, options)
  const assumptions = options.assumptions === undefined
    ? ASSUMPTIONS : readData(options.assumptions, 'has no such assumptions', data => readAssumptions(data))
  if (options.listAssumptions === true) return tellAssumptions(assumptions, options, terminal)
  const given = readCar(options.car)
  const sizing = options.size === true ? sizeCar(given, { together: options.together, layout: options.layout }) : undefined
  const car = sizing?.car ?? given
  const plan = planOf(car, { board: options.board, prices: options.prices === undefined ? undefined : readPriceFile(options.prices) })
  const others = options.family?.map(readCar) ?? []
  const family = [car, ...others.filter(other => other.name !== car.name)]
  const comparison = options.compare === true ? compare(car, family, assumptions) : undefined
  if (options.save !== undefined) save(options.save, carJson(car))
  for (const name of outputs) {
    const text = OUTPUTS[name].make({ car, plan, comparison })
    const file = options[name]
    if (typeof file === 'string') save(file, text)
    else terminal.write(text)
  }
  if (outputs.length === 0 || options.json === true) print(plan, sizing, comparison, options, terminal)
}

function check(outputs: readonly Output[], options: Options): void {
  const toScreen = [...outputs.filter(name => options[name] === true), ...options.json === true ? ['json'] : []]
  if (toScreen.length > 1) throw usage(`${toScreen.map(name => `--${name}`).join(' and ')} cannot share standard output: name files`)
  for (const option of ['save', 'layout'] as const) if (options[option] !== undefined && options.size !== true) throw usage(`--${option} is for --size`)
  if (options.family !== undefined && options.compare !== true) throw usage('--family is for --compare')
}

function tellAssumptions(assumptions: Assumptions, options: Options, terminal: Terminal): void {
  const listed = Object.entries(assumptions).map(([name, one]) => ({ name, ...one }))
  tell(terminal, options.json, () => assumptions, () => assumptionsText({ assumptions: listed }, terminal), 2)
}

function print(plan: Plan, sizing: Sizing | undefined, comparison: Comparison | undefined, options: Options, terminal: Terminal): void {
  const chosen = sizing && { goal: sizing.goal, choices: sizing.choices, copper_kg: sizing.copper_kg, tried: sizing.tried }
  tell(terminal, options.json, () => ({ ...plan, sizing: chosen, comparison }), () => [
    sizing === undefined ? '' : sizingText(sizing, terminal),
    comparison === undefined ? planText(plan, options.pins === true, terminal) : compareText(comparison, terminal),
  ].join(''), 2)
}

function share(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value > 0 && value <= 1)) throw new InvalidArgumentError('It must be a share above 0 and up to 1, such as 0.8.')
  return value
}
