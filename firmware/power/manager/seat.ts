import { MANAGER_STATE } from '#protocol/catalogue/enums.ts'
import { LOCATION } from '#protocol/catalogue/locations.ts'
import { hubAddress } from '#protocol/id.ts'
import { HubStatusCodec, PortStatusCodec, PowerReleaseCodec, PowerRequestCodec } from '#protocol/messages.generated.ts'
import type { PowerGrantValues, PowerShedValues, VehicleStateValues } from '#protocol/messages.generated.ts'
import type { Hal } from '../../hal.ts'
import type { PowerPlan } from '../plan.ts'
import type { ManagerHost, PowerManager } from './manager.ts'
import type { HubPower } from '../hub/hub-power.ts'
import type { ManagerEntry } from '../../runtime/image.ts'
import type { Receiver } from '../../runtime/receive.ts'
import type { Schedule } from '../../runtime/schedule.ts'
import type { Vehicle } from '../../runtime/vehicle.ts'

/** What the seat needs of the rest of the hub. */
export interface SeatHub {
  readonly hal: Hal
  readonly location: number
  readonly schedule: Schedule
  readonly vehicle: Vehicle
  operating(): boolean
  /** VehicleState is sent from now on, has news, or (a standby that makes way) is sent no more. */
  heartbeat(managing: boolean): void
}

/** The place of a power manager in a hub: brings it what it has to hear, and carries out what it decides. */
export class ManagerSeat implements ManagerHost {
  readonly location: number
  readonly schedule: Schedule
  readonly manager: PowerManager
  private readonly hub: SeatHub
  private readonly power: HubPower

  constructor(hub: SeatHub, power: HubPower, entry: ManagerEntry, plan: PowerPlan) {
    this.location = hub.location
    this.schedule = hub.schedule
    this.hub = hub
    this.power = power
    this.manager = entry.create(this, plan)
    power.manager = this.manager
  }

  /** Listens to what hubs say of themselves and ask for. */
  listen(receiver: Receiver): void {
    const manager = this.manager
    receiver.on(HubStatusCodec, (_values, location, source) => {
      if (source === hubAddress(location)) manager.heard(location)
    })
    receiver.on(PortStatusCodec, (values, location, source) => {
      if (source === hubAddress(location)) manager.portReported(values, location)
    })
    receiver.on(PowerRequestCodec, (values, location, source) => {
      if (source === hubAddress(location)) manager.requested(values, location)
    })
    receiver.on(PowerReleaseCodec, (values, location, source) => {
      if (source === hubAddress(location)) manager.released(values, location)
    })
  }

  /** A VehicleState of another hub. */
  heardVehicle(values: VehicleStateValues, source: number): void {
    const other = this.location === LOCATION.DASH ? LOCATION.TRUNK : LOCATION.DASH
    if (source === hubAddress(other)) this.manager.managerHeard(values.manager)
  }

  /** Fills the manager's part of a VehicleState. */
  fill(values: VehicleStateValues): void {
    values.manager = this.manager.state
    values.shedLevel = this.manager.shedLevel()
    if (this.manager.state !== MANAGER_STATE.none) this.power.follow(this.location, values.shedLevel)
  }

  operating(): boolean {
    return this.hub.operating()
  }

  supply_V(): number {
    return this.hub.hal.supply_V()
  }

  ignition(): number {
    return this.hub.vehicle.ignition()
  }

  sendGrant(location: number, values: PowerGrantValues): void {
    this.power.sendGrant(location, values)
  }

  sendShed(values: PowerShedValues): void {
    this.power.sendShed(values)
  }

  shedLevel(): number {
    return this.power.shedLevel
  }

  ownLease_A(port: number): number {
    return this.power.runLimit_A(port)
  }

  managerChanged(state: number): void {
    this.hub.heartbeat(state !== MANAGER_STATE.none)
  }
}
