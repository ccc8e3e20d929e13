import { CAN_STATE, type CodeTable, COMPONENT_CLASS, HUB_STATE, PORT_FAULT, PORT_STATE, RESET_CAUSE } from '../enums.ts'
import {
  AGEING_CYCLES, debounceOf_s, DTC_STATUS, dtcOf, HUB_FAULT, HUB_FAULTS, type HubFaultName, PORT_FAULTS, PORT_TEST, type PortTestName,
} from '../faults.ts'
import { IMAGE_ENGINE, versionText } from '../image.ts'
import { HUB_TYPE, type HubName, HUBS, LOCATION } from '../locations.ts'
import { DID, type DidName, type RoutineName, SESSION, UPDATE_CAUSE, type UpdateCauseName, UPDATE_STATE } from '../uds.ts'

/** What diagnosis says, in words: trouble codes with remedy and test, data identifiers field by field, routines. */

/** Words for one trouble code. */
export interface FaultText {
  readonly text: string
  /** What to do about it. */
  readonly remedy: string
  /** How the hub finds it. */
  readonly test: string
}

/** Of a hub that a manager's hub misses: which one is in the code. */
function lost(hub: HubName): FaultText {
  return {
    text: `the hub at ${hub} is lost`, test: 'by a hub that can manage the power: it was heard before, and not for 5 s while the car is awake',
    remedy: `check fuse, drop and connectors of ${hub}; if several are lost, the spine before them; then the hub's board`,
  }
}

const FEED_TEST = 'of a car with two: before its diode there is 2 V less than at the hub, or 0.5 V more, which the diode does not let through'
const IMPOSTOR = 'read "npx spine diag HUB did noticed" for the identifier; look for a foreign device at the cable and in the sockets'

export const HUB_FAULT_TEXTS: Readonly<Record<HubFaultName, FaultText>> = {
  supplyLow: {
    text: 'supply voltage too low', test: 'below 9 V at the hub',
    remedy: 'measure battery and alternator; compare with the other hubs: one alone has a bad contact at its tap or drop',
  },
  supplyHigh: {
    text: 'supply voltage too high', test: 'above 16 V at the hub', remedy: 'check the alternator\'s regulator; was the car jump-started with 24 V?',
  },
  tooHot: { text: 'hub too hot', test: 'board above 85 °C', remedy: 'let it cool; check what heats the place, and the load of its ports' },
  busOff: {
    text: 'hub was bus-off', test: 'its CAN controller left the bus after too many errors',
    remedy: 'check the data pair at its tap and drop: shorted, cut, swapped or without termination',
  },
  managerLost: {
    text: 'no power manager heard', test: 'no VehicleState for 300 ms', remedy: 'check the dash hub, its supply and its drop; see "npx spine monitor"',
  },
  addressTwice: {
    text: 'another hub claims this location', test: 'an address claim with the same address',
    remedy: 'read "npx spine diag HUB did rival" for both NAMEs; check the coding pins in the plug of both hubs; if there is one board only, look for a foreign device',
  },
  corruptMessages: {
    text: 'messages arrive damaged', test: 'end-to-end checksums are wrong', remedy: 'another node sends with foreign firmware or with a wrong key: update it',
  },
  watchdog: { text: 'hub was reset by its watchdog', test: 'cause of the last boot', remedy: 'read its log; update its firmware; replace it if this comes again' },
  brownOut: { text: 'hub lost its supply while running', test: 'cause of the last boot', remedy: 'check the contacts of its drop, and the battery when it cranked' },
  updateFailed: { text: 'the last update is not running', test: 'the journal of updates', remedy: 'see "npx spine diag HUB did update" for the cause, and update again' },
  forgedAddress: {
    text: 'somebody sends with this hub\'s address', test: 'a frame with its own source address that it did not send', remedy: IMPOSTOR,
  },
  stranger: {
    text: 'somebody sends who does not belong to this car',
    test: 'a message from an address that is neither a hub of this car nor a tool, or that speaks for another hub', remedy: IMPOSTOR,
  },
  twoTalkers: {
    text: 'two senders with one identifier', test: 'the same counter came twice with different content', remedy: IMPOSTOR,
  },
  flood: {
    text: 'one address sends too much', test: 'more messages a second than the catalogue allows', remedy: IMPOSTOR,
  },
  notAuthentic: {
    text: 'commands without the car\'s keys', test: 'wrong or missing tags of window or latch commands, for two seconds', remedy: IMPOSTOR,
  },
  ticksLate: {
    text: 'the processor is late', test: 'a control tick of a motor came later than its law of force allows',
    remedy: 'read "npx spine diag HUB did processor"; until it keeps its time its window closes only while its switch is held',
  },
  spineA: {
    text: 'spine A does not carry', test: 'of a car with two: frames of this hub do not leave on A, or those of others come on B only',
    remedy: 'read "npx spine diag HUB did spines" at several hubs: what lies between those that hear each other on A and the others is cut or shorted',
  },
  spineB: {
    text: 'spine B does not carry', test: 'of a car with two: frames of this hub do not leave on B, or those of others come on A only',
    remedy: 'as for spine A, with B',
  },
  lostFL: /* @__PURE__ */ lost('FL'), lostFR: /* @__PURE__ */ lost('FR'), lostRL: /* @__PURE__ */ lost('RL'), lostRR: /* @__PURE__ */ lost('RR'),
  lostDASH: /* @__PURE__ */ lost('DASH'), lostTRUNK: /* @__PURE__ */ lost('TRUNK'), lostHOOD: /* @__PURE__ */ lost('HOOD'),
  lostSTEREO: /* @__PURE__ */ lost('STEREO'),
  weakFeed: {
    text: 'its feed loses too much voltage', test: 'under load, against what the dash hub has: more than a sound drop and spine of its gauge lose',
    remedy: 'a bad contact: "npx spine check --actuate" names it; else look at tap, fuse and plug of its drop, and at the spine before it',
  },
  feedA: {
    text: 'feed A does not feed', test: FEED_TEST,
    remedy: 'if hubs behind it say so too, look at spine A and its fuses before the first of them; else at drop, fuse and plug, then at the diode on the board',
  },
  feedB: {
    text: 'feed B does not feed', test: FEED_TEST,
    remedy: 'as for feed A, with B',
  },
  diode: {
    text: 'a diode lets current back from feed to feed',
    test: 'of a car with two: with the transistors of both diodes off for a moment the hub has as much as before, or a feed falls with it',
    remedy: 'replace the hub: a short of one spine would take the other one with it; while it is in, a spine that is cut may seem fed',
  },
}

export const PORT_FAULT_TEXTS: Readonly<Record<PortTestName, FaultText>> = {
  eFuse: { text: 'short circuit', test: 'the electronic fuse of the port tripped', remedy: 'unplug the component; if it trips again replace the cable, else the component' },
  overDescriptor: {
    text: 'draws more than it may', test: 'current above its grant or its idle current', remedy: 'check the component for a stiff mechanism, then replace it',
  },
  badDescriptor: {
    text: 'component cannot be identified', test: 'its descriptor is unreadable, damaged or of an unknown class',
    remedy: 'check the plug; replace the component, or update the hub for a new class',
  },
  noGrant: { text: 'gets no current', test: 'the power manager refuses it', remedy: 'switch off other loads; check battery voltage and "npx spine budget"' },
  commandLost: { text: 'a command of its switch was lost', test: 'no echo within 500 ms', remedy: 'check the hub that should have obeyed; see "npx spine monitor"' },
  notPaired: {
    text: 'component that this socket is not paired with', test: 'its class or its layout of switches is not what the socket was paired with',
    remedy: 'a part that was replaced: "npx spine keys pair HUB", with the ignition on; else look who put it there',
  },
  driver: {
    text: 'a sensor or contact of the component fails', test: 'by its driver: a moving car\'s wheel, or a running motor, gives no pulses; the resistor of a pack of switches is not seen, or one is pressed for 30 s',
    remedy: 'check the signal contacts of the plug, and whether a switch is stuck; then replace the component',
  },
  missing: {
    text: 'component is gone', test: 'it was plugged in since the hub booted, or its socket is paired, and nothing is there',
    remedy: 'plug it in; if it is to stay out: "npx spine keys pair HUB", or "npx spine diag reset HUB" where nothing is paired',
  },
  staysOn: {
    text: 'port does not switch off', test: 'voltage at the plug while the electronic fuse is off: before it is switched on, and while the car slept',
    remedy: 'nothing limits its current: unplug the component, replace the hub',
  },
  bulb: {
    text: 'a bulb fails', test: 'a lit channel of the lamp draws less than a third of what it is rated at, or three times as much; over when it is lit and draws what it should',
    remedy: 'look which light is dark: "npx spine monitor" names its channel while it is switched on; replace the bulb, then check its socket and lead',
  },
  motorUnknown: {
    text: 'the window\'s motor is unknown', test: 'its descriptor does not say its torque and resistance, or too loosely: nothing tells a closing from a pinch, so it closes only while its switch is held',
    remedy: 'replace the window by one with a whole descriptor, or write the motor\'s constants into it',
  },
}

/** Ports that the code of a port's fault has room for. */
const MOST_PORTS = 16
const LETTERS = ['P', 'C', 'B', 'U'] as const

/** A trouble code as SAE J2012 writes it, `U3003-16`. */
export function dtcText(dtc: number): string {
  const digits = (dtc >>> 8 & 0x3fff).toString(16).toUpperCase().padStart(4, '0')
  return `${LETTERS[dtc >>> 22]!}${digits}-${(dtc & 0xff).toString(16).toUpperCase().padStart(2, '0')}`
}

/** The number of `U3003-16`, 24 bits; undefined when it is none. */
export function dtcNamed(text: string): number | undefined {
  const match = /^([PCBU])([0-3][0-9A-F]{3})-?([0-9A-F]{2})$/i.exec(text.trim())
  if (match === null) return undefined
  return LETTERS.indexOf(match[1]!.toUpperCase() as 'P') << 22 | parseInt(match[2]!, 16) << 8 | parseInt(match[3]!, 16)
}

export interface FaultDescription extends FaultText {
  readonly dtc: number
  readonly code: string
  /** Of a fault at a port. */
  readonly port?: number
  readonly debounce_s: number
  /** Operation cycles without it after which it is forgotten. */
  readonly ageing_cycles: number
}

/** What a trouble code means; undefined: no hub of this catalogue has it. */
export function describeDtc(dtc: number): FaultDescription | undefined {
  const fault = faultNamed(dtc)
  if (fault === undefined) return undefined
  const head = { dtc, code: dtcText(dtc), ageing_cycles: AGEING_CYCLES }
  if (fault.port === undefined) {
    return { ...head, ...HUB_FAULT_TEXTS[fault.name], debounce_s: debounceOf_s(HUB_FAULTS[HUB_FAULT[fault.name]]!) }
  }
  return { ...head, port: fault.port, ...PORT_FAULT_TEXTS[fault.name], debounce_s: debounceOf_s(PORT_FAULTS[PORT_TEST[fault.name]]!) }
}

type NamedFault = { readonly name: HubFaultName, readonly port?: undefined } | { readonly name: PortTestName, readonly port: number }

/** The name of the fault of a trouble code, and its port; undefined: no hub of this catalogue has it. */
export function faultNamed(dtc: number): NamedFault | undefined {
  for (const [name, index] of Object.entries(HUB_FAULT) as [HubFaultName, number][]) {
    if (dtcOf(HUB_FAULTS[index]!) === dtc) return { name }
  }
  for (const [name, index] of Object.entries(PORT_TEST) as [PortTestName, number][]) {
    const port = (dtc - dtcOf(PORT_FAULTS[index]!)) / 0x100
    if (Number.isInteger(port) && port >= 0 && port < MOST_PORTS) return { name, port }
  }
  return undefined
}

/** Names of the status bits that are set. */
export function dtcStatusNames(status: number): string[] {
  return Object.entries(DTC_STATUS).filter(([, bit]) => (status & bit) !== 0).map(([name]) => name)
}

/** A value within a data identifier, big endian. */
export interface DidField {
  readonly name: string
  readonly bytes: number
  readonly unit?: string
  /** Value = raw × scale + offset. */
  readonly scale?: number
  readonly offset?: number
  readonly values?: CodeTable
  /** `hubs`: a bit a location code. */
  readonly form?: 'hex' | 'text' | 'version' | 'date' | 'hubs'
}

export interface DidRow {
  readonly text: string
  readonly fields: readonly DidField[]
  /** The fields come again for each port. */
  readonly eachPort?: boolean
  /** Can be written, unlocked in the extended session. */
  readonly writable?: boolean
}

export const DIDS: Readonly<Record<DidName, DidRow>> = {
  hub: {
    text: 'state of the hub', fields: [
      { name: 'state', bytes: 1, values: HUB_STATE }, { name: 'resetCause', bytes: 1, values: RESET_CAUSE },
      { name: 'canState', bytes: 1, values: CAN_STATE }, { name: 'tec', bytes: 1 }, { name: 'rec', bytes: 1 },
    ],
  },
  supply: { text: 'supply at the hub', fields: [{ name: 'supply_V', bytes: 2, unit: 'V', scale: 0.01 }] },
  temperature: { text: 'board temperature', fields: [{ name: 'temperature_C', bytes: 1, unit: '°C', offset: -40 }] },
  traffic: {
    text: 'frames since boot', fields: [
      { name: 'received', bytes: 4 }, { name: 'sent', bytes: 4 }, { name: 'dropped', bytes: 2 }, { name: 'overflows', bytes: 2 },
    ],
  },
  processor: { text: 'stalls since boot', fields: [{ name: 'stalls', bytes: 2 }, { name: 'longest_ms', bytes: 2, unit: 'ms' }] },
  spines: {
    text: 'its two spines', fields: [
      { name: 'stateA', bytes: 1, values: CAN_STATE }, { name: 'tecA', bytes: 1 }, { name: 'recA', bytes: 1 }, { name: 'sendsA', bytes: 1 },
      { name: 'unheardA', bytes: 2, form: 'hubs' },
      { name: 'stateB', bytes: 1, values: CAN_STATE }, { name: 'tecB', bytes: 1 }, { name: 'recB', bytes: 1 }, { name: 'sendsB', bytes: 1 },
      { name: 'unheardB', bytes: 2, form: 'hubs' }, { name: 'copies', bytes: 4 },
      { name: 'feedA_V', bytes: 2, unit: 'V', scale: 0.01 }, { name: 'feedB_V', bytes: 2, unit: 'V', scale: 0.01 },
    ],
  },
  ports: {
    text: 'its ports', eachPort: true, fields: [
      { name: 'class', bytes: 1, values: COMPONENT_CLASS }, { name: 'state', bytes: 1, values: PORT_STATE },
      { name: 'fault', bytes: 1, values: PORT_FAULT }, { name: 'current_A', bytes: 2, unit: 'A', scale: 0.01 },
      { name: 'granted_A', bytes: 1, unit: 'A', scale: 0.2 },
    ],
  },
  paired: {
    text: 'what its sockets may hold; none in all of them: it is not paired, and they hold anything', eachPort: true, fields: [
      { name: 'class', bytes: 1, values: COMPONENT_CLASS }, { name: 'layout', bytes: 1 },
    ],
  },
  pinches: {
    text: 'how often its windows reversed before something: ever, and since trouble codes were cleared', eachPort: true, fields: [
      { name: 'reversals', bytes: 2 }, { name: 'sinceClear', bytes: 2 },
    ],
  },
  update: {
    text: 'firmware update', fields: [
      { name: 'state', bytes: 1, values: UPDATE_STATE }, { name: 'area', bytes: 1 }, { name: 'cause', bytes: 1, values: UPDATE_CAUSE },
      { name: 'supply_V', bytes: 1, unit: 'V', scale: 0.1 }, { name: 'written', bytes: 4 }, { name: 'image', bytes: 4, form: 'hex' },
      { name: 'boots', bytes: 1 }, { name: 'running', bytes: 1 }, { name: 'engine', bytes: 1, values: { none: 0, ...IMAGE_ENGINE } },
      { name: 'room', bytes: 4, unit: 'bytes' },
    ],
  },
  rival: {
    text: 'who claims this hub\'s address', fields: [
      { name: 'own', bytes: 8, form: 'hex' }, { name: 'rival', bytes: 8, form: 'hex' },
    ],
  },
  noticed: {
    text: 'who should not speak on this bus: how often since boot, and the identifier of the last frame', fields: [
      { name: 'forgedAddress', bytes: 2 }, { name: 'forgedAddressId', bytes: 4, form: 'hex' },
      { name: 'stranger', bytes: 2 }, { name: 'strangerId', bytes: 4, form: 'hex' },
      { name: 'twoTalkers', bytes: 2 }, { name: 'twoTalkersId', bytes: 4, form: 'hex' },
      { name: 'flood', bytes: 2 }, { name: 'floodId', bytes: 4, form: 'hex' },
      { name: 'notAuthentic', bytes: 2 }, { name: 'notAuthenticId', bytes: 4, form: 'hex' },
    ],
  },
  keys: {
    text: 'the car\'s keys; written by spine keys give, told as a check value only', fields: [
      { name: 'keyed', bytes: 1 }, { name: 'check', bytes: 4, form: 'hex' },
    ],
  },
  session: { text: 'diagnostic session', fields: [{ name: 'session', bytes: 1, values: SESSION }] },
  serial: { text: 'serial number of the board', fields: [{ name: 'serial', bytes: 4 }] },
  version: { text: 'version of the running firmware', fields: [{ name: 'version', bytes: 4, form: 'version' }] },
  place: { text: 'hub type and address', fields: [{ name: 'type', bytes: 1, values: HUB_TYPE }, { name: 'address', bytes: 1, form: 'hex' }] },
  workshop: { text: 'code of the workshop that was last at it', writable: true, fields: [{ name: 'workshop', bytes: 10, form: 'text' }] },
  serviced: { text: 'day of that', writable: true, fields: [{ name: 'date', bytes: 3, form: 'date' }] },
}

export const ROUTINE_TEXTS: Readonly<Record<RoutineName, string>> = {
  selfTest: 'judges every trouble code now; answers how many fail',
  pair: 'pairs the sockets with what is plugged into them (used by spine keys pair)',
  unpair: 'lets the sockets hold anything again (used by spine keys unpair)',
  checkImage: 'checks a transferred image and has it booted next (used by spine update)',
}

export type DidValues = Readonly<Record<string, number | string>>

/** A date that was never written: three blanks. */
const NO_DATE = '202020'

function fieldValue(field: DidField, bytes: Uint8Array): number | string {
  if (field.form === 'text') return String.fromCharCode(...bytes.map(byte => byte >= 0x20 && byte < 0x7f ? byte : 0x20)).trim()
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
  if (field.form === 'hex') return `0x${hex}`
  if (field.form === 'date') return /^\d{6}$/.test(hex) && hex !== NO_DATE ? `20${hex.slice(0, 2)}-${hex.slice(2, 4)}-${hex.slice(4)}` : ''
  const raw = parseInt(hex, 16)
  if (field.form === 'hubs') return HUBS.filter(hub => (raw >> LOCATION[hub] & 1) === 1).join(' ')
  if (field.form === 'version') return versionText(raw)
  if (field.values !== undefined) return Object.entries(field.values).find(([, code]) => code === raw)?.[0] ?? raw
  const value = raw * (field.scale ?? 1) + (field.offset ?? 0)
  return Math.round(value * 1e6) / 1e6
}

/** The values of a data identifier: one record, of `ports` one a port. Bytes that are missing are left out. */
export function readDid(name: DidName, bytes: Uint8Array): DidValues[] {
  const { fields } = DIDS[name]
  const size = fields.reduce((sum, field) => sum + field.bytes, 0)
  const records: DidValues[] = []
  for (let from = 0; from + size <= bytes.length; from += size) {
    let offset = from
    const values: Record<string, number | string> = {}
    for (const field of fields) {
      values[field.name] = fieldValue(field, bytes.subarray(offset, offset + field.bytes))
      offset += field.bytes
    }
    records.push(values)
  }
  return records
}

/** The number of a data identifier by its name, or of `0x0101`; undefined: unknown. */
export function didNamed(text: string): DidName | undefined {
  const names = Object.keys(DID) as DidName[]
  return names.find(name => name === text || DID[name] === Number(text))
}

/** Why an image that was to be installed does not run, with the supply then. */
export function updateCauseText(cause: UpdateCauseName, supply_V: number): string {
  const texts: Readonly<Record<UpdateCauseName, string>> = {
    none: '', supplyLow: `supply ${supply_V} V while writing`, powerLost: `power lost while writing; supply ${supply_V} V when it came back`,
    bootsFailed: 'the new image did not come up in three boots', supplyAtBoot: `its power failed while the new image was tried; supply ${supply_V} V when it came back`,
    damaged: 'the new image is damaged in flash',
  }
  return texts[cause]
}
