import { type CanFrame, frameBitTimes, INTERFRAME_BITS } from '#protocol/index.ts'
import type { Link } from '../link.ts'

/** Frames that may wait in the target's queue: few, so that a command does not grow old there. */
const MOST_QUEUED = 64
/** How much of a bus's time may lie ahead of it, ms. */
const AHEAD_ms = 5
/** Share of a bus that a replay fills: its clock and ours are not the same. */
const BUS_SHARE = 0.97
const ASK_AGAIN_ms = 1
const ASK_STATE_ms = 20

export interface FlowOptions {
  /** Frames the target's queue holds. */
  readonly queue: number
  /** Bit rate of the bus behind the target, where the target takes more than that bus and does not say so. */
  readonly bitrate?: number
  /** Of FD data on that bus. */
  readonly dataBitrate?: number
  /** Wait as long as the target is not up; otherwise it counts what it then refuses. */
  readonly waitsUntilUp: boolean
}

/**
 * Back-pressure for whoever has more frames than a link can take at once: says when the next may be sent. It keeps the
 * queue of the link short and, where the bit rate is known, the bus behind it just full, others' traffic included.
 */
export class Flow {
  private readonly target: Pick<Link, 'state' | 'queued' | 'onFrame'>
  private readonly window: number
  private readonly waitsUntilUp: boolean
  private readonly bits_per_ms: number
  private readonly ratio: number
  /** When the bus will have carried what it was given, on our clock. */
  private free_ms = 0
  private readonly stop: () => void

  constructor(target: Pick<Link, 'state' | 'queued' | 'onFrame'>, options: FlowOptions) {
    this.target = target
    this.window = Math.max(1, Math.min(MOST_QUEUED, options.queue >> 1))
    this.waitsUntilUp = options.waitsUntilUp
    this.bits_per_ms = options.bitrate === undefined ? Infinity : options.bitrate * BUS_SHARE / 1000
    this.ratio = (options.bitrate ?? 1) / (options.dataBitrate ?? options.bitrate ?? 1)
    this.stop = options.bitrate === undefined ? () => undefined : target.onFrame(frame => this.occupy(frame, performance.now()))
  }

  /** 0: the next frame may be sent; otherwise after how long to ask again, ms. */
  wait_ms(now_ms: number): number {
    const { state, queued } = this.target
    if (state === 'closed') return 0
    if (state !== 'up' && state !== 'error-passive') return this.waitsUntilUp ? ASK_STATE_ms : 0
    if (queued >= this.window) return ASK_AGAIN_ms
    const ahead_ms = this.free_ms - now_ms - AHEAD_ms
    return ahead_ms > 0 ? Math.max(ASK_AGAIN_ms, ahead_ms) : 0
  }

  /** A frame is on its way to the bus, or was on it. */
  occupy(frame: CanFrame, now_ms: number): void {
    this.free_ms = Math.max(this.free_ms, now_ms) + (frameBitTimes(frame, this.ratio) + INTERFRAME_BITS) / this.bits_per_ms
  }

  close(): void {
    this.stop()
  }
}
