import {
  COMPONENT_CLASS, IGNITION, MANAGER_STATE, NetworkSleepEncoder, SLEEP_REASON, type SleepPhase, type SleepReason,
} from '#protocol/index.ts'
import type { Hal } from '../hal.ts'
import type { ManagerSeat } from '../power/manager/index.ts'
import {
  type AddressClaim, type CommandSender, NOT_BUSY, type Schedule, type SleepHost, type Transmitter, type TwinCan, type Vehicle,
} from '../runtime/index.ts'
import type { Authentic } from './authentic.ts'
import type { Pairing } from './pairing.ts'
import type { PortSlot } from './port-slot.ts'
import type { Reports } from './reports.ts'

/** What rests. */
export interface RestingHub {
  readonly hal: Hal
  readonly schedule: Schedule
  readonly transmit: Transmitter
  /** Of a hub on two spines. */
  readonly twin: TwinCan | undefined
  readonly address: AddressClaim
  readonly vehicle: Vehicle
  readonly sender: CommandSender
  readonly seat: ManagerSeat | undefined
  readonly slots: readonly PortSlot[]
  readonly pairing: Pairing
  readonly authentic: Authentic | undefined
  readonly reports: Reports
}

/** What keeps a hub awake, and what falling asleep and waking do to its parts. */
export class Rest implements SleepHost {
  private readonly hub: RestingHub
  private readonly readsVehicle: boolean

  /** `readsVehicle`: the vehicle component is this hub's. */
  constructor(hub: RestingHub, readsVehicle: boolean) {
    this.hub = hub
    this.readsVehicle = readsVehicle
  }

  leads(): boolean {
    if (!this.hub.address.operating()) return false
    return this.readsVehicle || this.manages()
  }

  guarded(): boolean {
    if (!this.hub.pairing.paired()) return false
    for (const slot of this.hub.slots) if (slot.isStrange()) return true
    return false
  }

  managed(): boolean {
    return !this.readsVehicle && this.hub.vehicle.fresh()
  }

  /** A lease lasts as long as a manager renews it: who holds one keeps the network awake. */
  busy(): SleepReason | typeof NOT_BUSY {
    if (this.hub.vehicle.ignition() !== IGNITION.off) return SLEEP_REASON.ignition
    if (this.hub.sender.underWay() > 0) return SLEEP_REASON.bus
    for (const slot of this.hub.slots) {
      if (slot.component === undefined) continue
      if (slot.component.moving()) return slot.boundClass() === COMPONENT_CLASS.switchPack ? SLEEP_REASON.switch : SLEEP_REASON.component
      if (slot.power.granted_A() > 0) return SLEEP_REASON.component
    }
    return NOT_BUSY
  }

  sendSleep(phase: SleepPhase, reason: SleepReason): void {
    const values = NetworkSleepEncoder.create()
    values.phase = phase
    values.reason = reason
    this.hub.transmit.send(NetworkSleepEncoder, 0, values, 0)
  }

  fallSilent(): void {
    this.hub.reports.stop()
    if (this.hub.address.operating()) this.hub.reports.lastWords()
  }

  mute(): void {
    this.hub.transmit.close()
  }

  unmute(): void {
    if (this.hub.address.operating()) this.hub.transmit.open()
  }

  speak(): void {
    const address = this.hub.address
    address.wake()
    if (!address.operating()) return
    this.hub.reports.start()
    if (this.hub.authentic !== undefined) this.hub.authentic.renew()
    if (this.hub.seat !== undefined) this.hub.seat.manager.listen()
    if (this.manages()) this.hub.reports.heartbeat(true)
  }

  powerDown(woken: (byBus: boolean) => void): void {
    this.hub.reports.stop()
    this.hub.address.rest()
    this.hub.transmit.rest()
    const deaf = this.hub.twin === undefined ? 0 : this.hub.twin.rest()
    for (const slot of this.hub.slots) slot.sleep()
    this.hub.schedule.pause()
    this.hub.hal.log('sleeps')
    this.hub.hal.sleep(woken, deaf)
  }

  powerUp(): void {
    this.hub.schedule.resume()
    if (this.hub.authentic !== undefined) this.hub.authentic.forget()
    this.hub.hal.log('wakes')
    for (const slot of this.hub.slots) slot.wake()
  }

  private manages(): boolean {
    return this.hub.seat !== undefined && this.hub.seat.manager.state !== MANAGER_STATE.none
  }
}
