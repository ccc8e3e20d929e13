import { HUBS as HUB_NAMES, LIGHT_FAULT, PORT_FAULT } from '#protocol/host/index.ts'
import { type ContactPlace, contactPlaceOf, type Finding, mOhm, REPAIR_OHM } from '#sim/check/index.ts'
import type { MonitorModel, MonitorSignal } from '#sim/diag/index.ts'
import type { CopperTopology } from '#sim/power/index.ts'
import { nameIn } from './names.ts'
import type { Picture } from './picture.ts'
import type { TextKey } from './texts.ts'

/** Something that is wrong now: where, what, and what to look at. */
export interface Fault {
  /** A hub, component, port or cable, as the car names it. */
  readonly place: string
  readonly what: TextKey
  readonly check: TextKey
  readonly severe: boolean
  /** A number that belongs to it, with its unit. */
  readonly figure: string
}

type Words = readonly [what: TextKey, check: TextKey, severe: boolean]

const HUB_FAULTS: Readonly<Partial<Record<string, Words>>> = {
  off: ['hubOff', 'checkOff', false], brownOut: ['hubBrownOut', 'checkBrownOut', true], silent: ['hubSilent', 'checkSilent', true],
  noPower: ['hubOff', 'checkNoPower', true], resetting: ['hubResetting', 'checkBrownOut', false],
}
const CAN_FAULTS: Readonly<Partial<Record<string, Words>>> = {
  busOff: ['hubBusOff', 'checkBusOff', true], errorPassive: ['hubPassive', 'checkPassive', false],
}
const PORT_FAULTS: Readonly<Record<keyof typeof PORT_FAULT, Words | undefined>> = {
  none: undefined, eFuse: ['portEFuse', 'checkEFuse', true], overDescriptor: ['portOverDescriptor', 'checkDescriptor', true],
  badDescriptor: ['portBadDescriptor', 'checkDescriptor', true], noGrant: ['portNoGrant', 'checkNoGrant', false],
  commandLost: ['portCommandLost', 'checkCommandLost', false], driver: ['portDriver', 'checkDriver', true],
  notPaired: ['portNotPaired', 'checkNotPaired', true], missing: ['portMissing', 'checkMissing', false], staysOn: ['portStaysOn', 'checkStaysOn', true],
  bulb: ['portBulb', 'checkLight', false], motorUnknown: ['portMotorUnknown', 'checkMotorUnknown', false],
}
const FLAG_FAULTS: Readonly<Record<string, Readonly<Record<string, Words>>>> = {
  WindowStatus: {
    fault: ['windowFault', 'checkWindow', true], pinch: ['windowPinch', 'checkPinch', false], thermal: ['windowThermal', 'checkThermal', false],
  },
  LatchStatus: { fault: ['latchFault', 'checkLatch', true] },
}
/** A hub that has less than the first is without power while another has more than the second, V: its feed is cut. */
const NO_POWER_V = 1
const POWER_V = 6
/** A share of what a cable may carry for ever that is worth telling. */
const OVER = 1.02

const CONTACT_COURSES: Readonly<Record<Finding['course'], TextKey>> = { steady: 'contactBad', intermittent: 'contactLoose', ageing: 'contactGrowing' }
const CONTACT_CHECKS: Readonly<Record<ContactPlace, TextKey>> = {
  hinge: 'checkHinge', hub: 'checkHubPlug', battery: 'checkBattery', plug: 'checkPlug', tap: 'checkTap',
}

/** Contacts that the volts and amperes name: "likely", as `spine monitor` says. */
export function contactFaults(copper: CopperTopology, found: readonly Finding[]): Fault[] {
  return found.map(({ cables, both, orElse, course, added_Ohm, deviation_Ohm, least_Ohm, sure }) => {
    const much = both || 4 * deviation_Ohm > added_Ohm ? `≥ ${mOhm(least_Ohm)} mΩ` : `${mOhm(added_Ohm)} ± ${mOhm(2 * deviation_Ohm)} mΩ`
    return {
      place: cables.join(both ? ' + ' : ' / '), what: CONTACT_COURSES[course], check: CONTACT_CHECKS[contactPlaceOf(copper, cables[0]!) ?? 'tap'], severe: added_Ohm >= REPAIR_OHM,
      figure: [`+${much}`, `${Math.min(99.9, 100 * sure).toFixed(0)} %`, ...orElse.map(other => `? ${other}`)].join(', '),
    }
  })
}

/** All that is wrong now. */
export function faultsOf(picture: Picture, model: MonitorModel): Fault[] {
  const faults: Fault[] = []
  const add = (place: string, words: Words | undefined, figure = ''): void => {
    if (words !== undefined) faults.push({ place, what: words[0], check: words[1], severe: words[2], figure })
  }
  const fed = [...picture.hubs.values()].some(({ supply_V = 0 }) => supply_V > POWER_V)
  for (const [name, hub] of picture.hubs) {
    const cut = fed && hub.state === 'brownOut' && hub.supply_V !== undefined && hub.supply_V < NO_POWER_V
    add(name, HUB_FAULTS[cut ? 'noPower' : hub.state], hub.supply_V === undefined ? '' : `${hub.supply_V.toFixed(1)} V`)
    if (hub.canState !== undefined) add(name, CAN_FAULTS[hub.canState], `TEC ${hub.tec ?? '?'}, REC ${hub.rec ?? '?'}`)
    if (silentOnBus(name, model) && hub.state !== 'silent' && hub.state !== 'off' && hub.state !== 'brownOut') add(name, HUB_FAULTS['silent'])
  }
  for (const signal of model.signals.values()) told(signal, model, add)
  // Who listens for a short time only has never heard them, and hears of them from those who have lost them.
  for (const name of lostHubs(model)) if (!faults.some(({ place }) => place === name)) add(name, HUB_FAULTS['silent'])
  for (const [name, { current_A, limit_A }] of picture.cables) {
    if (current_A !== undefined && limit_A !== undefined && Math.abs(current_A) > OVER * limit_A) {
      add(name, ['cableOver', 'checkCable', true], `${current_A.toFixed(1)} / ${limit_A.toFixed(0)} A`)
    }
  }
  if (model.counters.badCrc > 0) add('bus', ['noise', 'checkNoise', false], String(model.counters.badCrc))
  return faults
}

/** What hubs say now that they have lost. */
function lostHubs(model: MonitorModel): string[] {
  const lost = [...model.signals.values()].filter(signal => signal.row.name === 'HubStatus' && isCurrent(signal, model))
    .reduce((bits, { values }) => bits | values['lost']!, 0)
  return HUB_NAMES.filter((_, bit) => (lost >> bit & 1) === 1)
}

/** What a hub that is silent said last is not known to hold. */
function isCurrent({ at_ns }: MonitorSignal, model: MonitorModel): boolean {
  return model.now_ns - at_ns <= 3e9 || model.networkAsleep
}

/** It was heard and is not any more; those that sleep are not silent. */
function silentOnBus(name: string, model: MonitorModel): boolean {
  for (const node of model.nodes.values()) {
    if (node.name === name && node.status !== undefined) return !model.asleep(node) && model.now_ns - node.status_ns > 3e9
  }
  return false
}

function told(signal: MonitorSignal, model: MonitorModel, add: (place: string, words: Words | undefined) => void): void {
  const { row, location, index, values } = signal
  if (!isCurrent(signal, model)) return
  if (row.name === 'PortStatus') add(`${location}.${index}`, PORT_FAULTS[nameIn(PORT_FAULT, values['fault']!) as keyof typeof PORT_FAULT])
  if (row.name === 'LightStatus') {
    if (values['fault'] === LIGHT_FAULT.openCircuit) add(`${location}.lamp ${index}`, ['lightOpen', 'checkLight', false])
    if (values['fault'] === LIGHT_FAULT.shortCircuit) add(`${location}.lamp ${index}`, ['lightShort', 'checkLight', true])
  }
  for (const [field, words] of Object.entries(FLAG_FAULTS[row.name] ?? {})) {
    if (values[field] === 1) add(`${location}.${row.name === 'WindowStatus' ? 'window' : 'latch'}`, words)
  }
}
