import type { HubPower } from '../hub/index.ts'
import type { PowerPlan } from '../plan.ts'
import type { Notices } from '../../runtime/index.ts'
import { type BusWatch, createWatch } from './bus-watch.ts'
import { type ManagerHost, PowerManager } from './manager.ts'
import { ManagerSeat } from './seat.ts'

/** A power manager that a hub can carry; all of it is in the images of these hubs only. */
export interface ManagerEntry {
  readonly create: (host: ManagerHost, plan: PowerPlan) => PowerManager
  /** Its place in its hub. */
  readonly seat: (manager: PowerManager, power: HubPower) => ManagerSeat
  /** What its hub, which hears everyone, notices; `present`: where the car has hubs. */
  readonly watch: (address: number, notices: Notices, present: readonly boolean[] | undefined) => BusWatch
}

const seat: ManagerEntry['seat'] = (manager, power) => new ManagerSeat(manager, power)

/** The dash's manager: in charge whenever the hub is up. */
export const FIRST_MANAGER: ManagerEntry = { create: (host, plan) => new PowerManager(host, plan, false), seat: seat, watch: createWatch }
/** The trunk's: in charge while the dash is silent. */
export const STANDBY_MANAGER: ManagerEntry = { create: (host, plan) => new PowerManager(host, plan, true), seat: seat, watch: createWatch }
