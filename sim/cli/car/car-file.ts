import { existsSync } from 'node:fs'
import { CARS, readTopology, type TopologyData } from '#sim/car/index.ts'
import { nearest } from '#protocol/messages/index.ts'
import { usage } from '../lib/failure.ts'
import { readData } from '../lib/json-file.ts'

/** For `--car`. */
export const CAR_OPTION = '--car <name|file>'
export const CAR_HELP = `one of ${Object.keys(CARS).join(', ')}, or a JSON file as --print-car prints it`

/** What `--car` means: a car that comes with the project, or a file. Throws a usage error with one line for each wrong field. */
export function readCar(name: string | undefined): TopologyData {
  if (name === undefined) return CARS.sedan!
  if (Object.hasOwn(CARS, name)) return CARS[name]!
  if (!/[./\\]/.test(name) && !existsSync(name)) {
    const guess = nearest(name, Object.keys(CARS))
    throw usage(`there is no car "${name}", and no such file; ${guess === undefined ? '' : `did you mean ${guess}? `}cars are ${Object.keys(CARS).join(', ')}`)
  }
  return readData(name, 'describes no car', (data) => {
    readTopology(data, 'car')
    return data as TopologyData
  })
}

/** A car as its file. */
export function carJson(car: TopologyData): string {
  return `${JSON.stringify(car, null, 2)}\n`
}
