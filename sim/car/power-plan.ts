import type { DropLimits, HubSupply, PowerPlan } from '#firmware/power/index.ts'
import { SUPPLY_MARGIN } from '#firmware/components/lamp/index.ts'
import { IDLE_FACTOR, stepsUp } from '#firmware/power/port/index.ts'
import type { CarPower } from '#firmware/hub/index.ts'
import { LOCATION } from '#protocol/index.ts'
import { type CableCapability, type Capability, capabilityOf, type CopperTopology, type PredictedSource, SEDAN_COPPER, WEAK_BATTERY } from '../power/index.ts'
import { BOARD } from './board.ts'
import type { ComponentPlan } from './kinds.ts'
import type { HubPlan, Topology } from './topology.ts'

/** No hub may fall below this by what is granted: from 9 V on everything works. */
export const LEAST_V = 9
const SHARE_STEP_A = 0.1
/** A smaller share of a hub's current in a cable is a rounding error of the solver: the cable is not on its way. */
const NO_SHARE = 1e-9

/**
 * What the power manager has to know of a car: the copper's ampacities and resistances, the sockets of its hubs, idle
 * currents, and a static safe share for each hub. Shares are raised evenly until a cable or the least voltage binds, and
 * no further than all that is plugged in can use.
 * @throws RangeError when the copper has no drop for a hub.
 */
export function powerPlanOf(capability: Capability, topology: Topology, source: PredictedSource = WEAK_BATTERY): PowerPlan {
  const indices = topology.hubs.map((hub) => {
    const index = capability.hubs.findIndex(other => other.name === hub.location)
    if (index < 0) throw new RangeError(`the copper has no drop for hub ${hub.location}`)
    return index
  })
  const supplies = topology.hubs.map((hub, i): HubSupply => {
    const carrying = capability.cables.map((_, cable) => cable).filter(cable => Math.abs(capability.share[cable]![indices[i]!]!) > NO_SHARE)
    return {
      location: LOCATION[hub.location],
      ports: hub.ports.length,
      path: carrying,
      fraction: carrying.map(cable => Math.abs(capability.share[cable]![indices[i]!]!)),
      idle_A: idleOf(hub),
      drop: dropOf(capability, indices[i]!, idleOf(hub)),
      share_A: 0,
      transfer_Ohm: indices.map(other => capability.transfer_Ohm[indices[i]!]![other]!),
    }
  })
  const plan: PowerPlan = {
    feeders_A: capability.cables.map(cable => cable.limit_A), peaks_A: capability.cables.map(cable => cable.peakLimit_A), hubs: supplies,
    source_V: source.emf_V, source_Ohm: source.resistance_Ohm, least_V: LEAST_V,
  }
  const shares_A = fairShares(plan, topology.hubs.map(mostOf))
  return { ...plan, hubs: supplies.map((supply, i) => ({ ...supply, share_A: shares_A[i]! })) }
}

function weaker(one: CableCapability, other: CableCapability): CableCapability {
  return other.limit_A < one.limit_A ? other : one
}

/** What the drop of a hub carries: in a ring, the last cable before it; of two, the weaker. */
function dropOf(capability: Capability, hub: number, idle_A: number): DropLimits {
  const drops = capability.hubs[hub]!.paths.map(way => capability.cables[way.at(-1)!]!)
  const { ampacity_A, limit_A, peakLimit_A, ambient_C, insulation_C } = drops.reduce(weaker)
  return { run_A: limit_A, peak_A: peakLimit_A, ampacity_A, ambient_C, insulation_C, idle_A }
}

/** The part of a plan that every hub's image carries, and the plan for those that manage. */
export function carPowerOf(plan: PowerPlan): CarPower {
  const shares_A = Object.values(LOCATION).map(() => 0)
  for (const hub of plan.hubs) shares_A[hub.location] = Math.max(0, hub.share_A - hub.idle_A)
  const drops = shares_A.map((_, location) => plan.hubs.find(hub => hub.location === location)?.drop)
  const present = shares_A.map((_, location) => plan.hubs.some(hub => hub.location === location))
  return { shares_A, drops, present, plan }
}

/** The power of a car whose copper is that of the sedan; undefined when it has hubs that the sedan has not. */
export function sedanPower(topology: Topology, copper: CopperTopology = SEDAN_COPPER): CarPower | undefined {
  if (!topology.hubs.every(hub => copper.hubs.includes(hub.location))) return undefined
  return carPowerOf(powerPlanOf(capabilityOf(copper), topology))
}

/** What a component may draw, as the manager counts it, A: at rest without asking, and on top of that what its driver asks for. */
export interface Claim {
  readonly idle_A: number
  readonly run_A: number
  /** While it begins; never less than `run_A`. */
  readonly peak_A: number
}

/** Classes whose drivers never ask: they live on their idle current. */
const UNASKING: readonly string[] = ['switchPack', 'vehicle']

/** By its descriptor, its class's driver, and the steps of a request. */
export function claimOf(part: ComponentPlan): Claim {
  const { idle_A, run_A, peak_A } = part.blueprint.describe(part.identity)
  const idle = { idle_A: idle_A * IDLE_FACTOR, run_A: 0, peak_A: 0 }
  if (UNASKING.includes(part.class)) return idle
  const asked_A = stepsUp(part.class === 'lamp' ? run_A * SUPPLY_MARGIN : run_A)
  return { ...idle, run_A: asked_A, peak_A: Math.max(asked_A, stepsUp(peak_A)) }
}

function claimsOf(hub: HubPlan): Claim[] {
  return hub.ports.filter(part => part !== undefined).map(claimOf)
}

function idleOf(hub: HubPlan): number {
  return BOARD.reserved_A + claimsOf(hub).reduce((sum_A, claim) => sum_A + claim.idle_A, 0)
}

/** All that is plugged in running, and the largest peak on top. */
function mostOf(hub: HubPlan): number {
  const claims = claimsOf(hub)
  const run_A = claims.reduce((sum_A, claim) => sum_A + claim.run_A, 0)
  return idleOf(hub) + run_A + claims.reduce((most_A, claim) => Math.max(most_A, claim.peak_A - claim.run_A), 0)
}

function fairShares(plan: PowerPlan, most_A: readonly number[]): number[] {
  const shares_A = plan.hubs.map(hub => hub.idle_A)
  const open = plan.hubs.map(() => true)
  while (open.includes(true)) {
    for (let i = 0; i < shares_A.length; i++) {
      if (!open[i]) continue
      shares_A[i]! += SHARE_STEP_A
      if (shares_A[i]! <= most_A[i]! && carries(plan, shares_A)) continue
      shares_A[i]! -= SHARE_STEP_A
      open[i] = false
    }
  }
  return shares_A.map(share_A => Math.round(share_A * 1000) / 1000)
}

function carries(plan: PowerPlan, currents_A: readonly number[]): boolean {
  const total_A = currents_A.reduce((sum_A, hub_A) => sum_A + hub_A, 0)
  const loads_A = plan.feeders_A.map((_, feeder) => plan.hubs.reduce((sum_A, hub, i) => {
    const at = hub.path.indexOf(feeder)
    return at < 0 ? sum_A : sum_A + hub.fraction[at]! * currents_A[i]!
  }, 0))
  const voltages_V = plan.hubs.map(hub => plan.source_V - plan.source_Ohm * total_A
    - hub.transfer_Ohm.reduce((sum_V, ohm, by) => sum_V + ohm * currents_A[by]!, 0))
  return loads_A.every((load_A, i) => load_A <= plan.feeders_A[i]!) && voltages_V.every(hub_V => hub_V >= plan.least_V)
}
