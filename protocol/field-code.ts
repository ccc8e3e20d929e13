/**
 * The rare cases of the generated codecs: values that have no code of their own. A physical field's top code says "not
 * available" (NaN), the one below it "out of range" (Infinity), as in SAE J1939-71.
 */

/** Code of a measured value outside `low` … `high` (in raw steps): saturated, or one of the two top codes. */
export function saturated(steps: number, low: number, high: number, notAvailable: number): number {
  if (isNaN(steps)) return notAvailable
  if (steps === Infinity || steps === -Infinity) return notAvailable - 1
  return steps > high ? high : low
}

/** Throws the RangeError of a value that cannot be sent. */
export function refuse(name: string, value: number, limits: string): never {
  throw new RangeError(`${name} = ${value} is outside ${limits}`)
}

/** Code of a commanded value that is not within its limits: NaN = it does not matter, everything else throws. */
export function withoutValue(value: number, notAvailable: number, name: string, limits: string): number {
  if (!isNaN(value)) refuse(name, value, limits)
  return notAvailable
}

/** What a code above the values says. */
export function noValue(raw: number, notAvailable: number): number {
  return raw === notAvailable ? NaN : Infinity
}
