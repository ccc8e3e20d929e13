/**
 * LDLᵀ of a symmetric positive definite matrix of order `n`, in place, row by row in `m` with rows `stride` apart: below
 * the diagonal L (its diagonal of ones is not stored), on it D. The upper triangle is not read.
 */
export function factorLdl(m: Float64Array, n: number, stride: number): void {
  for (let row = 0; row < n; row++) {
    const r = row * stride
    for (let col = 0; col < row; col++) {
      const c = col * stride
      let sum = m[r + col]!
      for (let k = 0; k < col; k++) sum -= m[r + k]! * m[c + k]!
      // Still L·D here; divided by D below, when the row's diagonal needs both.
      m[r + col] = sum!
    }
    let diagonal = m[r + row]!
    for (let k = 0; k < row; k++) {
      const ld = m[r + k]!
      const l = ld / m[k * stride + k]!
      diagonal -= ld * l
      m[r + k] = l
    }
    m[r + row] = diagonal!
  }
}

/** Solves L·D·Lᵀ·x = x, in place, with the factors `factorLdl` left in `m`. */
export function solveLdl(m: Float64Array, n: number, stride: number, x: Float64Array): void {
  for (let row = 0; row < n; row++) {
    let sum = x[row]!
    for (let k = 0; k < row; k++) sum -= m[row * stride + k]! * x[k]!
    x[row] = sum!
  }
  for (let row = n - 1; row >= 0; row--) {
    let sum = x[row]! / m[row * stride + row]!
    for (let k = row + 1; k < n; k++) sum -= m[k * stride + row]! * x[k]!
    x[row] = sum
  }
}
