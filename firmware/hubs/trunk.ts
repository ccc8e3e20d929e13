import { HUB_TYPE } from '#protocol/catalogue/locations.ts'
import { lampEntry } from '../components/lamp/lamp.ts'
import { latchEntry } from '../components/latch/latch.ts'
import { switchPackEntry } from '../components/switch-pack/switch-pack.ts'
import { STANDBY_MANAGER } from '../power/manager/manager.ts'
import type { HubImage } from '../runtime/image.ts'
import { TRUNK_ACTIONS } from './switch-actions.ts'

/** The trunk: latch, rear lamps, and the standby's ears. */
export const TRUNK: HubImage = {
  type: HUB_TYPE.trunk,
  components: [latchEntry, switchPackEntry, lampEntry],
  actions: TRUNK_ACTIONS,
  follows: [],
  vehicle: false,
  hearsAll: true,
  commandRoom: 2,
  senderRoom: 64,
  manager: STANDBY_MANAGER,
}
