import type { LocationName, ReadingOf, ReadValue, Target } from '#protocol/catalogue/index.ts'
import { J1939_NAMES, parseTarget } from '#protocol/messages/index.ts'
import type { NamesOf, SEDAN } from '#sim/car/index.ts'

/** Names of the sedan's parts, which a journey drives when it names no other car. */
export type SedanNames = NamesOf<typeof SEDAN>

/** The J1939 frames beside the catalogue, by their sender. */
export type PeerTarget = `${(typeof J1939_NAMES)[keyof typeof J1939_NAMES]}@${LocationName}`
/** What can be heard: `WindowStatus@FL`, `AddressClaimed@FL`. */
export type Heard = Target | PeerTarget

/** Fields by name: enums by name, flags as booleans, NaN for "not available", Infinity for "out of range". */
export type Reading = Readonly<Record<string, ReadValue>>
/** What is read of a message. */
export type ReadingAt<From extends Heard> = From extends Target ? ReadingOf<From> : Reading

/** A target from elsewhere (a file, an argument), checked: `heard('windowstatus@fl')` is `WindowStatus@FL`. Throws MessageError. */
export function heard(text: string): Heard {
  if (isPeer(text)) return text
  const { entry, location } = parseTarget(text)
  return `${entry.row.name}@${location}` as Target
}

const PEERS: readonly string[] = Object.values(J1939_NAMES)

function isPeer(text: string): text is PeerTarget {
  return PEERS.includes(text.slice(0, text.indexOf('@')))
}
