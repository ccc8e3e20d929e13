import type { CodeOf, NameOf } from './enums.ts'

/** Unified diagnostic services (ISO 14229-1) as hubs and tools share them: numbers only; names and words are in the catalogue. */

export const SERVICE = {
  session: 0x10, reset: 0x11, clearFaults: 0x14, readFaults: 0x19, read: 0x22, security: 0x27, communication: 0x28, write: 0x2e,
  routine: 0x31, download: 0x34, transfer: 0x36, transferExit: 0x37, testerPresent: 0x3e, faultSetting: 0x85,
} as const
/** Added to a service in its positive response. */
export const POSITIVE = 0x40
export const NEGATIVE_RESPONSE = 0x7f
/** Top bit of a sub-function: no positive response, please. */
export const SUPPRESS = 0x80

/** Negative response codes; 0 is no code: all went well. */
export const NRC = {
  none: 0, serviceNotSupported: 0x11, subFunctionNotSupported: 0x12, incorrectLength: 0x13, responseTooLong: 0x14,
  conditionsNotCorrect: 0x22, requestSequenceError: 0x24, requestOutOfRange: 0x31, securityAccessDenied: 0x33, invalidKey: 0x35,
  exceededAttempts: 0x36, delayNotExpired: 0x37, downloadNotAccepted: 0x70, transferSuspended: 0x71, programmingFailure: 0x72,
  wrongBlockCounter: 0x73, responsePending: 0x78, subFunctionNotInSession: 0x7e, serviceNotInSession: 0x7f, vehicleMoves: 0x88,
  voltageTooLow: 0x93,
} as const
export type Nrc = CodeOf<typeof NRC>
export type NrcName = NameOf<typeof NRC>

export const SESSION = { default: 1, programming: 2, extended: 3 } as const
export type Session = CodeOf<typeof SESSION>

/** A hub answers within P2; after "response pending" within P2*. A session other than the default ends after S3 without a request. */
export const UDS_TIMES = { p2_ms: 50, p2Star_ms: 5000, s3_ms: 5000 } as const

/** Data identifiers. Below 0xF000 they are our own. */
export const DID = {
  hub: 0x0100, supply: 0x0101, temperature: 0x0102, traffic: 0x0103, processor: 0x0104, rival: 0x0105, noticed: 0x0106, spines: 0x0107,
  ports: 0x0110, paired: 0x0111, pinches: 0x0112, keys: 0x0120, update: 0x0130,
  session: 0xf186, serial: 0xf18c, version: 0xf195, place: 0xf197, workshop: 0xf198, serviced: 0xf199,
} as const
export type DidName = NameOf<typeof DID>

export const ROUTINE = { selfTest: 0x0200, pair: 0x0201, unpair: 0x0202, checkImage: 0xff01 } as const
export type RoutineName = NameOf<typeof ROUTINE>

/** Why the last update did not become the running image. */
export const UPDATE_CAUSE = {
  none: 0, supplyLow: 1, powerLost: 2, bootsFailed: 3, supplyAtBoot: 4, damaged: 5,
} as const
export type UpdateCause = CodeOf<typeof UPDATE_CAUSE>
export type UpdateCauseName = NameOf<typeof UPDATE_CAUSE>

/** `running`: nothing under way. `writing`: an image is half there. `trial`: it has booted, and is not yet proved. */
export const UPDATE_STATE = { running: 1, writing: 2, trial: 3 } as const
export type UpdateState = CodeOf<typeof UPDATE_STATE>

const KEY_FACTOR = 0x9e37

/** The key to a seed of 32 bits. It keeps mistakes out, not attackers: nothing in it is secret. */
export function securityKey(seed: number): number {
  const low = seed & 0xffff
  const high = seed >>> 16
  return ((low * KEY_FACTOR ^ high) & 0xffff | (high * KEY_FACTOR ^ low) << 16) >>> 0
}
