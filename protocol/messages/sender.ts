import type { GivenValues, LocationName, MessageRow } from '../catalogue/index.ts'
import { nextCounter, protect } from '../e2e.ts'
import type { CanFrame } from '../frame.ts'
import { dataIdOf, TOOL_ADDRESSES } from '../id.ts'
import { encodeEntry } from './encode.ts'
import type { MessageEntry } from './entries.ts'

/** Sequences run 0 … 15. */
const SEQUENCES = 16

/** With what a sender begins. */
export interface SenderStart {
  /** E2E counter of the first frame of each identifier, 0–14. Default 0. */
  readonly counter?: number
  /** Sequence of the first command to each place, 0–15. Default 1. */
  readonly sequence?: number
}

/**
 * What one sender says, frame after frame, as end-to-end protection asks for: each identifier has a counter, and each
 * command a sequence that its repetitions keep.
 */
export class MessageSender {
  private readonly start: Required<SenderStart>
  /** Next of each identifier. */
  private readonly counters = new Map<number, number>()
  /** Next of each message, location and source. */
  private readonly sequences = new Map<string, number>()

  constructor(start: SenderStart = {}) {
    this.start = { counter: 0, sequence: 1, ...start }
  }

  /** The next frame of a message. Throws as `encodeEntry`. */
  encode<Row extends MessageRow>(
    entry: MessageEntry<Row>, location: Row['locations'][number], values: GivenValues<Row>, source: number = TOOL_ADDRESSES[0]!,
  ): CanFrame {
    const frame = encodeEntry(entry, location, values, { source })
    const counter = this.counters.get(frame.id) ?? this.start.counter
    this.counters.set(frame.id, nextCounter(counter))
    protect(frame.data, frame.length, dataIdOf(frame.id), counter)
    return frame
  }

  /** The sequence of a new command; one that is given is counted on from. Undefined for a message that has none. */
  sequence(entry: MessageEntry, location: LocationName, source: number = TOOL_ADDRESSES[0]!, given?: number): number | undefined {
    if (!('sequence' in entry.row.fields)) return undefined
    const key = `${entry.row.name}@${location}#${source}`
    const sequence = given ?? this.sequences.get(key) ?? this.start.sequence
    this.sequences.set(key, (sequence + 1) % SEQUENCES)
    return sequence
  }
}
