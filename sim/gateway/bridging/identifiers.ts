import type { LinkFrame } from '../link.ts'

/** Identifiers that are told apart; more of them, as a fuzzer makes, are counted together. */
const MAX_IDENTIFIERS = 4096
const EXTENDED = 2 ** 29
const BUS = 2 ** 30

export interface IdentifierCount {
  readonly id: number
  readonly extended: boolean
  readonly bus: number
  frames: number
  bytes: number
  last_ms: number
  /** Least and mean time between two frames, ms; 0 with fewer than two. */
  leastGap_ms: number
  meanGap_ms: number
}

/** Counts frames by identifier. Nothing is allocated for an identifier that was seen before. */
export class Identifiers {
  private readonly counts = new Map<number, IdentifierCount>()
  private othersCount = 0

  /** Frames with identifiers beyond the first 4096. */
  get others(): number {
    return this.othersCount
  }

  note(frame: LinkFrame, now_ms: number): void {
    const key = frame.id + (frame.extended ? EXTENDED : 0) + frame.bus * BUS
    const seen = this.counts.get(key)
    if (seen === undefined) {
      if (this.counts.size === MAX_IDENTIFIERS) this.othersCount++
      else {
        const { id, extended, bus, length: bytes } = frame
        this.counts.set(key, { id, extended, bus, frames: 1, bytes, last_ms: now_ms, leastGap_ms: 0, meanGap_ms: 0 })
      }
      return
    }
    const gap_ms = now_ms - seen.last_ms
    seen.leastGap_ms = seen.frames === 1 ? gap_ms : Math.min(seen.leastGap_ms, gap_ms)
    seen.meanGap_ms += (gap_ms - seen.meanGap_ms) / seen.frames
    seen.frames++
    seen.bytes += frame.length
    seen.last_ms = now_ms
  }

  /** The busiest first. */
  list(most = Infinity): readonly IdentifierCount[] {
    return [...this.counts.values()].sort((a, b) => b.frames - a.frames || a.id - b.id).slice(0, most)
  }
}
