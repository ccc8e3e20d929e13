import type { Link, LinkFrame } from '../link.ts'
import { copyLinkFrame, createLinkFrame } from '../link-frame.ts'
import type { FrameValue } from '../expression/index.ts'
import { Identifiers } from './identifiers.ts'
import { LatencyMeter } from './latency-meter.ts'
import { Repeats } from './repeats.ts'

/** What a bridge does with the frames of one direction. */
export interface DirectionOptions {
  /** Only frames for which it is not 0 pass. */
  readonly filter?: FrameValue
  /** The new identifier of a frame. */
  readonly rewrite?: FrameValue
  /** Most frames per second; in a burst a tenth of it. */
  readonly limit_per_s?: number
}

/** `in = forwarded + filtered + badRewrite + limited + refused`. */
export interface DirectionCounts {
  in: number
  /** Taken by the other link. */
  forwarded: number
  /** Left out on purpose. */
  filtered: number
  /** The rewritten identifier was none: negative, fractional or too long. */
  badRewrite: number
  /** More than the limit lets through. */
  limited: number
  /** The other link said no; its counters say why. */
  refused: number
}

const STANDARD_MOST = 0x7ff
const EXTENDED_MOST = 0x1fff_ffff
/** Share of a second's frames that may come at once. */
const BURST_SHARE = 0.1

/** One direction of a bridge: the hot path, plain calls from link to link. */
export class BridgeDirection {
  readonly counts: DirectionCounts = { in: 0, forwarded: 0, filtered: 0, badRewrite: 0, limited: 0, refused: 0 }
  readonly identifiers = new Identifiers()
  readonly repeats = new Repeats()
  readonly latency: LatencyMeter
  private readonly to: Link
  private readonly filter: FrameValue | undefined
  private readonly rewrite: FrameValue | undefined
  private readonly limit_per_s: number
  private readonly burst: number
  private readonly rewritten = createLinkFrame()
  private tokens: number
  private filled_ms = 0

  constructor(to: Link, options: DirectionOptions) {
    this.to = to
    this.filter = options.filter
    this.rewrite = options.rewrite
    this.limit_per_s = options.limit_per_s ?? Infinity
    if (!(this.limit_per_s > 0)) throw new RangeError(`limit_per_s is ${this.limit_per_s} frames/s; it must be above 0`)
    this.burst = Math.max(1, this.limit_per_s * BURST_SHARE)
    this.tokens = this.burst
    this.latency = new LatencyMeter(to)
  }

  /** `false`: it was to pass, and did not. */
  forward(frame: LinkFrame): boolean {
    const { counts } = this
    counts.in++
    if (this.filter !== undefined && this.filter(frame) === 0) {
      counts.filtered++
      return true
    }
    const now_ms = performance.now()
    if (!this.mayPass(now_ms)) {
      counts.limited++
      return false
    }
    let out = frame
    if (this.rewrite !== undefined && !frame.error) {
      const id = this.rewrite(frame)
      if (!(Number.isInteger(id) && id >= 0 && id <= (frame.extended ? EXTENDED_MOST : STANDARD_MOST))) {
        counts.badRewrite++
        return false
      }
      if (id !== frame.id) {
        out = this.rewritten
        copyLinkFrame(frame, out)
        out.id = id
      }
    }
    this.identifiers.note(out, now_ms)
    this.repeats.note(out, now_ms)
    if (!this.to.send(out)) {
      counts.refused++
      return false
    }
    counts.forwarded++
    this.latency.sent(now_ms)
    return true
  }

  private mayPass(now_ms: number): boolean {
    if (this.limit_per_s === Infinity) return true
    this.tokens = Math.min(this.burst, this.tokens + (now_ms - this.filled_ms) / 1000 * this.limit_per_s)
    this.filled_ms = now_ms
    if (this.tokens < 1) return false
    this.tokens--
    return true
  }
}
