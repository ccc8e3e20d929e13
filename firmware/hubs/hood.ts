import { HUB_TYPE } from '#protocol/index.ts'
import { lampEntry } from '../components/lamp/index.ts'
import { latchEntry } from '../components/latch/index.ts'
import { diagnosisEntry } from '../diagnosis/index.ts'
import type { HubImage } from '../hub/index.ts'

/** The hood: latch and front lamps. */
export const HOOD = {
  type: HUB_TYPE.hood,
  components: [latchEntry, lampEntry],
  actions: [],
  follows: [],
  vehicle: false,
  hearsAll: false,
  commandRoom: 2,
  frameRoom: 16,
  senderRoom: 32,
  diagnosis: diagnosisEntry,
} satisfies HubImage
