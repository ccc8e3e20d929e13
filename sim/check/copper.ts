import { capabilityOf, type CopperTopology, flowsOf, type WayAround } from '../power/index.ts'

/** What a check can tell from the other places: one cable, or several that always carry the same current. */
export interface Place {
  /** Names of its cables; of several, none can be told from another by what hubs measure. */
  readonly cables: readonly string[]
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

/** The copper of a car as a check needs it. */
export interface CopperModel {
  readonly hubs: readonly string[]
  readonly places: readonly Place[]
  /** Volts lost at a hub by each ampere of another, [hub · hubs + other], Ω. */
  readonly transfer_Ohm: Float64Array
  /** Two spines carry it: what flows in which depends on diodes, and nobody tells. */
  readonly shared: boolean
}

/** Shares and resistances as a car stands in a mild garage, °C. */
const COPPER_C = 30
/** Shares that differ by less are the same current. */
const SAME_SHARE = 1e-6
/** Good contacts and copper differ from their description by this share, rms; a welded or bolted joint by this, Ω. */
const CONTACT_SPREAD = 0.33
const COPPER_SPREAD = 0.04
const JOINT_OHM = 0.0002

/** Throws `DataError` when the topology is not right. */
export function copperModel(topology: CopperTopology): CopperModel {
  const { share, transfer_Ohm, around } = flowsOf(topology, COPPER_C)
  const capability = capabilityOf(topology, COPPER_C)
  const ways = capability.hubs.flatMap(hub => hub.paths)
  const groups: number[][] = []
  share.forEach((own, cable) => {
    const group = groups.find(([other]) => sameCurrent(share[other!]!, own))
    if (group === undefined) groups.push([cable])
    else group.push(cable)
  })
  const places = groups.map((cables): Place => {
    const own = share[cables[0]!]!
    const resistance_Ohm = (cable: number): number => capability.cables[cable]!.resistance_Ohm
    const spreads_Ohm = cables.map(cable => spreadOf(topology.cables[cable]!, resistance_Ohm(cable)))
    const nominals_Ohm = ways.map(way => cables.reduce((sum_Ohm, cable) => sum_Ohm + (way.includes(cable) ? resistance_Ohm(cable) : 0), 0))
    return {
      cables: cables.map(cable => topology.cables[cable]!.name), share: own, nominal_Ohm: Math.max(...nominals_Ohm),
      around: around[cables[0]!]!, both: false,
      spread_Ohm: Math.sqrt(spreads_Ohm.reduce((sum, one_Ohm) => sum + one_Ohm * one_Ohm, 0)),
      first: own.every(one => Math.abs(Math.abs(one) - Math.abs(own[0]!)) < SAME_SHARE) && Math.abs(own[0]!) > SAME_SHARE,
    }
  })
  return {
    hubs: topology.hubs, places: topology.layout === 'ring' ? withEnds(places) : places,
    transfer_Ohm: Float64Array.from(transfer_Ohm.flat()), shared: topology.layout === 'dual',
  }
}

/** The model of a ring, with a place for each two of its cables that are bad together where several hubs are between. */
export function withPairs(model: CopperModel): CopperModel {
  const pairs = pairsOf(model.places).filter(({ share }) => !model.places.some(place => sameCurrent(place.share, share)))
  return {
    ...model,
    places: [...model.places, ...pairs.map(({ ends, share }): Place => ({
      cables: ends.flatMap(end => model.places[end]!.cables), share, nominal_Ohm: 0, around: { least_S: 0, most_S: 0 },
      spread_Ohm: JOINT_OHM, first: false, ends, both: true,
    }))],
  }
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

/** What a resistance added at a place does to the hubs, as if the place were in a line. */
export function actingOf({ around }: Place, added_Ohm: number): number {
  return added_Ohm / (1 + added_Ohm * around.most_S)
}

function sameCurrent(a: readonly number[], b: readonly number[]): boolean {
  const sign = a.reduce((sum, one, i) => sum + one * b[i]!, 0) < 0 ? -1 : 1
  return a.every((one, i) => Math.abs(one - sign * b[i]!) < SAME_SHARE)
}
