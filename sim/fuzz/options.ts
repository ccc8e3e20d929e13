import { byName, type Data, number, object, read, whole } from '../schema/index.ts'
import { carSchema, chosenCar, chosenSchema } from './chosen-car.ts'
import { FUZZ_KINDS, type KindName } from './kinds.ts'
import { FUZZ_SCENES, type SceneName } from './scenes.ts'

const MOST_RATE = 6000
const LONGEST_ms = 86_400_000
/** By then the hubs have their addresses. */
export const BOOT_ms = 1200
/** Time for events between start and calm. */
const LEAST_ACTION_ms = 1000

/** Everything that shapes random runs, in one record. */
export const optionsSchema = object({
  ...carSchema,
  /** Of the campaign. */
  seed: whole(0, 0xffff_ffff),
  /** Virtual time of a run. */
  for_ms: number(0, LONGEST_ms, 'ms'),
  /** Events a minute by kind, and scenes a minute by scene, in a run that has the kind or scene. */
  perMinute: byName(number(0, MOST_RATE)),
  /** Chance that a kind is left out of a run: what never happens together with others is found too. */
  off: number(0, 1),
  /** Chance that the car is left alone afterwards until it sleeps, and is woken. */
  nights: number(0, 1),
  /** Calm at the end of a run, in which everything mended has to come back. */
  quiet_ms: number(0, LONGEST_ms, 'ms'),
})
export type FuzzOptions = Data<typeof optionsSchema>

/** Kinds of event, and scenes, by name. */
export const EVERYTHING = { ...FUZZ_KINDS, ...FUZZ_SCENES }

/** These rates, and nothing else. */
export function onlyRates(rates: Rates): Record<string, number> {
  return { ...Object.fromEntries(Object.keys(EVERYTHING).map(name => [name, 0])), ...rates }
}

/** Events a minute of some kinds and scenes. */
export type Rates = Readonly<Partial<Record<KindName | SceneName, number>>>

/** What a campaign is like unless it is told otherwise. */
export const FUZZ_DEFAULTS: FuzzOptions = {
  seed: 1,
  for_ms: 30_000,
  perMinute: Object.fromEntries(Object.entries(EVERYTHING).map(([name, { perMinute }]) => [name, perMinute])),
  off: 0.5,
  nights: 0.2,
  quiet_ms: 9000,
}

/** Fills in what is left out. Throws RangeError for what makes no sense. */
export function fuzzOptions(given: Partial<FuzzOptions> = {}): FuzzOptions {
  read(chosenSchema, chosenCar(given), 'car')
  const options = { ...FUZZ_DEFAULTS, ...given, perMinute: { ...FUZZ_DEFAULTS.perMinute, ...given.perMinute } }
  for (const [kind, rate] of Object.entries(options.perMinute)) {
    if (!Object.hasOwn(FUZZ_DEFAULTS.perMinute, kind)) {
      throw new RangeError(`unknown kind of event "${kind}": one of ${Object.keys(FUZZ_DEFAULTS.perMinute).join(', ')}`)
    }
    if (!(rate >= 0 && rate <= MOST_RATE)) throw new RangeError(`${rate} events a minute of ${kind} are not in 0…${MOST_RATE}`)
  }
  const { for_ms, quiet_ms } = options
  if (!(quiet_ms >= 0 && quiet_ms <= LONGEST_ms)) throw new RangeError(`a calm of ${quiet_ms} ms is not in 0…${LONGEST_ms} ms`)
  const least_ms = BOOT_ms + LEAST_ACTION_ms + quiet_ms
  if (!(for_ms >= least_ms && for_ms <= LONGEST_ms)) {
    throw new RangeError(`a run of ${for_ms} ms is not in ${least_ms}…${LONGEST_ms} ms: the car starts for ${BOOT_ms} ms, `
      + `is left alone for the last ${quiet_ms} ms, and between them there must be ${LEAST_ACTION_ms} ms for events`)
  }
  for (const chance of [options.off, options.nights]) if (!(chance >= 0 && chance <= 1)) throw new RangeError(`chance ${chance} is not in 0…1`)
  return options
}
