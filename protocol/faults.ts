import type { CodeOf, NameOf } from './enums.ts'

/**
 * Diagnostic trouble codes of a hub (SAE J2012-DA: two bytes of code, one of failure type) as a board needs them. Words,
 * remedies and tests are in the catalogue. Codes of a port have its number in their second byte.
 *
 * A row is one number: the trouble code (of a port that of port 0), and how long it has to be there before it counts, and to be gone
 * before it is over, s. A board keeps it in the room of a number instead of an object's.
 */
export type FaultRow = number

/** The trouble code of a row, 24 bits. */
export function dtcOf(row: FaultRow): number {
  return row >>> 8
}

/** Its debounce time, s. */
export function debounceOf_s(row: FaultRow): number {
  return row & 0xff
}

/** Operation cycles (ignition switched on) without the fault after which it is forgotten. */
export const AGEING_CYCLES = 40

/** What a hub watches in itself, in the order of `HUB_FAULTS`. */
export const HUB_FAULT = {
  supplyLow: 0, supplyHigh: 1, tooHot: 2, busOff: 3, managerLost: 4, addressTwice: 5, corruptMessages: 6, watchdog: 7, brownOut: 8,
  updateFailed: 9, forgedAddress: 10, stranger: 11, twoTalkers: 12, flood: 13, notAuthentic: 14, ticksLate: 15, spineA: 16, spineB: 17,
  lostFL: 18, lostFR: 19, lostRL: 20, lostRR: 21, lostDASH: 22, lostTRUNK: 23, lostHOOD: 24, lostSTEREO: 25,
  weakFeed: 26, feedA: 27, feedB: 28, diode: 29,
} as const
export type HubFault = CodeOf<typeof HUB_FAULT>
export type HubFaultName = NameOf<typeof HUB_FAULT>

export const HUB_FAULTS: readonly FaultRow[] = [
  0xf00316_02, 0xf00317_02, 0x91004b_05, 0xc07388_01, 0xc14087_05, 0xd10056_01, 0xd10183_03, 0xf00047_01,
  0x910216_01, 0x910352_01, 0xd10494_01, 0xd10594_01, 0xd10694_02, 0xd10794_02, 0xd10894_02, 0x910487_01,
  0xc07387_02, 0xc07487_02, 0xd11187_01, 0xd11287_01, 0xd11387_01, 0xd11487_01, 0xd11587_01, 0xd11687_01,
  0xd11787_01, 0xd11887_01, 0xf0031e_01, 0x910513_01, 0x910613_01, 0x910773_01,
]

/** The fault of a lost hub at location 1; the others follow by their codes. */
export const FIRST_LOST_FAULT: HubFault = HUB_FAULT.lostFL

/** What a hub notices of who speaks on the bus, in the order in which `DID.noticed` tells it. */
export const NOTICE = { forgedAddress: 0, stranger: 1, twoTalkers: 2, flood: 3, notAuthentic: 4 } as const
export type Notice = CodeOf<typeof NOTICE>
export const NOTICES = 5
/** The fault of the first; the others follow in this order. */
export const FIRST_NOTICE_FAULT: HubFault = HUB_FAULT.forgedAddress

/** What it watches at each port: `PORT_FAULT` less one, in the order of `PORT_FAULTS`. */
export const PORT_TEST = {
  eFuse: 0, overDescriptor: 1, badDescriptor: 2, noGrant: 3, commandLost: 4, driver: 5, notPaired: 6, missing: 7, staysOn: 8,
  bulb: 9, motorUnknown: 10,
} as const
export type PortTestName = NameOf<typeof PORT_TEST>

export const PORT_FAULTS: readonly FaultRow[] = [
  0x9a0011_01, 0x9a0019_02, 0x9a0055_01, 0x9a0092_0a, 0x9a0087_01, 0x9a0096_02, 0x9a0056_01, 0x9a0013_01,
  0x9a0012_01, 0x9a001d_01, 0x9a0054_01,
]

/** Status bits of a trouble code (ISO 14229-1 D.2). */
export const DTC_STATUS = {
  failed: 0x01, failedThisCycle: 0x02, pending: 0x04, confirmed: 0x08, notTestedSinceClear: 0x10, failedSinceClear: 0x20,
  notTestedThisCycle: 0x40,
} as const
/** All that a hub keeps. */
export const DTC_AVAILABLE = 0x7f
/** Group of all trouble codes. */
export const ALL_DTCS = 0xffffff
/** `reportNumberOf…`, `report…ByStatusMask`, `…SnapshotRecord…`, `…ExtendedData…`, `reportSupported`. */
export const FAULT_REPORT = { count: 0x01, byStatus: 0x02, snapshot: 0x04, extended: 0x06, supported: 0x0a } as const
