import { HUB_TYPE } from '#protocol/catalogue/locations.ts'
import { amplifierEntry } from '../components/amplifier/amplifier.ts'
import type { HubImage } from '../runtime/image.ts'

/** The stereo: tuner and amplifier. */
export const STEREO: HubImage = {
  type: HUB_TYPE.stereo,
  components: [amplifierEntry],
  actions: [],
  follows: [],
  vehicle: false,
  hearsAll: false,
  commandRoom: 2,
  senderRoom: 32,
}
