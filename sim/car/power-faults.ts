import type { BatteryOptions } from '../power/battery.ts'
import {
  CRANKING_LEVELS, type CrankingLevel, jumpStart, loadDump, pulse4, reverse, type SupplyProfile,
} from '../power/profiles.ts'
import type { SupplyFault } from '../power/supply.ts'
import type { Car } from './car.ts'
import { Reader } from './reader.ts'
import { readBattery, type TopologyData } from './topology.ts'

/** A fault of the copper, from `at_ms` (the beginning) to `until_ms` (the end of the run), when it is repaired. */
export type TimedCopperFault = SupplyFault & { readonly at_ms?: number, readonly until_ms?: number }

/** Something that happens to the supply at `at_ms`, 0 by default. */
export interface SupplyEvent {
  readonly kind: typeof EVENTS[number]
  readonly at_ms?: number
  /** Of `crank`: a level of ISO 16750-2; without one the starter turns on the car's own battery. */
  readonly level?: CrankingLevel
  /** How long it lasts, where that may vary: load dump 40–400 ms, jump start and reversed supply, cranking of pulse 4. */
  readonly duration_ms?: number
}

/** What is wrong with the power of a car, and what happens to it: one record, plain data. */
export interface PowerFaults {
  readonly copper?: readonly TimedCopperFault[]
  readonly supply?: readonly SupplyEvent[]
  /** In place of the car's own figures: level, age (resistance), temperature. */
  readonly battery?: BatteryOptions
}

const EVENTS = ['crank', 'loadDump', 'pulse4', 'jumpStart', 'reverse'] as const
/** Faults, and the fields each has of its own. */
const FAULTS = { cut: ['conductor'], corrosion: ['conductor', 'extra_Ohm'], fuse: [], short: ['resistance_Ohm'] } as const
const CONDUCTORS = ['supply', 'return', 'both'] as const
const MOST_ENTRIES = 100
/** A day. */
const LATEST_ms = 86_400_000
const MS_ns = 1_000_000

/** Names of the fields of `PowerFaults`. */
export const POWER_FAULT_FIELDS = ['copper', 'supply', 'battery'] as const

/** Checks data of a file. Throws TopologyError with a line for every wrong field. Cables and hubs are checked when they meet a car. */
export function readPowerFaults(data: unknown, path: string): PowerFaults {
  const reader = new Reader(data, path)
  reader.only(POWER_FAULT_FIELDS)
  for (const entry of entries(reader, 'copper')) entry.attempt(readFault)
  for (const entry of entries(reader, 'supply')) entry.attempt(readEvent)
  reader.attempt(() => readBattery(reader.optional('battery')))
  reader.finish()
  return data as PowerFaults
}

/** The car with another battery. */
export function withBattery(topology: TopologyData, faults: PowerFaults): TopologyData {
  return faults.battery === undefined ? topology : { ...topology, battery: { ...topology.battery, ...faults.battery } }
}

/** Lets it all happen to a car in its time. Throws RangeError for a cable or hub that the car has not. */
export function schedulePowerFaults(car: Car, { copper = [], supply = [] }: PowerFaults): void {
  const { network } = car.power.supply
  const at = (time_ms: number, name: string, happen: () => void): void => {
    if (time_ms === 0) happen()
    else car.kernel.after(Math.round(time_ms * MS_ns), name, happen)
  }
  for (const { at_ms = 0, until_ms, ...fault } of copper) {
    if ('cable' in fault) {
      const cable = network.cableIndex(fault.cable)
      if (fault.kind === 'fuse' && network.topology.cables[cable]!.fuse === undefined) throw new RangeError(`cable ${fault.cable} has no fuse`)
    } else network.hubIndex(fault.hub)
    at(at_ms, `${fault.kind} fault`, () => car.powerFault(fault))
    if (until_ms !== undefined) at(until_ms, `${fault.kind} repaired`, () => car.powerRepair(fault))
  }
  for (const event of supply) {
    const profile = profileOf(event)
    at(event.at_ms ?? 0, event.kind, () => profile === undefined ? car.crank(event.level) : car.profile(profile))
  }
}

function profileOf({ kind, duration_ms }: SupplyEvent): SupplyProfile | undefined {
  switch (kind) {
    case 'crank': return undefined
    case 'loadDump': return loadDump(duration_ms)
    case 'pulse4': return pulse4(duration_ms === undefined ? {} : { cranking_s: duration_ms / 1000 })
    case 'jumpStart': return jumpStart(duration_ms === undefined ? undefined : duration_ms / 1000)
    case 'reverse': return reverse(duration_ms === undefined ? undefined : duration_ms / 1000)
  }
}

function entries(reader: Reader, name: string): Reader[] {
  return reader.attempt(() => reader.optional(name)?.items(0, MOST_ENTRIES)) ?? []
}

function readFault(entry: Reader): void {
  const kind = entry.field('kind').oneOf(Object.keys(FAULTS) as (keyof typeof FAULTS)[])
  const place = kind === 'short' ? 'hub' : 'cable'
  entry.only(['kind', place, ...FAULTS[kind], 'at_ms', 'until_ms'])
  entry.attempt(() => entry.field(place).text())
  if (kind === 'corrosion') entry.attempt(() => entry.field('extra_Ohm').number(0, 100, 'Ω'))
  if (kind === 'short') entry.attempt(() => entry.field('resistance_Ohm').number(0.001, 100, 'Ω'))
  entry.attempt(() => entry.optional('conductor')?.oneOf(CONDUCTORS))
  const at_ms = entry.attempt(() => entry.optional('at_ms')?.number(0, LATEST_ms, 'ms')) ?? 0
  entry.attempt(() => entry.optional('until_ms')?.number(at_ms, LATEST_ms, 'ms'))
}

function readEvent(entry: Reader): void {
  const kind = entry.field('kind').oneOf(EVENTS)
  entry.only(['kind', 'at_ms', ...(kind === 'crank' ? ['level'] : ['duration_ms'])])
  entry.attempt(() => entry.optional('at_ms')?.number(0, LATEST_ms, 'ms'))
  entry.attempt(() => entry.optional('level')?.oneOf(CRANKING_LEVELS))
  const [low_ms, high_ms] = kind === 'loadDump' ? [40, 400] : kind === 'pulse4' ? [500, 20_000] : [1, 3_600_000]
  entry.attempt(() => entry.optional('duration_ms')?.number(low_ms, high_ms, 'ms'))
}
