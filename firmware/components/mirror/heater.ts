import { MIRROR_PARAMETERS } from './parameters.ts'

/** When the glass is heated: on request, for ten minutes, with enough supply. Pure. */
export class HeaterControl {
  private wanted: boolean
  private locked: boolean
  private began_ms: number

  constructor() {
    this.wanted = false
    this.locked = false
    this.began_ms = 0
  }

  set(now_ms: number, on: boolean): void {
    this.wanted = on
    this.locked = false
    this.began_ms = now_ms
  }

  /** It is asked for, whether it may heat now or not. */
  isWanted(): boolean {
    return this.wanted
  }

  /** Looks at the clock and the supply. Returns whether the heater may be on. */
  update(now_ms: number, supply_V: number, ignitionOn: boolean): boolean {
    if (!ignitionOn || now_ms - this.began_ms >= MIRROR_PARAMETERS.heat_ms) this.wanted = false
    if (supply_V < MIRROR_PARAMETERS.lockBelow_V) this.locked = true
    else if (supply_V > MIRROR_PARAMETERS.releaseAbove_V) this.locked = false
    return this.wanted && !this.locked
  }
}
