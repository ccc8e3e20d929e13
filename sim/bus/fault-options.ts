import { CLASSIC_DATA_BYTES } from '#protocol/index.ts'
import { byName, type Data, type FieldsData, list, number, object, optional, related, text, whole, yesNo } from '../schema/index.ts'

const MOST_STANDARD_ID = 0x7ff
const MOST_EXTENDED_ID = 0x1fff_ffff
const MOST_ENTRIES = 100

/** A node that sends one frame as fast as it can. */
const babbleSchema = related(object({
  id: whole(0, MOST_EXTENDED_ID),
  /** 29-bit identifier; the default. */
  extended: optional(yesNo),
  /** Data bytes, all zero; 8 by default. */
  length: optional(whole(0, CLASSIC_DATA_BYTES)),
}), ({ id, extended = true }, path) =>
  extended || id <= MOST_STANDARD_ID ? [] : [`${path}.id: is ${id}, not a number in 0…${MOST_STANDARD_ID}, as "extended" is false`])

const chancePerBit = number(0, 1, '', 'a chance per bit, 0 to 1')
const chancePerFrame = number(0, 1, '', 'a chance per frame, 0 to 1')

/**
 * Everything that can be wrong with a bus, from the start. All off by default. Nodes are named; a name that no node has
 * (yet) waits for one. All chances come from the kernel's `bus.faults` streams, so a seed repeats them.
 */
export const BUS_FAULTS = {
  /** Chance per bit that all nodes see it inverted, 0–1. */
  bitErrorRate: optional(chancePerBit),
  /** The same for single nodes, each with dice of its own. */
  nodeBitErrorRate: optional(byName(chancePerBit, 'chances per bit by node, like {"FL": 1e-5}')),
  /** Chance that a good frame never reaches the receive buffers of a node, 0–1. */
  frameLossRate: optional(byName(chancePerFrame, 'chances per frame by node, like {"FL": 0.01}')),
  /** Nodes whose drop cable is off: each is alone on its stub. */
  dropped: optional(list(text, 0, MOST_ENTRIES, 'a list of nodes, like ["FL"]')),
  babbling: optional(byName(babbleSchema, 'frames by node, like {"FL": {"id": 1}}')),
  /** The spine is cut behind these positions. */
  cuts: optional(list(whole(0, MOST_ENTRIES), 0, MOST_ENTRIES, 'a list of positions along the spine, like [2]')),
  /** The bus is held dominant. */
  stuckDominant: optional(yesNo),
}

export type BusFaultOptions = FieldsData<typeof BUS_FAULTS>
export type Babble = Data<typeof babbleSchema>
