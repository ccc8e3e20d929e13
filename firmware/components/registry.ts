import { amplifierEntry } from './amplifier/amplifier.ts'
import type { ComponentEntry } from './component.ts'
import { lampEntry } from './lamp/lamp.ts'
import { latchEntry } from './latch/latch.ts'
import { mirrorEntry } from './mirror/mirror.ts'
import { switchPackEntry } from './switch-pack/switch-pack.ts'
import { vehicleEntry } from './vehicle/vehicle.ts'
import { windowEntry } from './window/window.ts'

/** Every component class this firmware can drive. An image takes the entries of the classes that fit its ports. */
export const COMPONENTS: readonly ComponentEntry[] = [
  windowEntry, mirrorEntry, latchEntry, lampEntry, amplifierEntry, switchPackEntry, vehicleEntry,
]
