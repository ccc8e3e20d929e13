/**
 * The nearest whole number, a half upwards, on every engine alike. `Math.round` is not: Espruino's takes −2.5 to −3 (ECMA-262
 * 21.3.2.28 wants −2), and the largest number below a half to 1.
 */
export function rounded(value: number): number {
  return Math.floor(value + 0.5)
}
