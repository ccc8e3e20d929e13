import { type CanFrame, pgnOf } from '#protocol/index.ts'
import type { DbcMessage } from './parse.ts'
import { bytesNeeded, type DbcSignal, physicalValue, rawValue, type RawValue } from './signal.ts'

/** What a frame's signal says. */
export interface SignalReading {
  readonly signal: DbcSignal
  readonly raw: RawValue
  readonly value: RawValue
  /** The name of the value; empty: it has none. */
  readonly text: string
}

export interface MessageReading {
  readonly message: DbcMessage
  readonly signals: readonly SignalReading[]
  /** Names of signals for which the data are too short. */
  readonly missing: readonly string[]
}

/** Multiplexers choose multiplexers; deeper chains are circles. */
const MOST_DEEP = 16
const EXTENDED = 0x2000_0000

/** Messages of any DBC files, found by their frames. Of two with the same identifier the first counts. */
export class DbcDatabase {
  private readonly byId = new Map<number, DbcMessage>()
  private readonly byPgn = new Map<number, DbcMessage>()

  constructor(messages: readonly DbcMessage[]) {
    for (const message of messages) {
      const key = message.id + (message.extended ? EXTENDED : 0)
      if (!this.byId.has(key)) this.byId.set(key, message)
      const pgn = pgnOf(message.id)
      if (message.isJ1939 && !this.byPgn.has(pgn)) this.byPgn.set(pgn, message)
    }
  }

  /** The message of a frame: with its identifier, or of J1939 with its PGN; undefined: none. */
  find(id: number, extended: boolean): DbcMessage | undefined {
    return this.byId.get(id + (extended ? EXTENDED : 0)) ?? (extended ? this.byPgn.get(pgnOf(id)) : undefined)
  }

  /** Reads a frame; undefined: its message is not known. */
  read(frame: Pick<CanFrame, 'id' | 'extended' | 'data' | 'length'>): MessageReading | undefined {
    const message = this.find(frame.id, frame.extended)
    return message && readMessage(message, frame.data, frame.length)
  }
}

/** Reads those signals that are there. */
export function readMessage(message: DbcMessage, data: Uint8Array, length: number): MessageReading {
  const byName = new Map(message.signals.map(signal => [signal.name, signal]))
  const signals: SignalReading[] = []
  const missing: string[] = []
  for (const signal of message.signals) {
    if (!isThere(signal, byName, data, length)) continue
    if (bytesNeeded(signal) > length) {
      missing.push(signal.name)
      continue
    }
    const raw = rawValue(signal, data)
    signals.push({ signal, raw, value: physicalValue(signal, raw), text: signal.texts.get(Number(raw)) ?? '' })
  }
  return { message, signals, missing }
}

function isThere(signal: DbcSignal, byName: ReadonlyMap<string, DbcSignal>, data: Uint8Array, length: number): boolean {
  let { chosenBy } = signal
  for (let depth = 0; chosenBy !== undefined; depth++) {
    const multiplexer = byName.get(chosenBy.multiplexer)
    if (multiplexer === undefined || depth === MOST_DEEP || bytesNeeded(multiplexer) > length) return false
    const raw = Number(rawValue(multiplexer, data))
    if (!chosenBy.ranges.some(([from, to]) => raw >= from && raw <= to)) return false
    chosenBy = multiplexer.chosenBy
  }
  return true
}
