import { createHub } from '#firmware/hub.ts'
import { DASH } from '#firmware/hubs/dash.ts'
import { DOOR } from '#firmware/hubs/door.ts'
import { HOOD } from '#firmware/hubs/hood.ts'
import { STEREO } from '#firmware/hubs/stereo.ts'
import { TRUNK } from '#firmware/hubs/trunk.ts'
import type { CarPower, HubImage } from '#firmware/runtime/image.ts'
import type { HubTypeName } from '#protocol/catalogue/locations.ts'
import type { FirmwareImage } from '../host/hub-host.ts'

/** The firmware of each hub type, run from its sources, built into a car with this power; without it every port has what it wants. */
export function imagesFor(power: CarPower | undefined): Readonly<Record<HubTypeName, FirmwareImage>> {
  const built = (image: HubImage): FirmwareImage => {
    const complete = power === undefined ? image : { ...image, power }
    return hal => createHub(hal, complete)
  }
  return { dash: built(DASH), door: built(DOOR), trunk: built(TRUNK), hood: built(HOOD), stereo: built(STEREO) }
}
