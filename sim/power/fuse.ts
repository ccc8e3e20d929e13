import { FUSE_KINDS, type FuseBody, type FuseCurve } from './fuse-kinds.ts'
import type { FuseSpec } from './topology.ts'

/** What a fuse carries for ever in a car, as a share of its rating: makers of blade and bolted fuses advise 70–75 %. */
export const CONTINUOUS = 0.75

/**
 * A melting fuse: heat comes in with i² and leaves with the time constants of its kind (`FUSE_KINDS`), it opens when the heat reaches
 * what melts it, and stays open. Heats are multiples of the rating squared.
 */
export class Fuse {
  readonly rating_A: number
  /** Melting integral of a short pulse, A²s. */
  readonly i2t_A2s: number
  /** Current it only just carries for ever, A. */
  readonly melting_A: number
  blown = false
  private readonly element: FuseBody
  private readonly mount: FuseBody | undefined
  private elementHeat = 0
  private mountHeat = 0

  constructor(spec: FuseSpec) {
    const curve: FuseCurve = FUSE_KINDS[spec.kind ?? 'blade']
    this.rating_A = spec.rating_A
    this.melting_A = curve.melting * spec.rating_A
    const own_A2s = this.melting_A * this.melting_A / (perSecond(curve.element) + perSecond(curve.mount))
    this.i2t_A2s = spec.i2t_A2s ?? own_A2s
    const slower = this.i2t_A2s / own_A2s
    this.element = { ...curve.element, warms_s: curve.element.warms_s * slower }
    this.mount = curve.mount && { ...curve.mount, warms_s: curve.mount.warms_s * slower }
  }

  /** Share of the melting heat reached, 0–1. */
  get heat(): number {
    return (this.elementHeat + this.mountHeat) / (this.melting_A * this.melting_A)
  }

  /** Lets `current_A` flow for `dt_s`. `true`: it opened in this time. Implicit, so a long step at rest is as good as many short ones. */
  advance(current_A: number, dt_s: number): boolean {
    if (this.blown) return false
    const { element, mount } = this
    const square_A2 = current_A * current_A
    this.elementHeat = warmed(this.elementHeat, element, square_A2, dt_s)
    if (mount !== undefined) this.mountHeat = warmed(this.mountHeat, mount, square_A2, dt_s)
    if (this.elementHeat + this.mountHeat < this.melting_A * this.melting_A) return false
    this.blow()
    return true
  }

  blow(): void {
    this.blown = true
    this.elementHeat = 0
    this.mountHeat = 0
  }

  /** A new one of the same kind. */
  replace(): void {
    this.blown = false
    this.elementHeat = 0
    this.mountHeat = 0
  }
}

/** Heat of a body after `dt_s` more of a current's square, A². */
function warmed(heat_A2: number, { share, warms_s }: FuseBody, square_A2: number, dt_s: number): number {
  const rate = dt_s / warms_s
  return (heat_A2 + share * square_A2 * rate) / (1 + rate)
}

function perSecond(body: FuseBody | undefined): number {
  return body === undefined ? 0 : body.share / body.warms_s
}

/** Resistance of a fuse when cold, Ω: about 100 mV at its rating, as data sheets of blade fuses have it. */
export function fuseResistance_Ohm(spec: FuseSpec): number {
  return spec.resistance_mOhm === undefined ? 0.1 / spec.rating_A : spec.resistance_mOhm / 1000
}

/** What a fuse lets through before it opens on a dead short, A²s. */
export function fuseLetThrough_A2s(spec: FuseSpec): number {
  return new Fuse(spec).i2t_A2s
}
