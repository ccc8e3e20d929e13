import { signal } from '@preact/signals'
import { createLinkFrame, type LinkFrame } from '#sim/gateway/browser.ts'
import { READABLE_KINDS, readableKindOf } from '#sim/gateway/logs/index.ts'
import type { ControlResult } from '#sim/gateway/spine/index.ts'
import { FrameStore } from './frame-store.ts'
import type { Sink, Source } from './source.ts'

/** What a bus said this long before a place in a log is enough to know its state there, s. */
const RUN_UP_s = 4
const STEP_ms = 33
const BITRATE = 500_000

export { formatCandumpLine } from '#sim/gateway/logs/index.ts'
/** Endings of the logs that can be opened. */
export const LOG_ENDINGS = READABLE_KINDS.flatMap(({ endings }): readonly string[] => endings)

/** A log: of any kind, scrubbed. */
export class LogSource implements Source {
  readonly kind = 'log'
  /** Seconds since its first frame: where it is, and how long it is. */
  readonly position_s = signal(0)
  readonly length_s: number
  readonly playing = signal(false)
  /** Lines or blocks that are no frames. */
  readonly bad: number
  /** All of it, as far as there is room. */
  readonly frames = new FrameStore()
  private readonly origin_s: number
  private readonly frame: LinkFrame = createLinkFrame()
  private sink: Sink | undefined
  private next = 0
  private timer: ReturnType<typeof setInterval> | undefined
  private told_ms = 0

  constructor(name: string, bytes: Uint8Array) {
    let bad = 0
    const reader = readableKindOf(name).reader({ onFrame: frame => this.frames.add(frame), onBadLine: () => { bad++ } })
    reader.push(bytes)
    reader.end()
    this.bad = bad
    const { first, total } = this.frames
    this.origin_s = total === 0 ? 0 : this.frames.time_s(first)
    this.length_s = total === 0 ? 0 : this.frames.time_s(total - 1) - this.origin_s
  }

  start(sink: Sink): void {
    this.sink = sink
    this.seek(Math.min(this.length_s, 5))
  }

  /** Shows the bus as it was at a place. */
  seek(position_s: number): void {
    const { sink, frames } = this
    if (sink === undefined) return
    this.position_s.value = Math.min(Math.max(0, position_s), this.length_s)
    sink.hello({ name: 'log', bitrate: BITRATE, dataBitrate: BITRATE })
    this.next = frames.find(this.origin_s + this.position_s.value - RUN_UP_s)
    this.advance()
  }

  play(plays: boolean): void {
    clearInterval(this.timer)
    this.playing.value = plays
    if (!plays) return
    if (this.position_s.value >= this.length_s) this.seek(0)
    this.told_ms = performance.now()
    this.timer = setInterval(() => {
      const now_ms = performance.now()
      this.position_s.value = Math.min(this.length_s, this.position_s.value + (now_ms - this.told_ms) / 1000)
      this.told_ms = now_ms
      this.advance()
      if (this.position_s.value >= this.length_s) this.play(false)
    }, STEP_ms)
  }

  ask(): Promise<ControlResult> {
    return Promise.reject(new Error('a log does not answer'))
  }

  send(): boolean {
    return false
  }

  stop(): void {
    this.play(false)
    this.sink = undefined
  }

  private advance(): void {
    const { frames, frame, sink } = this
    const until_s = this.origin_s + this.position_s.value
    for (; this.next < frames.total && frames.time_s(this.next) <= until_s; this.next++) {
      if (!frames.read(this.next, frame)) continue
      frame.timestamp_ns -= Math.round(this.origin_s * 1e9)
      sink?.frame(frame)
    }
  }
}
