import { actingOf, type CopperModel } from './copper.ts'
import type { ReadingErrors } from './currents.ts'
import { type Blocks, LEAST_BLOCKS, SOURCE_OHM } from './blocks.ts'
import { Cholesky, dot } from './cholesky.ts'

/** How a contact is bad over the time that was looked at. */
export type Course = 'steady' | 'intermittent' | 'ageing'

/** A share of a fault by block of time, 0…1: a steady one is 1 in all. */
type Pattern = Float64Array

/** A bad contact that an estimate takes as there is. */
export interface Taken {
  /** How it acts, by the model's. */
  readonly signature: number
  readonly pattern: Pattern
}

/** What is known of a car before: means and variances of its places and sensors. */
export interface Prior {
  readonly added_Ohm: readonly number[]
  readonly addedVariance: readonly number[]
  readonly offset_V: readonly number[]
  readonly offsetVariance: readonly number[]
  readonly gain: readonly number[]
  readonly gainVariance: readonly number[]
}

/** What a bad contact adds. */
export interface Size {
  readonly added_Ohm: number
  readonly deviation_Ohm: number
  /** Of the readings alone, 1/Ω². */
  readonly information: number
}

/** The evidence for one more bad contact at a place. */
export interface Candidate extends Size {
  readonly place: number
  readonly signature: number
  readonly course: Course
  readonly pattern: Pattern
  /** Nothing is left of the evidence without one of the blocks: a glitch, as an inrush that nobody told in time. */
  readonly once: boolean
  /** Natural logarithm of how much better it explains the readings than none. */
  readonly evidence: number
}

export interface Estimate {
  /** By place, the better first. */
  readonly candidates: readonly Candidate[]
  /** By place: how well a steady bad contact would be known from these readings alone, Ω rms; Infinity: it carried nothing. */
  readonly resolution_Ohm: readonly number[]
  /** By place: what it adds, were that the same all the time. */
  readonly steady_Ohm: readonly number[]
  /** By place: of healthy tolerance, mean and variance; with the taken ones, that of what they add. */
  readonly posterior: Prior
  readonly taken: readonly Size[]
  /** Readings used, and mean square of their errors against what was assumed. */
  readonly readings: number
  readonly misfit: number
}

/** Chance that any one place is bad, before anything is measured. */
export const CHANCE = 1e-3
/** Contacts that are bad add this, rms: what a fault is expected to be before anything is known of it. */
export const FAULT_OHM = 0.1
/** What a change from good to bad or back costs, and what another course than a steady one: natural logarithms of chances. */
const CHANGE_COST = 3
const COURSE_COST = 2
/** Of a block in which a contact changed. */
const SHARES = [0.2, 0.4, 0.6, 0.8] as const

/** What the readings say when the `taken` are bad contacts that are there, beside those that are looked for. */
export function estimate(blocks: Blocks, model: CopperModel, prior: Prior, taken: readonly Taken[]): Estimate {
  return new Run(blocks, model, prior, taken).result()
}

/** Of those taken alone: what each adds. */
export function sizesOf(blocks: Blocks, model: CopperModel, prior: Prior, taken: readonly Taken[]): readonly Size[] {
  return new Run(blocks, model, prior, taken).sizes()
}

/** A car as it is described, with sensors as good as `errors`. */
export function describedPrior(model: CopperModel, errors: ReadingErrors): Prior {
  const hubs = model.hubs.map(() => 0)
  return {
    added_Ohm: model.places.map(() => 0),
    addedVariance: model.places.map(({ spread_Ohm }) => square(spread_Ohm)),
    offset_V: hubs, offsetVariance: hubs.map(() => square(errors.offset_V)), gain: hubs, gainVariance: hubs.map(() => square(errors.gain)),
  }
}

/** States: by hub offset and gain, then by place what is added, what the source has, then the taken. */
class Run {
  private readonly blocks: Blocks
  private readonly model: CopperModel
  private readonly taken: readonly Taken[]
  /** By signature: what a fault is expected to act like. */
  private readonly faults_Ohm: readonly number[]
  /** By place: natural logarithm of how much less likely it is than a single bad contact. */
  private readonly costs: readonly number[]
  private readonly states: number
  private readonly mean: Float64Array
  private readonly posterior: Cholesky

  constructor(blocks: Blocks, model: CopperModel, prior: Prior, taken: readonly Taken[]) {
    const { columns, stride } = blocks
    this.blocks = blocks
    this.model = model
    this.faults_Ohm = model.signatures.map(signature => actingOf(signature, FAULT_OHM))
    this.costs = model.places.map(({ both }) => both ? -log(CHANCE) : 0)
    this.taken = taken
    const base = columns - 1
    const states = base + taken.length
    this.states = states
    const variances = [
      ...prior.offsetVariance, ...prior.gainVariance, ...prior.addedVariance, square(SOURCE_OHM.deviation),
      ...taken.map(({ signature }) => square(this.faults_Ohm[signature]!)),
    ]
    const means = [...prior.offset_V, ...prior.gain, ...prior.added_Ohm, SOURCE_OHM.mean, ...taken.map(() => 0)]
    const information = new Float64Array(states * states)
    this.mean = Float64Array.from(means, (mean, i) => mean / variances[i]!)
    blocks.matrices.forEach((matrix, block) => {
      for (let i = 0; i < states; i++) {
        const weight = this.weightOf(i, block)
        if (weight === 0) continue
        const row = this.columnOf(i) * stride
        this.mean[i]! += weight * matrix[row + base]!
        for (let k = 0; k <= i; k++) information[i * states + k]! += weight * this.weightOf(k, block) * matrix[row + this.columnOf(k)]!
      }
    })
    this.posterior = new Cholesky(states, (i, k) => information[i * states + k]! + (i === k ? 1 / variances[i]! : 0))
    this.posterior.solve(this.mean)
  }

  /** The column of a state: a taken one has that of its signature, in the blocks in which it is bad. */
  private columnOf(state: number): number {
    const { blocks, taken } = this
    return state < blocks.columns - 1 ? state : blocks.columnOf(taken[state - blocks.columns + 1]!.signature)
  }

  private weightOf(state: number, block: number): number {
    return state < this.blocks.columns - 1 ? 1 : this.taken[state - this.blocks.columns + 1]!.pattern[block]!
  }

  result(): Estimate {
    const { blocks: { hubs, places, readings }, mean } = this
    const all = this.posterior.variances()
    const from = (start: number, count: number): number[] => Array.from(mean.subarray(start, start + count))
    const variances = (start: number, count: number): number[] => Array.from(all.subarray(start, start + count))
    const looked = this.model.signatures.map((_, signature) => this.look(signature))
    const candidates = looked.map(({ candidate }) => candidate)
    const bests = Array.from({ length: places }, (_, place) =>
      candidates.filter(one => one.place === place).reduce((best, one) => one.evidence > best.evidence ? one : best))
    return {
      candidates: bests.sort((a, b) => b.evidence - a.evidence),
      resolution_Ohm: looked.slice(0, places).map(({ resolution_Ohm }) => resolution_Ohm),
      steady_Ohm: looked.slice(0, places).map(({ steady_Ohm }) => steady_Ohm),
      posterior: {
        offset_V: from(0, hubs), offsetVariance: variances(0, hubs), gain: from(hubs, hubs), gainVariance: variances(hubs, hubs),
        added_Ohm: from(2 * hubs, places), addedVariance: variances(2 * hubs, places),
      },
      taken: this.sizes(all), readings, misfit: this.misfit(),
    }
  }

  sizes(variances = this.posterior.variances()): Size[] {
    return this.taken.map(({ signature }, i) => {
      const at = this.blocks.columns - 1 + i
      const variance = variances[at]!
      return {
        added_Ohm: this.mean[at]!, deviation_Ohm: Math.sqrt(variance),
        information: Math.max(0, 1 / variance - 1 / square(this.faults_Ohm[signature]!)),
      }
    })
  }

  /** Mean square of what is left, in units of what was assumed. */
  private misfit(): number {
    const { blocks: { columns, stride, matrices, readings }, mean, states } = this
    const base = columns - 1
    let sum = 0
    matrices.forEach((matrix, block) => {
      const error = new Float64Array(stride)
      error[base] = 1
      for (let i = 0; i < states; i++) error[this.columnOf(i)]! -= this.weightOf(i, block) * mean[i]!
      for (let i = 0; i < stride; i++) {
        if (error[i] === 0) continue
        for (let k = 0; k < stride; k++) sum += error[i]! * error[k]! * matrix[i * stride + k]!
      }
    })
    return sum / Math.max(1, readings)
  }

  /** The course that explains most by a signature: the sizes by block as normal equations, all else marginalised. */
  private look(signature: number): { candidate: Candidate, resolution_Ohm: number, steady_Ohm: number } {
    const { blocks: { columns, stride, matrices, count }, states, mean, posterior } = this
    const column = this.blocks.columnOf(signature)
    const information = new Float64Array(count * count)
    const evidence = new Float64Array(count)
    const shown: Float64Array[] = []
    for (let block = 0; block < count; block++) {
      const matrix = matrices[block]!
      const row = column * stride
      const seen = Float64Array.from({ length: states }, (_, i) => this.weightOf(i, block) * matrix[row + this.columnOf(i)]!)
      evidence[block] = matrix[row + columns - 1]! - dot(seen, mean)
      posterior.forward(seen)
      shown.push(seen)
      for (let other = 0; other <= block; other++) {
        const both = (other === block ? matrix[row + column]! : 0) - dot(seen, shown[other]!)
        information[block * count + other] = both
        information[other * count + block] = both
      }
    }
    const { place } = this.model.signatures[signature]!
    const sizes = new Sizes(information, evidence, this.faults_Ohm[signature]!)
    const steady = sizes.weigh(new Float64Array(count).fill(1))
    const best = sizes.best()
    const candidate = { ...best, place, signature, evidence: best.evidence - this.costs[place]! }
    return { candidate, resolution_Ohm: 1 / Math.sqrt(Math.max(0, steady.information)), steady_Ohm: steady.added_Ohm }
  }
}

/** What is known of one place's resistance, by block. */
class Sizes {
  private readonly information: Float64Array
  private readonly evidence: Float64Array
  private readonly count: number
  private readonly fault_Ohm: number

  constructor(information: Float64Array, evidence: Float64Array, fault_Ohm: number) {
    this.fault_Ohm = fault_Ohm
    this.information = information
    this.evidence = evidence
    this.count = evidence.length
  }

  weigh(pattern: Pattern): Weighed {
    const { information, evidence, count } = this
    let b = 0
    let a = 0
    for (let i = 0; i < count; i++) {
      if (pattern[i] === 0) continue
      b += pattern[i]! * evidence[i]!
      for (let k = 0; k < count; k++) a += pattern[i]! * pattern[k]! * information[i * count + k]!
    }
    return weighed(a, b, this.fault_Ohm)
  }

  best(): Omit<Candidate, 'place' | 'signature'> {
    const { count } = this
    const steady = new Float64Array(count).fill(1)
    let best: ReturnType<Sizes['best']> = { course: 'steady', pattern: steady, once: false, ...this.weigh(steady) }
    // In a moment nothing grows and nothing comes and goes.
    if (count < LEAST_BLOCKS) return best
    const consider = (course: Course, pattern: Pattern, cost: number): void => {
      const found = this.weigh(pattern)
      if (found.evidence - cost > best.evidence) best = { course, pattern, once: false, ...found, evidence: found.evidence - cost }
    }
    consider('ageing', Float64Array.from({ length: count }, (_, i) => (i + 0.5) / count), COURSE_COST)
    const pattern = this.search()
    const cost = COURSE_COST + CHANGE_COST * changes(pattern)
    if (changes(pattern) > 0) consider('intermittent', this.shaded(pattern), cost)
    return best.course === 'intermittent' ? { ...best, once: this.weakest(best.pattern) < cost } : best
  }

  /** The evidence that is left when nothing is believed of the block that speaks most for a pattern: there it may add anything. */
  private weakest(pattern: Pattern): number {
    const { information, evidence, count, fault_Ohm } = this
    const row = Float64Array.from(pattern, (_, i) => dot(information.subarray(i * count, (i + 1) * count), pattern))
    const a = dot(row, pattern)
    const b = dot(evidence, pattern)
    let least = Infinity
    pattern.forEach((share, i) => {
      if (share === 0) return
      const own = information[i * count + i]!
      const beside = (row[i]! - share * own) / (Math.max(0, own) + 1 / square(fault_Ohm))
      const rest = a - 2 * share * row[i]! + share * share * own - beside * (row[i]! - share * own)
      least = Math.min(least, weighed(rest, b - share * evidence[i]! - beside * evidence[i]!, fault_Ohm).evidence)
    })
    return least
  }

  /** The blocks that were bad, from all good; and from what each block says by itself, where that alone explains more. */
  private search(): Pattern {
    const pattern = new Float64Array(this.count)
    const gained = this.flip(pattern)
    const apart = this.apart()
    if (this.weigh(apart).evidence - CHANGE_COST * changes(apart) <= gained) return pattern
    this.flip(apart)
    return apart
  }

  /**
   * The blocks that were bad by a size of its own in each, all else marginalised. What a place adds in all blocks its tolerance and the
   * sensors explain as well, so one run alone says little, and turning one run after the other may get nowhere.
   */
  private apart(): Pattern {
    const { count, information, evidence, fault_Ohm } = this
    const sizes = Float64Array.from(evidence)
    new Cholesky(count, (i, k) => information[i * count + k]! + (i === k ? 1 / square(fault_Ohm) : 0)).solve(sizes)
    const weight = Float64Array.from(sizes, (_, i) => Math.max(0, information[i * count + i]!))
    // The size that explains most when the larger ones are bad and the others good.
    let most = 0
    let bad_Ohm = 0
    let sum = 0
    let seen = 0
    for (const i of [...sizes.keys()].sort((i, k) => sizes[k]! - sizes[i]!)) {
      sum += weight[i]! * sizes[i]!
      seen += weight[i]!
      if (!(sum > 0) || sum * sum <= most * seen) continue
      most = sum * sum / seen
      bad_Ohm = sum / seen
    }
    // The course of least cost with that size (Viterbi).
    const from = new Uint8Array(2 * count)
    let cost = [0, 0]
    for (let i = 0; i < count; i++) {
      const before = cost
      cost = [0, 1].map((bad) => {
        const changed = before[1 - bad]! + CHANGE_COST < before[bad]!
        from[2 * i + bad] = changed ? 1 - bad : bad
        return (changed ? before[1 - bad]! + CHANGE_COST : before[bad]!) + weight[i]! * square(sizes[i]! - bad * bad_Ohm) / 2
      })
    }
    const pattern = new Float64Array(count)
    for (let i = count - 1, bad = cost[1]! < cost[0]! ? 1 : 0; i >= 0; bad = from[2 * i + bad]!, i--) pattern[i] = bad
    return pattern
  }

  /** Turns whichever run of blocks gains most, until none gains; returns what the pattern explains, less its changes. */
  private flip(pattern: Pattern): number {
    const { count, information, evidence, fault_Ohm } = this
    const row = Float64Array.from(pattern, (_, i) => dot(information.subarray(i * count, (i + 1) * count), pattern))
    /** By the end of a run: what its blocks have among themselves. */
    const among = new Float64Array(count)
    let a = dot(row, pattern)
    let b = dot(evidence, pattern)
    let most = b > 0 ? weighed(a, b, fault_Ohm).evidence - CHANGE_COST * changes(pattern) : -Infinity
    const round = (): boolean => {
      let from = -1
      let to = -1
      const changed = changes(pattern)
      for (let begin = count - 1; begin >= 0; begin--) {
        const first = 1 - 2 * pattern[begin]!
        const own = information[begin * count + begin]!
        let beside = 0
        let outside = 0
        let b2 = b
        for (let end = begin; end < count; end++) {
          const turn = 1 - 2 * pattern[end]!
          if (end > begin) beside += turn * information[begin * count + end]!
          among[end] = (end > begin ? among[end]! : 0) + own + 2 * first * beside
          outside += turn * row[end]!
          b2 += turn * evidence[end]!
          const a2 = a + 2 * outside + among[end]!
          // Without what its size was expected to be, which only lowers it: most are no better even so.
          if (!(b2 > 0) || b2 * b2 / (2 * (Math.max(0, a2) + 1 / square(fault_Ohm))) <= most) continue
          const gained = weighed(a2, b2, fault_Ohm).evidence - CHANGE_COST * (changed + turned(pattern, begin - 1) + turned(pattern, end))
          if (gained <= most + 1e-9) continue
          most = gained
          from = begin
          to = end
        }
      }
      for (let i = from; i >= 0 && i <= to; i++) {
        const turn = 1 - 2 * pattern[i]!
        a += 2 * turn * row[i]! + information[i * count + i]!
        b += turn * evidence[i]!
        pattern[i]! += turn
        for (let k = 0; k < count; k++) row[k]! += turn * information[i * count + k]!
      }
      return from >= 0
    }
    for (let tries = 0; tries < count && round(); tries++);
    return most
  }

  /** It became bad, and good again, somewhere within a block: such a block counts by a share. */
  private shaded(pattern: Pattern): Pattern {
    const edges = [...pattern.keys()].filter(i => [i - 1, i + 1].some(k => k >= 0 && k < this.count && pattern[k] !== pattern[i]))
    let most = this.weigh(pattern).evidence
    for (const i of edges) {
      let best = pattern[i]!
      for (const share of SHARES) {
        pattern[i] = share
        const { evidence } = this.weigh(pattern)
        if (evidence <= most) continue
        most = evidence
        best = share
      }
      pattern[i] = best
    }
    return pattern
  }
}

interface Weighed extends Size { readonly evidence: number }

/** By the information on a size and what speaks for it. */
function weighed(information: number, b: number, fault_Ohm: number): Weighed {
  const precision = Math.max(0, information) + 1 / square(fault_Ohm)
  const added_Ohm = b / precision
  // A contact never gets better than good: a negative one explains nothing.
  const gained = added_Ohm > 0 ? b * b / precision / 2 : 0
  return { information, evidence: gained - log(precision * square(fault_Ohm)) / 2, added_Ohm, deviation_Ohm: Math.sqrt(1 / precision) }
}

/** How often a pattern changes. */
function changes(pattern: Pattern): number {
  let count = 0
  for (let i = 1; i < pattern.length; i++) if (pattern[i] !== pattern[i - 1]) count++
  return count
}

/** How many changes more there are when what is on one side of the end of block `i` is turned. */
function turned(pattern: Pattern, i: number): number {
  return i < 0 || i + 1 >= pattern.length ? 0 : pattern[i] === pattern[i + 1] ? 1 : -1
}

function square(value: number): number {
  return value * value
}

/** Natural logarithm with + − × ÷ alone, to 1e-12: the same on every machine. */
export function log(value: number): number {
  if (!(value > 0)) return value === 0 ? -Infinity : NaN
  let twos = 0
  let mantissa = value
  while (mantissa > 1.5) {
    mantissa /= 2
    twos++
  }
  while (mantissa < 0.75) {
    mantissa *= 2
    twos--
  }
  const z = (mantissa - 1) / (mantissa + 1)
  let sum = 0
  for (let k = 0, term = z; k < 30; k++, term *= z * z) sum += term / (2 * k + 1)
  return 2 * sum + twos * 0.6931471805599453
}
