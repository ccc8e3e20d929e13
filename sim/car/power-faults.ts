import * as z from 'zod/mini'
import {
  batterySchema, COPPER_FAULTS, CRANKING_LEVELS, jumpStart, loadDump, PLACE_NAMES, pulse4, reverse, type SupplyProfile,
} from '../power/index.ts'
import { type Data, DataError, type FieldsData, list, number, object, oneOf, oneOfObjects, optional, related } from '../schema/index.ts'
import type { Car } from './car.ts'
import { powerFaultProblems } from './fault-names.ts'
import type { TopologyData } from './topology.ts'

const MOST_ENTRIES = 100
/** A day. */
const LATEST_ms = 86_400_000
const MS_ns = 1_000_000

const time_ms = number(0, LATEST_ms, 'ms')
/** When it begins, by default at the beginning, and when it is repaired, by default never. */
const SPAN = { at_ms: optional(time_ms), until_ms: optional(time_ms) }

interface Span { readonly at_ms?: number | undefined, readonly until_ms?: number | undefined }

function lasts({ at_ms = 0, until_ms = at_ms }: Span, path: string): string[] {
  return until_ms >= at_ms ? [] : [`${path}.until_ms: is ${until_ms}, not a number in ${at_ms}…${LATEST_ms} ms`]
}

/** A fault of the copper for a time. */
const timedCopperFault = oneOfObjects('kind', [
  related(object({ ...COPPER_FAULTS.cut, ...SPAN }), lasts),
  related(object({ ...COPPER_FAULTS.corrosion, ...SPAN }), lasts),
  related(object({ ...COPPER_FAULTS.fuse, ...SPAN }), lasts),
  related(object({ ...COPPER_FAULTS.short, ...SPAN }), lasts),
  related(object({ ...COPPER_FAULTS.diode, ...SPAN }), lasts),
  related(object({ ...COPPER_FAULTS.cableShort, ...SPAN }), lasts),
])

const at_ms = optional(time_ms)
const ambient_C = optional(number(-40, 149, '°C'))
const lasting = optional(number(1, 3_600_000, 'ms'))

/** Something that happens to the supply at `at_ms`, 0 by default, for `duration_ms` where that may vary. */
const supplyEvent = oneOfObjects('kind', [
  /** At a level of ISO 16750-2; without one the starter turns on the car's own battery. */
  object({ kind: z.literal('crank'), at_ms, level: optional(oneOf(CRANKING_LEVELS)) }),
  object({ kind: z.literal('loadDump'), at_ms, duration_ms: optional(number(40, 400, 'ms')) }),
  object({ kind: z.literal('pulse4'), at_ms, duration_ms: optional(number(500, 20_000, 'ms')) }),
  object({ kind: z.literal('jumpStart'), at_ms, duration_ms: lasting }),
  object({ kind: z.literal('reverse'), at_ms, duration_ms: lasting }),
])

/** What is wrong with the power of a car, and what happens to it: one record, plain data. */
export const POWER_FAULTS = {
  copper: optional(list(timedCopperFault, 0, MOST_ENTRIES)),
  supply: optional(list(supplyEvent, 0, MOST_ENTRIES)),
  /** In place of the car's own figures: level, age (resistance), temperature. */
  battery: optional(batterySchema),
  /** What is around hubs and cables by place, instead of what is around the battery. */
  ambient: optional(object({ cabin: ambient_C, door: ambient_C, engineBay: ambient_C })),
}

export type PowerFaults = FieldsData<typeof POWER_FAULTS>
type SupplyEvent = Data<typeof supplyEvent>

/** The car with another battery. */
export function withBattery(topology: TopologyData, faults: PowerFaults): TopologyData {
  return faults.battery === undefined ? topology : { ...topology, battery: { ...topology.battery, ...faults.battery } }
}

/** Lets it all happen to a car in its time. Throws a DataError for cables and hubs that the car has not. */
export function schedulePowerFaults(car: Car, faults: PowerFaults): void {
  const problems = powerFaultProblems(faults, car.topology, 'faults')
  if (problems.length > 0) throw new DataError(problems)
  const at = (time_ms: number, name: string, happen: () => void): void => {
    if (time_ms === 0) happen()
    else car.kernel.after(Math.round(time_ms * MS_ns), name, happen)
  }
  for (const place of PLACE_NAMES) {
    const here_C = faults.ambient?.[place]
    if (here_C !== undefined) car.setAmbient_C(place, here_C)
  }
  for (const { at_ms = 0, until_ms, ...fault } of faults.copper ?? []) {
    at(at_ms, `${fault.kind} fault`, () => car.powerFault(fault))
    if (until_ms !== undefined) at(until_ms, `${fault.kind} repaired`, () => car.powerRepair(fault))
  }
  for (const event of faults.supply ?? []) {
    at(event.at_ms ?? 0, event.kind, event.kind === 'crank' ? () => car.crank(event.level) : playing(car, profileOf(event)))
  }
}

function playing(car: Car, profile: SupplyProfile): () => void {
  return () => car.profile(profile)
}

function profileOf({ kind, duration_ms }: Exclude<SupplyEvent, { readonly kind: 'crank' }>): SupplyProfile {
  switch (kind) {
    case 'loadDump': return loadDump(duration_ms)
    case 'pulse4': return pulse4(duration_ms === undefined ? {} : { cranking_s: duration_ms / 1000 })
    case 'jumpStart': return jumpStart(duration_ms === undefined ? undefined : duration_ms / 1000)
    case 'reverse': return reverse(duration_ms === undefined ? undefined : duration_ms / 1000)
  }
}
