import { readFileSync } from 'node:fs'
import { readTopology, type TopologyData } from '#sim/car/index.ts'

/** Longest wait: what a timer of Node can hold, 24.8 days. */
const LONGEST_ms = 2_147_483_647
const LARGEST_SEED = 0xffff_ffff

/** The time that `what` was given, when it is one. Throws RangeError. */
export function duration(what: string, value_ms: number): number {
  if (value_ms >= 0 && value_ms <= LONGEST_ms) return value_ms
  throw new RangeError(`${what} ${value_ms} ms is outside 0…${LONGEST_ms} ms`)
}

/** Throws RangeError. */
export function seed(what: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= LARGEST_SEED) return value
  throw new RangeError(`${what} ${value} is not a whole number in 0…${LARGEST_SEED}`)
}

/** `SPINE_SEED`, which overrides the seeds of all journeys; undefined when it is not set. Throws RangeError. */
export function seedOfEnvironment(environment: Readonly<Record<string, string | undefined>> = process.env): number | undefined {
  const text = environment['SPINE_SEED']
  if (text === undefined || text === '') return undefined
  if (/^\d+$/.test(text)) return seed('SPINE_SEED', Number(text))
  throw new RangeError(`SPINE_SEED "${text}" is not a whole number in 0…${LARGEST_SEED}`)
}

/**
 * The car whose file `SPINE_CAR` names: what journeys drive that name no car of their own; undefined when it is not set.
 * @throws DataError with a line for each field that is wrong.
 */
export function carOfEnvironment(environment: Readonly<Record<string, string | undefined>> = process.env): TopologyData | undefined {
  const file = environment['SPINE_CAR']
  if (file === undefined || file === '') return undefined
  const data: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''))
  readTopology(data, file)
  return data as TopologyData
}
