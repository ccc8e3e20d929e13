import type { CaseSpace, Detection } from '#sim/pinch/index.ts'
import type { Part } from '../lib/parts.ts'

/** A part of the declared space, and how it was named. */
export interface Held {
  readonly text: string
  readonly space: CaseSpace
}

/** What the ways of judging at random share. */
export interface JudgeOptions {
  readonly seed: number
  readonly detection: Detection
  readonly json: boolean
  readonly jobs: number
  /** Only a part of the declared space is drawn from. */
  readonly held: Held | undefined
  /** This process is one of several. */
  readonly part: Part | undefined
}
