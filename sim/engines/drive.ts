import type { Car } from '../car/index.ts'

/** What is done to a car, one step after the other, and for how long it then runs. */
export interface Step {
  readonly name: string
  readonly do?: (car: Car) => void
  readonly for_ms: number
}

const press = (name: string, held_ms: number, then_ms: number): Step[] => [
  { name: `${name} pressed`, do: car => car.press(name), for_ms: held_ms },
  { name: `${name} released`, do: car => car.release(name), for_ms: then_ms },
]

/** At rest with the ignition on, then a window open and shut, mirrors, locks, lamps, trunk, hood, stereo. */
export const DRIVE: readonly Step[] = [
  { name: 'boot', do: car => car.boot(), for_ms: 3000 },
  { name: 'ignition', do: car => car.setIgnition('on'), for_ms: 2000 },
  { name: 'idle', for_ms: 5000 },
  ...press('DASH.windowFL.down', 2000, 1000),
  ...press('DASH.windowFL.up', 2500, 1000),
  ...press('DASH.mirrorFL.left', 500, 200),
  ...press('DASH.doors.lock', 100, 900),
  ...press('DASH.doors.unlock', 100, 900),
  ...press('DASH.lights.head', 100, 400),
  ...press('TRUNK.latch.release', 100, 900),
  ...press('DASH.hood.release', 100, 900),
  ...press('DASH.stereo.source', 100, 400),
  ...press('DASH.stereo.volumeUp', 100, 400),
]

export function drive(car: Car, steps: readonly Step[] = DRIVE, before: (step: Step) => void = () => undefined): void {
  for (const step of steps) {
    before(step)
    step.do?.(car)
    car.run(step.for_ms)
  }
}
