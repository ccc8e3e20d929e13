import {
  encodeWindowRecord, FRICTION_KNOTS, frictionImage, frictionKnot_mm, WINDOW_FRICTION_KEY, WINDOW_RECORD_KEY,
} from '#firmware/components/window/index.ts'
import { saveRecord } from '#firmware/runtime/index.ts'
import { COMPONENT_CLASS, WINDOW_PLUG } from '#protocol/index.ts'
import type { NvmStore } from '../host/index.ts'
import { closingCurrent_A, type Plant, WINDOW_TRAVEL_pulses, WindowPlant } from '../plants/index.ts'

/**
 * What the car maker does at the end of the line: the hub has made its learning run with the component in `port`, and
 * keeps the result in its memory. `serial` is the component's.
 */
export function teach(nvm: NvmStore, port: number, plant: Plant, serial: number): void {
  if (!(plant instanceof WindowPlant)) return
  saveRecord(nvm, port, COMPONENT_CLASS.window, WINDOW_RECORD_KEY, encodeWindowRecord({
    serial, travel_pulses: WINDOW_TRAVEL_pulses, position_pulses: plant.pulses(WINDOW_PLUG.hall),
  }))
  saveRecord(nvm, port, COMPONENT_CLASS.window, WINDOW_FRICTION_KEY, taughtFriction())
}

/**
 * The friction that a learning run at room temperature finds: `at_A` is what closing takes at an opening; of a nominal window
 * with new seals, if nothing else is said.
 */
export function taughtFriction(at_A: (opening_m: number) => number = opening_m => closingCurrent_A(opening_m)): Uint8Array {
  const current_A = new Float32Array(FRICTION_KNOTS)
  for (let i = 0; i < FRICTION_KNOTS; i++) current_A[i] = at_A(frictionKnot_mm(i) / 1000)
  return frictionImage(current_A)
}
