import type { CaseValues } from './case.ts'
import { type CaseResult, closeCase, type Detection, estimate_N, pressCase } from './judge.ts'
import type { PinchRig } from './rig.ts'

/** A moment of a closing: true force and what the firmware believes, and how it moves. */
export interface CaseMoment {
  readonly time_ms: number
  readonly gap_mm: number
  /** Closing positive. */
  readonly speed_mm_s: number
  readonly force_N: number
  readonly estimated_N: number
  readonly current_A: number
  readonly plug_V: number
}

const EVERY_ms = 5

/** Runs one case again and keeps how it went; `closing`: from fully open, over nothing. */
export function traceCase(values: CaseValues, detection: Detection, closing: boolean): { result: CaseResult, moments: CaseMoment[] } {
  const moments: CaseMoment[] = []
  const watch = (rig: PinchRig): void => {
    if (rig.now_ms % EVERY_ms !== 0) return
    const { plant, outlet } = rig
    moments.push({
      time_ms: rig.now_ms, gap_mm: 1000 * plant.position_m, speed_mm_s: -1000 * plant.velocity_m_s, force_N: plant.contactForce_N,
      estimated_N: estimate_N(rig), current_A: outlet.current_A, plug_V: outlet.load_V,
    })
  }
  const result = closing ? closeCase(values, detection, watch) : pressCase(values, detection, watch)
  return { result, moments }
}
