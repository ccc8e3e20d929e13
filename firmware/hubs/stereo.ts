import { HUB_TYPE } from '#protocol/index.ts'
import { amplifierEntry } from '../components/amplifier/index.ts'
import { diagnosisEntry } from '../diagnosis/index.ts'
import type { HubImage } from '../hub/index.ts'

/** The stereo: tuner and amplifier. */
export const STEREO = {
  type: HUB_TYPE.stereo,
  components: [amplifierEntry],
  actions: [],
  follows: [],
  vehicle: false,
  hearsAll: false,
  commandRoom: 2,
  frameRoom: 16,
  senderRoom: 32,
  diagnosis: diagnosisEntry,
} satisfies HubImage
