/** A function given by its corners: x rising, y between two corners on the straight line, outside as at the nearest end. */
export interface Table {
  readonly x: readonly number[]
  readonly y: readonly number[]
}

/** Value of `table` at `x`. */
export function interpolate(table: Table, x: number): number {
  const last = table.x.length - 1
  if (!(x > table.x[0]!)) return table.y[0]!
  if (x >= table.x[last]!) return table.y[last]!
  let upper = 1
  while (table.x[upper]! <= x) upper++
  const x0 = table.x[upper - 1]!
  const y0 = table.y[upper - 1]!
  return y0 + (table.y[upper]! - y0) * ((x - x0) / (table.x[upper]! - x0))
}
