import type { CanFrame } from '#protocol/index.ts'
import type { CopperTopology } from '../power/index.ts'
import { Check, type Diagnosis } from './diagnose.ts'
import { breakText, findingText } from './words.ts'

/** What is looked at, and how often, s of bus time. */
const WINDOW_s = 180
const EVERY_s = 10
const LEAST_s = 20

/** A check that goes along: what the last minutes of a bus say of its contacts. */
export class Watch {
  private readonly topology: CopperTopology
  private readonly window_s: number
  private readonly check: Check
  private looked_s = -Infinity
  private said: Pick<Diagnosis, 'findings' | 'breaks'> = { findings: [], breaks: [] }

  /** `window_s`: how far back it looks. Throws `DataError` when the topology is not right. */
  constructor(topology: CopperTopology, window_s = WINDOW_s) {
    this.topology = topology
    this.window_s = window_s
    this.check = new Check(topology)
  }

  receive(frame: CanFrame, time_ns: number): void {
    this.check.readings.receive(frame, time_ns)
  }

  /** What is named; made anew every few seconds of bus time. */
  look(): Pick<Diagnosis, 'findings' | 'breaks'> {
    const { readings } = this.check
    if (!(readings.duration_s >= LEAST_s) || readings.end_s - this.looked_s < EVERY_s) return this.said
    this.looked_s = readings.end_s
    readings.forgetBefore(readings.end_s - this.window_s)
    this.said = this.check.diagnoseWith(undefined)
    return this.said
  }

  /** A line for each place that is named. */
  likely(): readonly string[] {
    const { findings, breaks } = this.look()
    return [...breaks.map(breakText), ...findings.map(one => findingText(this.topology, one))]
  }
}
