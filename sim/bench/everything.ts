import type { Car } from '../car/index.ts'
import { MirrorPlant, WINDOW_REGULATOR, WindowPlant } from '../plants/index.ts'

/** How often the hands look whether something has to turn round. */
const LOOK_ms = 50
/** Where windows and mirrors turn round: near their ends, so that they hardly ever stand. */
const OPENING_m = { least: 0.1 * WINDOW_REGULATOR.travel_m, most: 0.85 * WINDOW_REGULATOR.travel_m }
const TILT_deg = { least: -10, most: 10 }
/** Taps on a switch, and how far apart. */
const TAP_ms = 100
const VOLUME_STEPS = 30
/** Slower than this is standing. */
const STANDS_m_s = 0.002
/** After so many looks at a thing that stands its switch is pressed anew: power was refused while the locks worked. */
const PATIENCE_looks = 14
/** The locks turn, and the tuner seeks the next station, this often. */
const OFTEN_looks = 80
const LOCKS = ['DASH.doors.lock', 'DASH.doors.unlock']
const SEEK = 'DASH.stereo.seekUp'

interface Thing {
  readonly rising: string
  readonly falling: string
  readonly least: number
  readonly most: number
  readonly position: () => number
  goal: 'rising' | 'falling'
  last: number
  stood_looks: number
}

/** Hands on every switch of the driver's that moves something: windows, mirrors, locks, lamps and a loud stereo. */
export class BusyHands {
  private readonly car: Car
  private readonly windows: readonly WindowPlant[]
  private readonly things: Thing[] = []
  private looks = 0
  private movingLooks = 0

  constructor(car: Car) {
    this.car = car
    const doors = ['FL', 'FR', 'RL', 'RR']
    this.windows = doors.map(door => car.plant(`${door}.window`, WindowPlant))
    this.windows.forEach((window, i) => this.things.push({
      rising: `DASH.window${doors[i]}.down`, falling: `DASH.window${doors[i]}.up`, ...OPENING_m, position: () => window.position_m, goal: 'rising',
      last: 0, stood_looks: 0,
    }))
    for (const door of ['FL', 'FR']) {
      const mirror = car.plant(`${door}.mirror`, MirrorPlant)
      this.things.push({
        rising: `DASH.mirror${door}.right`, falling: `DASH.mirror${door}.left`, ...TILT_deg, position: () => mirror.tiltX_deg, goal: 'rising',
        last: 0, stood_looks: 0,
      })
    }
  }

  /** What is switched on once: headlamps, interior light, stereo at its loudest. */
  prepare(): void {
    for (const name of ['lights.head', 'lights.interior', 'stereo.source']) this.tap(name)
    this.car.run(1000)
    for (let i = 0; i < VOLUME_STEPS; i++) this.tap('stereo.volumeUp')
  }

  /** Hands on everything that is held, and the indicators blink. */
  begin(): void {
    for (const thing of this.things) this.car.press(thing[thing.goal])
    this.tap('lights.left')
  }

  /** Keeps everything moving for `duration_ms`, a multiple of 50 ms. */
  move(duration_ms: number): void {
    const { car } = this
    for (let left_ms = duration_ms; left_ms > 0; left_ms -= LOOK_ms) {
      for (const thing of this.things) this.turn(thing)
      const turn = this.looks % OFTEN_looks
      if (turn === 0) car.press(LOCKS[this.looks / OFTEN_looks % LOCKS.length]!)
      else if (turn === 1) for (const name of LOCKS) car.release(name)
      if (turn === 0) car.press(SEEK)
      else if (turn === 1) car.release(SEEK)
      car.run(LOOK_ms)
      this.looks++
      for (const window of this.windows) if (Math.abs(window.velocity_m_s) > STANDS_m_s) this.movingLooks++
    }
  }

  /** Share of the moving time in which a window moved, 0–1. */
  get windowsMoving(): number {
    return this.movingLooks / this.looks / this.windows.length
  }

  /** At an end it is let go at one look, and pressed the other way at the next. */
  private turn(thing: Thing): void {
    const { car } = this
    const held = thing[thing.goal]
    const position = thing.position()
    if (!car.isPressed(held)) {
      car.press(held)
      return
    }
    thing.stood_looks = position === thing.last ? thing.stood_looks + 1 : 0
    thing.last = position
    const arrived = thing.goal === 'rising' ? position > thing.most : position < thing.least
    if (arrived) thing.goal = thing.goal === 'rising' ? 'falling' : 'rising'
    else if (thing.stood_looks < PATIENCE_looks) return
    thing.stood_looks = 0
    car.release(held)
  }

  private tap(name: string): void {
    this.car.press(`DASH.${name}`)
    this.car.run(TAP_ms)
    this.car.release(`DASH.${name}`)
    this.car.run(TAP_ms)
  }
}
