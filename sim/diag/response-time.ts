/**
 * Worst-case response times of messages on one CAN bus: Davis, Burns, Bril, Lukkien, "Controller Area Network (CAN)
 * schedulability analysis: Refuted, revisited and revised", Real-Time Systems 35 (2007), equations 4 to 12. Unlike the
 * analysis of 1994 it looks at every instance within the busy period, not at the first one only.
 *
 * Arrivals are bounded as families of frames (several in one period, spaced) and as groups (streams of one sender that
 * share a least distance); a group's interference is the smaller of both bounds. With one frame a period and no group
 * this is the paper's analysis.
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
  /** Frames in one period; 1 by default. */
  readonly count?: number
  /** Least time between two of them; needed when there are several. */
  readonly spacing_ms?: number
  /** Streams of one group are never closer than `groupSpacing_ms`. */
  readonly group?: string
  readonly groupSpacing_ms?: number
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
  const named = new Map<string, Group>()
  const sorted = order.map(index => toBitTimes(streams[index]!, bitrate, named))
  const bus: Bus = { sorted, groups: [...named.values()], bitrate, errorsPerBit: errors.errors_per_s / bitrate }
  const responses = new Array<Response>(streams.length)
  const blockings = blockingOf(sorted)
  let utilisation = 0
  let longest = 0
  for (let m = 0; m < sorted.length; m++) {
    const { length, count, period } = sorted[m]!
    utilisation += length * count / period
    longest = Math.max(longest, length)
    const perError = ERROR_bits + longest
    responses[order[m]!] = utilisation + bus.errorsPerBit * perError < 1
      ? examine(bus, m, blockings[m]!, perError)
      : { latency_ms: Infinity, response_ms: Infinity, blocking_ms: blockings[m]! / bitrate * 1000, instances: 0 }
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
  readonly group: Group | undefined
}

/** Bound of a group, and room to add it up in. */
interface Group {
  readonly spacing: number
  readonly jitter: number
  sum: number
  longest: number
}

function toBitTimes(stream: Stream, bitrate: number, groups: Map<string, Group>): BitStream {
  const bits = bitrate / 1000
  const { count = 1, spacing_ms = stream.period_ms, group: name, groupSpacing_ms = 0 } = stream
  let group: Group | undefined
  if (name !== undefined) {
    group = groups.get(name) ?? { spacing: groupSpacing_ms * bits, jitter: stream.jitter_ms * bits, sum: 0, longest: 0 }
    groups.set(name, group)
  }
  return {
    length: stream.bits, period: stream.period_ms * bits, count, spacing: spacing_ms * bits, jitter: stream.jitter_ms * bits, group,
  }
}

/** Most frames of a stream that are queued within a window. */
function arrivals(stream: BitStream, window: number): number {
  const periods = Math.ceil(window / stream.period)
  if (stream.count === 1) return periods
  return Math.min(stream.count * periods, Math.ceil(window / stream.spacing))
}

/** Least time between the first and the q-th frame after it. */
function distance(stream: BitStream, q: number): number {
  const periods = Math.floor(q / stream.count)
  return Math.max(periods * stream.period + (q - periods * stream.count) * (stream.count === 1 ? 0 : stream.spacing), 0)
}

/** Bits of the first `count` streams that go first within a window; each group by the smaller of its bounds. */
function demand(sorted: readonly BitStream[], count: number, window: number, groups: readonly Group[]): number {
  let sum = 0
  for (const group of groups) group.sum = group.longest = 0
  for (let k = 0; k < count; k++) {
    const stream = sorted[k]!
    const bits = arrivals(stream, window + stream.jitter) * stream.length
    if (stream.group === undefined) {
      sum += bits
    } else {
      stream.group.sum += bits
      stream.group.longest = Math.max(stream.group.longest, stream.length)
    }
  }
  for (const group of groups) sum += Math.min(group.sum, Math.ceil((window + group.jitter) / group.spacing) * group.longest)
  return sum
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
  readonly groups: readonly Group[]
  readonly bitrate: number
  readonly errorsPerBit: number
}

function examine(bus: Bus, m: number, blocking: number, perError: number): Response {
  const { sorted, groups, errorsPerBit } = bus
  const own = sorted[m]!
  const ms = 1000 / bus.bitrate
  const busy = busyPeriod(bus, m, blocking, perError)
  const instances = arrivals(own, busy + own.jitter)
  let worst = 0
  let wait = blocking
  for (let q = 0; q < instances; q++) {
    wait = Math.max(wait, blocking + q * own.length)
    for (let step = 0; ; step++) {
      // One bit time more may let another frame of higher priority in.
      const next = blocking + q * own.length + hits(wait + own.length, errorsPerBit) * perError + demand(sorted, m, wait + 1, groups)
      if (next <= wait) break
      if (step === MOST_STEPS) return { latency_ms: Infinity, response_ms: Infinity, blocking_ms: blocking * ms, instances: q }
      wait = next
    }
    worst = Math.max(worst, own.jitter + wait - distance(own, q) + own.length)
  }
  return { latency_ms: worst * ms, response_ms: (worst - own.jitter) * ms, blocking_ms: blocking * ms, instances }
}

/** Longest time the bus is busy with this and higher priorities. */
function busyPeriod(bus: Bus, m: number, blocking: number, perError: number): number {
  let busy = bus.sorted[m]!.length
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = blocking + hits(busy, bus.errorsPerBit) * perError + demand(bus.sorted, m + 1, busy, bus.groups)
    if (next <= busy) return busy
    busy = next
  }
  return busy
}

/** Errors within a window: one at its start, then one after each mean interval. */
function hits(window: number, errorsPerBit: number): number {
  return errorsPerBit === 0 ? 0 : Math.ceil(window * errorsPerBit)
}
