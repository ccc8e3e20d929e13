import { HUB_TYPE } from '#protocol/catalogue/locations.ts'
import { lampEntry } from '../components/lamp/lamp.ts'
import { latchEntry } from '../components/latch/latch.ts'
import type { HubImage } from '../runtime/image.ts'

/** The hood: latch and front lamps. */
export const HOOD: HubImage = {
  type: HUB_TYPE.hood,
  components: [latchEntry, lampEntry],
  actions: [],
  follows: [],
  vehicle: false,
  hearsAll: false,
  commandRoom: 2,
  senderRoom: 32,
}
