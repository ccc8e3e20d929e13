import { locationOfAddress } from '#protocol/index.ts'

/** Frames of one spine of which the other has not brought its copy yet; more forget the oldest. A power of two. */
const ROOM = 32
const DATA_BYTES = 8
/** The second copy comes within this; what comes later is a frame of its own. More than a sender leaves a copy in its controller. */
export const COPY_WINDOW_ms = 50
/** A peer is not heard on a spine after so many of its frames in a row that came on the other only. */
const MISSES = 4
const LOCATIONS = 16

/** From `from` on in `left`. */
function same(left: Uint8Array, from: number, right: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (left[from + i] !== right[i]) return false
  return true
}

/** What came on one spine and waits for its copy from the other. */
class Unmatched {
  readonly ids: Int32Array
  readonly lengths: Uint8Array
  readonly data: Uint8Array
  readonly times_ms: Float64Array
  /** Taken out of the middle: its copy came before that of an older one. */
  readonly matched: Uint8Array
  head: number
  count: number

  constructor() {
    this.ids = new Int32Array(ROOM)
    this.lengths = new Uint8Array(ROOM)
    this.data = new Uint8Array(ROOM * DATA_BYTES)
    this.times_ms = new Float64Array(ROOM)
    this.matched = new Uint8Array(ROOM)
    this.head = 0
    this.count = 0
  }
}

/**
 * Tells the second copy of a frame (same identifier, same bytes, from the other spine, soon after) from a new frame, whatever
 * the frame is: catalogue messages, claims and parts of long ones alike. Each copy is matched once, so what is sent twice
 * is heard twice. It knows by this, too, which hubs are heard on one spine only. Allocates nothing.
 */
export class SecondCopies {
  /** Copies that were dropped. */
  dropped: number
  /** By spine: the hubs whose frames come on the other one only, a bit a location code. */
  readonly unheard: Uint16Array
  private readonly waiting: readonly Unmatched[]
  /** By spine and location: frames in a row that came on the other one only. */
  private readonly misses: Uint8Array

  constructor() {
    this.dropped = 0
    this.unheard = new Uint16Array(2)
    this.waiting = [new Unmatched(), new Unmatched()]
    this.misses = new Uint8Array(2 * LOCATIONS)
  }

  /** True when the frame, from `spine` (0 or 1), is the copy of one that the other spine has brought. */
  take(spine: number, id: number, data: Uint8Array, length: number, now_ms: number): boolean {
    const others = this.waiting[1 - spine]!
    if (others.count > 0 && this.match(others, spine, id, data, length, now_ms)) {
      this.dropped++
      return true
    }
    this.keep(spine, id, data, length, now_ms)
    return false
  }

  /** The board sleeps: nothing waits for its copy. */
  forget(): void {
    this.waiting[0]!.count = 0
    this.waiting[1]!.count = 0
  }

  private match(others: Unmatched, spine: number, id: number, data: Uint8Array, length: number, now_ms: number): boolean {
    this.expire(others, spine, now_ms - COPY_WINDOW_ms)
    for (let i = 0; i < others.count; i++) {
      const place = (others.head + i) & (ROOM - 1)
      if (others.ids[place] !== id || others.matched[place] === 1 || others.lengths[place] !== length) continue
      if (!same(others.data, place * DATA_BYTES, data, length)) continue
      others.matched[place] = 1
      this.expire(others, spine, -Infinity)
      this.heard(id & 0xff)
      return true
    }
    return false
  }

  /** Drops those at the head that are matched, or came before `oldest_ms`: those the spine `missing` has not brought. */
  private expire(list: Unmatched, missing: number, oldest_ms: number): void {
    while (list.count > 0 && (list.matched[list.head] === 1 || list.times_ms[list.head]! < oldest_ms)) this.drop(list, missing)
  }

  private drop(list: Unmatched, missing: number): void {
    const head = list.head
    if (list.matched[head] === 0) this.missed(missing, list.ids[head]! & 0xff)
    list.head = (head + 1) & (ROOM - 1)
    list.count--
  }

  private keep(spine: number, id: number, data: Uint8Array, length: number, now_ms: number): void {
    const list = this.waiting[spine]!
    if (list.count > 0) this.expire(list, 1 - spine, now_ms - COPY_WINDOW_ms)
    if (list.count === ROOM) this.drop(list, 1 - spine)
    const place = (list.head + list.count) & (ROOM - 1)
    list.ids[place] = id
    list.lengths[place] = length
    for (let i = 0; i < length; i++) list.data[place * DATA_BYTES + i] = data[i]!
    list.times_ms[place] = now_ms
    list.matched[place] = 0
    list.count++
  }

  private missed(spine: number, source: number): void {
    const location = locationOfAddress(source)
    if (location === 0) return
    const place = spine * LOCATIONS + location
    if (this.misses[place]! < MISSES) this.misses[place] = this.misses[place]! + 1
    else this.unheard[spine] = this.unheard[spine]! | 1 << location
  }

  /** On both spines. */
  private heard(source: number): void {
    const location = locationOfAddress(source)
    if (location === 0) return
    this.misses[location] = 0
    this.misses[LOCATIONS + location] = 0
    this.unheard[0] = this.unheard[0]! & ~(1 << location)
    this.unheard[1] = this.unheard[1]! & ~(1 << location)
  }
}
