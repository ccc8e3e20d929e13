import { namesOf } from '../schema/index.ts'
import { BUS_KINDS, CAR_KINDS, type FuzzKind, HUB_KINDS, POWER_KINDS, RIDE_KINDS, TOOL_KINDS } from './kinds/index.ts'

const TABLE = { ...CAR_KINDS, ...HUB_KINDS, ...POWER_KINDS, ...BUS_KINDS, ...TOOL_KINDS, ...RIDE_KINDS }

export type KindName = keyof typeof TABLE

/** Everything that can happen to a car, by name: a new kind is an entry of one of these tables. */
export const FUZZ_KINDS: Readonly<Record<KindName, FuzzKind>> = TABLE
export const KIND_NAMES = namesOf(TABLE)

/** The kind of this name. Throws RangeError when there is none. */
export function kindNamed(name: string): KindName {
  const found = KIND_NAMES.find(kind => kind === name)
  if (found === undefined) throw new RangeError(`unknown kind of event "${name}": one of ${KIND_NAMES.join(', ')}`)
  return found
}
