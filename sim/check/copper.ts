import { Cholesky } from './cholesky.ts'
import { type Ambients, capabilityOf, type ConductorFlow, type CopperTopology, flowsOf, type OneConductor, placeOfHub, type PlaceName, type WayAround } from '../power/index.ts'

/**
 * What a check can tell from the other places: one cable, or several that always carry the same current. In a ring, supply and return of a
 * cable are a place each, as they share currents otherwise; which of them it is, is not said.
 */
export interface Place {
  /** Names of its cables; of several, none can be told from another by what hubs measure. */
  readonly cables: readonly string[]
  /** Which of their conductors, where supply and return are a place each. */
  readonly conductor: OneConductor | undefined
  /** By hub: share of the hub's current that flows through it. */
  readonly share: readonly number[]
  /** Of the healthy copper, supply and return, Ω; of cables beside each other, of one. */
  readonly nominal_Ohm: number
  /**
   * In a ring, and beside another spine: a resistance R added here acts on the hubs as R / (1 + R × S) would in a line, as the current
   * goes around.
   */
  readonly around: WayAround
  /** How far its contacts may be from their description when all are good, Ω rms. */
  readonly spread_Ohm: number
  /** All hubs hang on it: what is lost here looks like a weak battery. */
  readonly first: boolean
  /** Of a ring: the two places around the hubs behind this one. When both are bad, it looks as if this one were. */
  readonly ends?: readonly [number, number]
  /** It is nothing but its two ends: both of them are bad. */
  readonly both: boolean
}

/**
 * How a bad contact of a place acts on the hubs. Its own way takes share² from each hub; in one of two spines the diodes behind a bad
 * contact block, and those hubs lose what the other spine loses alone: the same as if many places were a little worse.
 */
export interface Signature {
  readonly place: number
  /** Of what acts, by place: how much each seems to add. */
  readonly weights: Float64Array
  /** R acts as R / (1 + R × S). */
  readonly around_S: number
  /** Not the place's own way. */
  readonly blocks: boolean
}

/** The copper of a car as a check needs it. */
export interface CopperModel {
  readonly hubs: readonly string[]
  readonly places: readonly Place[]
  /** That of each place, by place, and behind these the others. */
  readonly signatures: readonly Signature[]
  /** Volts lost at a hub by each ampere of another, [hub · hubs + other], Ω. */
  readonly transfer_Ohm: Float64Array
  /** Two spines carry it: what flows in which depends on diodes, and nobody tells. */
  readonly shared: boolean
}

/** Copper of which nothing is told: a car in a mild garage, °C. */
const COPPER_C = 30
/** No board that tells anything else is alive, °C. */
const COLDEST_C = -40
const HOTTEST_C = 125
/** Shares that differ by less are the same current. */
const SAME_SHARE = 1e-6
/** Less than this share in all other places is a place's own way. */
const LEAST_BESIDE = 0.05
/** Good contacts and copper differ from their description by this share, rms; a welded or bolted joint by this, Ω. */
const CONTACT_SPREAD = 0.33
const COPPER_SPREAD = 0.04
const JOINT_OHM = 0.0002

/** With copper as warm as it is said to be at its place, −60…200 °C. Throws `DataError` when the topology is not right. */
export function copperModel(topology: CopperTopology, copper_C: Ambients | number = COPPER_C): CopperModel {
  const { flows, transfer_Ohm, blocked_Ohm } = flowsOf(topology, copper_C)
  const capability = capabilityOf(topology, copper_C)
  const ways = capability.hubs.flatMap(hub => hub.paths)
  const groups: { readonly cables: number[], readonly flow: ConductorFlow, readonly conductor: Place['conductor'] }[] = []
  flows.forEach((two, cable) => two.forEach((flow, i) => {
    const group = groups.find(other => sameCurrent(other.flow.share, flow.share))
    if (group === undefined) groups.push({ cables: [cable], flow, conductor: two.length === 1 ? undefined : i === 0 ? 'supply' : 'return' })
    else group.cables.push(cable)
  }))
  const places = groups.map(({ cables, flow: { share: own, around }, conductor }): Place => {
    const resistance_Ohm = (cable: number): number => capability.cables[cable]!.resistance_Ohm
    const spreads_Ohm = cables.map(cable => spreadOf(topology.cables[cable]!, resistance_Ohm(cable)))
    const nominals_Ohm = ways.map(way => cables.reduce((sum_Ohm, cable) => sum_Ohm + (way.includes(cable) ? resistance_Ohm(cable) : 0), 0))
    return {
      cables: cables.map(cable => topology.cables[cable]!.name), conductor, share: own, nominal_Ohm: Math.max(...nominals_Ohm),
      around, both: false,
      spread_Ohm: Math.sqrt((conductor === undefined ? 1 : 0.5) * spreads_Ohm.reduce((sum, one_Ohm) => sum + one_Ohm * one_Ohm, 0)),
      first: own.every(one => Math.abs(Math.abs(one) - Math.abs(own[0]!)) < SAME_SHARE) && Math.abs(own[0]!) > SAME_SHARE,
    }
  })
  const blocking = topology.layout === 'dual' ? groups.flatMap(({ cables }, place) => blockingOf(place, places, blocked_Ohm[cables[0]!]!)) : []
  return {
    hubs: topology.hubs, places: topology.layout === 'ring' ? withEnds(places) : places, signatures: [...ownOf(places), ...blocking],
    transfer_Ohm: Float64Array.from(transfer_Ohm.flat()), shared: topology.layout === 'dual',
  }
}

/** How warm the copper is: as the boards at its place are; where none told, as all are. `board_C`: by hub, NaN where it told nothing. */
export function warmthOf({ hubs }: CopperTopology, board_C: ArrayLike<number>): Ambients {
  const mean = (some: readonly number[], otherwise_C: number): number => {
    const told = some.map(hub => board_C[hub]!).filter(one_C => one_C >= COLDEST_C && one_C <= HOTTEST_C)
    return told.length === 0 ? otherwise_C : told.reduce((sum, one_C) => sum + one_C, 0) / told.length
  }
  const all = [...hubs.keys()]
  const all_C = mean(all, COPPER_C)
  const at = (place: PlaceName): number => mean(all.filter(hub => placeOfHub(hubs[hub]!) === place), all_C)
  return { cabin: at('cabin'), door: at('door'), engineBay: at('engineBay') }
}

/** The model of a ring, with a place for each two of its cables that are bad together where several hubs are between. */
export function withPairs(model: CopperModel): CopperModel {
  const all = pairsOf(model.places)
  const pairs = all.filter(({ share }, i) => ![...model.places, ...all.slice(0, i)].some(other => sameCurrent(other.share, share)))
  const places = [...model.places, ...pairs.map(({ ends, share }): Place => ({
    cables: ends.flatMap(end => model.places[end]!.cables), conductor: undefined, share, nominal_Ohm: 0, around: { least_S: 0, most_S: 0 },
    spread_Ohm: JOINT_OHM, first: false, ends, both: true,
  }))]
  return { ...model, places, signatures: ownOf(places) }
}

function ownOf(places: readonly Place[]): Signature[] {
  return places.map(({ around }, place) =>
    ({ place, weights: Float64Array.from(places, (_, other) => other === place ? 1 : 0), around_S: around.most_S, blocks: false }))
}

/** What the diodes behind a place do when they block, as a sum of what all places would do; none where that is what it does anyway. */
function blockingOf(place: number, places: readonly Place[], blocked_Ohm: readonly (readonly number[])[]): Signature[] {
  const around_S = places[place]!.around.least_S
  if (!(around_S > 0)) return []
  const overlap = (a: Place, b: Place): number => square(a.share.reduce((sum, one, hub) => sum + one * b.share[hub]!, 0))
  const weights = Float64Array.from(places, ({ share }) =>
    around_S * blocked_Ohm.reduce((sum, row, at) => sum + row.reduce((more, ohm, by) => more + share[at]! * ohm * share[by]!, 0), 0))
  const size = Math.max(...places.map(one => overlap(one, one)))
  new Cholesky(places.length, (i, k) => overlap(places[i]!, places[k]!) + (i === k ? SAME_SHARE * size : 0)).solve(weights)
  const others = weights.reduce((sum, weight, other) => sum + (other === place ? 0 : Math.abs(weight)), 0)
  return others < LEAST_BESIDE * Math.abs(weights[place]!) ? [] : [{ place, weights, around_S, blocks: true }]
}

function withEnds(places: readonly Place[]): Place[] {
  const pairs = pairsOf(places)
  return places.map((place) => {
    const pair = place.around.most_S > 0 ? undefined : pairs.find(({ share }) => sameCurrent(share, place.share))
    return pair === undefined ? place : { ...place, ends: pair.ends }
  })
}

/** Each two places of a ring, with the hubs between them: 1; the others: 0. Not where all hubs are: that looks like a weak battery. */
function pairsOf(places: readonly Place[]): { readonly ends: readonly [number, number], readonly share: readonly number[] }[] {
  const ring = [...places.keys()].filter(place => places[place]!.around.most_S > 0)
  return ring.flatMap((p, i) => ring.slice(i + 1).flatMap((q) => {
    for (const sign of [1, -1]) {
      const between = places[p]!.share.map((one, hub) => one - sign * places[q]!.share[hub]!)
      const whole = between.map(Math.round)
      const ones = whole.filter(one => one !== 0)
      if (between.some((one, hub) => Math.abs(one - whole[hub]!) > SAME_SHARE) || ones.some(one => one !== ones[0])) continue
      if (ones.length === 0 || ones.length === between.length) continue
      return [{ ends: [p, q] as const, share: whole.map(one => Math.abs(one)) }]
    }
    return []
  }))
}

/** Supply and return have a contact each in every plug. */
function spreadOf({ connectors = 2, contact_mOhm = 3 }: CopperTopology['cables'][number], nominal_Ohm: number): number {
  const contact_Ohm = CONTACT_SPREAD * contact_mOhm / 1000
  const copper_Ohm = COPPER_SPREAD * nominal_Ohm
  return Math.sqrt(2 * connectors * contact_Ohm * contact_Ohm + copper_Ohm * copper_Ohm + JOINT_OHM * JOINT_OHM)
}

/** What a resistance added does to the hubs, as if its place were in a line. */
export function actingOf({ around_S }: Signature, added_Ohm: number): number {
  return added_Ohm / (1 + added_Ohm * around_S)
}

function square(value: number): number {
  return value * value
}

/** Of the same cables, though another conductor. */
export function sameCables(a: Pick<Place, 'both' | 'cables'>, b: Pick<Place, 'both' | 'cables'>): boolean {
  return a === b || (a.both === b.both && a.cables.join() === b.cables.join())
}

function sameCurrent(a: readonly number[], b: readonly number[]): boolean {
  const sign = a.reduce((sum, one, i) => sum + one * b[i]!, 0) < 0 ? -1 : 1
  return a.every((one, i) => Math.abs(one - sign * b[i]!) < SAME_SHARE)
}
