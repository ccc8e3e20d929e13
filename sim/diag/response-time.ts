/**
 * Worst-case response times of messages on one CAN bus: Davis, Burns, Bril, Lukkien, "Controller Area Network (CAN)
 * schedulability analysis: Refuted, revisited and revised", Real-Time Systems 35 (2007), equations 4 to 12. Unlike the
 * analysis of 1994 it looks at every instance within the busy period, not at the first one only.
 *
 * Arrivals are bounded as families of frames (several in one period, spaced). With one frame a period and no lane this is
 * the paper's analysis.
 *
 * Model: each node offers its most urgent frame that may go to every arbitration (a hub fills three transmit buffers and takes
 * a frame back for a more urgent one), transmission is not interrupted, identifiers are unique. Only one frame of an identifier
 * is in a controller, so that each of a family can be blocked anew.
 *
 * A lane is a sender's frames to one receiver that it spaces: one at a time, the most urgent first, and the next no sooner than the
 * spacing after the end of the one before. In its own lane a frame waits for one that has just gone, then for each more urgent one,
 * each with its spacing and a blocking of its own; meanwhile everything more urgent outside of the lane goes first. For
 * others a lane is less interference, as its frames keep their distance, though they come later than they were queued.
 */

/** One message of one sender. Times are in ms, lengths in bit times. */
export interface Stream {
  /** Place in arbitration: lower wins. */
  readonly id: number
  /** Longest length on the wire with worst stuffing and with the three bits of interframe space. */
  readonly bits: number
  /** Period, or least time between two frames sent on need. */
  readonly period_ms: number
  /** Most by which queueing may lag behind the period. */
  readonly jitter_ms: number
  /** Frames in one period; 1 by default. */
  readonly count?: number
  /** Least time between two of them; needed when there are several. */
  readonly spacing_ms?: number
  /** Streams of one lane leave `laneSpacing_ms` between the end of a frame and the next. */
  readonly lane?: string
  readonly laneSpacing_ms?: number
}

export interface ErrorModel {
  /** Bit errors in one second that destroy a frame, evenly spread at worst; 0 = none. */
  readonly errors_per_s: number
}

export interface Response {
  /** From the event that queues the frame (jitter included) to the end of its transmission; Infinity = no bound. */
  readonly latency_ms: number
  /** From queueing to the end of transmission. */
  readonly response_ms: number
  /** Wait for a lower-priority frame that has begun, included above. */
  readonly blocking_ms: number
  /** Frames of this stream within the longest busy period that were examined. */
  readonly instances: number
}

/** Longest error signalling: error flags of 6 to 12 bits, delimiter and the wait for idle. */
const ERROR_bits = 31
/** Steps after which a busy period counts as endless; utilisation below 1 converges long before. */
const MOST_STEPS = 100_000

/** The response of every stream, in the order given. */
export function responseTimes(streams: readonly Stream[], bitrate: number, errors: ErrorModel = { errors_per_s: 0 }): Response[] {
  const order = streams.map((_, index) => index).sort((a, b) => streams[a]!.id - streams[b]!.id || a - b)
  const named = new Map<string, Lane>()
  const sorted = order.map(index => toBitTimes(streams[index]!, bitrate, named))
  const bus: Bus = { sorted, lanes: [...named.values()], bitrate, errorsPerBit: errors.errors_per_s / bitrate }
  const responses = new Array<Response>(streams.length)
  const blockings = blockingOf(sorted)
  let utilisation = 0
  let longest = 0
  for (let m = 0; m < sorted.length; m++) {
    const own = sorted[m]!
    const { length, count, period, lane } = own
    const blocking = blockings[m]!
    utilisation += length * count / period
    longest = Math.max(longest, length)
    const perError = ERROR_bits + longest
    if (lane !== undefined) lane.utilisation += (lane.spacing + blocking) * count / period
    const finite = utilisation + bus.errorsPerBit * perError + (lane?.utilisation ?? 0) < 1
    responses[order[m]!] = finite
      ? examine(bus, m, blocking, perError)
      : { latency_ms: Infinity, response_ms: Infinity, blocking_ms: blocking / bitrate * 1000, instances: 0 }
  }
  return responses
}

/** Share of the bus in use: 1 = all of it. */
export function utilisationOf(streams: readonly Stream[], bitrate: number): number {
  let sum = 0
  for (const stream of streams) sum += stream.bits * (stream.count ?? 1) / stream.period_ms
  return sum * 1000 / bitrate
}

/** A stream in bit times. */
interface BitStream {
  readonly length: number
  readonly period: number
  readonly count: number
  readonly spacing: number
  readonly jitter: number
  readonly lane: Lane | undefined
}

/** Streams of one lane; `sum` and `longest` are room to add them up in. */
interface Lane {
  readonly spacing: number
  /** Share of its time that those examined so far keep it waiting. */
  utilisation: number
  streams: number
  sum: number
  longest: number
}

function toBitTimes(stream: Stream, bitrate: number, lanes: Map<string, Lane>): BitStream {
  const bits = bitrate / 1000
  const { count = 1, spacing_ms = stream.period_ms, lane: name, laneSpacing_ms = 0 } = stream
  let lane: Lane | undefined
  if (name !== undefined) {
    lane = lanes.get(name) ?? { spacing: laneSpacing_ms * bits, utilisation: 0, streams: 0, sum: 0, longest: 0 }
    lane.streams++
    lanes.set(name, lane)
  }
  return {
    length: stream.bits, period: stream.period_ms * bits, count, spacing: spacing_ms * bits, jitter: stream.jitter_ms * bits, lane,
  }
}

/** Most frames of a stream that are queued within a window. */
function arrivals(stream: BitStream, window: number): number {
  const periods = Math.ceil(window / stream.period)
  if (stream.count === 1) return periods
  return Math.min(stream.count * periods, stream.spacing === 0 ? Infinity : Math.ceil(window / stream.spacing))
}

/** Least time between the first and the q-th frame after it. */
function distance(stream: BitStream, q: number): number {
  const periods = Math.floor(q / stream.count)
  return Math.max(periods * stream.period + (q - periods * stream.count) * (stream.count === 1 ? 0 : stream.spacing), 0)
}

/** By how much a frame of a lane may come later than it was queued: each of the others in it may hold it up once. */
function held(lane: Lane): number {
  return lane.spacing * lane.streams
}

/** Bits of the first `count` streams outside of `own` lane that go first within a window; each lane by the smaller of its bounds. */
function demand(sorted: readonly BitStream[], count: number, window: number, lanes: readonly Lane[], own: Lane | undefined): number {
  let sum = 0
  for (const lane of lanes) lane.sum = lane.longest = 0
  for (let k = 0; k < count; k++) {
    const stream = sorted[k]!
    const { lane, length, jitter } = stream
    if (lane === undefined) {
      sum += arrivals(stream, window + jitter) * length
    } else if (lane !== own) {
      lane.sum += arrivals(stream, window + jitter + held(lane)) * length
      lane.longest = Math.max(lane.longest, length)
    }
  }
  for (const lane of lanes) sum += Math.min(lane.sum, Math.ceil((window + lane.longest) / (lane.spacing + lane.longest)) * lane.longest)
  return sum
}

/** What a frame of a lane waits for in it within a window: one that has just gone, then the more urgent of the first `count` streams. */
function laneWait(sorted: readonly BitStream[], count: number, window: number, own: Lane, blocking: number): number {
  let wait = own.spacing
  for (let k = 0; k < count; k++) {
    const stream = sorted[k]!
    if (stream.lane === own) wait += arrivals(stream, window + stream.jitter + held(own)) * (own.spacing + blocking + stream.length)
  }
  return wait
}

/** The longest frame of lower priority, for each stream. */
function blockingOf(sorted: readonly BitStream[]): number[] {
  const blocking = new Array<number>(sorted.length)
  let longest = 0
  for (let m = sorted.length - 1; m >= 0; m--) {
    blocking[m] = longest
    longest = Math.max(longest, sorted[m]!.length)
  }
  return blocking
}

interface Bus {
  readonly sorted: readonly BitStream[]
  readonly lanes: readonly Lane[]
  readonly bitrate: number
  readonly errorsPerBit: number
}

function examine(bus: Bus, m: number, blocking: number, perError: number): Response {
  const { errorsPerBit, lanes, sorted } = bus
  const own = sorted[m]!
  const { lane, length } = own
  const ms = 1000 / bus.bitrate
  // Each of a family and each in a lane can be blocked anew; a stream of single frames only once in a busy period.
  const again = lane !== undefined ? lane.spacing + blocking : own.count > 1 ? blocking : 0
  const waitFor = (before: number, window: number): number => blocking + before * (length + again)
    + hits(window + length, errorsPerBit) * perError + demand(sorted, m, window, lanes, lane)
    + (lane === undefined ? 0 : laneWait(sorted, m, window, lane, blocking))
  const unbounded: Response = { latency_ms: Infinity, response_ms: Infinity, blocking_ms: blocking * ms, instances: 0 }
  const busy = settle(length, window => waitFor(arrivals(own, window + own.jitter), window))
  if (busy === Infinity) return unbounded
  const instances = arrivals(own, busy + own.jitter)
  let worst = 0
  let wait = blocking
  for (let q = 0; q < instances; q++) {
    // One bit time more may let another frame of higher priority in.
    wait = settle(Math.max(wait, blocking + q * length), window => waitFor(q, window + 1))
    if (wait === Infinity) return unbounded
    worst = Math.max(worst, own.jitter + wait - distance(own, q) + length)
  }
  return { latency_ms: worst * ms, response_ms: (worst - own.jitter) * ms, blocking_ms: blocking * ms, instances }
}

/** The least window from `from` on that `next` does not lengthen; Infinity: there is none. */
function settle(from: number, next: (window: number) => number): number {
  let window = from
  for (let step = 0; step < MOST_STEPS; step++) {
    const longer = next(window)
    if (longer <= window) return window
    window = longer
  }
  return Infinity
}

/** Errors within a window: one at its start, then one after each mean interval. */
function hits(window: number, errorsPerBit: number): number {
  return errorsPerBit === 0 ? 0 : Math.ceil(window * errorsPerBit)
}
