import { DataError } from '../schema/index.ts'
import { type Capability, capabilityOf, type CopperTopology } from '../power/index.ts'

/** What a check can tell from the other places: one cable, or several that always carry the same current. */
export interface Place {
  /** Names of its cables; of several, none can be told from another by what hubs measure. */
  readonly cables: readonly string[]
  /** By hub: share of the hub's current that flows through it. */
  readonly share: readonly number[]
  /** Of the healthy copper, supply and return, Ω. */
  readonly nominal_Ohm: number
  /**
   * Of the way around it in a ring, S; 0 in a line. A resistance R added here acts on the hubs as R / (1 + R × loop_S) would in a
   * line: the current goes the other way.
   */
  readonly loop_S: number
  /** How far its contacts may be from their description when all are good, Ω rms. */
  readonly spread_Ohm: number
  /** All hubs hang on it: what is lost here looks like a weak battery. */
  readonly first: boolean
}

/** The copper of a car as a check needs it. */
export interface CopperModel {
  readonly hubs: readonly string[]
  readonly places: readonly Place[]
  /** Volts lost at a hub by each ampere of another, [hub · hubs + other], Ω. */
  readonly transfer_Ohm: Float64Array
}

/** Shares and resistances as a car stands in a mild garage, °C. */
const COPPER_C = 30
/** Shares that differ by less are the same current. */
const SAME_SHARE = 1e-6
/** Added to find out how a ring answers, Ω. */
const PROBE_OHM = 0.5
/** Good contacts and copper differ from their description by this share, rms; a welded or bolted joint by this, Ω. */
const CONTACT_SPREAD = 0.33
const COPPER_SPREAD = 0.04
const JOINT_OHM = 0.0002

/** Throws `DataError` when the topology is not right, or has two spines: what flows in which nobody tells. */
export function copperModel(topology: CopperTopology): CopperModel {
  if (topology.layout === 'dual') throw new DataError(['a car with two spines cannot be checked: hubs do not tell what they draw from which'])
  const capability = capabilityOf(topology, COPPER_C)
  const hubs = topology.hubs
  const places: Place[] = []
  capability.cables.forEach((cable, i) => {
    const share = capability.share[i]!
    const twin = places.findIndex(other => sameCurrent(other.share, share))
    const loop_S = topology.layout === 'ring' ? loopOf(topology, capability, i) : 0
    const first = share.every(one => Math.abs(one) > 1 - SAME_SHARE)
    const known = places[twin]
    const spread_Ohm = spreadOf(topology.cables[i]!, cable.resistance_Ohm)
    if (known === undefined) places.push({ cables: [cable.name], share, nominal_Ohm: cable.resistance_Ohm, loop_S, spread_Ohm, first })
    else {
      places[twin] = {
        ...known, cables: [...known.cables, cable.name], nominal_Ohm: known.nominal_Ohm + cable.resistance_Ohm,
        spread_Ohm: Math.sqrt(known.spread_Ohm * known.spread_Ohm + spread_Ohm * spread_Ohm),
      }
    }
  })
  return { hubs, places, transfer_Ohm: Float64Array.from(capability.transfer_Ohm.flat()) }
}

/** Supply and return have a contact each in every plug. */
function spreadOf({ connectors = 2, contact_mOhm = 3 }: CopperTopology['cables'][number], nominal_Ohm: number): number {
  const contact_Ohm = CONTACT_SPREAD * contact_mOhm / 1000
  const copper_Ohm = COPPER_SPREAD * nominal_Ohm
  return Math.sqrt(2 * connectors * contact_Ohm * contact_Ohm + copper_Ohm * copper_Ohm + JOINT_OHM * JOINT_OHM)
}

/** What a resistance added at a place does to the hubs, as if the place were in a line; the current of a ring goes the other way. */
export function actingOf({ loop_S }: Place, added_Ohm: number): number {
  return added_Ohm / (1 + added_Ohm * loop_S)
}

function sameCurrent(a: readonly number[], b: readonly number[]): boolean {
  const sign = a.reduce((sum, one, i) => sum + one * b[i]!, 0) < 0 ? -1 : 1
  return a.every((one, i) => Math.abs(one - sign * b[i]!) < SAME_SHARE)
}

/** By the answer of the network to a bad contact: each conductor gets one, and both act alike. */
function loopOf(topology: CopperTopology, healthy: Capability, index: number): number {
  const share = healthy.share[index]!
  const hub = share.reduce((most, one, i) => Math.abs(one) > Math.abs(share[most]!) ? i : most, 0)
  const weight = share[hub]! * share[hub]!
  if (weight < SAME_SHARE) return 0
  const cables = topology.cables.map((cable, i) => {
    if (i !== index) return cable
    const connectors = Math.max(1, cable.connectors ?? 2)
    const good_mOhm = (cable.connectors ?? 2) * (cable.contact_mOhm ?? 3)
    return { ...cable, connectors, contact_mOhm: (good_mOhm + PROBE_OHM * 1000) / connectors }
  })
  const bad = capabilityOf({ ...topology, cables }, COPPER_C)
  const acts_Ohm = (bad.transfer_Ohm[hub]![hub]! - healthy.transfer_Ohm[hub]![hub]!) / (2 * weight)
  return Math.max(0, 1 / acts_Ohm - 1 / PROBE_OHM)
}
