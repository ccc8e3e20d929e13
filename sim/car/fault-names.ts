import type { BusFaultOptions } from '../bus/index.ts'
import type { SupplyFault } from '../power/index.ts'
import { notOneOf } from '../schema/index.ts'
import { spinesOf, type TopologyData } from './topology.ts'

/** What of a car faults can name. */
type Named = Pick<TopologyData, 'copper'> & { readonly hubs: readonly { readonly location: string }[] }

/** Of spine A by name of the fault, of spine B in a record of its own. */
export interface CarBusFaults extends BusFaultOptions {
  readonly spineB?: BusFaultOptions | undefined
}

/** Hubs and spines that the car has not, and cuts where there is no spine, a line each. */
export function busFaultProblems(faults: CarBusFaults, car: Named, path: string): string[] {
  const { spineB } = faults
  return [
    ...problemsOfBus(faults, car, path),
    ...(spineB === undefined ? [] : spinesOf(car) === 2 ? problemsOfBus(spineB, car, `${path}.spineB`) : [`${path}.spineB: this car has one spine`]),
  ]
}

function problemsOfBus(faults: BusFaultOptions, { hubs }: Named, path: string): string[] {
  const locations = hubs.map(hub => hub.location)
  const last = locations.length - 2
  const named = [
    ...(['nodeBitErrorRate', 'frameLossRate', 'babbling'] as const).flatMap(field =>
      Object.keys(faults[field] ?? {}).map(name => ({ name, at: `${path}.${field}.${name}` }))),
    ...(faults.dropped ?? []).map((name, i) => ({ name, at: `${path}.dropped[${i}]` })),
  ]
  return [
    ...named.filter(({ name }) => !locations.includes(name)).map(({ name, at }) => `${at}: ${notOneOf(name, locations)}`),
    ...(faults.cuts ?? []).flatMap((cut, i) => Number.isInteger(cut) && cut >= 0 && cut <= last
      ? []
      : [`${path}.cuts[${i}]: is ${cut}, not a place between two hubs${last < 0 ? ', of which there is one' : `: 0 (behind ${locations[0]}) … ${last} (behind ${locations[last]})`}`]),
  ]
}

/** Cables, fuses and hubs that the copper has not, a line each. */
export function powerFaultProblems(
  faults: { readonly copper?: readonly SupplyFault[] | undefined }, { copper }: Named, path: string,
): string[] {
  const cables = copper.cables.map(cable => cable.name)
  const fused = copper.cables.filter(cable => cable.fuse !== undefined).map(cable => cable.name)
  return (faults.copper ?? []).flatMap((fault, i) => {
    const at = `${path}.copper[${i}]`
    if (fault.kind === 'short') return copper.hubs.includes(fault.hub) ? [] : [`${at}.hub: ${notOneOf(fault.hub, copper.hubs)}`]
    const cable = copper.cables.find(other => other.name === fault.cable)
    if (cable === undefined) return [`${at}.cable: ${notOneOf(fault.cable, cables)}`]
    if ('at_m' in fault && fault.at_m !== undefined && fault.at_m > cable.length_m) {
      return [`${at}.at_m: is ${fault.at_m}, not a number in 0…${cable.length_m} m, the length of ${fault.cable}`]
    }
    if (fault.kind === 'diode') return cable.diode === undefined ? [`${at}.cable: ${fault.cable} has no diode`] : []
    return fault.kind !== 'fuse' || fused.includes(fault.cable) ? [] : [`${at}.cable: ${fault.cable} has no fuse; ${fused.join(', ')} have one`]
  })
}
