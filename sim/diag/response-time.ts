/**
 * Worst-case response times of messages on one CAN bus: Davis, Burns, Bril, Lukkien, "Controller Area Network (CAN)
 * schedulability analysis: Refuted, revisited and revised", Real-Time Systems 35 (2007), equations 4 to 12. Unlike the
 * analysis of 1994 it looks at every instance within the busy period, not at the first one only.
 *
 * Model: each node offers its highest-priority waiting frame to every arbitration (a hub fills three transmit buffers
 * and aborts a lower frame for a higher one), transmission is not interrupted, identifiers are unique.
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
  const order = streams.map((_, index) => index).sort((a, b) => streams[a].id - streams[b].id || a - b)
  const sorted = order.map(index => toBitTimes(streams[index], bitrate))
  const errorsPerBit = errors.errors_per_s / bitrate
  const responses = new Array<Response>(streams.length)
  let utilisation = 0
  let longest = 0
  const blockings = blockingOf(sorted)
  for (let m = 0; m < sorted.length; m++) {
    utilisation += sorted[m].length / sorted[m].period
    longest = Math.max(longest, sorted[m].length)
    const overhead = errorsPerBit * (ERROR_bits + longest)
    responses[order[m]] = utilisation + overhead < 1
      ? examine(sorted, m, blockings[m], errorsPerBit, ERROR_bits + longest, bitrate)
      : { latency_ms: Infinity, response_ms: Infinity, blocking_ms: blockings[m] / bitrate * 1000, instances: 0 }
  }
  return responses
}

/** Share of the bus in use: 1 = all of it. */
export function utilisationOf(streams: readonly Stream[], bitrate: number): number {
  let sum = 0
  for (const stream of streams) sum += stream.bits / stream.period_ms
  return sum * 1000 / bitrate
}

interface BitStream { readonly length: number, readonly period: number, readonly jitter: number }

function toBitTimes(stream: Stream, bitrate: number): BitStream {
  return { length: stream.bits, period: stream.period_ms * bitrate / 1000, jitter: stream.jitter_ms * bitrate / 1000 }
}

/** The longest frame of lower priority, for each stream. */
function blockingOf(sorted: readonly BitStream[]): number[] {
  const blocking = new Array<number>(sorted.length)
  let longest = 0
  for (let m = sorted.length - 1; m >= 0; m--) {
    blocking[m] = longest
    longest = Math.max(longest, sorted[m].length)
  }
  return blocking
}

function examine(
  sorted: readonly BitStream[], m: number, blocking: number, errorsPerBit: number, perError: number, bitrate: number,
): Response {
  const own = sorted[m]
  const busy = busyPeriod(sorted, m, blocking, errorsPerBit, perError)
  const instances = Math.ceil((busy + own.jitter) / own.period)
  let worst = 0
  let wait = blocking
  for (let q = 0; q < instances; q++) {
    wait = Math.max(wait, blocking + q * own.length)
    for (let step = 0; ; step++) {
      const next = blocking + q * own.length + hits(wait + own.length, errorsPerBit) * perError + interference(sorted, m, wait)
      if (next <= wait) break
      if (step === MOST_STEPS) return { latency_ms: Infinity, response_ms: Infinity, blocking_ms: blocking / bitrate * 1000, instances: q }
      wait = next
    }
    worst = Math.max(worst, own.jitter + wait - q * own.period + own.length)
  }
  const ms = 1000 / bitrate
  return { latency_ms: worst * ms, response_ms: (worst - own.jitter) * ms, blocking_ms: blocking * ms, instances }
}

/** Longest time the bus is busy with this and higher priorities. */
function busyPeriod(sorted: readonly BitStream[], m: number, blocking: number, errorsPerBit: number, perError: number): number {
  let busy = sorted[m].length
  for (let step = 0; step < MOST_STEPS; step++) {
    let next = blocking + hits(busy, errorsPerBit) * perError
    for (let k = 0; k <= m; k++) next += Math.ceil((busy + sorted[k].jitter) / sorted[k].period) * sorted[k].length
    if (next <= busy) return busy
    busy = next
  }
  return busy
}

/** Frames of higher priority that go first when this one has waited `wait`; one more bit time may let another in. */
function interference(sorted: readonly BitStream[], m: number, wait: number): number {
  let sum = 0
  for (let k = 0; k < m; k++) sum += Math.ceil((wait + sorted[k].jitter + 1) / sorted[k].period) * sorted[k].length
  return sum
}

/** Errors within a window: one at its start, then one after each mean interval. */
function hits(window: number, errorsPerBit: number): number {
  return errorsPerBit === 0 ? 0 : Math.ceil(window * errorsPerBit)
}
