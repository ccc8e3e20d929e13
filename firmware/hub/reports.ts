import {
  ComponentAnnounceEncoder, type ComponentAnnounceValues, HubStatusEncoder, PortStatusEncoder, type PortStatusValues, VehicleStateEncoder,
} from '#protocol/index.ts'
import type { CanPort, Hal } from '../hal.ts'
import type { ManagerSeat } from '../power/manager/index.ts'
import { type AddressClaim, fillHubStatus, FrameCycle, meanSupply_V, type Schedule, SteppedReading, SUPPLY_STEPS, type Transmitter, type Vehicle } from '../runtime/index.ts'
import type { Standing } from './standing.ts'

/** Offset of a hub's periodic frames from those of the next location. */
export const LOCATION_PHASE_ms = 120
const PORT_STATUS_PHASE_ms = 10

/** A port that is reported, and whose component reports for itself. */
interface ReportedPort {
  fillStatus(values: PortStatusValues): void
  fillAnnounce(values: ComponentAnnounceValues): void
  startStatus(): void
  stopStatus(): void
}

/** What the reports are about. */
export interface ReportedHub {
  readonly hal: Hal
  readonly can: CanPort
  readonly schedule: Schedule
  readonly transmit: Transmitter
  readonly address: AddressClaim
  readonly vehicle: Vehicle
  /** The vehicle component is this hub's. */
  readonly readsVehicle: boolean
  readonly standing: Standing
  readonly seat: ManagerSeat | undefined
  readonly ports: readonly ReportedPort[]
}

/** What a hub says of itself and of the vehicle, periodically and on change; it starts and stops the components' status too. */
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

  start(): void {
    const reported = this.reported
    const count = reported.ports.length
    const phase_ms = reported.hal.location * LOCATION_PHASE_ms % HubStatusEncoder.idlePeriod_ms
    this.hub.start(1, HubStatusEncoder.idlePeriod_ms, phase_ms)
    this.ports.start(count, PortStatusEncoder.idlePeriod_ms, phase_ms + PORT_STATUS_PHASE_ms)
    this.announces.start(count, 0, 0)
    if (reported.readsVehicle) this.vehicle.start(1, VehicleStateEncoder.activePeriod_ms, 0)
    for (const port of reported.ports) port.startStatus()
  }

  stop(): void {
    this.hub.stop()
    this.ports.stop()
    this.announces.stop()
    this.vehicle.stop()
    for (const port of this.reported.ports) port.stopStatus()
  }

  /** One more HubStatus, and none after it. */
  lastWords(): void {
    this.hub.start(1, 0, 0)
    this.hub.mark(0)
  }

  /** VehicleState is sent while there is a vehicle component to read, or (`managing`) a power manager in charge. */
  heartbeat(managing: boolean): void {
    if (!this.reported.address.operating()) return
    if (this.reported.readsVehicle) this.vehicle.mark(0)
    else if (!managing) this.vehicle.stop()
    else if (this.vehicle.stopped()) this.vehicle.start(1, VehicleStateEncoder.activePeriod_ms, 0)
    else this.vehicle.mark(0)
  }

  private hubStatus(): FrameCycle {
    const values = HubStatusEncoder.create()
    const supply = new SteppedReading(SUPPLY_STEPS)
    const reported = this.reported
    return new FrameCycle(reported.schedule, 'HubStatus', HubStatusEncoder.minimumInterval_ms, () => {
      fillHubStatus(reported.hal, reported.can, supply, reported.standing.bareState(), reported.standing.degraded(), values)
      values.lost = reported.standing.lost()
      reported.transmit.send(HubStatusEncoder, reported.hal.location, values, 0)
    })
  }

  private portStatus(): FrameCycle {
    const values = PortStatusEncoder.create()
    const reported = this.reported
    return new FrameCycle(reported.schedule, 'PortStatus', PortStatusEncoder.minimumInterval_ms, (port) => {
      reported.ports[port]!.fillStatus(values)
      reported.transmit.send(PortStatusEncoder, reported.hal.location, values, port)
      if (reported.seat !== undefined) reported.seat.manager.ownReported(values)
    })
  }

  private componentAnnounce(): FrameCycle {
    const values = ComponentAnnounceEncoder.create()
    const reported = this.reported
    return new FrameCycle(reported.schedule, 'ComponentAnnounce', ComponentAnnounceEncoder.minimumInterval_ms, (port) => {
      reported.ports[port]!.fillAnnounce(values)
      reported.transmit.send(ComponentAnnounceEncoder, reported.hal.location, values, port)
    })
  }

  private vehicleState(): FrameCycle {
    const values = VehicleStateEncoder.create()
    const supply = new SteppedReading(SUPPLY_STEPS)
    const reported = this.reported
    return new FrameCycle(reported.schedule, 'VehicleState', VehicleStateEncoder.minimumInterval_ms, () => {
      reported.vehicle.fill(values, supply.next(meanSupply_V(reported.hal)))
      if (reported.seat !== undefined) reported.seat.fill(values)
      reported.transmit.send(VehicleStateEncoder, 0, values, 0)
    })
  }
}
