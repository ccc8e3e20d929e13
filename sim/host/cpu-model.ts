import { HUB_PORT, HUB_RECORD, nvmKey } from '#firmware/runtime/index.ts'
import type { HubTypeName } from '#protocol/index.ts'
import costs from './callback-costs.json' with { type: 'json' }
import { type CallbackKey, watched } from './callbacks.ts'
import type { FirmwareImage } from './hub-host.ts'

/** Before the key of a callback of a hub with keys. */
export const KEYED = 'keyed '

/**
 * Boards by what one bytecode of XS takes there, ns. One is 48–70 Thumb-2 instructions with XS, 1.5 cycles each: 0.9 µs on an F411 at
 * 100 MHz; an ESP32 takes 1.4–2.4 times that. In Espruino the same work takes 10.9–14.3 µs on that F411.
 */
const BYTECODE_ns = { ideal: 0, 'esp32-xs': 1700, 'f411-espruino': 12_500 } as const

/** What the hubs of a car run on. */
export type CpuName = keyof typeof BYTECODE_ns
export const CPUS = Object.keys(BYTECODE_ns) as CpuName[]

const MS_ns = 1_000_000

/** By hub type and callback: bytecodes, metered; a callback that was never seen costs as the nearest that was. */
type CostTable = Readonly<Record<string, Readonly<Record<CallbackKey, number>>>>

/** The image of a hub that pays for its callbacks: `pause` keeps its processor busy for so long. */
export function paying(image: FirmwareImage, hub: HubTypeName, cpu: CpuName, pause: (duration_ms: number) => void): FirmwareImage {
  const table = (costs as CostTable)[hub]!
  return (hal) => {
    const keyed = hal.nvm.read(nvmKey(HUB_PORT, HUB_RECORD.keys)) !== undefined
    const found = new Map<CallbackKey, number>()
    return watched(image, (key) => {
      let bytecodes = found.get(key)
      if (bytecodes === undefined) {
        bytecodes = costOf(table, key, keyed)
        found.set(key, bytecodes)
      }
      pause(bytecodes * BYTECODE_ns[cpu] / MS_ns)
    })(hal)
  }
}

/** Less and less of the key, then what is most of its kind; of a hub with keys what was metered of one. */
export function costOf(table: Readonly<Record<CallbackKey, number>>, key: CallbackKey, keyed = false): number {
  if (keyed) {
    const own = Object.entries(table).filter(([other]) => other.startsWith(KEYED)).map(([other, cost]) => [other.slice(KEYED.length), cost])
    return costOf(Object.fromEntries(own) as Record<CallbackKey, number>, key)
  }
  const words = key.split(' ')
  for (let length = words.length; length > 0; length--) {
    const bytecodes = table[words.slice(0, length).join(' ')]
    if (bytecodes !== undefined) return bytecodes
  }
  const alike = Object.entries(table).filter(([other]) => other.split(' ')[0] === words[0]).map(([, bytecodes]) => bytecodes)
  return Math.max(0, ...alike)
}
