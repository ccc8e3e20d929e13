/**
 * Tags of commands, in the manner of AUTOSAR SecOC: four bytes behind a command's own, 28 bits of an AES-128-CMAC and the low four
 * bits of a counter. The CMAC is over identifier (4 bytes, big endian), the receiver's challenge (4), the sender's whole counter
 * (2), and the command's bytes behind the E2E header. The E2E checksum covers the tag too; a receiver without keys does not look at it.
 */
export const TAG_BYTES = 4
export const KEY_BYTES = 16
/** Commands of these kinds carry tags in a car with keys: windows and latches. */
const WINDOW_KIND = 8
const LATCH_KIND = 10
const HEAD_BYTES = 10
/** Most bytes that a CMAC is made of: one block. */
export const TAGGED_BYTES = 16
/** Steps of a counter that its four bits tell apart. */
export const COUNTER_STEPS = 16
/** A counter that comes here wants a new challenge. */
export const LAST_COUNTER = 0xfff0

/** Whose a key is: commands of hubs, commands of tools, the workshop's SecurityAccess. In this order in a hub's memory. */
export const KEY_ROLE = { hub: 0, tool: 1, workshop: 2 } as const
export const KEY_ROLES = 3

/** True for the identifier of a command that carries a tag. */
export function isTagged(id: number): boolean {
  const kind = (id >>> 12) & 0x0f
  return ((id >>> 16) & 0x3ff) === 0x1ff && (kind === WINDOW_KIND || kind === LATCH_KIND)
}

/** Writes what a tag is made of to the front of `into`; `data` holds the command up to `length`, without its tag. Returns the bytes. */
export function taggedBytes(into: Uint8Array, id: number, challenge: number, counter: number, data: Uint8Array, length: number): number {
  for (let i = 0; i < 4; i++) {
    into[i] = id >>> 24 - 8 * i
    into[4 + i] = challenge >>> 24 - 8 * i
  }
  into[8] = counter >> 8
  into[9] = counter
  for (let i = 2; i < length; i++) into[HEAD_BYTES + i - 2] = data[i]!
  return HEAD_BYTES + length - 2
}

/** Writes the tag behind a command. */
export function writeTag(data: Uint8Array, length: number, mac: Uint8Array, counter: number): void {
  for (let i = 0; i < TAG_BYTES; i++) data[length + i] = mac[i]!
  data[length + 3] = mac[3]! & 0xf0 | counter & 0x0f
}

/** The low bits of the counter in a frame's tag; `length`: without the tag. */
export function tagCounter(data: Uint8Array, length: number): number {
  return data[length + 3]! & 0x0f
}

export function tagFits(data: Uint8Array, length: number, mac: Uint8Array): boolean {
  const first = data[length]! ^ mac[0]! | data[length + 1]! ^ mac[1]!
  return (first | data[length + 2]! ^ mac[2]! | (data[length + 3]! ^ mac[3]!) & 0xf0) === 0
}
