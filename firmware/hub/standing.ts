import { HUB_STATE, type HubState, PORT_FAULT } from '#protocol/index.ts'
import type { ManagerSeat } from '../power/manager/index.ts'
import type { AddressClaim, SleepControl, TwinCan } from '../runtime/index.ts'
import type { PortFault } from './port-fault.ts'

/** A port, as far as its hub's state depends on it. */
export interface FaultyPort {
  readonly fault: PortFault
}

/** How a hub stands: its address, its sleep, the faults of its ports, spines and feeds and the hubs it has lost, as one state. */
export class Standing {
  private readonly address: AddressClaim
  private readonly sleep: SleepControl
  private readonly ports: readonly FaultyPort[]
  private readonly twin: TwinCan | undefined
  private readonly seat: ManagerSeat | undefined

  constructor(
    address: AddressClaim, sleep: SleepControl, ports: readonly FaultyPort[], twin: TwinCan | undefined, seat: ManagerSeat | undefined,
  ) {
    this.address = address
    this.sleep = sleep
    this.ports = ports
    this.twin = twin
    this.seat = seat
  }

  state(): HubState {
    const state = this.bareState()
    return state === HUB_STATE.operating && this.degraded() ? HUB_STATE.degraded : state
  }

  /** Without a look at the ports. */
  bareState(): HubState {
    return this.sleep.quiet() ? HUB_STATE.sleeping : this.address.state
  }

  /** Hubs that it has lost, if it can manage the power: a bit a location, FL's the lowest. Who is awake alone misses nobody. */
  lost(): number {
    return this.seat === undefined || this.sleep.quiet() ? 0 : this.seat.manager.lost()
  }

  /** True while a port, a spine or a feed of two shows a fault, or a hub is lost. */
  degraded(): boolean {
    if (this.lost() !== 0) return true
    const twin = this.twin
    if (twin !== undefined && (twin.faulty(0) || twin.faulty(1) || twin.feeds.worse())) return true
    const ports = this.ports
    for (let i = 0; i < ports.length; i++) {
      if (ports[i]!.fault.code !== PORT_FAULT.none) return true
    }
    return false
  }
}
