import type { ConductorName } from './copper-faults.ts'
import { Network } from './network.ts'
import type { CopperTopology } from './topology.ts'

/** Conductance of the ways around a cable, S; 0: there is none. */
export interface WayAround {
  /** Of two spines at least: one hub draws alone, and the diodes of the others block. */
  readonly least_S: number
  readonly most_S: number
}

/** How healthy copper shares what hubs draw, two spines too. */
export interface CopperFlows {
  /** [cable][hub]: share of the hub's current in the cable, positive from → to. */
  readonly share: readonly (readonly number[])[]
  /** [hub][other hub]: volts lost at the hub by each ampere of the other, Ω. */
  readonly transfer_Ohm: readonly (readonly number[])[]
  /** By cable. R in one of its conductors takes share² × R / (1 + R × S) from a hub for each of its amperes: the current goes around. */
  readonly around: readonly WayAround[]
}

/** Added to find out how the copper answers, Ω. */
const PROBE_OHM = 0.5
/** What is no share. */
const TINY = 1e-3
const CONDUCTORS = ['supply', 'return'] as const satisfies readonly ConductorName[]

/** With all copper at `copper_C`. Throws `DataError` when the topology is not right. */
export function flowsOf(topology: CopperTopology, copper_C: number): CopperFlows {
  const network = new Network(topology, 1)
  network.setTemperature_C(copper_C)
  const hubs = [...topology.hubs.keys()]
  const share = topology.cables.map((_, cable) => hubs.map(hub => network.share(cable, hub)))
  const transfer_Ohm = hubs.map(at => hubs.map(by => network.transfer_Ohm(at, by)))
  const most = (own: readonly number[]): number => own.reduce((best, one, hub) => Math.abs(one) > Math.abs(own[best]!) ? hub : best, 0)
  const ways_S = share.map((own, cable) => topology.layout === 'line' ? []
    : CONDUCTORS.map(conductor => aroundFor_S(network, cable, most(own), conductor)))
  if (topology.layout === 'dual') {
    const diodes = topology.cables.flatMap(({ diode, to }, cable) => diode === undefined ? [] : [{ cable, hub: topology.hubs.indexOf(to) }])
    for (const hub of hubs) {
      const others = diodes.filter(diode => diode.hub !== hub)
      for (const { cable } of others) network.setDiode(cable, 'open')
      ways_S.forEach((ways, cable) => { if (Math.abs(share[cable]![hub]!) > TINY) ways.push(aroundFor_S(network, cable, hub, 'supply')) })
      for (const { cable } of others) network.setDiode(cable, undefined)
    }
  }
  return {
    share, transfer_Ohm,
    around: ways_S.map(ways => ways.length === 0 ? { least_S: 0, most_S: 0 } : { least_S: Math.min(...ways), most_S: Math.max(...ways) }),
  }
}

/** By what a hub, some of whose current flows there, loses when a contact of the cable is bad. */
function aroundFor_S(network: Network, cable: number, hub: number, conductor: ConductorName): number {
  const share = network.share(cable, hub)
  const healthy_Ohm = network.transfer_Ohm(hub, hub)
  network.setCorrosion(cable, conductor, PROBE_OHM)
  const acts_Ohm = (network.transfer_Ohm(hub, hub) - healthy_Ohm) / (share * share)
  network.setCorrosion(cable, conductor, 0)
  const around_S = 1 / acts_Ohm - 1 / PROBE_OHM
  return around_S > TINY ? around_S : 0
}
