const PI = 3.141592653589793

/** A sine on the supply (ISO 16750-2 4.4), as the means of its milliseconds. */
export class Ripple {
  private readonly height_V: number
  private readonly turn_cos: number
  private readonly turn_sin: number
  private cos: number
  private sin: number

  /** `at`: where in its period it begins, turns. */
  constructor(ripple_Vpp: number, ripple_Hz: number, at: number) {
    // A sine that is averaged over a millisecond keeps sin(x)/x of its height, x half of its angle.
    const half_rad = PI * ripple_Hz / 1000
    const kept = sine(half_rad) / half_rad
    this.height_V = ripple_Vpp / 2 * (kept < 0 ? -kept : kept)
    this.turn_cos = sine(2 * half_rad + PI / 2)
    this.turn_sin = sine(2 * half_rad)
    this.cos = sine(2 * PI * at + PI / 2)
    this.sin = sine(2 * PI * at)
  }

  /** Mean of the next millisecond. */
  next_V(): number {
    if (this.height_V === 0) return 0
    const { cos, sin } = this
    this.cos = cos * this.turn_cos - sin * this.turn_sin
    this.sin = sin * this.turn_cos + cos * this.turn_sin
    return this.height_V * this.sin
  }
}

/** By its series, the same on every machine; to 1e-12 for the angles here. */
export function sine(angle_rad: number): number {
  let x = angle_rad - 2 * PI * Math.round(angle_rad / (2 * PI))
  if (x > PI / 2) x = PI - x
  if (x < -PI / 2) x = -PI - x
  let sum = x
  let term = x
  for (let k = 2; k <= 18; k += 2) {
    term *= -x * x / (k * (k + 1))
    sum += term
  }
  return sum
}
