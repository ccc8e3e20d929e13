import type { CanFrame } from '#protocol/index.ts'
import type { CopperTopology } from '../power/index.ts'
import { Check } from './diagnose.ts'
import { breakText, findingText } from './words.ts'

/** What is looked at, and how often, s of bus time. */
const WINDOW_s = 180
const EVERY_s = 10
const LEAST_s = 20

/** A check that goes along: what the last minutes of a bus say of its contacts. */
export class Watch {
  private readonly topology: CopperTopology
  private readonly check: Check
  private looked_s = -Infinity
  private said: readonly string[] = []

  /** Throws `DataError` when the topology is not right. */
  constructor(topology: CopperTopology) {
    this.topology = topology
    this.check = new Check(topology)
  }

  receive(frame: CanFrame, time_ns: number): void {
    this.check.readings.receive(frame, time_ns)
  }

  /** A line for each place that is named; made anew every few seconds of bus time. */
  likely(): readonly string[] {
    const { readings } = this.check
    if (!(readings.duration_s >= LEAST_s) || readings.end_s - this.looked_s < EVERY_s) return this.said
    this.looked_s = readings.end_s
    readings.forgetBefore(readings.end_s - WINDOW_s)
    const { findings, breaks } = this.check.diagnoseWith(undefined)
    this.said = [...breaks.map(breakText), ...findings.map(one => findingText(this.topology, one))]
    return this.said
  }
}
