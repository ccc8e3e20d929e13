import { lengthOf, LOCATION, type LocationName, type MessageRow, MESSAGES } from '#protocol/catalogue/index.ts'
import { hubAddress, INTERFRAME_BITS, leastFrameBits, messageId, worstFrameBits } from '#protocol/index.ts'
import { type Response, type Stream, responseTimes, utilisationOf } from './response-time.ts'

/**
 * What the catalogue asks of the bus, in three situations:
 * - `idle`: every row at its idle period;
 * - `moving`: every row at its active period, each row that is sent on change or on need once in `ON_NEED_ms`, and all
 *   of them at the worst instant;
 * - `peak`: all that the catalogue permits at once: each row at its active period, or at its least interval.
 */
const SITUATIONS = ['idle', 'moving', 'peak'] as const
type Situation = typeof SITUATIONS[number]

/** How often a frame that is sent on change or on need is assumed while everything moves. */
export const ON_NEED_ms = 1000

/** A sender that lags by more than this has failed. */
export const MOST_JITTER_ms = 100_000

export interface RatesOptions {
  /** Bit/s. */
  readonly bitrate: number
  /** Most by which a sender's queueing lags behind its period, 0 to `MOST_JITTER_ms`. */
  readonly jitter_ms: number
  readonly errors_per_s: number
  /** Frames a row sends in one period from a location: ports of a hub, channels of a lamp. Default 1. */
  readonly instances?: (row: MessageRow, location: LocationName) => number
}

/** One message at one location, with the worst of its senders. */
export interface RateRow {
  readonly message: string
  readonly location: LocationName
  readonly senders: readonly LocationName[]
  readonly priority: number
  readonly bytes: number
  /** Longest on the wire with worst stuffing, interframe space included. */
  readonly bits: number
  readonly idlePeriod_ms: number
  readonly activePeriod_ms: number
  readonly minimumInterval_ms: number
  readonly deadline_ms: number
  readonly lifetime_ms: number
  /** All senders together (of the two power managers one), frames/s and share of the bus. */
  readonly rate_per_s: Readonly<Record<Situation, number>>
  readonly load: Readonly<Record<Situation, number>>
  /** From queueing to the end of transmission, the worst sender's; Infinity = no bound. */
  readonly response_ms: Readonly<Record<'moving' | 'peak', number>>
  readonly meetsDeadline: Readonly<Record<'moving' | 'peak', boolean>>
}

export interface Rates {
  readonly bitrate: number
  readonly jitter_ms: number
  readonly errors_per_s: number
  readonly rows: readonly RateRow[]
  readonly total: Readonly<Record<Situation, { readonly rate_per_s: number, readonly load: number }>>
  readonly required: RequiredRate
}

/** The rate everything behind the bus has to keep up with. */
interface RequiredRate {
  /** What the senders may offer at once. */
  readonly offered_per_s: number
  /** What the bus carries of this mix: with worst stuffing, and with none. */
  readonly carriedLeast_per_s: number
  readonly carriedMost_per_s: number
  /** The smaller of offered and carried at most: the peak rate that the core requires. */
  readonly peak_per_s: number
  /** Data bytes of the mean frame of the mix. */
  readonly meanBytes: number
}

/** Least time that a sender leaves between two frames to one hub, or to all, and the last priority for which it does not. */
const LANE_SPACING_ms = 10
const URGENT_PRIORITY = 1
/** The power manager and its standby: one of both sends. */
const MANAGERS = 'DASH,TRUNK'

interface Source { readonly row: MessageRow, readonly location: LocationName, readonly sender: LocationName }

/** Computes the table of the catalogue, or of other rows. Throws RangeError. */
export function rates(options: RatesOptions, messages: readonly MessageRow[] = MESSAGES): Rates {
  const { bitrate, jitter_ms, errors_per_s } = options
  if (!(jitter_ms >= 0 && jitter_ms <= MOST_JITTER_ms)) throw new RangeError(`jitter ${jitter_ms} ms is outside 0…${MOST_JITTER_ms} ms`)
  const sources = messages.flatMap(sourcesOf)
  const moving = analyse(sources, 'moving', options)
  const peak = analyse(sources, 'peak', options)
  const rows: RateRow[] = []
  for (const row of messages) {
    for (const location of row.locations) rows.push(rateRow(row, location, sources, { moving, peak }, options))
  }
  const total = Object.fromEntries(SITUATIONS.map(situation => [situation, {
    rate_per_s: rows.reduce((sum, row) => sum + row.rate_per_s[situation], 0),
    load: rows.reduce((sum, row) => sum + row.load[situation], 0),
  }])) as Rates['total']
  return { bitrate, jitter_ms, errors_per_s, rows, total, required: requiredRate(rows, bitrate) }
}

/** Who sends a message of this row at a location, at one time; of the two managers the one with the lower priority. */
function sendersOf(row: MessageRow, location: LocationName): readonly LocationName[] {
  if (row.page === 0) return [location]
  return row.senders.join(',') === MANAGERS ? row.senders.slice(1) : row.senders
}

function sourcesOf(row: MessageRow): Source[] {
  return row.locations.flatMap(location => sendersOf(row, location).map(sender => ({ row, location, sender })))
}

/** What a source sends in a situation; undefined: it is silent. */
function streamOf(source: Source, situation: Situation, options: RatesOptions): Stream | undefined {
  const { row, location, sender } = source
  const at = cadence(source, situation, options)
  if (at === undefined) return undefined
  const spaced = row.page === 1 && row.priority > URGENT_PRIORITY
  return {
    id: messageId(row.priority, row.page, row.kind, LOCATION[location], hubAddress(LOCATION[sender])),
    bits: worstBits(row),
    period_ms: at.period_ms,
    jitter_ms: options.jitter_ms,
    count: at.count,
    // Only what is sent in cycles is spaced; on need all ports of a hub may ask, and be answered, at once.
    spacing_ms: row.idlePeriod_ms > 0 ? Math.min(row.minimumInterval_ms, at.period_ms / at.count) : 0,
    ...(spaced ? { lane: `${sender}>${location}`, laneSpacing_ms: LANE_SPACING_ms } : {}),
  }
}

/** Time between two frames, and how many there are in it. */
function cadence(source: Source, situation: Situation, options: RatesOptions): { period_ms: number, count: number } | undefined {
  const row = source.row
  const count = options.instances?.(row, source.location) ?? 1
  if (situation === 'idle') return row.idlePeriod_ms > 0 ? { period_ms: row.idlePeriod_ms, count } : undefined
  if (row.activePeriod_ms > 0) return { period_ms: row.activePeriod_ms, count }
  if (situation === 'peak') return { period_ms: row.minimumInterval_ms, count: 1 }
  return { period_ms: Math.max(row.minimumInterval_ms, row.idlePeriod_ms > 0 ? row.idlePeriod_ms : ON_NEED_ms), count }
}

type Analysis = ReadonlyMap<string, Response>

function keyOf(row: MessageRow, location: LocationName): string {
  return `${row.name}@${location}`
}

/** The worst response of each message and location. */
function analyse(sources: readonly Source[], situation: Situation, options: RatesOptions): Analysis {
  const streams: Stream[] = []
  const keys: string[] = []
  for (const source of sources) {
    const stream = streamOf(source, situation, options)
    if (stream === undefined) continue
    streams.push(stream)
    keys.push(keyOf(source.row, source.location))
  }
  const worst = new Map<string, Response>()
  responseTimes(streams, options.bitrate, options).forEach((response, i) => {
    const known = worst.get(keys[i]!)
    if (known === undefined || known.response_ms < response.response_ms) worst.set(keys[i]!, response)
  })
  return worst
}

function worstBits(row: MessageRow): number {
  return worstFrameBits(true, lengthOf(row)) + INTERFRAME_BITS
}

function rateRow(
  row: MessageRow, location: LocationName, sources: readonly Source[],
  analyses: Readonly<Record<'moving' | 'peak', Analysis>>, options: RatesOptions,
): RateRow {
  const own = sources.filter(source => source.row === row && source.location === location)
  const bits = worstBits(row)
  const rate = {} as Record<Situation, number>
  const load = {} as Record<Situation, number>
  for (const situation of SITUATIONS) {
    const streams = own.flatMap(source => streamOf(source, situation, options) ?? [])
    rate[situation] = streams.reduce((sum, stream) => sum + 1000 * (stream.count ?? 1) / stream.period_ms, 0)
    load[situation] = utilisationOf(streams, options.bitrate)
  }
  const response_ms = {
    moving: analyses.moving.get(keyOf(row, location))?.response_ms ?? Infinity,
    peak: analyses.peak.get(keyOf(row, location))?.response_ms ?? Infinity,
  }
  return {
    message: row.name, location, senders: row.page === 0 ? [location] : row.senders, priority: row.priority, bytes: lengthOf(row), bits,
    idlePeriod_ms: row.idlePeriod_ms, activePeriod_ms: row.activePeriod_ms, minimumInterval_ms: row.minimumInterval_ms,
    deadline_ms: row.deadline_ms, lifetime_ms: row.lifetime_ms, rate_per_s: rate, load, response_ms,
    meetsDeadline: { moving: response_ms.moving <= row.deadline_ms, peak: response_ms.peak <= row.deadline_ms },
  }
}

function requiredRate(rows: readonly RateRow[], bitrate: number): RequiredRate {
  let offered = 0
  let bytes = 0
  let mostBits = 0
  let leastBits = 0
  for (const row of rows) {
    const rate = row.rate_per_s.peak
    offered += rate
    bytes += rate * row.bytes
    mostBits += rate * row.bits
    leastBits += rate * (leastFrameBits(true, row.bytes) + INTERFRAME_BITS)
  }
  const carriedMost = bitrate * offered / leastBits
  return {
    offered_per_s: offered,
    carriedLeast_per_s: bitrate * offered / mostBits,
    carriedMost_per_s: carriedMost,
    peak_per_s: Math.min(offered, carriedMost),
    meanBytes: bytes / offered,
  }
}
