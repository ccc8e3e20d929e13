import { type Command, InvalidArgumentError, Option } from 'commander'
import { SHAPES } from '#sim/body/index.ts'
import { COMMON, type Corner, CORNERS, type Fitting, newCar, planOf, usualRear, type Wish } from '#sim/plan/index.ts'
import { carJson } from '../car/car-file.ts'
import { dataAsUsage } from '../lib/failure.ts'
import { wholeNumber } from '../lib/options.ts'
import { save } from '../lib/save.ts'
import { tell } from '../lib/tell.ts'
import type { Terminal } from '../lib/terminal.ts'
import { askCar, fittingsIn, listText } from './ask-car.ts'

/** What `spine new car` understands; a corner is an option of its name. */
export interface CarOptions extends Partial<Record<Corner, Fitting[]>> {
  readonly body?: Wish['body']
  readonly length?: number
  readonly width?: number
  readonly height?: number
  readonly doors?: '2' | '4'
  readonly seats?: number
  readonly out?: string
  readonly json?: boolean
}

const corners = Object.keys(CORNERS) as Corner[]
const size = wholeNumber(500, 25_000)

export function addCarOptions(command: Command): void {
  command
    .addOption(new Option('--body <type>', 'car: its body, from which lengths and lines come').choices(Object.keys(SHAPES)))
    .option('--length <mm>', 'car: measured; otherwise as its body has it', size)
    .option('--width <mm>', 'car: measured', size)
    .option('--height <mm>', 'car: measured', size)
    .addOption(new Option('--doors <n>', 'car: how many').choices(['2', '4']))
    .option('--seats <n>', 'car: how many', wholeNumber(1, 12))
    .option('--out <file>', 'car: where its file goes (default: NAME.json)')
  for (const corner of corners) {
    command.option(`--${corner} <list>`, `car: what is in ${CORNERS[corner].about}, of ${CORNERS[corner].fits.join(',')}; none`, (text) => {
      const found = fittingsIn(corner, text)
      if (found === undefined) throw new InvalidArgumentError(`There fit ${CORNERS[corner].fits.join(', ')}; or none.`)
      return found
    })
  }
}

/** Makes a car's file: by its options, or by asking where there is a terminal and nothing was said. */
export async function makeCar(name: string, options: CarOptions, terminal: Terminal): Promise<void> {
  const said = [...corners, 'body', 'length', 'width', 'height', 'doors', 'seats'] as const
  const asks = terminal.isTTY && said.every(option => options[option] === undefined)
  const wish = asks ? await askCar(name, terminal) : wishOf(name, options)
  const car = dataAsUsage(() => newCar(wish))
  const file = options.out ?? `${name.replace(/[^\w.-]+/g, '-')}.json`
  save(file, carJson(car))
  const hubs = car.hubs.map(hub => hub.location)
  const { spine_m, drops_m } = planOf(car).totals
  tell(terminal, options.json, () => ({ file, hubs, spine_m, drops_m }), () => [
    `${file}: a ${wish.body} with ${hubs.length} hubs, spine ${spine_m.toFixed(1)} m, drops ${drops_m.toFixed(1)} m. Next:\n`,
    `  npx spine plan --car ${file} --html plan.html\n  npx spine budget --car ${file}\n  npx spine car --car ${file}\n`,
  ].join(''))
}

function wishOf(name: string, options: CarOptions): Wish {
  const { body = 'sedan', length: length_mm, width: width_mm, height: height_mm } = options
  const common = COMMON[body]
  const doors = options.doors === undefined ? common.doors : options.doors === '2' ? 2 : 4
  const fittings = Object.fromEntries(corners.map(corner =>
    [corner, options[corner] ?? (corner === 'rear' ? usualRear(body, doors) : common.fittings[corner])])) as Record<Corner, readonly Fitting[]>
  return { name, body, length_mm, width_mm, height_mm, doors, seats: options.seats ?? common.seats, fittings }
}

/** What a car of each body has when nothing is said, for the help. */
export const BODIES_TEXT = (Object.keys(SHAPES) as Wish['body'][]).map(type =>
  `  ${type.padEnd(7)} ${SHAPES[type].about}; front: ${listText(COMMON[type].fittings.front)}`).join('\n')
