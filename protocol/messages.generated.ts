// Generated from the message catalogue by `npm run generate`. Do not edit.
import type {
  CanState,
  ComponentClass,
  DescriptorState,
  Direction,
  Flag,
  Gear,
  GrantResult,
  HubState,
  Ignition,
  LatchAction,
  LatchState,
  LightAction,
  LightFault,
  ManagerState,
  MirrorAction,
  MirrorFold,
  PortFault,
  PortState,
  ResetCause,
  SeatFanState,
  ShedReason,
  SleepPhase,
  SleepReason,
  StereoAction,
  StereoSource,
  StereoTextKind,
  Switch,
  SwitchEdge,
  WindowAction,
  WindowState,
} from './enums.ts'
import type { Codec, Decoder, Encoder } from './codec.ts'
import { noValue, refuse, saturated, withoutValue } from './field-code.ts'

/** Heartbeat of a hub. */
export type HubStatusValues = {
  /** state of the hub; 0 booting, 1 claiming, 2 operating, 3 degraded, 4 silent, 5 sleeping */
  state: HubState
  /** why it last booted; 0 unknown, 1 powerOn, 2 brownOut, 3 watchdog, 4 requested, 5 external */
  resetCause: ResetCause
  /** fault confinement state (ISO 11898-1); 0 errorActive, 1 errorPassive, 2 busOff */
  canState: CanState
  /** transmit error counter; 0…253, NaN = not available */
  tec: number
  /** receive error counter; 0…253, NaN = not available */
  rec: number
  /** board temperature; -40…213 °C, NaN = not available */
  temperature_C: number
  /** supply at the hub; 0…25.3 V in steps of 0.1, NaN = not available */
  supply_V: number
  /** of a hub that can manage the power: which hubs it has lost, a bit a location from FL on; 0…255 */
  lost: number
}

const createHubStatus = (): HubStatusValues => ({ state: 0, resetCause: 0, canState: 0, tec: NaN, rec: NaN, temperature_C: NaN, supply_V: NaN, lost: 0 })

const encodeHubStatus = (values: HubStatusValues, data: Uint8Array): void => {
  if ((values.state & 7) !== values.state || values.state > 5) refuse('HubStatus.state', values.state, 'its codes 0…5')
  if ((values.resetCause & 7) !== values.resetCause || values.resetCause > 5) refuse('HubStatus.resetCause', values.resetCause, 'its codes 0…5')
  if ((values.canState & 3) !== values.canState || values.canState > 2) refuse('HubStatus.canState', values.canState, 'its codes 0…2')
  const stepsTec = values.tec
  const rawTec = stepsTec >= 0 && stepsTec <= 253 ? (stepsTec + 0.5) | 0 : saturated(stepsTec, 0, 253, 255)
  const stepsRec = values.rec
  const rawRec = stepsRec >= 0 && stepsRec <= 253 ? (stepsRec + 0.5) | 0 : saturated(stepsRec, 0, 253, 255)
  const stepsTemperature_C = values.temperature_C + 40
  const rawTemperature_C = stepsTemperature_C >= 0 && stepsTemperature_C <= 253 ? (stepsTemperature_C + 0.5) | 0 : saturated(stepsTemperature_C, 0, 253, 255)
  const stepsSupply_V = values.supply_V * 10
  const rawSupply_V = stepsSupply_V >= 0 && stepsSupply_V <= 253 ? (stepsSupply_V + 0.5) | 0 : saturated(stepsSupply_V, 0, 253, 255)
  if ((values.lost & 255) !== values.lost) refuse('HubStatus.lost', values.lost, 'the whole numbers 0…255')
  data[2] = values.state | (values.resetCause << 3) | (values.canState << 6)
  data[3] = rawTec
  data[4] = rawRec
  data[5] = rawTemperature_C
  data[6] = rawSupply_V
  data[7] = values.lost
}

const decodeHubStatus = (data: Uint8Array, values: HubStatusValues): void => {
  values.state = (data[2]! & 7) as HubState
  values.resetCause = ((data[2]! >> 3) & 7) as ResetCause
  values.canState = (data[2]! >> 6) as CanState
  const rawTec = data[3]!
  values.tec = rawTec <= 253 ? rawTec : noValue(rawTec, 255)
  const rawRec = data[4]!
  values.rec = rawRec <= 253 ? rawRec : noValue(rawRec, 255)
  const rawTemperature_C = data[5]!
  values.temperature_C = rawTemperature_C <= 253 ? rawTemperature_C - 40 : noValue(rawTemperature_C, 255)
  const rawSupply_V = data[6]!
  values.supply_V = rawSupply_V <= 253 ? rawSupply_V / 10 : noValue(rawSupply_V, 255)
  values.lost = data[7]!
}

export const HubStatusEncoder: Encoder<HubStatusValues> = {
  name: 'HubStatus', kind: 0, page: 0, length: 8, lifetime_ms: 3000, priority: 6, idlePeriod_ms: 1000, activePeriod_ms: 1000, minimumInterval_ms: 100,
  create: createHubStatus, encode: encodeHubStatus,
}

export const HubStatusDecoder: Decoder<HubStatusValues> = {
  kind: 0, page: 0, length: 8, lifetime_ms: 3000, locations: 510,
  create: createHubStatus, decode: decodeHubStatus,
}

export const HubStatusCodec: Codec<HubStatusValues> = {
  name: 'HubStatus', kind: 0, page: 0, length: 8, lifetime_ms: 3000, locations: 510, priority: 6, idlePeriod_ms: 1000, activePeriod_ms: 1000, minimumInterval_ms: 100,
  create: createHubStatus, encode: encodeHubStatus, decode: decodeHubStatus,
}

/** State of the vehicle, and the heartbeat of the power manager: three missed mean a takeover, and ignition off. */
export type VehicleStateValues = {
  /** position of the ignition lock; 0 off, 1 accessory, 2 on, 3 start */
  ignition: Ignition
  /** selected gear; 0 park, 1 reverse, 2 neutral, 3 drive, 4 manual */
  gear: Gear
  /** 0 = nothing shed; n = priorities above 3 - n are off; 0…3 */
  shedLevel: number
  /** road speed; 0…253 km/h, NaN = not available */
  speed_kmh: number
  /** supply at the sender; 0…25.3 V in steps of 0.1, NaN = not available */
  battery_V: number
  /** state of charge of the battery; 0…100 % in steps of 0.5, NaN = not available */
  charge_pct: number
  /** state of the power manager in the sender; 0 none, 1 active, 2 rebuilding, 3 staticShares */
  manager: ManagerState
}

const createVehicleState = (): VehicleStateValues => ({ ignition: 0, gear: 0, shedLevel: 0, speed_kmh: NaN, battery_V: NaN, charge_pct: NaN, manager: 0 })

const encodeVehicleState = (values: VehicleStateValues, data: Uint8Array): void => {
  if ((values.ignition & 3) !== values.ignition) refuse('VehicleState.ignition', values.ignition, 'its codes 0…3')
  if ((values.gear & 7) !== values.gear || values.gear > 4) refuse('VehicleState.gear', values.gear, 'its codes 0…4')
  if ((values.shedLevel & 3) !== values.shedLevel) refuse('VehicleState.shedLevel', values.shedLevel, 'the whole numbers 0…3')
  const stepsSpeed_kmh = values.speed_kmh
  const rawSpeed_kmh = stepsSpeed_kmh >= 0 && stepsSpeed_kmh <= 253 ? (stepsSpeed_kmh + 0.5) | 0 : saturated(stepsSpeed_kmh, 0, 253, 255)
  const stepsBattery_V = values.battery_V * 10
  const rawBattery_V = stepsBattery_V >= 0 && stepsBattery_V <= 253 ? (stepsBattery_V + 0.5) | 0 : saturated(stepsBattery_V, 0, 253, 255)
  const stepsCharge_pct = values.charge_pct * 2
  const rawCharge_pct = stepsCharge_pct >= 0 && stepsCharge_pct <= 200 ? (stepsCharge_pct + 0.5) | 0 : saturated(stepsCharge_pct, 0, 200, 255)
  if ((values.manager & 3) !== values.manager) refuse('VehicleState.manager', values.manager, 'its codes 0…3')
  data[2] = values.ignition | (values.gear << 3) | (values.shedLevel << 6)
  data[3] = rawSpeed_kmh
  data[4] = rawBattery_V
  data[5] = rawCharge_pct
  data[6] = values.manager
}

const decodeVehicleState = (data: Uint8Array, values: VehicleStateValues): void => {
  values.ignition = (data[2]! & 7) as Ignition
  values.gear = ((data[2]! >> 3) & 7) as Gear
  values.shedLevel = data[2]! >> 6
  const rawSpeed_kmh = data[3]!
  values.speed_kmh = rawSpeed_kmh <= 253 ? rawSpeed_kmh : noValue(rawSpeed_kmh, 255)
  const rawBattery_V = data[4]!
  values.battery_V = rawBattery_V <= 253 ? rawBattery_V / 10 : noValue(rawBattery_V, 255)
  const rawCharge_pct = data[5]!
  values.charge_pct = rawCharge_pct <= 200 ? rawCharge_pct / 2 : noValue(rawCharge_pct, 255)
  values.manager = (data[6]! & 3) as ManagerState
}

export const VehicleStateEncoder: Encoder<VehicleStateValues> = {
  name: 'VehicleState', kind: 0, page: 1, length: 7, lifetime_ms: 300, priority: 2, idlePeriod_ms: 100, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createVehicleState, encode: encodeVehicleState,
}

export const VehicleStateDecoder: Decoder<VehicleStateValues> = {
  kind: 0, page: 1, length: 7, lifetime_ms: 300, locations: 1,
  create: createVehicleState, decode: decodeVehicleState,
}

export const VehicleStateCodec: Codec<VehicleStateValues> = {
  name: 'VehicleState', kind: 0, page: 1, length: 7, lifetime_ms: 300, locations: 1, priority: 2, idlePeriod_ms: 100, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createVehicleState, encode: encodeVehicleState, decode: decodeVehicleState,
}

/** What is plugged into a port, on plug, on unplug and on a J1939 request for its PGN. */
export type ComponentAnnounceValues = {
  /** socket of the hub; 0…15 */
  port: number
  /** what reading the descriptor gave; 0 absent, 1 present, 2 badCrc, 3 badVersion, 4 unknownClass, 5 unreadable, 6 notPaired */
  descriptor: DescriptorState
  /** component class; 0 none, 1 window, 2 mirror, 3 latch, 4 lamp, 5 amplifier, 6 switchPack, 7 vehicle, 8 seatFan */
  class: ComponentClass
  /** maker code of the descriptor; 0…65535 */
  maker: number
  /** CRC-16 of the descriptor; 0…65535 */
  descriptorCrc: number
}

const createComponentAnnounce = (): ComponentAnnounceValues => ({ port: 0, descriptor: 0, class: 0, maker: 0, descriptorCrc: 0 })

const encodeComponentAnnounce = (values: ComponentAnnounceValues, data: Uint8Array): void => {
  if ((values.port & 15) !== values.port) refuse('ComponentAnnounce.port', values.port, 'the whole numbers 0…15')
  if ((values.descriptor & 7) !== values.descriptor || values.descriptor > 6) refuse('ComponentAnnounce.descriptor', values.descriptor, 'its codes 0…6')
  if ((values.class & 15) !== values.class || values.class > 8) refuse('ComponentAnnounce.class', values.class, 'its codes 0…8')
  if ((values.maker & 65535) !== values.maker) refuse('ComponentAnnounce.maker', values.maker, 'the whole numbers 0…65535')
  if ((values.descriptorCrc & 65535) !== values.descriptorCrc) refuse('ComponentAnnounce.descriptorCrc', values.descriptorCrc, 'the whole numbers 0…65535')
  data[2] = values.port | (values.descriptor << 4)
  data[3] = values.class
  data[4] = values.maker
  data[5] = values.maker >> 8
  data[6] = values.descriptorCrc
  data[7] = values.descriptorCrc >> 8
}

const decodeComponentAnnounce = (data: Uint8Array, values: ComponentAnnounceValues): void => {
  values.port = data[2]! & 15
  values.descriptor = (data[2]! >> 4) as DescriptorState
  values.class = (data[3]!) as ComponentClass
  values.maker = data[4]! | (data[5]! << 8)
  values.descriptorCrc = data[6]! | (data[7]! << 8)
}

export const ComponentAnnounceEncoder: Encoder<ComponentAnnounceValues> = {
  name: 'ComponentAnnounce', kind: 1, page: 0, length: 8, lifetime_ms: 3000, priority: 6, idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 50,
  create: createComponentAnnounce, encode: encodeComponentAnnounce,
}

export const ComponentAnnounceDecoder: Decoder<ComponentAnnounceValues> = {
  kind: 1, page: 0, length: 8, lifetime_ms: 3000, locations: 510,
  create: createComponentAnnounce, decode: decodeComponentAnnounce,
}

export const ComponentAnnounceCodec: Codec<ComponentAnnounceValues> = {
  name: 'ComponentAnnounce', kind: 1, page: 0, length: 8, lifetime_ms: 3000, locations: 510, priority: 6, idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 50,
  create: createComponentAnnounce, encode: encodeComponentAnnounce, decode: decodeComponentAnnounce,
}

/** Loads to switch off at once, before the supply dips. */
export type PowerShedValues = {
  /** 0 = nothing shed; n = priorities above 3 - n switch off; 0…3 */
  level: number
  /** why; 0 recovered, 1 undervoltage, 2 cranking, 3 overload, 4 requested */
  reason: ShedReason
}

const createPowerShed = (): PowerShedValues => ({ level: 0, reason: 0 })

const encodePowerShed = (values: PowerShedValues, data: Uint8Array): void => {
  if ((values.level & 3) !== values.level) refuse('PowerShed.level', values.level, 'the whole numbers 0…3')
  if ((values.reason & 7) !== values.reason || values.reason > 4) refuse('PowerShed.reason', values.reason, 'its codes 0…4')
  data[2] = values.level | (values.reason << 2)
}

const decodePowerShed = (data: Uint8Array, values: PowerShedValues): void => {
  values.level = data[2]! & 3
  values.reason = ((data[2]! >> 2) & 7) as ShedReason
}

export const PowerShedEncoder: Encoder<PowerShedValues> = {
  name: 'PowerShed', kind: 1, page: 1, length: 3, lifetime_ms: 200, priority: 0, idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 10,
  create: createPowerShed, encode: encodePowerShed,
}

export const PowerShedDecoder: Decoder<PowerShedValues> = {
  kind: 1, page: 1, length: 3, lifetime_ms: 200, locations: 1,
  create: createPowerShed, decode: decodePowerShed,
}

export const PowerShedCodec: Codec<PowerShedValues> = {
  name: 'PowerShed', kind: 1, page: 1, length: 3, lifetime_ms: 200, locations: 1, priority: 0, idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 10,
  create: createPowerShed, encode: encodePowerShed, decode: decodePowerShed,
}

/** Power state of one port; a hub with several ports sends one frame for each. */
export type PortStatusValues = {
  /** socket of the hub; 0…15 */
  port: number
  /** state of the eFuse; 0 empty, 1 off, 2 on, 3 limiting, 4 tripped, 5 rejected */
  state: PortState
  /** component class; 0 none, 1 window, 2 mirror, 3 latch, 4 lamp, 5 amplifier, 6 switchPack, 7 vehicle, 8 seatFan */
  class: ComponentClass
  /** current drawn; 0…50.6 A in steps of 0.2, NaN = not available */
  current_A: number
  /** current granted; 0…50.6 A in steps of 0.2, NaN = not available */
  granted_A: number
  /** fault; 0 none, 1 eFuse, 2 overDescriptor, 3 badDescriptor, 4 noGrant, 5 commandLost, 6 driver, 7 notPaired, 8 missing, 9 staysOn, 10 bulb, 11 motorUnknown */
  fault: PortFault
  /** what is plugged in is not there: a board on a desk plays it; 0 or 1 */
  stub: Flag
}

const createPortStatus = (): PortStatusValues => ({ port: 0, state: 0, class: 0, current_A: NaN, granted_A: NaN, fault: 0, stub: 0 })

const encodePortStatus = (values: PortStatusValues, data: Uint8Array): void => {
  if ((values.port & 15) !== values.port) refuse('PortStatus.port', values.port, 'the whole numbers 0…15')
  if ((values.state & 7) !== values.state || values.state > 5) refuse('PortStatus.state', values.state, 'its codes 0…5')
  if ((values.class & 15) !== values.class || values.class > 8) refuse('PortStatus.class', values.class, 'its codes 0…8')
  const stepsCurrent_A = values.current_A * 5
  const rawCurrent_A = stepsCurrent_A >= 0 && stepsCurrent_A <= 253 ? (stepsCurrent_A + 0.5) | 0 : saturated(stepsCurrent_A, 0, 253, 255)
  const stepsGranted_A = values.granted_A * 5
  const rawGranted_A = stepsGranted_A >= 0 && stepsGranted_A <= 253 ? (stepsGranted_A + 0.5) | 0 : saturated(stepsGranted_A, 0, 253, 255)
  if ((values.fault & 15) !== values.fault || values.fault > 11) refuse('PortStatus.fault', values.fault, 'its codes 0…11')
  if ((values.stub & 1) !== values.stub) refuse('PortStatus.stub', values.stub, 'the whole numbers 0…1')
  data[2] = values.port | (values.state << 4)
  data[3] = values.class
  data[4] = rawCurrent_A
  data[5] = rawGranted_A
  data[6] = values.fault | (values.stub << 4)
}

const decodePortStatus = (data: Uint8Array, values: PortStatusValues): void => {
  values.port = data[2]! & 15
  values.state = (data[2]! >> 4) as PortState
  values.class = (data[3]!) as ComponentClass
  const rawCurrent_A = data[4]!
  values.current_A = rawCurrent_A <= 253 ? rawCurrent_A / 5 : noValue(rawCurrent_A, 255)
  const rawGranted_A = data[5]!
  values.granted_A = rawGranted_A <= 253 ? rawGranted_A / 5 : noValue(rawGranted_A, 255)
  values.fault = (data[6]! & 15) as PortFault
  values.stub = ((data[6]! >> 4) & 1) as Flag
}

export const PortStatusEncoder: Encoder<PortStatusValues> = {
  name: 'PortStatus', kind: 2, page: 0, length: 7, lifetime_ms: 3000, priority: 6, idlePeriod_ms: 1000, activePeriod_ms: 1000, minimumInterval_ms: 20,
  create: createPortStatus, encode: encodePortStatus,
}

export const PortStatusDecoder: Decoder<PortStatusValues> = {
  kind: 2, page: 0, length: 7, lifetime_ms: 3000, locations: 510,
  create: createPortStatus, decode: decodePortStatus,
}

export const PortStatusCodec: Codec<PortStatusValues> = {
  name: 'PortStatus', kind: 2, page: 0, length: 7, lifetime_ms: 3000, locations: 510, priority: 6, idlePeriod_ms: 1000, activePeriod_ms: 1000, minimumInterval_ms: 20,
  create: createPortStatus, encode: encodePortStatus, decode: decodePortStatus,
}

/** The network goes to sleep or wakes. With ignition off and 40 s without activity the manager says "proposed" (three times, 100 ms apart). A hub with something under way (motion, a held switch, a command, a lease: a lit lamp, a heater, the stereo) or with activity of its own in these 40 s says "vetoed" within 500 ms, and the manager tries again after 5 s. Without a veto it says "agreed" (three times): every hub sends a last HubStatus (sleeping), and within 1 s nothing; ports are off, controllers asleep with wake-up on a dominant bit. Who is woken by its own switch, plug or key says "waking" first; who is woken by the bus is silent until it hears the manager, "waking" or a command, and sleeps again after 3 s without. The frame that wakes is lost, so commands are repeated until echoed. A hub that hears no manager sleeps by itself after 60 s without activity, ignition stale counting as off. "agreed" does not bind a hub that has become busy: it says "waking". Waking needs no new address claim. */
export type NetworkSleepValues = {
  /** step of the agreement; 0 proposed, 1 vetoed, 2 agreed, 3 waking */
  phase: SleepPhase
  /** why; 0 inactivity, 1 switch, 2 bus, 3 component, 4 diagnostics, 5 ignition */
  reason: SleepReason
}

const createNetworkSleep = (): NetworkSleepValues => ({ phase: 0, reason: 0 })

const encodeNetworkSleep = (values: NetworkSleepValues, data: Uint8Array): void => {
  if ((values.phase & 3) !== values.phase) refuse('NetworkSleep.phase', values.phase, 'its codes 0…3')
  if ((values.reason & 7) !== values.reason || values.reason > 5) refuse('NetworkSleep.reason', values.reason, 'its codes 0…5')
  data[2] = values.phase | (values.reason << 2)
}

const decodeNetworkSleep = (data: Uint8Array, values: NetworkSleepValues): void => {
  values.phase = (data[2]! & 3) as SleepPhase
  values.reason = ((data[2]! >> 2) & 7) as SleepReason
}

export const NetworkSleepEncoder: Encoder<NetworkSleepValues> = {
  name: 'NetworkSleep', kind: 2, page: 1, length: 3, lifetime_ms: 500, priority: 3, idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 100,
  create: createNetworkSleep, encode: encodeNetworkSleep,
}

export const NetworkSleepDecoder: Decoder<NetworkSleepValues> = {
  kind: 2, page: 1, length: 3, lifetime_ms: 500, locations: 1,
  create: createNetworkSleep, decode: decodeNetworkSleep,
}

export const NetworkSleepCodec: Codec<NetworkSleepValues> = {
  name: 'NetworkSleep', kind: 2, page: 1, length: 3, lifetime_ms: 500, locations: 1, priority: 3, idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 100,
  create: createNetworkSleep, encode: encodeNetworkSleep, decode: decodeNetworkSleep,
}

/** A port asks the power manager for a lease. */
export type PowerRequestValues = {
  /** socket of the hub; 0…15 */
  port: number
  /** sequence of this request; 0…15 */
  sequence: number
  /** current while running; 0…50.6 A in steps of 0.2, NaN = does not matter */
  run_A: number
  /** inrush or stall current; 0…50.6 A in steps of 0.2, NaN = does not matter */
  peak_A: number
  /** time it expects to need; 0…25300 ms in steps of 100, NaN = does not matter */
  duration_ms: number
  /** 0 safety, 1 access, 2 comfort in use, 3 comfort idle; 0…3 */
  priority: number
}

const createPowerRequest = (): PowerRequestValues => ({ port: 0, sequence: 0, run_A: NaN, peak_A: NaN, duration_ms: NaN, priority: 0 })

const encodePowerRequest = (values: PowerRequestValues, data: Uint8Array): void => {
  if ((values.port & 15) !== values.port) refuse('PowerRequest.port', values.port, 'the whole numbers 0…15')
  if ((values.sequence & 15) !== values.sequence) refuse('PowerRequest.sequence', values.sequence, 'the whole numbers 0…15')
  const stepsRun_A = values.run_A * 5
  const rawRun_A = stepsRun_A >= 0 && stepsRun_A <= 253 ? (stepsRun_A + 0.5) | 0 : withoutValue(values.run_A, 255, 'PowerRequest.run_A', '0…50.6 A')
  const stepsPeak_A = values.peak_A * 5
  const rawPeak_A = stepsPeak_A >= 0 && stepsPeak_A <= 253 ? (stepsPeak_A + 0.5) | 0 : withoutValue(values.peak_A, 255, 'PowerRequest.peak_A', '0…50.6 A')
  const stepsDuration_ms = values.duration_ms / 100
  const rawDuration_ms = stepsDuration_ms >= 0 && stepsDuration_ms <= 253 ? (stepsDuration_ms + 0.5) | 0 : withoutValue(values.duration_ms, 255, 'PowerRequest.duration_ms', '0…25300 ms')
  if ((values.priority & 3) !== values.priority) refuse('PowerRequest.priority', values.priority, 'the whole numbers 0…3')
  data[2] = values.port | (values.sequence << 4)
  data[3] = rawRun_A
  data[4] = rawPeak_A
  data[5] = rawDuration_ms
  data[6] = values.priority
}

const decodePowerRequest = (data: Uint8Array, values: PowerRequestValues): void => {
  values.port = data[2]! & 15
  values.sequence = data[2]! >> 4
  const rawRun_A = data[3]!
  values.run_A = rawRun_A <= 253 ? rawRun_A / 5 : noValue(rawRun_A, 255)
  const rawPeak_A = data[4]!
  values.peak_A = rawPeak_A <= 253 ? rawPeak_A / 5 : noValue(rawPeak_A, 255)
  const rawDuration_ms = data[5]!
  values.duration_ms = rawDuration_ms <= 253 ? rawDuration_ms * 100 : noValue(rawDuration_ms, 255)
  values.priority = data[6]! & 3
}

export const PowerRequestEncoder: Encoder<PowerRequestValues> = {
  name: 'PowerRequest', kind: 3, page: 0, length: 7, lifetime_ms: 200, priority: 1, idlePeriod_ms: 0, activePeriod_ms: 1000, minimumInterval_ms: 10,
  create: createPowerRequest, encode: encodePowerRequest,
}

export const PowerRequestDecoder: Decoder<PowerRequestValues> = {
  kind: 3, page: 0, length: 7, lifetime_ms: 200, locations: 510,
  create: createPowerRequest, decode: decodePowerRequest,
}

export const PowerRequestCodec: Codec<PowerRequestValues> = {
  name: 'PowerRequest', kind: 3, page: 0, length: 7, lifetime_ms: 200, locations: 510, priority: 1, idlePeriod_ms: 0, activePeriod_ms: 1000, minimumInterval_ms: 10,
  create: createPowerRequest, encode: encodePowerRequest, decode: decodePowerRequest,
}

/** Permission for a port to draw a current for the time of the lease. */
export type PowerGrantValues = {
  /** socket of the hub; 0…15 */
  port: number
  /** sequence of the request it answers; 0…15 */
  sequence: number
  /** current allowed while the lease lasts; 0…50.6 A in steps of 0.2, NaN = does not matter */
  run_A: number
  /** current allowed for inrush and stall; 0…50.6 A in steps of 0.2, NaN = does not matter */
  peak_A: number
  /** lease, counted from the request; 0…12650 ms in steps of 50, NaN = does not matter */
  lease_ms: number
  /** decision; 0 granted, 1 deferred, 2 refused, 3 revoked */
  result: GrantResult
}

const createPowerGrant = (): PowerGrantValues => ({ port: 0, sequence: 0, run_A: NaN, peak_A: NaN, lease_ms: NaN, result: 0 })

const encodePowerGrant = (values: PowerGrantValues, data: Uint8Array): void => {
  if ((values.port & 15) !== values.port) refuse('PowerGrant.port', values.port, 'the whole numbers 0…15')
  if ((values.sequence & 15) !== values.sequence) refuse('PowerGrant.sequence', values.sequence, 'the whole numbers 0…15')
  const stepsRun_A = values.run_A * 5
  const rawRun_A = stepsRun_A >= 0 && stepsRun_A <= 253 ? (stepsRun_A + 0.5) | 0 : withoutValue(values.run_A, 255, 'PowerGrant.run_A', '0…50.6 A')
  const stepsPeak_A = values.peak_A * 5
  const rawPeak_A = stepsPeak_A >= 0 && stepsPeak_A <= 253 ? (stepsPeak_A + 0.5) | 0 : withoutValue(values.peak_A, 255, 'PowerGrant.peak_A', '0…50.6 A')
  const stepsLease_ms = values.lease_ms / 50
  const rawLease_ms = stepsLease_ms >= 0 && stepsLease_ms <= 253 ? (stepsLease_ms + 0.5) | 0 : withoutValue(values.lease_ms, 255, 'PowerGrant.lease_ms', '0…12650 ms')
  if ((values.result & 3) !== values.result) refuse('PowerGrant.result', values.result, 'its codes 0…3')
  data[2] = values.port | (values.sequence << 4)
  data[3] = rawRun_A
  data[4] = rawPeak_A
  data[5] = rawLease_ms
  data[6] = values.result
}

const decodePowerGrant = (data: Uint8Array, values: PowerGrantValues): void => {
  values.port = data[2]! & 15
  values.sequence = data[2]! >> 4
  const rawRun_A = data[3]!
  values.run_A = rawRun_A <= 253 ? rawRun_A / 5 : noValue(rawRun_A, 255)
  const rawPeak_A = data[4]!
  values.peak_A = rawPeak_A <= 253 ? rawPeak_A / 5 : noValue(rawPeak_A, 255)
  const rawLease_ms = data[5]!
  values.lease_ms = rawLease_ms <= 253 ? rawLease_ms * 50 : noValue(rawLease_ms, 255)
  values.result = (data[6]! & 3) as GrantResult
}

export const PowerGrantEncoder: Encoder<PowerGrantValues> = {
  name: 'PowerGrant', kind: 3, page: 1, length: 7, lifetime_ms: 200, priority: 1, idlePeriod_ms: 0, activePeriod_ms: 1000, minimumInterval_ms: 10,
  create: createPowerGrant, encode: encodePowerGrant,
}

export const PowerGrantDecoder: Decoder<PowerGrantValues> = {
  kind: 3, page: 1, length: 7, lifetime_ms: 200, locations: 510,
  create: createPowerGrant, decode: decodePowerGrant,
}

export const PowerGrantCodec: Codec<PowerGrantValues> = {
  name: 'PowerGrant', kind: 3, page: 1, length: 7, lifetime_ms: 200, locations: 510, priority: 1, idlePeriod_ms: 0, activePeriod_ms: 1000, minimumInterval_ms: 10,
  create: createPowerGrant, encode: encodePowerGrant, decode: decodePowerGrant,
}

/** A port gives its lease back. */
export type PowerReleaseValues = {
  /** socket of the hub; 0…15 */
  port: number
  /** sequence of the request whose lease ends; 0…15 */
  sequence: number
}

const createPowerRelease = (): PowerReleaseValues => ({ port: 0, sequence: 0 })

const encodePowerRelease = (values: PowerReleaseValues, data: Uint8Array): void => {
  if ((values.port & 15) !== values.port) refuse('PowerRelease.port', values.port, 'the whole numbers 0…15')
  if ((values.sequence & 15) !== values.sequence) refuse('PowerRelease.sequence', values.sequence, 'the whole numbers 0…15')
  data[2] = values.port | (values.sequence << 4)
}

const decodePowerRelease = (data: Uint8Array, values: PowerReleaseValues): void => {
  values.port = data[2]! & 15
  values.sequence = data[2]! >> 4
}

export const PowerReleaseEncoder: Encoder<PowerReleaseValues> = {
  name: 'PowerRelease', kind: 4, page: 0, length: 3, lifetime_ms: 1000, priority: 3, idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 20,
  create: createPowerRelease, encode: encodePowerRelease,
}

export const PowerReleaseDecoder: Decoder<PowerReleaseValues> = {
  kind: 4, page: 0, length: 3, lifetime_ms: 1000, locations: 510,
  create: createPowerRelease, decode: decodePowerRelease,
}

export const PowerReleaseCodec: Codec<PowerReleaseValues> = {
  name: 'PowerRelease', kind: 4, page: 0, length: 3, lifetime_ms: 1000, locations: 510, priority: 3, idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 20,
  create: createPowerRelease, encode: encodePowerRelease, decode: decodePowerRelease,
}

/** Of a manager with keys: the random word that the tags of what it says to all are made with, from when it begins to speak or its counter ends, and when asked. Counts for a hub once a FreshnessProof proves it. */
export type FreshnessEpochValues = {
  /** low half of the epoch; 0…65535 */
  epochLow: number
  /** high half of the epoch; 0…65535 */
  epochHigh: number
}

const createFreshnessEpoch = (): FreshnessEpochValues => ({ epochLow: 0, epochHigh: 0 })

const encodeFreshnessEpoch = (values: FreshnessEpochValues, data: Uint8Array): void => {
  if ((values.epochLow & 65535) !== values.epochLow) refuse('FreshnessEpoch.epochLow', values.epochLow, 'the whole numbers 0…65535')
  if ((values.epochHigh & 65535) !== values.epochHigh) refuse('FreshnessEpoch.epochHigh', values.epochHigh, 'the whole numbers 0…65535')
  data[2] = values.epochLow
  data[3] = values.epochLow >> 8
  data[4] = values.epochHigh
  data[5] = values.epochHigh >> 8
}

const decodeFreshnessEpoch = (data: Uint8Array, values: FreshnessEpochValues): void => {
  values.epochLow = data[2]! | (data[3]! << 8)
  values.epochHigh = data[4]! | (data[5]! << 8)
}

export const FreshnessEpochEncoder: Encoder<FreshnessEpochValues> = {
  name: 'FreshnessEpoch', kind: 4, page: 1, length: 6, lifetime_ms: 500, priority: 3, idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 200,
  create: createFreshnessEpoch, encode: encodeFreshnessEpoch,
}

export const FreshnessEpochDecoder: Decoder<FreshnessEpochValues> = {
  kind: 4, page: 1, length: 6, lifetime_ms: 500, locations: 1,
  create: createFreshnessEpoch, decode: decodeFreshnessEpoch,
}

export const FreshnessEpochCodec: Codec<FreshnessEpochValues> = {
  name: 'FreshnessEpoch', kind: 4, page: 1, length: 6, lifetime_ms: 500, locations: 1, priority: 3, idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 200,
  create: createFreshnessEpoch, encode: encodeFreshnessEpoch, decode: decodeFreshnessEpoch,
}

/** A switch moved; for displays and logs, it never actuates. */
export type SwitchEventValues = {
  /** switch function; 44 codes */
  switch: Switch
  /** what happened; 0 released, 1 pressed, 2 held, 3 stuck */
  edge: SwitchEdge
  /** socket of the switch pack; 0…15 */
  port: number
  /** time since it was pressed; 0…65533 ms, NaN = not available */
  duration_ms: number
}

const createSwitchEvent = (): SwitchEventValues => ({ switch: 0, edge: 0, port: 0, duration_ms: NaN })

const encodeSwitchEvent = (values: SwitchEventValues, data: Uint8Array): void => {
  if ((values.switch & 127) !== values.switch || (values.switch >= 11 && values.switch <= 15) || (values.switch >= 29 && values.switch <= 31) || (values.switch >= 38 && values.switch <= 47) || (values.switch >= 53 && values.switch <= 63) || (values.switch >= 70 && values.switch <= 79) || values.switch > 82) refuse('SwitchEvent.switch', values.switch, 'its codes 0…10, 16…28, 32…37, 48…52, 64…69, 80…82')
  if ((values.edge & 3) !== values.edge) refuse('SwitchEvent.edge', values.edge, 'its codes 0…3')
  if ((values.port & 15) !== values.port) refuse('SwitchEvent.port', values.port, 'the whole numbers 0…15')
  const stepsDuration_ms = values.duration_ms
  const rawDuration_ms = stepsDuration_ms >= 0 && stepsDuration_ms <= 65533 ? (stepsDuration_ms + 0.5) | 0 : saturated(stepsDuration_ms, 0, 65533, 65535)
  data[2] = values.switch
  data[3] = values.edge | (values.port << 4)
  data[4] = rawDuration_ms
  data[5] = rawDuration_ms >> 8
}

const decodeSwitchEvent = (data: Uint8Array, values: SwitchEventValues): void => {
  values.switch = (data[2]!) as Switch
  values.edge = (data[3]! & 3) as SwitchEdge
  values.port = data[3]! >> 4
  const rawDuration_ms = data[4]! | (data[5]! << 8)
  values.duration_ms = rawDuration_ms <= 65533 ? rawDuration_ms : noValue(rawDuration_ms, 65535)
}

export const SwitchEventEncoder: Encoder<SwitchEventValues> = {
  name: 'SwitchEvent', kind: 5, page: 0, length: 6, lifetime_ms: 1000, priority: 5, idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 20,
  create: createSwitchEvent, encode: encodeSwitchEvent,
}

export const SwitchEventDecoder: Decoder<SwitchEventValues> = {
  kind: 5, page: 0, length: 6, lifetime_ms: 1000, locations: 510,
  create: createSwitchEvent, decode: decodeSwitchEvent,
}

export const SwitchEventCodec: Codec<SwitchEventValues> = {
  name: 'SwitchEvent', kind: 5, page: 0, length: 6, lifetime_ms: 1000, locations: 510, priority: 5, idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 20,
  create: createSwitchEvent, encode: encodeSwitchEvent, decode: decodeSwitchEvent,
}

/** Of a manager with keys, after each Freshness of a hub: its epoch and counter, proved over the hub's challenge. What was said to all before counts there no more. */
export type FreshnessProofValues = {
  /** the last counter used in this epoch; 0…65535 */
  counter: number
  /** first two bytes of the tag; 0…65535 */
  tagLow: number
  /** last two bytes of the tag; 0…65535 */
  tagHigh: number
}

const createFreshnessProof = (): FreshnessProofValues => ({ counter: 0, tagLow: 0, tagHigh: 0 })

const encodeFreshnessProof = (values: FreshnessProofValues, data: Uint8Array): void => {
  if ((values.counter & 65535) !== values.counter) refuse('FreshnessProof.counter', values.counter, 'the whole numbers 0…65535')
  if ((values.tagLow & 65535) !== values.tagLow) refuse('FreshnessProof.tagLow', values.tagLow, 'the whole numbers 0…65535')
  if ((values.tagHigh & 65535) !== values.tagHigh) refuse('FreshnessProof.tagHigh', values.tagHigh, 'the whole numbers 0…65535')
  data[2] = values.counter
  data[3] = values.counter >> 8
  data[4] = values.tagLow
  data[5] = values.tagLow >> 8
  data[6] = values.tagHigh
  data[7] = values.tagHigh >> 8
}

const decodeFreshnessProof = (data: Uint8Array, values: FreshnessProofValues): void => {
  values.counter = data[2]! | (data[3]! << 8)
  values.tagLow = data[4]! | (data[5]! << 8)
  values.tagHigh = data[6]! | (data[7]! << 8)
}

export const FreshnessProofEncoder: Encoder<FreshnessProofValues> = {
  name: 'FreshnessProof', kind: 5, page: 1, length: 8, lifetime_ms: 500, priority: 3, idlePeriod_ms: 0, activePeriod_ms: 2000, minimumInterval_ms: 100,
  create: createFreshnessProof, encode: encodeFreshnessProof,
}

export const FreshnessProofDecoder: Decoder<FreshnessProofValues> = {
  kind: 5, page: 1, length: 8, lifetime_ms: 500, locations: 510,
  create: createFreshnessProof, decode: decodeFreshnessProof,
}

export const FreshnessProofCodec: Codec<FreshnessProofValues> = {
  name: 'FreshnessProof', kind: 5, page: 1, length: 8, lifetime_ms: 500, locations: 510, priority: 3, idlePeriod_ms: 0, activePeriod_ms: 2000, minimumInterval_ms: 100,
  create: createFreshnessProof, encode: encodeFreshnessProof, decode: decodeFreshnessProof,
}

/** Of a hub with keys: the challenge that the tags of what is said to it are made with from now on. Random, and another one every 2 s, after a boot, a wake-up, a wrong tag and a FreshnessRequest. Counters of all senders start at 0 with it. */
export type FreshnessValues = {
  /** low half of the challenge; 0…65535 */
  challengeLow: number
  /** high half of the challenge; 0…65535 */
  challengeHigh: number
}

const createFreshness = (): FreshnessValues => ({ challengeLow: 0, challengeHigh: 0 })

const encodeFreshness = (values: FreshnessValues, data: Uint8Array): void => {
  if ((values.challengeLow & 65535) !== values.challengeLow) refuse('Freshness.challengeLow', values.challengeLow, 'the whole numbers 0…65535')
  if ((values.challengeHigh & 65535) !== values.challengeHigh) refuse('Freshness.challengeHigh', values.challengeHigh, 'the whole numbers 0…65535')
  data[2] = values.challengeLow
  data[3] = values.challengeLow >> 8
  data[4] = values.challengeHigh
  data[5] = values.challengeHigh >> 8
}

const decodeFreshness = (data: Uint8Array, values: FreshnessValues): void => {
  values.challengeLow = data[2]! | (data[3]! << 8)
  values.challengeHigh = data[4]! | (data[5]! << 8)
}

export const FreshnessEncoder: Encoder<FreshnessValues> = {
  name: 'Freshness', kind: 6, page: 0, length: 6, lifetime_ms: 1000, priority: 3, idlePeriod_ms: 0, activePeriod_ms: 2000, minimumInterval_ms: 100,
  create: createFreshness, encode: encodeFreshness,
}

export const FreshnessDecoder: Decoder<FreshnessValues> = {
  kind: 6, page: 0, length: 6, lifetime_ms: 1000, locations: 510,
  create: createFreshness, decode: decodeFreshness,
}

export const FreshnessCodec: Codec<FreshnessValues> = {
  name: 'Freshness', kind: 6, page: 0, length: 6, lifetime_ms: 1000, locations: 510, priority: 3, idlePeriod_ms: 0, activePeriod_ms: 2000, minimumInterval_ms: 100,
  create: createFreshness, encode: encodeFreshness, decode: decodeFreshness,
}

/** Who wants to command a hub with keys and does not know its challenge, or has lost count, asks for a new one. */
export type FreshnessRequestValues = {
  /** location of the hub; 0 = every one; 0…15 */
  target: number
}

const createFreshnessRequest = (): FreshnessRequestValues => ({ target: 0 })

const encodeFreshnessRequest = (values: FreshnessRequestValues, data: Uint8Array): void => {
  if ((values.target & 15) !== values.target) refuse('FreshnessRequest.target', values.target, 'the whole numbers 0…15')
  data[2] = values.target
}

const decodeFreshnessRequest = (data: Uint8Array, values: FreshnessRequestValues): void => {
  values.target = data[2]! & 15
}

export const FreshnessRequestEncoder: Encoder<FreshnessRequestValues> = {
  name: 'FreshnessRequest', kind: 6, page: 1, length: 3, lifetime_ms: 500, priority: 3, idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 200,
  create: createFreshnessRequest, encode: encodeFreshnessRequest,
}

export const FreshnessRequestDecoder: Decoder<FreshnessRequestValues> = {
  kind: 6, page: 1, length: 3, lifetime_ms: 500, locations: 1,
  create: createFreshnessRequest, decode: decodeFreshnessRequest,
}

export const FreshnessRequestCodec: Codec<FreshnessRequestValues> = {
  name: 'FreshnessRequest', kind: 6, page: 1, length: 3, lifetime_ms: 500, locations: 1, priority: 3, idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 200,
  create: createFreshnessRequest, encode: encodeFreshnessRequest, decode: decodeFreshnessRequest,
}

/** Of a hub with keys: it has taken a command. The tag is over the challenge and counter of that command, so no other is meant; who commands such a hub believes this, and no echo in a status. */
export type CommandReceiptValues = {
  /** kind of the command, or 16 + the class code of a later class; 0…255 */
  topic: number
  /** its sequence; 0…15 */
  sequence: number
  /** low nibble of its sender's address; 0…15 */
  sender: number
  /** first two bytes of the tag; 0…65535 */
  tagLow: number
  /** last two bytes of the tag; 0…65535 */
  tagHigh: number
}

const createCommandReceipt = (): CommandReceiptValues => ({ topic: 0, sequence: 0, sender: 0, tagLow: 0, tagHigh: 0 })

const encodeCommandReceipt = (values: CommandReceiptValues, data: Uint8Array): void => {
  if ((values.topic & 255) !== values.topic) refuse('CommandReceipt.topic', values.topic, 'the whole numbers 0…255')
  if ((values.sequence & 15) !== values.sequence) refuse('CommandReceipt.sequence', values.sequence, 'the whole numbers 0…15')
  if ((values.sender & 15) !== values.sender) refuse('CommandReceipt.sender', values.sender, 'the whole numbers 0…15')
  if ((values.tagLow & 65535) !== values.tagLow) refuse('CommandReceipt.tagLow', values.tagLow, 'the whole numbers 0…65535')
  if ((values.tagHigh & 65535) !== values.tagHigh) refuse('CommandReceipt.tagHigh', values.tagHigh, 'the whole numbers 0…65535')
  data[2] = values.topic
  data[3] = values.sequence | (values.sender << 4)
  data[4] = values.tagLow
  data[5] = values.tagLow >> 8
  data[6] = values.tagHigh
  data[7] = values.tagHigh >> 8
}

const decodeCommandReceipt = (data: Uint8Array, values: CommandReceiptValues): void => {
  values.topic = data[2]!
  values.sequence = data[3]! & 15
  values.sender = data[3]! >> 4
  values.tagLow = data[4]! | (data[5]! << 8)
  values.tagHigh = data[6]! | (data[7]! << 8)
}

export const CommandReceiptEncoder: Encoder<CommandReceiptValues> = {
  name: 'CommandReceipt', kind: 7, page: 0, length: 8, lifetime_ms: 500, priority: 4, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createCommandReceipt, encode: encodeCommandReceipt,
}

export const CommandReceiptDecoder: Decoder<CommandReceiptValues> = {
  kind: 7, page: 0, length: 8, lifetime_ms: 500, locations: 510,
  create: createCommandReceipt, decode: decodeCommandReceipt,
}

export const CommandReceiptCodec: Codec<CommandReceiptValues> = {
  name: 'CommandReceipt', kind: 7, page: 0, length: 8, lifetime_ms: 500, locations: 510, priority: 4, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createCommandReceipt, encode: encodeCommandReceipt, decode: decodeCommandReceipt,
}

/** In a car with keys, beside a message that has no room for its tag: VehicleState, PowerGrant and the commands of mirrors, lamps, the stereo and later classes. A hub with keys waits for it. */
export type TagValues = {
  /** counter in the E2E header of that message; 0…15 */
  counter: number
  /** its kind; 0…15 */
  kind: number
  /** first two bytes of the tag; 0…65535 */
  tagLow: number
  /** last two bytes of the tag; 0…65535 */
  tagHigh: number
}

const createTag = (): TagValues => ({ counter: 0, kind: 0, tagLow: 0, tagHigh: 0 })

const encodeTag = (values: TagValues, data: Uint8Array): void => {
  if ((values.counter & 15) !== values.counter) refuse('Tag.counter', values.counter, 'the whole numbers 0…15')
  if ((values.kind & 15) !== values.kind) refuse('Tag.kind', values.kind, 'the whole numbers 0…15')
  if ((values.tagLow & 65535) !== values.tagLow) refuse('Tag.tagLow', values.tagLow, 'the whole numbers 0…65535')
  if ((values.tagHigh & 65535) !== values.tagHigh) refuse('Tag.tagHigh', values.tagHigh, 'the whole numbers 0…65535')
  data[2] = values.counter | (values.kind << 4)
  data[3] = values.tagLow
  data[4] = values.tagLow >> 8
  data[5] = values.tagHigh
  data[6] = values.tagHigh >> 8
}

const decodeTag = (data: Uint8Array, values: TagValues): void => {
  values.counter = data[2]! & 15
  values.kind = data[2]! >> 4
  values.tagLow = data[3]! | (data[4]! << 8)
  values.tagHigh = data[5]! | (data[6]! << 8)
}

export const TagEncoder: Encoder<TagValues> = {
  name: 'Tag', kind: 7, page: 1, length: 7, lifetime_ms: 200, priority: 1, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createTag, encode: encodeTag,
}

export const TagDecoder: Decoder<TagValues> = {
  kind: 7, page: 1, length: 7, lifetime_ms: 200, locations: 511,
  create: createTag, decode: decodeTag,
}

export const TagCodec: Codec<TagValues> = {
  name: 'Tag', kind: 7, page: 1, length: 7, lifetime_ms: 200, locations: 511, priority: 1, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createTag, encode: encodeTag, decode: decodeTag,
}

/** Where the glass is and what it does. */
export type WindowStatusValues = {
  /** supply at the port; 0…25.3 V in steps of 0.1, NaN = not available */
  supply_V: number
  /** current drawn; 0…50.6 A in steps of 0.2, NaN = not available */
  current_A: number
  /** current granted; 0…50.6 A in steps of 0.2, NaN = not available */
  granted_A: number
  /** low nibble of the last command's source address; 0 = none since boot; 0…15 */
  echoSender: number
  /** sequence of the last accepted command; 0…15 */
  echoSequence: number
  /** opening: 0 closed, 100 open; not available before the learning run; 0…100 % in steps of 0.5, NaN = not available */
  position_pct: number
  /** state of the drive; 0 unlearned, 1 still, 2 opening, 3 closing, 4 reversing, 5 blocked, 6 learning, 7 waiting, 8 motorUnknown, 9 noMeans, 10 roadUnseen */
  state: WindowState
  /** the last closing met an obstacle; 0 or 1 */
  pinch: Flag
  /** the motor is too warm to start; 0 or 1 */
  thermal: Flag
  /** the travel is known; 0 or 1 */
  learned: Flag
  /** the drive does not answer: no pulses, or no power; 0 or 1 */
  fault: Flag
}

const createWindowStatus = (): WindowStatusValues => ({ supply_V: NaN, current_A: NaN, granted_A: NaN, echoSender: 0, echoSequence: 0, position_pct: NaN, state: 0, pinch: 0, thermal: 0, learned: 0, fault: 0 })

const encodeWindowStatus = (values: WindowStatusValues, data: Uint8Array): void => {
  const stepsSupply_V = values.supply_V * 10
  const rawSupply_V = stepsSupply_V >= 0 && stepsSupply_V <= 253 ? (stepsSupply_V + 0.5) | 0 : saturated(stepsSupply_V, 0, 253, 255)
  const stepsCurrent_A = values.current_A * 5
  const rawCurrent_A = stepsCurrent_A >= 0 && stepsCurrent_A <= 253 ? (stepsCurrent_A + 0.5) | 0 : saturated(stepsCurrent_A, 0, 253, 255)
  const stepsGranted_A = values.granted_A * 5
  const rawGranted_A = stepsGranted_A >= 0 && stepsGranted_A <= 253 ? (stepsGranted_A + 0.5) | 0 : saturated(stepsGranted_A, 0, 253, 255)
  if ((values.echoSender & 15) !== values.echoSender) refuse('WindowStatus.echoSender', values.echoSender, 'the whole numbers 0…15')
  if ((values.echoSequence & 15) !== values.echoSequence) refuse('WindowStatus.echoSequence', values.echoSequence, 'the whole numbers 0…15')
  const stepsPosition_pct = values.position_pct * 2
  const rawPosition_pct = stepsPosition_pct >= 0 && stepsPosition_pct <= 200 ? (stepsPosition_pct + 0.5) | 0 : saturated(stepsPosition_pct, 0, 200, 255)
  if ((values.state & 15) !== values.state || values.state > 10) refuse('WindowStatus.state', values.state, 'its codes 0…10')
  if ((values.pinch & 1) !== values.pinch) refuse('WindowStatus.pinch', values.pinch, 'the whole numbers 0…1')
  if ((values.thermal & 1) !== values.thermal) refuse('WindowStatus.thermal', values.thermal, 'the whole numbers 0…1')
  if ((values.learned & 1) !== values.learned) refuse('WindowStatus.learned', values.learned, 'the whole numbers 0…1')
  if ((values.fault & 1) !== values.fault) refuse('WindowStatus.fault', values.fault, 'the whole numbers 0…1')
  data[2] = rawSupply_V
  data[3] = rawCurrent_A
  data[4] = rawGranted_A
  data[5] = values.echoSender | (values.echoSequence << 4)
  data[6] = rawPosition_pct
  data[7] = values.state | (values.pinch << 4) | (values.thermal << 5) | (values.learned << 6) | (values.fault << 7)
}

const decodeWindowStatus = (data: Uint8Array, values: WindowStatusValues): void => {
  const rawSupply_V = data[2]!
  values.supply_V = rawSupply_V <= 253 ? rawSupply_V / 10 : noValue(rawSupply_V, 255)
  const rawCurrent_A = data[3]!
  values.current_A = rawCurrent_A <= 253 ? rawCurrent_A / 5 : noValue(rawCurrent_A, 255)
  const rawGranted_A = data[4]!
  values.granted_A = rawGranted_A <= 253 ? rawGranted_A / 5 : noValue(rawGranted_A, 255)
  values.echoSender = data[5]! & 15
  values.echoSequence = data[5]! >> 4
  const rawPosition_pct = data[6]!
  values.position_pct = rawPosition_pct <= 200 ? rawPosition_pct / 2 : noValue(rawPosition_pct, 255)
  values.state = (data[7]! & 15) as WindowState
  values.pinch = ((data[7]! >> 4) & 1) as Flag
  values.thermal = ((data[7]! >> 5) & 1) as Flag
  values.learned = ((data[7]! >> 6) & 1) as Flag
  values.fault = (data[7]! >> 7) as Flag
}

export const WindowStatusEncoder: Encoder<WindowStatusValues> = {
  name: 'WindowStatus', kind: 8, page: 0, length: 8, lifetime_ms: 3000, priority: 4, idlePeriod_ms: 1000, activePeriod_ms: 100, minimumInterval_ms: 40,
  create: createWindowStatus, encode: encodeWindowStatus,
}

export const WindowStatusDecoder: Decoder<WindowStatusValues> = {
  kind: 8, page: 0, length: 8, lifetime_ms: 3000, locations: 30,
  create: createWindowStatus, decode: decodeWindowStatus,
}

export const WindowStatusCodec: Codec<WindowStatusValues> = {
  name: 'WindowStatus', kind: 8, page: 0, length: 8, lifetime_ms: 3000, locations: 30, priority: 4, idlePeriod_ms: 1000, activePeriod_ms: 100, minimumInterval_ms: 40,
  create: createWindowStatus, encode: encodeWindowStatus, decode: decodeWindowStatus,
}

/** Moves a window. `up` and `down` last as long as they are repeated: 250 ms of silence stops the glass. */
export type WindowCommandValues = {
  /** a new command takes the next number, a repetition keeps it; 0…15 */
  sequence: number
  /** what to do; 0 stop, 1 up, 2 down, 3 autoUp, 4 autoDown, 5 goto, 6 learn */
  action: WindowAction
  /** goal of goto: 0 closed, 100 open; 0…100 % in steps of 0.5, NaN = does not matter */
  position_pct: number
}

const createWindowCommand = (): WindowCommandValues => ({ sequence: 0, action: 0, position_pct: NaN })

const encodeWindowCommand = (values: WindowCommandValues, data: Uint8Array): void => {
  if ((values.sequence & 15) !== values.sequence) refuse('WindowCommand.sequence', values.sequence, 'the whole numbers 0…15')
  if ((values.action & 7) !== values.action || values.action > 6) refuse('WindowCommand.action', values.action, 'its codes 0…6')
  const stepsPosition_pct = values.position_pct * 2
  const rawPosition_pct = stepsPosition_pct >= 0 && stepsPosition_pct <= 200 ? (stepsPosition_pct + 0.5) | 0 : withoutValue(values.position_pct, 255, 'WindowCommand.position_pct', '0…100 %')
  data[2] = values.sequence | (values.action << 4)
  data[3] = rawPosition_pct
}

const decodeWindowCommand = (data: Uint8Array, values: WindowCommandValues): void => {
  values.sequence = data[2]! & 15
  values.action = (data[2]! >> 4) as WindowAction
  const rawPosition_pct = data[3]!
  values.position_pct = rawPosition_pct <= 200 ? rawPosition_pct / 2 : noValue(rawPosition_pct, 255)
}

export const WindowCommandEncoder: Encoder<WindowCommandValues> = {
  name: 'WindowCommand', kind: 8, page: 1, length: 4, lifetime_ms: 250, priority: 2, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createWindowCommand, encode: encodeWindowCommand,
}

export const WindowCommandDecoder: Decoder<WindowCommandValues> = {
  kind: 8, page: 1, length: 4, lifetime_ms: 250, locations: 30,
  create: createWindowCommand, decode: decodeWindowCommand,
}

export const WindowCommandCodec: Codec<WindowCommandValues> = {
  name: 'WindowCommand', kind: 8, page: 1, length: 4, lifetime_ms: 250, locations: 30, priority: 2, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createWindowCommand, encode: encodeWindowCommand, decode: decodeWindowCommand,
}

/** Where the mirror looks, whether it is folded and heated. */
export type MirrorStatusValues = {
  /** supply at the port; 0…25.3 V in steps of 0.1, NaN = not available */
  supply_V: number
  /** current drawn; 0…50.6 A in steps of 0.2, NaN = not available */
  current_A: number
  /** current granted; 0…50.6 A in steps of 0.2, NaN = not available */
  granted_A: number
  /** low nibble of the last command's source address; 0 = none since boot; 0…15 */
  echoSender: number
  /** sequence of the last accepted command; 0…15 */
  echoSequence: number
  /** tilt, right positive; -12…12 ° in steps of 0.4, NaN = not available */
  tiltX_deg: number
  /** tilt, up positive; -12…12 ° in steps of 0.4, NaN = not available */
  tiltY_deg: number
  /** the arm; 0 unfolded, 1 folded, 2 moving, 3 blocked */
  fold: MirrorFold
  /** the heater is on; 0 or 1 */
  heat: Flag
  /** a tilt motor runs; 0 or 1 */
  moving: Flag
}

const createMirrorStatus = (): MirrorStatusValues => ({ supply_V: NaN, current_A: NaN, granted_A: NaN, echoSender: 0, echoSequence: 0, tiltX_deg: NaN, tiltY_deg: NaN, fold: 0, heat: 0, moving: 0 })

const encodeMirrorStatus = (values: MirrorStatusValues, data: Uint8Array): void => {
  const stepsSupply_V = values.supply_V * 10
  const rawSupply_V = stepsSupply_V >= 0 && stepsSupply_V <= 253 ? (stepsSupply_V + 0.5) | 0 : saturated(stepsSupply_V, 0, 253, 255)
  const stepsCurrent_A = values.current_A * 5
  const rawCurrent_A = stepsCurrent_A >= 0 && stepsCurrent_A <= 253 ? (stepsCurrent_A + 0.5) | 0 : saturated(stepsCurrent_A, 0, 253, 255)
  const stepsGranted_A = values.granted_A * 5
  const rawGranted_A = stepsGranted_A >= 0 && stepsGranted_A <= 253 ? (stepsGranted_A + 0.5) | 0 : saturated(stepsGranted_A, 0, 253, 255)
  if ((values.echoSender & 15) !== values.echoSender) refuse('MirrorStatus.echoSender', values.echoSender, 'the whole numbers 0…15')
  if ((values.echoSequence & 15) !== values.echoSequence) refuse('MirrorStatus.echoSequence', values.echoSequence, 'the whole numbers 0…15')
  const stepsTiltX_deg = values.tiltX_deg * 5 / 2 + 30
  const rawTiltX_deg = stepsTiltX_deg >= 0 && stepsTiltX_deg <= 60 ? (stepsTiltX_deg + 0.5) | 0 : saturated(stepsTiltX_deg, 0, 60, 63)
  const stepsTiltY_deg = values.tiltY_deg * 5 / 2 + 30
  const rawTiltY_deg = stepsTiltY_deg >= 0 && stepsTiltY_deg <= 60 ? (stepsTiltY_deg + 0.5) | 0 : saturated(stepsTiltY_deg, 0, 60, 63)
  if ((values.fold & 3) !== values.fold) refuse('MirrorStatus.fold', values.fold, 'its codes 0…3')
  if ((values.heat & 1) !== values.heat) refuse('MirrorStatus.heat', values.heat, 'the whole numbers 0…1')
  if ((values.moving & 1) !== values.moving) refuse('MirrorStatus.moving', values.moving, 'the whole numbers 0…1')
  data[2] = rawSupply_V
  data[3] = rawCurrent_A
  data[4] = rawGranted_A
  data[5] = values.echoSender | (values.echoSequence << 4)
  data[6] = rawTiltX_deg | (rawTiltY_deg << 6)
  data[7] = (rawTiltY_deg >> 2) | (values.fold << 4) | (values.heat << 6) | (values.moving << 7)
}

const decodeMirrorStatus = (data: Uint8Array, values: MirrorStatusValues): void => {
  const rawSupply_V = data[2]!
  values.supply_V = rawSupply_V <= 253 ? rawSupply_V / 10 : noValue(rawSupply_V, 255)
  const rawCurrent_A = data[3]!
  values.current_A = rawCurrent_A <= 253 ? rawCurrent_A / 5 : noValue(rawCurrent_A, 255)
  const rawGranted_A = data[4]!
  values.granted_A = rawGranted_A <= 253 ? rawGranted_A / 5 : noValue(rawGranted_A, 255)
  values.echoSender = data[5]! & 15
  values.echoSequence = data[5]! >> 4
  const rawTiltX_deg = data[6]! & 63
  values.tiltX_deg = rawTiltX_deg <= 60 ? (rawTiltX_deg * 2 - 60) / 5 : noValue(rawTiltX_deg, 63)
  const rawTiltY_deg = ((data[6]! | (data[7]! << 8)) >> 6) & 63
  values.tiltY_deg = rawTiltY_deg <= 60 ? (rawTiltY_deg * 2 - 60) / 5 : noValue(rawTiltY_deg, 63)
  values.fold = ((data[7]! >> 4) & 3) as MirrorFold
  values.heat = ((data[7]! >> 6) & 1) as Flag
  values.moving = (data[7]! >> 7) as Flag
}

export const MirrorStatusEncoder: Encoder<MirrorStatusValues> = {
  name: 'MirrorStatus', kind: 9, page: 0, length: 8, lifetime_ms: 3000, priority: 4, idlePeriod_ms: 1000, activePeriod_ms: 100, minimumInterval_ms: 40,
  create: createMirrorStatus, encode: encodeMirrorStatus,
}

export const MirrorStatusDecoder: Decoder<MirrorStatusValues> = {
  kind: 9, page: 0, length: 8, lifetime_ms: 3000, locations: 6,
  create: createMirrorStatus, decode: decodeMirrorStatus,
}

export const MirrorStatusCodec: Codec<MirrorStatusValues> = {
  name: 'MirrorStatus', kind: 9, page: 0, length: 8, lifetime_ms: 3000, locations: 6, priority: 4, idlePeriod_ms: 1000, activePeriod_ms: 100, minimumInterval_ms: 40,
  create: createMirrorStatus, encode: encodeMirrorStatus, decode: decodeMirrorStatus,
}

/** Moves or heats an outside mirror. `tilt` lasts as long as it is repeated. */
export type MirrorCommandValues = {
  /** a new command takes the next number, a repetition keeps it; 0…15 */
  sequence: number
  /** what to do; 0 stop, 1 tilt, 2 goto, 3 fold, 4 unfold, 5 heatOn, 6 heatOff, 7 recall, 8 store */
  action: MirrorAction
  /** tilt: left, none, right; 0 negative, 1 none, 2 positive */
  directionX: Direction
  /** tilt: down, none, up; 0 negative, 1 none, 2 positive */
  directionY: Direction
  /** recall, store: which memory; 0…3 */
  memory: number
  /** goto: goal, right positive; -12…12 ° in steps of 0.1, NaN = does not matter */
  tiltX_deg: number
  /** goto: goal, up positive; -12…12 ° in steps of 0.1, NaN = does not matter */
  tiltY_deg: number
}

const createMirrorCommand = (): MirrorCommandValues => ({ sequence: 0, action: 0, directionX: 1, directionY: 1, memory: 0, tiltX_deg: NaN, tiltY_deg: NaN })

const encodeMirrorCommand = (values: MirrorCommandValues, data: Uint8Array): void => {
  if ((values.sequence & 15) !== values.sequence) refuse('MirrorCommand.sequence', values.sequence, 'the whole numbers 0…15')
  if ((values.action & 15) !== values.action || values.action > 8) refuse('MirrorCommand.action', values.action, 'its codes 0…8')
  if ((values.directionX & 3) !== values.directionX || values.directionX > 2) refuse('MirrorCommand.directionX', values.directionX, 'its codes 0…2')
  if ((values.directionY & 3) !== values.directionY || values.directionY > 2) refuse('MirrorCommand.directionY', values.directionY, 'its codes 0…2')
  if ((values.memory & 3) !== values.memory) refuse('MirrorCommand.memory', values.memory, 'the whole numbers 0…3')
  const stepsTiltX_deg = values.tiltX_deg * 10 + 120
  const rawTiltX_deg = stepsTiltX_deg >= 0 && stepsTiltX_deg <= 240 ? (stepsTiltX_deg + 0.5) | 0 : withoutValue(values.tiltX_deg, 255, 'MirrorCommand.tiltX_deg', '-12…12 °')
  const stepsTiltY_deg = values.tiltY_deg * 10 + 120
  const rawTiltY_deg = stepsTiltY_deg >= 0 && stepsTiltY_deg <= 240 ? (stepsTiltY_deg + 0.5) | 0 : withoutValue(values.tiltY_deg, 255, 'MirrorCommand.tiltY_deg', '-12…12 °')
  data[2] = values.sequence | (values.action << 4)
  data[3] = values.directionX | (values.directionY << 2) | (values.memory << 4)
  data[4] = rawTiltX_deg
  data[5] = rawTiltY_deg
}

const decodeMirrorCommand = (data: Uint8Array, values: MirrorCommandValues): void => {
  values.sequence = data[2]! & 15
  values.action = (data[2]! >> 4) as MirrorAction
  values.directionX = (data[3]! & 3) as Direction
  values.directionY = ((data[3]! >> 2) & 3) as Direction
  values.memory = (data[3]! >> 4) & 3
  const rawTiltX_deg = data[4]!
  values.tiltX_deg = rawTiltX_deg <= 240 ? (rawTiltX_deg - 120) / 10 : noValue(rawTiltX_deg, 255)
  const rawTiltY_deg = data[5]!
  values.tiltY_deg = rawTiltY_deg <= 240 ? (rawTiltY_deg - 120) / 10 : noValue(rawTiltY_deg, 255)
}

export const MirrorCommandEncoder: Encoder<MirrorCommandValues> = {
  name: 'MirrorCommand', kind: 9, page: 1, length: 6, lifetime_ms: 250, priority: 2, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createMirrorCommand, encode: encodeMirrorCommand,
}

export const MirrorCommandDecoder: Decoder<MirrorCommandValues> = {
  kind: 9, page: 1, length: 6, lifetime_ms: 250, locations: 6,
  create: createMirrorCommand, decode: decodeMirrorCommand,
}

export const MirrorCommandCodec: Codec<MirrorCommandValues> = {
  name: 'MirrorCommand', kind: 9, page: 1, length: 6, lifetime_ms: 250, locations: 6, priority: 2, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createMirrorCommand, encode: encodeMirrorCommand, decode: decodeMirrorCommand,
}

/** State of a latch. */
export type LatchStatusValues = {
  /** supply at the port; 0…25.3 V in steps of 0.1, NaN = not available */
  supply_V: number
  /** current drawn; 0…50.6 A in steps of 0.2, NaN = not available */
  current_A: number
  /** current granted; 0…50.6 A in steps of 0.2, NaN = not available */
  granted_A: number
  /** low nibble of the last command's source address; 0 = none since boot; 0…15 */
  echoSender: number
  /** sequence of the last accepted command; 0…15 */
  echoSequence: number
  /** state of the latch; 0 closed, 1 ajar, 2 releasing, 3 cinching, 4 blocked */
  state: LatchState
  /** not fully latched; 0 or 1 */
  ajar: Flag
  /** locked; 0 or 1 */
  locked: Flag
  /** did not reach its goal in time; 0 or 1 */
  fault: Flag
}

const createLatchStatus = (): LatchStatusValues => ({ supply_V: NaN, current_A: NaN, granted_A: NaN, echoSender: 0, echoSequence: 0, state: 0, ajar: 0, locked: 0, fault: 0 })

const encodeLatchStatus = (values: LatchStatusValues, data: Uint8Array): void => {
  const stepsSupply_V = values.supply_V * 10
  const rawSupply_V = stepsSupply_V >= 0 && stepsSupply_V <= 253 ? (stepsSupply_V + 0.5) | 0 : saturated(stepsSupply_V, 0, 253, 255)
  const stepsCurrent_A = values.current_A * 5
  const rawCurrent_A = stepsCurrent_A >= 0 && stepsCurrent_A <= 253 ? (stepsCurrent_A + 0.5) | 0 : saturated(stepsCurrent_A, 0, 253, 255)
  const stepsGranted_A = values.granted_A * 5
  const rawGranted_A = stepsGranted_A >= 0 && stepsGranted_A <= 253 ? (stepsGranted_A + 0.5) | 0 : saturated(stepsGranted_A, 0, 253, 255)
  if ((values.echoSender & 15) !== values.echoSender) refuse('LatchStatus.echoSender', values.echoSender, 'the whole numbers 0…15')
  if ((values.echoSequence & 15) !== values.echoSequence) refuse('LatchStatus.echoSequence', values.echoSequence, 'the whole numbers 0…15')
  if ((values.state & 7) !== values.state || values.state > 4) refuse('LatchStatus.state', values.state, 'its codes 0…4')
  if ((values.ajar & 1) !== values.ajar) refuse('LatchStatus.ajar', values.ajar, 'the whole numbers 0…1')
  if ((values.locked & 1) !== values.locked) refuse('LatchStatus.locked', values.locked, 'the whole numbers 0…1')
  if ((values.fault & 1) !== values.fault) refuse('LatchStatus.fault', values.fault, 'the whole numbers 0…1')
  data[2] = rawSupply_V
  data[3] = rawCurrent_A
  data[4] = rawGranted_A
  data[5] = values.echoSender | (values.echoSequence << 4)
  data[6] = values.state | (values.ajar << 3) | (values.locked << 4) | (values.fault << 5)
}

const decodeLatchStatus = (data: Uint8Array, values: LatchStatusValues): void => {
  const rawSupply_V = data[2]!
  values.supply_V = rawSupply_V <= 253 ? rawSupply_V / 10 : noValue(rawSupply_V, 255)
  const rawCurrent_A = data[3]!
  values.current_A = rawCurrent_A <= 253 ? rawCurrent_A / 5 : noValue(rawCurrent_A, 255)
  const rawGranted_A = data[4]!
  values.granted_A = rawGranted_A <= 253 ? rawGranted_A / 5 : noValue(rawGranted_A, 255)
  values.echoSender = data[5]! & 15
  values.echoSequence = data[5]! >> 4
  values.state = (data[6]! & 7) as LatchState
  values.ajar = ((data[6]! >> 3) & 1) as Flag
  values.locked = ((data[6]! >> 4) & 1) as Flag
  values.fault = ((data[6]! >> 5) & 1) as Flag
}

export const LatchStatusEncoder: Encoder<LatchStatusValues> = {
  name: 'LatchStatus', kind: 10, page: 0, length: 7, lifetime_ms: 3000, priority: 4, idlePeriod_ms: 1000, activePeriod_ms: 0, minimumInterval_ms: 40,
  create: createLatchStatus, encode: encodeLatchStatus,
}

export const LatchStatusDecoder: Decoder<LatchStatusValues> = {
  kind: 10, page: 0, length: 7, lifetime_ms: 3000, locations: 222,
  create: createLatchStatus, decode: decodeLatchStatus,
}

export const LatchStatusCodec: Codec<LatchStatusValues> = {
  name: 'LatchStatus', kind: 10, page: 0, length: 7, lifetime_ms: 3000, locations: 222, priority: 4, idlePeriod_ms: 1000, activePeriod_ms: 0, minimumInterval_ms: 40,
  create: createLatchStatus, encode: encodeLatchStatus, decode: decodeLatchStatus,
}

/** Releases, pulls shut, locks or unlocks a latch. */
export type LatchCommandValues = {
  /** a new command takes the next number, a repetition keeps it; 0…15 */
  sequence: number
  /** what to do; 0 release, 1 cinch, 2 lock, 3 unlock */
  action: LatchAction
}

const createLatchCommand = (): LatchCommandValues => ({ sequence: 0, action: 0 })

const encodeLatchCommand = (values: LatchCommandValues, data: Uint8Array): void => {
  if ((values.sequence & 15) !== values.sequence) refuse('LatchCommand.sequence', values.sequence, 'the whole numbers 0…15')
  if ((values.action & 3) !== values.action) refuse('LatchCommand.action', values.action, 'its codes 0…3')
  data[2] = values.sequence | (values.action << 4)
}

const decodeLatchCommand = (data: Uint8Array, values: LatchCommandValues): void => {
  values.sequence = data[2]! & 15
  values.action = (data[2]! >> 4) as LatchAction
}

export const LatchCommandEncoder: Encoder<LatchCommandValues> = {
  name: 'LatchCommand', kind: 10, page: 1, length: 3, lifetime_ms: 250, priority: 1, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createLatchCommand, encode: encodeLatchCommand,
}

export const LatchCommandDecoder: Decoder<LatchCommandValues> = {
  kind: 10, page: 1, length: 3, lifetime_ms: 250, locations: 222,
  create: createLatchCommand, decode: decodeLatchCommand,
}

export const LatchCommandCodec: Codec<LatchCommandValues> = {
  name: 'LatchCommand', kind: 10, page: 1, length: 3, lifetime_ms: 250, locations: 222, priority: 1, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createLatchCommand, encode: encodeLatchCommand, decode: decodeLatchCommand,
}

/** State of one lamp channel; a lamp with several channels sends one frame for each. */
export type LightStatusValues = {
  /** supply at the port; 0…25.3 V in steps of 0.1, NaN = not available */
  supply_V: number
  /** current drawn; 0…50.6 A in steps of 0.2, NaN = not available */
  current_A: number
  /** current granted; 0…50.6 A in steps of 0.2, NaN = not available */
  granted_A: number
  /** low nibble of the last command's source address; 0 = none since boot; 0…15 */
  echoSender: number
  /** sequence of the last accepted command; 0…15 */
  echoSequence: number
  /** channel of the lamp; 0…7 */
  channel: number
  /** bulb or driver fault; 0 none, 1 openCircuit, 2 shortCircuit */
  fault: LightFault
  /** on the way to a level; 0 or 1 */
  fading: Flag
  /** brightness; 0…100 % in steps of 0.5, NaN = not available */
  level_pct: number
}

const createLightStatus = (): LightStatusValues => ({ supply_V: NaN, current_A: NaN, granted_A: NaN, echoSender: 0, echoSequence: 0, channel: 0, fault: 0, fading: 0, level_pct: NaN })

const encodeLightStatus = (values: LightStatusValues, data: Uint8Array): void => {
  const stepsSupply_V = values.supply_V * 10
  const rawSupply_V = stepsSupply_V >= 0 && stepsSupply_V <= 253 ? (stepsSupply_V + 0.5) | 0 : saturated(stepsSupply_V, 0, 253, 255)
  const stepsCurrent_A = values.current_A * 5
  const rawCurrent_A = stepsCurrent_A >= 0 && stepsCurrent_A <= 253 ? (stepsCurrent_A + 0.5) | 0 : saturated(stepsCurrent_A, 0, 253, 255)
  const stepsGranted_A = values.granted_A * 5
  const rawGranted_A = stepsGranted_A >= 0 && stepsGranted_A <= 253 ? (stepsGranted_A + 0.5) | 0 : saturated(stepsGranted_A, 0, 253, 255)
  if ((values.echoSender & 15) !== values.echoSender) refuse('LightStatus.echoSender', values.echoSender, 'the whole numbers 0…15')
  if ((values.echoSequence & 15) !== values.echoSequence) refuse('LightStatus.echoSequence', values.echoSequence, 'the whole numbers 0…15')
  if ((values.channel & 7) !== values.channel) refuse('LightStatus.channel', values.channel, 'the whole numbers 0…7')
  if ((values.fault & 3) !== values.fault || values.fault > 2) refuse('LightStatus.fault', values.fault, 'its codes 0…2')
  if ((values.fading & 1) !== values.fading) refuse('LightStatus.fading', values.fading, 'the whole numbers 0…1')
  const stepsLevel_pct = values.level_pct * 2
  const rawLevel_pct = stepsLevel_pct >= 0 && stepsLevel_pct <= 200 ? (stepsLevel_pct + 0.5) | 0 : saturated(stepsLevel_pct, 0, 200, 255)
  data[2] = rawSupply_V
  data[3] = rawCurrent_A
  data[4] = rawGranted_A
  data[5] = values.echoSender | (values.echoSequence << 4)
  data[6] = values.channel | (values.fault << 3) | (values.fading << 6)
  data[7] = rawLevel_pct
}

const decodeLightStatus = (data: Uint8Array, values: LightStatusValues): void => {
  const rawSupply_V = data[2]!
  values.supply_V = rawSupply_V <= 253 ? rawSupply_V / 10 : noValue(rawSupply_V, 255)
  const rawCurrent_A = data[3]!
  values.current_A = rawCurrent_A <= 253 ? rawCurrent_A / 5 : noValue(rawCurrent_A, 255)
  const rawGranted_A = data[4]!
  values.granted_A = rawGranted_A <= 253 ? rawGranted_A / 5 : noValue(rawGranted_A, 255)
  values.echoSender = data[5]! & 15
  values.echoSequence = data[5]! >> 4
  values.channel = data[6]! & 7
  values.fault = ((data[6]! >> 3) & 7) as LightFault
  values.fading = ((data[6]! >> 6) & 1) as Flag
  const rawLevel_pct = data[7]!
  values.level_pct = rawLevel_pct <= 200 ? rawLevel_pct / 2 : noValue(rawLevel_pct, 255)
}

export const LightStatusEncoder: Encoder<LightStatusValues> = {
  name: 'LightStatus', kind: 11, page: 0, length: 8, lifetime_ms: 3000, priority: 4, idlePeriod_ms: 1000, activePeriod_ms: 0, minimumInterval_ms: 40,
  create: createLightStatus, encode: encodeLightStatus,
}

export const LightStatusDecoder: Decoder<LightStatusValues> = {
  kind: 11, page: 0, length: 8, lifetime_ms: 3000, locations: 510,
  create: createLightStatus, decode: decodeLightStatus,
}

export const LightStatusCodec: Codec<LightStatusValues> = {
  name: 'LightStatus', kind: 11, page: 0, length: 8, lifetime_ms: 3000, locations: 510, priority: 4, idlePeriod_ms: 1000, activePeriod_ms: 0, minimumInterval_ms: 40,
  create: createLightStatus, encode: encodeLightStatus, decode: decodeLightStatus,
}

/** Sets the level of one lamp channel. */
export type LightCommandValues = {
  /** a new command takes the next number, a repetition keeps it; 0…15 */
  sequence: number
  /** what to do; 0 set */
  action: LightAction
  /** channel of the lamp; 0…7 */
  channel: number
  /** brightness to reach; 0…100 % in steps of 0.5, NaN = does not matter */
  level_pct: number
  /** time to get there; 0…12650 ms in steps of 50, NaN = does not matter */
  fade_ms: number
}

const createLightCommand = (): LightCommandValues => ({ sequence: 0, action: 0, channel: 0, level_pct: NaN, fade_ms: NaN })

const encodeLightCommand = (values: LightCommandValues, data: Uint8Array): void => {
  if ((values.sequence & 15) !== values.sequence) refuse('LightCommand.sequence', values.sequence, 'the whole numbers 0…15')
  if ((values.action & 1) !== values.action || values.action > 0) refuse('LightCommand.action', values.action, 'its codes 0')
  if ((values.channel & 7) !== values.channel) refuse('LightCommand.channel', values.channel, 'the whole numbers 0…7')
  const stepsLevel_pct = values.level_pct * 2
  const rawLevel_pct = stepsLevel_pct >= 0 && stepsLevel_pct <= 200 ? (stepsLevel_pct + 0.5) | 0 : withoutValue(values.level_pct, 255, 'LightCommand.level_pct', '0…100 %')
  const stepsFade_ms = values.fade_ms / 50
  const rawFade_ms = stepsFade_ms >= 0 && stepsFade_ms <= 253 ? (stepsFade_ms + 0.5) | 0 : withoutValue(values.fade_ms, 255, 'LightCommand.fade_ms', '0…12650 ms')
  data[2] = values.sequence | (values.action << 4)
  data[3] = values.channel
  data[4] = rawLevel_pct
  data[5] = rawFade_ms
}

const decodeLightCommand = (data: Uint8Array, values: LightCommandValues): void => {
  values.sequence = data[2]! & 15
  values.action = (data[2]! >> 4) as LightAction
  values.channel = data[3]! & 7
  const rawLevel_pct = data[4]!
  values.level_pct = rawLevel_pct <= 200 ? rawLevel_pct / 2 : noValue(rawLevel_pct, 255)
  const rawFade_ms = data[5]!
  values.fade_ms = rawFade_ms <= 253 ? rawFade_ms * 50 : noValue(rawFade_ms, 255)
}

export const LightCommandEncoder: Encoder<LightCommandValues> = {
  name: 'LightCommand', kind: 11, page: 1, length: 6, lifetime_ms: 250, priority: 2, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createLightCommand, encode: encodeLightCommand,
}

export const LightCommandDecoder: Decoder<LightCommandValues> = {
  kind: 11, page: 1, length: 6, lifetime_ms: 250, locations: 510,
  create: createLightCommand, decode: decodeLightCommand,
}

export const LightCommandCodec: Codec<LightCommandValues> = {
  name: 'LightCommand', kind: 11, page: 1, length: 6, lifetime_ms: 250, locations: 510, priority: 2, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createLightCommand, encode: encodeLightCommand, decode: decodeLightCommand,
}

/** State of the stereo. */
export type StereoStatusValues = {
  /** supply at the port; 0…25.3 V in steps of 0.1, NaN = not available */
  supply_V: number
  /** current drawn; 0…50.6 A in steps of 0.2, NaN = not available */
  current_A: number
  /** current granted; 0…50.6 A in steps of 0.2, NaN = not available */
  granted_A: number
  /** low nibble of the last command's source address; 0 = none since boot; 0…15 */
  echoSender: number
  /** sequence of the last accepted command; 0…15 */
  echoSequence: number
  /** what plays; 0 off, 1 fm, 2 aux, 3 bluetooth */
  source: StereoSource
  /** muted; 0 or 1 */
  muted: Flag
  /** step of the volume; 0…30 */
  volume: number
  /** station; not available while it seeks; 87.5…108 MHz in steps of 0.1, NaN = not available */
  frequency_MHz: number
}

const createStereoStatus = (): StereoStatusValues => ({ supply_V: NaN, current_A: NaN, granted_A: NaN, echoSender: 0, echoSequence: 0, source: 0, muted: 0, volume: 0, frequency_MHz: NaN })

const encodeStereoStatus = (values: StereoStatusValues, data: Uint8Array): void => {
  const stepsSupply_V = values.supply_V * 10
  const rawSupply_V = stepsSupply_V >= 0 && stepsSupply_V <= 253 ? (stepsSupply_V + 0.5) | 0 : saturated(stepsSupply_V, 0, 253, 255)
  const stepsCurrent_A = values.current_A * 5
  const rawCurrent_A = stepsCurrent_A >= 0 && stepsCurrent_A <= 253 ? (stepsCurrent_A + 0.5) | 0 : saturated(stepsCurrent_A, 0, 253, 255)
  const stepsGranted_A = values.granted_A * 5
  const rawGranted_A = stepsGranted_A >= 0 && stepsGranted_A <= 253 ? (stepsGranted_A + 0.5) | 0 : saturated(stepsGranted_A, 0, 253, 255)
  if ((values.echoSender & 15) !== values.echoSender) refuse('StereoStatus.echoSender', values.echoSender, 'the whole numbers 0…15')
  if ((values.echoSequence & 15) !== values.echoSequence) refuse('StereoStatus.echoSequence', values.echoSequence, 'the whole numbers 0…15')
  if ((values.source & 3) !== values.source) refuse('StereoStatus.source', values.source, 'its codes 0…3')
  if ((values.muted & 1) !== values.muted) refuse('StereoStatus.muted', values.muted, 'the whole numbers 0…1')
  if ((values.volume & 31) !== values.volume || values.volume > 30) refuse('StereoStatus.volume', values.volume, 'the whole numbers 0…30')
  const stepsFrequency_MHz = values.frequency_MHz * 10 - 875
  const rawFrequency_MHz = stepsFrequency_MHz >= 0 && stepsFrequency_MHz <= 205 ? (stepsFrequency_MHz + 0.5) | 0 : saturated(stepsFrequency_MHz, 0, 205, 255)
  data[2] = rawSupply_V
  data[3] = rawCurrent_A
  data[4] = rawGranted_A
  data[5] = values.echoSender | (values.echoSequence << 4)
  data[6] = values.source | (values.muted << 2) | (values.volume << 3)
  data[7] = rawFrequency_MHz
}

const decodeStereoStatus = (data: Uint8Array, values: StereoStatusValues): void => {
  const rawSupply_V = data[2]!
  values.supply_V = rawSupply_V <= 253 ? rawSupply_V / 10 : noValue(rawSupply_V, 255)
  const rawCurrent_A = data[3]!
  values.current_A = rawCurrent_A <= 253 ? rawCurrent_A / 5 : noValue(rawCurrent_A, 255)
  const rawGranted_A = data[4]!
  values.granted_A = rawGranted_A <= 253 ? rawGranted_A / 5 : noValue(rawGranted_A, 255)
  values.echoSender = data[5]! & 15
  values.echoSequence = data[5]! >> 4
  values.source = (data[6]! & 3) as StereoSource
  values.muted = ((data[6]! >> 2) & 1) as Flag
  values.volume = data[6]! >> 3
  const rawFrequency_MHz = data[7]!
  values.frequency_MHz = rawFrequency_MHz <= 205 ? (rawFrequency_MHz + 875) / 10 : noValue(rawFrequency_MHz, 255)
}

export const StereoStatusEncoder: Encoder<StereoStatusValues> = {
  name: 'StereoStatus', kind: 12, page: 0, length: 8, lifetime_ms: 3000, priority: 4, idlePeriod_ms: 1000, activePeriod_ms: 0, minimumInterval_ms: 40,
  create: createStereoStatus, encode: encodeStereoStatus,
}

export const StereoStatusDecoder: Decoder<StereoStatusValues> = {
  kind: 12, page: 0, length: 8, lifetime_ms: 3000, locations: 256,
  create: createStereoStatus, decode: decodeStereoStatus,
}

export const StereoStatusCodec: Codec<StereoStatusValues> = {
  name: 'StereoStatus', kind: 12, page: 0, length: 8, lifetime_ms: 3000, locations: 256, priority: 4, idlePeriod_ms: 1000, activePeriod_ms: 0, minimumInterval_ms: 40,
  create: createStereoStatus, encode: encodeStereoStatus, decode: decodeStereoStatus,
}

/** Operates the stereo. */
export type StereoCommandValues = {
  /** a new command takes the next number, a repetition keeps it; 0…15 */
  sequence: number
  /** what to do; 0 source, 1 volume, 2 balance, 3 tune, 4 seekUp, 5 seekDown, 6 mute, 7 unmute */
  action: StereoAction
  /** source: what to play; 0 off, 1 fm, 2 aux, 3 bluetooth */
  source: StereoSource
  /** volume: step to set; 0…30 */
  volume: number
  /** balance: left negative; -100…100 %, NaN = does not matter */
  balance_pct: number
  /** tune: station; 87.5…108 MHz in steps of 0.1, NaN = does not matter */
  frequency_MHz: number
}

const createStereoCommand = (): StereoCommandValues => ({ sequence: 0, action: 0, source: 0, volume: 0, balance_pct: NaN, frequency_MHz: NaN })

const encodeStereoCommand = (values: StereoCommandValues, data: Uint8Array): void => {
  if ((values.sequence & 15) !== values.sequence) refuse('StereoCommand.sequence', values.sequence, 'the whole numbers 0…15')
  if ((values.action & 7) !== values.action) refuse('StereoCommand.action', values.action, 'its codes 0…7')
  if ((values.source & 3) !== values.source) refuse('StereoCommand.source', values.source, 'its codes 0…3')
  if ((values.volume & 31) !== values.volume || values.volume > 30) refuse('StereoCommand.volume', values.volume, 'the whole numbers 0…30')
  const stepsBalance_pct = values.balance_pct + 100
  const rawBalance_pct = stepsBalance_pct >= 0 && stepsBalance_pct <= 200 ? (stepsBalance_pct + 0.5) | 0 : withoutValue(values.balance_pct, 255, 'StereoCommand.balance_pct', '-100…100 %')
  const stepsFrequency_MHz = values.frequency_MHz * 10 - 875
  const rawFrequency_MHz = stepsFrequency_MHz >= 0 && stepsFrequency_MHz <= 205 ? (stepsFrequency_MHz + 0.5) | 0 : withoutValue(values.frequency_MHz, 255, 'StereoCommand.frequency_MHz', '87.5…108 MHz')
  data[2] = values.sequence | (values.action << 4)
  data[3] = values.source | (values.volume << 3)
  data[4] = rawBalance_pct
  data[5] = rawFrequency_MHz
}

const decodeStereoCommand = (data: Uint8Array, values: StereoCommandValues): void => {
  values.sequence = data[2]! & 15
  values.action = (data[2]! >> 4) as StereoAction
  values.source = (data[3]! & 7) as StereoSource
  values.volume = data[3]! >> 3
  const rawBalance_pct = data[4]!
  values.balance_pct = rawBalance_pct <= 200 ? rawBalance_pct - 100 : noValue(rawBalance_pct, 255)
  const rawFrequency_MHz = data[5]!
  values.frequency_MHz = rawFrequency_MHz <= 205 ? (rawFrequency_MHz + 875) / 10 : noValue(rawFrequency_MHz, 255)
}

export const StereoCommandEncoder: Encoder<StereoCommandValues> = {
  name: 'StereoCommand', kind: 12, page: 1, length: 6, lifetime_ms: 250, priority: 2, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createStereoCommand, encode: encodeStereoCommand,
}

export const StereoCommandDecoder: Decoder<StereoCommandValues> = {
  kind: 12, page: 1, length: 6, lifetime_ms: 250, locations: 256,
  create: createStereoCommand, decode: decodeStereoCommand,
}

export const StereoCommandCodec: Codec<StereoCommandValues> = {
  name: 'StereoCommand', kind: 12, page: 1, length: 6, lifetime_ms: 250, locations: 256, priority: 2, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createStereoCommand, encode: encodeStereoCommand, decode: decodeStereoCommand,
}

/** Five characters of a station name or a title. Frames of one text share the transfer number; index 0 begins it. */
export type StereoTextValues = {
  /** number of the text, modulo 8; 0…7 */
  transfer: number
  /** which text; 0 station, 1 title */
  kind: StereoTextKind
  /** position of this part, in steps of five characters; 0…15 */
  index: number
  /** character 0 in ISO 8859-1; 0 = end of the text; 0…255 */
  char0: number
  /** character 1 in ISO 8859-1; 0 = end of the text; 0…255 */
  char1: number
  /** character 2 in ISO 8859-1; 0 = end of the text; 0…255 */
  char2: number
  /** character 3 in ISO 8859-1; 0 = end of the text; 0…255 */
  char3: number
  /** character 4 in ISO 8859-1; 0 = end of the text; 0…255 */
  char4: number
}

const createStereoText = (): StereoTextValues => ({ transfer: 0, kind: 0, index: 0, char0: 0, char1: 0, char2: 0, char3: 0, char4: 0 })

const encodeStereoText = (values: StereoTextValues, data: Uint8Array): void => {
  if ((values.transfer & 7) !== values.transfer) refuse('StereoText.transfer', values.transfer, 'the whole numbers 0…7')
  if ((values.kind & 1) !== values.kind) refuse('StereoText.kind', values.kind, 'its codes 0…1')
  if ((values.index & 15) !== values.index) refuse('StereoText.index', values.index, 'the whole numbers 0…15')
  if ((values.char0 & 255) !== values.char0) refuse('StereoText.char0', values.char0, 'the whole numbers 0…255')
  if ((values.char1 & 255) !== values.char1) refuse('StereoText.char1', values.char1, 'the whole numbers 0…255')
  if ((values.char2 & 255) !== values.char2) refuse('StereoText.char2', values.char2, 'the whole numbers 0…255')
  if ((values.char3 & 255) !== values.char3) refuse('StereoText.char3', values.char3, 'the whole numbers 0…255')
  if ((values.char4 & 255) !== values.char4) refuse('StereoText.char4', values.char4, 'the whole numbers 0…255')
  data[2] = values.transfer | (values.kind << 3) | (values.index << 4)
  data[3] = values.char0
  data[4] = values.char1
  data[5] = values.char2
  data[6] = values.char3
  data[7] = values.char4
}

const decodeStereoText = (data: Uint8Array, values: StereoTextValues): void => {
  values.transfer = data[2]! & 7
  values.kind = ((data[2]! >> 3) & 1) as StereoTextKind
  values.index = data[2]! >> 4
  values.char0 = data[3]!
  values.char1 = data[4]!
  values.char2 = data[5]!
  values.char3 = data[6]!
  values.char4 = data[7]!
}

export const StereoTextEncoder: Encoder<StereoTextValues> = {
  name: 'StereoText', kind: 13, page: 0, length: 8, lifetime_ms: 3000, priority: 7, idlePeriod_ms: 0, activePeriod_ms: 20, minimumInterval_ms: 20,
  create: createStereoText, encode: encodeStereoText,
}

export const StereoTextDecoder: Decoder<StereoTextValues> = {
  kind: 13, page: 0, length: 8, lifetime_ms: 3000, locations: 256,
  create: createStereoText, decode: decodeStereoText,
}

export const StereoTextCodec: Codec<StereoTextValues> = {
  name: 'StereoText', kind: 13, page: 0, length: 8, lifetime_ms: 3000, locations: 256, priority: 7, idlePeriod_ms: 0, activePeriod_ms: 20, minimumInterval_ms: 20,
  create: createStereoText, encode: encodeStereoText, decode: decodeStereoText,
}

/** What a seat fan does. */
export type SeatFanStatusValues = {
  /** supply at the port; 0…25.3 V in steps of 0.1, NaN = not available */
  supply_V: number
  /** current drawn; 0…50.6 A in steps of 0.2, NaN = not available */
  current_A: number
  /** current granted; 0…50.6 A in steps of 0.2, NaN = not available */
  granted_A: number
  /** low nibble of the last command's source address; 0 = none since boot; 0…15 */
  echoSender: number
  /** sequence of the last accepted command; 0…15 */
  echoSequence: number
  /** off, waiting for power, on, or off for a fault; 0 off, 1 waiting, 2 on, 3 fault */
  state: SeatFanState
  /** level it runs at; 0…100 % in steps of 2, NaN = not available */
  level_pct: number
}

const createSeatFanStatus = (): SeatFanStatusValues => ({ supply_V: NaN, current_A: NaN, granted_A: NaN, echoSender: 0, echoSequence: 0, state: 0, level_pct: NaN })

const encodeSeatFanStatus = (values: SeatFanStatusValues, data: Uint8Array): void => {
  const stepsSupply_V = values.supply_V * 10
  const rawSupply_V = stepsSupply_V >= 0 && stepsSupply_V <= 253 ? (stepsSupply_V + 0.5) | 0 : saturated(stepsSupply_V, 0, 253, 255)
  const stepsCurrent_A = values.current_A * 5
  const rawCurrent_A = stepsCurrent_A >= 0 && stepsCurrent_A <= 253 ? (stepsCurrent_A + 0.5) | 0 : saturated(stepsCurrent_A, 0, 253, 255)
  const stepsGranted_A = values.granted_A * 5
  const rawGranted_A = stepsGranted_A >= 0 && stepsGranted_A <= 253 ? (stepsGranted_A + 0.5) | 0 : saturated(stepsGranted_A, 0, 253, 255)
  if ((values.echoSender & 15) !== values.echoSender) refuse('SeatFanStatus.echoSender', values.echoSender, 'the whole numbers 0…15')
  if ((values.echoSequence & 15) !== values.echoSequence) refuse('SeatFanStatus.echoSequence', values.echoSequence, 'the whole numbers 0…15')
  if ((values.state & 3) !== values.state) refuse('SeatFanStatus.state', values.state, 'its codes 0…3')
  const stepsLevel_pct = values.level_pct / 2
  const rawLevel_pct = stepsLevel_pct >= 0 && stepsLevel_pct <= 50 ? (stepsLevel_pct + 0.5) | 0 : saturated(stepsLevel_pct, 0, 50, 63)
  data[2] = 8
  data[3] = rawSupply_V
  data[4] = rawCurrent_A
  data[5] = rawGranted_A
  data[6] = values.echoSender | (values.echoSequence << 4)
  data[7] = values.state | (rawLevel_pct << 2)
}

const decodeSeatFanStatus = (data: Uint8Array, values: SeatFanStatusValues): void => {
  const rawSupply_V = data[3]!
  values.supply_V = rawSupply_V <= 253 ? rawSupply_V / 10 : noValue(rawSupply_V, 255)
  const rawCurrent_A = data[4]!
  values.current_A = rawCurrent_A <= 253 ? rawCurrent_A / 5 : noValue(rawCurrent_A, 255)
  const rawGranted_A = data[5]!
  values.granted_A = rawGranted_A <= 253 ? rawGranted_A / 5 : noValue(rawGranted_A, 255)
  values.echoSender = data[6]! & 15
  values.echoSequence = data[6]! >> 4
  values.state = (data[7]! & 3) as SeatFanState
  const rawLevel_pct = data[7]! >> 2
  values.level_pct = rawLevel_pct <= 50 ? rawLevel_pct * 2 : noValue(rawLevel_pct, 63)
}

export const SeatFanStatusEncoder: Encoder<SeatFanStatusValues> = {
  name: 'SeatFanStatus', kind: 14, page: 0, class: 8, length: 8, lifetime_ms: 3000, priority: 4, idlePeriod_ms: 1000, activePeriod_ms: 0, minimumInterval_ms: 40,
  create: createSeatFanStatus, encode: encodeSeatFanStatus,
}

export const SeatFanStatusDecoder: Decoder<SeatFanStatusValues> = {
  kind: 14, page: 0, class: 8, length: 8, lifetime_ms: 3000, locations: 30,
  create: createSeatFanStatus, decode: decodeSeatFanStatus,
}

export const SeatFanStatusCodec: Codec<SeatFanStatusValues> = {
  name: 'SeatFanStatus', kind: 14, page: 0, class: 8, length: 8, lifetime_ms: 3000, locations: 30, priority: 4, idlePeriod_ms: 1000, activePeriod_ms: 0, minimumInterval_ms: 40,
  create: createSeatFanStatus, encode: encodeSeatFanStatus, decode: decodeSeatFanStatus,
}

/** Sets the level of a seat fan; 0 is off. It runs with the ignition on. */
export type SeatFanCommandValues = {
  /** a new command takes the next number, a repetition keeps it; 0…15 */
  sequence: number
  /** level to run at; 0…100 % in steps of 0.5, NaN = does not matter */
  level_pct: number
}

const createSeatFanCommand = (): SeatFanCommandValues => ({ sequence: 0, level_pct: NaN })

const encodeSeatFanCommand = (values: SeatFanCommandValues, data: Uint8Array): void => {
  if ((values.sequence & 15) !== values.sequence) refuse('SeatFanCommand.sequence', values.sequence, 'the whole numbers 0…15')
  const stepsLevel_pct = values.level_pct * 2
  const rawLevel_pct = stepsLevel_pct >= 0 && stepsLevel_pct <= 200 ? (stepsLevel_pct + 0.5) | 0 : withoutValue(values.level_pct, 255, 'SeatFanCommand.level_pct', '0…100 %')
  data[2] = 8
  data[3] = values.sequence
  data[4] = rawLevel_pct
}

const decodeSeatFanCommand = (data: Uint8Array, values: SeatFanCommandValues): void => {
  values.sequence = data[3]! & 15
  const rawLevel_pct = data[4]!
  values.level_pct = rawLevel_pct <= 200 ? rawLevel_pct / 2 : noValue(rawLevel_pct, 255)
}

export const SeatFanCommandEncoder: Encoder<SeatFanCommandValues> = {
  name: 'SeatFanCommand', kind: 14, page: 1, class: 8, length: 5, lifetime_ms: 250, priority: 2, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createSeatFanCommand, encode: encodeSeatFanCommand,
}

export const SeatFanCommandDecoder: Decoder<SeatFanCommandValues> = {
  kind: 14, page: 1, class: 8, length: 5, lifetime_ms: 250, locations: 30,
  create: createSeatFanCommand, decode: decodeSeatFanCommand,
}

export const SeatFanCommandCodec: Codec<SeatFanCommandValues> = {
  name: 'SeatFanCommand', kind: 14, page: 1, class: 8, length: 5, lifetime_ms: 250, locations: 30, priority: 2, idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10,
  create: createSeatFanCommand, encode: encodeSeatFanCommand, decode: decodeSeatFanCommand,
}

/** Every codec by the name of its message. */
export const CODECS = {
  HubStatus: HubStatusCodec,
  VehicleState: VehicleStateCodec,
  ComponentAnnounce: ComponentAnnounceCodec,
  PowerShed: PowerShedCodec,
  PortStatus: PortStatusCodec,
  NetworkSleep: NetworkSleepCodec,
  PowerRequest: PowerRequestCodec,
  PowerGrant: PowerGrantCodec,
  PowerRelease: PowerReleaseCodec,
  FreshnessEpoch: FreshnessEpochCodec,
  SwitchEvent: SwitchEventCodec,
  FreshnessProof: FreshnessProofCodec,
  Freshness: FreshnessCodec,
  FreshnessRequest: FreshnessRequestCodec,
  CommandReceipt: CommandReceiptCodec,
  Tag: TagCodec,
  WindowStatus: WindowStatusCodec,
  WindowCommand: WindowCommandCodec,
  MirrorStatus: MirrorStatusCodec,
  MirrorCommand: MirrorCommandCodec,
  LatchStatus: LatchStatusCodec,
  LatchCommand: LatchCommandCodec,
  LightStatus: LightStatusCodec,
  LightCommand: LightCommandCodec,
  StereoStatus: StereoStatusCodec,
  StereoCommand: StereoCommandCodec,
  StereoText: StereoTextCodec,
  SeatFanStatus: SeatFanStatusCodec,
  SeatFanCommand: SeatFanCommandCodec,
}

/** Of page 1, by kind: the locations whose hubs send it, a bit each. Tools may send all of it. */
export const HUB_SENDERS: readonly number[] = [0x60, 0x60, 0x1fe, 0x60, 0x60, 0x60, 0x1fe, 0x60, 0x3e, 0x20, 0x7e, 0x20, 0x20, 0x0, 0x20, 0x0]
