import type { LinkFrame } from '#sim/gateway/browser.ts'

/** The newest frames that are kept: memory stays as it is however long a bus talks. */
const ROOM = 1 << 18
const SHORT = 8
const LONG = 64
const CHANGED_FOR_s = 0.5

/** Identifiers that are kept: a hostile bus has 2²⁹. */
const MOST_IDS = 4096

const FLAG = { extended: 1, remote: 2, fd: 4, brs: 8, error: 16 } as const

/** What is known of one identifier. */
export interface IdState {
  readonly id: number
  readonly extended: boolean
  readonly error: boolean
  count: number
  length: number
  last_s: number
  /** Mean time between two frames of late. */
  period_s: number
  readonly data: Uint8Array
  /** Bits that changed with the last frames, and when a byte did. */
  readonly changed: Uint8Array
  readonly changed_s: Float64Array
}

/** The newest frames of a bus, in columns, and the state of each identifier. */
export class FrameStore {
  readonly ids = new Map<number, IdState>()
  /** Frames since the beginning. */
  total = 0
  private width = SHORT
  private readonly times = new Float64Array(ROOM)
  private readonly identifiers = new Uint32Array(ROOM)
  private readonly flags = new Uint8Array(ROOM)
  private readonly lengths = new Uint8Array(ROOM)
  private data = new Uint8Array(ROOM * SHORT)

  /** Number of the oldest frame that is kept. */
  get first(): number {
    return Math.max(0, this.total - ROOM)
  }

  add(frame: LinkFrame): void {
    if (frame.length > this.width) this.widen()
    const at = this.total % ROOM
    this.times[at] = frame.timestamp_ns / 1e9
    this.identifiers[at] = frame.id
    this.flags[at] = (frame.extended ? FLAG.extended : 0) | (frame.remote ? FLAG.remote : 0) | (frame.fd ? FLAG.fd : 0)
      | (frame.brs ? FLAG.brs : 0) | (frame.error ? FLAG.error : 0)
    this.lengths[at] = frame.length
    const start = at * this.width
    if (!frame.remote) for (let i = 0; i < frame.length; i++) this.data[start + i] = frame.data[i]!
    this.total++
    this.note(frame)
  }

  /** Reads frame number `n` into `frame`; false: it is kept no more, or not there yet. */
  read(n: number, frame: LinkFrame): boolean {
    if (n < this.first || n >= this.total) return false
    const at = n % ROOM
    const flags = this.flags[at]!
    frame.timestamp_ns = Math.round(this.times[at]! * 1e9)
    frame.id = this.identifiers[at]!
    frame.extended = (flags & FLAG.extended) !== 0
    frame.remote = (flags & FLAG.remote) !== 0
    frame.fd = (flags & FLAG.fd) !== 0
    frame.brs = (flags & FLAG.brs) !== 0
    frame.error = (flags & FLAG.error) !== 0
    frame.length = this.lengths[at]!
    const start = at * this.width
    for (let i = 0; i < frame.length; i++) frame.data[i] = this.data[start + i]!
    return true
  }

  time_s(n: number): number {
    return this.times[n % ROOM]!
  }

  /** The first frame at or after a time. */
  find(time_s: number): number {
    let low = this.first
    let high = this.total
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.time_s(middle) < time_s) low = middle + 1
      else high = middle
    }
    return low
  }

  clear(): void {
    this.total = 0
    this.ids.clear()
  }

  private note(frame: LinkFrame): void {
    const key = frame.id + (frame.extended ? 0x2000_0000 : 0) + (frame.error ? 0x4000_0000 : 0)
    let state = this.ids.get(key)
    const now_s = frame.timestamp_ns / 1e9
    if (state === undefined) {
      if (this.ids.size >= MOST_IDS) return
      state = {
        id: frame.id, extended: frame.extended, error: frame.error, count: 0, length: 0, last_s: now_s, period_s: NaN,
        data: new Uint8Array(LONG), changed: new Uint8Array(LONG), changed_s: new Float64Array(LONG).fill(-Infinity),
      }
      this.ids.set(key, state)
    } else {
      const gap_s = now_s - state.last_s
      state.period_s = Number.isNaN(state.period_s) ? gap_s : state.period_s + (gap_s - state.period_s) / 8
    }
    const { data, changed, changed_s } = state
    for (let i = 0; i < frame.length; i++) {
      const bits = state.count === 0 ? 0 : data[i]! ^ frame.data[i]!
      if (bits !== 0) {
        changed[i] = now_s - changed_s[i]! < CHANGED_FOR_s ? changed[i]! | bits : bits
        changed_s[i] = now_s
      }
      data[i] = frame.data[i]!
    }
    state.count++
    state.length = frame.length
    state.last_s = now_s
  }

  private widen(): void {
    const wide = new Uint8Array(ROOM * LONG)
    for (let at = 0; at < ROOM; at++) wide.set(this.data.subarray(at * SHORT, at * SHORT + SHORT), at * LONG)
    this.data = wide
    this.width = LONG
  }
}

/** How long a changed byte is shown as changed, s. */
export const CHANGED_s = CHANGED_FOR_s
