import type { Encoder } from '#protocol/index.ts'
import {
  COMPONENT_CLASS, type ComponentAnnounceValues, type ComponentClass, decodeDescriptor, type Descriptor, DESCRIPTOR_STATE,
  type DescriptorState, PORT_STATE, type PortState, type PortStatusValues, SLEEP_REASON, STUB_MAKER, type Switch, type SwitchEdge, topicOf,
} from '#protocol/index.ts'
import type { Component, ComponentContext, ComponentEntry, ComponentFault, DriverJob, VehicleView } from '../components/index.ts'
import type { Hal, Port } from '../hal.ts'
import type { StatusValues } from '../message.ts'
import type { HubPower } from '../power/hub/index.ts'
import { type FeedOwner, PortFeed } from '../power/port/index.ts'
import {
  type AddressClaim, CommandReceiver, CURRENT_STEPS, FrameCycle, type HubCounters, type Job, loadRecord, meanSupply_V, NO_KEY, saveRecord,
  type Schedule, type SleepControl, SteppedReading, SUPPLY_STEPS, type Transmitter, type Vehicle,
} from '../runtime/index.ts'
import { DriverJobs } from './driver-jobs.ts'
import type { KnownStatus } from './known-status.ts'
import type { Pairing } from './pairing.ts'
import type { PinchCounts } from './pinch-counts.ts'
import { CAUSE, PortFault } from './port-fault.ts'
import { LOCATION_PHASE_ms } from './reports.ts'
import type { Reports } from './reports.ts'
import type { Switches } from './switches.ts'

/** The contacts of a plug rest this long before the descriptor is read. */
const SETTLE_ms = 30
/** A descriptor that cannot be read is tried again after a pause. */
const READ_ATTEMPTS = 3
const READ_PAUSE_ms = 50
/** Ports read their descriptors one after the other at boot. */
const BOOT_STEP_ms = 5
/** Phase of a component's status within its period, by port. */
const PORT_PHASE_ms = 25
/** As the catalogue says of every component's status. */
const STATUS_MINIMUM_ms = 40
/** A lost command is shown for so long after the next one that comes through: a period of PortStatus, and half of one more. */
const LOSS_SHOWN_ms = 1500
/** A port that is off has no such part of the supply at its plug. */
const STAYS_ON = 1 / 2

/** What a port uses of its hub. */
export interface SlotHub {
  readonly hal: Hal
  readonly schedule: Schedule
  readonly counters: HubCounters
  readonly transmit: Transmitter
  readonly address: AddressClaim
  readonly vehicle: Vehicle
  readonly known: KnownStatus
  readonly sleep: Pick<SleepControl, 'activity'>
  readonly switches: Switches
  /** Undefined on a bench. */
  readonly power: HubPower | undefined
  readonly reports: Reports
  readonly pairing: Pairing
  readonly pinches: PinchCounts
  /** Of the component classes that the image serves. */
  readonly drivers: readonly ComponentEntry[]
}

/** The driver of a component class; undefined: the image has none. */
function driverOf(drivers: readonly ComponentEntry[], componentClass: ComponentClass): ComponentEntry | undefined {
  for (const entry of drivers) {
    if (entry.code === componentClass) return entry
  }
  return undefined
}

/** One socket of the hub, with what is plugged into it: finds the driver, feeds it, and is the driver's context. */
export class PortSlot implements ComponentContext, FeedOwner {
  readonly hal: Hal
  readonly port: Port
  readonly portIndex: number
  readonly location: number
  readonly vehicle: VehicleView
  readonly power: PortFeed
  readonly commands: CommandReceiver
  descriptorState: DescriptorState
  readonly fault: PortFault
  entry: ComponentEntry | undefined
  component: Component | undefined
  private readonly hub: SlotHub
  /** What was read from the plug, with or without a driver for it. */
  plugged: Descriptor | undefined
  /** Was read just now; what follows of it comes in a callback of its own. */
  private found: Descriptor | undefined
  private readonly plugJob: Job
  private readonly tickJob: Job
  private readonly lossJob: Job
  private readonly driverJobs: DriverJobs
  private readonly cycle: FrameCycle
  /** What its frames say of them. */
  private readonly supply: SteppedReading
  private readonly current: SteppedReading
  /** What the driver reports, if it does; its record. */
  private codec: Encoder<StatusValues> | undefined
  private values: StatusValues | undefined
  private attempts: number
  private tick_ms: number

  constructor(hub: SlotHub, port: Port, index: number) {
    this.hub = hub
    this.hal = hub.hal
    this.port = port
    this.portIndex = index
    this.location = hub.hal.location
    this.vehicle = hub.vehicle
    this.power = new PortFeed(port, index, hub.schedule, hub.counters, this, hub.power)
    this.commands = new CommandReceiver(`port ${index} command silence`, hub.schedule, hub.counters, this)
    this.plugged = undefined
    this.found = undefined
    this.descriptorState = DESCRIPTOR_STATE.absent
    this.fault = new PortFault(() => this.tellStatus())
    this.entry = undefined
    this.component = undefined
    this.plugJob = hub.schedule.loner(`port ${index} plug`, () => this.look())
    this.tickJob = hub.schedule.loner(`port ${index} tick`, () => this.fireTick())
    this.lossJob = hub.schedule.job(`port ${index} command loss`, () => this.fault.set(CAUSE.commandLost, false))
    this.driverJobs = new DriverJobs(hub.schedule, `port ${index}`)
    this.cycle = new FrameCycle(hub.schedule, `port ${index} status`, STATUS_MINIMUM_ms, statusIndex => this.sendStatus(statusIndex))
    this.supply = new SteppedReading(SUPPLY_STEPS)
    this.current = new SteppedReading(CURRENT_STEPS)
    this.codec = undefined
    this.values = undefined
    this.attempts = 0
    this.tick_ms = 0
  }

  /** For the driver: there is one while a driver is bound. */
  get descriptor(): Descriptor {
    return this.plugged!
  }

  /** Looks at the socket for the first time. */
  boot(): void {
    this.port.onPresence(present => this.presence(present))
    this.port.takeMeans()
    if (this.port.present()) this.hub.schedule.startIn(this.plugJob, this.portIndex * BOOT_STEP_ms)
    else this.fault.set(CAUSE.missing, this.hub.pairing.expects(this.portIndex))
  }

  /** The hub may send now. */
  startStatus(): void {
    const codec = this.codec
    if (codec === undefined) return
    const phase_ms = (this.location * LOCATION_PHASE_ms + (this.portIndex + 1) * PORT_PHASE_ms) % codec.idlePeriod_ms
    this.cycle.start(this.component!.statusCount, codec.idlePeriod_ms, phase_ms)
  }

  /** The hub may send no more. */
  stopStatus(): void {
    this.cycle.stop()
  }

  /** The hub sleeps: no feed. The driver stays, and with it what it knows. */
  sleep(): void {
    this.port.power(false)
    this.port.takeMeans()
  }

  wake(): void {
    if (this.component !== undefined) this.checkOff()
    if (this.component !== undefined && this.power.state() !== PORT_STATE.tripped) this.port.power(true)
  }

  /** Once a second. */
  care(): void {
    this.power.look()
  }

  state(): PortState {
    if (this.component !== undefined) return this.power.state()
    return this.descriptorState === DESCRIPTOR_STATE.absent ? PORT_STATE.empty : PORT_STATE.rejected
  }

  /** `COMPONENT_CLASS` of the driver bound; none without one. */
  boundClass(): ComponentClass {
    return this.entry === undefined ? COMPONENT_CLASS.none : this.entry.code
  }

  fillAnnounce(values: ComponentAnnounceValues): void {
    const plugged = this.plugged
    values.port = this.portIndex
    values.descriptor = this.descriptorState
    values.class = plugged === undefined ? COMPONENT_CLASS.none : plugged.class
    values.maker = plugged === undefined ? 0 : plugged.maker
    values.descriptorCrc = plugged === undefined ? 0 : plugged.crc
  }

  fillStatus(values: PortStatusValues): void {
    const component = this.component
    if (component !== undefined && component.inspect !== undefined) component.inspect()
    values.port = this.portIndex
    values.state = this.state()
    values.class = this.boundClass()
    values.current_A = this.current.next(this.power.reported_A())
    values.granted_A = this.power.granted_A()
    values.fault = this.fault.code
    values.stub = this.plugged !== undefined && this.plugged.maker === STUB_MAKER ? 1 : 0
  }

  job(name: string, fire: () => void): DriverJob {
    return this.driverJobs.make(name, fire)
  }

  tick(period_ms: number): void {
    if (period_ms === this.tick_ms) return
    this.tick_ms = period_ms
    if (period_ms > 0) this.hub.schedule.startIn(this.tickJob, period_ms)
    else this.hub.schedule.stop(this.tickJob)
  }

  tickLate(): void {
    this.hub.counters.ticksLate++
  }

  pinched(): void {
    this.hub.pinches.count(this.portIndex)
  }

  statusChanged(index: number): void {
    this.hub.sleep.activity(SLEEP_REASON.component)
    this.cycle.mark(index)
  }

  /** For the receiver: there is a driver that is commanded. */
  insists(): boolean {
    return this.hub.switches.insists(this.entry!.command!)
  }

  sendEvent<Values extends object>(codec: Encoder<Values>, values: Values): void {
    this.hub.transmit.send(codec, this.location, values, NO_KEY)
  }

  switchChanged(code: Switch, edge: SwitchEdge, duration_ms: number): void {
    // What ends because the pack was pulled out was no tap, however short.
    const lasted_ms = this.component === undefined ? NaN : duration_ms
    this.hub.sleep.activity(SLEEP_REASON.switch)
    this.hub.switches.changed(this.portIndex, code, edge, lasted_ms)
  }

  vehicleReading(ignition: number, gear: number, speed_kmh: number): void {
    this.hub.sleep.activity(SLEEP_REASON.ignition)
    this.hub.vehicle.read(ignition, gear, speed_kmh)
    this.hub.reports.vehicle.mark(0)
  }

  faulty(fault: ComponentFault, stands: boolean): void {
    this.fault.set(fault, stands)
  }

  load(key: number): Uint8Array | undefined {
    return loadRecord(this.hal.nvm, this.hub.counters, this.portIndex, this.descriptor.class, key)
  }

  save(key: number, bytes: Uint8Array): void {
    saveRecord(this.hal.nvm, this.portIndex, this.descriptor.class, key, bytes)
  }

  grantChanged(granted: boolean): void {
    const component = this.component
    if (component !== undefined && component.powerChanged !== undefined) component.powerChanged(granted)
    this.tellStatus()
  }

  /**
   * A command of this port's switches came through, or was lost. The loss is shown until a report later than the next that
   * comes through: what kept the command from the bus kept the report of it back, too.
   */
  commandFinished(delivered: boolean): void {
    const schedule = this.hub.schedule
    if (!delivered) {
      schedule.stop(this.lossJob)
      this.fault.set(CAUSE.commandLost, true)
    } else if (this.fault.stands(CAUSE.commandLost)) schedule.notLater(this.lossJob, schedule.now() + LOSS_SHOWN_ms)
  }

  refusalChanged(refused: boolean): void {
    this.fault.set(CAUSE.noGrant, refused)
  }

  feedChanged(state: PortState, granted: boolean): void {
    this.fault.set(CAUSE.eFuse, state === PORT_STATE.tripped)
    // Without a grant the limit is the idle current its descriptor promised.
    if (state === PORT_STATE.on) this.fault.set(CAUSE.overIdle, false)
    else if (state === PORT_STATE.limiting && !granted) this.fault.set(CAUSE.overIdle, true)
    this.tellStatus()
  }

  overdrawnChanged(overdrawn: boolean): void {
    this.fault.set(CAUSE.overGrant, overdrawn)
  }

  private presence(present: boolean): void {
    this.hub.schedule.stop(this.plugJob)
    this.found = undefined
    const known = this.component !== undefined || this.fault.stands(CAUSE.missing) || this.hub.pairing.expects(this.portIndex)
    this.unplug()
    this.fault.set(CAUSE.missing, known)
    if (!present) return
    this.port.takeMeans()
    this.attempts = 0
    this.hub.schedule.startIn(this.plugJob, SETTLE_ms)
  }

  /** At what is plugged in: reads its descriptor, then finds its driver. */
  private look(): void {
    const found = this.found
    if (found === undefined) {
      this.readDescriptor()
      return
    }
    this.found = undefined
    this.plugged = found
    const entry = driverOf(this.hub.drivers, found.class)
    if (entry === undefined) this.reject(DESCRIPTOR_STATE.unknownClass)
    else if (!this.hub.pairing.admits(this.portIndex, found)) this.reject(DESCRIPTOR_STATE.notPaired)
    else this.bind(entry, found)
  }

  private readDescriptor(): void {
    this.attempts++
    this.fault.set(CAUSE.missing, false)
    const reading = decodeDescriptor(this.port.descriptor())
    const descriptor = reading.descriptor
    if (descriptor === undefined) {
      if (this.attempts < READ_ATTEMPTS) this.hub.schedule.startIn(this.plugJob, READ_PAUSE_ms)
      else this.reject(reading.state)
      return
    }
    this.found = descriptor
    this.hub.schedule.startIn(this.plugJob, 0)
  }

  /** Something is plugged in that is not paired, or not known yet. */
  isStrange(): boolean {
    return this.port.present() && (this.descriptorState === DESCRIPTOR_STATE.absent || this.descriptorState === DESCRIPTOR_STATE.notPaired)
  }

  /** What the sockets may hold is another: what was refused is looked at again. */
  pairingChanged(): void {
    const refused = this.descriptorState === DESCRIPTOR_STATE.notPaired
    const admitted = this.plugged !== undefined && this.hub.pairing.admits(this.portIndex, this.plugged)
    if (refused && admitted) this.presence(true)
    if (!this.port.present()) this.fault.set(CAUSE.missing, this.hub.pairing.expects(this.portIndex))
  }

  /** Of a port that was switched off since its means were taken last: is there a voltage at its plug? */
  private checkOff(): void {
    this.port.takeMeans()
    this.fault.set(CAUSE.staysOn, this.port.meanPlug_V() > this.hal.supply_V() * STAYS_ON)
  }

  /** The port stays off, and says why. */
  private reject(state: DescriptorState): void {
    this.descriptorState = state
    this.fault.set(state === DESCRIPTOR_STATE.notPaired ? CAUSE.notPaired : CAUSE.badDescriptor, true)
    this.hub.counters.badDescriptors++
    this.hal.log(`port ${this.portIndex}: component refused, descriptor state ${state}`)
    this.tellChange(state)
  }

  private bind(entry: ComponentEntry, descriptor: Descriptor): void {
    this.descriptorState = DESCRIPTOR_STATE.present
    this.entry = entry
    this.hub.counters.plugs++
    this.checkOff()
    this.power.plug(descriptor.idle_A)
    const component = entry.create(this)
    this.component = component
    if (entry.status !== undefined && component.status !== undefined) {
      this.codec = entry.status
      this.values = entry.status.create()
    }
    this.commands.bind(component)
    if (this.power.granted() && component.powerChanged !== undefined) component.powerChanged(true)
    if (this.hub.address.operating()) {
      this.startStatus()
      this.statusChanged(-1)
    }
    this.tellChange(DESCRIPTOR_STATE.present)
  }

  private unplug(): void {
    const state = this.descriptorState
    if (state === DESCRIPTOR_STATE.absent) return
    const component = this.component
    this.component = undefined
    this.tick(0)
    this.cycle.stop()
    this.commands.bind(undefined)
    this.port.onInput(() => undefined)
    if (component !== undefined) {
      component.dispose()
      this.driverJobs.end()
      this.hub.counters.unplugs++
    }
    this.power.unplug()
    const wasVehicle = this.boundClass() === COMPONENT_CLASS.vehicle
    this.entry = undefined
    this.codec = undefined
    this.plugged = undefined
    this.descriptorState = DESCRIPTOR_STATE.absent
    this.fault.reset()
    if (wasVehicle) {
      this.hub.vehicle.forget()
      this.hub.reports.vehicle.mark(0)
    }
    this.tellChange(state)
  }

  /** `state`: of what came or went. What is not paired keeps nobody awake. */
  private tellChange(state: DescriptorState): void {
    if (state !== DESCRIPTOR_STATE.notPaired) this.hub.sleep.activity(SLEEP_REASON.component)
    this.hub.reports.announces.mark(this.portIndex)
    this.tellStatus()
  }

  private tellStatus(): void {
    this.hub.reports.ports.mark(this.portIndex)
  }

  private fireTick(): void {
    const component = this.component!
    if (component.tick === undefined) return
    const schedule = this.hub.schedule
    const now = schedule.now_ms
    const next_ms = this.tickJob.due_ms + this.tick_ms
    schedule.startAt(this.tickJob, next_ms > now ? next_ms : now + this.tick_ms)
    component.tick()
  }

  private sendStatus(index: number): void {
    const component = this.component!
    const codec = this.codec!
    const values = this.values!
    values.supply_V = this.supply.next(meanSupply_V(this.hal))
    values.current_A = this.current.next(this.port.current_A())
    values.granted_A = this.power.granted_A()
    values.echoSender = this.commands.echoSender
    values.echoSequence = this.commands.echoSequence
    component.status!(values, index)
    this.hub.transmit.send(codec, this.location, values, index)
    this.hub.known.observe(topicOf(codec), this.location, values)
    this.cycle.setPeriod(component.moving() && codec.activePeriod_ms > 0 ? codec.activePeriod_ms : codec.idlePeriod_ms)
  }
}
