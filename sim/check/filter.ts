/**
 * A Kalman filter of constants seen through scalar measurements, and beside it the traces that added causes would leave in it: what
 * each unit of a cause does to the states and to the innovations (Willsky and Jones, generalised likelihood ratio). One run answers
 * for all causes at once: `information` and `evidence` are the normal equations of their sizes, all else marginalised.
 */
export class Filter {
  readonly states: number
  readonly causes: number
  readonly mean: Float64Array
  /** [state · states + other]. */
  readonly covariance: Float64Array
  /** [cause · causes + other], and by cause. Beyond the first `places` only between causes of the same place. */
  readonly information: Float64Array
  readonly evidence: Float64Array
  /** Measurements taken. */
  count = 0
  /** Sum of the squares of the innovations in units of their deviation: about `count` when the errors are as taken. */
  squares = 0
  private readonly traces: Float64Array
  private readonly gain: Float64Array
  private readonly shown: Float64Array
  private readonly places: number

  /** Causes are those of all `places` at all times, then those of all places in the first block of time, in the second, and so on. */
  constructor(variances: Float64Array, places: number, blocks: number) {
    this.states = variances.length
    this.causes = places * (1 + blocks)
    this.places = places
    this.mean = new Float64Array(this.states)
    this.covariance = new Float64Array(this.states * this.states)
    for (let i = 0; i < this.states; i++) this.covariance[i * this.states + i] = variances[i]!
    this.information = new Float64Array(this.causes * this.causes)
    this.evidence = new Float64Array(this.causes)
    this.traces = new Float64Array(this.states * this.causes)
    this.gain = new Float64Array(this.states)
    this.shown = new Float64Array(this.causes)
  }

  /** A state may have moved by so much since, variance. */
  loosen(state: number, variance: number): void {
    this.covariance[state * this.states + state]! += variance
  }

  /** What would be measured less what `row` of the states explains; and the variance of that, without noise. */
  innovation(value: number, row: Float64Array): number {
    let predicted = 0
    for (let i = 0; i < this.states; i++) predicted += row[i]! * this.mean[i]!
    return value - predicted
  }

  /** Prepares the gain for `row`; returns the variance of the innovation. */
  spread(row: Float64Array, noise: number): number {
    const { states, covariance, gain } = this
    let spread = noise
    for (let i = 0; i < states; i++) {
      let sum = 0
      const at = i * states
      for (let k = 0; k < states; k++) sum += covariance[at + k]! * row[k]!
      gain[i] = sum
      spread += row[i]! * sum
    }
    return spread
  }

  /** Takes a measurement of a block, for which `spread` was just called. `direct`: what a unit of each cause adds to it. */
  take(innovation: number, spread: number, row: Float64Array, direct: Float64Array, block: number): void {
    const { states, causes, gain, mean, covariance } = this
    const active = this.places * (2 + block)
    this.count++
    this.squares += innovation * innovation / spread
    this.trace(innovation, spread, row, direct, active)
    for (let i = 0; i < states; i++) {
      const share = gain[i]! / spread
      mean[i]! += share * innovation
      for (let k = 0, at = i * states; k < states; k++, at++) covariance[at]! -= share * gain[k]!
    }
    const { traces, shown } = this
    for (let i = 0; i < states; i++) {
      const share = gain[i]! / spread
      for (let c = 0, at = i * causes; c < active; c++, at++) traces[at]! += share * shown[c]!
    }
  }

  private trace(innovation: number, spread: number, row: Float64Array, direct: Float64Array, active: number): void {
    const { states, causes, traces, shown, information, evidence, places } = this
    for (let c = 0; c < active; c++) shown[c] = direct[c]!
    for (let i = 0; i < states; i++) {
      const weight = row[i]!
      if (weight === 0) continue
      for (let c = 0, at = i * causes; c < active; c++, at++) shown[c]! -= weight * traces[at]!
    }
    for (let c = 0; c < active; c++) {
      const weight = shown[c]! / spread
      evidence[c]! += weight * innovation
      const row = c * causes
      if (c < places) for (let d = 0; d < places; d++) information[row + d]! += weight * shown[d]!
      else for (let d = places + c % places; d < active; d += places) information[row + d]! += weight * shown[d]!
    }
  }
}
