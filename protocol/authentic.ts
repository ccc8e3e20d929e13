import { SLEEP_PHASE } from './enums.ts'
import { isBroadcastKind, kindOf, locationOfAddress } from './id.ts'

/**
 * Tags, in the manner of AUTOSAR SecOC: 28 bits of an AES-128-CMAC and the low four bits of a counter. The CMAC is over identifier
 * (4 bytes, big endian), a word of freshness (4), the sender's whole counter (2), and the message's bytes behind the E2E header; of
 * a VehicleState, on what somebody acts on (`stateBytes`).
 *
 * Freshness is always the receiver's own: what is for one hub is tagged over that hub's challenge (`Freshness`). What a manager
 * says to all is tagged over its epoch, a random word, which it proves to each hub over that hub's challenge (`FreshnessProof`).
 * What a hub answers to a command, `CommandReceipt`, is over its challenge and the counter of the command.
 */
export const TAG_BYTES = 4
export const KEY_BYTES = 16
const HEAD_BYTES = 10
/** Most bytes that a CMAC is made of: one block. */
export const TAGGED_BYTES = 16
/** Steps of a counter that its four bits tell apart. */
export const COUNTER_STEPS = 16
/** A counter that comes here wants a new challenge, or epoch. */
export const LAST_COUNTER = 0xfff0

/** Whose a key is: messages of hubs, commands of tools, the workshop's SecurityAccess. In this order in a hub's memory. */
export const KEY_ROLE = { hub: 0, tool: 1, workshop: 2 } as const
export const KEY_ROLES = 3

/** Whose key an address tags with. */
export function keyRoleOf(source: number): number {
  return locationOfAddress(source) > 0 ? KEY_ROLE.hub : KEY_ROLE.tool
}

/** Where a message's tag is: nowhere; behind its own bytes; in a `Tag` that follows, where it leaves no room for one. */
export const TAGGING = { open: 0, inside: 1, behind: 2 } as const
const open = TAGGING.open
const inside = TAGGING.inside
const behind = TAGGING.behind
/** Of page 1, by kind: VehicleState, PowerShed, NetworkSleep, PowerGrant, …, and from 8 on the commands to component classes. */
const PAGE_1: readonly number[] = [
  behind, inside, inside, behind, open, open, open, open, inside, behind, inside, behind, behind, open, behind, open,
]
const SLEEP_KIND = 2
const PAGE_1_BIT = 0x100_0000
const PHASE_MASK = 0x03

/** `TAGGING` of a message. NetworkSleep: of what puts to sleep; who wakes, or stays awake, need not prove it. */
export function taggingOf(id: number, data: Uint8Array): number {
  if (!isBroadcastKind(id) || (id & PAGE_1_BIT) === 0) return open
  const kind = kindOf(id)
  if (kind === SLEEP_KIND && (data[2]! & PHASE_MASK) !== SLEEP_PHASE.proposed && (data[2]! & PHASE_MASK) !== SLEEP_PHASE.agreed) return open
  return PAGE_1[kind]!
}

/** A word from its halves in two fields, and these. */
export function wordOf(low: number, high: number): number {
  return high * 0x1_0000 + low
}

export function lowHalf(word: number): number {
  return word & 0xffff
}

export function highHalf(word: number): number {
  return word >>> 16
}

/** Writes a word to four bytes, big endian. */
export function putWord(into: Uint8Array, at: number, word: number): void {
  for (let i = 0; i < 4; i++) into[at + i] = word >>> 24 - 8 * i
}

/** Writes what a tag is made of to the front of `into`; `data` holds the message up to `length`, without its tag. Returns the bytes. */
export function taggedBytes(into: Uint8Array, id: number, freshness: number, counter: number, data: Uint8Array, length: number): number {
  putWord(into, 0, id)
  putWord(into, 4, freshness)
  into[8] = counter >> 8
  into[9] = counter
  for (let i = 2; i < length; i++) into[HEAD_BYTES + i - 2] = data[i]!
  return HEAD_BYTES + length - 2
}

/** Writes a tag to four bytes from `at` on. */
export function writeTag(data: Uint8Array, at: number, mac: Uint8Array, counter: number): void {
  for (let i = 0; i < TAG_BYTES; i++) data[at + i] = mac[i]!
  data[at + 3] = mac[3]! & 0xf0 | counter & 0x0f
}

/** The low bits of the counter in a tag that begins at `at`. */
export function tagCounter(data: Uint8Array, at: number): number {
  return data[at + 3]! & 0x0f
}

/** The last whole counter up to `used` whose low bits are those; 0 or less: there is none. */
export function usedCounter(used: number, low: number): number {
  return used - ((used - low) & COUNTER_STEPS - 1)
}

export function tagFits(data: Uint8Array, at: number, mac: Uint8Array): boolean {
  const first = data[at + 0]! ^ mac[0]! | data[at + 1]! ^ mac[1]!
  return (first | data[at + 2]! ^ mac[2]! | (data[at + 3]! ^ mac[3]!) & 0xf0) === 0
}

/** Bytes of a VehicleState on which somebody acts: ignition, gear and shedding; speed; the manager. */
const ACTED_ON: readonly number[] = [2, 3, 6]
/** Length of what a VehicleState's tag is of, with room for a header. */
export const STATE_BYTES = 5

/** Writes them behind the place of a header. So a tag is of any VehicleState that says the same: of two frames one may be lost. */
export function stateBytes(into: Uint8Array, data: Uint8Array): void {
  for (let i = 0; i < ACTED_ON.length; i++) into[2 + i] = data[ACTED_ON[i]!]!
}

/** Where the tag begins in these messages. */
export const TAG_AT = { tag: 3, proof: 4, receipt: 4 } as const
/** What a FreshnessProof is over: the epoch, big endian, where the bytes behind an E2E header are. */
export const PROOF_BYTES = 6

/** Which frame a `Tag` is of: its kind, and the counter of its E2E header. */
export function coveredBy(id: number, data: Uint8Array): number {
  return kindOf(id) << 4 | data[1]! & 0x0f
}
