import type { CopperModel } from './copper.ts'
import { PortCurrent, type ReadingErrors } from './currents.ts'
import { Filter } from './filter.ts'
import type { Readings } from './readings.ts'

/** How a contact is bad over the time that was looked at. */
export type Course = 'steady' | 'intermittent' | 'ageing'

/** A share of a fault by block of time, 0…1: a steady one is 1 in all. */
type Pattern = Float64Array

/** A bad contact that an estimate takes as there is. */
export interface Taken {
  readonly place: number
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

/** The evidence for one more bad contact at a place. */
export interface Candidate {
  readonly place: number
  readonly course: Course
  readonly pattern: Pattern
  /** Natural logarithm of how much better it explains the readings than none. */
  readonly evidence: number
  readonly added_Ohm: number
  readonly deviation_Ohm: number
}

export interface Estimate {
  /** By place, the better first. */
  readonly candidates: readonly Candidate[]
  /** By place: how well a steady bad contact would be known from these readings alone, Ω rms; Infinity: it carried nothing. */
  readonly resolution_Ohm: readonly number[]
  /** By place: of healthy tolerance, mean and variance; with the taken ones, that of what they add. */
  readonly posterior: Prior
  /** Of those taken, Ω. */
  readonly taken: readonly { readonly added_Ohm: number, readonly deviation_Ohm: number }[]
  /** Readings used, and mean square of their errors against what was assumed. */
  readonly readings: number
  readonly misfit: number
}

/** Contacts that are bad add this, rms: what a fault is expected to be before anything is known of it. */
const FAULT_OHM = 0.1
/** What a change from good to bad or back costs, and what another course than a steady one: natural logarithms of chances. */
const CHANGE_COST = 3
const COURSE_COST = 2
/** The common voltage moves by so much within a second, V rms; at first it is anywhere. */
const DRIFT_V_s = 0.04
const ANYWHERE_V = 5
/** What a fault of the copper may be when weights are made for readings whose currents are not sure, Ω. */
const SUSPECTED_OHM = 0.03
/** Readings that are less sure say nothing, V; further off than so many deviations they are counted as being there. */
const LOOSE_V = 0.4
const OUTLIER = 5
/** So many outliers one after the other are a jump of the common voltage: a starter, a regulator. */
const JUMP = 4
const MIDDLE_V = 13
const BOARD_A = 0.06
/** Length of a block, s, and the most there are. */
const BLOCK_s = 5
const MOST_BLOCKS = 24
/** Fewer say nothing of a course. */
const LEAST_BLOCKS = 4

/** What one run over all readings gives. `taken` are bad contacts that are there beside those that are looked for. */
export function estimate(readings: Readings, model: CopperModel, errors: ReadingErrors, prior: Prior, taken: readonly Taken[]): Estimate {
  return new Run(readings, model, errors, prior, taken).result()
}

/** The number of blocks that a time is divided into. */
function blocksOf(readings: Readings): number {
  return Math.max(2, Math.min(MOST_BLOCKS, Math.round(readings.duration_s / BLOCK_s)))
}

/** A car as it is described, with sensors as good as `errors`. */
export function describedPrior(model: CopperModel, errors: ReadingErrors): Prior {
  const hubs = model.hubs.map(() => 0)
  return {
    added_Ohm: model.places.map(() => 0),
    addedVariance: model.places.map(({ nominal_Ohm }) => square(errors.contact_Ohm) + square(errors.copper * nominal_Ohm)),
    offset_V: hubs, offsetVariance: hubs.map(() => square(errors.offset_V)), gain: hubs, gainVariance: hubs.map(() => square(errors.gain)),
  }
}

/** States: the common voltage, then by hub offset and gain, then by place what is added, then the taken. */
class Run {
  private readonly readings: Readings
  private readonly model: CopperModel
  private readonly errors: ReadingErrors
  private readonly taken: readonly Taken[]
  private readonly filter: Filter
  private readonly blocks: number
  private readonly row: Float64Array
  private readonly direct: Float64Array
  private readonly hub_A: Float64Array
  private readonly hubVariance: Float64Array
  private readonly flow_A: Float64Array

  constructor(readings: Readings, model: CopperModel, errors: ReadingErrors, prior: Prior, taken: readonly Taken[]) {
    this.readings = readings
    this.model = model
    this.errors = errors
    this.taken = taken
    const hubs = model.hubs.length
    const places = model.places.length
    this.blocks = blocksOf(readings)
    const variances = new Float64Array(1 + 2 * hubs + places + taken.length)
    variances[0] = square(ANYWHERE_V)
    variances.set(prior.offsetVariance, 1)
    variances.set(prior.gainVariance, 1 + hubs)
    variances.set(prior.addedVariance, 1 + 2 * hubs)
    variances.fill(square(FAULT_OHM), 1 + 2 * hubs + places)
    this.filter = new Filter(variances, places, this.blocks)
    this.filter.mean[0] = MIDDLE_V
    this.filter.mean.set(prior.offset_V, 1)
    this.filter.mean.set(prior.gain, 1 + hubs)
    this.filter.mean.set(prior.added_Ohm, 1 + 2 * hubs)
    this.row = new Float64Array(variances.length)
    this.direct = new Float64Array(this.filter.causes)
    this.hub_A = new Float64Array(hubs)
    this.hubVariance = new Float64Array(hubs)
    this.flow_A = new Float64Array(places)
    this.pass()
  }

  private pass(): void {
    const { readings, filter, errors } = this
    const ports = [...readings.ports.values()].map(port => new PortCurrent(port, errors.port_A))
    const owners = [...readings.ports.values()].map(port => port.hub)
    let last_s = NaN
    let outliers = 0
    for (const { t_s, hub, supply_V } of readings.volts) {
      if (t_s !== last_s) {
        this.currents(t_s, ports, owners)
        if (!Number.isNaN(last_s)) filter.loosen(0, square(DRIFT_V_s) * (t_s - last_s))
        last_s = t_s
      }
      const block = this.blockAt(t_s)
      const noise = square(errors.volt_V) + this.looseness(hub, block)
      if (noise > square(LOOSE_V)) continue
      const value = this.look(hub, block, supply_V)
      let innovation = filter.innovation(value, this.row)
      let spread = filter.spread(this.row, noise)
      const far = innovation * innovation / (OUTLIER * OUTLIER * spread)
      outliers = far > 1 ? outliers + 1 : 0
      if (outliers >= JUMP) {
        filter.loosen(0, innovation * innovation)
        innovation = filter.innovation(value, this.row)
        spread = filter.spread(this.row, noise)
        outliers = 0
      } else if (far > 1) {
        spread = filter.spread(this.row, noise + (far - 1) * spread)
      }
      filter.take(innovation, spread, this.row, this.direct, block)
    }
  }

  /** What flows at an instant. */
  private currents(t_s: number, ports: readonly PortCurrent[], owners: readonly number[]): void {
    const { hub_A, hubVariance, flow_A, model } = this
    hub_A.fill(BOARD_A)
    hubVariance.fill(0)
    for (let i = 0; i < ports.length; i++) {
      const port = ports[i]!
      port.at(t_s)
      hub_A[owners[i]!]! += port.current_A
      hubVariance[owners[i]!]! += port.variance
    }
    model.places.forEach(({ share }, place) => {
      let sum_A = 0
      for (let hub = 0; hub < hub_A.length; hub++) sum_A += share[hub]! * hub_A[hub]!
      flow_A[place] = sum_A
    })
  }

  /** Variance of a hub's voltage by that of the currents. */
  private looseness(hub: number, at: number): number {
    const { model: { transfer_Ohm, places }, hubVariance, taken, filter } = this
    const hubs = hubVariance.length
    let sum = 0
    for (let other = 0; other < hubs; other++) {
      const shared = places.some(({ share, first }) => !first && share[hub]! * share[other]! !== 0)
      let ohm = transfer_Ohm[hub * hubs + other]! + (shared ? SUSPECTED_OHM : 0)
      for (let i = 0; i < taken.length; i++) {
        const { place, pattern } = taken[i]!
        const { share } = places[place]!
        ohm += share[hub]! * share[other]! * pattern[at]! * Math.max(0, filter.mean[1 + 2 * hubs + places.length + i]!)
      }
      sum += ohm * ohm * hubVariance[other]!
    }
    return sum
  }

  /** Fills the rows for a reading; returns it less what the described copper loses. */
  private look(hub: number, at: number, supply_V: number): number {
    const { model: { transfer_Ohm, places }, hub_A, flow_A, row, direct, taken, filter } = this
    const hubs = hub_A.length
    let lost_V = 0
    for (let other = 0; other < hubs; other++) lost_V += transfer_Ohm[hub * hubs + other]! * hub_A[other]!
    row.fill(0)
    direct.fill(0)
    row[0] = 1
    row[1 + hub] = 1
    for (let place = 0; place < places.length; place++) {
      const acts_A = -places[place]!.share[hub]! * flow_A[place]!
      row[1 + 2 * hubs + place] = acts_A
      direct[place] = acts_A
      direct[places.length * (1 + at) + place] = acts_A
    }
    taken.forEach(({ place, pattern }, i) => {
      row[1 + 2 * hubs + places.length + i] = -places[place]!.share[hub]! * flow_A[place]! * pattern[at]!
    })
    // By what is expected, not by the reading: its noise would look like a gain.
    let expected_V = -lost_V
    for (let i = 0; i < row.length; i++) expected_V += row[i]! * filter.mean[i]!
    row[1 + hubs + hub] = expected_V - MIDDLE_V
    return supply_V + lost_V
  }

  private blockAt(t_s: number): number {
    const { begin_s, duration_s } = this.readings
    return Math.min(this.blocks - 1, Math.floor((t_s - begin_s) / duration_s * this.blocks))
  }

  result(): Estimate {
    const { filter, model, taken } = this
    const hubs = model.hubs.length
    const places = model.places.length
    const variance = (state: number): number => filter.covariance[state * filter.states + state]!
    const from = (start: number, count: number): number[] => Array.from(filter.mean.subarray(start, start + count))
    const variances = (start: number, count: number): number[] => Array.from({ length: count }, (_, i) => variance(start + i))
    const first = 1 + 2 * hubs + places
    return {
      candidates: model.places.map((_, place) => this.candidate(place)).sort((a, b) => b.evidence - a.evidence),
      resolution_Ohm: model.places.map((_, place) => 1 / Math.sqrt(filter.information[place * filter.causes + place]!)),
      posterior: {
        offset_V: from(1, hubs), offsetVariance: variances(1, hubs), gain: from(1 + hubs, hubs), gainVariance: variances(1 + hubs, hubs),
        added_Ohm: from(1 + 2 * hubs, places), addedVariance: variances(1 + 2 * hubs, places),
      },
      taken: taken.map((_, i) => ({ added_Ohm: filter.mean[first + i]!, deviation_Ohm: Math.sqrt(variance(first + i)) })),
      readings: filter.count, misfit: filter.squares / Math.max(1, filter.count),
    }
  }

  /** The course that explains most at a place. */
  private candidate(place: number): Candidate {
    const { filter, blocks, model } = this
    const { causes, information, evidence } = filter
    const places = model.places.length
    const of = (block: number): number => places * (1 + block) + place
    const weigh = (pattern: Pattern): { evidence: number, added_Ohm: number, deviation_Ohm: number } => {
      let b = 0
      let a = 0
      for (let i = 0; i < blocks; i++) {
        b += pattern[i]! * evidence[of(i)]!
        for (let k = 0; k < blocks; k++) a += pattern[i]! * pattern[k]! * information[of(i) * causes + of(k)]!
      }
      const precision = a + 1 / square(FAULT_OHM)
      const added_Ohm = b / precision
      // A contact never gets better than good: a negative one explains nothing.
      const gained = added_Ohm > 0 ? b * b / precision / 2 : 0
      return { evidence: gained - log(precision * square(FAULT_OHM)) / 2, added_Ohm, deviation_Ohm: Math.sqrt(1 / precision) }
    }
    const steady = new Float64Array(blocks).fill(1)
    let best: Candidate = { place, course: 'steady', pattern: steady, ...weigh(steady) }
    // In a moment nothing grows and nothing comes and goes.
    if (blocks < LEAST_BLOCKS) return best
    const ramp = Float64Array.from({ length: blocks }, (_, i) => (i + 0.5) / blocks)
    const ageing = weigh(ramp)
    if (ageing.evidence - COURSE_COST > best.evidence) {
      best = { place, course: 'ageing', pattern: ramp, ...ageing, evidence: ageing.evidence - COURSE_COST }
    }
    const pattern = flip(steady, one => weigh(one).evidence - COURSE_COST - CHANGE_COST * changes(one))
    if (changes(pattern) > 0) {
      const weighed = weigh(pattern)
      const cost = COURSE_COST + CHANGE_COST * changes(pattern)
      if (weighed.evidence - cost > best.evidence) best = { place, course: 'intermittent', pattern, ...weighed, evidence: weighed.evidence - cost }
    }
    return best
  }
}

/** Turns blocks, one or a run of them, while that gains. */
function flip(start: Pattern, gain: (pattern: Pattern) => number): Pattern {
  const blocks = start.length
  let best = start
  let most = gain(best)
  const tryAll = (from: Pattern, longest: number): boolean => {
    let better = false
    for (let begin = 0; begin < blocks; begin++) {
      for (let end = begin; end < Math.min(blocks, begin + longest); end++) {
        const other = from.slice()
        for (let i = begin; i <= end; i++) other[i] = 1 - other[i]!
        const gained = gain(other)
        if (gained <= most + 1e-9) continue
        most = gained
        best = other
        better = true
      }
    }
    return better
  }
  // From all bad and from all good: one run first, then whatever helps.
  tryAll(new Float64Array(blocks), blocks)
  for (let round = 0; round < 4; round++) if (!tryAll(best, 3)) break
  return best
}

function changes(pattern: Pattern): number {
  let count = 0
  for (let i = 1; i < pattern.length; i++) if (pattern[i] !== pattern[i - 1]) count++
  return count
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
