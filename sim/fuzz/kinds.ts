import { BUS_KINDS, CAR_KINDS, type FuzzKind, HUB_KINDS, POWER_KINDS, TOOL_KINDS } from './kinds/index.ts'

/** Everything that can happen to a car: a new kind is an entry of one of these tables. */
export const FUZZ_KINDS: readonly FuzzKind[] = [...CAR_KINDS, ...HUB_KINDS, ...POWER_KINDS, ...BUS_KINDS, ...TOOL_KINDS]

/** The kind of this name. Throws RangeError when there is none. */
export function fuzzKind(name: string): FuzzKind {
  const found = FUZZ_KINDS.find(kind => kind.name === name)
  if (found === undefined) throw new RangeError(`unknown kind of event "${name}": one of ${FUZZ_KINDS.map(kind => kind.name).join(', ')}`)
  return found
}
