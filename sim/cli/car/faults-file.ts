import { unknown } from '#protocol/messages/errors.ts'
import type { BusFaultOptions } from '#sim/bus/faults.ts'
import { POWER_FAULT_FIELDS, type PowerFaults, readPowerFaults } from '#sim/car/power-faults.ts'
import { TopologyError } from '#sim/car/reader.ts'
import { usage } from '../lib/failure.ts'
import { readJson } from '../lib/json-file.ts'

const rate = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1
const record = (check: (value: unknown) => boolean) => (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(check)
const list = (check: (value: unknown) => boolean) => (value: unknown): boolean => Array.isArray(value) && value.every(check)
const babble = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Number.isInteger((value as { id?: unknown }).id)

/** What each field may be, for people and for the check. */
const FIELDS: Readonly<Record<keyof BusFaultOptions, { readonly is: string, readonly check: (value: unknown) => boolean }>> = {
  bitErrorRate: { is: 'a chance per bit, 0 to 1', check: rate },
  nodeBitErrorRate: { is: 'chances per bit by node, like {"FL": 1e-5}', check: record(rate) },
  frameLossRate: { is: 'chances per frame by node, like {"FL": 0.01}', check: record(rate) },
  dropped: { is: 'a list of nodes, like ["FL"]', check: list(item => typeof item === 'string') },
  babbling: { is: 'frames by node, like {"FL": {"id": 1}}', check: record(babble) },
  cuts: { is: 'a list of positions along the spine, like [2]', check: list(Number.isInteger) },
  stuckDominant: { is: 'true or false', check: value => typeof value === 'boolean' },
}

/** All that is wrong with a car from the start, or goes wrong in its time. */
export interface CarFaults {
  readonly bus: BusFaultOptions
  readonly power: PowerFaults
}

/** Reads the faults of a run from a JSON file. Throws a usage error that names the file and the wrong field. */
export function readFaults(path: string): CarFaults {
  const data = readJson(path)
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw usage(`${path}: it must be an object like {"bitErrorRate": 1e-6}`)
  const bus: Record<string, unknown> = {}
  const power: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(data)) {
    if (POWER_FAULT_FIELDS.some(field => field === name)) {
      power[name] = value
      continue
    }
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name as keyof BusFaultOptions] : undefined
    if (field === undefined) throw usage(`${path}: ${unknown('fault', name, [...Object.keys(FIELDS), ...POWER_FAULT_FIELDS]).message}`)
    if (!field.check(value)) throw usage(`${path}: ${name} must be ${field.is}`)
    bus[name] = value
  }
  try {
    return { bus, power: readPowerFaults(power, 'faults') }
  } catch (error) {
    if (error instanceof TopologyError) throw usage(`${path}: ${error.problems.join('; ')}`)
    throw error
  }
}
