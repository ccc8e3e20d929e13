import { type CarFaults, readFaults, type TopologyData } from '#sim/car/index.ts'
import { readData } from '../lib/json-file.ts'

/** Reads the faults of a run of this car from a JSON file. Throws a usage error that names the file, and everything wrong in it. */
export function readFaultsFile(path: string, topology: TopologyData): CarFaults {
  return readData(path, 'has faults that cannot be', data => readFaults(data, topology))
}
