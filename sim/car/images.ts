import { type CarPower, createHub, type HubImage } from '#firmware/hub/index.ts'
import { Feeds, TwinCan } from '#firmware/runtime/index.ts'
import { IMAGES } from '#firmware/hubs/index.ts'
import type { HubTypeName } from '#protocol/index.ts'
import type { FirmwareImage } from '../host/index.ts'

const joinSpines: NonNullable<HubImage['joinSpines']> = (hal, schedule) => new TwinCan(hal.can, schedule, new Feeds(hal))

/** The firmware of each hub type, run from its sources, built into a car with this power; `twin`: on two spines. */
export function imagesFor(power: CarPower, twin: boolean): Readonly<Record<HubTypeName, FirmwareImage>> {
  const built = (image: HubImage): FirmwareImage => {
    const complete = { ...image, power, ...(twin && { joinSpines }) }
    return hal => createHub(hal, complete)
  }
  const { dash, door, trunk, hood, stereo } = IMAGES
  return { dash: built(dash), door: built(door), trunk: built(trunk), hood: built(hood), stereo: built(stereo) }
}
