import { list, number, object, oneOf, optional, read, text } from '../schema/index.ts'
import type { Data } from '../schema/index.ts'
import type { CopperModel } from './copper.ts'
import type { Prior } from './estimate.ts'

const placeSchema = object({
  cables: list(text),
  /** Of a ring: which of their conductors. */
  conductor: optional(oneOf(['supply', 'return'])),
  added_mOhm: number(-1000, 10_000, 'mΩ'), deviation_mOhm: number(0, 10_000, 'mΩ'),
})
const hubSchema = object({
  hub: text, offset_V: number(-5, 5, 'V'), offsetDeviation_V: number(0, 5, 'V'), gain: number(-0.5, 0.5), gainDeviation: number(0, 0.5),
})
const baselineSchema = object({ spineBaseline: number(1, 1), car: text, places: list(placeSchema), hubs: list(hubSchema) })

/** What was learned of one car, as its file: what healthy places add to their description, and the errors of its hubs' sensors. */
export type Baseline = Data<typeof baselineSchema>

/** Since it was learned, contacts and sensors may have moved by so much, rms. */
const DRIFT = { place_Ohm: 0.001, offset_V: 0.005, gain: 0.001 } as const

/** Throws `DataError` with one line for each wrong field. */
export function parseBaseline(data: unknown): Baseline {
  return read(baselineSchema, data, 'baseline')
}

export function baselineOf(model: CopperModel, car: string, learned: Prior): Baseline {
  return {
    spineBaseline: 1, car,
    places: model.places.map(({ cables, conductor }, i) => ({
      cables: [...cables], ...conductor === undefined ? {} : { conductor }, added_mOhm: rounded(1000 * learned.added_Ohm[i]!),
      deviation_mOhm: rounded(1000 * Math.sqrt(learned.addedVariance[i]!)),
    })),
    hubs: model.hubs.map((hub, i) => ({
      hub, offset_V: rounded(learned.offset_V[i]!), offsetDeviation_V: rounded(Math.sqrt(learned.offsetVariance[i]!)),
      gain: rounded(learned.gain[i]!), gainDeviation: rounded(Math.sqrt(learned.gainVariance[i]!)),
    })),
  }
}

/** What is known of a car by its baseline; where that does not speak of a place or a hub, what `described` says. */
export function priorOf(model: CopperModel, baseline: Baseline, described: Prior): Prior {
  const place = model.places.map(({ cables, conductor }) =>
    baseline.places.find(one => one.cables.join() === cables.join() && one.conductor === conductor))
  const hub = model.hubs.map(name => baseline.hubs.find(one => one.hub === name))
  const variance = (deviation: number, drift: number): number => deviation * deviation + drift * drift
  return {
    added_Ohm: place.map((one, i) => one === undefined ? described.added_Ohm[i]! : one.added_mOhm / 1000),
    addedVariance: place.map((one, i) =>
      one === undefined ? described.addedVariance[i]! : variance(one.deviation_mOhm / 1000, DRIFT.place_Ohm)),
    offset_V: hub.map((one, i) => one?.offset_V ?? described.offset_V[i]!),
    offsetVariance: hub.map((one, i) => one === undefined ? described.offsetVariance[i]! : variance(one.offsetDeviation_V, DRIFT.offset_V)),
    gain: hub.map((one, i) => one?.gain ?? described.gain[i]!),
    gainVariance: hub.map((one, i) => one === undefined ? described.gainVariance[i]! : variance(one.gainDeviation, DRIFT.gain)),
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(5))
}
