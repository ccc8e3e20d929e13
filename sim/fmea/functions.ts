import type { SWITCH } from '#protocol/index.ts'
import type { Car } from '../car/index.ts'
import { LatchPlant, type PlantClass } from '../plants/index.ts'
import {
  closes, flashes, folds, heats, lit, locked, opens, plays, released, shut, tilts, tunes, volumeGoes, type Works,
} from './effects.ts'

export type SwitchName = Exclude<keyof typeof SWITCH, 'none'>

/** Part of a round in which a function is wanted, ms from its begin: the switch is pressed at `from_ms`. */
interface Slot {
  readonly from_ms: number
  readonly to_ms: number
  /** For what is switched on and off: which. */
  readonly on?: boolean
}

/** What pressing a switch is to bring about. */
interface Effect {
  /** `FL.window from DASH`. */
  readonly function: string
  readonly works: (on: boolean) => Works
}

/** A switch, when somebody presses it, and what they want by it. */
interface Deed {
  /** The finger stays on it as long as the slot lasts; else it is a tap. */
  readonly held?: true
  /** The switch is pressed only while it does not work: another press would be too much. */
  readonly spare?: true
  /** Once, before the first round: ms from its begin. */
  readonly setup?: readonly Slot[]
  readonly slots: (hub: string) => readonly Slot[]
  readonly effects: (car: Car, hub: string) => readonly Effect[]
  /** A hand does something before the slot, and after it. */
  readonly before?: (car: Car, hub: string) => void
  readonly after?: (car: Car, hub: string) => void
}

/** Long enough that glass is seen to move both ways, twice, and an arm to fold and unfold. */
export const ROUND_ms = 16_000

/** Windows move two at a time, one in front and one behind: more motors that start at once wait for each other's peaks. */
const FIRST_PAIR: readonly string[] = ['FL', 'RR']
/** Closing is three times as slow as opening, and takes longer slots, so that no window comes to an end of its travel. */
const GLASS = {
  driver: { down: { from_ms: 0, to_ms: 900 }, up: { from_ms: 2000, to_ms: 3600 } },
  own: { down: { from_ms: 5400, to_ms: 6200 }, up: { from_ms: 7200, to_ms: 8800 } },
} as const
/** The second pair comes so much later. */
const SECOND_ms = { down: 1000, up: 1700 } as const
/**
 * Commands to one latch are so far apart that its hub can say that one came to nothing. Locks, tilts and heaters have their turn when no
 * window moves: a door's drop does not carry all of it.
 */
const LOCK = { from_ms: 10_600, to_ms: 12_100 }
const UNLOCK = { from_ms: 12_200, to_ms: 13_700 }
/** Long enough that a second press opens: the first may come to nothing, or speed be unknown. */
const DRIVERS_RELEASE = { from_ms: 7400, to_ms: 9300 }
const OWN_RELEASE = { from_ms: 13_800, to_ms: 15_700 }
const CLOSE = { from_ms: 4000, to_ms: 4900 }
const TILT = {
  left: { from_ms: 11_400, to_ms: 11_900 }, right: { from_ms: 12_000, to_ms: 12_500 },
  up: { from_ms: 12_600, to_ms: 13_100 }, down: { from_ms: 13_200, to_ms: 13_700 },
}
/** On at first, in each round off and on again. */
const ON_FIRST = { from_ms: -1900, to_ms: 8900, on: true }
const OFF = { from_ms: 9000, to_ms: 10_400, on: false }
const ON_AGAIN = { from_ms: 10_500, to_ms: ROUND_ms + 8900, on: true }
const HEAT = [{ from_ms: 10_600, to_ms: 12_900, on: true }, { from_ms: 13_000, to_ms: 14_900, on: false }]
/** Not while the hood is released: its latch waits for the indicators, which begin anew with each flash. */
const FLASH = {
  left: {
    setup: [{ ...ON_FIRST, to_ms: 2000 }],
    slots: () => [{ from_ms: 2100, to_ms: 4500, on: false }, { from_ms: 14_000, to_ms: ROUND_ms + 2000, on: true }],
  },
  right: { slots: () => [{ from_ms: 4600, to_ms: 6400, on: true }, { from_ms: 6500, to_ms: 8900, on: false }] },
}

function glassSlot(door: string, by: keyof typeof GLASS, way: 'up' | 'down'): Slot {
  const { from_ms, to_ms } = GLASS[by][way]
  const later_ms = FIRST_PAIR.includes(door) ? 0 : SECOND_ms[way]
  return { from_ms: from_ms + later_ms, to_ms: to_ms + later_ms }
}

const windowDeed = (door: string | undefined, way: 'up' | 'down'): Deed => ({
  held: true,
  slots: hub => [glassSlot(door ?? hub, door === undefined ? 'own' : 'driver', way)],
  effects: (car, hub) => partsAt(car, door ?? hub, 'window').map(name => ({
    function: `${name} from ${hub}`, works: () => (way === 'down' ? opens : closes)(car, name),
  })),
})

const tiltDeed = (door: string, axis: 'tiltX_deg' | 'tiltY_deg', direction: 1 | -1, slot: Slot): Deed => ({
  held: true,
  slots: () => [slot],
  effects: car => partsAt(car, door, 'mirror').map(name => ({ function: `${name} tilt`, works: () => tilts(car, name, axis, direction) })),
})

const foldDeed = (direction: 1 | -1, slot: Slot): Deed => ({
  slots: () => [slot],
  effects: car => car.componentsOf('mirror').map(name => ({ function: `${name} fold`, works: () => folds(car, name, direction) })),
})

const lockDeed = (wanted: boolean, slot: Slot): Deed => ({
  slots: () => [slot],
  effects: car => car.componentsOf('latch').filter(name => hubOf(name) !== 'HOOD')
    .map(name => ({ function: `${name} lock`, works: () => locked(car, name, wanted) })),
})

/** A latch is released, and somebody shuts the door or lid again. */
const releaseDeed = (at: string | undefined, slot: Slot): Deed => ({
  slots: () => [slot],
  effects: (car, hub) => partsAt(car, at ?? hub, 'latch').map(name => ({ function: `${name} release from ${hub}`, works: () => released(car, name) })),
  after: (car, hub) => partsAt(car, at ?? hub, 'latch').forEach(name => car.plant(name, LatchPlant).shut()),
})

const closeDeed: Deed = {
  slots: () => [CLOSE],
  before: (car, hub) => partsAt(car, hub, 'latch').forEach((name) => {
    const latch = car.plant(name, LatchPlant)
    if (latch.open()) latch.shut(false)
  }),
  effects: (car, hub) => partsAt(car, hub, 'latch').map(name => ({ function: `${name} pull shut`, works: () => shut(car, name) })),
  after: (car, hub) => partsAt(car, hub, 'latch').forEach(name => car.plant(name, LatchPlant).shut()),
}

const lightDeed = (hub: string, channels: readonly number[]): Deed => ({
  setup: [ON_FIRST],
  slots: () => [OFF, ON_AGAIN],
  effects: car => partsAt(car, hub, 'lamp').flatMap(name => channels.map(channel => ({
    function: `${name} light ${channel}`, works: (on: boolean) => lit(car, name, channel, on),
  }))),
})

const flashDeed = (channel: number, slots: Pick<Deed, 'setup' | 'slots'>): Deed => ({
  ...slots,
  effects: car => partsAt(car, 'HOOD', 'lamp').map(name => ({
    function: `${name} light ${channel}`, works: (on: boolean) => flashes(car, name, channel, on),
  })),
})

const stereoDeed = (what: string, slots: Pick<Deed, 'setup' | 'slots'>, works: (car: Car, name: string, on: boolean) => Works): Deed => ({
  ...slots,
  effects: car => car.componentsOf('amplifier').map(name => ({ function: `${name} ${what}`, works: (on: boolean) => works(car, name, on) })),
})

/** Every switch of the catalogue: what it is for, or why it is nobody's function here. */
export const DEEDS: Readonly<Record<SwitchName, Deed | string>> = {
  'windowFL.up': windowDeed('FL', 'up'), 'windowFL.down': windowDeed('FL', 'down'),
  'windowFR.up': windowDeed('FR', 'up'), 'windowFR.down': windowDeed('FR', 'down'),
  'windowRL.up': windowDeed('RL', 'up'), 'windowRL.down': windowDeed('RL', 'down'),
  'windowRR.up': windowDeed('RR', 'up'), 'windowRR.down': windowDeed('RR', 'down'),
  'window.up': windowDeed(undefined, 'up'), 'window.down': windowDeed(undefined, 'down'),
  'mirrorFL.left': tiltDeed('FL', 'tiltX_deg', -1, TILT.left),
  'mirrorFL.right': tiltDeed('FL', 'tiltX_deg', 1, TILT.right),
  'mirrorFL.up': tiltDeed('FL', 'tiltY_deg', 1, TILT.up),
  'mirrorFL.down': tiltDeed('FL', 'tiltY_deg', -1, TILT.down),
  'mirrorFR.left': tiltDeed('FR', 'tiltX_deg', -1, TILT.left),
  'mirrorFR.right': tiltDeed('FR', 'tiltX_deg', 1, TILT.right),
  'mirrorFR.up': tiltDeed('FR', 'tiltY_deg', 1, TILT.up),
  'mirrorFR.down': tiltDeed('FR', 'tiltY_deg', -1, TILT.down),
  'mirrors.fold': foldDeed(1, { from_ms: 200, to_ms: 3300 }), 'mirrors.unfold': foldDeed(-1, { from_ms: 3700, to_ms: 7100 }),
  'mirrors.heat': {
    slots: () => HEAT,
    effects: car => car.componentsOf('mirror').map(name => ({ function: `${name} heater`, works: (on: boolean) => heats(car, name, on) })),
  },
  'mirrors.recall': 'goes the way of a tilt, to a place that was stored', 'mirrors.store': 'nothing moves',
  'doors.lock': lockDeed(true, LOCK), 'doors.unlock': lockDeed(false, UNLOCK),
  'latch.release': releaseDeed(undefined, OWN_RELEASE), 'latch.close': closeDeed,
  'trunk.release': releaseDeed('TRUNK', DRIVERS_RELEASE), 'hood.release': releaseDeed('HOOD', DRIVERS_RELEASE),
  'lights.head': lightDeed('HOOD', [0, 1]), 'lights.tail': lightDeed('TRUNK', [0, 1]), 'lights.interior': lightDeed('DASH', [0]),
  'lights.left': flashDeed(2, FLASH.left), 'lights.right': flashDeed(3, FLASH.right),
  'stereo.source': {
    ...stereoDeed('on', { setup: [{ from_ms: -1900, to_ms: -100 }], slots: () => [{ from_ms: 0, to_ms: ROUND_ms - 100 }] },
      (car, name) => () => car.component(name).plant.observe().source !== 0),
    spare: true,
  },
  'stereo.volumeUp': stereoDeed('volume', {
    setup: [{ from_ms: -1400, to_ms: -900, on: true }], slots: () => [{ from_ms: 7000, to_ms: 7500, on: true }],
  }, (car, name) => volumeGoes(car, name, 1)),
  'stereo.volumeDown': stereoDeed('volume', { slots: () => [{ from_ms: 7600, to_ms: 8100, on: true }] }, (car, name) => volumeGoes(car, name, -1)),
  'stereo.mute': stereoDeed('sound', {
    slots: () => [{ from_ms: 9000, to_ms: 9600, on: false }, { from_ms: 9700, to_ms: ROUND_ms + 8900, on: true }],
  }, (car, name, on) => plays(car, name, on)),
  'stereo.seekUp': stereoDeed('tuning', { slots: () => [{ from_ms: 2000, to_ms: 3900, on: true }] }, (car, name) => tunes(car, name)),
  'stereo.seekDown': stereoDeed('tuning', { slots: () => [{ from_ms: 4000, to_ms: 5900, on: true }] }, (car, name) => tunes(car, name)),
  'ignition.accessory': 'the key is turned by the scenes', 'ignition.on': 'the key is turned by the scenes', 'ignition.start': 'the engine is not on the spine',
}

/** Functions of the car as a whole: which scene asks for each. */
export const CAR_FUNCTIONS = {
  manager: 'power manager', sleep: 'sleep', wake: 'wake',
} as const

/** By class: how many functions a component of it has at least, or why it has none of its own. Tests hold it. */
export const OF_CLASS: Readonly<Record<PlantClass, number | string>> = {
  window: 1, mirror: 3, latch: 1, lamp: 'lights that no switch of the car reaches are nobody\'s function', amplifier: 4,
  switchPack: 'what its switches do', vehicle: 'power manager, sleep and wake', none: 'no component',
  seatFan: 'no switch of the catalogue commands it',
}

/** A switch that is pressed in one slot of the drive, and who watches what comes of it. */
export interface Pressed {
  /** `DASH.windowFL.down`. */
  readonly switch: string
  readonly from_ms: number
  readonly to_ms: number
  readonly held: boolean
  /** Not while it works. */
  readonly spare: boolean
  readonly watched: readonly { readonly function: string, readonly works: Works }[]
  readonly before: () => void
  readonly after: () => void
}

/** All that is wanted of a car in so many rounds, by time; the first round begins at `begin_ms`. */
export function wanted(car: Car, begin_ms: number, rounds: number): Pressed[] {
  const pressed: Pressed[] = []
  for (const name of car.switches) {
    const hub = hubOf(name)
    const deed = DEEDS[name.slice(hub.length + 1) as SwitchName]
    if (typeof deed === 'string') continue
    const add = ({ from_ms, to_ms, on = true }: Slot, at_ms: number): void => {
      const watched = deed.effects(car, hub).map(effect => ({ function: effect.function, works: effect.works(on) }))
      if (watched.length === 0) return
      pressed.push({
        switch: name, from_ms: at_ms + from_ms, to_ms: Math.min(at_ms + to_ms, begin_ms + rounds * ROUND_ms), held: deed.held === true,
        spare: deed.spare === true, watched,
        before: () => deed.before?.(car, hub), after: () => deed.after?.(car, hub),
      })
    }
    for (const slot of deed.setup ?? []) add(slot, begin_ms)
    for (let round = 0; round < rounds; round++) for (const slot of deed.slots(hub)) add(slot, begin_ms + round * ROUND_ms)
  }
  return pressed.sort((a, b) => a.from_ms - b.from_ms)
}

/** Every function of a car, by name. */
export function functionsOf(car: Car): string[] {
  const names = wanted(car, 0, 1).flatMap(({ watched }) => watched.map(one => one.function))
  return [...new Set([...names, ...Object.values(CAR_FUNCTIONS)])]
}

function partsAt(car: Car, hub: string, type: PlantClass): string[] {
  return car.componentsOf(type).filter(name => car.component(name).hub === hub)
}

function hubOf(name: string): string {
  return name.slice(0, name.indexOf('.'))
}
