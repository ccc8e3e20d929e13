import type { Prng } from '../kernel/index.ts'

const LN2 = 0.6931471805599453

/** Natural logarithm of 0 < x ≤ 1 with + − × ÷ alone, so that every machine gets the same bits. */
export function ln(x: number): number {
  let mantissa = x
  let halvings = 0
  while (mantissa < 0.75) {
    mantissa *= 2
    halvings++
  }
  // ln m = 2 artanh((m − 1) / (m + 1)); |t| ≤ 1/7, so 10 terms reach the last bit.
  const t = (mantissa - 1) / (mantissa + 1)
  const square = t * t
  let sum = 0
  for (let n = 19; n >= 1; n -= 2) sum = sum * square + 1 / n
  return 2 * t * sum - halvings * LN2
}

/** Random bit errors at a rate per bit: knows the next one in advance, so that the bits in between cost nothing. */
export class Noise {
  /** Number of the next wrong bit; Infinity when there is none. */
  next = Infinity
  private rate = 0
  private readonly dice: Prng

  constructor(dice: Prng) {
    this.dice = dice
  }

  /** `rate` errors per bit, 0–1, from bit `from` on. */
  set(rate: number, from: number): void {
    this.rate = rate
    this.next = rate > 0 ? from + this.gap() : Infinity
  }

  /** Bit `bit` is over. */
  pass(bit: number): void {
    if (this.next <= bit) this.next = bit + 1 + this.gap()
  }

  /** Good bits before the next wrong one: geometric. */
  private gap(): number {
    if (this.rate >= 1) return 0
    return Math.floor(ln(1 - this.dice.next()) / ln(1 - this.rate))
  }
}
