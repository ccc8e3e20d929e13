/**
 * CAN identifiers as SAE J1939-21 frames them: priority 3 | EDP, DP 2 | PF 8 | PS 8 | source 8. The messages of the
 * catalogue are PDU2 broadcasts with PF 0xFF and `PS = kind << 4 | location`; data page 0 is from the hub at that
 * location, page 1 is to it.
 */

/** Kind of the component classes that have no kind of their own: the class code is in the first data byte. */
export const LATER_KIND = 14
/** Where the class code of such a frame is. */
export const CLASS_BYTE = 2
/** Largest class code that is given out, so that hubs can keep a little of each class in a table; the byte has room for 255. */
export const LARGEST_CLASS = 31

/** Topic of class 0, behind the kinds. */
export const FIRST_CLASS_TOPIC = 16
/** Number of topics, see `topicOf`. */
export const TOPICS = FIRST_CLASS_TOPIC + LARGEST_CLASS + 1
/** Numbers of components in a car: topic << 4 | location. */
export const COMPONENTS: number = TOPICS << 4

/** PF of every catalogue message. */
export const PF_BROADCAST = 0xff
/** PF of a request (PGN 0xEA00), of an address claim (PGN 0xEE00), of ISO 15765-2 diagnostics to one and to all. */
export const PF_REQUEST = 0xea
export const PF_ADDRESS_CLAIMED = 0xee
export const PF_DIAGNOSTIC_PHYSICAL = 0xda
export const PF_DIAGNOSTIC_FUNCTIONAL = 0xdb

export const PGN_REQUEST = 0xea00
export const PGN_ADDRESS_CLAIMED = 0xee00

/** Addresses of the laptop's tools; the second is for when the first is taken. */
export const TOOL_ADDRESSES: readonly number[] = [0xf9, 0xfa]
/** Source address of a node that could not claim one. */
export const NULL_ADDRESS = 0xfe
/** Destination address of everyone. */
export const GLOBAL_ADDRESS = 0xff

/** Source address of the hub at a location (1–8). */
export function hubAddress(location: number): number {
  return 0x80 | location
}

/** Location of the hub with this address; 0 when the address is no hub's. */
export function locationOfAddress(address: number): number {
  return address > 0x80 && address <= 0x88 ? address & 0x0f : 0
}

/** Sender nibble of a status's command echo: 1–8 a hub's location, 9 and 10 the tools. */
export function senderNibble(address: number): number {
  return address & 0x0f
}

/** Identifier of a catalogue message: unsigned, 29 bits. */
export function messageId(priority: number, page: number, kind: number, location: number, source: number): number {
  return ((priority << 26) | (page << 24) | (PF_BROADCAST << 16) | (kind << 12) | (location << 8) | source) >>> 0
}

/** Identifier of a message to one address (PDU1): requests, claims, diagnostics. */
export function peerId(priority: number, pf: number, destination: number, source: number): number {
  return ((priority << 26) | (pf << 16) | (destination << 8) | source) >>> 0
}

/** 0 (highest) to 7. */
export function priorityOf(id: number): number {
  return (id >>> 26) & 7
}

/** EDP and DP together, 0–3. */
export function pageOf(id: number): number {
  return (id >>> 24) & 3
}

export function pduFormatOf(id: number): number {
  return (id >>> 16) & 0xff
}

export function pduSpecificOf(id: number): number {
  return (id >>> 8) & 0xff
}

export function kindOf(id: number): number {
  return (id >>> 12) & 0x0f
}

export function locationOf(id: number): number {
  return (id >>> 8) & 0x0f
}

export function sourceOf(id: number): number {
  return id & 0xff
}

/** True when the identifier is of the catalogue's form (its kind may still be unknown): PF 0xFF, EDP 0. */
export function isBroadcastKind(id: number): boolean {
  return ((id >>> 16) & 0x2ff) === PF_BROADCAST
}

/** What a message is about, whatever its page and location: its kind, or 16 + the class code of a later class. Below `TOPICS`. */
export function topicOf(message: { readonly kind: number, readonly class?: number | undefined }): number {
  return message.class === undefined ? message.kind : FIRST_CLASS_TOPIC + message.class
}

/** The topic of a frame of the catalogue's form: `TOPICS` or more for a class that there is not, 14 when its byte is missing. */
export function topicOfFrame(id: number, data: Uint8Array, length: number): number {
  const kind = kindOf(id)
  return kind === LATER_KIND && length > CLASS_BYTE ? FIRST_CLASS_TOPIC + data[CLASS_BYTE]! : kind
}

/** Data id of the E2E protection: page << 8 | PS. */
export function dataIdOf(id: number): number {
  return ((id >>> 16) & 0x300) | ((id >>> 8) & 0xff)
}

/** Data id of a message before there is an identifier. */
export function dataId(page: number, kind: number, location: number): number {
  return (page << 8) | (kind << 4) | location
}

/** Parameter group number of an identifier: a PDU1's destination (PF < 0xF0) is no part of it. */
export function pgnOf(id: number): number {
  const pgn = (id >>> 8) & 0x3ffff
  return ((id >>> 16) & 0xff) < 0xf0 ? pgn & 0x3ff00 : pgn
}

/** Destination of a PDU1, `GLOBAL_ADDRESS` for a PDU2. */
export function destinationOf(id: number): number {
  return ((id >>> 16) & 0xff) < 0xf0 ? (id >>> 8) & 0xff : GLOBAL_ADDRESS
}

/** Parameter group number of a catalogue message. */
export function messagePgn(page: number, kind: number, location: number): number {
  return (page << 16) | (PF_BROADCAST << 8) | (kind << 4) | location
}
