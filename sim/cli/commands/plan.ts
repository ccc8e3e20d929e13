import { writeFileSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { GOAL, partsCsv, type Plan, planOf, type SizeGoal, sizeCar, type Sizing, wiresCsv } from '#sim/plan/index.ts'
import { DataError } from '#sim/schema/index.ts'
import { CAR_HELP, CAR_OPTION, carJson, readCar } from '../car/car-file.ts'
import { fileFailure, usage } from '../lib/failure.ts'
import { shared } from '../lib/options.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'
import { readPriceFile } from '../plan/price-file.ts'
import { planText, sizingText } from '../plan/plan-text.ts'

const HELP = `
What to buy, cut, plug in and label for the one cable of a car, from its file, and what flows in it: each cable with its fuse, the
current, the volts lost and the heat at the worst load that the power manager admits; connectors and pins; parts with metres and
mass; what is too weak, with the smallest change that mends it. Places, lines and slack of the body are in the car's file.

--size chooses gauges (ISO 6722) and fuses (ISO 8820): of all spines the one with least copper with which every hub can have all that
lasts at once and the largest start on top, the car --together of that, no hub falls below 9 V, each fuse protects its cable and a
short opens it. Lengths are those of the body. --save writes the sized car as a file for --car.

Prices are yours: JSON { "currency": "EUR", "prices": { "wire-16-RD": { "price": 2.1, "per": "m" } } } or CSV with the columns id, price,
per, currency; the ids are those of the parts list. An output without a file name goes to standard output.

Examples:
  npx spine plan
  npx spine plan --car mine.json --size --save sized.json
  npx spine plan --car coupe --pins
  npx spine plan --csv parts.csv --wires wires.csv --prices prices.json`

/** An output, by the name of its option; `true`: to standard output. */
type Output = 'csv' | 'wires'

interface Options extends Partial<Record<Output, string | true>> {
  readonly car?: string
  readonly size?: boolean
  readonly layout: SizeGoal['layout']
  readonly together: number
  readonly save?: string
  readonly prices?: string
  readonly pins?: boolean
  readonly json?: boolean
}

const OUTPUTS: Readonly<Record<Output, { readonly about: string, readonly make: (plan: Plan) => string }>> = {
  csv: { about: 'the parts list as CSV', make: partsCsv },
  wires: { about: 'the wires as CSV, to cut and crimp by', make: wiresCsv },
}

/** `spine plan`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option(CAR_OPTION, CAR_HELP)
    .option('--size', 'choose gauges and fuses')
    .addOption(new Option('--layout <line|ring>', 'with --size: a ring carries everything either way').choices(['line', 'ring']).default(GOAL.layout))
    .option('--together <share>', 'with --size: share of all that lasts that runs at once', share, GOAL.together)
    .option('--save <file>', 'with --size: write the sized car there')
    .option('--prices <file>', 'a price table of yours, JSON or CSV')
    .option('--pins', 'the contacts of every plug, too')
  for (const [name, { about }] of Object.entries(OUTPUTS)) command.option(`--${name} [file]`, about)
  command
    .addOption(shared('json', 'all of it for programs'))
    .addHelpText('after', HELP)
    .action((options: Options) => asUsage(() => act(options, terminal)))
}

function act(options: Options, terminal: Terminal): void {
  const outputs = (Object.keys(OUTPUTS) as Output[]).filter(name => options[name] !== undefined)
  const toScreen = outputs.filter(name => options[name] === true)
  if (toScreen.length > 1 || (toScreen.length > 0 && options.json === true)) {
    throw usage(`${[...toScreen.map(name => `--${name}`), ...options.json === true ? ['--json'] : []].join(' and ')} cannot share standard output: name files`)
  }
  if (options.save !== undefined && options.size !== true) throw usage('--save is for --size')
  const given = readCar(options.car)
  const sizing = options.size === true ? sizeCar(given, { together: options.together, layout: options.layout }) : undefined
  const car = sizing?.car ?? given
  const plan = planOf(car, { prices: options.prices === undefined ? undefined : readPriceFile(options.prices) })
  if (options.save !== undefined) write(options.save, carJson(car))
  for (const name of outputs) {
    const text = OUTPUTS[name].make(plan)
    const file = options[name]
    if (typeof file === 'string') write(file, text)
    else terminal.write(text)
  }
  if (outputs.length > 0 && options.json !== true) return
  print(plan, sizing, options, terminal)
}

function print(plan: Plan, sizing: Sizing | undefined, options: Options, terminal: Terminal): void {
  const chosen = sizing && { goal: sizing.goal, choices: sizing.choices, copper_kg: sizing.copper_kg, tried: sizing.tried }
  tell(terminal, options.json, () => ({ ...plan, sizing: chosen }),
    () => `${sizing === undefined ? '' : sizingText(sizing, terminal)}${planText(plan, options.pins === true, terminal)}`, 2)
}

/** Data that make no sense are a usage error with a line for each. */
function asUsage(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    throw usage(error.problems.length === 1 ? error.message : `${error.problems.length} things are wrong:\n${error.problems.map(problem => `  ${problem}`).join('\n')}`)
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw fileFailure('write', file, error)
  }
}

function share(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value > 0 && value <= 1)) throw new InvalidArgumentError('It must be a share above 0 and up to 1, such as 0.8.')
  return value
}
