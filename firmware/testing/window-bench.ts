import { COMPONENT_CLASS, type Descriptor, WINDOW_ACTION } from '#protocol/index.ts'
import {
  encodeWindowRecord, FRICTION_KNOTS, frictionImage, WINDOW_FRICTION_KEY, WINDOW_RECORD_KEY, windowEntry,
} from '../components/window/index.ts'
import { DriverBench, benchDescriptor } from './driver-bench.ts'
import { MOTOR_DATA } from './descriptors.ts'
import { WindowModel } from './window-model.ts'

export const WINDOW_DESCRIPTOR: Descriptor = benchDescriptor(COMPONENT_CLASS.window, {
  travel_pulses: WindowModel.TRAVEL, stall_A: 20, ...MOTOR_DATA,
})

export type WindowDriverBench = DriverBench<typeof windowEntry>

export interface WindowBench { bench: WindowDriverBench, glass: WindowModel }

/** A window driver on a bench with a model of the glass, which has made its learning run or not. */
export function windowBench(opening_pct: number, learned = true, descriptor: Descriptor = WINDOW_DESCRIPTOR, gap_ms = 20): WindowBench {
  const glass = new WindowModel(opening_pct * WindowModel.TRAVEL / 100, 1234)
  const nvm = new Map<number, Uint8Array>()
  if (learned) {
    const record = { serial: descriptor.serial, travel_pulses: WindowModel.TRAVEL, position_pulses: glass.x }
    nvm.set(WINDOW_RECORD_KEY, encodeWindowRecord(record))
    nvm.set(WINDOW_FRICTION_KEY, frictionImage(new Float32Array(FRICTION_KNOTS).fill(WindowModel.FRICTION_A)))
  }
  const prepare = (bench: DriverBench): void => {
    bench.plant = glass
    bench.gap_ms = gap_ms
  }
  return { glass, bench: new DriverBench(windowEntry, descriptor, { nvm, prepare }) }
}

/** Gives a command; returns whether it was accepted. */
export function order(bench: WindowDriverBench, action: keyof typeof WINDOW_ACTION, position_pct = NaN): boolean {
  return bench.command({ sequence: 0, action: WINDOW_ACTION[action], position_pct })
}

/** What drives the motor now: + opens. */
export function duty(bench: DriverBench): number {
  return bench.duties[0]!
}

/** Lets the driver come to rest; returns how long it took, Infinity when it did not. */
export function rest(bench: DriverBench, limit_ms: number): number {
  return bench.until(() => bench.pending === 0, limit_ms)
}
