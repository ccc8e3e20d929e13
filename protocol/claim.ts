import { NULL_ADDRESS, PF_ADDRESS_CLAIMED, PF_REQUEST, GLOBAL_ADDRESS, peerId } from './id.ts'

/**
 * SAE J1939-81 address claim. A NAME is 64 bits, here 8 bytes in the order they are sent (least significant first);
 * of two nodes with one address the lower NAME keeps it.
 */

export const NAME_BYTES = 8
/** Priority of claims and requests. */
export const CLAIM_PRIORITY = 6
/** Time a claimed address must stand uncontested before it is used, ms. */
export const CLAIM_SETTLE_ms = 250
/** A hub answers a request for claims after location × this, so that the answers do not come all at once, ms. */
export const CLAIM_ANSWER_STEP_ms = 20

/** The parts of a NAME. */
export interface NameParts {
  /** Serial number of the board, 21 bits. */
  identity: number
  /** Manufacturer code, 11 bits. */
  manufacturer: number
  /** 3 bits. */
  ecuInstance: number
  /** 5 bits; a hub's location. */
  functionInstance: number
  /** 8 bits; a hub's type. */
  function: number
  /** 7 bits. */
  vehicleSystem: number
  /** 4 bits. */
  vehicleSystemInstance: number
  /** 3 bits; 1 = on-highway. */
  industryGroup: number
  /** Arbitrary address capable, 1 bit. */
  arbitraryAddress: number
}

/** Manufacturer code in the hubs' NAMEs: all ones stands for none assigned. */
export const MANUFACTURER_NONE = 0x7ff
/** J1939 industry group of road vehicles. */
export const INDUSTRY_ON_HIGHWAY = 1

/** Packs the parts; bits beyond a part's width are cut off. */
export function buildName(parts: NameParts): Uint8Array {
  const name = new Uint8Array(NAME_BYTES)
  name[0] = parts.identity & 0xff
  name[1] = (parts.identity >> 8) & 0xff
  name[2] = ((parts.identity >> 16) & 0x1f) | ((parts.manufacturer & 7) << 5)
  name[3] = (parts.manufacturer >> 3) & 0xff
  name[4] = (parts.ecuInstance & 7) | ((parts.functionInstance & 0x1f) << 3)
  name[5] = parts.function & 0xff
  name[6] = (parts.vehicleSystem & 0x7f) << 1
  name[7] = (parts.vehicleSystemInstance & 0x0f) | ((parts.industryGroup & 7) << 4) | ((parts.arbitraryAddress & 1) << 7)
  return name
}

/** Takes a NAME apart. Any 8 bytes are a NAME. */
export function readName(name: Uint8Array): NameParts {
  return {
    identity: name[0]! | (name[1]! << 8) | ((name[2]! & 0x1f) << 16),
    manufacturer: (name[2]! >> 5) | (name[3]! << 3),
    ecuInstance: name[4]! & 7,
    functionInstance: name[4]! >> 3,
    function: name[5]!,
    vehicleSystem: name[6]! >> 1,
    vehicleSystemInstance: name[7]! & 0x0f,
    industryGroup: (name[7]! >> 4) & 7,
    arbitraryAddress: name[7]! >> 7,
  }
}

/** NAME of a hub: function = hub type (`HUB_TYPE`), function instance = location, not arbitrary-address capable. */
export function hubName(hubType: number, location: number, serial: number): Uint8Array {
  return buildName({
    identity: serial, manufacturer: MANUFACTURER_NONE, ecuInstance: 0, functionInstance: location, function: hubType,
    vehicleSystem: 0, vehicleSystemInstance: 0, industryGroup: INDUSTRY_ON_HIGHWAY, arbitraryAddress: 0,
  })
}

/** Negative: `a` is lower and keeps the address; 0: the same NAME; positive: `b` is lower. */
export function compareNames(a: Uint8Array, b: Uint8Array): number {
  for (let i = NAME_BYTES - 1; i >= 0; i--) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return 0
}

/** Identifier of an address claim; its data is the NAME. */
export function claimId(source: number): number {
  return peerId(CLAIM_PRIORITY, PF_ADDRESS_CLAIMED, GLOBAL_ADDRESS, source)
}

/** Identifier of "cannot claim": a claim from the null address. */
export const CANNOT_CLAIM_ID: number = claimId(NULL_ADDRESS)

/** Identifier of a request for a parameter group; its data is the PGN in 3 bytes. */
export function requestId(destination: number, source: number): number {
  return peerId(CLAIM_PRIORITY, PF_REQUEST, destination, source)
}

/** Bytes of a request. */
export const REQUEST_BYTES = 3

/** Writes a request's data, least significant byte first. */
export function writeRequest(data: Uint8Array, pgn: number): void {
  data[0] = pgn & 0xff
  data[1] = (pgn >> 8) & 0xff
  data[2] = (pgn >> 16) & 0xff
}

/** The parameter group asked for; −1 when the frame is too short to say. */
export function requestedPgn(data: Uint8Array, length: number): number {
  return length < REQUEST_BYTES ? -1 : data[0]! | (data[1]! << 8) | (data[2]! << 16)
}
