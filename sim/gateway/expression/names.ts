import { LOCATION_NAMES, MESSAGES } from '#protocol/catalogue/index.ts'
import {
  destinationOf, isBroadcastKind, kindOf, locationOf, pageOf, pduFormatOf, pduSpecificOf, pgnOf, priorityOf, sourceOf, topicOf,
  topicOfFrame,
} from '#protocol/index.ts'
import { actuates } from '../actuation.ts'
import type { LinkFrame } from '../link.ts'

/** A value of a frame. */
export type FrameValue = (frame: LinkFrame) => number

/** What a frame has not: 11-bit identifiers have no source, foreign ones no location. Equal to nothing that a field can be. */
const NONE = -1

const ofExtended = (part: (id: number) => number): FrameValue => frame => frame.extended && !frame.error ? part(frame.id) : NONE
const ofCatalogue = (part: (id: number) => number): FrameValue =>
  frame => frame.extended && !frame.error && isBroadcastKind(frame.id) ? part(frame.id) : NONE

/** Index of the message by page and topic. */
const messages: readonly number[][] = [[], []]
MESSAGES.forEach((row, index) => {
  messages[row.page]![topicOf(row)] = index
})
const messageOf: FrameValue = ({ id, data, length, extended, error }) =>
  extended && !error && isBroadcastKind(id) ? messages[pageOf(id)]![topicOfFrame(id, data, length)] ?? NONE : NONE

/** Names that stand for a value of the frame, with what they mean. */
export const FIELDS: Readonly<Record<string, { readonly value: FrameValue, readonly about: string }>> = {
  id: { value: frame => frame.id, about: 'identifier' },
  extended: { value: frame => frame.extended ? 1 : 0, about: '1: 29-bit identifier' },
  remote: { value: frame => frame.remote ? 1 : 0, about: '1: remote frame' },
  fd: { value: frame => frame.fd ? 1 : 0, about: '1: CAN FD format' },
  error: { value: frame => frame.error ? 1 : 0, about: '1: error frame' },
  bus: { value: frame => frame.bus, about: '0: spine A, 1: spine B' },
  length: { value: frame => frame.length, about: 'data bytes' },
  priority: { value: ofExtended(priorityOf), about: '0-7' },
  page: { value: ofExtended(pageOf), about: '0: from a hub, 1: to a hub' },
  pf: { value: ofExtended(pduFormatOf), about: 'PDU format' },
  ps: { value: ofExtended(pduSpecificOf), about: 'PDU specific' },
  pgn: { value: ofExtended(pgnOf), about: 'J1939 parameter group' },
  source: { value: ofExtended(sourceOf), about: 'source address' },
  destination: { value: ofExtended(destinationOf), about: 'destination address; 0xFF: all' },
  kind: { value: ofCatalogue(kindOf), about: 'kind of a catalogue message' },
  location: { value: ofCatalogue(locationOf), about: 'its location' },
  message: { value: messageOf, about: 'the message itself, such as WindowCommand' },
  actuates: { value: frame => actuates(frame) ? 1 : 0, about: '1: it moves something or switches a load' },
}

/** Names that stand for a number. */
export const CONSTANTS: ReadonlyMap<string, number> = new Map<string, number>([
  ['true', 1], ['false', 0],
  ...LOCATION_NAMES.map((name, code) => [name, code] as const).filter(([name]) => name !== undefined),
  ...MESSAGES.map((row, index) => [row.name, index] as const),
])

/** Byte `index` of the data; −1 behind its end. */
export function dataByte(index: FrameValue): FrameValue {
  return (frame) => {
    const at = index(frame)
    return !frame.remote && at >= 0 && at < frame.length ? frame.data[at]! : NONE
  }
}
