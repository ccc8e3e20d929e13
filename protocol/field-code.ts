/**
 * Field values to raw codes, for the generated codecs. `steps` is the value in raw steps, not rounded yet; the codes of
 * a physical field run from `low` to `high`, `notAvailable` is the top code, "out of range" the one below it.
 */

function refused(name: string, value: number, limits: string): RangeError {
  return new RangeError(`${name} = ${value} is outside ${limits}`)
}

/** A sensor's value: saturates; NaN = not available, an infinite value = out of range. Never throws. */
export function measuredCode(steps: number, low: number, high: number, notAvailable: number): number {
  if (steps >= low && steps <= high) return (steps + 0.5) | 0
  if (steps > high) return steps === Infinity ? notAvailable - 1 : high
  if (steps < low) return steps === -Infinity ? notAvailable - 1 : low
  return notAvailable
}

/** A wish: NaN = does not matter. Throws RangeError when `value` is out of range. */
export function commandedCode(
  value: number, steps: number, low: number, high: number, notAvailable: number, name: string, limits: string,
): number {
  if (steps >= low && steps <= high) return (steps + 0.5) | 0
  if (isNaN(value)) return notAvailable
  throw refused(name, value, limits)
}

/** A whole number from `low` to `high`. Throws RangeError for anything else. */
export function countCode(value: number, low: number, high: number, name: string): number {
  if ((value | 0) === value && value >= low && value <= high) return value
  throw refused(name, value, `the whole numbers ${low}…${high}`)
}

/** Throws the RangeError of a code that an enum does not have. */
export function refuseCode(value: number, name: string, limits: string): never {
  throw refused(name, value, `its codes ${limits}`)
}

/** Physical value of a raw code is `value`; codes above `high`, or below `low`, say "out of range" or "not available". */
export function physicalValue(raw: number, low: number, high: number, notAvailable: number, value: number): number {
  if (raw >= low && raw <= high) return value
  return raw === notAvailable ? NaN : Infinity
}
