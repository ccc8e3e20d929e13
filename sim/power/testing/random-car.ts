import { Prng } from '../../kernel/index.ts'
import type { Cable, CopperTopology } from '../topology.ts'
import { ampacity_A, GAUGES_MM2 } from '../wire.ts'
import type { Condition, Law } from './dense-reference.ts'
import { currentLaw, motorLaw, powerLaw, resistorLaw } from './dense-reference.ts'

export interface RandomCar {
  readonly topology: CopperTopology
  readonly conditions: Condition[]
  /** Of all conductors, °C. */
  readonly copper_C: number
  readonly emf_V: number
  readonly source_Ohm: number
  /** Loads by hub. */
  readonly laws: Law[][]
}

/**
 * A car of random copper, faults and loads: a tree of 1–10 taps, or a ring of 2–10; a hub on every tap, some on others'
 * taps; `dual`: two trees, and each hub on both.
 */
export function randomCar(seed: number, dual = false): RandomCar {
  const dice = new Prng(seed, 'random car')
  const between = (low: number, high: number): number => low + (high - low) * dice.next()
  const pick = <T>(list: readonly T[]): T => list[dice.below(list.length)]!
  const layout = dual ? 'dual' : dice.chance(0.5) ? 'ring' : 'line'
  const taps = Array.from({ length: (layout === 'ring' ? 2 : 1) + dice.below(9) }, (_, i) => `tap${i}`)
  const hubs = Array.from({ length: taps.length + dice.below(3) }, (_, i) => `hub${i}`)
  const cables: Cable[] = []
  const lay = (from: string, to: string, gauge_mm2: number, returnGauge_mm2: number, diode?: Cable['diode']): void => {
    const carries_A = ampacity_A(Math.min(gauge_mm2, returnGauge_mm2), 50)
    cables.push({
      name: `cable${cables.length}`, from, to, length_m: between(0.1, 4), gauge_mm2, returnGauge_mm2,
      connectors: dice.below(4), contact_mOhm: between(0, 6), fuse: { rating_A: Math.floor(carries_A) },
      ...(diode !== undefined && { diode }),
    })
  }
  const ringGauge = pick(GAUGES_MM2.slice(4))
  taps.forEach((tap, i) => {
    if (layout === 'ring') lay(i === 0 ? 'battery' : taps[i - 1]!, tap, ringGauge, ringGauge)
    else lay(i === 0 ? 'battery' : taps[dice.below(i)]!, tap, pick(GAUGES_MM2.slice(3)), pick(GAUGES_MM2.slice(3)))
  })
  if (layout === 'ring') lay('battery', taps[taps.length - 1]!, ringGauge, ringGauge)
  if (dual) {
    const others = taps.map(tap => `other ${tap}`)
    const gauge = (): number => pick(GAUGES_MM2.slice(3))
    others.forEach((tap, i) => lay(i === 0 ? 'battery' : others[dice.below(i)]!, tap, gauge(), gauge()))
    for (const hub of hubs) {
      for (const from of [taps, others]) lay(pick(from), hub, pick(GAUGES_MM2), pick(GAUGES_MM2), { resistance_mOhm: between(1, 30) })
    }
    taps.push(...others)
  } else hubs.forEach((hub, i) => lay(taps[i % taps.length]!, hub, pick(GAUGES_MM2), pick(GAUGES_MM2)))
  const ill = (): number => dice.chance(0.05) ? Infinity : dice.chance(0.1) ? between(0, 0.5) : 0
  let shorts = 0
  const touching = ({ length_m }: Cable): Condition['short'] => {
    if (shorts === 3 || !dice.chance(0.05)) return undefined
    shorts++
    return { at_m: between(0.02, 0.98) * length_m, resistance_Ohm: between(0.005, 2) }
  }
  const broken = ({ diode }: Cable): Condition['diode'] =>
    diode === undefined || !dice.chance(0.1) ? undefined : pick(['open', 'shorted'])
  const limit = (): number => dice.chance(0.3) ? between(1, 25) : Infinity
  const randomLaw = (): Law => {
    switch (dice.below(4)) {
      case 0: return currentLaw(between(0, 15))
      case 1: return resistorLaw(between(0.1, 20), limit())
      case 2: return powerLaw(between(0, 150), between(3, 9), limit())
      default: return motorLaw(between(-12, 12), between(0.2, 2), dice.next(), limit())
    }
  }
  return {
    topology: { layout, battery: 'battery', taps, hubs, ambient_C: 50, cables },
    conditions: cables.map(cable => ({
      supplyExtra_Ohm: ill(), returnExtra_Ohm: ill(), short: touching(cable), ...(dual && { diode: broken(cable) }),
    })),
    copper_C: between(-40, 150),
    emf_V: pick([between(-14, 0), between(0, 9), between(9, 16), between(16, 36)]),
    source_Ohm: between(0.002, 0.1),
    laws: hubs.map(() => Array.from({ length: dice.below(4) }, randomLaw)),
  }
}
