import { HUB_TYPE } from '#protocol/index.ts'
import { lampEntry } from '../components/lamp/index.ts'
import { latchEntry } from '../components/latch/index.ts'
import { mirrorEntry } from '../components/mirror/index.ts'
import { seatFanEntry } from '../components/seat-fan/index.ts'
import { switchPackEntry } from '../components/switch-pack/index.ts'
import { windowEntry } from '../components/window/index.ts'
import { diagnosisEntry } from '../diagnosis/index.ts'
import type { HubImage } from '../hub/index.ts'
import { DOOR_ACTIONS } from './switch-actions.ts'

/** Any of the four doors; the mirror's driver serves the front ones. */
export const DOOR = {
  type: HUB_TYPE.door,
  components: [
    windowEntry,
    latchEntry,
    switchPackEntry,
    lampEntry,
    mirrorEntry,
    seatFanEntry,
  ],
  actions: DOOR_ACTIONS,
  follows: [],
  vehicle: false,
  hearsAll: false,
  commandRoom: 2,
  frameRoom: 16,
  senderRoom: 32,
  diagnosis: diagnosisEntry,
} satisfies HubImage
