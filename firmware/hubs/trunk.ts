import { HUB_TYPE } from '#protocol/index.ts'
import { lampEntry } from '../components/lamp/index.ts'
import { latchEntry } from '../components/latch/index.ts'
import { switchPackEntry } from '../components/switch-pack/index.ts'
import { STANDBY_MANAGER } from '../power/manager/index.ts'
import { diagnosisEntry } from '../diagnosis/index.ts'
import type { HubImage } from '../hub/index.ts'
import { TRUNK_ACTIONS } from './switch-actions.ts'

/** The trunk: latch, rear lamps, and the standby's ears. */
export const TRUNK = {
  type: HUB_TYPE.trunk,
  components: [latchEntry, switchPackEntry, lampEntry],
  actions: TRUNK_ACTIONS,
  follows: [],
  vehicle: false,
  hearsAll: true,
  commandRoom: 2,
  frameRoom: 16,
  senderRoom: 64,
  diagnosis: diagnosisEntry,
  manager: STANDBY_MANAGER,
} satisfies HubImage
