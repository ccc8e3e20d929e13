import { BUS_KINDS } from './kinds/bus.ts'
import { CAR_KINDS } from './kinds/car.ts'
import { HUB_KINDS } from './kinds/hub.ts'
import { POWER_KINDS } from './kinds/power.ts'
import { TOOL_KINDS } from './kinds/tool.ts'
import type { FuzzKind } from './kinds/kind.ts'

/** Everything that can happen to a car: a new kind is an entry of one of these tables. */
export const FUZZ_KINDS: readonly FuzzKind[] = [...CAR_KINDS, ...HUB_KINDS, ...POWER_KINDS, ...BUS_KINDS, ...TOOL_KINDS]

/** The kind of this name. Throws RangeError when there is none. */
export function fuzzKind(name: string): FuzzKind {
  const found = FUZZ_KINDS.find(kind => kind.name === name)
  if (found === undefined) throw new RangeError(`unknown kind of event "${name}": one of ${FUZZ_KINDS.map(kind => kind.name).join(', ')}`)
  return found
}
