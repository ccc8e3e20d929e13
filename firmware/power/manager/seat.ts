import {
  hubAddress, HubStatusDecoder, LOCATION, MANAGER_STATE, PortStatusDecoder, PowerReleaseDecoder, PowerRequestDecoder,
  type VehicleStateValues,
} from '#protocol/index.ts'
import type { Receiver } from '../../runtime/index.ts'
import type { HubPower } from '../hub/index.ts'
import type { PowerManager } from './manager.ts'

/** The place of a power manager in a hub: brings it what it has to hear, and tells who is in charge. */
export class ManagerSeat {
  readonly manager: PowerManager
  private readonly power: HubPower

  constructor(manager: PowerManager, power: HubPower) {
    this.manager = manager
    this.power = power
    power.requests.manager = manager
  }

  /** Listens to what hubs say of themselves and ask for. */
  listen(receiver: Receiver): void {
    const manager = this.manager
    receiver.on(HubStatusDecoder, (values, location, source) => {
      if (source === hubAddress(location)) manager.hubReported(values, location)
    })
    receiver.on(PortStatusDecoder, (values, location, source) => {
      if (source === hubAddress(location)) manager.portReported(values, location)
    })
    receiver.on(PowerRequestDecoder, (values, location, source) => {
      if (source === hubAddress(location)) manager.requested(values, location)
    })
    receiver.on(PowerReleaseDecoder, (values, location, source) => {
      if (source === hubAddress(location)) manager.released(values, location)
    })
  }

  /** A VehicleState of another hub. */
  heardVehicle(values: VehicleStateValues, source: number): void {
    const other = this.power.location === LOCATION.DASH ? LOCATION.TRUNK : LOCATION.DASH
    if (source === hubAddress(other)) this.manager.managerHeard(values.manager)
  }

  /** Fills the manager's part of a VehicleState. */
  fill(values: VehicleStateValues): void {
    values.manager = this.manager.state
    values.shedLevel = this.manager.shedLevel()
    if (this.manager.state !== MANAGER_STATE.none) this.power.inCharge.follow(this.power.location, values.shedLevel)
  }
}
