import { CAN_STATE, HUB_STATE, type HubState, type HubStatusValues } from '#protocol/index.ts'
import type { CanPort, Hal } from '../hal.ts'
import type { BusCheck } from './bus-off.ts'
import { meanSupply_V, type SteppedReading } from './reading.ts'
import type { Job, Schedule } from './schedule.ts'

/** How often a hub looks after itself, whether it may send or not. */
const CARE_ms = 1000

/** Fills HubStatus. `degraded`: a port or a spine shows a fault; `supply` makes steps of the supply's readings. */
export function fillHubStatus(
  hal: Hal, can: CanPort, supply: SteppedReading, state: HubState, degraded: boolean, values: HubStatusValues,
): void {
  const canState = can.state()
  values.state = state === HUB_STATE.operating && (degraded || canState !== CAN_STATE.errorActive) ? HUB_STATE.degraded : state
  values.resetCause = hal.resetCause
  values.canState = canState
  values.tec = can.tec()
  values.rec = can.rec()
  values.temperature_C = hal.temperature_C()
  values.supply_V = supply.next(meanSupply_V(hal))
}

/** Kicks the watchdog, looks at the controller and at each port, from boot on. */
export class SelfCare {
  private readonly hal: Hal
  private readonly schedule: Schedule
  private readonly busOff: BusCheck
  private readonly ports: readonly { care(): void }[]
  private readonly job: Job

  constructor(hal: Hal, schedule: Schedule, busOff: BusCheck, ports: readonly { care(): void }[]) {
    this.hal = hal
    this.schedule = schedule
    this.busOff = busOff
    this.ports = ports
    this.job = schedule.job('self care', () => this.care())
  }

  start(): void {
    this.hal.kickWatchdog()
    this.busOff.check()
    this.schedule.startIn(this.job, CARE_ms)
  }

  private care(): void {
    this.start()
    // By index, as it comes every second.
    for (let i = 0; i < this.ports.length; i++) this.ports[i]!.care()
  }
}
