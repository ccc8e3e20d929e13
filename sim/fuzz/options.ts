import { FUZZ_KINDS } from './kinds.ts'
import { FUZZ_SCENES } from './scenes.ts'

/** Everything that shapes random runs, in one record. */
export interface FuzzOptions {
  /** Of the campaign, 0–2³²−1. */
  readonly seed: number
  /** Virtual time of a run. */
  readonly for_ms: number
  /** Events a minute by kind, and scenes a minute by scene, in a run that has the kind or scene. */
  readonly perMinute: Readonly<Record<string, number>>
  /** Chance that a kind is left out of a run: what never happens together with others is found too. */
  readonly off: number
  /** Chance that the car is left alone afterwards until it sleeps, and is woken. */
  readonly nights: number
  /** Calm at the end of a run, in which everything mended has to come back. */
  readonly quiet_ms: number
}

const LEAST_RUN_ms = 3000
const MOST_RATE = 6000

/** What a campaign is like unless it is told otherwise. */
export const FUZZ_DEFAULTS: FuzzOptions = {
  seed: 1,
  for_ms: 30_000,
  perMinute: Object.fromEntries([...FUZZ_KINDS, ...FUZZ_SCENES].map(({ name, perMinute }) => [name, perMinute])),
  off: 0.5,
  nights: 0.2,
  quiet_ms: 9000,
}

/** Fills in what is left out. Throws RangeError for what makes no sense. */
export function fuzzOptions(given: Partial<FuzzOptions> = {}): FuzzOptions {
  const options = { ...FUZZ_DEFAULTS, ...given, perMinute: { ...FUZZ_DEFAULTS.perMinute, ...given.perMinute } }
  for (const [kind, rate] of Object.entries(options.perMinute)) {
    if (!Object.hasOwn(FUZZ_DEFAULTS.perMinute, kind)) {
      throw new RangeError(`unknown kind of event "${kind}": one of ${Object.keys(FUZZ_DEFAULTS.perMinute).join(', ')}`)
    }
    if (!(rate >= 0 && rate <= MOST_RATE)) throw new RangeError(`${rate} events a minute of ${kind} are not in 0…${MOST_RATE}`)
  }
  if (!(options.for_ms >= LEAST_RUN_ms && options.for_ms <= 86_400_000)) throw new RangeError(`a run of ${options.for_ms} ms is not in 3 s … 24 h`)
  for (const chance of [options.off, options.nights]) if (!(chance >= 0 && chance <= 1)) throw new RangeError(`chance ${chance} is not in 0…1`)
  return options
}
