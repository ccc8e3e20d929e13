import { cooling_W_K_m, COPPER_PER_K, copperFactor, heat_J_K_m, wireResistance_Ohm } from './wire.ts'

/** Change of a resistance that is worth another factoring, as a share of that at 20 °C: half a percent, 1.3 K. */
const WORTH = 0.005
/** Times between two looks at the heat, s: copper takes a minute to warm. */
const LOOK_S = 0.25
/** No fire: copper that is hotter has melted its fuse, or the car, °C. */
const HOTTEST_C = 400

/** One conductor of a cable, as its heat sees it. */
export interface Heated {
  readonly gauge_mm2: number
  /** Of the insulation's surroundings, °C. */
  readonly ambient_C: number
}

/**
 * How warm the conductors are: each is heated by its own current, I²R with R at its own temperature, and sheds heat to its ambient
 * in proportion to the difference, both a metre of it. A conductor of 4 mm² follows with a time constant of 56 s.
 */
export class ConductorHeat {
  /** By conductor, °C. */
  readonly temperature_C: Float64Array
  /** By conductor: resistance relative to 20 °C as it was last taken. */
  readonly factor: Float64Array
  readonly ambient_C: Float64Array
  private readonly r20_Ohm_m: Float64Array
  private readonly cooling_W_K_m: Float64Array
  private readonly heat_J_K_m: Float64Array
  private waited_s = 0
  private due_s = Infinity

  constructor(conductors: readonly Heated[]) {
    this.ambient_C = Float64Array.from(conductors, one => one.ambient_C)
    this.temperature_C = Float64Array.from(this.ambient_C)
    this.factor = Float64Array.from(this.ambient_C, copperFactor)
    this.r20_Ohm_m = Float64Array.from(conductors, one => wireResistance_Ohm(one.gauge_mm2, 1))
    this.cooling_W_K_m = Float64Array.from(conductors, one => cooling_W_K_m(one.gauge_mm2))
    this.heat_J_K_m = Float64Array.from(conductors, one => heat_J_K_m(one.gauge_mm2))
  }

  /** When a resistance will have moved by what is worth it, if all currents stay, s from the last look; Infinity: never. */
  get next_s(): number {
    return this.due_s
  }

  /** Time has passed; `true`: long enough to look at what flowed. */
  wait(dt_s: number): boolean {
    this.waited_s += dt_s
    return this.waited_s >= LOOK_S
  }

  /** Whether there is time that nobody has looked at, and so much more is about to pass that its currents would be spread over both. */
  rests(dt_s: number): boolean {
    return this.waited_s > 0 && dt_s >= LOOK_S
  }

  /**
   * Lets flow what flowed since the last look: by conductor, the square of its current over time. `true`: a resistance moved by what is
   * worth a factoring. Heat comes and goes in proportion to the temperature, which grows or decays as an exponential: any time is stable.
   */
  advance(square_A2s: Float64Array): boolean {
    const dt_s = this.waited_s
    this.waited_s = 0
    const { temperature_C, ambient_C, factor, r20_Ohm_m, cooling_W_K_m, heat_J_K_m } = this
    let moved = false
    let due_s = Infinity
    for (let i = 0; i < temperature_C.length; i++) {
      const before_C = temperature_C[i]!
      const unit_W_m = square_A2s[i]! / dt_s * r20_Ohm_m[i]!
      const cooling = cooling_W_K_m[i]!
      const heat = heat_J_K_m[i]!
      const heating_W_m = unit_W_m * copperFactor(before_C)
      const rate_K_s = (heating_W_m - cooling * (before_C - ambient_C[i]!)) / heat
      const grown_C = before_C + rate_K_s * dt_s * meanGrowth((unit_W_m * COPPER_PER_K - cooling) / heat * dt_s)
      const now_C = grown_C < HOTTEST_C ? grown_C : HOTTEST_C
      temperature_C[i] = now_C
      const change = copperFactor(now_C) - factor[i]!
      if (change > WORTH || change < -WORTH) moved = true
      const end_C = ambient_C[i]! + heating_W_m / cooling
      const further = Math.abs(copperFactor(end_C < HOTTEST_C ? end_C : HOTTEST_C) - factor[i]!)
      if (further > WORTH) due_s = Math.min(due_s, Math.max(LOOK_S, heat / cooling * WORTH / further))
    }
    this.due_s = due_s
    if (moved) this.take()
    return moved
  }

  /** Another ambient of one conductor, which it comes to with time. */
  setAmbient_C(i: number, ambient_C: number): void {
    this.ambient_C[i] = ambient_C
    this.due_s = LOOK_S
  }

  /** All as warm as their ambient. */
  settle(): void {
    this.temperature_C.set(this.ambient_C)
    this.due_s = Infinity
    this.take()
  }

  private take(): void {
    const { temperature_C, factor } = this
    for (let i = 0; i < factor.length; i++) factor[i] = copperFactor(temperature_C[i]!)
  }
}

/** `(eˣ − 1) / x`: how much more something changes in a time than it would at its first rate. Five terms of eˣ; e⁻ˣ is their inverse. */
function meanGrowth(x: number): number {
  const size = x < 0 ? -x : x
  const mean = 1 + size / 2 * (1 + size / 3 * (1 + size / 4))
  return x < 0 ? mean / (1 + size * mean) : mean
}
