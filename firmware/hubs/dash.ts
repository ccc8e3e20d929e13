import { HUB_TYPE } from '#protocol/catalogue/locations.ts'
import { LatchStatusCodec, LightStatusCodec, MirrorStatusCodec, StereoStatusCodec, WindowStatusCodec } from '#protocol/messages.generated.ts'
import { lampEntry } from '../components/lamp/lamp.ts'
import { switchPackEntry } from '../components/switch-pack/switch-pack.ts'
import { vehicleEntry } from '../components/vehicle/vehicle.ts'
import { FIRST_MANAGER } from '../power/manager/manager.ts'
import type { HubImage } from '../runtime/image.ts'
import { DASH_ACTIONS } from './switch-actions.ts'

/** The dashboard: the driver's switches, the vehicle's state, lamps. */
export const DASH: HubImage = {
  type: HUB_TYPE.dash,
  components: [vehicleEntry, switchPackEntry, lampEntry],
  actions: DASH_ACTIONS,
  follows: [WindowStatusCodec, MirrorStatusCodec, LatchStatusCodec, LightStatusCodec, StereoStatusCodec],
  vehicle: true,
  hearsAll: true,
  commandRoom: 16,
  senderRoom: 128,
  manager: FIRST_MANAGER,
}
