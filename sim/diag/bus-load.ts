import { type CanFrame, frameBitTimes, INTERFRAME_BITS } from '#protocol/index.ts'

const SLICES = 10
const SLICE_ns = 100_000_000

/**
 * Exact load of a bus over the last second: the bits of each frame as it was on the wire, stuff bits and interframe
 * space included, FD data at its own rate, in ten slices of 100 ms. Time is that of the frames and never runs backwards.
 */
export class BusLoad {
  readonly bitrate: number
  private readonly bits = new Float64Array(SLICES)
  private readonly counts = new Uint32Array(SLICES)
  private slice = -1
  private first = -1
  private sumBits = 0
  private sumFrames = 0
  private most = 0

  private readonly ratio: number

  /** `bitrate` in bit/s; `dataBitrate` is that of the inside of FD frames with bit rate switch. */
  constructor(bitrate: number, dataBitrate = bitrate) {
    this.bitrate = bitrate
    this.ratio = bitrate / dataBitrate
  }

  /** Counts a frame that ended (or began) at `time_ns`. */
  add(frame: CanFrame, time_ns: number): void {
    this.advance(time_ns)
    const bits = frameBitTimes(frame, this.ratio) + INTERFRAME_BITS
    const at = this.slice % SLICES
    this.bits[at]! += bits
    this.counts[at]!++
    this.sumBits += bits
    this.sumFrames++
  }

  /** Lets time pass without frames. */
  advance(now_ns: number): void {
    const slice = Math.floor(now_ns / SLICE_ns)
    if (this.first < 0) this.first = this.slice = slice
    if (slice <= this.slice) return
    this.most = this.peak
    const steps = Math.min(slice - this.slice, SLICES)
    for (let i = 1; i <= steps; i++) {
      const at = (this.slice + i) % SLICES
      this.sumBits -= this.bits[at]!
      this.sumFrames -= this.counts[at]!
      this.bits[at] = 0
      this.counts[at] = 0
    }
    this.slice = slice
  }

  /** Share of the bus in use over the last second, 0–1. In the first second: over the time so far, in slices begun. */
  get load(): number {
    return this.sumBits / (this.bitrate * this.window_s)
  }

  /** The highest load of a whole second seen so far, 0–1. */
  get peak(): number {
    return Math.max(this.most, this.sumBits / this.bitrate)
  }

  get frames_per_s(): number {
    return this.sumFrames / this.window_s
  }

  private get window_s(): number {
    return Math.min(SLICES, Math.max(1, this.slice - this.first + 1)) * SLICE_ns / 1e9
  }
}
