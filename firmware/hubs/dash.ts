import { HUB_TYPE, LatchStatusDecoder, LightStatusDecoder, MirrorStatusDecoder, StereoStatusDecoder, WindowStatusDecoder } from '#protocol/index.ts'
import { lampEntry } from '../components/lamp/index.ts'
import { switchPackEntry } from '../components/switch-pack/index.ts'
import { vehicleEntry } from '../components/vehicle/index.ts'
import { FIRST_MANAGER } from '../power/manager/index.ts'
import { diagnosisEntry } from '../diagnosis/index.ts'
import type { HubImage } from '../hub/index.ts'
import { DASH_ACTIONS } from './switch-actions.ts'

/** The dashboard: the driver's switches, the vehicle's state, lamps. */
export const DASH = {
  type: HUB_TYPE.dash,
  components: [vehicleEntry, switchPackEntry, lampEntry],
  actions: DASH_ACTIONS,
  follows: [WindowStatusDecoder, MirrorStatusDecoder, LatchStatusDecoder, LightStatusDecoder, StereoStatusDecoder],
  vehicle: true,
  hearsAll: true,
  commandRoom: 16,
  frameRoom: 24,
  senderRoom: 128,
  diagnosis: diagnosisEntry,
  manager: FIRST_MANAGER,
} satisfies HubImage
