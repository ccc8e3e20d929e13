import type { HubState } from '#protocol/catalogue/enums.ts'
import {
  ComponentAnnounceCodec, HubStatusCodec, PortStatusCodec, VehicleStateCodec,
} from '#protocol/messages.generated.ts'
import type { Hal } from '../hal.ts'
import { FrameCycle } from './cycle.ts'
import { fillHubStatus } from './heartbeat.ts'
import type { ManagerSeat } from '../power/manager/seat.ts'
import type { PortSlot } from './port-slot.ts'
import type { Schedule } from './schedule.ts'
import type { Transmitter } from './transmit.ts'
import type { Vehicle } from './vehicle.ts'

/** Offset of a hub's periodic frames from those of the next location. */
export const LOCATION_PHASE_ms = 120
const PORT_STATUS_PHASE_ms = 10

/** What the reports are about. */
export interface ReportedHub {
  readonly hal: Hal
  readonly location: number
  readonly schedule: Schedule
  readonly transmit: Transmitter
  readonly vehicle: Vehicle
  readonly slots: readonly PortSlot[]
  readonly seat: ManagerSeat | undefined
  /** `HUB_STATE` without a look at the ports; true while one shows a fault. */
  bareState(): HubState
  degraded(): boolean
}

/** What a hub says of itself and of the vehicle, periodically and on change. Components report in their own slots. */
export class Reports {
  readonly hub: FrameCycle
  readonly ports: FrameCycle
  readonly announces: FrameCycle
  readonly vehicle: FrameCycle
  private readonly reported: ReportedHub

  constructor(reported: ReportedHub) {
    this.reported = reported
    this.hub = this.hubStatus()
    this.ports = this.portStatus()
    this.announces = this.componentAnnounce()
    this.vehicle = this.vehicleState()
  }

  /** `vehicle`: VehicleState too. */
  start(vehicle: boolean): void {
    const ports = this.reported.slots.length
    const phase_ms = this.reported.location * LOCATION_PHASE_ms % HubStatusCodec.idlePeriod_ms
    this.hub.start(1, HubStatusCodec.idlePeriod_ms, phase_ms)
    this.ports.start(ports, PortStatusCodec.idlePeriod_ms, phase_ms + PORT_STATUS_PHASE_ms)
    this.announces.start(ports, 0, 0)
    if (vehicle) this.vehicle.start(1, VehicleStateCodec.activePeriod_ms, 0)
  }

  stop(): void {
    this.hub.stop()
    this.ports.stop()
    this.announces.stop()
    this.vehicle.stop()
  }

  /** One more HubStatus, and none after it. */
  lastWords(): void {
    this.hub.start(1, 0, 0)
    this.hub.mark(0)
  }

  private hubStatus(): FrameCycle {
    const values = HubStatusCodec.create()
    const reported = this.reported
    return new FrameCycle(reported.schedule, 'HubStatus', HubStatusCodec.minimumInterval_ms, () => {
      fillHubStatus(reported.hal, reported.bareState(), reported.degraded(), values)
      reported.transmit.send(HubStatusCodec, reported.location, values, 0)
    })
  }

  private portStatus(): FrameCycle {
    const values = PortStatusCodec.create()
    const reported = this.reported
    return new FrameCycle(reported.schedule, 'PortStatus', PortStatusCodec.minimumInterval_ms, (port) => {
      reported.slots[port]!.fillStatus(values)
      reported.transmit.send(PortStatusCodec, reported.location, values, port)
    })
  }

  private componentAnnounce(): FrameCycle {
    const values = ComponentAnnounceCodec.create()
    const reported = this.reported
    return new FrameCycle(reported.schedule, 'ComponentAnnounce', ComponentAnnounceCodec.minimumInterval_ms, (port) => {
      reported.slots[port]!.fillAnnounce(values)
      reported.transmit.send(ComponentAnnounceCodec, reported.location, values, port)
    })
  }

  private vehicleState(): FrameCycle {
    const values = VehicleStateCodec.create()
    const reported = this.reported
    return new FrameCycle(reported.schedule, 'VehicleState', VehicleStateCodec.minimumInterval_ms, () => {
      reported.vehicle.fill(values, reported.hal.supply_V())
      if (reported.seat !== undefined) reported.seat.fill(values)
      reported.transmit.send(VehicleStateCodec, 0, values, 0)
    })
  }
}
