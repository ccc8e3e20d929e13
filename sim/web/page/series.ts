/** Points that are kept; then the older half goes. */
const ROOM = 1 << 17
/** Points a block of each next level joins. */
const FACTOR = 8
const LEVELS = 5

/** What a piece of a series is like. */
export interface Extent { min: number, max: number, mean: number }

/**
 * A value over time that holds until its next point, with a pyramid of minima and maxima: a second or an hour is drawn with the
 * same effort, and no peak is lost.
 */
export class Series {
  length = 0
  private times = new Float64Array(1024)
  private values = new Float64Array(1024)
  private lows: Float64Array[] = []
  private highs: Float64Array[] = []

  constructor() {
    this.makeLevels()
  }

  get begin_s(): number {
    return this.length === 0 ? 0 : this.times[0]!
  }

  get end_s(): number {
    return this.length === 0 ? 0 : this.times[this.length - 1]!
  }

  get last(): number {
    return this.length === 0 ? NaN : this.values[this.length - 1]!
  }

  /** Times do not go back; one that does begins the series anew. */
  add(time_s: number, value: number): void {
    if (this.length > 0 && time_s < this.end_s) this.length = 0
    if (this.length > 0 && value === this.last && this.length > 1 && this.values[this.length - 2] === value) {
      this.times[this.length - 1] = time_s
      return
    }
    if (this.length === this.times.length) this.makeRoom()
    const at = this.length++
    this.times[at] = time_s
    this.values[at] = value
    this.raise(at, value)
  }

  timeAt(index: number): number {
    return this.times[index]!
  }

  valueAt(index: number): number {
    return this.values[index]!
  }

  /** The last point at or before a time; −1: there is none. */
  indexAt(time_s: number): number {
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.times[middle]! <= time_s) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** The value that holds at a time; NaN before the first point. */
  at(time_s: number): number {
    const index = this.indexAt(time_s)
    return index < 0 ? NaN : this.values[index]!
  }

  /** Lowest and highest of what held from one time to another; `false`: nothing did. Points that are no numbers do not count. */
  extent(from_s: number, to_s: number, out: Extent): boolean {
    let index = Math.max(0, this.indexAt(from_s))
    const end = this.indexAt(to_s) + 1
    out.min = Infinity
    out.max = -Infinity
    while (index < end) {
      let level = 0
      let size = 1
      while (level < LEVELS && index % (size * FACTOR) === 0 && index + size * FACTOR <= end) {
        size *= FACTOR
        level++
      }
      const low = level === 0 ? this.values[index]! : this.lows[level - 1]![index / size]!
      const high = level === 0 ? low : this.highs[level - 1]![index / size]!
      if (low < out.min) out.min = low
      if (high > out.max) out.max = high
      index += size
    }
    return out.min <= out.max
  }

  /** With the mean over time, for statistics. */
  statistics(from_s: number, to_s: number, out: Extent): boolean {
    if (!this.extent(from_s, to_s, out)) return false
    let sum = 0
    let time_s = 0
    for (let i = Math.max(0, this.indexAt(from_s)); i < this.length && this.times[i]! < to_s; i++) {
      const value = this.values[i]!
      const until_s = i + 1 < this.length ? Math.min(this.times[i + 1]!, to_s) : to_s
      const span_s = until_s - Math.max(this.times[i]!, from_s)
      if (!Number.isFinite(value) || span_s <= 0) continue
      sum += value * span_s
      time_s += span_s
    }
    out.mean = time_s > 0 ? sum / time_s : out.min
    return true
  }

  private raise(at: number, value: number): void {
    if (!Number.isFinite(value)) return
    let block = at
    for (let level = 0; level < LEVELS; level++) {
      block = Math.floor(block / FACTOR)
      const low = this.lows[level]!
      const high = this.highs[level]!
      const fresh = at % FACTOR ** (level + 1) === 0
      if (fresh || value < low[block]!) low[block] = value
      if (fresh || value > high[block]!) high[block] = value
    }
  }

  private makeRoom(): void {
    const { times, values, length } = this
    const keepFrom = length >= ROOM ? length >> 1 : 0
    const room = length >= ROOM ? length : length * 2
    this.times = new Float64Array(room)
    this.values = new Float64Array(room)
    this.times.set(times.subarray(keepFrom, length))
    this.values.set(values.subarray(keepFrom, length))
    this.length = length - keepFrom
    this.makeLevels()
    for (let i = 0; i < this.length; i++) this.raise(i, this.values[i]!)
  }

  private makeLevels(): void {
    this.lows = []
    this.highs = []
    let blocks = this.times.length
    for (let level = 0; level < LEVELS; level++) {
      blocks = Math.ceil(blocks / FACTOR)
      this.lows.push(new Float64Array(blocks).fill(Infinity))
      this.highs.push(new Float64Array(blocks).fill(-Infinity))
    }
  }
}
