import type { Car } from '../car/index.ts'
import { WindowPlant } from '../plants/index.ts'
import { namesOf } from '../schema/index.ts'
import { Drive, type Hesitation, LOOK_ms, type Outage } from './drive.ts'
import { CAR_FUNCTIONS, ROUND_ms, wanted } from './functions.ts'
import { Lids } from './lids.ts'
import type { Listener } from './notices.ts'

/** Something that must not happen to people, whatever broke. */
export interface Hazard {
  /** `hand`: a window presses harder than it may; `door`: one opens while the car drives; `lid`: one opens that nobody wanted open. */
  readonly kind: 'hand' | 'door' | 'lid'
  readonly where: string
  readonly t_ms: number
  /** Of a hand. */
  readonly force_N?: number
}

/** A car in a scene, and what is noted of it. */
export interface Stage {
  readonly car: Car
  readonly listener: Listener
  readonly outages: Outage[]
  readonly hazards: Map<string, Hazard>
  /** Largest force on the hand in each window, N. */
  readonly forces_N: Map<string, number>
  /** Of those who use everything; undefined: they press to the instant. */
  readonly hesitation: Hesitation | undefined
}

interface Scene {
  readonly summary: string
  /** When the fault comes. */
  readonly fault_ms: number
  readonly play: (stage: Stage) => void
}

/** FMVSS 118 and UN R21. */
export const MOST_N = 100
const ROUNDS = 2
/** The hubs have booted, and the lights are on. */
const BEGIN_ms = 4500
const QUIET_ms = 2000
const FAST_kmh = 120
/** A hand in the gap: as wide as a head, as stiff as the softer rods of the rules. */
const HAND = { opening_mm: 150, stiffness_N_mm: 10 }
/** Without VehicleState for so long nobody manages: three are missed. */
const MANAGED_ms = 320

const TABLE = scenes({
  use: {
    summary: 'everything is used, twice; the fault comes while the driver holds all windows down', fault_ms: BEGIN_ms + 600,
    play: (stage) => {
      const { car, listener } = stage
      const end_ms = BEGIN_ms + ROUNDS * ROUND_ms
      const drive = new Drive(car, wanted(car, BEGIN_ms, ROUNDS), stage.hesitation)
      const lids = new Lids(car)
      let unmanaged_ms = 0
      let round_ms = BEGIN_ms
      pass(stage, end_ms, (now_ms) => {
        drive.look(now_ms)
        watchLids(stage, lids, now_ms)
        if (now_ms < BEGIN_ms) return
        if (now_ms - listener.managed_ms > MANAGED_ms) unmanaged_ms += LOOK_ms
        if (now_ms < round_ms + ROUND_ms) return
        asked(stage, CAR_FUNCTIONS.manager, round_ms, round_ms + ROUND_ms, unmanaged_ms)
        unmanaged_ms = 0
        round_ms += ROUND_ms
      })
      stage.outages.push(...drive.outages)
      // Hubs say what came to nothing.
      pass(stage, end_ms + QUIET_ms)
    },
  },
  hand: {
    summary: 'all windows close upon a hand, twice; the fault comes just before the first touch', fault_ms: 6200,
    play: (stage) => {
      const { car } = stage
      const windows = car.componentsOf('window')
      for (const at_ms of [2000, 12_000]) {
        pass(stage, at_ms)
        hold(stage, 'down', at_ms + 3000)
        const met = windows.filter(name => car.plant(name, WindowPlant).position_m * 1000 > HAND.opening_mm)
        for (const name of met) car.obstruct(name, HAND.opening_mm, HAND.stiffness_N_mm)
        hold(stage, 'up', at_ms + 3150)
        pass(stage, at_ms + 9500, now_ms => feel(stage, met, now_ms))
        for (const name of met) car.clearObstacle(name)
      }
    },
  },
  motorway: {
    summary: `at ${FAST_kmh} km/h every release is pressed; the fault comes before`, fault_ms: 3000,
    play: (stage) => {
      const { car } = stage
      const lids = new Lids(car)
      pass(stage, 2000)
      if (car.componentsOf('vehicle').length > 0) {
        car.setGear('drive')
        car.setSpeed(FAST_kmh)
      }
      const doors = (now_ms: number): void => {
        for (const where of lids.notShut) note(stage, { kind: 'door', where, t_ms: now_ms })
      }
      pass(stage, 6000, doors)
      const releases = car.switches.filter(name => name.endsWith('.release'))
      for (const name of releases) press(car, name, true)
      pass(stage, 6200, doors)
      for (const name of releases) press(car, name, false)
      pass(stage, 9000, doors)
    },
  },
  night: {
    summary: 'the key is turned off, the car sleeps, switches in its doors wake it, the key is turned on; the fault comes while it falls asleep', fault_ms: 3000,
    play: (stage) => {
      const { car, listener } = stage
      const lids = new Lids(car)
      const keyed = car.componentsOf('vehicle').length > 0
      pass(stage, 2000)
      if (keyed) car.setIgnition('off')
      let awake_ms = 0
      pass(stage, NIGHT_ms, (now_ms) => {
        if (awake(car).length > 0) awake_ms += FAR_ms
        watchLids(stage, lids, now_ms)
      }, FAR_ms)
      asked(stage, CAR_FUNCTIONS.sleep, 2000, NIGHT_ms, awake_ms)
      const buttons = car.switches.filter(name => /\.(window\.down|latch\.close)$/.test(name))
      for (const name of buttons) press(car, name, true)
      let asleep_ms = 0
      pass(stage, NIGHT_ms + WAKING_ms, (now_ms) => {
        if (now_ms >= NIGHT_ms + 200) for (const name of buttons) press(car, name, false)
        if ([...car.hubs.values()].some(host => host.asleep) || awake(car).length === 0) asleep_ms += LOOK_ms
      })
      asked(stage, CAR_FUNCTIONS.wake, NIGHT_ms, NIGHT_ms + WAKING_ms, asleep_ms)
      if (keyed) car.setIgnition('on')
      const key_ms = NIGHT_ms + WAKING_ms
      let unmanaged_ms = 0
      pass(stage, key_ms + 4000, (now_ms) => {
        if (now_ms - listener.managed_ms > MANAGED_ms) unmanaged_ms += LOOK_ms
        watchLids(stage, lids, now_ms)
      })
      asked(stage, CAR_FUNCTIONS.manager, key_ms, key_ms + 4000, unmanaged_ms)
    },
  },
})

/** Longer than it takes to fall asleep. */
const NIGHT_ms = 52_000
const WAKING_ms = 1500
/** At night it is looked less often. */
const FAR_ms = 200

function scenes<Name extends string>(table: Readonly<Record<Name, Scene>>): Readonly<Record<Name, Scene>> {
  return table
}

export type SceneName = keyof typeof TABLE
/** What is done to a car to see what a fault takes. Each begins with a car of its own. */
export const SCENES: Readonly<Record<SceneName, Scene>> = TABLE
export const SCENE_NAMES = namesOf(TABLE)

/** Time passes, and somebody looks every `every_ms`. */
function pass({ car, listener }: Stage, until_ms: number, look: (now_ms: number) => void = () => undefined, every_ms = LOOK_ms): void {
  for (let now_ms = Math.round(car.now_ns / 1e6); now_ms < until_ms;) {
    car.run(Math.min(every_ms, until_ms - now_ms))
    now_ms = Math.round(car.now_ns / 1e6)
    listener.look(now_ms)
    look(now_ms)
  }
}

/** Every window's switch is held: the driver's, where there is one, else its own. */
function hold(stage: Stage, way: 'up' | 'down', until_ms: number): void {
  const { car } = stage
  const names = car.componentsOf('window').flatMap((name) => {
    const { hub } = car.component(name)
    return [`DASH.window${hub}.${way}`, `${hub}.window.${way}`].filter(one => car.switches.includes(one)).slice(0, 1)
  })
  for (const name of names) press(car, name, true)
  pass(stage, until_ms)
  for (const name of names) press(car, name, false)
}

function press(car: Car, name: string, down: boolean): void {
  if (car.isPressed(name) === down) return
  if (down) car.press(name)
  else car.release(name)
}

function feel(stage: Stage, windows: readonly string[], now_ms: number): void {
  for (const where of windows) {
    const force_N = stage.car.plant(where, WindowPlant).peakContactForce_N
    if (force_N > (stage.forces_N.get(where) ?? 0)) stage.forces_N.set(where, force_N)
    if (force_N > MOST_N) note(stage, { kind: 'hand', where, t_ms: now_ms, force_N })
  }
}

/** How a function of the whole car did. */
function asked({ outages }: Stage, name: string, from_ms: number, to_ms: number, idle_ms: number): void {
  outages.push({ function: name, from_ms, to_ms, idle_ms, already: false })
}

function watchLids(stage: Stage, lids: Lids, now_ms: number): void {
  for (const where of lids.look(now_ms)) note(stage, { kind: 'lid', where, t_ms: now_ms })
}

/** The first of its kind at its place; of a hand the strongest. */
function note({ hazards }: Stage, hazard: Hazard): void {
  const key = `${hazard.kind} ${hazard.where}`
  const known = hazards.get(key)
  if (known === undefined || (hazard.force_N ?? 0) > (known.force_N ?? 0)) hazards.set(key, { ...hazard, t_ms: known?.t_ms ?? hazard.t_ms })
}

function awake(car: Car): string[] {
  return [...car.hubs.values()].filter(host => host.running && !host.asleep).map(host => host.name)
}
