import { BUS_FAULTS } from '../bus/index.ts'
import { type Data, DataError, object, optional, read } from '../schema/index.ts'
import { busFaultProblems, powerFaultProblems } from './fault-names.ts'
import { POWER_FAULTS } from './power-faults.ts'
import type { TopologyData } from './topology.ts'

const faultsSchema = object({ ...BUS_FAULTS, spineB: optional(object(BUS_FAULTS)), ...POWER_FAULTS }, 'an object like {"bitErrorRate": 1e-6}')

/** All that is wrong with a car from the start, or goes wrong in its time. */
export type CarFaults = Data<typeof faultsSchema>

/**
 * Checks data of a file.
 * @throws DataError with a line for every wrong field and every name that the car has not.
 */
export function readFaults(data: unknown, topology: TopologyData, path = 'faults'): CarFaults {
  const faults = read(faultsSchema, data, path)
  const problems = [...busFaultProblems(faults, topology, path), ...powerFaultProblems(faults, topology, path)]
  if (problems.length > 0) throw new DataError(problems)
  return faults
}
