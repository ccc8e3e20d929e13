import { rounded } from '#protocol/index.ts'
import type { ComponentContext } from '../component.ts'
import { recordOf } from '../record.ts'
import { MIRROR_PARAMETERS } from './parameters.ts'

/** Memories of a mirror: as many as the command's two bits name. */
const MIRROR_MEMORIES = 4
const RECORD_KEY = 0
const RECORD_VERSION = 1
const EMPTY = 0xff
const STEPS_PER_DEG = 10

/**
 * Tilts remembered in one NVM record: version, then x and y of each memory in steps of 0.1° from −12°, 0xFF = empty.
 */
export class MirrorMemory {
  private readonly context: ComponentContext
  private readonly bytes: Uint8Array

  constructor(context: ComponentContext) {
    this.context = context
    this.bytes = new Uint8Array(1 + 2 * MIRROR_MEMORIES)
    this.bytes[0] = RECORD_VERSION
    for (let i = 1; i < this.bytes.length; i++) this.bytes[i] = EMPTY
    const stored = recordOf(context.load(RECORD_KEY), this.bytes.length, RECORD_VERSION)
    if (stored === undefined) return
    for (let i = 1; i < this.bytes.length; i++) this.bytes[i] = stored[i]!
  }

  /** Tilts in degrees; the motors are off. `false`: there is no such memory. */
  store(memory: number, x_deg: number, y_deg: number): boolean {
    if (!(memory >= 0 && memory < MIRROR_MEMORIES)) return false
    this.bytes[1 + 2 * memory] = rounded((x_deg + MIRROR_PARAMETERS.range_deg) * STEPS_PER_DEG)
    this.bytes[2 + 2 * memory] = rounded((y_deg + MIRROR_PARAMETERS.range_deg) * STEPS_PER_DEG)
    this.context.save(RECORD_KEY, this.bytes)
    return true
  }

  /** NaN when nothing was stored. */
  x_deg(memory: number): number {
    return this.tilt(1 + 2 * memory)
  }

  y_deg(memory: number): number {
    return this.tilt(2 + 2 * memory)
  }

  private tilt(index: number): number {
    const raw = index < this.bytes.length ? this.bytes[index]! : EMPTY
    return raw > 2 * MIRROR_PARAMETERS.range_deg * STEPS_PER_DEG ? NaN : raw / STEPS_PER_DEG - MIRROR_PARAMETERS.range_deg
  }
}
