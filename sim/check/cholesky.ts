/** A positive definite matrix as L · Lᵀ. */
export class Cholesky {
  readonly size: number
  private readonly lower: Float64Array

  /** `at` gives the elements of the lower half. */
  constructor(size: number, at: (row: number, column: number) => number) {
    this.size = size
    const lower = new Float64Array(size * size)
    for (let i = 0; i < size; i++) {
      for (let k = 0; k <= i; k++) {
        let sum = at(i, k)
        for (let j = 0; j < k; j++) sum -= lower[i * size + j]! * lower[k * size + j]!
        // Rounding may leave a little less than nothing where nothing is known.
        lower[i * size + k] = i === k ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / lower[k * size + k]!
      }
    }
    this.lower = lower
  }

  /** L⁻¹ · vector, in place. */
  forward(vector: Float64Array): void {
    const { lower, size } = this
    for (let i = 0; i < size; i++) {
      let sum = vector[i]!
      for (let k = 0, at = i * size; k < i; k++, at++) sum -= lower[at]! * vector[k]!
      vector[i] = sum / lower[i * size + i]!
    }
  }

  /** The inverse · vector, in place. */
  solve(vector: Float64Array): void {
    const { lower, size } = this
    this.forward(vector)
    for (let i = size - 1; i >= 0; i--) {
      let sum = vector[i]!
      for (let k = i + 1; k < size; k++) sum -= lower[k * size + i]! * vector[k]!
      vector[i] = sum / lower[i * size + i]!
    }
  }

  /** Diagonal of the inverse. */
  variances(): Float64Array {
    const { size } = this
    const result = new Float64Array(size)
    const unit = new Float64Array(size)
    for (let i = 0; i < size; i++) {
      unit.fill(0)
      unit[i] = 1
      this.forward(unit)
      for (let k = i; k < size; k++) result[i]! += unit[k]! * unit[k]!
    }
    return result
  }
}

/** Sum of the products of two vectors of the same length. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
