import { hubAddress, hubName, HubStatusEncoder, MANAGER_STATE } from '#protocol/index.ts'
import type { Diagnosis } from '../diagnosis/index.ts'
import type { CanPort, Hal } from '../hal.ts'
import { HubPower } from '../power/hub/index.ts'
import type { BusWatch, ManagerSeat } from '../power/manager/index.ts'
import {
  AddressClaim, type BusCheck, BusOffRecovery, CommandSender, createCounters, type HubCounters, Notices, Receiver, Schedule, SleepControl,
  Transmitter, type TwinCan, Vehicle,
} from '../runtime/index.ts'
import { Authentic } from './authentic.ts'
import { commandResults, Commands } from './commands.ts'
import { HubKeys } from './hub-keys.ts'
import type { HubImage } from './image.ts'
import { KnownStatus } from './known-status.ts'
import { Pairing } from './pairing.ts'
import { PinchCounts } from './pinch-counts.ts'
import { PortSlot } from './port-slot.ts'
import { Reports } from './reports.ts'
import { Standing } from './standing.ts'
import { SwitchEvents } from './switch-events.ts'
import { Switches } from './switches.ts'

const SEQUENCES = 16

/** The parts of one running hub. */
export interface HubParts {
  readonly hal: Hal
  readonly counters: HubCounters
  readonly schedule: Schedule
  /** Its controller; of a hub on two spines both as one, `twin`. */
  readonly can: CanPort
  readonly twin: TwinCan | undefined
  readonly transmit: Transmitter
  readonly receiver: Receiver
  readonly address: AddressClaim
  readonly busOff: BusCheck
  readonly notices: Notices
  /** Of a hub that hears everyone. */
  readonly watch: BusWatch | undefined
  readonly vehicle: Vehicle
  readonly known: KnownStatus
  readonly sleep: SleepControl
  readonly standing: Standing
  readonly sender: CommandSender
  readonly commands: Commands
  /** Undefined for a hub on a bench, without a car. */
  readonly power: HubPower | undefined
  readonly seat: ManagerSeat | undefined
  readonly reports: Reports
  readonly slots: readonly PortSlot[]
  readonly pairing: Pairing
  /** Undefined without keys: whoever commands is obeyed. */
  readonly authentic: Authentic | undefined
  readonly diagnosis: Diagnosis | undefined
}

/** Where sequences begin: not where they were before the reset. */
function firstSequence(hal: Hal): number {
  return Math.floor(hal.random() * SEQUENCES)
}

function createPower(hal: Hal, image: HubImage, schedule: Schedule, transmit: Transmitter, counters: HubCounters): HubPower | undefined {
  const car = image.power
  if (car === undefined) return undefined
  const drop = car.drops === undefined ? undefined : car.drops[hal.location]
  const feed = { share_A: car.shares_A[hal.location] ?? 0, drop: drop }
  return new HubPower(hal, feed, firstSequence(hal), schedule, transmit, counters)
}

function createSeat(hal: Hal, image: HubImage, schedule: Schedule, address: AddressClaim, vehicle: Vehicle,
  power: HubPower): ManagerSeat | undefined {
  if (image.manager === undefined || image.power === undefined || image.power.plan === undefined) return undefined
  const manager = image.manager.create({
    location: hal.location, schedule: schedule, power: power,
    operating: () => address.operating(), supply_V: () => hal.supply_V(), ignition: () => vehicle.ignition(), log: text => hal.log(text),
  }, image.power.plan)
  return image.manager.seat(manager, power)
}

/** Each controller leaves bus-off by itself. */
function createBusCheck(hal: Hal, twin: TwinCan | undefined, schedule: Schedule, counters: HubCounters): BusCheck {
  const first = new BusOffRecovery(hal, hal.can[0]!, schedule, counters)
  if (twin === undefined) return first
  const second = new BusOffRecovery(hal, hal.can[1]!, schedule, counters)
  const both = {
    check: () => {
      first.check()
      second.check()
    },
  }
  twin.onDown = () => both.check()
  return both
}

/** Makes the parts, each with what it uses of those before; `connect` tells them what happens on the bus. */
export function createParts(hal: Hal, image: HubImage): HubParts {
  const location = hal.location
  const source = hubAddress(location)
  const counters = createCounters()
  const schedule = new Schedule(hal, counters)
  const twin = image.joinSpines === undefined || hal.can.length < 2 ? undefined : image.joinSpines(hal, schedule)
  const can = twin === undefined ? hal.can[0]! : twin
  const transmit = new Transmitter(can, schedule, counters, source, image.frameRoom)
  const receiver = new Receiver(schedule, counters, source, image.senderRoom)
  const address = new AddressClaim(hal, schedule, transmit, counters, hubName(image.type, location, hal.serial))
  const busOff = createBusCheck(hal, twin, schedule, counters)
  const notices = new Notices()
  const vehicle = new Vehicle(schedule)
  const known = new KnownStatus(image.actions)
  const sleep = new SleepControl(schedule)
  const slots: PortSlot[] = []
  const finished = commandResults(slots, hal)
  const sender = new CommandSender(schedule, transmit, counters, source, image.commandRoom, firstSequence(hal), HubStatusEncoder, finished)
  const commands = new Commands(location, sender, slots, counters, sleep, finished)
  const present = image.power === undefined ? undefined : image.power.present
  const events = new SwitchEvents(transmit, location, schedule, counters, image.actions.length)
  const switches = new Switches(image.actions, location, commands, events, known, schedule, counters, present)
  const power = createPower(hal, image, schedule, transmit, counters)
  const seat = power === undefined ? undefined : createSeat(hal, image, schedule, address, vehicle, power)
  const standing = new Standing(address, sleep, slots, twin, seat)
  const reports = new Reports({
    hal: hal, can: can, schedule: schedule, transmit: transmit, address: address, vehicle: vehicle, readsVehicle: image.vehicle,
    standing: standing, seat: seat, ports: slots,
  })
  if (seat !== undefined) seat.manager.onChange = state => reports.heartbeat(state !== MANAGER_STATE.none)
  const pairing = new Pairing(hal.nvm, counters)
  const pinches = new PinchCounts(hal.nvm, counters, hal.ports.length)
  const keys = new HubKeys(hal, counters)
  const authentic = keys.keyed() ? new Authentic(hal, schedule, transmit, counters, notices, keys) : undefined
  const hub = {
    hal: hal, schedule: schedule, counters: counters, transmit: transmit, address: address, vehicle: vehicle, known: known,
    sleep: sleep, switches: switches, power: power, reports: reports, pairing: pairing, pinches: pinches, drivers: image.components,
  }
  for (let i = 0; i < hal.ports.length; i++) slots.push(new PortSlot(hub, hal.ports[i]!, i))
  const watch = seat === undefined || image.manager === undefined ? undefined : image.manager.watch(source, notices, present)
  const diagnosis = image.diagnosis === undefined ? undefined : image.diagnosis({
    hal: hal, can: can, twin: twin, type: image.type, counters: counters, schedule: schedule, transmit: transmit, vehicle: vehicle,
    address: address, notices: notices, watch: watch, standing: standing, seat: seat, power: power, slots: slots, pairing: pairing,
    keys: keys, pinches: pinches,
  })
  return {
    hal: hal, counters: counters, schedule: schedule, can: can, twin: twin, transmit: transmit, receiver: receiver, address: address,
    busOff: busOff, notices: notices, watch: watch, vehicle: vehicle, known: known, sleep: sleep, standing: standing, sender: sender,
    commands: commands, power: power, seat: seat, reports: reports, slots: slots, pairing: pairing,
    authentic: authentic, diagnosis: diagnosis,
  }
}
