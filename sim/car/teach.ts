import { encodeWindowRecord } from '#firmware/components/window/record.ts'
import { WINDOW_RECORD_KEY } from '#firmware/components/window/window.ts'
import { saveRecord } from '#firmware/runtime/nvm.ts'
import { COMPONENT_CLASS } from '#protocol/catalogue/enums.ts'
import { WINDOW_PLUG } from '#protocol/plug.ts'
import type { NvmStore } from '../host/nvm-store.ts'
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
}
