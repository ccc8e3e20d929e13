import type { CodeOf, NameOf } from './enums.ts'

/** Location codes, the low nibble of PS and of a hub's source address. */
export const LOCATION = {
  ALL: 0, FL: 1, FR: 2, RL: 3, RR: 4, DASH: 5, TRUNK: 6, HOOD: 7, STEREO: 8,
} as const
export type Location = CodeOf<typeof LOCATION>
export type LocationName = NameOf<typeof LOCATION>

export const LOCATION_NAMES: readonly LocationName[] = ['ALL', 'FL', 'FR', 'RL', 'RR', 'DASH', 'TRUNK', 'HOOD', 'STEREO']

export const DOORS = ['FL', 'FR', 'RL', 'RR'] as const
export const HUBS = ['FL', 'FR', 'RL', 'RR', 'DASH', 'TRUNK', 'HOOD', 'STEREO'] as const

/**
 * Firmware images, and the J1939-81 NAME function code each one claims with: from the range 128–254, whose meaning
 * depends on the industry group, so that no tool takes a door for an engine.
 */
export const HUB_TYPE = { dash: 129, door: 130, trunk: 131, hood: 132, stereo: 133 } as const
export type HubType = CodeOf<typeof HUB_TYPE>
export type HubTypeName = NameOf<typeof HUB_TYPE>
/** Where a hub can be: every location but `ALL`. */
export type HubName = (typeof HUBS)[number]

/** Which image runs at a location. One door image fits every door. */
export const HUB_TYPE_AT: Readonly<Record<HubName, HubTypeName>> = {
  FL: 'door', FR: 'door', RL: 'door', RR: 'door', DASH: 'dash', TRUNK: 'trunk', HOOD: 'hood', STEREO: 'stereo',
}
