import { FRICTION_KNOTS, frictionImage, frictionKnot_mm } from '#firmware/components/window/load.ts'
import { encodeWindowRecord } from '#firmware/components/window/position.ts'
import { WINDOW_FRICTION_KEY, WINDOW_RECORD_KEY } from '#firmware/components/window/window.ts'
import { saveRecord } from '#firmware/runtime/nvm.ts'
import { COMPONENT_CLASS } from '#protocol/catalogue/enums.ts'
import { WINDOW_PLUG } from '#protocol/plug.ts'
import type { NvmStore } from '../host/nvm-store.ts'
import { closingCurrent_A } from '../plants/window-regulator.ts'
import { WINDOW_TRAVEL_pulses, WindowPlant } from '../plants/window.ts'
import type { Plant } from '../plants/plant.ts'

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

/** The friction that a learning run on new seals at room temperature finds. */
export function taughtFriction(): Uint8Array {
  const current_A = new Float32Array(FRICTION_KNOTS)
  for (let i = 0; i < FRICTION_KNOTS; i++) current_A[i] = closingCurrent_A(frictionKnot_mm(i) / 1000)
  return frictionImage(current_A)
}
