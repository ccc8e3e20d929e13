import { describe, expect, it } from 'vitest'
import { costOf } from '../host/index.ts'
import { WindowPlant } from '../plants/index.ts'
import { attachNode, type CpuName, CPUS, createCar } from './index.ts'

/** Opens the front left window: when it first moved, how far it came, how busy its hub was, and the frames of the bus. */
function opened(cpu: CpuName | undefined): { moved_ms: number, opening: number, busy: number, frames: string[] } {
  const car = createCar({ seed: 5, ...(cpu !== undefined && { cpu }) })
  const frames: string[] = []
  attachNode(car, { name: 'ear' }).onFrame(({ id, data, length, timestamp_ns }) => {
    frames.push(`${timestamp_ns} ${id.toString(16)} ${[...data.subarray(0, length)].join()}`)
  })
  car.boot()
  car.run(3000)
  car.setIgnition('on')
  car.run(1000)
  const window = car.plant('FL.window', WindowPlant)
  const from_m = window.position_m
  car.press('DASH.windowFL.down')
  let [moved_ms, busy] = [Infinity, 0]
  const steps = 2000
  for (let t_ms = 0; t_ms < steps; t_ms++) {
    car.run(1)
    if (car.hub('FL').cpu.paused) busy++
    if (moved_ms === Infinity && Math.abs(car.plant('FL.window', WindowPlant).position_m - from_m) > 0.001) moved_ms = t_ms
  }
  return { moved_ms, opening: car.plant('FL.window', WindowPlant).position_m - from_m, busy: busy / steps, frames }
}

describe('hubs that pay for their callbacks', () => {
  const drives = new Map(CPUS.map(cpu => [cpu, opened(cpu)]))
  const of = (cpu: CpuName): ReturnType<typeof opened> => drives.get(cpu)!

  it('an ideal processor takes no time: the same frames as without one', () => {
    expect(of('ideal').busy).toBe(0)
    expect(opened(undefined).frames).toEqual(of('ideal').frames)
  })

  it('on an ESP32 with XS the window opens as far, its hub busy for part of the time', () => {
    const { opening, busy } = of('esp32-xs')
    expect(opening).toBeGreaterThan(0.9 * of('ideal').opening)
    expect([busy > 0.1, busy < 0.9]).toEqual([true, true])
  })

  it('with Espruino on an F411 it answers later, or not within two seconds, and is busy', () => {
    // Who is late has less to do: nobody who waits in vain asks again.
    expect(of('f411-espruino').busy).toBeGreaterThan(0.4)
    expect(of('f411-espruino').moved_ms).toBeGreaterThan(of('ideal').moved_ms)
  })

  it('a callback that was never metered costs as the nearest that was', () => {
    const table = { timer: 100, 'timer opening': 300, 'receive 1.0': 50, 'receive 1.8 opening sends 1': 900 }
    expect(['timer opening sends 4', 'timer sends 1', 'receive 1.0 sends 1', 'receive 1.9', 'woken'].map(key => costOf(table, key)))
      .toEqual([300, 100, 50, 900, 0])
    // A hub with keys does other work in callbacks of the same name.
    const keyed = { timer: 100, 'keyed timer': 150, 'keyed timer opening': 350 }
    expect(['timer', 'timer opening sends 1', 'timer sends 2'].map(key => costOf(keyed, key, true))).toEqual([150, 350, 150])
  })
})
