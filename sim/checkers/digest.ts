import type { CanFrame } from '#protocol/index.ts'
import type { TraceEvent } from '../trace/index.ts'
import type { Verdict } from './judge.ts'
import { MS_ns, type TappedFrame } from './seen.ts'

/** One sum is kept for each so much time, so that the first difference of two runs can be named. */
const PIECE_ns = 100 * MS_ns
/** The field of events that is for people. */
const PROSE = 'text'
const BASIS = 0x811c9dc5
const PRIME = 0x01000193

/** A sum over everything a run showed (FNV-1a over frames and events, with their times). Equal runs have equal sums. */
export class Digest {
  /** The sum at the end of each piece of time. */
  readonly pieces: number[] = []
  frames = 0
  private sum = BASIS
  private until_ns = PIECE_ns

  frame({ frame, sender, end_ns }: TappedFrame): void {
    this.pass(end_ns)
    this.frames++
    this.number(end_ns)
    this.identity(frame)
    this.text(sender)
  }

  event(event: TraceEvent): void {
    this.pass(event.t_ns)
    this.number(event.t_ns)
    for (const [field, value] of Object.entries(event)) {
      if (field === 't_ns' || field === PROSE) continue
      this.text(field)
      this.text(String(value))
    }
  }

  /** The sum so far, 8 hexadecimal digits. */
  get value(): string {
    return this.sum.toString(16).padStart(8, '0')
  }

  private identity(frame: CanFrame): void {
    this.word(frame.id)
    this.byte(frame.length | (frame.extended ? 0x10 : 0) | (frame.remote ? 0x20 : 0))
    if (!frame.remote) for (let i = 0; i < frame.length; i++) this.byte(frame.data[i]!)
  }

  private pass(t_ns: number): void {
    while (t_ns >= this.until_ns) {
      this.pieces.push(this.sum)
      this.until_ns += PIECE_ns
    }
  }

  private number(value: number): void {
    this.word(value % 0x1_0000_0000)
    this.word(Math.floor(value / 0x1_0000_0000))
  }

  private word(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 0xff)
  }

  private text(text: string): void {
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i) & 0xff)
  }

  private byte(value: number): void {
    this.sum = Math.imul(this.sum ^ value, PRIME) >>> 0
  }
}

/** Two runs of one seed must be one run. Undefined when they are. */
export function compareRuns(first: Digest, second: Digest): Verdict | undefined {
  if (first.value === second.value && first.frames === second.frames) return undefined
  let piece = 0
  while (piece < first.pieces.length && first.pieces[piece] === second.pieces[piece]) piece++
  return {
    checker: DETERMINISM, t_ns: piece * PIECE_ns, what: 'two runs of one seed differ from here on',
    numbers: { frames: first.frames, otherFrames: second.frames },
  }
}

export const DETERMINISM = 'determinism'
