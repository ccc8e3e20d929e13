import { DOORS, HUBS, LOCATION } from '#protocol/index.ts'
import type { LocationName } from '#protocol/catalogue/index.ts'
import { byName, DataError, object, optional, read, whole } from '../schema/index.ts'

/** What is translated. RV-C numbers each kind from 1 on its own. */
export type Kind = 'window' | 'lock' | 'light'

export interface Device {
  readonly kind: Kind
  readonly location: LocationName
  /** Of a lamp; 0 of others. */
  readonly channel: number
  /** RV-C's, 1–253. */
  readonly instance: number
}

const LOCKS = [...DOORS, 'TRUNK'] as const
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 7] as const

/**
 * `FL` of a window or lock, `DASH.0` of a lamp, and its place. By default: windows and locks 1 FL … 6 TRUNK, lamps
 * 10 × location + channel.
 */
const DEFAULTS: Readonly<Record<Kind, ReadonlyMap<string, Device>>> = {
  window: new Map(DOORS.map(location => [location, { kind: 'window', location, channel: 0, instance: LOCATION[location] }])),
  lock: new Map(LOCKS.map(location => [location, { kind: 'lock', location, channel: 0, instance: LOCATION[location] }])),
  light: new Map(HUBS.flatMap(location => CHANNELS.map(channel =>
    [`${location}.${channel}`, { kind: 'light', location, channel, instance: 10 * LOCATION[location] + channel }]))),
}

const table = optional(byName(whole(1, 253)))
const INSTANCES = object({ window: table, lock: table, light: table })

/**
 * The devices with the instances of a file: `{ "window": { "FL": 11 }, "light": { "DASH.0": 1 } }`. A kind that the file has is
 * those that it names and no others. Throws a DataError for what is no device, and for an instance that two have.
 */
export function devicesOf(data: unknown = {}, path = 'instances'): readonly Device[] {
  const given = read(INSTANCES, data, path)
  return (['window', 'lock', 'light'] as const).flatMap((kind) => {
    const named = given[kind]
    if (named === undefined) return [...DEFAULTS[kind].values()]
    const devices = Object.entries(named).map(([name, instance]) => {
      const device = DEFAULTS[kind].get(name)
      if (device === undefined) throw new DataError([`${path}.${kind}.${name}: there is no such ${kind}; there are ${[...DEFAULTS[kind].keys()].join(', ')}`])
      return { ...device, instance }
    })
    const twice = devices.find(({ instance }, at) => devices.findIndex(other => other.instance === instance) !== at)
    if (twice !== undefined) throw new DataError([`${path}.${kind}: two have the instance ${twice.instance}`])
    return devices
  })
}
