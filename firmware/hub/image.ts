import type { Decoder, HubType } from '#protocol/index.ts'
import type { ComponentEntry } from '../components/index.ts'
import type { DiagnosisEntry } from '../diagnosis/index.ts'
import type { Hal } from '../hal.ts'
import type { StatusValues } from '../message.ts'
import type { DropLimits, PowerPlan } from '../power/index.ts'
import type { ManagerEntry } from '../power/manager/index.ts'
import type { Schedule, TwinCan } from '../runtime/index.ts'
import type { SwitchAction } from './switch-action.ts'

/** What a hub knows of the copper of its car. */
export interface CarPower {
  /** By location code: what the hub's ports may draw together when there is no manager, A. */
  readonly shares_A: readonly number[]
  /** By location code: what the drop of the hub carries; undefined where there is no hub. Without it its feed has no ceiling. */
  readonly drops?: readonly (DropLimits | undefined)[]
  /** By location code: whether the car has a hub there. Without it, everywhere: nobody commands what is not there. */
  readonly present?: readonly boolean[]
  /** For hubs that can carry the power manager. */
  readonly plan?: PowerPlan
}

/** What makes one firmware image of the runtime: plain data, one file a hub type in `hubs/`. */
export interface HubImage {
  /** The function code of the NAME. */
  readonly type: HubType
  /** Component classes it has drivers for. */
  readonly components: readonly ComponentEntry[]
  /** What the switches at its ports do. */
  readonly actions: readonly SwitchAction[]
  /** Status rows of other hubs it follows: the echoes of its commands, and what its switches depend on. */
  readonly follows: readonly Decoder<StatusValues>[]
  /** Broadcasts VehicleState from its vehicle component. */
  readonly vehicle: boolean
  /** Its controller lets in every catalogue message: the power manager and its standby. */
  readonly hearsAll: boolean
  /** How many commands to other hubs may be under way. */
  readonly commandRoom: number
  /** How many frames may wait to be sent, or be in the controller. */
  readonly frameRoom: number
  /** Room for the counters of (message, sender) pairs it receives: a power of two, about twice their number. */
  readonly senderRoom: number
  /** The power manager of this hub type; needs `power.plan`. */
  readonly manager?: ManagerEntry
  /** UDS over ISO-TP; without it the hub answers no tester. */
  readonly diagnosis?: DiagnosisEntry
  /** For a board with two controllers in a car with two spines; without it a hub has one. */
  readonly joinSpines?: (hal: Hal, schedule: Schedule) => TwinCan
  /** The car it is built into; without it (a hub on a bench) every port has what it wants. */
  readonly power?: CarPower
}
