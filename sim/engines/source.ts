import { type CarPower, createHub } from '#firmware/hub/index.ts'
import { IMAGES } from '#firmware/hubs/index.ts'
import type { HubTypeName } from '#protocol/index.ts'
import type { FirmwareImage } from '../host/index.ts'

/** The firmware of a hub type run from its sources, with the parts that an artefact of `bundleHub` has. */
export function sourceImage(hub: HubTypeName, power: CarPower): FirmwareImage {
  const image = { ...IMAGES[hub], power }
  return hal => createHub(hal, image)
}
