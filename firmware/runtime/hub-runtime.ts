import { COMPONENT_CLASS, HUB_STATE, IGNITION, MANAGER_STATE, PORT_FAULT, SLEEP_REASON } from '#protocol/catalogue/enums.ts'
import type { HubState, SleepPhase, SleepReason, Switch, SwitchEdge } from '#protocol/catalogue/enums.ts'
import { hubName } from '#protocol/claim.ts'
import { hubAddress, messagePgn } from '#protocol/id.ts'
import {
  ComponentAnnounceCodec, HubStatusCodec, NetworkSleepCodec, PowerGrantCodec, PowerShedCodec, SwitchEventCodec,
  VehicleStateCodec,
} from '#protocol/messages.generated.ts'
import type { VehicleStateValues } from '#protocol/messages.generated.ts'
import type { ComponentEntry } from '../components/component.ts'
import type { AnyCodec, CommandCodec, CommandValues, RowCodec, StatusCodec, StatusValues } from '../message.ts'
import type { Hal } from '../hal.ts'
import { AddressClaim } from './address.ts'
import { BusOffRecovery } from './bus-off.ts'
import { COMMAND_RESULT, CommandSender } from './command-sender.ts'
import { createCounters } from './counters.ts'
import type { HubCounters } from './counters.ts'
import { broadcastFilters, peerFilters } from './filters.ts'
import { SelfCare } from './heartbeat.ts'
import { HubPower } from '../power/hub/hub-power.ts'
import type { HubImage } from './image.ts'
import { KnownStatus } from './known-status.ts'
import { ManagerSeat } from '../power/manager/seat.ts'
import { PortSlot } from './port-slot.ts'
import type { SlotHost } from './port-slot.ts'
import { Receiver } from './receive.ts'
import { LOCATION_PHASE_ms, Reports } from './reports.ts'
import type { ReportedHub } from './reports.ts'
import { Schedule } from './schedule.ts'
import { Switches } from './switches.ts'
import { NO_KEY } from './frame-queue.ts'
import { NOT_BUSY, SleepControl } from './sleep.ts'
import type { SleepHost } from './sleep.ts'
import { Transmitter } from './transmit.ts'
import { Vehicle } from './vehicle.ts'

const SEQUENCES = 16

/** One running hub: owns the parts of the runtime and hands messages between them. */
export class HubRuntime implements SlotHost, SleepHost, ReportedHub {
  readonly hal: Hal
  readonly location: number
  readonly counters: HubCounters
  readonly schedule: Schedule
  readonly transmit: Transmitter
  readonly address: AddressClaim
  readonly vehicle: Vehicle
  readonly slots: PortSlot[]
  readonly commands: CommandSender
  /** The hub's side of the power; undefined on a bench. */
  readonly power: HubPower | undefined
  readonly seat: ManagerSeat | undefined
  readonly sleep: SleepControl
  private readonly image: HubImage
  private readonly receiver: Receiver
  private readonly busOff: BusOffRecovery
  private readonly known: KnownStatus
  private readonly switches: Switches
  private readonly reports: Reports

  constructor(hal: Hal, image: HubImage) {
    const address = hubAddress(hal.location)
    const counters = createCounters()
    const schedule = new Schedule(hal, counters)
    this.hal = hal
    this.image = image
    this.location = hal.location
    this.counters = counters
    this.schedule = schedule
    this.transmit = new Transmitter(hal, schedule, counters, address)
    this.receiver = new Receiver(schedule, counters, address, image.senderRoom)
    this.address = new AddressClaim(hal, schedule, this.transmit, counters, hubName(image.type, hal.location, hal.serial))
    this.busOff = new BusOffRecovery(hal, schedule, counters)
    this.vehicle = new Vehicle(schedule)
    this.known = new KnownStatus(image.actions)
    this.sleep = new SleepControl(this, schedule)
    this.commands = new CommandSender(schedule, this.transmit, counters, address, image.commandRoom,
      Math.floor(hal.random() * SEQUENCES), HubStatusCodec,
      (port, result, codec, location) => this.commandFinished(port, result, codec, location))
    const present = image.power === undefined ? undefined : image.power.present
    this.switches = new Switches(image.actions, hal.location, this, this.known, schedule, counters, present)
    this.power = this.powerSide()
    this.seat = this.managerSeat()
    this.slots = []
    for (let i = 0; i < hal.ports.length; i++) this.slots.push(new PortSlot(this, hal.ports[i]!, i))
    this.reports = new Reports(this)
  }

  /** Sets up the controller, claims the address and looks at the ports. */
  boot(): void {
    this.connect()
    const can = this.hal.can[0]!
    can.filter(broadcastFilters(this.location, this.image.hearsAll), peerFilters(this.location))
    can.onReceive((id, data, length) => this.receiver.receive(id, data, length))
    new SelfCare(this.hal, this.schedule, this.busOff).start()
    this.address.start()
    this.sleep.start()
    for (const slot of this.slots) slot.boot()
    if (this.seat !== undefined) this.seat.manager.start()
  }

  entryOf(componentClass: number): ComponentEntry | undefined {
    for (const entry of this.image.components) {
      if (entry.code === componentClass) return entry
    }
    return undefined
  }

  operating(): boolean {
    return this.address.state === HUB_STATE.operating
  }

  phase_ms(): number {
    return this.location * LOCATION_PHASE_ms
  }

  /** `HUB_STATE` */
  state(): HubState {
    const state = this.bareState()
    return state === HUB_STATE.operating && this.degraded() ? HUB_STATE.degraded : state
  }

  bareState(): HubState {
    return this.sleep.quiet() ? HUB_STATE.sleeping : this.address.state
  }

  /** True while a port shows a fault. */
  degraded(): boolean {
    for (const slot of this.slots) {
      if (slot.fault.code !== PORT_FAULT.none) return true
    }
    return false
  }

  sendStatus(codec: StatusCodec, values: StatusValues, index: number): void {
    this.transmit.send(codec, this.location, values, index)
    this.known.observe(codec, this.location, values)
  }

  sendEvent<Values extends object>(codec: RowCodec<Values>, values: Values): void {
    this.transmit.send(codec, this.location, values, NO_KEY)
  }

  sendCommand<V extends CommandValues>(codec: RowCodec<V>, location: number, values: V, hold: boolean, port: number): void {
    this.sleep.activity(SLEEP_REASON.switch)
    if (location === this.location) this.commandHere(codec, values, port)
    else this.commands.send(codec, location, values, hold, port)
  }

  endHold<V extends CommandValues>(codec: RowCodec<V>, location: number, values: V, port: number): void {
    if (location === this.location) this.commandHere(codec, values, port)
    else this.commands.override(codec, location, values, port)
  }

  switchChanged(port: number, code: Switch, edge: SwitchEdge, duration_ms: number): void {
    this.sleep.activity(SLEEP_REASON.switch)
    const event = SwitchEventCodec.create()
    event.switch = code
    event.edge = edge
    event.port = port
    event.duration_ms = duration_ms
    this.sendEvent(SwitchEventCodec, event)
    this.switches.changed(port, code, edge, duration_ms)
  }

  vehicleReading(ignition: number, gear: number, speed_kmh: number): void {
    this.sleep.activity(SLEEP_REASON.ignition)
    this.vehicle.read(ignition, gear, speed_kmh)
    this.reports.vehicle.mark(0)
  }

  vehicleGone(): void {
    this.vehicle.forget()
    this.reports.vehicle.mark(0)
  }

  componentNews(): void {
    this.sleep.activity(SLEEP_REASON.component)
  }

  portChanged(port: number): void {
    this.reports.ports.mark(port)
  }

  announce(port: number): void {
    this.sleep.activity(SLEEP_REASON.component)
    this.reports.announces.mark(port)
  }

  private connect(): void {
    const address = this.address
    address.onClaimed = () => this.startSending()
    address.onLost = () => this.stopSending()
    address.onStuck = () => this.busOff.check()
    address.onRequest = (pgn, delay_ms) => this.answerRequest(pgn, delay_ms)
    this.transmit.onStuck = () => this.busOff.check()
    this.receiver.onPeer = (id, data, length) => {
      if (!address.receive(id, data, length)) this.counters.rxUnwanted++
    }
    this.receiver.onWish = () => this.sleep.activity(SLEEP_REASON.bus)
    this.receiver.on(NetworkSleepCodec, (values, _location, source) => this.sleep.receive(values, source))
    this.vehicle.onChange = () => this.tellVehicle()
    if (!this.image.vehicle || this.seat !== undefined) {
      this.receiver.on(VehicleStateCodec, (values, _location, source) => this.heardVehicle(values, source))
    }
    if (this.power !== undefined) this.connectPower(this.power)
    for (const entry of this.image.components) this.acceptCommands(entry)
    for (const codec of this.image.follows) this.follow(codec)
  }

  private connectPower(power: HubPower): void {
    this.receiver.on(PowerGrantCodec, (values, _location, source) => power.heardGrant(values, source))
    this.receiver.on(PowerShedCodec, (values, _location, source) => power.heardShed(values, source))
    if (this.seat !== undefined) this.seat.listen(this.receiver)
  }

  private heardVehicle(values: VehicleStateValues, source: number): void {
    this.sleep.managerHeard()
    if (this.seat !== undefined) this.seat.heardVehicle(values, source)
    // The dash knows the vehicle and is in charge of the power itself.
    if (this.image.vehicle) return
    if (this.power === undefined || this.power.inCharge.heardVehicle(values, source)) this.vehicle.receive(values)
  }

  private acceptCommands(entry: ComponentEntry): void {
    if (entry.command === undefined) return
    this.receiver.on(entry.command, (values, _location, source) => {
      // Who may not speak yet cannot echo: its sender would report as lost what was done. A repetition comes soon.
      if (!this.operating()) {
        this.counters.rxSilent++
        return
      }
      const slot = this.slotOf(entry.code)
      if (slot === undefined) this.counters.rxNoComponent++
      else slot.commands.receive(values, source)
    })
  }

  private follow(codec: StatusCodec): void {
    this.receiver.on(codec, (values, location, source) => {
      if (source !== hubAddress(location)) return
      this.commands.observe(codec.kind, location, values.echoSender, values.echoSequence)
      this.known.observe(codec, location, values)
    })
  }

  private slotOf(componentClass: number): PortSlot | undefined {
    for (const slot of this.slots) {
      if (slot.boundClass() === componentClass) return slot
    }
    return undefined
  }

  private powerSide(): HubPower | undefined {
    const car = this.image.power
    if (car === undefined) return undefined
    const first = Math.floor(this.hal.random() * SEQUENCES)
    return new HubPower(this.location, car.shares_A[this.location] ?? 0, first, this.schedule, this.transmit, this.counters)
  }

  private managerSeat(): ManagerSeat | undefined {
    const car = this.image.power
    const entry = this.image.manager
    if (this.power === undefined || entry === undefined || car === undefined || car.plan === undefined) return undefined
    const manager = entry.create({
      location: this.location, schedule: this.schedule, power: this.power,
      operating: () => this.operating(),
      supply_V: () => this.hal.supply_V(),
      ignition: () => this.vehicle.ignition(),
      managerChanged: state => this.heartbeat(state !== MANAGER_STATE.none),
    }, car.plan)
    return new ManagerSeat(manager, this.power)
  }

  /** VehicleState is sent while there is a vehicle component to read, or a power manager in charge. */
  heartbeat(managing: boolean): void {
    if (!this.operating()) return
    if (this.image.vehicle) this.reports.vehicle.mark(0)
    else if (!managing) this.reports.vehicle.stop()
    else if (this.reports.vehicle.stopped()) this.reports.vehicle.start(1, VehicleStateCodec.activePeriod_ms, 0)
    else this.reports.vehicle.mark(0)
  }

  /** A command of an own switch for an own component. */
  private commandHere(codec: CommandCodec, values: CommandValues, port: number): void {
    values.sequence = this.commands.nextSequence(codec.kind, this.location)
    for (const slot of this.slots) {
      if (slot.entry === undefined || slot.entry.command === undefined || slot.entry.command.kind !== codec.kind) continue
      const done = slot.commands.executeLocal(values, this.location)
      this.commandFinished(port, done ? COMMAND_RESULT.echoed : COMMAND_RESULT.lost, codec, this.location)
      return
    }
    this.counters.rxNoComponent++
    this.commandFinished(port, COMMAND_RESULT.lost, codec, this.location)
  }

  private commandFinished(port: number, result: number, codec: AnyCodec, location: number): void {
    this.slots[port]!.commandFinished(result === COMMAND_RESULT.echoed)
    if (result === COMMAND_RESULT.echoed) return
    this.hal.log(`${codec.name} to location ${location} ${result === COMMAND_RESULT.lost ? 'was not executed' : 'was dropped'}`)
  }

  private tellVehicle(): void {
    for (const slot of this.slots) {
      const component = slot.component
      if (component !== undefined && component.vehicleChanged !== undefined) component.vehicleChanged()
    }
  }

  private startSending(): void {
    this.transmit.open()
    this.startCycles()
    this.reports.ports.mark(-1)
    this.reports.announces.mark(-1)
  }

  private startCycles(): void {
    this.reports.start(this.image.vehicle)
    for (const slot of this.slots) slot.startStatus()
  }

  private stopSending(): void {
    this.transmit.close()
    this.receiver.silent = true
    this.stopCycles()
  }

  private stopCycles(): void {
    this.reports.stop()
    for (const slot of this.slots) slot.stopStatus()
  }

  leads(): boolean {
    if (!this.operating()) return false
    return this.image.vehicle || (this.seat !== undefined && this.seat.manager.state !== MANAGER_STATE.none)
  }

  managed(): boolean {
    return !this.image.vehicle && this.vehicle.fresh()
  }

  /** A lease lasts as long as a manager renews it: who holds one keeps the network awake. */
  busy(): SleepReason | typeof NOT_BUSY {
    if (this.vehicle.ignition() !== IGNITION.off) return SLEEP_REASON.ignition
    if (this.commands.underWay() > 0) return SLEEP_REASON.bus
    for (const slot of this.slots) {
      if (slot.component === undefined) continue
      if (slot.component.moving()) return slot.boundClass() === COMPONENT_CLASS.switchPack ? SLEEP_REASON.switch : SLEEP_REASON.component
      if (slot.power.granted_A() > 0) return SLEEP_REASON.component
    }
    return NOT_BUSY
  }

  sendSleep(phase: SleepPhase, reason: SleepReason): void {
    const values = NetworkSleepCodec.create()
    values.phase = phase
    values.reason = reason
    this.transmit.send(NetworkSleepCodec, 0, values, 0)
  }

  fallSilent(): void {
    this.stopCycles()
    if (this.operating()) this.reports.lastWords()
  }

  mute(): void {
    this.transmit.close()
  }

  unmute(): void {
    if (this.operating()) this.transmit.open()
  }

  speak(): void {
    if (this.address.state === HUB_STATE.claiming) this.address.start()
    if (!this.operating()) return
    this.startCycles()
    if (this.seat !== undefined && this.seat.manager.state !== MANAGER_STATE.none) this.heartbeat(true)
  }

  powerDown(woken: (byBus: boolean) => void): void {
    this.stopCycles()
    this.address.rest()
    this.transmit.rest()
    for (const slot of this.slots) slot.sleep()
    this.schedule.pause()
    this.hal.log('sleeps')
    this.hal.sleep(woken)
  }

  powerUp(): void {
    this.schedule.resume()
    this.hal.log('wakes')
    for (const slot of this.slots) slot.wake()
  }

  private answerRequest(pgn: number, delay_ms: number): void {
    const here = messagePgn(ComponentAnnounceCodec.page, ComponentAnnounceCodec.kind, this.location)
    const anywhere = messagePgn(ComponentAnnounceCodec.page, ComponentAnnounceCodec.kind, 0)
    if (pgn === here || pgn === anywhere) this.reports.announces.repeatIn(delay_ms)
    else this.counters.requestsUnknown++
  }
}
