import type { Component, VehicleView } from './components/component.ts'
import type { Hal } from './hal.ts'
import type { HubCounters } from './runtime/counters.ts'
import { HubRuntime } from './runtime/hub-runtime.ts'
import type { HubImage } from './runtime/image.ts'

export type { HubCounters } from './runtime/counters.ts'
export type { HubImage } from './runtime/image.ts'

/** A running hub, as diagnostics and tests see it. It lives until its board kills it. */
export interface Hub {
  readonly location: number
  readonly counters: HubCounters
  readonly vehicle: VehicleView
  /** `HUB_STATE` */
  state(): number
  /** `PORT_STATE`, `PORT_FAULT` and `DESCRIPTOR_STATE` of a port. @throws RangeError */
  portState(port: number): number
  portFault(port: number): number
  /** Granted to a port beyond its idle current, A. @throws RangeError */
  portGranted_A(port: number): number
  descriptorState(port: number): number
  /** The driver bound to a port. @throws RangeError */
  component(port: number): Component | undefined
  /** Frames that wait or are in the controller; commands that wait for their echo. */
  framesWaiting(): number
  commandsUnderWay(): number
  /** Names of the armed jobs, soonest first; for failure messages. */
  pending(): string[]
}

const FIRST_LOCATION = 1
const LAST_LOCATION = 8

/**
 * Starts the firmware of one hub on a board. Nothing is kept but through `hal`: several hubs share a process.
 * @throws RangeError when the coding pins give no location: such a hub must not send, it could be anyone.
 */
export function createHub(hal: Hal, image: HubImage): Hub {
  if (!(hal.location >= FIRST_LOCATION && hal.location <= LAST_LOCATION)) throw new RangeError(`location ${hal.location} is outside 1…8`)
  const runtime = new HubRuntime(hal, image)
  const slotAt = (port: number): HubRuntime['slots'][number] => {
    const slot = runtime.slots[port]
    if (slot === undefined) throw new RangeError(`port ${port}: this hub has ports 0…${runtime.slots.length - 1}`)
    return slot
  }
  runtime.boot()
  return {
    location: hal.location,
    counters: runtime.counters,
    vehicle: runtime.vehicle,
    state: () => runtime.state(),
    portState: port => slotAt(port).state(),
    portFault: port => slotAt(port).fault.code,
    portGranted_A: port => slotAt(port).power.granted_A(),
    descriptorState: port => slotAt(port).descriptorState,
    component: port => slotAt(port).component,
    framesWaiting: () => runtime.transmit.waiting(),
    commandsUnderWay: () => runtime.commands.underWay(),
    pending: () => runtime.schedule.pending(),
  }
}
