import { amplifierEntry } from './amplifier/index.ts'
import type { ComponentEntry } from './component.ts'
import { lampEntry } from './lamp/index.ts'
import { latchEntry } from './latch/index.ts'
import { mirrorEntry } from './mirror/index.ts'
import { switchPackEntry } from './switch-pack/index.ts'
import { vehicleEntry } from './vehicle/index.ts'
import { windowEntry } from './window/index.ts'

/** Every component class this firmware can drive. An image takes the entries of the classes that fit its ports. */
export const COMPONENTS: readonly ComponentEntry[] = [
  windowEntry, mirrorEntry, latchEntry, lampEntry, amplifierEntry, switchPackEntry, vehicleEntry,
]
