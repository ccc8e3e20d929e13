// Generated from the message catalogue by `npm run generate`. Do not edit.
import type { Codec } from './codec.ts'
import { commandedCode, countCode, measuredCode, physicalValue, refuseCode } from './field-code.ts'

/** Heartbeat of a hub. */
export interface HubStatusValues {
  /** state of the hub; 0 booting, 1 claiming, 2 operating, 3 degraded, 4 silent, 5 sleeping */
  state: number
  /** why it last booted; 0 unknown, 1 powerOn, 2 brownOut, 3 watchdog, 4 requested, 5 external */
  resetCause: number
  /** fault confinement state (ISO 11898-1); 0 errorActive, 1 errorPassive, 2 busOff */
  canState: number
  /** transmit error counter; 0…253, NaN = not available */
  tec: number
  /** receive error counter; 0…253, NaN = not available */
  rec: number
  /** board temperature; -40…213 °C, NaN = not available */
  temperature_C: number
  /** supply at the hub; 0…25.3 V in steps of 0.1, NaN = not available */
  supply_V: number
}

export const HubStatusCodec: Codec<HubStatusValues> = {
  name: 'HubStatus',
  kind: 0,
  page: 0,
  priority: 6,
  length: 7,
  idlePeriod_ms: 1000,
  activePeriod_ms: 1000,
  minimumInterval_ms: 100,
  lifetime_ms: 3000,
  create: () => ({ state: 0, resetCause: 0, canState: 0, tec: NaN, rec: NaN, temperature_C: NaN, supply_V: NaN }),
  encode: (values, data) => {
    const rawState = countCode(values.state, 0, 5, 'HubStatus.state')
    const rawResetCause = countCode(values.resetCause, 0, 5, 'HubStatus.resetCause')
    const rawCanState = countCode(values.canState, 0, 2, 'HubStatus.canState')
    const rawTec = measuredCode(values.tec, 0, 253, 255)
    const rawRec = measuredCode(values.rec, 0, 253, 255)
    const rawTemperature_C = measuredCode(values.temperature_C + 40, 0, 253, 255)
    const rawSupply_V = measuredCode(values.supply_V * 10, 0, 253, 255)
    data[2] = rawState | (rawResetCause << 3) | (rawCanState << 6)
    data[3] = rawTec
    data[4] = rawRec
    data[5] = rawTemperature_C
    data[6] = rawSupply_V
  },
  decode: (data, values) => {
    values.state = data[2] & 7
    values.resetCause = (data[2] >> 3) & 7
    values.canState = data[2] >> 6
    values.tec = physicalValue(data[3], 0, 253, 255, data[3])
    values.rec = physicalValue(data[4], 0, 253, 255, data[4])
    values.temperature_C = physicalValue(data[5], 0, 253, 255, data[5] - 40)
    values.supply_V = physicalValue(data[6], 0, 253, 255, data[6] / 10)
  },
}

/** State of the vehicle, and the heartbeat of the power manager: three missed mean a takeover, and ignition off. */
export interface VehicleStateValues {
  /** position of the ignition lock; 0 off, 1 accessory, 2 on, 3 start */
  ignition: number
  /** selected gear; 0 park, 1 reverse, 2 neutral, 3 drive, 4 manual */
  gear: number
  /** 0 = nothing shed; n = priorities above 3 - n are off; 0…3 */
  shedLevel: number
  /** road speed; 0…253 km/h, NaN = not available */
  speed_kmh: number
  /** supply at the sender; 0…25.3 V in steps of 0.1, NaN = not available */
  battery_V: number
  /** state of charge of the battery; 0…100 % in steps of 0.5, NaN = not available */
  charge_pct: number
  /** state of the power manager in the sender; 0 none, 1 active, 2 rebuilding, 3 staticShares */
  manager: number
}

export const VehicleStateCodec: Codec<VehicleStateValues> = {
  name: 'VehicleState',
  kind: 0,
  page: 1,
  priority: 3,
  length: 7,
  idlePeriod_ms: 100,
  activePeriod_ms: 100,
  minimumInterval_ms: 10,
  lifetime_ms: 300,
  create: () => ({ ignition: 0, gear: 0, shedLevel: 0, speed_kmh: NaN, battery_V: NaN, charge_pct: NaN, manager: 0 }),
  encode: (values, data) => {
    const rawIgnition = countCode(values.ignition, 0, 3, 'VehicleState.ignition')
    const rawGear = countCode(values.gear, 0, 4, 'VehicleState.gear')
    const rawShedLevel = countCode(values.shedLevel, 0, 3, 'VehicleState.shedLevel')
    const rawSpeed_kmh = measuredCode(values.speed_kmh, 0, 253, 255)
    const rawBattery_V = measuredCode(values.battery_V * 10, 0, 253, 255)
    const rawCharge_pct = measuredCode(values.charge_pct * 2, 0, 200, 255)
    const rawManager = countCode(values.manager, 0, 3, 'VehicleState.manager')
    data[2] = rawIgnition | (rawGear << 3) | (rawShedLevel << 6)
    data[3] = rawSpeed_kmh
    data[4] = rawBattery_V
    data[5] = rawCharge_pct
    data[6] = rawManager
  },
  decode: (data, values) => {
    values.ignition = data[2] & 7
    values.gear = (data[2] >> 3) & 7
    values.shedLevel = data[2] >> 6
    values.speed_kmh = physicalValue(data[3], 0, 253, 255, data[3])
    values.battery_V = physicalValue(data[4], 0, 253, 255, data[4] / 10)
    values.charge_pct = physicalValue(data[5], 0, 200, 255, data[5] / 2)
    values.manager = data[6] & 3
  },
}

/** What is plugged into a port, on plug, on unplug and on a J1939 request for its PGN. */
export interface ComponentAnnounceValues {
  /** socket of the hub; 0…15 */
  port: number
  /** what reading the descriptor gave; 0 absent, 1 present, 2 badCrc, 3 badVersion, 4 unknownClass, 5 unreadable */
  descriptor: number
  /** component class; 0 none, 1 window, 2 mirror, 3 latch, 4 lamp, 5 amplifier, 6 switchPack, 7 vehicle */
  class: number
  /** maker code of the descriptor; 0…65535 */
  maker: number
  /** CRC-16 of the descriptor; 0…65535 */
  descriptorCrc: number
}

export const ComponentAnnounceCodec: Codec<ComponentAnnounceValues> = {
  name: 'ComponentAnnounce',
  kind: 1,
  page: 0,
  priority: 6,
  length: 8,
  idlePeriod_ms: 0,
  activePeriod_ms: 0,
  minimumInterval_ms: 20,
  lifetime_ms: 3000,
  create: () => ({ port: 0, descriptor: 0, class: 0, maker: 0, descriptorCrc: 0 }),
  encode: (values, data) => {
    const rawPort = countCode(values.port, 0, 15, 'ComponentAnnounce.port')
    const rawDescriptor = countCode(values.descriptor, 0, 5, 'ComponentAnnounce.descriptor')
    const rawClass = countCode(values.class, 0, 7, 'ComponentAnnounce.class')
    const rawMaker = countCode(values.maker, 0, 65535, 'ComponentAnnounce.maker')
    const rawDescriptorCrc = countCode(values.descriptorCrc, 0, 65535, 'ComponentAnnounce.descriptorCrc')
    data[2] = rawPort | (rawDescriptor << 4)
    data[3] = rawClass
    data[4] = rawMaker
    data[5] = rawMaker >> 8
    data[6] = rawDescriptorCrc
    data[7] = rawDescriptorCrc >> 8
  },
  decode: (data, values) => {
    values.port = data[2] & 15
    values.descriptor = data[2] >> 4
    values.class = data[3]
    values.maker = data[4] | (data[5] << 8)
    values.descriptorCrc = data[6] | (data[7] << 8)
  },
}

/** Loads to switch off at once, before the supply dips. */
export interface PowerShedValues {
  /** 0 = nothing shed; n = priorities above 3 - n switch off; 0…3 */
  level: number
  /** why; 0 recovered, 1 undervoltage, 2 cranking, 3 overload, 4 requested */
  reason: number
}

export const PowerShedCodec: Codec<PowerShedValues> = {
  name: 'PowerShed',
  kind: 1,
  page: 1,
  priority: 0,
  length: 3,
  idlePeriod_ms: 0,
  activePeriod_ms: 0,
  minimumInterval_ms: 10,
  lifetime_ms: 200,
  create: () => ({ level: 0, reason: 0 }),
  encode: (values, data) => {
    const rawLevel = countCode(values.level, 0, 3, 'PowerShed.level')
    const rawReason = countCode(values.reason, 0, 4, 'PowerShed.reason')
    data[2] = rawLevel | (rawReason << 2)
  },
  decode: (data, values) => {
    values.level = data[2] & 3
    values.reason = (data[2] >> 2) & 7
  },
}

/** Power state of one port; a hub with several ports sends one frame for each. */
export interface PortStatusValues {
  /** socket of the hub; 0…15 */
  port: number
  /** state of the eFuse; 0 empty, 1 off, 2 on, 3 limiting, 4 tripped, 5 rejected */
  state: number
  /** component class; 0 none, 1 window, 2 mirror, 3 latch, 4 lamp, 5 amplifier, 6 switchPack, 7 vehicle */
  class: number
  /** current drawn; 0…50.6 A in steps of 0.2, NaN = not available */
  current_A: number
  /** current granted; 0…50.6 A in steps of 0.2, NaN = not available */
  granted_A: number
  /** fault; 0 none, 1 eFuse, 2 overDescriptor, 3 badDescriptor, 4 noGrant, 5 commandLost, 6 driver */
  fault: number
}

export const PortStatusCodec: Codec<PortStatusValues> = {
  name: 'PortStatus',
  kind: 2,
  page: 0,
  priority: 6,
  length: 7,
  idlePeriod_ms: 1000,
  activePeriod_ms: 1000,
  minimumInterval_ms: 20,
  lifetime_ms: 3000,
  create: () => ({ port: 0, state: 0, class: 0, current_A: NaN, granted_A: NaN, fault: 0 }),
  encode: (values, data) => {
    const rawPort = countCode(values.port, 0, 15, 'PortStatus.port')
    const rawState = countCode(values.state, 0, 5, 'PortStatus.state')
    const rawClass = countCode(values.class, 0, 7, 'PortStatus.class')
    const rawCurrent_A = measuredCode(values.current_A * 5, 0, 253, 255)
    const rawGranted_A = measuredCode(values.granted_A * 5, 0, 253, 255)
    const rawFault = countCode(values.fault, 0, 6, 'PortStatus.fault')
    data[2] = rawPort | (rawState << 4)
    data[3] = rawClass
    data[4] = rawCurrent_A
    data[5] = rawGranted_A
    data[6] = rawFault
  },
  decode: (data, values) => {
    values.port = data[2] & 15
    values.state = data[2] >> 4
    values.class = data[3]
    values.current_A = physicalValue(data[4], 0, 253, 255, data[4] / 5)
    values.granted_A = physicalValue(data[5], 0, 253, 255, data[5] / 5)
    values.fault = data[6] & 15
  },
}

/** The network goes to sleep or wakes: proposed by the manager, vetoed or woken by any hub. */
export interface NetworkSleepValues {
  /** step of the agreement; 0 proposed, 1 vetoed, 2 agreed, 3 waking */
  phase: number
  /** why; 0 inactivity, 1 switch, 2 bus, 3 component, 4 diagnostics, 5 ignition */
  reason: number
}

export const NetworkSleepCodec: Codec<NetworkSleepValues> = {
  name: 'NetworkSleep',
  kind: 2,
  page: 1,
  priority: 3,
  length: 3,
  idlePeriod_ms: 0,
  activePeriod_ms: 0,
  minimumInterval_ms: 100,
  lifetime_ms: 500,
  create: () => ({ phase: 0, reason: 0 }),
  encode: (values, data) => {
    const rawPhase = countCode(values.phase, 0, 3, 'NetworkSleep.phase')
    const rawReason = countCode(values.reason, 0, 5, 'NetworkSleep.reason')
    data[2] = rawPhase | (rawReason << 2)
  },
  decode: (data, values) => {
    values.phase = data[2] & 3
    values.reason = (data[2] >> 2) & 7
  },
}

/** A port asks the power manager for a lease. */
export interface PowerRequestValues {
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

export const PowerRequestCodec: Codec<PowerRequestValues> = {
  name: 'PowerRequest',
  kind: 3,
  page: 0,
  priority: 1,
  length: 7,
  idlePeriod_ms: 0,
  activePeriod_ms: 1000,
  minimumInterval_ms: 10,
  lifetime_ms: 200,
  create: () => ({ port: 0, sequence: 0, run_A: NaN, peak_A: NaN, duration_ms: NaN, priority: 0 }),
  encode: (values, data) => {
    const rawPort = countCode(values.port, 0, 15, 'PowerRequest.port')
    const rawSequence = countCode(values.sequence, 0, 15, 'PowerRequest.sequence')
    const rawRun_A = commandedCode(values.run_A, values.run_A * 5, 0, 253, 255, 'PowerRequest.run_A', '0…50.6 A')
    const rawPeak_A = commandedCode(values.peak_A, values.peak_A * 5, 0, 253, 255, 'PowerRequest.peak_A', '0…50.6 A')
    const rawDuration_ms = commandedCode(values.duration_ms, values.duration_ms / 100, 0, 253, 255, 'PowerRequest.duration_ms', '0…25300 ms')
    const rawPriority = countCode(values.priority, 0, 3, 'PowerRequest.priority')
    data[2] = rawPort | (rawSequence << 4)
    data[3] = rawRun_A
    data[4] = rawPeak_A
    data[5] = rawDuration_ms
    data[6] = rawPriority
  },
  decode: (data, values) => {
    values.port = data[2] & 15
    values.sequence = data[2] >> 4
    values.run_A = physicalValue(data[3], 0, 253, 255, data[3] / 5)
    values.peak_A = physicalValue(data[4], 0, 253, 255, data[4] / 5)
    values.duration_ms = physicalValue(data[5], 0, 253, 255, data[5] * 100)
    values.priority = data[6] & 3
  },
}

/** Permission for a port to draw a current for the time of the lease. */
export interface PowerGrantValues {
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
  result: number
}

export const PowerGrantCodec: Codec<PowerGrantValues> = {
  name: 'PowerGrant',
  kind: 3,
  page: 1,
  priority: 1,
  length: 7,
  idlePeriod_ms: 0,
  activePeriod_ms: 1000,
  minimumInterval_ms: 10,
  lifetime_ms: 200,
  create: () => ({ port: 0, sequence: 0, run_A: NaN, peak_A: NaN, lease_ms: NaN, result: 0 }),
  encode: (values, data) => {
    const rawPort = countCode(values.port, 0, 15, 'PowerGrant.port')
    const rawSequence = countCode(values.sequence, 0, 15, 'PowerGrant.sequence')
    const rawRun_A = commandedCode(values.run_A, values.run_A * 5, 0, 253, 255, 'PowerGrant.run_A', '0…50.6 A')
    const rawPeak_A = commandedCode(values.peak_A, values.peak_A * 5, 0, 253, 255, 'PowerGrant.peak_A', '0…50.6 A')
    const rawLease_ms = commandedCode(values.lease_ms, values.lease_ms / 50, 0, 253, 255, 'PowerGrant.lease_ms', '0…12650 ms')
    const rawResult = countCode(values.result, 0, 3, 'PowerGrant.result')
    data[2] = rawPort | (rawSequence << 4)
    data[3] = rawRun_A
    data[4] = rawPeak_A
    data[5] = rawLease_ms
    data[6] = rawResult
  },
  decode: (data, values) => {
    values.port = data[2] & 15
    values.sequence = data[2] >> 4
    values.run_A = physicalValue(data[3], 0, 253, 255, data[3] / 5)
    values.peak_A = physicalValue(data[4], 0, 253, 255, data[4] / 5)
    values.lease_ms = physicalValue(data[5], 0, 253, 255, data[5] * 50)
    values.result = data[6] & 3
  },
}

/** A port gives its lease back. */
export interface PowerReleaseValues {
  /** socket of the hub; 0…15 */
  port: number
  /** sequence of the request whose lease ends; 0…15 */
  sequence: number
}

export const PowerReleaseCodec: Codec<PowerReleaseValues> = {
  name: 'PowerRelease',
  kind: 4,
  page: 0,
  priority: 3,
  length: 3,
  idlePeriod_ms: 0,
  activePeriod_ms: 0,
  minimumInterval_ms: 10,
  lifetime_ms: 1000,
  create: () => ({ port: 0, sequence: 0 }),
  encode: (values, data) => {
    const rawPort = countCode(values.port, 0, 15, 'PowerRelease.port')
    const rawSequence = countCode(values.sequence, 0, 15, 'PowerRelease.sequence')
    data[2] = rawPort | (rawSequence << 4)
  },
  decode: (data, values) => {
    values.port = data[2] & 15
    values.sequence = data[2] >> 4
  },
}

/** A switch moved; for displays and logs, it never actuates. */
export interface SwitchEventValues {
  /** switch function; 44 codes */
  switch: number
  /** what happened; 0 released, 1 pressed, 2 held, 3 stuck */
  edge: number
  /** socket of the switch pack; 0…15 */
  port: number
  /** time since it was pressed; 0…65533 ms, NaN = not available */
  duration_ms: number
}

export const SwitchEventCodec: Codec<SwitchEventValues> = {
  name: 'SwitchEvent',
  kind: 5,
  page: 0,
  priority: 5,
  length: 6,
  idlePeriod_ms: 0,
  activePeriod_ms: 0,
  minimumInterval_ms: 10,
  lifetime_ms: 1000,
  create: () => ({ switch: 0, edge: 0, port: 0, duration_ms: NaN }),
  encode: (values, data) => {
    const rawSwitch = values.switch | 0
    if (rawSwitch !== values.switch || !((rawSwitch >= 0 && rawSwitch <= 10) || (rawSwitch >= 16 && rawSwitch <= 28) || (rawSwitch >= 32 && rawSwitch <= 37) || (rawSwitch >= 48 && rawSwitch <= 52) || (rawSwitch >= 64 && rawSwitch <= 69) || (rawSwitch >= 80 && rawSwitch <= 82))) refuseCode(values.switch, 'SwitchEvent.switch', '0…10, 16…28, 32…37, 48…52, 64…69, 80…82')
    const rawEdge = countCode(values.edge, 0, 3, 'SwitchEvent.edge')
    const rawPort = countCode(values.port, 0, 15, 'SwitchEvent.port')
    const rawDuration_ms = measuredCode(values.duration_ms, 0, 65533, 65535)
    data[2] = rawSwitch
    data[3] = rawEdge | (rawPort << 4)
    data[4] = rawDuration_ms
    data[5] = rawDuration_ms >> 8
  },
  decode: (data, values) => {
    values.switch = data[2]
    values.edge = data[3] & 3
    values.port = data[3] >> 4
    values.duration_ms = physicalValue(data[4] | (data[5] << 8), 0, 65533, 65535, (data[4] | (data[5] << 8)))
  },
}

/** Where the glass is and what it does. */
export interface WindowStatusValues {
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
  /** state of the drive; 0 unlearned, 1 still, 2 opening, 3 closing, 4 reversing, 5 blocked, 6 learning, 7 waiting */
  state: number
  /** the last closing met an obstacle; 0 or 1 */
  pinch: number
  /** the motor is too warm to start; 0 or 1 */
  thermal: number
  /** the travel is known; 0 or 1 */
  learned: number
  /** the drive does not answer: no pulses, or no power; 0 or 1 */
  fault: number
}

export const WindowStatusCodec: Codec<WindowStatusValues> = {
  name: 'WindowStatus',
  kind: 8,
  page: 0,
  priority: 4,
  length: 8,
  idlePeriod_ms: 1000,
  activePeriod_ms: 100,
  minimumInterval_ms: 20,
  lifetime_ms: 3000,
  create: () => ({ supply_V: NaN, current_A: NaN, granted_A: NaN, echoSender: 0, echoSequence: 0, position_pct: NaN, state: 0, pinch: 0, thermal: 0, learned: 0, fault: 0 }),
  encode: (values, data) => {
    const rawSupply_V = measuredCode(values.supply_V * 10, 0, 253, 255)
    const rawCurrent_A = measuredCode(values.current_A * 5, 0, 253, 255)
    const rawGranted_A = measuredCode(values.granted_A * 5, 0, 253, 255)
    const rawEchoSender = countCode(values.echoSender, 0, 15, 'WindowStatus.echoSender')
    const rawEchoSequence = countCode(values.echoSequence, 0, 15, 'WindowStatus.echoSequence')
    const rawPosition_pct = measuredCode(values.position_pct * 2, 0, 200, 255)
    const rawState = countCode(values.state, 0, 7, 'WindowStatus.state')
    const rawPinch = countCode(values.pinch, 0, 1, 'WindowStatus.pinch')
    const rawThermal = countCode(values.thermal, 0, 1, 'WindowStatus.thermal')
    const rawLearned = countCode(values.learned, 0, 1, 'WindowStatus.learned')
    const rawFault = countCode(values.fault, 0, 1, 'WindowStatus.fault')
    data[2] = rawSupply_V
    data[3] = rawCurrent_A
    data[4] = rawGranted_A
    data[5] = rawEchoSender | (rawEchoSequence << 4)
    data[6] = rawPosition_pct
    data[7] = rawState | (rawPinch << 4) | (rawThermal << 5) | (rawLearned << 6) | (rawFault << 7)
  },
  decode: (data, values) => {
    values.supply_V = physicalValue(data[2], 0, 253, 255, data[2] / 10)
    values.current_A = physicalValue(data[3], 0, 253, 255, data[3] / 5)
    values.granted_A = physicalValue(data[4], 0, 253, 255, data[4] / 5)
    values.echoSender = data[5] & 15
    values.echoSequence = data[5] >> 4
    values.position_pct = physicalValue(data[6], 0, 200, 255, data[6] / 2)
    values.state = data[7] & 15
    values.pinch = (data[7] >> 4) & 1
    values.thermal = (data[7] >> 5) & 1
    values.learned = (data[7] >> 6) & 1
    values.fault = data[7] >> 7
  },
}

/** Moves a window. `up` and `down` last as long as they are repeated: 250 ms of silence stops the glass. */
export interface WindowCommandValues {
  /** a new command takes the next number, a repetition keeps it; 0…15 */
  sequence: number
  /** what to do; 0 stop, 1 up, 2 down, 3 autoUp, 4 autoDown, 5 goto, 6 learn */
  action: number
  /** goal of goto: 0 closed, 100 open; 0…100 % in steps of 0.5, NaN = does not matter */
  position_pct: number
}

export const WindowCommandCodec: Codec<WindowCommandValues> = {
  name: 'WindowCommand',
  kind: 8,
  page: 1,
  priority: 2,
  length: 4,
  idlePeriod_ms: 0,
  activePeriod_ms: 100,
  minimumInterval_ms: 10,
  lifetime_ms: 250,
  create: () => ({ sequence: 0, action: 0, position_pct: NaN }),
  encode: (values, data) => {
    const rawSequence = countCode(values.sequence, 0, 15, 'WindowCommand.sequence')
    const rawAction = countCode(values.action, 0, 6, 'WindowCommand.action')
    const rawPosition_pct = commandedCode(values.position_pct, values.position_pct * 2, 0, 200, 255, 'WindowCommand.position_pct', '0…100 %')
    data[2] = rawSequence | (rawAction << 4)
    data[3] = rawPosition_pct
  },
  decode: (data, values) => {
    values.sequence = data[2] & 15
    values.action = data[2] >> 4
    values.position_pct = physicalValue(data[3], 0, 200, 255, data[3] / 2)
  },
}

/** Where the mirror looks, whether it is folded and heated. */
export interface MirrorStatusValues {
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
  fold: number
  /** the heater is on; 0 or 1 */
  heat: number
  /** a tilt motor runs; 0 or 1 */
  moving: number
}

export const MirrorStatusCodec: Codec<MirrorStatusValues> = {
  name: 'MirrorStatus',
  kind: 9,
  page: 0,
  priority: 4,
  length: 8,
  idlePeriod_ms: 1000,
  activePeriod_ms: 100,
  minimumInterval_ms: 20,
  lifetime_ms: 3000,
  create: () => ({ supply_V: NaN, current_A: NaN, granted_A: NaN, echoSender: 0, echoSequence: 0, tiltX_deg: NaN, tiltY_deg: NaN, fold: 0, heat: 0, moving: 0 }),
  encode: (values, data) => {
    const rawSupply_V = measuredCode(values.supply_V * 10, 0, 253, 255)
    const rawCurrent_A = measuredCode(values.current_A * 5, 0, 253, 255)
    const rawGranted_A = measuredCode(values.granted_A * 5, 0, 253, 255)
    const rawEchoSender = countCode(values.echoSender, 0, 15, 'MirrorStatus.echoSender')
    const rawEchoSequence = countCode(values.echoSequence, 0, 15, 'MirrorStatus.echoSequence')
    const rawTiltX_deg = measuredCode(values.tiltX_deg * 5 / 2 + 30, 0, 60, 63)
    const rawTiltY_deg = measuredCode(values.tiltY_deg * 5 / 2 + 30, 0, 60, 63)
    const rawFold = countCode(values.fold, 0, 3, 'MirrorStatus.fold')
    const rawHeat = countCode(values.heat, 0, 1, 'MirrorStatus.heat')
    const rawMoving = countCode(values.moving, 0, 1, 'MirrorStatus.moving')
    data[2] = rawSupply_V
    data[3] = rawCurrent_A
    data[4] = rawGranted_A
    data[5] = rawEchoSender | (rawEchoSequence << 4)
    data[6] = rawTiltX_deg | (rawTiltY_deg << 6)
    data[7] = (rawTiltY_deg >> 2) | (rawFold << 4) | (rawHeat << 6) | (rawMoving << 7)
  },
  decode: (data, values) => {
    values.supply_V = physicalValue(data[2], 0, 253, 255, data[2] / 10)
    values.current_A = physicalValue(data[3], 0, 253, 255, data[3] / 5)
    values.granted_A = physicalValue(data[4], 0, 253, 255, data[4] / 5)
    values.echoSender = data[5] & 15
    values.echoSequence = data[5] >> 4
    values.tiltX_deg = physicalValue(data[6] & 63, 0, 60, 63, ((data[6] & 63) * 2 - 60) / 5)
    values.tiltY_deg = physicalValue(((data[6] | (data[7] << 8)) >> 6) & 63, 0, 60, 63, ((((data[6] | (data[7] << 8)) >> 6) & 63) * 2 - 60) / 5)
    values.fold = (data[7] >> 4) & 3
    values.heat = (data[7] >> 6) & 1
    values.moving = data[7] >> 7
  },
}

/** Moves or heats an outside mirror. `tilt` lasts as long as it is repeated. */
export interface MirrorCommandValues {
  /** a new command takes the next number, a repetition keeps it; 0…15 */
  sequence: number
  /** what to do; 0 stop, 1 tilt, 2 goto, 3 fold, 4 unfold, 5 heatOn, 6 heatOff, 7 recall, 8 store */
  action: number
  /** tilt: left, none, right; 0 negative, 1 none, 2 positive */
  directionX: number
  /** tilt: down, none, up; 0 negative, 1 none, 2 positive */
  directionY: number
  /** recall, store: which memory; 0…3 */
  memory: number
  /** goto: goal, right positive; -12…12 ° in steps of 0.1, NaN = does not matter */
  tiltX_deg: number
  /** goto: goal, up positive; -12…12 ° in steps of 0.1, NaN = does not matter */
  tiltY_deg: number
}

export const MirrorCommandCodec: Codec<MirrorCommandValues> = {
  name: 'MirrorCommand',
  kind: 9,
  page: 1,
  priority: 2,
  length: 6,
  idlePeriod_ms: 0,
  activePeriod_ms: 100,
  minimumInterval_ms: 10,
  lifetime_ms: 250,
  create: () => ({ sequence: 0, action: 0, directionX: 1, directionY: 1, memory: 0, tiltX_deg: NaN, tiltY_deg: NaN }),
  encode: (values, data) => {
    const rawSequence = countCode(values.sequence, 0, 15, 'MirrorCommand.sequence')
    const rawAction = countCode(values.action, 0, 8, 'MirrorCommand.action')
    const rawDirectionX = countCode(values.directionX, 0, 2, 'MirrorCommand.directionX')
    const rawDirectionY = countCode(values.directionY, 0, 2, 'MirrorCommand.directionY')
    const rawMemory = countCode(values.memory, 0, 3, 'MirrorCommand.memory')
    const rawTiltX_deg = commandedCode(values.tiltX_deg, values.tiltX_deg * 10 + 120, 0, 240, 255, 'MirrorCommand.tiltX_deg', '-12…12 °')
    const rawTiltY_deg = commandedCode(values.tiltY_deg, values.tiltY_deg * 10 + 120, 0, 240, 255, 'MirrorCommand.tiltY_deg', '-12…12 °')
    data[2] = rawSequence | (rawAction << 4)
    data[3] = rawDirectionX | (rawDirectionY << 2) | (rawMemory << 4)
    data[4] = rawTiltX_deg
    data[5] = rawTiltY_deg
  },
  decode: (data, values) => {
    values.sequence = data[2] & 15
    values.action = data[2] >> 4
    values.directionX = data[3] & 3
    values.directionY = (data[3] >> 2) & 3
    values.memory = (data[3] >> 4) & 3
    values.tiltX_deg = physicalValue(data[4], 0, 240, 255, (data[4] - 120) / 10)
    values.tiltY_deg = physicalValue(data[5], 0, 240, 255, (data[5] - 120) / 10)
  },
}

/** State of a latch. */
export interface LatchStatusValues {
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
  state: number
  /** not fully latched; 0 or 1 */
  ajar: number
  /** locked; 0 or 1 */
  locked: number
  /** did not reach its goal in time; 0 or 1 */
  fault: number
}

export const LatchStatusCodec: Codec<LatchStatusValues> = {
  name: 'LatchStatus',
  kind: 10,
  page: 0,
  priority: 4,
  length: 7,
  idlePeriod_ms: 1000,
  activePeriod_ms: 0,
  minimumInterval_ms: 20,
  lifetime_ms: 3000,
  create: () => ({ supply_V: NaN, current_A: NaN, granted_A: NaN, echoSender: 0, echoSequence: 0, state: 0, ajar: 0, locked: 0, fault: 0 }),
  encode: (values, data) => {
    const rawSupply_V = measuredCode(values.supply_V * 10, 0, 253, 255)
    const rawCurrent_A = measuredCode(values.current_A * 5, 0, 253, 255)
    const rawGranted_A = measuredCode(values.granted_A * 5, 0, 253, 255)
    const rawEchoSender = countCode(values.echoSender, 0, 15, 'LatchStatus.echoSender')
    const rawEchoSequence = countCode(values.echoSequence, 0, 15, 'LatchStatus.echoSequence')
    const rawState = countCode(values.state, 0, 4, 'LatchStatus.state')
    const rawAjar = countCode(values.ajar, 0, 1, 'LatchStatus.ajar')
    const rawLocked = countCode(values.locked, 0, 1, 'LatchStatus.locked')
    const rawFault = countCode(values.fault, 0, 1, 'LatchStatus.fault')
    data[2] = rawSupply_V
    data[3] = rawCurrent_A
    data[4] = rawGranted_A
    data[5] = rawEchoSender | (rawEchoSequence << 4)
    data[6] = rawState | (rawAjar << 3) | (rawLocked << 4) | (rawFault << 5)
  },
  decode: (data, values) => {
    values.supply_V = physicalValue(data[2], 0, 253, 255, data[2] / 10)
    values.current_A = physicalValue(data[3], 0, 253, 255, data[3] / 5)
    values.granted_A = physicalValue(data[4], 0, 253, 255, data[4] / 5)
    values.echoSender = data[5] & 15
    values.echoSequence = data[5] >> 4
    values.state = data[6] & 7
    values.ajar = (data[6] >> 3) & 1
    values.locked = (data[6] >> 4) & 1
    values.fault = (data[6] >> 5) & 1
  },
}

/** Releases, pulls shut, locks or unlocks a latch. */
export interface LatchCommandValues {
  /** a new command takes the next number, a repetition keeps it; 0…15 */
  sequence: number
  /** what to do; 0 release, 1 cinch, 2 lock, 3 unlock */
  action: number
}

export const LatchCommandCodec: Codec<LatchCommandValues> = {
  name: 'LatchCommand',
  kind: 10,
  page: 1,
  priority: 2,
  length: 3,
  idlePeriod_ms: 0,
  activePeriod_ms: 100,
  minimumInterval_ms: 10,
  lifetime_ms: 250,
  create: () => ({ sequence: 0, action: 0 }),
  encode: (values, data) => {
    const rawSequence = countCode(values.sequence, 0, 15, 'LatchCommand.sequence')
    const rawAction = countCode(values.action, 0, 3, 'LatchCommand.action')
    data[2] = rawSequence | (rawAction << 4)
  },
  decode: (data, values) => {
    values.sequence = data[2] & 15
    values.action = data[2] >> 4
  },
}

/** State of one lamp channel; a lamp with several channels sends one frame for each. */
export interface LightStatusValues {
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
  fault: number
  /** on the way to a level; 0 or 1 */
  fading: number
  /** brightness; 0…100 % in steps of 0.5, NaN = not available */
  level_pct: number
}

export const LightStatusCodec: Codec<LightStatusValues> = {
  name: 'LightStatus',
  kind: 11,
  page: 0,
  priority: 4,
  length: 8,
  idlePeriod_ms: 1000,
  activePeriod_ms: 0,
  minimumInterval_ms: 20,
  lifetime_ms: 3000,
  create: () => ({ supply_V: NaN, current_A: NaN, granted_A: NaN, echoSender: 0, echoSequence: 0, channel: 0, fault: 0, fading: 0, level_pct: NaN }),
  encode: (values, data) => {
    const rawSupply_V = measuredCode(values.supply_V * 10, 0, 253, 255)
    const rawCurrent_A = measuredCode(values.current_A * 5, 0, 253, 255)
    const rawGranted_A = measuredCode(values.granted_A * 5, 0, 253, 255)
    const rawEchoSender = countCode(values.echoSender, 0, 15, 'LightStatus.echoSender')
    const rawEchoSequence = countCode(values.echoSequence, 0, 15, 'LightStatus.echoSequence')
    const rawChannel = countCode(values.channel, 0, 7, 'LightStatus.channel')
    const rawFault = countCode(values.fault, 0, 2, 'LightStatus.fault')
    const rawFading = countCode(values.fading, 0, 1, 'LightStatus.fading')
    const rawLevel_pct = measuredCode(values.level_pct * 2, 0, 200, 255)
    data[2] = rawSupply_V
    data[3] = rawCurrent_A
    data[4] = rawGranted_A
    data[5] = rawEchoSender | (rawEchoSequence << 4)
    data[6] = rawChannel | (rawFault << 3) | (rawFading << 6)
    data[7] = rawLevel_pct
  },
  decode: (data, values) => {
    values.supply_V = physicalValue(data[2], 0, 253, 255, data[2] / 10)
    values.current_A = physicalValue(data[3], 0, 253, 255, data[3] / 5)
    values.granted_A = physicalValue(data[4], 0, 253, 255, data[4] / 5)
    values.echoSender = data[5] & 15
    values.echoSequence = data[5] >> 4
    values.channel = data[6] & 7
    values.fault = (data[6] >> 3) & 7
    values.fading = (data[6] >> 6) & 1
    values.level_pct = physicalValue(data[7], 0, 200, 255, data[7] / 2)
  },
}

/** Sets the level of one lamp channel. */
export interface LightCommandValues {
  /** a new command takes the next number, a repetition keeps it; 0…15 */
  sequence: number
  /** what to do; 0 set */
  action: number
  /** channel of the lamp; 0…7 */
  channel: number
  /** brightness to reach; 0…100 % in steps of 0.5, NaN = does not matter */
  level_pct: number
  /** time to get there; 0…12650 ms in steps of 50, NaN = does not matter */
  fade_ms: number
}

export const LightCommandCodec: Codec<LightCommandValues> = {
  name: 'LightCommand',
  kind: 11,
  page: 1,
  priority: 2,
  length: 6,
  idlePeriod_ms: 0,
  activePeriod_ms: 100,
  minimumInterval_ms: 10,
  lifetime_ms: 250,
  create: () => ({ sequence: 0, action: 0, channel: 0, level_pct: NaN, fade_ms: NaN }),
  encode: (values, data) => {
    const rawSequence = countCode(values.sequence, 0, 15, 'LightCommand.sequence')
    const rawAction = countCode(values.action, 0, 0, 'LightCommand.action')
    const rawChannel = countCode(values.channel, 0, 7, 'LightCommand.channel')
    const rawLevel_pct = commandedCode(values.level_pct, values.level_pct * 2, 0, 200, 255, 'LightCommand.level_pct', '0…100 %')
    const rawFade_ms = commandedCode(values.fade_ms, values.fade_ms / 50, 0, 253, 255, 'LightCommand.fade_ms', '0…12650 ms')
    data[2] = rawSequence | (rawAction << 4)
    data[3] = rawChannel
    data[4] = rawLevel_pct
    data[5] = rawFade_ms
  },
  decode: (data, values) => {
    values.sequence = data[2] & 15
    values.action = data[2] >> 4
    values.channel = data[3] & 7
    values.level_pct = physicalValue(data[4], 0, 200, 255, data[4] / 2)
    values.fade_ms = physicalValue(data[5], 0, 253, 255, data[5] * 50)
  },
}

/** State of the stereo. */
export interface StereoStatusValues {
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
  source: number
  /** muted; 0 or 1 */
  muted: number
  /** step of the volume; 0…30 */
  volume: number
  /** station; not available while it seeks; 87.5…108 MHz in steps of 0.1, NaN = not available */
  frequency_MHz: number
}

export const StereoStatusCodec: Codec<StereoStatusValues> = {
  name: 'StereoStatus',
  kind: 12,
  page: 0,
  priority: 4,
  length: 8,
  idlePeriod_ms: 1000,
  activePeriod_ms: 0,
  minimumInterval_ms: 20,
  lifetime_ms: 3000,
  create: () => ({ supply_V: NaN, current_A: NaN, granted_A: NaN, echoSender: 0, echoSequence: 0, source: 0, muted: 0, volume: 0, frequency_MHz: NaN }),
  encode: (values, data) => {
    const rawSupply_V = measuredCode(values.supply_V * 10, 0, 253, 255)
    const rawCurrent_A = measuredCode(values.current_A * 5, 0, 253, 255)
    const rawGranted_A = measuredCode(values.granted_A * 5, 0, 253, 255)
    const rawEchoSender = countCode(values.echoSender, 0, 15, 'StereoStatus.echoSender')
    const rawEchoSequence = countCode(values.echoSequence, 0, 15, 'StereoStatus.echoSequence')
    const rawSource = countCode(values.source, 0, 3, 'StereoStatus.source')
    const rawMuted = countCode(values.muted, 0, 1, 'StereoStatus.muted')
    const rawVolume = countCode(values.volume, 0, 30, 'StereoStatus.volume')
    const rawFrequency_MHz = measuredCode(values.frequency_MHz * 10 - 875, 0, 205, 255)
    data[2] = rawSupply_V
    data[3] = rawCurrent_A
    data[4] = rawGranted_A
    data[5] = rawEchoSender | (rawEchoSequence << 4)
    data[6] = rawSource | (rawMuted << 2) | (rawVolume << 3)
    data[7] = rawFrequency_MHz
  },
  decode: (data, values) => {
    values.supply_V = physicalValue(data[2], 0, 253, 255, data[2] / 10)
    values.current_A = physicalValue(data[3], 0, 253, 255, data[3] / 5)
    values.granted_A = physicalValue(data[4], 0, 253, 255, data[4] / 5)
    values.echoSender = data[5] & 15
    values.echoSequence = data[5] >> 4
    values.source = data[6] & 3
    values.muted = (data[6] >> 2) & 1
    values.volume = data[6] >> 3
    values.frequency_MHz = physicalValue(data[7], 0, 205, 255, (data[7] + 875) / 10)
  },
}

/** Operates the stereo. */
export interface StereoCommandValues {
  /** a new command takes the next number, a repetition keeps it; 0…15 */
  sequence: number
  /** what to do; 0 source, 1 volume, 2 balance, 3 tune, 4 seekUp, 5 seekDown, 6 mute, 7 unmute */
  action: number
  /** source: what to play; 0 off, 1 fm, 2 aux, 3 bluetooth */
  source: number
  /** volume: step to set; 0…30 */
  volume: number
  /** balance: left negative; -100…100 %, NaN = does not matter */
  balance_pct: number
  /** tune: station; 87.5…108 MHz in steps of 0.1, NaN = does not matter */
  frequency_MHz: number
}

export const StereoCommandCodec: Codec<StereoCommandValues> = {
  name: 'StereoCommand',
  kind: 12,
  page: 1,
  priority: 2,
  length: 6,
  idlePeriod_ms: 0,
  activePeriod_ms: 100,
  minimumInterval_ms: 10,
  lifetime_ms: 250,
  create: () => ({ sequence: 0, action: 0, source: 0, volume: 0, balance_pct: NaN, frequency_MHz: NaN }),
  encode: (values, data) => {
    const rawSequence = countCode(values.sequence, 0, 15, 'StereoCommand.sequence')
    const rawAction = countCode(values.action, 0, 7, 'StereoCommand.action')
    const rawSource = countCode(values.source, 0, 3, 'StereoCommand.source')
    const rawVolume = countCode(values.volume, 0, 30, 'StereoCommand.volume')
    const rawBalance_pct = commandedCode(values.balance_pct, values.balance_pct + 100, 0, 200, 255, 'StereoCommand.balance_pct', '-100…100 %')
    const rawFrequency_MHz = commandedCode(values.frequency_MHz, values.frequency_MHz * 10 - 875, 0, 205, 255, 'StereoCommand.frequency_MHz', '87.5…108 MHz')
    data[2] = rawSequence | (rawAction << 4)
    data[3] = rawSource | (rawVolume << 3)
    data[4] = rawBalance_pct
    data[5] = rawFrequency_MHz
  },
  decode: (data, values) => {
    values.sequence = data[2] & 15
    values.action = data[2] >> 4
    values.source = data[3] & 7
    values.volume = data[3] >> 3
    values.balance_pct = physicalValue(data[4], 0, 200, 255, data[4] - 100)
    values.frequency_MHz = physicalValue(data[5], 0, 205, 255, (data[5] + 875) / 10)
  },
}

/** Five characters of a station name or a title. Frames of one text share the transfer number; index 0 begins it. */
export interface StereoTextValues {
  /** number of the text, modulo 8; 0…7 */
  transfer: number
  /** which text; 0 station, 1 title */
  kind: number
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

export const StereoTextCodec: Codec<StereoTextValues> = {
  name: 'StereoText',
  kind: 13,
  page: 0,
  priority: 7,
  length: 8,
  idlePeriod_ms: 0,
  activePeriod_ms: 20,
  minimumInterval_ms: 20,
  lifetime_ms: 3000,
  create: () => ({ transfer: 0, kind: 0, index: 0, char0: 0, char1: 0, char2: 0, char3: 0, char4: 0 }),
  encode: (values, data) => {
    const rawTransfer = countCode(values.transfer, 0, 7, 'StereoText.transfer')
    const rawKind = countCode(values.kind, 0, 1, 'StereoText.kind')
    const rawIndex = countCode(values.index, 0, 15, 'StereoText.index')
    const rawChar0 = countCode(values.char0, 0, 255, 'StereoText.char0')
    const rawChar1 = countCode(values.char1, 0, 255, 'StereoText.char1')
    const rawChar2 = countCode(values.char2, 0, 255, 'StereoText.char2')
    const rawChar3 = countCode(values.char3, 0, 255, 'StereoText.char3')
    const rawChar4 = countCode(values.char4, 0, 255, 'StereoText.char4')
    data[2] = rawTransfer | (rawKind << 3) | (rawIndex << 4)
    data[3] = rawChar0
    data[4] = rawChar1
    data[5] = rawChar2
    data[6] = rawChar3
    data[7] = rawChar4
  },
  decode: (data, values) => {
    values.transfer = data[2] & 7
    values.kind = (data[2] >> 3) & 1
    values.index = data[2] >> 4
    values.char0 = data[3]
    values.char1 = data[4]
    values.char2 = data[5]
    values.char3 = data[6]
    values.char4 = data[7]
  },
}
