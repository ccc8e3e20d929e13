import type { OneConductor } from './copper-faults.ts'
import { Network } from './network.ts'
import type { Ambients } from './places.ts'
import type { CopperTopology } from './topology.ts'

/** Conductance of the ways around a cable, S; 0: there is none. */
export interface WayAround {
  /** Of two spines at least: one hub draws alone, and the diodes of the others block. */
  readonly least_S: number
  readonly most_S: number
}

/** What healthy hubs draw through a conductor of a cable. */
export interface ConductorFlow {
  /** [hub]: share of the hub's current, positive from → to. */
  readonly share: readonly number[]
  /** R added takes share² × R / (1 + R × S) from a hub for each of its amperes: the current goes around. */
  readonly around: WayAround
}

/** How healthy copper shares what hubs draw, two spines too. */
export interface CopperFlows {
  /** By cable: its supply and its return, which differ in a ring as fuses are in the supply alone; one where they do not. */
  readonly flows: readonly (readonly ConductorFlow[])[]
  /** [hub][other hub]: volts lost at the hub by each ampere of the other, Ω. */
  readonly transfer_Ohm: readonly (readonly number[])[]
  /**
   * [cable][hub][other hub] of two spines: volts that a hub behind the cable loses more by each ampere of another when nothing comes
   * through it and their diodes block, Ω. Empty in any other layout.
   */
  readonly blocked_Ohm: readonly (readonly (readonly number[])[])[]
}

/** Added to find out how the copper answers, Ω. */
const PROBE_OHM = 0.5
/** What is no share. */
const TINY = 1e-3
/** Shares that differ by less are the same. */
const SAME_SHARE = 1e-6
const CONDUCTORS = ['supply', 'return'] as const satisfies readonly OneConductor[]

/** With all copper at `copper_C`, or that of its place. Throws `DataError` when the topology is not right. */
export function flowsOf(topology: CopperTopology, copper_C: number | Ambients): CopperFlows {
  const network = new Network(topology, 1)
  network.setTemperature_C(copper_C)
  const hubs = [...topology.hubs.keys()]
  const transfer_Ohm = hubs.map(at => hubs.map(by => network.transfer_Ohm(at, by)))
  const most = (own: readonly number[]): number => own.reduce((best, one, hub) => Math.abs(one) > Math.abs(own[best]!) ? hub : best, 0)
  const ways = topology.cables.map((_, cable) => {
    const two = CONDUCTORS.map((conductor) => {
      const share = hubs.map(hub => network.share(cable, hub, conductor))
      return { share, ways_S: topology.layout === 'line' ? [] : [aroundFor_S(network, cable, most(share), conductor)] }
    })
    const [supply, back] = two
    const same = supply!.share.every((one, hub) => Math.abs(one - back!.share[hub]!) < SAME_SHARE)
    return same ? [{ share: supply!.share, ways_S: [...supply!.ways_S, ...back!.ways_S] }] : two
  })
  const diodes = topology.cables.flatMap(({ diode, to }, cable) => diode === undefined ? [] : [{ cable, hub: topology.hubs.indexOf(to) }])
  const blocked_Ohm: number[][][] = []
  if (topology.layout === 'dual') {
    for (const hub of hubs) {
      const others = diodes.filter(diode => diode.hub !== hub)
      for (const { cable } of others) network.setDiode(cable, 'open')
      ways.forEach(([supply], cable) => { if (Math.abs(supply!.share[hub]!) > TINY) supply!.ways_S.push(aroundFor_S(network, cable, hub, 'supply')) })
      for (const { cable } of others) network.setDiode(cable, undefined)
    }
    const behind = topology.cables.map((_, cable) => cablesBehind(topology, cable))
    topology.cables.forEach((_, cable) => {
      const spine = behind.find((all, root) => topology.cables[root]!.from === topology.battery && all.includes(cable)) ?? []
      const blocking = diodes.filter(diode => spine.includes(diode.cable))
      // Of the hubs before it none that draws nothing lets the one spine help the other.
      for (const diode of blocking) network.setDiode(diode.cable, 'open')
      const alone = (hub: number): boolean => blocking.some(diode => diode.hub === hub && behind[cable]!.includes(diode.cable))
      blocked_Ohm.push(hubs.map(at => hubs.map(by => alone(at) && alone(by) ? network.transfer_Ohm(at, by) - transfer_Ohm[at]![by]! : 0)))
      for (const diode of blocking) network.setDiode(diode.cable, undefined)
    })
  }
  return {
    transfer_Ohm, blocked_Ohm,
    flows: ways.map(one => one.map(({ share, ways_S }) => ({
      share, around: ways_S.length === 0 ? { least_S: 0, most_S: 0 } : { least_S: Math.min(...ways_S), most_S: Math.max(...ways_S) },
    }))),
  }
}

/** The cables that hang on one, itself among them; a hub's diode ends the way. */
function cablesBehind({ cables }: CopperTopology, cable: number): number[] {
  const behind = [cable]
  for (const one of behind) {
    cables.forEach(({ from }, other) => { if (from === cables[one]!.to && !behind.includes(other)) behind.push(other) })
  }
  return behind
}

/** By what a hub, some of whose current flows there, loses when a contact of the cable is bad. */
function aroundFor_S(network: Network, cable: number, hub: number, conductor: OneConductor): number {
  const share = network.share(cable, hub, conductor)
  const healthy_Ohm = network.transfer_Ohm(hub, hub)
  network.setCorrosion(cable, conductor, PROBE_OHM)
  const acts_Ohm = (network.transfer_Ohm(hub, hub) - healthy_Ohm) / (share * share)
  network.setCorrosion(cable, conductor, 0)
  const around_S = 1 / acts_Ohm - 1 / PROBE_OHM
  return around_S > TINY ? around_S : 0
}
