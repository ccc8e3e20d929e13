import type { DescriptorState, HubState, PortFault, PortState } from '#protocol/index.ts'
import type { Component, VehicleView } from '../components/index.ts'
import type { Hal } from '../hal.ts'
import { broadcastFilters, type HubCounters, type Notices, peerFilters, SelfCare } from '../runtime/index.ts'
import { connect } from './connect.ts'
import type { HubImage } from './image.ts'
import { createParts } from './parts.ts'
import type { HubParts } from './parts.ts'
import type { PortSlot } from './port-slot.ts'
import { Rest } from './rest.ts'

/** A running hub, as diagnostics and tests see it. It lives until its board kills it. */
export interface Hub {
  readonly location: number
  readonly counters: HubCounters
  /** Who should not speak, as it noticed. */
  readonly notices: Notices
  readonly vehicle: VehicleView
  state(): HubState
  /** @throws RangeError */
  portState(port: number): PortState
  /** @throws RangeError */
  portFault(port: number): PortFault
  /** Granted to a port beyond its idle current, A. @throws RangeError */
  portGranted_A(port: number): number
  /** @throws RangeError */
  descriptorState(port: number): DescriptorState
  /** The driver bound to a port. @throws RangeError */
  component(port: number): Component | undefined
  /** Frames that wait or are in the controller; commands that wait for their echo. */
  framesWaiting(): number
  commandsUnderWay(): number
  /** Names of the armed jobs, soonest first; for failure messages. */
  pending(): string[]
  /** From now on `sent` hears of each catalogue message that was sent: how long after it was queued. */
  watchSent(sent: (id: number, response_ms: number) => void): void
}

const FIRST_LOCATION = 1
const LAST_LOCATION = 8

/**
 * Makes the parts of a hub, connects them, sets up the controller, claims the address and looks at the ports. Nothing is kept but
 * through `hal`: several hubs share a process.
 * @throws RangeError when the coding pins give no location: such a hub must not send, it could be anyone.
 */
export function bootHub(hal: Hal, image: HubImage): HubParts {
  if (!(hal.location >= FIRST_LOCATION && hal.location <= LAST_LOCATION)) throw new RangeError(`location ${hal.location} is outside 1…8`)
  const parts = createParts(hal, image)
  connect(parts, image)
  const can = parts.can
  can.filter(broadcastFilters(hal.location, image.hearsAll), peerFilters(hal.location))
  const watch = parts.watch
  const authentic = parts.authentic
  const receiver = parts.receiver
  if (authentic !== undefined) {
    can.onReceive((id, data, length) => {
      if (watch !== undefined) watch.heard(id)
      if (authentic.admits(id, data, length)) receiver.receive(id, data, length)
    })
  } else if (watch === undefined) can.onReceive(receiver.receive)
  else {
    can.onReceive((id, data, length) => {
      watch.heard(id)
      receiver.receive(id, data, length)
    })
  }
  new SelfCare(hal, parts.schedule, parts.busOff, parts.slots).start()
  parts.address.start()
  parts.sleep.start(new Rest(parts, image.vehicle))
  for (const slot of parts.slots) slot.boot()
  if (parts.seat !== undefined) parts.seat.manager.start()
  if (parts.diagnosis !== undefined) parts.diagnosis.start()
  return parts
}

/**
 * Starts the firmware of one hub, for who looks at it from outside; a board just boots it.
 * @throws RangeError as `bootHub`.
 */
export function createHub(hal: Hal, image: HubImage): Hub {
  const parts = bootHub(hal, image)
  const slotAt = (port: number): PortSlot => {
    const slot = parts.slots[port]
    if (slot === undefined) throw new RangeError(`port ${port}: this hub has ports 0…${parts.slots.length - 1}`)
    return slot
  }
  return {
    location: hal.location,
    counters: parts.counters,
    notices: parts.notices,
    vehicle: parts.vehicle,
    state: () => parts.standing.state(),
    portState: port => slotAt(port).state(),
    portFault: port => slotAt(port).fault.code,
    portGranted_A: port => slotAt(port).power.granted_A(),
    descriptorState: port => slotAt(port).descriptorState,
    component: port => slotAt(port).component,
    framesWaiting: () => parts.transmit.waiting(),
    commandsUnderWay: () => parts.sender.underWay(),
    pending: () => parts.schedule.pending(),
    watchSent: (sent) => { parts.transmit.onSent = sent },
  }
}
