import {
  CAN_STATE, COMPONENT_CLASS, DESCRIPTOR_STATE, GEAR, GRANT_RESULT, HUB_STATE, IGNITION, MANAGER_STATE, PORT_FAULT,
  PORT_STATE, RESET_CAUSE, SHED_REASON, SLEEP_PHASE, SLEEP_REASON, SWITCH, SWITCH_EDGE,
} from '../enums.ts'
import { HUBS } from '../locations.ts'
import { message } from './row.ts'

/** Rows of kinds 0–7: the state of the car, of its hubs and of their power. */

export const VehicleState = message({
  name: 'VehicleState', kind: 0, page: 1, locations: ['ALL'], senders: ['DASH', 'TRUNK'], priority: 2,
  idlePeriod_ms: 100, activePeriod_ms: 100, minimumInterval_ms: 10, deadline_ms: 50, lifetime_ms: 300, actuates: false,
  text: 'State of the vehicle, and the heartbeat of the power manager: three missed mean a takeover, and ignition off.',
  fields: {
    ignition: { kind: 'enum', tag: 1, start: 16, width: 3, values: IGNITION, text: 'position of the ignition lock' },
    gear: { kind: 'enum', tag: 2, start: 19, width: 3, values: GEAR, text: 'selected gear' },
    shedLevel: { kind: 'count', tag: 3, start: 22, width: 2, text: '0 = nothing shed; n = priorities above 3 - n are off' },
    speed_kmh: { kind: 'measured', tag: 4, start: 24, width: 8, unit: 'km/h', text: 'road speed' },
    battery_V: { kind: 'measured', tag: 5, start: 32, width: 8, unit: 'V', scale: 0.1, text: 'supply at the sender' },
    charge_pct: { kind: 'measured', tag: 6, start: 40, width: 8, unit: '%', scale: 0.5, max: 100, text: 'state of charge of the battery' },
    manager: { kind: 'enum', tag: 7, start: 48, width: 2, values: MANAGER_STATE, text: 'state of the power manager in the sender' },
  },
})

export const PowerShed = message({
  name: 'PowerShed', kind: 1, page: 1, locations: ['ALL'], senders: ['DASH', 'TRUNK'], priority: 0,
  idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 10, deadline_ms: 10, lifetime_ms: 200, actuates: true,
  text: 'Loads to switch off at once, before the supply dips.',
  fields: {
    level: { kind: 'count', tag: 1, start: 16, width: 2, text: '0 = nothing shed; n = priorities above 3 - n switch off' },
    reason: { kind: 'enum', tag: 2, start: 18, width: 3, values: SHED_REASON, text: 'why' },
  },
})

export const NetworkSleep = message({
  name: 'NetworkSleep', kind: 2, page: 1, locations: ['ALL'], senders: HUBS, priority: 3,
  idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 100, deadline_ms: 100, lifetime_ms: 500, actuates: false,
  text: 'The network goes to sleep or wakes. With ignition off and 40 s without activity the manager says "proposed" (three times, '
    + '100 ms apart). A hub with something under way (motion, a held switch, a command, a lease: a lit lamp, a heater, the stereo) or '
    + 'with activity of its own in these 40 s says "vetoed" within 500 ms, and the manager tries again after 5 s. Without a veto it says '
    + '"agreed" (three times): every hub sends a last HubStatus (sleeping), and within 1 s nothing; ports are off, controllers asleep with '
    + 'wake-up on a dominant bit. Who is woken by its own switch, plug or key says "waking" first; who is woken by the bus is silent until '
    + 'it hears the manager, "waking" or a command, and sleeps again after 3 s without. The frame that wakes is lost, so commands are '
    + 'repeated until echoed. A hub that hears no manager sleeps by itself after 60 s without activity, ignition stale counting as off. '
    + '"agreed" does not bind a hub that has become busy: it says "waking". Waking needs no new address claim.',
  fields: {
    phase: { kind: 'enum', tag: 1, start: 16, width: 2, values: SLEEP_PHASE, text: 'step of the agreement' },
    reason: { kind: 'enum', tag: 2, start: 18, width: 3, values: SLEEP_REASON, text: 'why' },
  },
})

export const PowerGrant = message({
  name: 'PowerGrant', kind: 3, page: 1, locations: HUBS, senders: ['DASH', 'TRUNK'], priority: 1,
  idlePeriod_ms: 0, activePeriod_ms: 1000, minimumInterval_ms: 10, deadline_ms: 20, lifetime_ms: 200, actuates: true,
  text: 'Permission for a port to draw a current for the time of the lease.',
  fields: {
    port: { kind: 'count', tag: 1, start: 16, width: 4, text: 'socket of the hub' },
    sequence: { kind: 'count', tag: 2, start: 20, width: 4, text: 'sequence of the request it answers' },
    run_A: { kind: 'commanded', tag: 3, start: 24, width: 8, unit: 'A', scale: 0.2, text: 'current allowed while the lease lasts' },
    peak_A: { kind: 'commanded', tag: 4, start: 32, width: 8, unit: 'A', scale: 0.2, text: 'current allowed for inrush and stall' },
    lease_ms: { kind: 'commanded', tag: 5, start: 40, width: 8, unit: 'ms', scale: 50, text: 'lease, counted from the request' },
    result: { kind: 'enum', tag: 6, start: 48, width: 2, values: GRANT_RESULT, text: 'decision' },
  },
})

export const HubStatus = message({
  name: 'HubStatus', kind: 0, page: 0, locations: HUBS, senders: HUBS, priority: 6,
  idlePeriod_ms: 1000, activePeriod_ms: 1000, minimumInterval_ms: 100, deadline_ms: 500, lifetime_ms: 3000, actuates: false,
  text: 'Heartbeat of a hub.',
  fields: {
    state: { kind: 'enum', tag: 1, start: 16, width: 3, values: HUB_STATE, text: 'state of the hub' },
    resetCause: { kind: 'enum', tag: 2, start: 19, width: 3, values: RESET_CAUSE, text: 'why it last booted' },
    canState: { kind: 'enum', tag: 3, start: 22, width: 2, values: CAN_STATE, text: 'fault confinement state (ISO 11898-1)' },
    tec: { kind: 'measured', tag: 4, start: 24, width: 8, text: 'transmit error counter' },
    rec: { kind: 'measured', tag: 5, start: 32, width: 8, text: 'receive error counter' },
    temperature_C: { kind: 'measured', tag: 6, start: 40, width: 8, unit: '°C', offset: -40, text: 'board temperature' },
    supply_V: { kind: 'measured', tag: 7, start: 48, width: 8, unit: 'V', scale: 0.1, text: 'supply at the hub' },
    lost: { kind: 'count', tag: 8, start: 56, width: 8, bits: HUBS, text: 'of a hub that can manage the power: which hubs it has lost, a bit a location from FL on' },
  },
})

export const ComponentAnnounce = message({
  name: 'ComponentAnnounce', kind: 1, page: 0, locations: HUBS, senders: HUBS, priority: 6,
  idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 50, deadline_ms: 500, lifetime_ms: 3000, actuates: false,
  text: 'What is plugged into a port, on plug, on unplug and on a J1939 request for its PGN.',
  fields: {
    port: { kind: 'count', tag: 1, start: 16, width: 4, text: 'socket of the hub' },
    descriptor: { kind: 'enum', tag: 2, start: 20, width: 4, values: DESCRIPTOR_STATE, text: 'what reading the descriptor gave' },
    class: { kind: 'enum', tag: 3, start: 24, width: 8, values: COMPONENT_CLASS, text: 'component class' },
    maker: { kind: 'count', tag: 4, start: 32, width: 16, text: 'maker code of the descriptor' },
    descriptorCrc: { kind: 'count', tag: 5, start: 48, width: 16, text: 'CRC-16 of the descriptor' },
  },
})

export const PortStatus = message({
  name: 'PortStatus', kind: 2, page: 0, locations: HUBS, senders: HUBS, priority: 6,
  idlePeriod_ms: 1000, activePeriod_ms: 1000, minimumInterval_ms: 20, deadline_ms: 500, lifetime_ms: 3000, actuates: false,
  text: 'Power state of one port; a hub with several ports sends one frame for each.',
  fields: {
    port: { kind: 'count', tag: 1, start: 16, width: 4, text: 'socket of the hub' },
    state: { kind: 'enum', tag: 2, start: 20, width: 4, values: PORT_STATE, text: 'state of the eFuse' },
    class: { kind: 'enum', tag: 3, start: 24, width: 8, values: COMPONENT_CLASS, text: 'component class' },
    current_A: { kind: 'measured', tag: 4, start: 32, width: 8, unit: 'A', scale: 0.2, text: 'current drawn' },
    granted_A: { kind: 'measured', tag: 5, start: 40, width: 8, unit: 'A', scale: 0.2, text: 'current granted' },
    fault: { kind: 'enum', tag: 6, start: 48, width: 4, values: PORT_FAULT, text: 'fault' },
    stub: { kind: 'flag', tag: 7, start: 52, width: 1, text: 'what is plugged in is not there: a board on a desk plays it' },
  },
})

export const PowerRequest = message({
  name: 'PowerRequest', kind: 3, page: 0, locations: HUBS, senders: HUBS, priority: 1,
  idlePeriod_ms: 0, activePeriod_ms: 1000, minimumInterval_ms: 10, deadline_ms: 20, lifetime_ms: 200, actuates: false,
  text: 'A port asks the power manager for a lease.',
  fields: {
    port: { kind: 'count', tag: 1, start: 16, width: 4, text: 'socket of the hub' },
    sequence: { kind: 'count', tag: 2, start: 20, width: 4, text: 'sequence of this request' },
    run_A: { kind: 'commanded', tag: 3, start: 24, width: 8, unit: 'A', scale: 0.2, text: 'current while running' },
    peak_A: { kind: 'commanded', tag: 4, start: 32, width: 8, unit: 'A', scale: 0.2, text: 'inrush or stall current' },
    duration_ms: { kind: 'commanded', tag: 5, start: 40, width: 8, unit: 'ms', scale: 100, text: 'time it expects to need' },
    priority: { kind: 'count', tag: 6, start: 48, width: 2, text: '0 safety, 1 access, 2 comfort in use, 3 comfort idle' },
  },
})

export const PowerRelease = message({
  name: 'PowerRelease', kind: 4, page: 0, locations: HUBS, senders: HUBS, priority: 3,
  idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 20, deadline_ms: 50, lifetime_ms: 1000, actuates: false,
  text: 'A port gives its lease back.',
  fields: {
    port: { kind: 'count', tag: 1, start: 16, width: 4, text: 'socket of the hub' },
    sequence: { kind: 'count', tag: 2, start: 20, width: 4, text: 'sequence of the request whose lease ends' },
  },
})

type HalfWord = { kind: 'count', tag: number, start: number, width: 16, text: string }
const lowHalfOf = (what: string, start: number, tag: number): HalfWord => ({ kind: 'count', tag, start, width: 16, text: `low half of ${what}` })
const highHalfOf = (what: string, start: number, tag: number): HalfWord => ({ kind: 'count', tag, start, width: 16, text: `high half of ${what}` })
/** 28 bits of a CMAC and four of a counter, as protocol/authentic.ts has them. */
const tagAt = (start: number, tag: number) => ({
  tagLow: { kind: 'count', tag, start, width: 16, text: 'first two bytes of the tag' },
  tagHigh: { kind: 'count', tag: tag + 1, start: start + 16, width: 16, text: 'last two bytes of the tag' },
} as const)

export const Freshness = message({
  name: 'Freshness', kind: 6, page: 0, locations: HUBS, senders: HUBS, priority: 3,
  idlePeriod_ms: 0, activePeriod_ms: 2000, minimumInterval_ms: 100, deadline_ms: 100, lifetime_ms: 1000, actuates: false,
  text: 'Of a hub with keys: the challenge that the tags of what is said to it are made with from now on. Random, and another one every 2 s, '
    + 'after a boot, a wake-up, a wrong tag and a FreshnessRequest. Counters of all senders start at 0 with it.',
  fields: { challengeLow: lowHalfOf('the challenge', 16, 1), challengeHigh: highHalfOf('the challenge', 32, 2) },
})

export const FreshnessRequest = message({
  name: 'FreshnessRequest', kind: 6, page: 1, locations: ['ALL'], senders: HUBS, priority: 3,
  idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 200, deadline_ms: 200, lifetime_ms: 500, actuates: false,
  text: 'Who wants to command a hub with keys and does not know its challenge, or has lost count, asks for a new one.',
  fields: { target: { kind: 'count', tag: 1, start: 16, width: 4, text: 'location of the hub; 0 = every one' } },
})

export const FreshnessEpoch = message({
  name: 'FreshnessEpoch', kind: 4, page: 1, locations: ['ALL'], senders: ['DASH', 'TRUNK'], priority: 3,
  idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 200, deadline_ms: 200, lifetime_ms: 500, actuates: false,
  text: 'Of a manager with keys: the random word that the tags of what it says to all are made with, from when it begins to speak or its '
    + 'counter ends, and when asked. Counts for a hub once a FreshnessProof proves it.',
  fields: { epochLow: lowHalfOf('the epoch', 16, 1), epochHigh: highHalfOf('the epoch', 32, 2) },
})

export const FreshnessProof = message({
  name: 'FreshnessProof', kind: 5, page: 1, locations: HUBS, senders: ['DASH', 'TRUNK'], priority: 3,
  idlePeriod_ms: 0, activePeriod_ms: 2000, minimumInterval_ms: 100, deadline_ms: 100, lifetime_ms: 500, actuates: false,
  text: 'Of a manager with keys, after each Freshness of a hub: its epoch and counter, proved over the hub\'s challenge. What was said to '
    + 'all before counts there no more.',
  fields: { counter: { kind: 'count', tag: 1, start: 16, width: 16, text: 'the last counter used in this epoch' }, ...tagAt(32, 2) },
})

export const Tag = message({
  name: 'Tag', kind: 7, page: 1, locations: ['ALL', ...HUBS], senders: ['DASH', 'TRUNK'], priority: 1,
  idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10, deadline_ms: 50, lifetime_ms: 200, actuates: false,
  text: 'In a car with keys, beside a message that has no room for its tag: VehicleState, PowerGrant and the commands of mirrors, '
    + 'lamps, the stereo and later classes. A hub with keys waits for it.',
  fields: {
    counter: { kind: 'count', tag: 1, start: 16, width: 4, text: 'counter in the E2E header of that message' },
    kind: { kind: 'count', tag: 2, start: 20, width: 4, text: 'its kind' },
    ...tagAt(24, 3),
  },
})

export const CommandReceipt = message({
  name: 'CommandReceipt', kind: 7, page: 0, locations: HUBS, senders: HUBS, priority: 4,
  idlePeriod_ms: 0, activePeriod_ms: 100, minimumInterval_ms: 10, deadline_ms: 100, lifetime_ms: 500, actuates: false,
  text: 'Of a hub with keys: it has taken a command. The tag is over the challenge and counter of that command, so no other is meant; '
    + 'who commands such a hub believes this, and no echo in a status.',
  fields: {
    topic: { kind: 'count', tag: 1, start: 16, width: 8, text: 'kind of the command, or 16 + the class code of a later class' },
    sequence: { kind: 'count', tag: 2, start: 24, width: 4, text: 'its sequence' },
    sender: { kind: 'count', tag: 3, start: 28, width: 4, text: 'low nibble of its sender\'s address' },
    ...tagAt(32, 4),
  },
})

export const SwitchEvent = message({
  name: 'SwitchEvent', kind: 5, page: 0, locations: HUBS, senders: HUBS, priority: 5,
  idlePeriod_ms: 0, activePeriod_ms: 0, minimumInterval_ms: 20, deadline_ms: 100, lifetime_ms: 1000, actuates: false,
  text: 'A switch moved; for displays and logs, it never actuates.',
  fields: {
    switch: { kind: 'enum', tag: 1, start: 16, width: 8, values: SWITCH, text: 'switch function' },
    edge: { kind: 'enum', tag: 2, start: 24, width: 2, values: SWITCH_EDGE, text: 'what happened' },
    port: { kind: 'count', tag: 3, start: 28, width: 4, text: 'socket of the switch pack' },
    duration_ms: { kind: 'measured', tag: 4, start: 32, width: 16, unit: 'ms', text: 'time since it was pressed' },
  },
})
