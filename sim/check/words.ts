import { placeOfHub } from '../power/index.ts'
import type { CopperTopology } from '../power/index.ts'
import type { Break, Diagnosis, Finding, PlaceState } from './diagnose.ts'

/** How much it matters: the exit code of the command follows it. */
export type Severity = 'good' | 'watch' | 'repair'

/** From here on a bad contact heats and takes volts that components miss, Ω. */
export const REPAIR_OHM = 0.03

export function severityOf({ findings, breaks }: Diagnosis): Severity {
  if (breaks.length > 0 || findings.some(one => one.added_Ohm >= REPAIR_OHM)) return 'repair'
  return findings.length > 0 ? 'watch' : 'good'
}

/** What contacts a cable has. */
export type ContactPlace = 'hinge' | 'hub' | 'battery' | 'plug' | 'tap'

/** Where to look, for a workshop; undefined for a cable that the car has not. */
export function contactPlaceOf(topology: CopperTopology, name: string): ContactPlace | undefined {
  const cable = topology.cables.find(one => one.name === name)
  if (cable === undefined) return undefined
  const hub = [cable.to, cable.from].find(end => topology.hubs.includes(end))
  if (hub !== undefined) return placeOfHub(hub) === 'door' ? 'hinge' : 'hub'
  if (cable.from === topology.battery || cable.to === topology.battery) return 'battery'
  return (cable.connectors ?? 2) > 0 ? 'plug' : 'tap'
}

const WHERE: Readonly<Record<ContactPlace, string>> = {
  hinge: 'a connector at the tap or in the hinge', hub: 'a connector at the tap or at the hub',
  battery: 'a terminal of the battery, its ground strap or the main fuse', plug: 'its plug, or a tap', tap: 'a tap',
}

function whereIn(topology: CopperTopology, name: string): string {
  const place = contactPlaceOf(topology, name)
  return place === undefined ? 'unknown to this description' : WHERE[place]
}

export function mOhm(ohm: number): string {
  return (1000 * ohm).toFixed(ohm < 0.01 ? 1 : 0)
}

/** `drop.FL: 57 mΩ instead of 9, a connector at the tap or in the hinge, 87 % sure`. */
export function findingText(topology: CopperTopology, finding: Finding): string {
  const { cables, both, orElse, course, added_Ohm, deviation_Ohm, least_Ohm, nominal_Ohm, sure } = finding
  const when = { steady: '', intermittent: ', now and then', ageing: ', growing while it was looked at' }[course]
  const places = cables.map(name => `${name}: ${whereIn(topology, name)}`).join(both ? '; and ' : '; or ')
  const others = orElse.length === 0 ? '' : `; not excluded: ${orElse.join(', ')}`
  const percent = Math.min(99.9, 100 * sure)
  const now = both ? `each ${mOhm(least_Ohm)} mΩ or more above its description` : 4 * deviation_Ohm > added_Ohm
    ? `${mOhm(nominal_Ohm + least_Ohm)} mΩ or more instead of ${mOhm(nominal_Ohm)}`
    : `${mOhm(nominal_Ohm + added_Ohm)} mΩ instead of ${mOhm(nominal_Ohm)} (± ${mOhm(2 * deviation_Ohm)})`
  return `${cables.join(both ? ' and ' : ' or ')}: ${now}${when}, `
    + `${percent.toFixed(percent > 99 ? 1 : 0)} % sure. Look at ${places}${others}`
}

export function breakText({ hubs, cables }: Break): string {
  const who = `${hubs.join(', ')} ${hubs.length === 1 ? 'is' : 'are'} silent`
  return cables.length === 0 ? `${who}: no single cable leads to ${hubs.length === 1 ? 'it, or it is dead' : 'all of them'}`
    : `${who}: ${cables.join(' or ')} is broken (supply, ground, fuse or data pair)${hubs.length === 1 ? ', or the hub is dead' : ''}`
}

export function stateText({ state, resolution_Ohm }: PlaceState): string {
  if (state === 'good') return 'good'
  if (state === 'bad') return 'bad'
  if (state === 'hidden') return 'not to be told: the current goes around it'
  return resolution_Ohm === Infinity ? 'not excited: it carried nothing' : 'not excited: it carried too little, or too briefly'
}

/** Nothing is known of the place. */
export function isUnknown({ state }: PlaceState): boolean {
  return state === 'notExcited' || state === 'hidden'
}
