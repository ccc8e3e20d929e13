/** `value` if it is in the range; else throws a RangeError that names value, range and unit (which may be ''). */
export function inRange(what: string, value: number, lowest: number, highest: number, unit: string): number {
  if (value >= lowest && value <= highest) return value
  const space = unit === '' ? '' : ' '
  throw new RangeError(`${what} ${value}${space}${unit} is not in ${lowest}…${highest}${space}${unit}`)
}
