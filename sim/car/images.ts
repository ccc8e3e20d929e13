import { createHub } from '#firmware/hub.ts'
import { DASH } from '#firmware/hubs/dash.ts'
import { DOOR } from '#firmware/hubs/door.ts'
import { HOOD } from '#firmware/hubs/hood.ts'
import { STEREO } from '#firmware/hubs/stereo.ts'
import { TRUNK } from '#firmware/hubs/trunk.ts'
import type { HubTypeName } from '#protocol/catalogue/locations.ts'
import type { FirmwareImage } from '../host/hub-host.ts'

/** The firmware of each hub type, run from its sources. */
export const IMAGES: Readonly<Record<HubTypeName, FirmwareImage>> = {
  dash: hal => createHub(hal, DASH),
  door: hal => createHub(hal, DOOR),
  trunk: hal => createHub(hal, TRUNK),
  hood: hal => createHub(hal, HOOD),
  stereo: hal => createHub(hal, STEREO),
}
