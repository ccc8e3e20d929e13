import { actingOf, type CopperModel, copperModel, sameCables, warmthOf, withPairs } from './copper.ts'
import type { ReadingErrors } from './currents.ts'
import { type Baseline, priorOf } from './baseline.ts'
import { type Candidate, CHANCE, type Course, describedPrior, type Estimate, estimate, FAULT_OHM, log, type Prior, type Size, sizesOf, type Taken } from './estimate.ts'
import { Blocks } from './blocks.ts'
import { Readings } from './readings.ts'
import type { CopperTopology } from '../power/index.ts'

/** A bad contact that was found. */
export interface Finding {
  /** What it is: one cable, or one of those that carry the same current, or can take each other's place. */
  readonly cables: readonly string[]
  /** Not one of the cables, but all of them. */
  readonly both: boolean
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
  /** `hidden`: whatever it adds, the current goes around it. */
  readonly state: 'good' | 'bad' | 'notExcited' | 'hidden'
  /** Against the description, or what was learned of the car, beside what was found. */
  readonly added_Ohm: number
  /** How well these readings tell it, rms. */
  readonly resolution_Ohm: number
}

/** Hubs that are silent while others talk, and what separates them all and nobody else. */
export interface Break {
  readonly hubs: readonly string[]
  /** None of them was heard at all. */
  readonly never: boolean
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
const USUAL_ERRORS: ReadingErrors = { volt_V: 0.02, port_A: 0.12, portGain: 0.012, offset_V: 0.16, gain: 0.012 }

/** A place is named when a bad contact there explains the readings so much better than none. */
const NAMED = 10
/** And others are left out when they explain them so much worse. */
const EXCLUDED = 4
/** Less is within what contacts and copper differ by, Ω. */
const LEAST_OHM = 0.008
/** And before the first tap within what a battery loses in seconds, Ω. */
const LEAST_FIRST_OHM = 0.015
/** What it takes off is known to so much of it, rms: battery and alternator answer loads on their own. */
const FIRST_KNOWN = 0.15
/** And what acts of one of two spines, as now more and now less of a hub's current flows there, rms. */
const SHARED_KNOWN = 0.1
const MOST_FINDINGS = 3
/** Where one contact is bad another one is that often. */
const ANOTHER = 0.02
/** Beside another spine diodes block now here, now there: shares explain what one contact does to within this part of the evidence. */
const MODELLED = 0.25
/** What a large one leaves when it was bad a little otherwise than its course says is no second one: share of its evidence. */
const SHADOW = 0.02
/** And of one at the battery: what currents that were told late leave all hubs have in common. */
const SHADOW_FIRST = 0.15
/** Share of the current that still comes through, when a contact in a ring is as good as open. */
const LEAST_THROUGH = 0.02
/** A place carried enough when a bad contact of 30 mΩ there would be named. */
const SEEN_OHM = 0.03

/** Looks for bad contacts in what was read of a car. */
export class Check {
  /** Its copper as warm as it was at the last diagnosis. */
  model: CopperModel
  readonly readings: Readings
  private readonly topology: CopperTopology
  private readonly errors: ReadingErrors

  /** Throws `DataError` when the topology is not right. */
  constructor(topology: CopperTopology, errors: ReadingErrors = USUAL_ERRORS) {
    this.topology = topology
    this.model = copperModel(topology)
    this.readings = new Readings(topology.hubs)
    this.errors = errors
  }

  /** What the readings so far say; `baseline`: what was learned of this car before. */
  diagnoseWith(baseline: Baseline | undefined): Diagnosis {
    this.model = copperModel(this.topology, warmthOf(this.topology, this.readings.board_C))
    const described = describedPrior(this.model, this.errors)
    return this.diagnose(baseline === undefined ? described : priorOf(this.model, baseline, described))
  }

  private diagnose(prior: Prior): Diagnosis {
    const { readings, model, errors } = this
    const breaks = breaksOf(model, readings)
    if (readings.volts.length === 0 || !(readings.duration_s > 0)) {
      const places = distinct(model).map(([place]): PlaceState =>
        ({ cables: model.places[place!]!.cables, nominal_Ohm: model.places[place!]!.nominal_Ohm, state: 'notExcited', added_Ohm: 0, resolution_Ohm: Infinity }))
      return { duration_s: 0, readings: 0, misfit: 0, findings: [], breaks, places, learned: prior }
    }
    const singles = new Search(readings, model, errors, prior)
    const { first, last } = singles
    // Two bad contacts in a ring are more than each for itself.
    const pairs = withPairs(model)
    const two = pairs.places.length > model.places.length && singles.found.length > 0
      ? new Search(readings, pairs, errors, extended(prior, pairs)) : undefined
    // So many places more leave each block freer, and one alone less sure.
    const search = two?.found.some(({ place }) => pairs.places[place]!.both) === true ? two : singles
    const findings = search.findings()
    return {
      duration_s: readings.duration_s, readings: last.readings, misfit: last.misfit, findings, breaks,
      places: distinct(model).map(places => stateOf(model, places, first, search, findings)), learned: last.posterior,
    }
  }
}

/** One look for bad contacts at a car's places. */
class Search {
  readonly first: Estimate
  readonly found: readonly Candidate[]
  readonly last: Estimate
  /** Of those found, Ω. */
  private readonly sizes: readonly Pick<Size, 'added_Ohm' | 'deviation_Ohm'>[]
  private readonly model: CopperModel
  private readonly run: (taken: readonly Taken[]) => Estimate
  private readonly sizesWith: (taken: readonly Taken[]) => readonly Size[]

  constructor(readings: Readings, model: CopperModel, errors: ReadingErrors, prior: Prior) {
    const blocks = new Blocks(readings, model, errors)
    this.model = model
    this.run = taken => estimate(blocks, model, prior, taken)
    this.sizesWith = taken => sizesOf(blocks, model, prior, taken)
    const found: Candidate[] = []
    this.first = this.run([])
    let last = this.first
    // Beside another spine what one contact does not explain is as likely the model's fault as another one's.
    while (found.length < (model.shared ? 1 : MOST_FINDINGS)) {
      const next = last.candidates.find(one => this.isNamed(one, found) && !found.some(other => this.alike(other, one)))
      if (next === undefined || next.once) break
      found.push(next)
      // What seemed to be the first fault may have been two others: each is looked for anew among the rest.
      if (found.length > 1) this.reconsider(found)
      // And one that the others explain is none.
      this.prune(found)
      last = this.run(found)
      if (!found.some(one => this.alike(one, next))) break
    }
    this.last = last
    // With all that were found, each may be within tolerance.
    const sizes = last.taken.map(({ added_Ohm, deviation_Ohm }, i) => {
      const known = looksFirst(model, found[i]!.signature) ? FIRST_KNOWN : model.shared ? SHARED_KNOWN : errors.portGain
      return { added_Ohm, deviation_Ohm: Math.sqrt(square(deviation_Ohm) + square(known * added_Ohm)) }
    })
    const stays = found.map(({ signature }, i) => {
      const { added_Ohm, deviation_Ohm } = sizes[i]!
      const least_Ohm = leastOf(model, signature)
      return looksFirst(model, signature) ? added_Ohm - 2 * deviation_Ohm > least_Ohm : added_Ohm > least_Ohm / 2
    })
    this.found = found.filter((_, i) => stays[i])
    this.sizes = sizes.filter((_, i) => stays[i])
  }

  /** Named by itself or as one of two. */
  isBad(index: number): boolean {
    const { places } = this.model
    return this.found.some(one => sameCables(places[one.place]!, places[index]!) || this.isEnd(index, one))
  }

  /** Of the same cables: what the supply explains well the return explains nearly as well. */
  private alike(a: { readonly place: number }, b: { readonly place: number }): boolean {
    const { places } = this.model
    return sameCables(places[a.place]!, places[b.place]!)
  }

  /** One of the two that `of` is. */
  private isEnd(place: number, of: { readonly place: number }): boolean {
    const { both, ends } = this.model.places[of.place]!
    return both && ends!.some(end => this.alike({ place: end }, { place }))
  }

  findings(): Finding[] {
    const { found, first, run, model } = this
    const findings = found.map((one, i) => this.finding(one, i, found.length === 1 ? first : run(found.filter(other => other !== one))))
    // Of two that are named together each is said already.
    return findings.filter((_, i) => model.places[found[i]!.place]!.both || !found.some(one => this.isEnd(found[i]!.place, one)))
  }

  private isNamed({ evidence, added_Ohm, signature }: Candidate, others: readonly Candidate[]): boolean {
    const shadow = takesFromAll(this.model, signature) ? SHADOW_FIRST : SHADOW
    return evidence > Math.max(NAMED, ...others.map(other => shadow * other.evidence)) && added_Ohm > leastOf(this.model, signature)
  }

  private reconsider(found: Candidate[]): void {
    const { run } = this
    for (let i = 0; i < found.length; i++) {
      const others = found.filter((_, at) => at !== i)
      const best = run(others).candidates.find(one => !others.some(other => this.alike(other, one)))
      if (best !== undefined && !best.once && this.isNamed(best, others)) found[i] = best
    }
  }

  private prune(found: Candidate[]): void {
    const { run } = this
    for (let i = 0; i < found.length; i++) {
      const others = found.filter((_, at) => at !== i)
      const again = run(others).candidates.find(one => this.alike(one, found[i]!))!
      if (!again.once && this.isNamed(again, others)) found[i] = again
      else found.splice(i--, 1)
    }
  }

  private finding(candidate: Candidate, index: number, without: Estimate): Finding {
    const { model } = this
    const place = model.places[candidate.place]!
    const best = without.candidates.find(one => this.alike(one, candidate))!.evidence
    const rivals = without.candidates.filter(one => !this.alike(one, candidate) && one.added_Ohm > leastOf(model, one.signature) / 2)
    let others = exp(-best - log(CHANCE))
    for (const rival of rivals) others += exp(rival.evidence - best)
    const { added_Ohm, deviation_Ohm } = this.sizes[index]!
    // Where the current goes around, what acts on the hubs is less than what is there.
    const through = (acts_Ohm: number, around_S: number): number => Math.max(LEAST_THROUGH, 1 - acts_Ohm * around_S)
    const { least_S, most_S } = place.around
    const least = through(added_Ohm, least_S)
    const there_Ohm = added_Ohm / least
    const acts_Ohm = Math.max(0, added_Ohm - 2 * deviation_Ohm)
    const excluded = Math.max(EXCLUDED, model.shared ? MODELLED * best : 0)
    const orElse = new Set(rivals.filter(one => best - one.evidence < excluded).flatMap(one => model.places[one.place]!.cables))
    for (const cable of this.endsOf(candidate, added_Ohm)) orElse.add(cable)
    if (model.shared) for (const cable of this.twoInsteadOf(candidate, without, best - excluded)) orElse.add(cable)
    for (const cable of place.cables) orElse.delete(cable)
    return {
      cables: place.cables, both: place.both, orElse: [...orElse],
      course: candidate.course, added_Ohm: there_Ohm,
      deviation_Ohm: deviation_Ohm / square(least) + (added_Ohm / through(added_Ohm, most_S) - there_Ohm) / 2,
      least_Ohm: acts_Ohm / through(acts_Ohm, least_S),
      nominal_Ohm: place.nominal_Ohm, sure: 1 / (1 + others), pattern: [...candidate.pattern],
    }
  }

  /** Of two spines: any two other places that together explain more than `least`. Each alone may explain less than what was found. */
  private twoInsteadOf(found: Candidate, { candidates }: Estimate, least: number): string[] {
    const { model } = this
    const others = (all: readonly Candidate[], ...not: Candidate[]): Candidate[] =>
      all.filter(one => one.evidence > NAMED && !not.some(other => this.alike(one, other)) && one.added_Ohm > leastOf(model, one.signature))
    return others(candidates, found).flatMap((one) => {
      const [second] = others(this.run([one]).candidates, found, one)
      const both = second === undefined ? -Infinity : one.evidence + second.evidence + log(ANOTHER)
      return both > least ? [one, second!].flatMap(({ place }) => model.places[place]!.cables) : []
    })
  }

  /** Of a place that looks bad when its ends are: these, unless they are excluded. */
  private endsOf({ place, pattern }: Candidate, looks_Ohm: number): string[] {
    const { found, model } = this
    const { ends, both } = model.places[place]!
    if (ends === undefined || both) return []
    const around_Ohm = 1 / model.places[ends[0]]!.around.least_S
    // Two of r look like one of r² / (around + 2 r) before the hubs between them, and one of 2 r × around / (around + 2 r) in the ring.
    const each_Ohm = looks_Ohm + Math.sqrt(looks_Ohm * (looks_Ohm + around_Ohm))
    const ring_Ohm = 2 * each_Ohm * around_Ohm / (around_Ohm + 2 * each_Ohm)
    const of = (end: number): number[] => [...model.places.keys()].filter(other => this.alike({ place: end }, { place: other }))
    const cables = ends.flatMap(end => model.places[end]!.cables)
    if (ends.some(end => found.some(one => this.alike(one, { place: end })))) return cables
    // Both were bad when it seems to have been, and as large ones as this takes are rare.
    const rarer = (2 * square(each_Ohm) - square(looks_Ohm)) / (2 * square(FAULT_OHM))
    const better = of(ends[0]).flatMap(one => of(ends[1]).filter(other => model.places[one]!.conductor === model.places[other]!.conductor)
      .map(other => this.evidenceFor(ring_Ohm / 2, one, other, pattern)))
    return Math.max(...better) + log(ANOTHER) - rarer <= -EXCLUDED ? [] : cables
  }

  /** That two places add so much each, beside what was found, against nothing. */
  private evidenceFor(acts_Ohm: number, one: number, other: number, pattern: Candidate['pattern']): number {
    const { found } = this
    const taken = [one, other].map((signature): Taken => ({ signature, pattern }))
    const alone = taken.map(each => this.sizesWith([...found, each]).at(-1)!)
    const [first, second] = this.sizesWith([...found, ...taken]).slice(-2)
    const [told, told2] = alone.map(({ added_Ohm, deviation_Ohm }) => added_Ohm / square(deviation_Ohm))
    const shared = (told! - first!.added_Ohm / square(alone[0]!.deviation_Ohm)) / second!.added_Ohm
    const information = alone[0]!.information + alone[1]!.information + 2 * shared
    return acts_Ohm * (told! + told2! - acts_Ohm * information / 2)
  }
}

/** `indices`: one, or those of the supply and the return of the same cables. */
function stateOf(
  { places, signatures }: CopperModel, indices: readonly number[], first: Estimate, search: Search, findings: readonly Finding[],
): PlaceState {
  const place = places[indices[0]!]!
  const { cables, nominal_Ohm } = place
  const resolution_Ohm = Math.max(...indices.map(index => first.resolution_Ohm[index]!))
  const seen = (acts_Ohm: number): boolean => square(acts_Ohm / resolution_Ohm) / 2 > NAMED
  const acts_Ohm = Math.min(...indices.map(index => actingOf(signatures[index]!, SEEN_OHM)))
  const state = search.isBad(indices[0]!) ? 'bad' : seen(acts_Ohm) ? 'good' : seen(SEEN_OHM) ? 'hidden' : 'notExcited'
  // Beside what was found: without it, all that carry the same current would seem to be worse.
  const added_Ohm = findings.find(one => sameCables(one, place))?.added_Ohm ?? search.last.steady_Ohm[indices[0]!]!
  return { cables, nominal_Ohm, state, added_Ohm, resolution_Ohm }
}

/** With nothing known of the places that are two. */
function extended(prior: Prior, { places }: CopperModel): Prior {
  const more = places.slice(prior.added_Ohm.length)
  return {
    ...prior, added_Ohm: [...prior.added_Ohm, ...more.map(() => 0)],
    addedVariance: [...prior.addedVariance, ...more.map(({ spread_Ohm }) => square(spread_Ohm))],
  }
}

/** Places by what can be said of them: those of the same cables together. */
function distinct({ places }: CopperModel): number[][] {
  const groups: number[][] = []
  places.forEach((place, index) => {
    const group = groups.find(([other]) => sameCables(places[other!]!, place))
    if (group === undefined) groups.push([index])
    else group.push(index)
  })
  return groups
}

/** What is within tolerance, as it acts. */
function leastOf(model: CopperModel, signature: number): number {
  const one = model.signatures[signature]!
  // All hubs draw through it: it loses the square of its share.
  return looksFirst(model, signature) ? LEAST_FIRST_OHM / square(model.places[one.place]!.share[0]!) : actingOf(one, LEAST_OHM)
}

/** Something of what each hub draws flows through it, the same way: the first segment, and the two of a ring at the battery. */
function takesFromAll({ places, signatures }: CopperModel, signature: number): boolean {
  const { place, blocks } = signatures[signature]!
  const { share } = places[place]!
  return !blocks && share.every(one => one * share[0]! > 0)
}

/** It looks like a weak battery. */
function looksFirst({ places, signatures }: CopperModel, signature: number): boolean {
  const { place, blocks } = signatures[signature]!
  return places[place]!.first && !blocks
}

/** Silent hubs, each set of them with the cables behind which they all are, and nobody else. */
function breaksOf({ hubs, places }: CopperModel, readings: Readings): Break[] {
  let lost = readings.lost()
  const breaks: Break[] = []
  const neverHeard = (indices: readonly number[]): boolean => indices.every(hub => Number.isNaN(readings.heard_s[hub]!))
  while (lost.length > 0 && lost.length < hubs.length) {
    const behind = places.map(place => hubs.map((_, hub) => hub).filter(hub => Math.abs(place.share[hub]!) > 0.999))
    const sets = behind.filter(set => set.length > 0 && set.every(hub => lost.includes(hub))).sort((a, b) => b.length - a.length)
    const [most] = sets
    if (most === undefined) {
      breaks.push({ hubs: lost.map(hub => hubs[hub]!), never: neverHeard(lost), cables: [] })
      break
    }
    breaks.push({
      hubs: most.map(hub => hubs[hub]!), never: neverHeard(most),
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
