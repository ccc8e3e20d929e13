import type { CodeOf, NameOf } from './enums.ts'

/**
 * Diagnostic trouble codes of a hub (SAE J2012-DA: two bytes of code, one of failure type) as a board needs them. Words,
 * remedies and tests are in the catalogue. Codes of a port have its number in their second byte.
 */
export interface FaultRow {
  /** 24 bits; of a port: that of port 0. */
  readonly dtc: number
  /** How long it has to be there before it counts, and to be gone before it is over, s. */
  readonly debounce_s: number
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
  { dtc: 0xf00316, debounce_s: 2 },
  { dtc: 0xf00317, debounce_s: 2 },
  { dtc: 0x91004b, debounce_s: 5 },
  { dtc: 0xc07388, debounce_s: 1 },
  { dtc: 0xc14087, debounce_s: 5 },
  { dtc: 0xd10056, debounce_s: 1 },
  { dtc: 0xd10183, debounce_s: 3 },
  { dtc: 0xf00047, debounce_s: 1 },
  { dtc: 0x910216, debounce_s: 1 },
  { dtc: 0x910352, debounce_s: 1 },
  { dtc: 0xd10494, debounce_s: 1 },
  { dtc: 0xd10594, debounce_s: 1 },
  { dtc: 0xd10694, debounce_s: 2 },
  { dtc: 0xd10794, debounce_s: 2 },
  { dtc: 0xd10894, debounce_s: 2 },
  { dtc: 0x910487, debounce_s: 1 },
  { dtc: 0xc07387, debounce_s: 2 },
  { dtc: 0xc07487, debounce_s: 2 },
  { dtc: 0xd11187, debounce_s: 1 },
  { dtc: 0xd11287, debounce_s: 1 },
  { dtc: 0xd11387, debounce_s: 1 },
  { dtc: 0xd11487, debounce_s: 1 },
  { dtc: 0xd11587, debounce_s: 1 },
  { dtc: 0xd11687, debounce_s: 1 },
  { dtc: 0xd11787, debounce_s: 1 },
  { dtc: 0xd11887, debounce_s: 1 },
  { dtc: 0xf0031e, debounce_s: 1 },
  { dtc: 0x910513, debounce_s: 1 },
  { dtc: 0x910613, debounce_s: 1 },
  { dtc: 0x910773, debounce_s: 1 },
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
} as const
export type PortTestName = NameOf<typeof PORT_TEST>

export const PORT_FAULTS: readonly FaultRow[] = [
  { dtc: 0x9a0011, debounce_s: 1 },
  { dtc: 0x9a0019, debounce_s: 2 },
  { dtc: 0x9a0055, debounce_s: 1 },
  { dtc: 0x9a0092, debounce_s: 10 },
  { dtc: 0x9a0087, debounce_s: 1 },
  { dtc: 0x9a0096, debounce_s: 2 },
  { dtc: 0x9a0056, debounce_s: 1 },
  { dtc: 0x9a0013, debounce_s: 1 },
  { dtc: 0x9a0012, debounce_s: 1 },
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
