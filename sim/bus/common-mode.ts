import type { BusNode, MediumFaults } from './medium.ts'

/**
 * What a transceiver still understands of another one whose ground is elsewhere. ISO 11898-2 lets CANL of a dominant bit be as low as
 * 0.5 V and CANH as high as 4.5 V above the sender's ground, and asks a receiver to understand both from −2 V to +7 V above its own:
 * grounds may be 2.5 V apart. With the usual 1.5 V and 3.5 V it is 3.5 V. Beyond, the standard promises nothing. Here the chance
 * that a receiver misses a dominant bit rises from none at 2.5 V to all at 4.5 V, a volt beyond the usual.
 */
const UNDERSTOOD_V = 2.5
const MISSED_V = 4.5

/** Chance that a receiver sees a dominant bit of the sender as recessive, 0–1, with their grounds so far apart, V. */
export function missChance(apart_V: number): number {
  const size_V = apart_V < 0 ? -apart_V : apart_V
  if (size_V <= UNDERSTOOD_V) return 0
  return size_V >= MISSED_V ? 1 : (size_V - UNDERSTOOD_V) / (MISSED_V - UNDERSTOOD_V)
}

/** Grounds that are not further from the battery's pole than this, up or down, are understood by all, V. */
export const HARMLESS_V: number = UNDERSTOOD_V

/** The level of the bus as a node understands it: each that drove it dominant (0) is heard or not. A node always hears itself. */
export function levelAt(node: BusNode, nodes: readonly BusNode[], drove: Uint8Array, faults: MediumFaults): number {
  let level = faults.stuckDominant ? 0 : 1
  for (let i = 0; i < nodes.length; i++) {
    const sender = nodes[i]!
    if (drove[i] === 0 && (sender === node || faults.hears(node, sender))) level = 0
  }
  return level
}
