import type { FuseSpec } from './topology.ts'

/**
 * A melting fuse: heat comes in with i² and leaves with a time constant, it opens when the heat reaches the melting
 * integral, and stays open. With the default integral of rating² × 1 s and a melting point of 1.2 × rating it opens at
 * 135 % after 1.1 s, 200 % 0.3 s, 350 % 0.09 s, 600 % 0.03 s and carries 110 % for ever: inside the bands that
 * ISO 8820-3 asks of blade fuses (135 %: 0.75–600 s, 200 %: 0.15–5 s, 350 %: 0.04–0.5 s, 600 %: up to 0.1 s).
 */
export class Fuse {
  readonly rating_A: number
  readonly i2t_A2s: number
  /** Current it only just carries for ever, A. */
  readonly melting_A: number
  blown = false
  private readonly cooling_s: number
  private heat_A2s = 0

  constructor(spec: FuseSpec) {
    this.rating_A = spec.rating_A
    this.i2t_A2s = spec.i2t_A2s ?? spec.rating_A * spec.rating_A * 1
    this.melting_A = 1.2 * spec.rating_A
    this.cooling_s = this.i2t_A2s / (this.melting_A * this.melting_A)
  }

  /** Share of the melting heat reached, 0–1. */
  get heat(): number {
    return this.heat_A2s / this.i2t_A2s
  }

  /** Lets `current_A` flow for `dt_s`. `true`: it opened in this time. Implicit, so a long step at rest is as good as many short ones. */
  advance(current_A: number, dt_s: number): boolean {
    if (this.blown) return false
    this.heat_A2s = (this.heat_A2s + current_A * current_A * dt_s) / (1 + dt_s / this.cooling_s)
    if (this.heat_A2s < this.i2t_A2s) return false
    this.blow()
    return true
  }

  blow(): void {
    this.blown = true
    this.heat_A2s = 0
  }

  /** A new one of the same kind. */
  replace(): void {
    this.blown = false
    this.heat_A2s = 0
  }
}

/** Resistance of a fuse when cold, Ω: about 100 mV at its rating, as data sheets of blade fuses have it. */
export function fuseResistance_Ohm(spec: FuseSpec): number {
  return spec.resistance_mOhm === undefined ? 0.1 / spec.rating_A : spec.resistance_mOhm / 1000
}
