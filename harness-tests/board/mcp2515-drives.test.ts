import { type BusFaultOptions } from '#sim/bus/index.ts'
import { Car } from '#sim/car/index.ts'
import { BEHAVIOUR, type CanModel, REGISTERS } from '#sim/host/index.ts'
import { describe, expect, it } from 'vitest'

interface Drive {
  readonly seed: number
  readonly faults?: BusFaultOptions
  /** Two minutes with the key off: the bus falls asleep, and a switch wakes it. */
  readonly sleeps?: boolean
}

/** Every frame of a drive with its times. */
function framesOf(can: CanModel, { seed, faults, sleeps = false }: Drive): string[] {
  const car = new Car({ seed, can, ...(faults !== undefined && { faults }) })
  const frames: string[] = []
  car.bus.tap(({ frame, start_ns, end_ns, sender }) => {
    frames.push(`${start_ns}–${end_ns} ${sender} ${frame.id.toString(16)} ${frame.data.subarray(0, frame.length).join(' ')}`)
  })
  car.boot()
  car.setIgnition('on')
  car.run(1000)
  for (const name of ['DASH.windowFL.down', 'DASH.windowRR.down', 'DASH.doors.lock', 'DASH.lights.head'] as const) {
    car.press(name)
    car.run(700)
    car.release(name)
    car.run(100)
  }
  if (!sleeps) return frames
  car.setIgnition('off')
  car.run(60_000)
  car.press('TRUNK.latch.release')
  car.run(500)
  car.release('TRUNK.latch.release')
  car.run(3000)
  return frames
}

describe('a car whose hubs drive their MCP2515 by its registers', () => {
  it.each<[string, Drive]>([
    ['in a quiet drive', { seed: 5 }],
    ['when it falls asleep and wakes', { seed: 6, sleeps: true }],
    ['when bits and frames are lost', { seed: 7, faults: { bitErrorRate: 1e-5, frameLossRate: { FL: 0.02 } } }],
  ])('has the same frames at the same times as with their behaviour alone, %s', (_, drive) => {
    const expected = framesOf(BEHAVIOUR, drive)
    expect(expected.length).toBeGreaterThan(400)
    expect(framesOf(REGISTERS, drive)).toEqual(expected)
  })
})
