import type { AssumptionName, Assumptions, Range } from './assumptions.ts'
import { scaled, times } from './range.ts'
import type { Wiring } from './today.ts'

/** A car of which something is published, beside what this model says of it. */
export interface Case {
  readonly what: string
  readonly published: number
  readonly unit: string
  readonly model: Range
  readonly agrees: boolean
  readonly source: string
  readonly from: readonly AssumptionName[]
}

const RIVIAN = 'Rivian R1, second generation (2024): 17 controllers became 7, three of them zonal; evhicle.org 2024-06-06, leandesign.com'
const TESLA = 'Tesla Cybertruck (2023): 48 V ring, zonal controllers; vehiclesuggest.com and forum.kirupa.com repeat the maker\'s figures'

/** Checks of the order of magnitude, with the lengths that the model finds in this car: best read of a pickup. */
export function knownCases(today: Wiring, spine: Wiring, a: Assumptions): Case[] {
  const far_m: Range = { low: today.metres.low / today.wires.low, high: today.metres.high / today.wires.high }
  const near_m = spine.metres.high / spine.wires.high
  const shorter_m: Range = { low: Math.max(0, far_m.low - near_m), high: Math.max(0, far_m.high - near_m) }
  const metres = times(a['vehicle.wires'], a['zonal.share'], shorter_m)
  const rest = a['zonal.crossing']
  const power = today.power_kg.high / today.copper_kg.high
  const of = (what: string, published: number, unit: string, model: Range, source: string, from: readonly AssumptionName[]): Case =>
    ({ what, published, unit, model, agrees: model.low <= published && published <= model.high, source, from })
  return [
    of('an electric truck\'s second generation: wire that went', 2575, 'm', metres, RIVIAN, ['vehicle.wires', 'zonal.share', 'route.factor']),
    of('the same: mass that went, some of it controllers', 20, 'kg', scaled(times(metres, a['zonal.kg_km']), 1 / 1000), RIVIAN, [
      'vehicle.wires', 'zonal.share', 'zonal.kg_km', 'route.factor',
    ]),
    of('a pickup with a 48 V ring: wires that cross the car, less', 77, '%', { low: 100 * (1 - rest.high), high: 100 * (1 - rest.low) }, TESLA, ['zonal.crossing']),
    of('the same: copper, less', 50, '%', {
      low: 100 * (1 - power * a['v48.power'].high - (1 - power)), high: 100 * (1 - power * a['v48.power'].low - (1 - power) * rest.low),
    }, TESLA, ['v48.power', 'zonal.crossing']),
  ]
}
