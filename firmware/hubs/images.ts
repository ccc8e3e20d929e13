import type { HubTypeName } from '#protocol/index.ts'
import type { HubImage } from '../hub/index.ts'
import { DASH } from './dash.ts'
import { DOOR } from './door.ts'
import { HOOD } from './hood.ts'
import { STEREO } from './stereo.ts'
import { TRUNK } from './trunk.ts'

/** The image of each hub type. */
export const IMAGES = {
  dash: DASH, door: DOOR, trunk: TRUNK, hood: HOOD, stereo: STEREO,
} as const satisfies Readonly<Record<HubTypeName, HubImage>>
