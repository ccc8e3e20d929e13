import {
  ComponentAnnounceCodec, type Decoder, FreshnessDecoder, FreshnessEpochDecoder, FreshnessRequestDecoder, hubAddress, locationOfAddress,
  messagePgn, NetworkSleepDecoder, NOTICE, pgnOf, PowerGrantDecoder, PowerShedDecoder, SLEEP_REASON, sourceOf, topicOf,
  VehicleStateCodec, VehicleStateDecoder, type VehicleStateValues,
} from '#protocol/index.ts'
import type { ComponentEntry } from '../components/index.ts'
import type { StatusValues } from '../message.ts'
import type { HubPower } from '../power/hub/index.ts'
import type { MessageHandler } from '../runtime/index.ts'
import type { Authentic } from './authentic.ts'
import type { HubImage } from './image.ts'
import type { HubParts } from './parts.ts'
import type { PortSlot } from './port-slot.ts'

function startSending(parts: HubParts): void {
  parts.transmit.open()
  parts.receiver.silent = false
  parts.reports.start()
  parts.reports.ports.mark(-1)
  parts.reports.announces.mark(-1)
}

function stopSending(parts: HubParts): void {
  parts.transmit.close()
  parts.receiver.silent = true
  parts.reports.stop()
}

function answerRequest(parts: HubParts, pgn: number, delay_ms: number): void {
  const here = messagePgn(ComponentAnnounceCodec.page, ComponentAnnounceCodec.kind, parts.hal.location)
  const anywhere = messagePgn(ComponentAnnounceCodec.page, ComponentAnnounceCodec.kind, 0)
  if (pgn === here || pgn === anywhere) parts.reports.announces.repeatIn(delay_ms)
  else parts.counters.requestsUnknown++
}

function connectBus(parts: HubParts): void {
  const address = parts.address
  const authentic = parts.authentic
  const seat = parts.seat
  address.onClaimed = () => {
    // Without an address it heard nobody.
    if (seat !== undefined) seat.manager.listen()
    startSending(parts)
    if (authentic !== undefined) authentic.start()
  }
  address.onLost = () => stopSending(parts)
  address.onStuck = () => parts.busOff.check()
  address.onRequest = (pgn, delay_ms) => answerRequest(parts, pgn, delay_ms)
  parts.transmit.onStuck = () => parts.busOff.check()
  const diagnosis = parts.diagnosis
  parts.receiver.onPeer = (id, data, length) => {
    if (address.receive(id, data, length)) return
    if (diagnosis === undefined || !diagnosis.receive(id, data, length)) parts.counters.rxUnwanted++
  }
  parts.receiver.onWish = () => parts.sleep.activity(SLEEP_REASON.bus)
}

const VEHICLE_PGN: number = messagePgn(VehicleStateCodec.page, VehicleStateCodec.kind, 0)

/** Two talkers, and who speaks with this hub's address: noticed, and what they say of the vehicle set right or doubted. */
function notice(parts: HubParts, image: HubImage): void {
  const receiver = parts.receiver
  const notices = parts.notices
  receiver.onForged = (id) => {
    notices.note(NOTICE.forgedAddress, id)
    // What it said of the vehicle or of shedding is set right at once.
    if (image.vehicle) parts.reports.vehicle.mark(0)
  }
  receiver.onDoubt = (id, conflicting) => {
    const source = sourceOf(id)
    // Tools come and go, each with counters of its own.
    if (conflicting && locationOfAddress(source) > 0) notices.note(NOTICE.twoTalkers, id)
    if (pgnOf(id) === VEHICLE_PGN && (parts.power === undefined || parts.power.inCharge.is(source))) parts.vehicle.doubt()
  }
}

function connectPower(parts: HubParts, power: HubPower): void {
  parts.receiver.on(PowerGrantDecoder, (values, _location, source) => power.heardGrant(values, source))
  parts.receiver.on(PowerShedDecoder, (values, _location, source) => power.heardShed(values, source))
  if (parts.seat !== undefined) parts.seat.listen(parts.receiver)
}

/** Comes ten times a second: what it uses is looked up once. */
function vehicleListener(parts: HubParts, image: HubImage): MessageHandler<VehicleStateValues> {
  const sleep = parts.sleep
  const seat = parts.seat
  const vehicle = parts.vehicle
  const inCharge = parts.power === undefined ? undefined : parts.power.inCharge
  // The dash knows the vehicle and is in charge of the power itself.
  const knows = image.vehicle
  return (values, _location, source) => {
    sleep.managerHeard()
    if (seat !== undefined) seat.heardVehicle(values, source)
    if (!knows && (inCharge === undefined || inCharge.heardVehicle(values, source))) vehicle.receive(values)
  }
}

function tellVehicle(slots: readonly PortSlot[]): void {
  for (const slot of slots) {
    const component = slot.component
    if (component !== undefined && component.vehicleChanged !== undefined) component.vehicleChanged()
  }
}

function slotOf(slots: readonly PortSlot[], componentClass: number): PortSlot | undefined {
  for (const slot of slots) {
    if (slot.boundClass() === componentClass) return slot
  }
  return undefined
}

function acceptCommands(parts: HubParts, entry: ComponentEntry): void {
  const command = entry.command
  if (command === undefined) return
  parts.receiver.on(command, (values, _location, source) => {
    const slot = slotOf(parts.slots, entry.code)
    if (slot === undefined) {
      parts.counters.rxNoComponent++
      for (const other of parts.slots) if (other.component === undefined) other.commands.pass(values, source)
    } else if (!parts.address.operating()) {
      // Who may not speak yet cannot echo: its sender would report as lost what was done.
      parts.counters.rxSilent++
      slot.commands.pass(values, source)
    } else if (slot.commands.receive(values, source) && parts.authentic !== undefined) {
      parts.authentic.acknowledge(topicOf(command), source, values.sequence)
    }
  })
}

/** Status of another hub's component: the echo of a command, and what a switch depends on. */
function follow(parts: HubParts, codec: Decoder<StatusValues>): void {
  const topic = topicOf(codec)
  parts.receiver.on(codec, (values, location, source) => {
    if (source !== hubAddress(location)) return
    parts.sender.observe(topic, location, values.echoSender, values.echoSequence)
    parts.known.observe(topic, location, values)
  })
}

/** Of a hub with keys: challenges, tags and receipts. */
function authenticate(parts: HubParts, authentic: Authentic): void {
  parts.transmit.sealer = authentic.sealing
  parts.sender.proves = location => authentic.sealing.knows(location)
  authentic.user = {
    deliver: (id, data, length) => parts.receiver.deliver(id, data, length),
    draws: port => parts.power !== undefined && parts.power.runLimit_A(port) > 0,
    commanded: () => parts.receiver.onWish(),
    managed: () => parts.sleep.managerHeard(),
    renewed: location => parts.sender.hurry(location),
    confirmed: (topic, location, sequence) => parts.sender.confirm(topic, location, sequence),
  }
  parts.receiver.on(FreshnessRequestDecoder, values => authentic.asked(values.target))
  parts.receiver.on(FreshnessDecoder, (values, location, source) => {
    authentic.heardChallenge(location, source, values.challengeLow, values.challengeHigh)
  })
  parts.receiver.on(FreshnessEpochDecoder, (values, _location, source) => authentic.heardEpoch(source, values.epochLow, values.epochHigh))
}

/** Which part hears what: of the bus, of the address claim, of the vehicle. */
export function connect(parts: HubParts, image: HubImage): void {
  connectBus(parts)
  notice(parts, image)
  parts.vehicle.onChange = () => tellVehicle(parts.slots)
  parts.receiver.on(NetworkSleepDecoder, (values, _location, source) => parts.sleep.receive(values, source))
  if (!image.vehicle || parts.seat !== undefined) parts.receiver.on(VehicleStateDecoder, vehicleListener(parts, image))
  if (parts.power !== undefined) connectPower(parts, parts.power)
  if (parts.authentic !== undefined) authenticate(parts, parts.authentic)
  for (const entry of image.components) acceptCommands(parts, entry)
  for (const codec of image.follows) follow(parts, codec)
}
