import { HUB_TYPE } from '#protocol/catalogue/locations.ts'
import { lampEntry } from '../components/lamp/lamp.ts'
import { latchEntry } from '../components/latch/latch.ts'
import { mirrorEntry } from '../components/mirror/mirror.ts'
import { switchPackEntry } from '../components/switch-pack/switch-pack.ts'
import { windowEntry } from '../components/window/window.ts'
import type { HubImage } from '../runtime/image.ts'
import { DOOR_ACTIONS } from './switch-actions.ts'

/** Any of the four doors; the mirror's driver serves the front ones. */
export const DOOR: HubImage = {
  type: HUB_TYPE.door,
  components: [windowEntry, latchEntry, switchPackEntry, lampEntry, mirrorEntry],
  actions: DOOR_ACTIONS,
  follows: [],
  vehicle: false,
  hearsAll: false,
  commandRoom: 2,
  senderRoom: 32,
}
