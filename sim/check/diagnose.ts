import { actingOf, type CopperModel, copperModel, type Place } from './copper.ts'
import type { ReadingErrors } from './currents.ts'
import { type Baseline, priorOf } from './baseline.ts'
import { type Candidate, type Course, describedPrior, type Estimate, estimate, log, type Prior, type Taken } from './estimate.ts'
import { Blocks } from './blocks.ts'
import { Readings } from './readings.ts'
import type { CopperTopology } from '../power/index.ts'

/** A bad contact that was found. */
export interface Finding {
  /** What it is: one cable, or those that carry the same current. */
  readonly cables: readonly string[]
  /** Cables that explain it nearly as well, and are therefore not excluded. */
  readonly orElse: readonly string[]
  readonly course: Course
  readonly added_Ohm: number
  readonly deviation_Ohm: number
  /** It adds that much at least, with two deviations: in a ring there may be no more to say, as the current goes the other way. */
  readonly least_Ohm: number
  readonly nominal_Ohm: number
  /** Chance that it is there, 0…1. */
  readonly sure: number
  /** By block of equal length, 0…1: when it was bad. */
  readonly pattern: readonly number[]
}

/** What is known of one place. */
export interface PlaceState {
  readonly cables: readonly string[]
  readonly nominal_Ohm: number
  readonly state: 'good' | 'bad' | 'notExcited'
  /** Against the description, or what was learned of the car. */
  readonly added_Ohm: number
  /** How well these readings tell it, rms. */
  readonly resolution_Ohm: number
}

/** Hubs that are silent while others talk, and what separates them all and nobody else. */
export interface Break {
  readonly hubs: readonly string[]
  readonly cables: readonly string[]
}

export interface Diagnosis {
  readonly duration_s: number
  readonly readings: number
  /** Mean square of the errors of readings against what sensors are taken to have: about 1. */
  readonly misfit: number
  readonly findings: readonly Finding[]
  readonly breaks: readonly Break[]
  readonly places: readonly PlaceState[]
  /** What was learned of this car: its baseline. */
  readonly learned: Prior
}

/** Errors that the sensors of an unknown car are taken to have. */
const USUAL_ERRORS: ReadingErrors = { volt_V: 0.02, port_A: 0.12, offset_V: 0.06, gain: 0.012 }

/** A place is named when a bad contact there explains the readings so much better than none. */
const NAMED = 12
/** And others are left out when they explain them so much worse. */
const EXCLUDED = 4
/** Less is within what contacts and copper differ by, Ω. */
const LEAST_OHM = 0.008
/** And before the first tap within what a battery loses in seconds, Ω. */
const LEAST_FIRST_OHM = 0.015
/** Chance that any one place is bad, before anything is measured. */
const CHANCE = 1e-3
const MOST_FINDINGS = 3
/** What a large one leaves when it was bad a little otherwise than its course says is no second one: share of its evidence. */
const SHADOW = 0.02
/** Share of the current that still comes through, when a contact in a ring is as good as open. */
const LEAST_THROUGH = 0.02
/** A place carried enough when a bad contact of 30 mΩ there would be named. */
const SEEN_OHM = 0.03

/** Looks for bad contacts in what was read of a car. */
export class Check {
  readonly model: CopperModel
  readonly readings: Readings
  private readonly errors: ReadingErrors

  /** Throws `DataError` when the topology is not right. */
  constructor(topology: CopperTopology, errors: ReadingErrors = USUAL_ERRORS) {
    this.model = copperModel(topology)
    this.readings = new Readings(topology.hubs)
    this.errors = errors
  }

  /** What the readings so far say; `baseline`: what was learned of this car before. */
  diagnoseWith(baseline: Baseline | undefined): Diagnosis {
    const described = describedPrior(this.model, this.errors)
    return this.diagnose(baseline === undefined ? described : priorOf(this.model, baseline, described))
  }

  private diagnose(prior: Prior): Diagnosis {
    const { readings, model, errors } = this
    const runs = readings.volts.length > 0 && readings.duration_s > 0
    const found: Candidate[] = []
    const blocks = runs ? new Blocks(readings, model, errors) : undefined
    const run = (taken: readonly Taken[]): Estimate => estimate(blocks!, model, prior, taken)
    const first = runs ? run([]) : undefined
    let last = first
    while (last !== undefined && found.length < MOST_FINDINGS) {
      const next = last.candidates.find(one => this.isNamed(one, found) && !found.some(other => other.place === one.place))
      if (next === undefined) break
      found.push(next)
      // What seemed to be the first fault may have been two others: each is looked for anew among the rest.
      if (found.length > 1) this.reconsider(found, run)
      // And one that the others explain is none.
      this.prune(found, run)
      last = run(found)
      if (!found.some(one => one.place === next.place)) break
    }
    return {
      duration_s: runs ? readings.duration_s : 0, readings: last?.readings ?? 0, misfit: last?.misfit ?? 0,
      findings: last === undefined ? [] : found.map((one, i) =>
        this.finding(one, last, i, found.length === 1 ? first! : run(found.filter(other => other !== one)))),
      breaks: breaksOf(model, readings),
      places: model.places.map((place, i) => this.stateOf(i, place, first, found)),
      learned: last?.posterior ?? prior,
    }
  }

  private isNamed({ evidence, added_Ohm, place }: Candidate, others: readonly Candidate[]): boolean {
    return evidence > Math.max(NAMED, ...others.map(other => SHADOW * other.evidence)) && added_Ohm > leastOf(this.model.places[place]!)
  }

  private reconsider(found: Candidate[], run: (taken: readonly Taken[]) => Estimate): void {
    for (let i = 0; i < found.length - 1; i++) {
      const others = found.filter((_, at) => at !== i)
      const best = run(others).candidates.find(one => !others.some(other => other.place === one.place))
      if (best !== undefined && this.isNamed(best, others)) found[i] = best
    }
  }

  private prune(found: Candidate[], run: (taken: readonly Taken[]) => Estimate): void {
    for (let i = 0; i < found.length; i++) {
      const others = found.filter((_, at) => at !== i)
      const again = run(others).candidates.find(one => one.place === found[i]!.place)!
      if (this.isNamed(again, others)) found[i] = again
      else found.splice(i--, 1)
    }
  }

  private finding(candidate: Candidate, all: Estimate, index: number, without: Estimate): Finding {
    const { model } = this
    const place = model.places[candidate.place]!
    const best = without.candidates.find(one => one.place === candidate.place)!.evidence
    const rivals = without.candidates.filter(one => one.place !== candidate.place && one.added_Ohm > leastOf(model.places[one.place]!) / 2)
    let others = exp(-best - log(CHANCE))
    for (const rival of rivals) others += exp(rival.evidence - best)
    const { added_Ohm, deviation_Ohm } = all.taken[index]!
    // In a ring the current goes the other way: what acts on the hubs is less than what is there.
    const there = (acts_Ohm: number): number => acts_Ohm / Math.max(LEAST_THROUGH, 1 - acts_Ohm * place.loop_S)
    const through = Math.max(LEAST_THROUGH, 1 - added_Ohm * place.loop_S)
    return {
      cables: place.cables, orElse: rivals.filter(one => best - one.evidence < EXCLUDED).flatMap(one => model.places[one.place]!.cables),
      course: candidate.course, added_Ohm: there(added_Ohm), deviation_Ohm: deviation_Ohm / (through * through),
      least_Ohm: there(Math.max(0, added_Ohm - 2 * deviation_Ohm)),
      nominal_Ohm: place.nominal_Ohm, sure: 1 / (1 + others), pattern: [...candidate.pattern],
    }
  }

  private stateOf(index: number, place: Place, first: Estimate | undefined, found: readonly Candidate[]): PlaceState {
    const { cables, nominal_Ohm } = place
    const resolution_Ohm = first?.resolution_Ohm[index] ?? Infinity
    const seen = square(actingOf(place, SEEN_OHM) / resolution_Ohm) / 2 > NAMED
    const bad = found.some(one => one.place === index)
    const added_Ohm = first?.candidates.find(one => one.place === index)?.added_Ohm ?? 0
    return { cables, nominal_Ohm, state: bad ? 'bad' : seen ? 'good' : 'notExcited', added_Ohm, resolution_Ohm }
  }
}

/** What is within tolerance at a place, as it acts. */
function leastOf(place: Place): number {
  return actingOf(place, place.first ? LEAST_FIRST_OHM : LEAST_OHM)
}

/** Silent hubs, each set of them with the cables behind which they all are, and nobody else. */
function breaksOf({ hubs, places }: CopperModel, readings: Readings): Break[] {
  let lost = readings.lost()
  const breaks: Break[] = []
  while (lost.length > 0 && lost.length < hubs.length) {
    const behind = places.map(place => hubs.map((_, hub) => hub).filter(hub => Math.abs(place.share[hub]!) > 0.999))
    const sets = behind.filter(set => set.length > 0 && set.every(hub => lost.includes(hub))).sort((a, b) => b.length - a.length)
    const [most] = sets
    if (most === undefined) {
      breaks.push({ hubs: lost.map(hub => hubs[hub]!), cables: [] })
      break
    }
    breaks.push({
      hubs: most.map(hub => hubs[hub]!),
      cables: places.filter((_, i) => behind[i]!.join() === most.join()).flatMap(place => place.cables),
    })
    lost = lost.filter(hub => !most.includes(hub))
  }
  return breaks
}

function square(value: number): number {
  return value * value
}

/** e to a power, with + − × ÷ alone; 0 far below and Infinity far above. */
function exp(value: number): number {
  if (value < -700) return 0
  if (value > 700) return Infinity
  const halvings = 10
  const x = value / 2 ** halvings
  let term = 1
  let sum = 1
  for (let k = 1; k < 12; k++) {
    term *= x / k
    sum += term
  }
  for (let i = 0; i < halvings; i++) sum *= sum
  return sum
}
