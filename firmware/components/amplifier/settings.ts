import { rounded } from '#protocol/index.ts'
import type { ComponentContext, DriverJob } from '../component.ts'
import { recordOf } from '../record.ts'
import { AMPLIFIER_PARAMETERS } from './parameters.ts'

const RECORD_KEY = 0
const RECORD_VERSION = 1
const RECORD_BYTES = 4

/** What the stereo remembers: volume, balance, station. Saved some seconds after the last change. */
export class StereoSettings {
  volume: number
  balance_pct: number
  frequency_MHz: number
  private readonly context: ComponentContext
  private readonly bytes: Uint8Array
  private readonly saveJob: DriverJob

  constructor(context: ComponentContext) {
    this.context = context
    this.volume = AMPLIFIER_PARAMETERS.volumeFirst
    this.balance_pct = 0
    this.frequency_MHz = AMPLIFIER_PARAMETERS.lowest_MHz
    this.bytes = new Uint8Array(RECORD_BYTES)
    this.saveJob = context.job('settings', () => this.save())
    const stored = recordOf(context.load(RECORD_KEY), RECORD_BYTES, RECORD_VERSION)
    if (stored === undefined) return
    this.volume = Math.min(stored[1]!, AMPLIFIER_PARAMETERS.volumeMost)
    this.balance_pct = Math.min(stored[2]!, 2 * AMPLIFIER_PARAMETERS.balance_pct) - AMPLIFIER_PARAMETERS.balance_pct
    const frequency_MHz = AMPLIFIER_PARAMETERS.lowest_MHz + stored[3]! / AMPLIFIER_PARAMETERS.stepsPerMHz
    this.frequency_MHz = Math.min(frequency_MHz, AMPLIFIER_PARAMETERS.highest_MHz)
  }

  /** Something changed: saves when it has been quiet. */
  changed(): void {
    this.saveJob.startIn(AMPLIFIER_PARAMETERS.save_ms)
  }

  /** Saves at once what waits to be saved: the supply may go. */
  flush(): void {
    if (!this.saveJob.armed()) return
    this.saveJob.stop()
    this.save()
  }

  private save(): void {
    this.bytes[0] = RECORD_VERSION
    this.bytes[1] = this.volume
    this.bytes[2] = this.balance_pct + AMPLIFIER_PARAMETERS.balance_pct
    this.bytes[3] = rounded((this.frequency_MHz - AMPLIFIER_PARAMETERS.lowest_MHz) * AMPLIFIER_PARAMETERS.stepsPerMHz)
    this.context.save(RECORD_KEY, this.bytes)
  }
}
