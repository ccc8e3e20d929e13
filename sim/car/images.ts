import { type CarPower, createHub, type HubImage } from '#firmware/hub/index.ts'
import { IMAGES } from '#firmware/hubs/index.ts'
import type { HubTypeName } from '#protocol/index.ts'
import type { FirmwareImage } from '../host/index.ts'

/** The firmware of each hub type, run from its sources, built into a car with this power; without it every port has what it wants. */
export function imagesFor(power: CarPower | undefined): Readonly<Record<HubTypeName, FirmwareImage>> {
  const built = (image: HubImage): FirmwareImage => {
    const complete = power === undefined ? image : { ...image, power }
    return hal => createHub(hal, complete)
  }
  const { dash, door, trunk, hood, stereo } = IMAGES
  return { dash: built(dash), door: built(door), trunk: built(trunk), hood: built(hood), stereo: built(stereo) }
}
